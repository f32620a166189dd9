//! aarch64: `pmccntr_el0` counts instructions where QEMU runs with `-icount shift=0`; the kernel lets programs read it.

use core::arch::{asm, global_asm};
use core::sync::atomic::AtomicU64;

use super::Timed;

global_asm!(
    ".section .text.start, \"ax\"",
    ".globl _start",
    "_start:",
    "mov x29, xzr",
    "mov x30, xzr",
    "bl {main}",
    main = sym crate::main,
);

/// The instructions between two that save and restore the registers that the compiler can't be told about; what follows are operands.
/// The stack survives every call, other registers may not.
macro_rules! instructions {
    ([$($line:literal),* $(,)?], $($operands:tt)*) => {
        asm!(
            "stp x19, x29, [sp, #-32]!",
            "str x18, [sp, #16]",
            $($line,)*
            "ldr x18, [sp, #16]",
            "ldp x19, x29, [sp], #32",
            $($operands)*
            out("x9") _, out("x10") _, out("x11") _, out("x12") _, out("x13") _, out("x14") _, out("x15") _, out("x16") _, out("x17") _,
            out("x22") _, out("x23") _, out("x24") _, out("x25") _, out("x26") _, out("x27") _, out("x28") _, out("x30") _,
            // The vector registers.
            clobber_abi("C"),
        )
    };
}

/// One sequence for the call that is timed and for what the sequence itself costs: the instruction in the middle is the only
/// difference.
macro_rules! timed {
    ($instruction:literal, $number:expr, $arguments:expr) => {{
        let [a, b, c, d, e, f]: [u64; 6] = $arguments;
        let (instructions, status, value): (u64, u64, u64);
        // Safety: the kernel keeps the stack and the memory of this process, unless the arguments tell it to change them; the
        // registers that a switching call loses are either outputs or on the stack.
        unsafe {
            instructions!(
                ["mrs x7, pmccntr_el0", "str x7, [sp, #24]", $instruction, "mrs x7, pmccntr_el0", "ldr x6, [sp, #24]", "sub x7, x7, x6"],
                inout("x8") $number => _, inout("x0") a => status, inout("x1") b => value, inout("x2") c => _, inout("x3") d => _,
                inout("x4") e => _, inout("x5") f => _, out("x6") _, out("x7") instructions, out("x20") _, out("x21") _,
            );
        }
        Timed { instructions, status, value }
    }};
}

/// Times a call from right before to right behind the instruction.
pub fn timed_call(number: u64, arguments: [u64; 6]) -> Timed {
    let empty = timed!("", number, arguments).instructions;
    let mut timed = timed!("svc #0", number, arguments);
    timed.instructions = timed.instructions.saturating_sub(empty);
    timed
}

/// A call whose second argument is the counter right before it.
pub fn stamped_call(number: u64, first: u64) -> u64 {
    let status;
    // Safety: as for `timed`.
    unsafe {
        instructions!(
            ["mrs x1, pmccntr_el0", "svc #0"],
            inout("x8") number => _, inout("x0") first => status, out("x1") _, inout("x2") 0u64 => _, inout("x3") 0u64 => _,
            inout("x4") 0u64 => _, inout("x5") 0u64 => _, out("x6") _, out("x7") _, out("x20") _, out("x21") _,
        );
    }
    status
}

/// Makes a call and returns its status, the first word of the message that it returns, and the counter right behind it.
pub fn call_and_stamp(number: u64, first: u64, second: u64) -> (u64, u64, u64) {
    let (status, word, stamp);
    // Safety: as for `timed`.
    unsafe {
        instructions!(
            ["svc #0", "mrs x7, pmccntr_el0"],
            inout("x8") number => _, inout("x0") first => status, inout("x1") second => word, inout("x2") 0u64 => _,
            inout("x3") 0u64 => _, inout("x4") 0u64 => _, inout("x5") 0u64 => _, out("x6") _, out("x7") stamp, out("x20") _, out("x21") _,
        );
    }
    (status, word, stamp)
}

/// Makes a call whose second argument is the counter right before it, and returns its status and the counter right behind it.
pub fn stamped_call_and_stamp(number: u64, first: u64) -> (u64, u64) {
    let (status, stamp);
    // Safety: as for `timed`.
    unsafe {
        instructions!(
            ["mrs x1, pmccntr_el0", "svc #0", "mrs x7, pmccntr_el0"],
            inout("x8") number => _, inout("x0") first => status, out("x1") _, inout("x2") 0u64 => _, inout("x3") 0u64 => _,
            inout("x4") 0u64 => _, inout("x5") 0u64 => _, out("x6") _, out("x7") stamp, out("x20") _, out("x21") _,
        );
    }
    (status, stamp)
}

/// What the functions above count between their stamps besides the call.
pub fn stamp_cost() -> u64 {
    let (begin, end): (u64, u64);
    // Safety: only registers change.
    unsafe { asm!("mrs {}, pmccntr_el0", "mrs {}, pmccntr_el0", out(reg) begin, out(reg) end) }
    end - begin
}

/// Writes the counter to `at`, then makes a call, such as a yield to a process. The two instructions between count for nothing: the word is that much later.
pub fn stamped_yield(number: u64, to: u64, at: &AtomicU64) -> u64 {
    let status;
    // Safety: as for `timed`, and the word at `at` may be written to.
    unsafe {
        instructions!(
            ["mrs x1, pmccntr_el0", "add x1, x1, #2", "str x1, [x20]", "svc #0"],
            inout("x20") at.as_ptr() => _, inout("x8") number => _, inout("x0") to => status, out("x1") _, out("x2") _, out("x3") _,
            inout("x4") 0u64 => _, inout("x5") 0u64 => _, out("x6") _, out("x7") _, out("x21") _,
        );
    }
    status
}

/// Fills an upcall area so that returning from it goes on right behind the call, and times that.
///
/// # Safety
/// `area` must be the address of memory for an area that is this process's own.
pub unsafe fn timed_return(number: u64, area: u64) -> u64 {
    let instructions: u64;
    // Safety: the area holds the stack pointer of right now, and nothing else that Rust relies on survives.
    unsafe {
        instructions!(
            [
                "adr x1, 2f",
                "str x1, [x0, {program_counter}]",
                "mov x1, sp",
                "str x1, [x0, {stack}]",
                "mrs x1, pmccntr_el0",
                "str x1, [x0, {word}]",
                "svc #0",
                "2: mrs x7, pmccntr_el0",
                "sub x7, x7, x1",
            ],
            program_counter = const 8 * 32,
            stack = const 8 * 31,
            word = const 8,
            inout("x8") number => _, inout("x0") area => _, out("x1") _, out("x2") _, out("x3") _, out("x4") _, out("x5") _, out("x6") _,
            out("x7") instructions, out("x20") _, out("x21") _,
        );
    }
    // One instruction stands between the counter and the call, the store.
    instructions.saturating_sub(stamp_cost() + 1)
}

/// Interrupts when the serial line has sent a byte.
pub const SERIAL_LINE: u64 = 1;

/// Gives zero here: no trap.
pub fn divide_by_zero() {
    // Safety: only a register changes.
    unsafe { asm!("udiv {0}, {0}, xzr", inout(reg) 1u64 => _) }
}

pub fn privileged_instruction() {
    // Safety: traps.
    unsafe { asm!("msr daifset, #2") }
}

pub fn illegal_instruction() {
    // Safety: traps.
    unsafe { asm!("udf #0") }
}

/// What a register holds that another process must not see.
pub const PATTERN: u64 = 0x5ec2_e75e_c2e7_5ec2;

/// Fills all registers with the pattern, and stays there.
pub fn fill_registers() -> ! {
    // Safety: nothing goes on behind it.
    unsafe {
        asm!(
            ".irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30",
            "mov x\\number, x0",
            ".endr",
            ".irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
            "dup v\\number\\().2d, x0",
            ".endr",
            "msr tpidr_el0, x0",
            "2: b 2b",
            in("x0") PATTERN,
            options(noreturn),
        )
    }
}

/// Whether a process that another yielded to finds addresses of the kernel in no register.
pub const YIELDS_HIDE_ADDRESSES: bool = false;

/// Addresses of the kernel. Behind them are the numbers of errors.
pub const KERNEL: core::ops::Range<u64> = 0xffff_0000_0000_0000..0xffff_ffff_ffff_f000;

/// Makes a call of this number with one argument, and returns what registers hold right behind it.
pub fn registers_behind(number: u64, first: u64) -> [u64; 96] {
    let mut seen = [0u64; 96];
    // Safety: as for `timed`; the array is large enough for what is stored.
    unsafe {
        instructions!(
            [
                "str x20, [sp, #24]",
                "svc #0",
                "ldr x0, [sp, #24]",
                "stp x2, x3, [x0, #16]",
                "stp x4, x5, [x0, #32]",
                "stp x6, x7, [x0, #48]",
                "stp x8, x9, [x0, #64]",
                "stp x10, x11, [x0, #80]",
                "stp x12, x13, [x0, #96]",
                "stp x14, x15, [x0, #112]",
                "stp x16, x17, [x0, #128]",
                "stp x18, x19, [x0, #144]",
                "stp x20, x21, [x0, #160]",
                "stp x22, x23, [x0, #176]",
                "stp x24, x25, [x0, #192]",
                "stp x26, x27, [x0, #208]",
                "stp x28, x29, [x0, #224]",
                "str x30, [x0, #240]",
                "mrs x1, tpidr_el0",
                "str x1, [x0, #248]",
                "add x0, x0, #256",
                "stp q0, q1, [x0, #0]",
                "stp q2, q3, [x0, #32]",
                "stp q4, q5, [x0, #64]",
                "stp q6, q7, [x0, #96]",
                "stp q8, q9, [x0, #128]",
                "stp q10, q11, [x0, #160]",
                "stp q12, q13, [x0, #192]",
                "stp q14, q15, [x0, #224]",
                "stp q16, q17, [x0, #256]",
                "stp q18, q19, [x0, #288]",
                "stp q20, q21, [x0, #320]",
                "stp q22, q23, [x0, #352]",
                "stp q24, q25, [x0, #384]",
                "stp q26, q27, [x0, #416]",
                "stp q28, q29, [x0, #448]",
                "stp q30, q31, [x0, #480]",
            ],
            inout("x20") seen.as_mut_ptr() => _, inout("x8") number => _, inout("x0") first => _, out("x1") _, out("x2") _, out("x3") _,
            out("x4") _, out("x5") _, out("x6") _, out("x7") _, out("x21") _,
        );
    }
    seen
}
