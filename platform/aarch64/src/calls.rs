//! The table of system calls through which `vectors.s` reaches the gate.

use exo_facts::{Error, Syscall};
use exo_kernel::Reply;

use crate::fast::{self, Hot};
use crate::trap;

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
type Call = extern "C" fn(u64, u64, u64, u64, u64, u64, &mut Hot) -> Results;

/// Where a number leads: to a function, or to a label of `fast.s` that is entered like one.
#[derive(Clone, Copy)]
pub union Entry {
    call: Call,
    label: unsafe extern "C" fn(),
}

unsafe extern "C" {
    fn fast_yield();
    fn fast_send();
    fn catch_up_call();
}

#[inline(always)]
fn answer(reply: Reply) -> Results {
    match reply {
        Reply::Value { status, value } => Results { status, value },
        Reply::Switched => trap::resume(),
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
                if $switches {
                    // SAFETY: the row of the process that makes the call.
                    unsafe { (*fast::running()).note_caller() };
                }
                // SAFETY: processes run, so that the kernel is there.
                let kernel = unsafe { hot.kernel.assume_init_mut() };
                answer(exo_gate::$name(kernel, [a, b, c, d, e, f]))
            }
        )*
        let mut table = [Entry { call: unknown }; COUNT];
        $(table[$number] = Entry { call: $name };)*
        table
    }};
}

/// The functions alone.
const CALLS: [Entry; COUNT] = exo_gate::calls!(table);

/// Where calls go as long as the kernel knows who runs.
pub static ENTRIES: [Entry; COUNT] = with_fast_paths(CALLS);

/// Where they go after a fast path has switched.
pub static ENTRIES_AFTER_FAST: [Entry; COUNT] = with_fast_paths([Entry { label: catch_up_call }; COUNT]);

const fn with_fast_paths(mut entries: [Entry; COUNT]) -> [Entry; COUNT] {
    entries[Syscall::ProcessYield.number() as usize] = Entry { label: fast_yield };
    entries[Syscall::EndpointSend.number() as usize] = Entry { label: fast_send };
    entries
}

/// Where fast paths leave a call to, which may come after another fast path.
pub extern "C" fn general_yield(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    general::<{ Syscall::ProcessYield.number() as usize }>(a, b, c, d, e, f, hot)
}

/// The same for a message.
pub extern "C" fn general_send(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    general::<{ Syscall::EndpointSend.number() as usize }>(a, b, c, d, e, f, hot)
}

#[inline(always)]
fn general<const NUMBER: usize>(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    fast::catch_up();
    // SAFETY: the table of functions has no labels in it.
    let call = unsafe { const { CALLS[NUMBER] }.call };
    call(a, b, c, d, e, f, hot)
}
