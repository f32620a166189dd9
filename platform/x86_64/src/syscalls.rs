//! The table of system calls that `entry.s` calls through.

use exo_facts::{Error, Syscall};
use exo_kernel::Reply;

use crate::kernel::kernel;
use crate::memory::Symbol;
use crate::registers::{FIXED_FLAGS, Registers};
use crate::traps::resume;
use crate::{direct, fast, vectors};

/// The two result registers.
#[repr(C)]
pub struct Results {
    status: u64,
    value: u64,
}

/// A call with its six arguments.
type Call = extern "C" fn(u64, u64, u64, u64, u64, u64) -> Results;

/// A place in `entry.s` or `fast.s`.
pub type Label = unsafe extern "C" fn();

/// Numbers that have a place in the table: one more than the highest.
pub const CALLS: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Syscall::ALL.len() {
        let number = Syscall::ALL[index].number() as usize;
        count = if number < count { count } else { number + 1 };
        index += 1;
    }
    count
};
/// What `entry.s` answers itself, for numbers past the table.
pub const NO_SUCH_CALL: u64 = exo_facts::status(Err(Error::NoSuchCall));

// Safety: the first is the end of the stack that `entry.s` uses for calls, the second a word of its own.
unsafe extern "C" {
    safe static kernel_stack: Symbol;
    static syscall_stack: u64;
}

/// Before a call that may switch: notes where the caller goes on. The other registers aren't kept, the convention says so.
#[inline(always)]
fn save_caller() {
    let program_counter = (kernel_stack.address() - 8) as *const u64;
    let Registers { frame, link, .. } = kernel().current_registers();
    // Safety: both words were written by `entry.s` on the way to this call, and nothing writes to them meanwhile.
    unsafe {
        frame.program_counter = *program_counter;
        frame.stack = syscall_stack;
    }
    frame.flags = FIXED_FLAGS;
    link.whole = 0;
}

/// Whether the handler of a call wants to know more of the caller than who owns its capabilities and pays. If not, the kernel needn't learn
/// what a fast path did.
const fn asks_who_calls(call: Option<Syscall>) -> bool {
    use Syscall::{AccountQuery, AtomCompareAndSwap, AtomLoad, AtomSwap, CapInspect, Clock, Null};
    !matches!(
        call,
        Some(Null | Clock | CapInspect | AccountQuery | AtomLoad | AtomSwap | AtomCompareAndSwap)
    )
}

#[inline(always)]
fn answer(reply: Reply) -> Results {
    match reply {
        Reply::Value { status, value } => Results { status, value },
        Reply::Switched => resume(),
    }
}

extern "C" fn unknown(_: u64, _: u64, _: u64, _: u64, _: u64, _: u64) -> Results {
    Results {
        status: NO_SUCH_CALL,
        value: 0,
    }
}

/// Fills the table from the emitted list of calls.
macro_rules! table {
    ($($number:literal $name:ident $switches:literal;)*) => {{
        $(
            extern "C" fn $name(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> Results {
                let kernel = if asks_who_calls(Syscall::from_number($number)) { fast::synchronised() } else { kernel() };
                if $switches {
                    save_caller();
                }
                answer(exo_gate::$name(kernel, [a, b, c, d, e, f]))
            }
        )*
        let mut table = [unknown as Call; CALLS];
        $(table[$number] = $name;)*
        table
    }};
}

/// What the general path calls.
pub static HANDLERS: [Call; CALLS] = exo_gate::calls!(table);

/// Where each call goes first: most to the general path. All of them do where code uses vector registers, which the others would hand on.
pub static ENTRIES: [Label; CALLS] = {
    let mut entries = [general_call as Label; CALLS];
    let mut index = 0;
    while index < Syscall::ALL.len() {
        let call = Syscall::ALL[index];
        if call.parameters().len() <= 3 {
            entries[call.number() as usize] = short_call;
        }
        index += 1;
    }
    let mut index = 0;
    while index < direct::PATHS.len() && !vectors::USED {
        let (call, label, _) = direct::PATHS[index];
        entries[call.number() as usize] = label;
        index += 1;
    }
    if !vectors::USED {
        entries[Syscall::ProcessYield.number() as usize] = fast_yield;
        entries[Syscall::EndpointSend.number() as usize] = fast_send;
    }
    entries
};

// Safety: labels of `entry.s` and `fast.s`, of which only the addresses are taken.
unsafe extern "C" {
    fn general_call();
    fn short_call();
    fn fast_yield();
    fn fast_send();
}
