//! Tries the laws of the spec in the booted kernel. Whoever else a law needs is a process of its own: the second one, which makes the calls
//! that the root process puts down in memory that both see, and those that run in turns and note who had each.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

use exo_conformance::System;
use exo_conformance::laws::{Other, Subject, laws};
use exo_facts::{Error, Handle, Rights, Syscall, gas, initial, limits};

use crate::arch::timed_call;
use crate::conformance::MEMORY;
use crate::console::Console;
use crate::crowd::free_frames;
use crate::program::Program;
use crate::spawn::{Child, Parameters, initial};

const READ_WRITE: Rights = Rights::READ.join(Rights::WRITE);

/// Where the root process and its subjects see the memory that they share.
const SHARED: u64 = 0x3800_0000;
const SHARED_WORDS: usize = 512;

/// Frames that are left free: enough for the processes of a law, and few enough to be counted often.
const LEFT_FREE: u64 = 160;

/// Pieces in which the other frames are held.
const PIECES: usize = 256;

/// What the second process begins with: more than calls cost.
const FUNDS: u64 = 100 * gas::TICK;

/// How often the second process may be interrupted in one call.
const PATIENCE: u32 = 1_000;

/// The shared words of the second process: what it is to do, how that came out, and whether it could pay for letting the first go on.
mod desk {
    /// Counts the calls that are asked for.
    pub const ASKED: usize = 0;
    /// Counts those that were made.
    pub const DONE: usize = 1;
    /// Set before the second process ends for lack of gas.
    pub const BROKE: usize = 2;
    pub const NUMBER: usize = 3;
    pub const ARGUMENTS: usize = 4;
    pub const STATUS: usize = 10;
    pub const VALUE: usize = 11;
}

/// The shared words of those that run in turns: how many decisions are noted, how many are to be, and then who had each.
mod turns {
    pub const NOTED: usize = 0;
    pub const WANTED: usize = 1;
    pub const FIRST: usize = 2;
}

/// The memory that is shared.
fn shared() -> &'static [AtomicU64; SHARED_WORDS] {
    // Safety: the root process maps a page here before it tries laws, and into each process that comes here before that starts. All of it
    // are atomic words.
    unsafe { &*(SHARED as *const [AtomicU64; SHARED_WORDS]) }
}

/// The kernel, by its system calls.
struct Booted {
    /// The capability to the shared page.
    page: Handle,
    second: Option<(Child, Handle)>,
}

impl System for Booted {
    fn call(&mut self, number: u64, arguments: [u64; 6]) -> (u64, u64) {
        let timed = timed_call(number, arguments);
        (timed.status, timed.value)
    }

    fn memory(&self) -> u64 {
        MEMORY
    }
}

impl Booted {
    fn clear(&self) {
        shared().iter().for_each(|word| word.store(0, Relaxed));
    }

    /// A process that sees the shared memory, and hasn't been started.
    fn child(&self, account: Handle) -> Result<Child, Error> {
        let child = Child::create(account)?;
        exo_user::page_map(child.space, self.page, 0, SHARED, READ_WRITE)?;
        Ok(child)
    }
}

impl Subject for Booted {
    fn open_other(&mut self) -> Result<Other, Error> {
        self.clear();
        let account = exo_user::account_create()?;
        exo_user::account_transfer(initial(initial::ACCOUNT), account, FUNDS)?;
        let child = self.child(account)?;
        let first = exo_user::cap_derive(initial(initial::PROCESS), Rights::EXECUTE.join(Rights::GRANT))?;
        let first = child.give(first)?;
        child.start(Program::Second, &[first])?;
        let other = Other {
            process: child.process.0,
            account: account.0,
        };
        self.second = Some((child, account));
        Ok(other)
    }

    fn call_as_other(&mut self, number: u64, arguments: [u64; 6]) -> Option<(u64, u64)> {
        let (child, account) = self.second.as_ref()?;
        let desk = shared();
        if desk[desk::BROKE].load(Relaxed) != 0 {
            return None;
        }
        desk[desk::NUMBER].store(number, Relaxed);
        for (place, argument) in desk[desk::ARGUMENTS..].iter().zip(arguments) {
            place.store(argument, Relaxed);
        }
        let asked = desk[desk::ASKED].load(Relaxed) + 1;
        desk[desk::ASKED].store(asked, Relaxed);
        for _ in 0..PATIENCE {
            // It isn't ready if it has ended or waits for something.
            exo_user::process_yield(child.process).ok()?;
            if desk[desk::DONE].load(Relaxed) == asked {
                if desk[desk::BROKE].load(Relaxed) == 0 {
                    exo_user::account_transfer(initial(initial::ACCOUNT), *account, Syscall::ProcessYield.gas()).ok()?;
                }
                return Some((desk[desk::STATUS].load(Relaxed), desk[desk::VALUE].load(Relaxed)));
            }
        }
        None
    }

    fn close_other(&mut self) {
        if let Some((child, account)) = self.second.take() {
            let _ = child.discard();
            let _ = exo_user::cap_drop(account);
            let _ = exo_user::cap_revoke(initial(initial::PROCESS));
        }
    }

    fn free_frames(&mut self) -> u64 {
        free_frames().unwrap_or(0)
    }

    fn turns(&mut self, weights: &[u64], decisions: &mut [u8]) -> Result<(), Error> {
        self.clear();
        shared()[turns::WANTED].store(decisions.len() as u64, Relaxed);
        let mut children = [const { None }; 8];
        for (place, weight) in children.iter_mut().zip(weights) {
            let child = self.child(initial(initial::ACCOUNT))?;
            exo_user::process_weight(child.process, *weight)?;
            *place = Some(child);
        }
        for (number, child) in (0..).zip(children.iter().flatten()) {
            child.start(Program::Turner, &[number])?;
        }
        for child in children.into_iter().flatten() {
            child.reap()?;
        }
        for (place, word) in decisions.iter_mut().zip(&shared()[turns::FIRST..]) {
            *place = word.load(Relaxed) as u8;
        }
        Ok(())
    }

    fn pair(&mut self, decisions: &mut [u8]) {
        let mut word = exo_kernel::scheduler::beatty::Word::new();
        decisions.fill_with(|| u8::from(!word.next_is_first()));
    }

    fn write(&mut self, at: u64, bytes: &[u8]) {
        for (place, byte) in (at..).zip(bytes) {
            // Safety: laws write into the page at `MEMORY` alone, which is mapped for this process and nothing else of it.
            unsafe { (place as *mut u8).write_volatile(*byte) };
        }
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) {
        for (place, byte) in (at..).zip(bytes) {
            // Safety: as above.
            *byte = unsafe { (place as *const u8).read_volatile() };
        }
    }
}

/// Tries every law.
pub fn run(console: &mut Console) -> Result<(), Error> {
    let memory = exo_user::page_allocate(1)?;
    exo_user::page_map(initial(initial::SPACE), memory, 0, MEMORY, READ_WRITE)?;
    let page = exo_user::page_allocate(1)?;
    exo_user::page_map(initial(initial::SPACE), page, 0, SHARED, READ_WRITE)?;
    let mut held = [Handle::NULL; PIECES];
    hold_frames(&mut held)?;
    let broken = laws(&mut Booted { page, second: None }, 0, console);
    for handle in held.into_iter().filter(|handle| !handle.is_null()) {
        exo_user::cap_drop(handle)?;
    }
    exo_user::cap_drop(page)?;
    exo_user::cap_drop(memory)?;
    if broken == 0 { Ok(()) } else { Err(Error::BadState) }
}

/// Takes all frames but a few, in large pieces first.
fn hold_frames(held: &mut [Handle; PIECES]) -> Result<(), Error> {
    let spare = exo_user::page_allocate(LEFT_FREE)?;
    let mut size = 1 << 19;
    for place in held {
        *place = loop {
            match exo_user::page_allocate(size) {
                Ok(piece) => break piece,
                Err(Error::NoMemory) if size > 1 => size /= 2,
                Err(Error::NoMemory) => return exo_user::cap_drop(spare),
                Err(error) => return Err(error),
            }
        };
    }
    exo_user::cap_drop(spare)
}

/// Makes the calls that the root process asks for, and lets it go on behind each.
pub fn second(parameters: &Parameters) -> u64 {
    let desk = shared();
    loop {
        let asked = desk[desk::ASKED].load(Relaxed);
        if desk[desk::DONE].load(Relaxed) != asked {
            let mut arguments = [0; 6];
            for (argument, place) in arguments.iter_mut().zip(&desk[desk::ARGUMENTS..]) {
                *argument = place.load(Relaxed);
            }
            let timed = timed_call(desk[desk::NUMBER].load(Relaxed), arguments);
            desk[desk::STATUS].store(timed.status, Relaxed);
            desk[desk::VALUE].store(timed.value, Relaxed);
            desk[desk::DONE].store(asked, Relaxed);
        }
        if exo_user::process_yield(Handle(parameters.words[0])) == Err(Error::NoGas) {
            desk[desk::BROKE].store(1, Relaxed);
            return 0;
        }
    }
}

/// Notes each of its turns and gives way, until as many were noted as are wanted.
pub fn turner(parameters: &Parameters) -> u64 {
    let words = shared();
    loop {
        let noted = words[turns::NOTED].load(Relaxed);
        if noted >= words[turns::WANTED].load(Relaxed) {
            return 0;
        }
        if let Some(place) = words.get(turns::FIRST + noted as usize) {
            place.store(parameters.words[0], Relaxed);
        }
        words[turns::NOTED].store(noted + 1, Relaxed);
        if exo_user::process_yield(Handle::NULL).is_err() {
            return 1;
        }
    }
}

const _: () = assert!(limits::PAGE_BYTES as usize == SHARED_WORDS * 8);
