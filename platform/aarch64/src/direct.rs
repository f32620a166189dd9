//! The direct paths of messages: from the table of calls to the functions of `exo_kernel::direct`, and to whoever goes on.
//!
//! A process that waits in a call goes on with its program counter and its stack pointer; what else it gets are the results, which stay in
//! their registers. What can't be done so is left to the function of the general path, with the arguments as they were.

use core::arch::asm;
use core::mem::offset_of;

use exo_facts::{Handle, Syscall};
use exo_kernel::Kernel;

use crate::calls::{self, Call, Results};
use crate::fast::{self, Hot};
use crate::machine::Virt;
use crate::registers::Frame;

/// The calls that have one.
pub const PATHS: [(Syscall, Call); 6] = [
    (Syscall::EndpointSend, send),
    (Syscall::EndpointCall, call),
    (Syscall::EndpointReply, reply),
    (Syscall::EndpointReplyReceive, reply_receive),
    (Syscall::EndpointReceive, receive),
    (Syscall::EndpointReceiveTimed, receive_timed),
];

/// Leaves a message with a page to the general path. That there is none isn't told to the compiler: it would write zero into the register
/// of the page, which has it already.
macro_rules! no_page {
    ($page:expr, $refuse:expr) => {
        // SAFETY: looks at a register.
        unsafe { asm!("cbnz {}, {}", in(reg) $page, label { return $refuse }, options(nomem, nostack, preserves_flags)) }
    };
}

/// A process is ready that waited: whether a fast path may switch away from it. It may not unless the process has the turn, and then as far
/// as it might before; it may have no place in the queue of the scheduler.
macro_rules! next {
    ($kernel:expr, $registers:expr, $replied:literal) => {{
        let frame = &raw mut $registers.frame;
        // SAFETY: a row of a table that never moves, and nobody looks at it before the kernel is left.
        let row = unsafe { &mut *frame };
        if !$replied || !$kernel.has_turn(row.link.id()) {
            row.link.make_unfit();
        }
        frame
    }};
}

/// Where `fast.s` leaves a message to. It has seen that there is no page.
pub extern "C" fn send(endpoint: u64, w0: u64, w1: u64, w2: u64, w3: u64, page: u64, hot: &mut Hot) -> Results {
    let (kernel, caller) = open(hot);
    if let Some(receiver) = kernel.send_directly(fast::id(caller), Handle(endpoint)) {
        let next = next!(kernel, receiver, false);
        go_on(kernel, caller, next, [w0, w1, w2, w3], page)
    }
    refuse::<{ Syscall::EndpointSend.number() as usize }>(endpoint, w0, w1, w2, w3, page, hot)
}

extern "C" fn call(endpoint: u64, w0: u64, w1: u64, w2: u64, w3: u64, page: u64, hot: &mut Hot) -> Results {
    no_page!(
        page,
        refuse::<{ Syscall::EndpointCall.number() as usize }>(endpoint, w0, w1, w2, w3, page, hot)
    );
    let (kernel, caller) = open(hot);
    if let Some(receiver) = kernel.call_directly(fast::id(caller), Handle(endpoint)) {
        let next = next!(kernel, receiver, false);
        go_on(kernel, caller, next, [w0, w1, w2, w3], page)
    }
    refuse::<{ Syscall::EndpointCall.number() as usize }>(endpoint, w0, w1, w2, w3, page, hot)
}

extern "C" fn reply(w0: u64, w1: u64, w2: u64, w3: u64, page: u64, rest: u64, hot: &mut Hot) -> Results {
    no_page!(
        page,
        refuse::<{ Syscall::EndpointReply.number() as usize }>(w0, w1, w2, w3, page, rest, hot)
    );
    let (kernel, caller) = open(hot);
    if let Some(client) = kernel.reply_directly(fast::id(caller)) {
        let next = next!(kernel, client, true);
        go_on(kernel, caller, next, [w0, w1, w2, w3], page)
    }
    refuse::<{ Syscall::EndpointReply.number() as usize }>(w0, w1, w2, w3, page, rest, hot)
}

extern "C" fn reply_receive(endpoint: u64, w0: u64, w1: u64, w2: u64, w3: u64, page: u64, hot: &mut Hot) -> Results {
    no_page!(
        page,
        refuse::<{ Syscall::EndpointReplyReceive.number() as usize }>(endpoint, w0, w1, w2, w3, page, hot)
    );
    let (kernel, caller) = open(hot);
    if let Some(client) = kernel.reply_receive_directly(fast::id(caller), Handle(endpoint)) {
        let next = next!(kernel, client, true);
        go_on(kernel, caller, next, [w0, w1, w2, w3], page)
    }
    refuse::<{ Syscall::EndpointReplyReceive.number() as usize }>(endpoint, w0, w1, w2, w3, page, hot)
}

extern "C" fn receive(endpoint: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    let (kernel, caller) = open(hot);
    if let Some(&message) = kernel.receive_directly(fast::id(caller), Handle(endpoint), Syscall::EndpointReceive) {
        go_on_with(kernel, message)
    }
    refuse::<{ Syscall::EndpointReceive.number() as usize }>(endpoint, b, c, d, e, f, hot)
}

extern "C" fn receive_timed(endpoint: u64, ticks: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    let (kernel, caller) = open(hot);
    if let Some(&message) = kernel.receive_directly(fast::id(caller), Handle(endpoint), Syscall::EndpointReceiveTimed) {
        go_on_with(kernel, message)
    }
    refuse::<{ Syscall::EndpointReceiveTimed.number() as usize }>(endpoint, ticks, c, d, e, f, hot)
}

/// Leaves a call to the general path.
#[inline(never)]
extern "C" fn refuse<const NUMBER: usize>(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, hot: &mut Hot) -> Results {
    calls::general::<NUMBER>(a, b, c, d, e, f, hot)
}

/// The kernel, and who calls.
#[inline(always)]
fn open(hot: &mut Hot) -> (&mut Kernel<Virt>, *mut Frame) {
    // SAFETY: processes run, so that the kernel is there.
    let kernel = unsafe { hot.kernel.assume_init_mut() };
    let caller = kernel.machine.current;
    (kernel, caller)
}

/// Lets a process go on that waits in a call, with a message.
#[inline(always)]
fn go_on(kernel: &mut Kernel<Virt>, caller: *mut Frame, next: *mut Frame, [w0, w1, w2, w3]: [u64; 4], no_page: u64) -> ! {
    let machine = &mut kernel.machine;
    // SAFETY: the rows of the caller and of the one who goes on; neither moves, and nobody else looks at them. The latter's space is that of
    // the table. The stack is empty when a process runs.
    unsafe {
        (*caller).note_caller();
        asm!(
            "stp x0, xzr, [x6, {current}]",
            "sub sp, x6, {base}",
            "ldr x6, [x0, {resume}]",
            "msr ttbr0_el1, x6",
            "ldp x6, x0, [x0, {stack}]",
            "msr sp_el0, x6",
            "msr elr_el1, x0",
            "mov x0, xzr",
            "eret",
            current = const offset_of!(Virt, current),
            base = const MACHINE,
            resume = const offset_of!(Frame, resume),
            stack = const offset_of!(Frame, stack),
            in("x0") next,
            in("x1") w0,
            in("x2") w1,
            in("x3") w2,
            in("x4") w3,
            in("x5") no_page,
            in("x6") machine,
            options(noreturn),
        )
    }
}

/// Lets the caller go on with a message that waited.
#[inline(always)]
fn go_on_with(kernel: &mut Kernel<Virt>, [w0, w1, w2, w3]: [u64; 4]) -> ! {
    let machine = &mut kernel.machine;
    machine.known = core::ptr::null_mut();
    // SAFETY: nothing else has come since the caller called.
    unsafe {
        asm!(
            "sub sp, {machine}, {base}",
            "eret",
            machine = in(reg) machine,
            base = const MACHINE,
            in("x0") 0,
            in("x1") w0,
            in("x2") w1,
            in("x3") w2,
            in("x4") w3,
            in("x5") 0,
            options(noreturn),
        )
    }
}

/// From where the stack pointer is when a process runs to the state of the machine.
const MACHINE: usize = fast::CURRENT - offset_of!(Virt, current);
const _: () = assert!(offset_of!(Virt, known) == offset_of!(Virt, current) + 8);
