//! Runs the emitted conformance programs: what every call must refuse, and a million calls of the fuzzer.

use core::fmt::Write;
use core::sync::atomic::Ordering::Relaxed;

use exo_conformance::{Fuzzer, System};
use exo_facts::{Error, Handle, Rights, Syscall, gas, initial};

use crate::arch::timed_call;
use crate::console::Console;
use crate::crowd::free_frames;
use crate::program::Program;
use crate::spawn::{Child, Parameters, Window, initial};

/// A page of the root process, and of each fuzzer, that calls may read and write.
pub const MEMORY: u64 = 0x2800_0000;

/// The kernel, by its system calls.
struct Booted;

impl System for Booted {
    fn call(&mut self, number: u64, arguments: [u64; 6]) -> (u64, u64) {
        let timed = timed_call(number, arguments);
        (timed.status, timed.value)
    }

    fn memory(&self) -> u64 {
        MEMORY
    }
}

/// Makes every call with all that it must refuse.
pub fn refusals(console: &mut Console) -> Result<(), Error> {
    let page = exo_user::page_allocate(1)?;
    exo_user::page_map(initial(initial::SPACE), page, 0, MEMORY, Rights::READ.join(Rights::WRITE))?;
    let failed = exo_conformance::refusals(&mut Booted, console)?;
    exo_user::cap_drop(page)?;
    if failed == 0 { Ok(()) } else { Err(Error::BadState) }
}

/// Calls of the fuzzer in one boot.
const CALLS: u64 = if cfg!(feature = "few-calls") { 20_000 } else { 1_000_000 };

/// Ticks without a call after which a fuzzer has ended or waits for ever.
const PATIENCE: u64 = 2;

/// Where a fuzzer tells its calls: the low bits count, the others hold the number of one that was answered as the spec doesn't allow.
const COUNT_BITS: u32 = 40;

/// Lets one fuzzer after the other make calls, until there were enough. None of them may take anything with it when it ends.
pub fn fuzz(console: &mut Console) -> Result<(), Error> {
    let before = free_frames()?;
    let endpoint = exo_user::endpoint_create()?;
    let (mut calls, mut seed) = (0, 0);
    while calls < CALLS {
        seed += 1;
        let told = one(endpoint, seed)?;
        let odd = told >> COUNT_BITS;
        if odd != 0 {
            let _ = writeln!(
                console,
                "fail fuzz: seed {seed}: an answer to call {:#x} that the spec doesn't allow",
                odd - 1
            );
            return Err(Error::BadState);
        }
        calls += told;
    }
    exo_user::cap_drop(endpoint)?;
    let after = free_frames()?;
    if after != before {
        let _ = writeln!(console, "fail fuzz: {before} frames were free, and {after} are");
        return Err(Error::BadState);
    }
    let _ = writeln!(console, "{calls} calls of {seed} fuzzers");
    let _ = writeln!(console, "pass fuzz");
    Ok(())
}

/// Lets a fuzzer run until it makes no more calls; what it told.
fn one(endpoint: Handle, seed: u64) -> Result<u64, Error> {
    let account = exo_user::account_create()?;
    exo_user::account_transfer(initial(initial::ACCOUNT), account, 100 * gas::TICK)?;
    let child = Child::create(account)?;
    exo_user::process_on_fault(child.process, endpoint)?;
    let page = exo_user::page_allocate(2)?;
    exo_user::page_map(child.space, page, 0, MEMORY, Rights::READ.join(Rights::WRITE))?;
    let block = exo_user::block_derive(initial(initial::BLOCKS), 0, 1, Rights::READ.join(Rights::GRANT))?;
    let mut parameters = [seed, 0, 0, 0, 0, 0, 0];
    let shared = [endpoint, child.space, child.process, account, page, block];
    for (word, capability) in parameters[1..].iter_mut().zip(shared) {
        *word = child.give(capability)?;
    }
    child.start(Program::Fuzzer, &parameters)?;
    let window = Window::open(&child)?;
    let mut told = window.shared().load(Relaxed);
    loop {
        // What it sends is thrown away, so that it goes on.
        while let Ok(message) = exo_user::endpoint_receive_timed(endpoint, PATIENCE) {
            if !message.page.is_null() {
                exo_user::cap_drop(message.page)?;
            }
            let _ = exo_user::endpoint_reply(0, 0, 0, 0, Handle::NULL);
            if window.shared().load(Relaxed) == told {
                break;
            }
        }
        let now = window.shared().load(Relaxed);
        if now == told {
            break;
        }
        told = now;
    }
    window.close()?;
    for capability in [page, block] {
        exo_user::cap_drop(capability)?;
    }
    child.discard()?;
    exo_user::cap_drop(account)?;
    Ok(told)
}

/// Makes calls until it ends by one of them.
pub fn fuzzer(parameters: &Parameters) -> u64 {
    let [seed, handles @ ..] = &parameters.words;
    let mut fuzzer = Fuzzer::new(*seed, handles, MEMORY);
    for count in 1.. {
        let (number, arguments) = fuzzer.call();
        // Told before: a call that doesn't return was made, too.
        parameters.shared.store(count, Relaxed);
        let timed = timed_call(number, arguments);
        fuzzer.learn(number, timed.status, timed.value);
        if !is_allowed(number, timed.status) {
            parameters
                .shared
                .store(count | (((number & 0xff_ffff) + 1) << COUNT_BITS), Relaxed);
            return 1;
        }
    }
    0
}

/// Whether a status is one that the spec names for a call.
fn is_allowed(number: u64, status: u64) -> bool {
    match (Syscall::from_number(number), exo_facts::result(status)) {
        (Some(_), Ok(())) => true,
        (Some(call), Err(error)) => call.errors().contains(&error),
        (None, Err(error)) => error == Error::NoSuchCall,
        (None, Ok(())) => false,
    }
}
