//! The table of system calls through which `vectors.s` reaches the gate.

use exo_facts::{Error, Syscall};
use exo_kernel::{Kernel, Reply};

use crate::fast::{self, Hot};
use crate::machine::Virt;
use crate::{direct, trap};

/// One more than the highest number.
pub const COUNT: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Syscall::ALL.len() {
        let number = Syscall::ALL[index].number() as usize;
        count = if number < count { count } else { number + 1 };
        index += 1;
    }
    count
};

/// What `vectors.s` answers itself, for numbers past the table.
pub const NO_SUCH_CALL: u64 = exo_facts::status(Err(Error::NoSuchCall));

/// The two result registers.
#[repr(C)]
pub struct Results {
    status: u64,
    value: u64,
}

/// A call with its six arguments. What it works on is the seventh: fields are read at offsets from one register then, where they would be
/// addresses of their own otherwise, each of two instructions.
pub type Call = extern "C" fn(u64, u64, u64, u64, u64, u64, &mut Hot) -> Results;

/// Where a number leads: to a function, or to a label of `fast.s` that is entered like one.
#[derive(Clone, Copy)]
pub union Entry {
    call: Call,
    label: unsafe extern "C" fn(),
}

unsafe extern "C" {
    fn fast_send();
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
fn answer(kernel: &mut Kernel<Virt>, reply: Reply) -> Results {
    match reply {
        Reply::Value { status, value } => Results { status, value },
        Reply::Switched => trap::resume(kernel),
    }
}

extern "C" fn unknown(_: u64, _: u64, _: u64, _: u64, _: u64, _: u64, _: &mut Hot) -> Results {
    Results {
        status: NO_SUCH_CALL,
        value: 0,
    }
}

/// Fills the table from the emitted list of calls. Of the caller of one that may switch, what it keeps is noted before; where it comes
/// back at once, everything is still in its place.
macro_rules! table {
    ($($number:literal $name:ident $switches:literal;)*) => {{
        $(
            extern "C" fn $name(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
                // SAFETY: processes run, so that the kernel is there.
                let kernel = unsafe { hot.kernel.assume_init_mut() };
                if asks_who_calls(Syscall::from_number($number)) {
                    fast::catch_up(&kernel.machine);
                }
                if $switches {
                    // SAFETY: the row of the process that makes the call.
                    unsafe { (*kernel.machine.current).note_caller() };
                }
                let reply = exo_gate::$name(kernel, [a, b, c, d, e, f]);
                answer(kernel, reply)
            }
        )*
        let mut table = [Entry { call: unknown }; COUNT];
        $(table[$number] = Entry { call: $name };)*
        table
    }};
}

/// The functions alone.
const CALLS: [Entry; COUNT] = exo_gate::calls!(table);

/// Where calls go. A yield takes its fast path before this table is looked at.
pub const ENTRIES: [Entry; COUNT] = {
    let mut entries = CALLS;
    let mut index = 0;
    while index < direct::PATHS.len() {
        let (call, path) = direct::PATHS[index];
        entries[call.number() as usize] = Entry { call: path };
        index += 1;
    }
    entries[Syscall::EndpointSend.number() as usize] = Entry { label: fast_send };
    entries
};

/// Where a fast path leaves a call to.
pub extern "C" fn general_yield(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    general::<{ Syscall::ProcessYield.number() as usize }>(a, b, c, d, e, f, hot)
}

/// The same for a message.
pub extern "C" fn general_send(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    general::<{ Syscall::EndpointSend.number() as usize }>(a, b, c, d, e, f, hot)
}

/// Where a direct path leaves a call to.
#[inline(always)]
pub fn general<const NUMBER: usize>(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    // SAFETY: the table of functions has no labels in it.
    let call = unsafe { const { CALLS[NUMBER] }.call };
    call(a, b, c, d, e, f, hot)
}
