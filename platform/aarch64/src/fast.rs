//! The fast paths: a directed yield, and a message of words alone to a process that waits for it.
//!
//! `fast.s` makes the checks of the gate, takes the gas and switches, and leaves everything else to the general path before it has changed
//! anything. It tells the kernel nothing: who runs is who tpidr_el1 points to. So that other calls needn't look whether the kernel knows,
//! a fast path turns to a second table of entries, in which those calls first let the kernel [catch up](catch_up).
//!
//! What makes a process fit for a fast path is noted beside its registers by [`prepare`], on the last way out through the kernel.

use core::arch::{asm, global_asm};
use core::mem::{MaybeUninit, offset_of, size_of};

use exo_facts::{Kind, Rights, Syscall};
use exo_kernel::capabilities::Slot;
use exo_kernel::objects::Endpoint;
use exo_kernel::process::{Process, State};
use exo_kernel::{Kernel, ProcessId};

use crate::calls::{COUNT, Entry};
use crate::machine::Virt;
use crate::registers::{Kept, Registers};

/// What a fast path needs to know of a process. Its account and its space never change.
#[repr(C)]
#[derive(Clone)]
pub struct Link {
    /// What the identity of a capability to a process is for this owner, without the epoch.
    key: u64,
    /// What the identity of any capability of this owner is, without the epoch and the kind.
    owner: u64,
    /// Where the balance of its account is.
    balance: *mut u64,
    /// The address of its topmost page table.
    root: u64,
    /// Its row, or 0 while it has never run.
    id: u32,
}

impl Link {
    pub const NEW: Self = Self {
        key: UNFIT,
        owner: 0,
        balance: core::ptr::null_mut(),
        root: 0,
        id: 0,
    };
}

/// The key of a process that may not take a fast path: there is no such kind, nor the one behind it.
const UNFIT: u64 = 0xfe;

/// What every way in has at hand.
#[repr(C)]
pub struct Hot {
    /// Where calls go.
    entries: *const [Entry; COUNT],
    slots: *const Slot,
    slot_count: u64,
    processes: *mut Process<Registers>,
    endpoints: *mut Endpoint,
    /// For each process, a word that isn't zero while it has a deadline.
    deadlines: *const u32,
    /// Whom the kernel takes for current, or last did.
    known: *mut Registers,
    pub kernel: MaybeUninit<Kernel<Virt>>,
}

pub static mut HOT: Hot = Hot {
    entries: core::ptr::null(),
    slots: core::ptr::null(),
    slot_count: 0,
    processes: core::ptr::null_mut(),
    endpoints: core::ptr::null_mut(),
    deadlines: core::ptr::null(),
    known: core::ptr::null_mut(),
    kernel: MaybeUninit::uninit(),
};

/// Notes where the tables of the kernel are. They never move.
pub fn open(kernel: &mut Kernel<Virt>) {
    let tables = kernel.tables();
    // SAFETY: called once, before any process runs.
    unsafe {
        HOT.entries = &raw const crate::calls::ENTRIES;
        HOT.slots = tables.slots;
        HOT.slot_count = tables.slot_count;
        HOT.processes = tables.processes;
        HOT.endpoints = tables.endpoints;
        HOT.deadlines = tables.deadlines;
    }
}

/// The registers of whoever runs or, in the kernel, ran last.
#[inline(always)]
pub fn running() -> *mut Registers {
    let running;
    // SAFETY: reads what the last way out has set, which no Rust code sees changing.
    unsafe { asm!("mrs {}, tpidr_el1", out(reg) running, options(pure, nomem, nostack, preserves_flags)) }
    running
}

/// The owner of the capabilities that a call names.
#[inline(always)]
pub fn caller_key() -> u64 {
    // SAFETY: a call comes from the process that runs.
    unsafe { (*running()).link.owner }
}

/// Takes gas from whoever calls, and says whether it was enough.
#[inline(always)]
pub fn charge_caller(amount: u64) -> bool {
    // SAFETY: as above; the account of a process lives as long as the process does, in a table that never moves.
    let balance = unsafe { &mut *(*running()).link.balance };
    match balance.checked_sub(amount) {
        Some(rest) => {
            *balance = rest;
            true
        }
        None => false,
    }
}

/// Tells the kernel who runs, if a fast path has switched since it last knew.
pub extern "C" fn catch_up() {
    let running = running();
    // SAFETY: the kernel runs alone, and no fast path is under way. The row is that of a process.
    unsafe {
        HOT.entries = &raw const crate::calls::ENTRIES;
        if HOT.known != running {
            HOT.known = running;
            crate::kernel::kernel().adopt(ProcessId((*running).link.id));
        }
    }
}

/// Makes the current process fit to go on, and known to the fast paths. Returns its registers, and what of them counts.
#[inline(always)]
pub fn prepare(kernel: &mut Kernel<Virt>) -> (*const Registers, Kept) {
    let id = kernel.current();
    // A guest that isn't in the queue of the scheduler would be lost if it gave way: the general path puts it there.
    let is_fit = !kernel.is_lone_guest();
    let registers = core::ptr::from_mut(kernel.current_registers());
    // SAFETY: a row of a table that never moves, and nobody else looks at it before the kernel is left.
    let row = unsafe { &mut *registers };
    if row.link.id == 0 {
        introduce(kernel, id, &mut row.link);
    }
    row.link.key = if is_fit {
        row.link.owner + Kind::Process as u64
    } else {
        UNFIT
    };
    let kept = row.leave();
    // SAFETY: as above.
    unsafe { HOT.known = registers };
    (registers, kept)
}

/// A process goes on for the first time.
#[cold]
fn introduce(kernel: &mut Kernel<Virt>, id: ProcessId, link: &mut Link) {
    link.id = id.0;
    link.owner = u64::from(id.0) << 8;
    link.balance = core::ptr::from_mut(kernel.current_balance());
    link.root = kernel.current_root().address();
}

// `fast.s` finds a row by a shift, and what is kept of a process and its state in one half-word.
const _: () = {
    assert!(size_of::<Process<Registers>>() == 1 << ROW_SHIFT);
    assert!(offset_of!(Process<Registers>, registers) == 0);
    assert!(offset_of!(Process<Registers>, state) == offset_of!(Registers, kept) + 1);
    assert!(offset_of!(Hot, slot_count) == offset_of!(Hot, slots) + 8);
    assert!(offset_of!(Slot, rights) == offset_of!(Slot, object) + 4);
    assert!(offset_of!(Registers, program_counter) == offset_of!(Registers, stack) + 8);
    assert!(Kept::Nothing as u8 == 0);
};

/// The rows of the table of processes have a size that is a power of two, see [`Registers`].
pub const ROW_SHIFT: u32 = 10;

const LINK: usize = offset_of!(Registers, link);

global_asm!(
    include_str!("fast.s"),
    slots = const offset_of!(Hot, slots),
    processes = const offset_of!(Hot, processes),
    endpoints = const offset_of!(Hot, endpoints),
    deadlines = const offset_of!(Hot, deadlines),
    entries_after = sym crate::calls::ENTRIES_AFTER_FAST,
    catch_up = sym catch_up,
    general_yield = sym crate::calls::general_yield,
    general_send = sym crate::calls::general_send,
    slot_size = const size_of::<Slot>(),
    identity = const offset_of!(Slot, identity),
    object = const offset_of!(Slot, object),
    row_shift = const ROW_SHIFT,
    stack = const offset_of!(Registers, stack),
    key = const LINK + offset_of!(Link, key),
    balance = const LINK + offset_of!(Link, balance),
    root = const LINK + offset_of!(Link, root),
    kept = const offset_of!(Registers, kept),
    state = const offset_of!(Process<Registers>, state),
    due = const offset_of!(Process<Registers>, due),
    slot = const offset_of!(Process<Registers>, slot),
    next = const offset_of!(Process<Registers>, next),
    previous = const offset_of!(Process<Registers>, previous),
    endpoint_size = const size_of::<Endpoint>(),
    receivers = const offset_of!(Endpoint, receivers),
    ready = const State::Ready as u8,
    stopped_ready = const (State::Ready as u16) << 8,
    stopped_receiving = const (State::Receiving as u16) << 8,
    execute = const Rights::EXECUTE.bits().trailing_zeros(),
    write = const Rights::WRITE.bits().trailing_zeros(),
    to_endpoint = const Kind::Endpoint as u64 - Kind::Process as u64,
    unfit = const UNFIT,
    yield_price = const Syscall::ProcessYield.gas(),
    send_price = const Syscall::EndpointSend.gas(),
);
