//! Programs that do what they must not do. Each ends, or is ended; the others don't notice.

use core::fmt::Write;

use exo_facts::{Error, Handle, Syscall, Trap, initial};

use crate::arch;
use crate::console::Console;
use crate::program::Program;
use crate::spawn::{Child, Parameters, initial};

/// What a process ends with that was ended; less the number of the trap if it was by a fault.
const KILLED: u64 = u64::MAX;

/// What a culprit does.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Deed {
    ReadNull,
    WriteCode,
    ExecuteStack,
    ReadKernel,
    Divide,
    Privileged,
    Illegal,
    Panic,
    Overflow,
    Loop,
    SpendAll,
    Secret,
    Hoard,
}

/// What a hoarder keeps: an encoded value, which takes so many words.
const VALUE: [u8; 102] = {
    let mut bytes = [9; 102];
    (bytes[0], bytes[1]) = (4, 100);
    bytes
};
const VALUE_WORDS: u64 = 14;
const VALUES: u64 = 10;

/// What is tried: the name of the check, the deed, and the trap that it must come to, if any.
const CASES: [(&str, Deed, Option<&[Trap]>); 8] = [
    ("fault_read_null", Deed::ReadNull, Some(&[Trap::ReadFault])),
    ("fault_write_code", Deed::WriteCode, Some(&[Trap::WriteFault])),
    ("fault_execute_stack", Deed::ExecuteStack, Some(&[Trap::ExecuteFault])),
    ("fault_read_kernel", Deed::ReadKernel, Some(&[Trap::ReadFault])),
    (
        "fault_stack_overflow",
        Deed::Overflow,
        Some(&[Trap::WriteFault, Trap::ReadFault]),
    ),
    (
        "fault_divide",
        Deed::Divide,
        if cfg!(target_arch = "x86_64") {
            Some(&[Trap::Division])
        } else {
            None
        },
    ),
    (
        "fault_privileged",
        Deed::Privileged,
        Some(&[Trap::Protection, Trap::IllegalInstruction, Trap::Other]),
    ),
    ("fault_illegal", Deed::Illegal, Some(&[Trap::IllegalInstruction])),
];

pub fn culprit(parameters: &Parameters) -> u64 {
    let is = |deed: Deed| parameters.words[0] == deed as u64;
    // Safety: the point is that these accesses are refused. Nothing is at these addresses that Rust owns.
    unsafe {
        if is(Deed::ReadNull) {
            core::ptr::dangling::<u64>().read_volatile();
        } else if is(Deed::WriteCode) {
            (exo_facts::limits::PROGRAM_START as *mut u64).write_volatile(0);
        } else if is(Deed::ExecuteStack) {
            let word = 0u64;
            core::mem::transmute::<*const u64, extern "C" fn()>(&raw const word)();
        } else if is(Deed::ReadKernel) {
            (0xffff_8000_0010_0000_u64 as *const u64).read_volatile();
        }
    }
    if is(Deed::Divide) {
        arch::divide_by_zero();
    } else if is(Deed::Privileged) {
        arch::privileged_instruction();
    } else if is(Deed::Illegal) {
        arch::illegal_instruction();
    } else if is(Deed::Panic) {
        panic!("on purpose");
    } else if is(Deed::Overflow) {
        return overflow(1);
    } else if is(Deed::Secret) {
        arch::fill_registers();
    } else if is(Deed::SpendAll) {
        while exo_user::cap_inspect(Handle(parameters.words[1])) != Err(Error::NoGas) {}
        return Error::NoGas.code();
    }
    if is(Deed::Hoard) {
        return hoard(Handle(parameters.words[1]));
    }
    while is(Deed::Loop) {
        core::hint::spin_loop();
    }
    0
}

/// Keeps all values that it can pay for, tells how many they are, and keeps them until somebody answers.
fn hoard(endpoint: Handle) -> u64 {
    let mut kept = 0;
    let refusal = loop {
        match exo_user::value_store(VALUE.as_ptr() as u64, VALUE.len() as u64).and_then(exo_user::atom_create) {
            Ok(_) => kept += 1,
            Err(error) => break error.code(),
        }
    };
    match exo_user::endpoint_call(endpoint, kept, refusal, 0, 0, Handle::NULL) {
        Ok(_) => 0,
        Err(error) => error.code(),
    }
}

#[expect(unconditional_recursion, reason = "it is to run out of stack")]
fn overflow(depth: u64) -> u64 {
    let frame = core::hint::black_box([depth; 32]);
    overflow(depth + 1) + frame[0]
}

/// Lets each happen, and says whether it came out as it must.
pub fn run(console: &mut Console) -> Result<(), Error> {
    let account = initial(initial::ACCOUNT);
    let endpoint = exo_user::endpoint_create()?;
    for (name, deed, traps) in CASES {
        let child = Child::create(account)?;
        exo_user::process_on_fault(child.process, endpoint)?;
        child.start(Program::Culprit, &[deed as u64])?;
        let Some(traps) = traps else {
            let status = child.reap()?;
            report(console, name, status == 0, status);
            continue;
        };
        let message = exo_user::endpoint_receive(endpoint)?;
        let trap = message.words[0];
        report(console, name, traps.iter().any(|expected| expected.code() == trap), trap);
        exo_user::process_kill(child.process)?;
        child.reap()?;
    }
    exo_user::cap_drop(endpoint)?;

    // With nobody to tell, a fault ends the process alone.
    let child = Child::create(account)?;
    child.start(Program::Culprit, &[Deed::ReadNull as u64])?;
    let status = child.reap()?;
    report(
        console,
        "fault_without_handler",
        status == KILLED - Trap::ReadFault.code(),
        status,
    );

    let child = Child::create(account)?;
    child.start(Program::Culprit, &[Deed::Panic as u64])?;
    let status = child.reap()?;
    report(console, "panic", status == crate::PANIC_STATUS, status);

    // An endless loop takes no more than its share, and can be ended.
    let spinner = Child::create(account)?;
    spinner.start(Program::Culprit, &[Deed::Loop as u64])?;
    let other = Child::create(account)?;
    other.start(Program::Exit, &[7])?;
    let status = other.reap()?;
    report(console, "endless_loop_shares", status == 7, status);
    exo_user::process_kill(spinner.process)?;
    let status = spinner.reap()?;
    report(console, "endless_loop_killed", status == KILLED, status);

    secrets(console)?;
    exhaustion(console)?;
    hoarding(console)
}

/// Processes are interrupted, and ended, with secrets in all their registers; whoever waited in a call meanwhile sees none.
fn secrets(console: &mut Console) -> Result<(), Error> {
    let child = Child::create(initial(initial::ACCOUNT))?;
    child.start(Program::Culprit, &[Deed::Secret as u64])?;
    let mut seen = 0;
    for _ in 0..8 {
        let registers = arch::registers_behind(Syscall::ProcessYield.number(), 0);
        seen += registers.iter().filter(|&&word| word == arch::PATTERN).count() as u64;
    }
    report(console, "registers_are_private", seen == 0, seen);
    exo_user::process_kill(child.process)?;
    child.reap()?;
    if !arch::YIELDS_HIDE_ADDRESSES {
        return Ok(());
    }

    // Two that yield to each other see of each other what they left in registers, and nothing of the kernel.
    let child = Child::create(initial(initial::ACCOUNT))?;
    let me = child.give(initial(initial::PROCESS))?;
    child.start(Program::YieldMeter, &[me])?;
    // The least of several: who is interrupted meanwhile gets back what an earlier call of its own left.
    let mut seen = u64::MAX;
    for _ in 0..4 {
        let registers = arch::registers_behind(Syscall::ProcessYield.number(), child.process.0);
        seen = seen.min(registers.iter().filter(|word| arch::KERNEL.contains(word)).count() as u64);
    }
    report(console, "yield_hides_addresses", seen == 0, seen);
    exo_user::process_kill(child.process)?;
    child.reap().map(drop)
}

/// A loop on an account that runs dry stops; it goes on when the account is filled. A call that can't be paid says so.
fn exhaustion(console: &mut Console) -> Result<(), Error> {
    let account = exo_user::account_create()?;
    exo_user::account_transfer(initial(initial::ACCOUNT), account, 10 * exo_facts::gas::TICK)?;
    let child = Child::create(account)?;
    child.start(Program::Culprit, &[Deed::Loop as u64])?;
    let mut rounds = 0;
    while exo_user::account_query(account)? > 0 && rounds < 1_000_000 {
        exo_user::process_yield(Handle::NULL)?;
        rounds += 1;
    }
    let left = exo_user::account_query(account)?;
    report(console, "gas_exhausted", left == 0, left);
    exo_user::process_kill(child.process)?;
    child.reap()?;

    // Enough for its turn, which is paid for before it begins, and for few calls.
    exo_user::account_transfer(initial(initial::ACCOUNT), account, exo_facts::gas::TICK + 100)?;
    let child = Child::create(account)?;
    let theirs = child.give(account)?;
    child.start(Program::Culprit, &[Deed::SpendAll as u64, theirs])?;
    let status = child.reap()?;
    report(console, "gas_refused", status == Error::NoGas.code(), status);
    exo_user::cap_drop(account)
}

/// A process keeps what its account can leave deposits for; others keep values as before. The deposits come back when it has ended.
fn hoarding(console: &mut Console) -> Result<(), Error> {
    let account = exo_user::account_create()?;
    let endpoint = exo_user::endpoint_create()?;
    let deposits = VALUES * (VALUE_WORDS * exo_facts::gas::VALUE_WORD + exo_facts::gas::ATOM);
    for (name, funds) in [("values_refused", deposits), ("deposits_come_back", 0)] {
        // What is for its calls, and for a collection, is less than another value needs.
        exo_user::account_transfer(initial(initial::ACCOUNT), account, funds + 7 * exo_facts::gas::TICK)?;
        let child = Child::create(account)?;
        let theirs = child.give(endpoint)?;
        child.start(Program::Culprit, &[Deed::Hoard as u64, theirs])?;
        let [kept, refusal, ..] = exo_user::endpoint_receive(endpoint)?.words;
        report(
            console,
            name,
            kept == VALUES && refusal == Error::NoGas.code(),
            kept << 32 | refusal,
        );
        if funds > 0 {
            let stored = exo_user::value_store(VALUE.as_ptr() as u64, VALUE.len() as u64).and_then(exo_user::atom_create);
            report(
                console,
                "values_for_others",
                stored.is_ok(),
                stored.err().map_or(0, Error::code),
            );
            exo_user::cap_drop(stored?)?;
        }
        exo_user::process_kill(child.process)?;
        child.reap()?;
    }
    exo_user::cap_drop(endpoint)?;
    exo_user::cap_drop(account)
}

fn report(console: &mut Console, name: &str, passed: bool, found: u64) {
    let _ = if passed {
        writeln!(console, "pass {name}")
    } else {
        writeln!(console, "fail {name}: found {found:#x}")
    };
}
