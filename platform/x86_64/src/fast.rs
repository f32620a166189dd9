//! What the fast paths of `entry.s` go by, those of the directed yield and of sending a message, and how they and the kernel agree on who
//! is current.
//!
//! A fast path knows the process that runs by [`Paths::current`], and changes nothing of the kernel but that, the two processes, the
//! endpoint and the balance. The kernel learns who is current when it is entered next, in [`synchronised`]. What a fast path can't do, for
//! whatever reason, it leaves to the general path before it has changed anything.

use core::arch::asm;
use core::mem::{offset_of, size_of};

use exo_facts::{Kind, Rights, Syscall};
use exo_kernel::capabilities::Slot;
use exo_kernel::objects::Endpoint;
use exo_kernel::process::{Process, State};
use exo_kernel::{Kernel, ProcessId};

use crate::kernel::kernel;
use crate::machine::Processor;
use crate::registers::{Frame, Registers};

/// What a fast path needs to know of a process, behind its registers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Link {
    /// What the identity of a process's capability is for this owner, less the handle. Zero, which fits none, while the process may take no
    /// fast path.
    key: u64,
    /// The same without the kind, always.
    owner: u64,
    /// Where the balance of its account is.
    balance: *mut u64,
    /// The address of its topmost page table.
    root: u64,
    /// Its row.
    id: u32,
    padding: [u8; 3],
    /// One where more than the program counter and the stack pointer counts when it goes on. The state of the process is the next byte.
    pub whole: u8,
}

impl Link {
    /// That of a process that has never run.
    pub const NEW: Link = Link {
        key: 0,
        owner: 0,
        balance: core::ptr::null_mut(),
        root: 0,
        id: 0,
        padding: [0; 3],
        whole: 1,
    };
}

/// Where things are.
#[repr(C)]
pub struct Paths {
    /// The process that runs, or the last one that did.
    current: *mut Registers,
    /// The one that the kernel takes for current.
    known: *mut Registers,
    slots: *const Slot,
    slot_count: u64,
    processes: *mut Process<Registers>,
    endpoints: *mut Endpoint,
}

pub static mut PATHS: Paths = Paths {
    current: core::ptr::null_mut(),
    known: core::ptr::null_mut(),
    slots: core::ptr::null(),
    slot_count: 0,
    processes: core::ptr::null_mut(),
    endpoints: core::ptr::null_mut(),
};

const _: () = assert!(offset_of!(Process<Registers>, registers) == 0);
const _: () = assert!(offset_of!(Process<Registers>, state) == WHOLE + 1);

/// Notes where the tables of the kernel are. They never move.
pub fn open(kernel: &mut Kernel<Processor>) {
    let tables = kernel.tables();
    // Safety: called once, before any program runs.
    unsafe {
        PATHS.slots = tables.slots;
        PATHS.slot_count = tables.slot_count;
        PATHS.processes = tables.processes;
        PATHS.endpoints = tables.endpoints;
    }
}

/// The kernel, after it has been told who runs.
#[inline(always)]
pub fn synchronised() -> &'static mut Kernel<Processor> {
    let kernel = kernel();
    // Safety: the kernel runs alone, and no fast path is under way.
    unsafe {
        if PATHS.current != PATHS.known {
            tell_who_runs(kernel);
        }
    }
    kernel
}

/// The kernel learns what fast paths did. Once for all calls: within each it would be a thirtieth of the image.
#[cold]
#[inline(never)]
fn tell_who_runs(kernel: &mut Kernel<Processor>) {
    // Safety: as above.
    unsafe {
        PATHS.known = PATHS.current;
        kernel.adopt(ProcessId((*PATHS.current).link.id));
    }
}

/// The owner of the capabilities that a call names.
#[inline(always)]
pub fn caller_key() -> u64 {
    // Safety: a call comes from a process, which `prepare` or a fast path has noted.
    unsafe { (*PATHS.current).link.owner }
}

/// Takes gas from whoever calls, and says whether it was enough.
#[inline(always)]
pub fn charge_caller(amount: u64) -> bool {
    // Safety: as above; the account of a process lives as long as the process does, in a table that never moves.
    let balance = unsafe { &mut *(*PATHS.current).link.balance };
    // First taken, then looked at, and where it was too much given back: that is one instruction in the usual case.
    let (rest, too_much) = balance.overflowing_sub(amount);
    *balance = rest;
    if too_much {
        // Safety: adds to the word; written so that the compiler doesn't keep the old amount beside.
        unsafe { asm!("add [{}], {}", in(reg) balance, in(reg) amount) };
    }
    !too_much
}

/// Who calls.
#[inline(always)]
pub fn caller() -> ProcessId {
    // Safety: as above.
    ProcessId(unsafe { (*PATHS.current).link.id })
}

/// The registers of whoever calls.
#[inline(always)]
pub fn registers() -> &'static mut Registers {
    // Safety: as above; a row of a table that never moves, which nobody else looks at on the way out.
    unsafe { &mut *PATHS.current }
}

/// A process has become ready that may have no place in the queue of the scheduler: no fast path may switch away from it.
#[inline(always)]
pub fn unfit(registers: &mut Registers) {
    registers.link.key = 0;
}

/// The same, unless the turn is its. Then it is as fit as it was.
#[inline(always)]
pub fn unfit_guest(registers: &mut Registers) {
    if !kernel().has_turn(ProcessId(registers.link.id)) {
        unfit(registers);
    }
}

/// Notes that the kernel is to be told of more than who runs.
#[inline(always)]
pub fn behind() {
    // Safety: nothing else runs.
    unsafe { PATHS.known = core::ptr::null_mut() };
}

/// A process goes on; the kernel is told when it is entered next. Returns the address of the table of pages.
#[inline(always)]
pub fn hand_over(registers: &mut Registers) -> u64 {
    behind();
    // Safety: nothing else runs.
    unsafe { PATHS.current = registers };
    registers.link.root
}

/// Makes the current process ready to go on, and known to the fast paths.
#[inline(always)]
pub fn prepare(kernel: &mut Kernel<Processor>) -> &'static mut Registers {
    let id = kernel.current();
    let waits_nowhere = kernel.is_lone_guest();
    let registers = core::ptr::from_mut(kernel.current_registers());
    // Safety: a row of a table that never moves; the kernel is left before anybody else looks at it.
    let registers = unsafe { &mut *registers };
    let link = &mut registers.link;
    if link.id == 0 {
        introduce(kernel, id, link);
    }
    // A guest that isn't in the queue of the scheduler would be lost if it gave way: the general path puts it there.
    link.key = if waits_nowhere { 0 } else { link.owner + Kind::Process as u64 };
    if link.whole == 0 {
        registers.frame.rax = 0;
        registers.frame.rdx = 0;
    }
    link.whole = 0;
    // Safety: as above.
    unsafe {
        PATHS.current = registers;
        PATHS.known = registers;
    }
    registers
}

/// A process goes on for the first time: neither its account nor its space ever changes.
#[cold]
fn introduce(kernel: &mut Kernel<Processor>, id: ProcessId, link: &mut Link) {
    link.id = id.0;
    link.owner = u64::from(id.0) << 8;
    link.balance = core::ptr::from_mut(kernel.current_balance());
    link.root = kernel.current_root().address();
}

// Offsets for `entry.s`.
const LINK: usize = offset_of!(Registers, link);
const WHOLE: usize = LINK + offset_of!(Link, whole);
const FRAME: usize = offset_of!(Registers, frame);

core::arch::global_asm!(
    include_str!("fast.s"),
    current = sym PATHS,
    direct = sym crate::direct::TABLE,
    slots = const offset_of!(Paths, slots),
    slot_count = const offset_of!(Paths, slot_count),
    processes = const offset_of!(Paths, processes),
    endpoints = const offset_of!(Paths, endpoints),
    slot_size = const size_of::<Slot>(),
    identity = const offset_of!(Slot, identity),
    rights = const offset_of!(Slot, rights),
    object = const offset_of!(Slot, object),
    process_size = const size_of::<Process<Registers>>(),
    program_counter = const FRAME + offset_of!(Frame, program_counter),
    stack = const FRAME + offset_of!(Frame, stack),
    key = const LINK + offset_of!(Link, key),
    balance = const LINK + offset_of!(Link, balance),
    root = const LINK + offset_of!(Link, root),
    whole = const WHOLE,
    state = const WHOLE + 1,
    next = const offset_of!(Process<Registers>, next),
    endpoint_size = const size_of::<Endpoint>(),
    receivers = const offset_of!(Endpoint, receivers),
    ready = const State::Ready as u8,
    stopped_ready = const (State::Ready as u16) << 8,
    stopped_receiving = const (State::Receiving as u16) << 8,
    execute = const Rights::EXECUTE.bits(),
    write = const Rights::WRITE.bits(),
    to_endpoint = const Kind::Endpoint as u64 - Kind::Process as u64,
    yield_number = const Syscall::ProcessYield.number(),
    yield_price = const Syscall::ProcessYield.gas(),
    send_number = const Syscall::EndpointSend.number(),
    send_price = const Syscall::EndpointSend.gas(),
);
