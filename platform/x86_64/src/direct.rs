//! The direct paths of messages: from `fast.s` to the functions of `exo_kernel::direct`, and to whoever goes on.
//!
//! A process that waits in a call goes on with its program counter and its stack pointer; what else it gets are the results, which are
//! handed over in registers. Meanwhile the words that are sent lie on the stack where `fast.s` has pushed them, so that the functions in
//! between have all registers to themselves. What can't be done so goes on in `fast.s` as if it had never been here.

use core::arch::asm;
use core::mem::offset_of;

use exo_facts::{Handle, Syscall};

use crate::fast;
use crate::kernel::kernel;
use crate::registers::{FIXED_FLAGS, Frame};
use crate::syscalls::{CALLS, Label};

/// A direct path, with as many arguments of its call as it looks at.
#[derive(Clone, Copy)]
pub union Path {
    none: (),
    message: extern "C" fn(u64) -> !,
    reply: extern "C" fn(u64, u64, u64, u64, u64) -> !,
    receive: extern "C" fn(u64, u64) -> !,
}

/// The calls that have one, and the way to it.
pub const PATHS: [(Syscall, Label, Path); 6] = [
    (Syscall::EndpointSend, direct_message, Path { message: send }),
    (Syscall::EndpointCall, direct_message, Path { message: call }),
    (Syscall::EndpointReplyReceive, direct_message, Path { message: reply_receive }),
    (Syscall::EndpointReply, direct_reply, Path { reply }),
    (Syscall::EndpointReceive, direct_receive, Path { receive }),
    (Syscall::EndpointReceiveTimed, direct_receive, Path { receive: receive_timed }),
];

/// Where `fast.s` finds them by the number of the call, which it has checked.
pub static TABLE: [Path; CALLS] = {
    let mut table = [Path { none: () }; CALLS];
    let mut index = 0;
    while index < PATHS.len() {
        let (call, _, path) = PATHS[index];
        table[call.number() as usize] = path;
        index += 1;
    }
    table
};

// Safety: labels of `fast.s`, of which only the addresses are taken.
unsafe extern "C" {
    fn direct_message();
    fn direct_reply();
    fn direct_receive();
}

/// Lets a process go on that waits in a call, with words from the stack.
macro_rules! go_on {
    ($registers:expr, $w0:literal, $w1:literal, $w2:literal, $w3:literal) => {{
        let registers = $registers;
        let root = fast::hand_over(registers);
        // Safety: the row is that of a process of ring 3 that stopped in a call, and the table of pages is that of its space. The words
        // are where `fast.s` has pushed them.
        unsafe {
            asm!(
                "mov rsp, [{frame} + {stack}]",
                "mov cr3, {root}",
                concat!("mov rsi, [kernel_stack - ", $w0, "]"),
                concat!("mov rdx, [kernel_stack - ", $w1, "]"),
                concat!("mov r10, [kernel_stack - ", $w2, "]"),
                concat!("mov r8, [kernel_stack - ", $w3, "]"),
                "sysretq",
                frame = in(reg) &registers.frame,
                root = in(reg) root,
                stack = const offset_of!(Frame, stack),
                in("rcx") registers.frame.program_counter,
                in("r11") FIXED_FLAGS,
                in("rax") 0,
                in("r9") 0,
                options(noreturn),
            )
        }
    }};
}

extern "C" fn send(endpoint: u64) -> ! {
    match kernel().send_directly(fast::caller(), Handle(endpoint)) {
        Some(receiver) => {
            fast::unfit(receiver);
            go_on!(receiver, 8, 16, 24, 32)
        }
        None => refuse_message(Syscall::EndpointSend, endpoint),
    }
}

extern "C" fn call(endpoint: u64) -> ! {
    match kernel().call_directly(fast::caller(), Handle(endpoint)) {
        Some(receiver) => {
            fast::unfit(receiver);
            go_on!(receiver, 8, 16, 24, 32)
        }
        None => refuse_message(Syscall::EndpointCall, endpoint),
    }
}

extern "C" fn reply_receive(endpoint: u64) -> ! {
    match kernel().reply_receive_directly(fast::caller(), Handle(endpoint)) {
        Some(client) => {
            fast::unfit_guest(client);
            go_on!(client, 8, 16, 24, 32)
        }
        None => refuse_message(Syscall::EndpointReplyReceive, endpoint),
    }
}

extern "C" fn reply(_: u64, _: u64, _: u64, _: u64, page: u64) -> ! {
    if page == 0
        && let Some(client) = kernel().reply_directly(fast::caller())
    {
        fast::unfit_guest(client);
        go_on!(client, 40, 8, 16, 24);
    }
    refuse_reply()
}

extern "C" fn receive(endpoint: u64, rest: u64) -> ! {
    receive_by(Syscall::EndpointReceive, endpoint, rest)
}

extern "C" fn receive_timed(endpoint: u64, ticks: u64) -> ! {
    receive_by(Syscall::EndpointReceiveTimed, endpoint, ticks)
}

#[inline(always)]
fn receive_by(call: Syscall, endpoint: u64, ticks: u64) -> ! {
    match kernel().receive_directly(fast::caller(), Handle(endpoint), call) {
        Some(&message) => go_on_with(message),
        None => refuse_receive(call, endpoint, ticks),
    }
}

/// Lets the caller go on with a message that waited.
#[inline(always)]
fn go_on_with([w0, w1, w2, w3]: [u64; 4]) -> ! {
    let registers = fast::registers();
    fast::behind();
    // Safety: the caller is in a call, and its space is active.
    unsafe {
        asm!(
            "mov rsp, [{frame} + {stack}]",
            "sysretq",
            frame = in(reg) &registers.frame,
            stack = const offset_of!(Frame, stack),
            in("rcx") registers.frame.program_counter,
            in("r11") FIXED_FLAGS,
            in("rax") 0,
            in("rsi") w0,
            in("rdx") w1,
            in("r10") w2,
            in("r8") w3,
            in("r9") 0,
            options(noreturn),
        )
    }
}

/// Leaves a call to the general path.
#[inline(always)]
fn refuse_message(call: Syscall, endpoint: u64) -> ! {
    // Safety: `fast.s` goes on there with the call as it came in; all arguments but the first are on the stack.
    unsafe { asm!("jmp message_refused", in("rax") call.number(), in("rdi") endpoint, options(noreturn)) }
}

/// The same for a reply.
#[inline(always)]
fn refuse_reply() -> ! {
    // Safety: as above; the first argument is on the stack too.
    unsafe { asm!("jmp reply_refused", in("rax") Syscall::EndpointReply.number(), options(noreturn)) }
}

/// The same for one with two arguments at most.
#[inline(always)]
fn refuse_receive(call: Syscall, endpoint: u64, ticks: u64) -> ! {
    // Safety: as above.
    unsafe {
        asm!(
            "jmp receive_refused",
            in("rax") call.number(),
            in("rdi") endpoint,
            in("rsi") ticks,
            options(noreturn),
        )
    }
}
