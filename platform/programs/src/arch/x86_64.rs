//! x86_64: `rdtsc` counts instructions where QEMU runs with `-icount shift=0`.

use core::arch::{asm, global_asm};
use core::sync::atomic::AtomicU64;

use super::Timed;

global_asm!(
    ".section .text.start, \"ax\"",
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "call {main}",
    main = sym crate::main,
);

/// One instruction sequence for the call that is timed, the call whose arrival another process times, and for what the sequence itself
/// costs: the instruction in the middle is the only difference. The stack survives every call, other registers may not.
macro_rules! timed {
    ($instruction:literal, $number:expr, $arguments:expr) => {{
        let [a, b, c, d, e, f]: [u64; 6] = $arguments;
        let (instructions, status, value): (u64, u64, u64);
        // Safety: the kernel keeps the stack and the memory of this process, unless the arguments tell it to change them; the
        // registers that a switching call loses are either outputs or on the stack.
        unsafe {
            asm!(
                "push rbx",
                "push rbp",
                "rdtsc",
                "shl rdx, 32",
                "or rax, rdx",
                "push rax",
                "mov rax, r12",
                "mov rdx, r13",
                $instruction,
                "mov r12, rax",
                "mov r13, rdx",
                "rdtsc",
                "shl rdx, 32",
                "or rax, rdx",
                "pop rdx",
                "sub rax, rdx",
                "pop rbp",
                "pop rbx",
                inout("r12") $number => status, inout("r13") c => value, out("rax") instructions, out("rdx") _,
                inout("rdi") a => _, inout("rsi") b => _, inout("r10") d => _, inout("r8") e => _, inout("r9") f => _,
                out("rcx") _, out("r11") _, out("r14") _, out("r15") _,
                clobber_abi("sysv64"),
            );
        }
        Timed { instructions, status, value }
    }};
}

/// Times a call from right before to right behind the instruction.
pub fn timed_call(number: u64, arguments: [u64; 6]) -> Timed {
    let empty = timed!("", number, arguments).instructions;
    let mut timed = timed!("syscall", number, arguments);
    timed.instructions = timed.instructions.saturating_sub(empty);
    timed
}

/// A call whose second argument is the counter right before it.
pub fn stamped_call(number: u64, first: u64) -> u64 {
    let status;
    // Safety: as for `timed`.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "mov rsi, rax",
            "mov rax, r12",
            "syscall",
            "pop rbp",
            "pop rbx",
            inout("r12") number => _, out("rax") status, inout("rdi") first => _, out("rsi") _, out("rdx") _,
            inout("r10") 0u64 => _, inout("r8") 0u64 => _, inout("r9") 0u64 => _,
            out("rcx") _, out("r11") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    status
}

/// Makes a call and returns its status, the first word of the message that it returns, and the counter right behind it.
pub fn call_and_stamp(number: u64, first: u64, second: u64) -> (u64, u64, u64) {
    let (status, word, stamp);
    // Safety: as for `timed`.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "syscall",
            "mov r12, rax",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "pop rbp",
            "pop rbx",
            inout("rax") number => stamp, out("r12") status, inout("rdi") first => _, inout("rsi") second => word, out("rdx") _,
            inout("r10") 0u64 => _, inout("r8") 0u64 => _, inout("r9") 0u64 => _,
            out("rcx") _, out("r11") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    (status, word, stamp)
}

/// What `stamped_call` and `call_and_stamp` count between their stamps besides the call.
pub fn stamp_cost() -> u64 {
    let cost: u64;
    // Safety: only registers change.
    unsafe {
        asm!(
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "mov rsi, rax",
            "mov rax, r12",
            "mov r12, rax",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "sub rax, rsi",
            out("rax") cost, out("rdx") _, out("rsi") _, out("r12") _,
        );
    }
    cost
}

/// Writes the counter to `at`, then makes a call with one argument and no page.
pub fn stamped_yield(number: u64, to: u64, at: &AtomicU64) -> u64 {
    let status;
    // Safety: as for `timed`, and the word at `at` may be written to.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "mov [r13], rax",
            "mov rax, r12",
            "syscall",
            "pop rbp",
            "pop rbx",
            inout("r12") number => _, inout("r13") at.as_ptr() => _, out("rax") status, inout("rdi") to => _, out("rsi") _, out("rdx") _,
            out("r10") _, inout("r8") 0u64 => _, inout("r9") 0u64 => _, out("rcx") _, out("r11") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    status
}

/// Makes a call whose second argument is the counter right before it, as `stamped_call`, and returns its status and the counter right
/// behind it, as `call_and_stamp`.
pub fn stamped_call_and_stamp(number: u64, first: u64) -> (u64, u64) {
    let (status, stamp);
    // Safety: as for `timed`.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "mov rsi, rax",
            "mov rax, r12",
            "syscall",
            "mov r12, rax",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "pop rbp",
            "pop rbx",
            inout("r12") number => status, out("rax") stamp, inout("rdi") first => _, out("rsi") _, out("rdx") _,
            inout("r10") 0u64 => _, inout("r8") 0u64 => _, inout("r9") 0u64 => _,
            out("rcx") _, out("r11") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    (status, stamp)
}

/// Fills an upcall area so that returning from it goes on right behind the call, and times that.
///
/// # Safety
/// `area` must be the address of memory for an area that is this process's own.
pub unsafe fn timed_return(number: u64, area: u64) -> u64 {
    let instructions: u64;
    // Safety: the area holds the stack pointer of right now, and nothing else that Rust relies on survives.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "lea rax, [rip + 2f]",
            "mov [rdi + {program_counter}], rax",
            "mov [rdi + {stack}], rsp",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "mov [rdi + {word}], rax",
            "mov rax, r12",
            "syscall",
            "2:",
            "mov r12, rax",
            "rdtsc",
            "shl rdx, 32",
            "or rax, rdx",
            "sub rax, rsi",
            "pop rbp",
            "pop rbx",
            program_counter = const 8 * 16,
            stack = const 8 * 7,
            word = const 8 * 4,
            inout("r12") number => _, out("rax") instructions, inout("rdi") area => _, out("rsi") _, out("rdx") _,
            out("r10") _, out("r8") _, out("r9") _, out("rcx") _, out("r11") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
    }
    instructions.saturating_sub(stamp_cost())
}

/// Interrupts when the serial line has sent a byte.
pub const SERIAL_LINE: u64 = 4;

pub fn divide_by_zero() {
    // Safety: traps.
    unsafe { asm!("xor ecx, ecx", "div ecx", out("eax") _, out("edx") _, out("ecx") _) }
}

pub fn privileged_instruction() {
    // Safety: traps.
    unsafe { asm!("cli") }
}

pub fn illegal_instruction() {
    // Safety: traps.
    unsafe { asm!("ud2") }
}

/// What a register holds that another process must not see.
pub const PATTERN: u64 = 0x5ec2_e75e_c2e7_5ec2;

/// Whether this was compiled with a library that uses vector registers.
const VECTORS: bool = cfg!(target_feature = "sse");

/// Whether a process that another yielded to finds addresses of the kernel in no register. Where no yield takes the fast path, it finds what
/// it had itself.
pub const YIELDS_HIDE_ADDRESSES: bool = !VECTORS;

/// Addresses of the kernel. Behind them are the numbers of errors.
pub const KERNEL: core::ops::Range<u64> = 0xffff_8000_0000_0000..0xffff_ffff_ffff_f000;

/// Fills all registers with the pattern, loads all segment selectors, and stays there.
pub fn fill_registers() -> ! {
    // Safety: nothing goes on behind it.
    unsafe {
        asm!(
            "mov ecx, ss",
            "mov ds, ecx",
            "mov es, ecx",
            "mov fs, ecx",
            "mov gs, ecx",
            "mov rsi, rax",
            "mov rdi, rax",
            "mov r8, rax",
            "mov r9, rax",
            "mov r10, rax",
            "mov r11, rax",
            "mov r12, rax",
            "mov r13, rax",
            "mov r14, rax",
            "mov r15, rax",
            "mov rbx, rax",
            "mov rbp, rax",
            "mov rcx, rax",
            "mov rdx, rax",
            ".if {vectors}",
            ".irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "movq xmm\\number, rax",
            "punpcklqdq xmm\\number, xmm\\number",
            ".endr",
            ".endif",
            "2: jmp 2b",
            vectors = const VECTORS as u8,
            in("rax") PATTERN,
            options(noreturn),
        )
    }
}

/// Makes a call of this number with one argument, and returns what registers hold right behind it. A segment selector that is loaded counts
/// as the pattern.
pub fn registers_behind(number: u64, first: u64) -> [u64; 96] {
    let mut seen = [0u64; 96];
    let selectors: u64;
    // Safety: as for `timed`; the array is large enough for what is stored.
    unsafe {
        asm!(
            "push rbx",
            "push rbp",
            "push rsi",
            "syscall",
            "pop rax",
            "mov [rax + 0], rsi",
            "mov [rax + 8], rdi",
            "mov [rax + 16], r8",
            "mov [rax + 24], r9",
            "mov [rax + 32], r10",
            "mov [rax + 40], r11",
            "mov [rax + 48], r12",
            "mov [rax + 56], r13",
            "mov [rax + 64], r14",
            "mov [rax + 72], r15",
            "mov [rax + 80], rbx",
            "mov [rax + 88], rbp",
            "mov [rax + 96], rcx",
            "mov [rax + 104], rdx",
            ".if {vectors}",
            ".irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "movups [rax + 112 + 16 * \\number], xmm\\number",
            ".endr",
            ".endif",
            "pop rbp",
            "pop rbx",
            vectors = const VECTORS as u8,
            inout("rax") number => _, inout("rsi") seen.as_mut_ptr() => _, inout("rdi") first => _, out("rdx") _, out("r10") _,
            out("r8") _, out("r9") _, out("rcx") _, out("r11") _, out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            clobber_abi("sysv64"),
        );
        asm!(
            "mov {all:e}, ds",
            ".irp selector, es, fs, gs",
            "mov {one:e}, \\selector",
            "or {all:e}, {one:e}",
            ".endr",
            all = out(reg) selectors,
            one = out(reg) _,
        );
    }
    seen[95] = if selectors == 0 { 0 } else { PATTERN };
    seen
}
