//! The fast paths: a directed yield, and a message of words alone to a process that waits for it.
//!
//! `fast.s` makes the checks of the gate, takes the gas and switches, and leaves everything else to the general path before it has changed
//! anything. It tells the kernel nothing but who runs: a call that [asks for that](crate::calls) lets the kernel [catch up](catch_up) first.
//!
//! What makes a process fit for a fast path is noted among its registers by [`prepare`], on the last way out through the kernel.

use core::arch::{asm, global_asm};
use core::mem::{MaybeUninit, offset_of, size_of};

use exo_facts::{Kind, Rights, Syscall};
use exo_kernel::capabilities::Slot;
use exo_kernel::objects::Endpoint;
use exo_kernel::process::{Process, State};
use exo_kernel::{Kernel, ProcessId};

use crate::calls::{COUNT, ENTRIES, Entry};
use crate::kernel::kernel;
use crate::machine::Virt;
use crate::registers::{Frame, Registers};

/// What a fast path needs to know of a process. Its account never changes. Where the tables are is said beside it, as that is nearer than
/// [`Hot`].
#[repr(C)]
#[derive(Clone)]
pub struct Link {
    /// What the identity of a capability to a process is for this owner, less the handle; or zero, which fits none, while the process may
    /// take no fast path.
    key: u64,
    /// Where the balance of its account is.
    balance: *mut u64,
    slots: *const Slot,
    frames: *mut Frame,
    slot_count: u64,
    slot_size: u64,
    /// What the identity of any capability of this owner is, less the handle and the kind.
    owner: u64,
    /// Its row.
    id: u32,
}

impl Link {
    /// That of a process that has never run.
    pub const NEW: Self = Self {
        key: 0,
        balance: core::ptr::null_mut(),
        slots: core::ptr::null(),
        frames: core::ptr::null_mut(),
        slot_count: 0,
        slot_size: 0,
        owner: 0,
        id: 0,
    };

    /// No fast path may switch away from the process.
    #[inline(always)]
    pub fn make_unfit(&mut self) {
        self.key = 0;
    }

    #[inline(always)]
    pub fn id(&self) -> ProcessId {
        ProcessId(self.id)
    }
}

/// What every way in has at hand: the stack pointer is here while a process runs (linker.ld).
#[repr(C, align(16))]
pub struct Base {
    /// Where calls go.
    entries: MaybeUninit<[Entry; COUNT]>,
    pub hot: Hot,
}

/// What calls work on.
#[repr(C)]
pub struct Hot {
    pub kernel: MaybeUninit<Kernel<Virt>>,
    endpoints: *mut Endpoint,
    slots: *const Slot,
    slot_count: u64,
    /// The registers of the first process; those of the next lie a row further.
    frames: *mut Frame,
    processes: u32,
}

#[unsafe(link_section = ".bss.hot")]
pub static mut BASE: Base = Base {
    entries: MaybeUninit::zeroed(),
    hot: Hot {
        kernel: MaybeUninit::zeroed(),
        endpoints: core::ptr::null_mut(),
        slots: core::ptr::null(),
        slot_count: 0,
        frames: core::ptr::null_mut(),
        processes: 0,
    },
};

/// Notes where the tables of the kernel are. They never move.
pub fn open(kernel: &mut Kernel<Virt>) {
    let tables = kernel.tables();
    // SAFETY: called once, before any process runs. The registers lie inside the rows.
    unsafe {
        BASE.entries = MaybeUninit::new(ENTRIES);
        BASE.hot.slots = tables.slots;
        BASE.hot.slot_count = tables.slot_count;
        BASE.hot.frames = tables.processes.byte_add(FRAME).cast();
        BASE.hot.processes = tables.process_count;
        BASE.hot.endpoints = tables.endpoints;
    }
}

/// Whose frame it is.
#[inline(always)]
pub fn id(frame: *const Frame) -> ProcessId {
    // SAFETY: that of a process that has run.
    unsafe { (*frame).link.id() }
}

/// The owner of the capabilities that a call names.
#[inline(always)]
pub fn caller_key(machine: &Virt) -> u64 {
    // SAFETY: a call comes from the process that runs.
    unsafe { (*machine.current).link.owner }
}

/// Takes gas from whoever calls, and says whether it was enough.
#[inline(always)]
pub fn charge_caller(machine: &Virt, amount: u64) -> bool {
    // SAFETY: as above; the account of a process lives as long as the process does, in a table that never moves.
    let balance = unsafe { &mut *(*machine.current).link.balance };
    match balance.checked_sub(amount) {
        Some(rest) => {
            *balance = rest;
            true
        }
        None => false,
    }
}

/// Tells the kernel who runs, if a fast path has switched since it last knew.
#[inline(always)]
pub fn catch_up(machine: &Virt) {
    if machine.known != machine.current {
        // SAFETY: changes what `adopt` does; `fast.s` keeps all registers but those that are named. So the calls that come here needn't put
        // their arguments elsewhere.
        unsafe {
            asm!("bl adopt", out("x30") _, out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _, out("v6") _,
                out("v7") _, out("v16") _, out("v17") _, out("v18") _, out("v19") _, out("v20") _, out("v21") _, out("v22") _,
                out("v23") _, out("v24") _, out("v25") _, out("v26") _, out("v27") _, out("v28") _, out("v29") _, out("v30") _,
                out("v31") _);
        }
    }
}

/// The same for exceptions.
pub fn catch_up_interrupted() {
    adopt();
}

extern "C" fn adopt() {
    let kernel = kernel();
    let Virt { current, known, .. } = &mut kernel.machine;
    if *known != *current {
        *known = *current;
        // SAFETY: the row is that of a process.
        let id = unsafe { (**current).link.id() };
        kernel.adopt(id);
    }
}

/// Makes the current process fit to go on, and known to the fast paths. Returns its registers, or nothing if it has to be
/// [introduced](introduce) before.
#[inline(always)]
pub fn prepare(kernel: &mut Kernel<Virt>) -> Option<*const Frame> {
    // A guest that isn't in the queue of the scheduler would be lost if it gave way: the general path puts it there.
    let is_fit = !kernel.is_lone_guest();
    let frame = &raw mut kernel.current_registers().frame;
    // SAFETY: a row of a table that never moves, and nobody else looks at it before the kernel is left.
    let row = unsafe { &mut *frame };
    if row.resume >> 1 == 0 {
        return None;
    }
    row.link.key = if is_fit { row.link.owner + Kind::Process as u64 } else { 0 };
    row.leave();
    (kernel.machine.current, kernel.machine.known) = (frame, frame);
    Some(frame)
}

/// The current process goes on for the first time, or after its space has got another identifier.
pub fn introduce(kernel: &mut Kernel<Virt>) {
    let id = kernel.current();
    let balance = core::ptr::from_mut(kernel.current_balance());
    let row = &mut kernel.current_registers().frame;
    let table: u64;
    // SAFETY: reads what is active: the space of the process.
    unsafe { asm!("mrs {}, ttbr0_el1", out(reg) table, options(nomem, nostack, preserves_flags)) }
    row.resume |= table;
    // SAFETY: written once, by `open`.
    let (slots, slot_count, frames) = unsafe { (BASE.hot.slots, BASE.hot.slot_count, BASE.hot.frames) };
    row.link = Link {
        key: 0,
        balance,
        slots,
        frames,
        slot_count,
        slot_size: size_of::<Slot>() as u64,
        owner: u64::from(id.0) << 8,
        id: id.0,
    };
}

/// All identifiers of spaces are given out anew: no fast path may go on with a process before its space has got one.
pub fn forget_spaces() {
    // SAFETY: the kernel runs alone, and holds no reference to a row while it makes a space active.
    unsafe {
        for index in 0..BASE.hot.processes {
            let frame = BASE.hot.frames.byte_add((index as usize) << ROW_SHIFT);
            (*frame).require_kernel();
            (*frame).resume = 1;
            (*frame.byte_sub(FRAME).cast::<Process<Registers>>()).watch();
        }
    }
}

// What `fast.s` loads in pairs.
const _: () = {
    assert!(size_of::<Process<Registers>>() == 1 << ROW_SHIFT);
    assert!(offset_of!(Process<Registers>, state) == FRAME + offset_of!(Frame, resume) + 8);
    assert!(offset_of!(Link, balance) == offset_of!(Link, key) + 8);
    assert!(offset_of!(Link, frames) == offset_of!(Link, slots) + 8);
    assert!(offset_of!(Link, slot_size) == offset_of!(Link, slot_count) + 8);
    assert!(offset_of!(Slot, rights) == offset_of!(Slot, object) + 4);
    assert!(offset_of!(Frame, program_counter) == offset_of!(Frame, stack) + 8);
    assert!(size_of::<Endpoint>().is_power_of_two());
    assert!(offset_of!(Base, entries) == 0);
    assert!(State::Ready as u64 == 0);
};

/// The rows of the table of processes have a size that is a power of two, see [`Registers`].
pub const ROW_SHIFT: u32 = 10;

/// Where in a row the frame is: addresses of processes are those of their frames.
const FRAME: usize = offset_of!(Process<Registers>, registers) + offset_of!(Registers, frame);

const LINK: usize = offset_of!(Frame, link);

global_asm!(
    include_str!("fast.s"),
    current = const CURRENT,
    endpoints = const HOT + offset_of!(Hot, endpoints),
    adopt = sym adopt,
    hot = const HOT,
    general_yield = sym crate::calls::general_yield,
    direct_send = sym crate::direct::send,
    general_send = sym crate::calls::general_send,
    identity = const offset_of!(Slot, identity),
    object = const offset_of!(Slot, object),
    row_shift = const ROW_SHIFT,
    stack = const offset_of!(Frame, stack),
    key = const LINK + offset_of!(Link, key),
    slots = const LINK + offset_of!(Link, slots),
    slot_count = const LINK + offset_of!(Link, slot_count),
    resume = const offset_of!(Frame, resume),
    state = const offset_of!(Process<Registers>, state) - FRAME,
    next = const offset_of!(Process<Registers>, next) - FRAME,
    endpoint_shift = const size_of::<Endpoint>().trailing_zeros(),
    receivers = const offset_of!(Endpoint, receivers),
    receiving = const State::Receiving as u64,
    execute = const Rights::EXECUTE.bits().trailing_zeros(),
    write = const Rights::WRITE.bits().trailing_zeros(),
    to_endpoint = const Kind::Endpoint as u64 - Kind::Process as u64,
    yield_price = const Syscall::ProcessYield.gas(),
    send_price = const Syscall::EndpointSend.gas(),
);

/// Where `vectors.s` finds who runs, and what calls work on.
pub const CURRENT: usize = HOT + offset_of!(Hot, kernel) + offset_of!(Kernel<Virt>, machine) + offset_of!(Virt, current);
pub const HOT: usize = offset_of!(Base, hot);
