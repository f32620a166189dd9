//! Segments, the task state with the stacks for traps, the table of vectors, and the registers behind `syscall`.

use core::arch::asm;

use crate::cpu::write_model_register;
use crate::memory::{Symbol, image};

pub const KERNEL_CODE: u64 = 0x08;
pub const KERNEL_DATA: u64 = 0x10;
pub const USER_DATA: u64 = 0x18 | 3;
pub const USER_CODE: u64 = 0x20 | 3;
const TASK: u16 = 0x28;

/// Exceptions, then the interrupts of the I/O controller, then the timer's.
pub const VECTORS: usize = 64;
pub const DOUBLE_FAULT: usize = 8;
pub const FIRST_INTERRUPT: u8 = 32;
pub const TIMER_VECTOR: u8 = 62;
pub const SPURIOUS_VECTOR: u8 = 63;

/// `syscall` loads the segment after the first of these, `sysret` those after the second.
const SEGMENTS_OF_SYSCALL: u64 = KERNEL_CODE << 32 | (KERNEL_DATA | 3) << 48;
/// What `syscall` clears: interrupts, direction, single step, alignment check, nested task, and the I/O level.
const FLAGS_OF_SYSCALL: u64 = 0x4_7700;

/// The segments that `sysret` wants, in its order. The last two words become the task state's.
pub static mut DESCRIPTORS: [u64; 7] = [
    0,
    0x00af_9b00_0000_ffff,
    0x00cf_9300_0000_ffff,
    0x00cf_f300_0000_ffff,
    0x00af_fb00_0000_ffff,
    0,
    0,
];

#[repr(C, packed(4))]
struct TaskState {
    reserved: u32,
    privilege_stacks: [u64; 3],
    reserved_too: u64,
    interrupt_stacks: [u64; 7],
    reserved_last: u64,
    reserved_short: u16,
    /// Past the limit: no port is open to ring 3.
    ports: u16,
}

static mut TASK_STATE: TaskState = TaskState {
    reserved: 0,
    privilege_stacks: [0; 3],
    reserved_too: 0,
    interrupt_stacks: [0; 7],
    reserved_last: 0,
    reserved_short: 0,
    ports: size_of::<TaskState>() as u16,
};

#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Gate([u64; 2]);

static mut GATES: [Gate; VECTORS] = [Gate([0; 2]); VECTORS];

#[repr(C, packed)]
struct TablePointer {
    limit: u16,
    base: u64,
}

// Safety: both are labels of `entry.s`, and only their address is taken.
unsafe extern "C" {
    safe static vector_stubs: Symbol;
    safe static syscall_entry: Symbol;
}

/// The stack that a vector switches to, as the task state numbers them: always one, whoever is interrupted. A library for a host uses what
/// lies below its stack pointer, and so must lose nothing there. A trap inside a trap overwrites the stack of the first, which is lost
/// anyway; a double fault has its own.
const fn stack_of(vector: usize) -> u64 {
    if vector == DOUBLE_FAULT { 2 } else { 1 }
}

const _: () = {
    let mut vector = 0;
    while vector < VECTORS {
        assert!(stack_of(vector) != 0, "every vector has a stack of its own");
        vector += 1;
    }
};

/// Makes every trap and every `syscall` of ring 3 arrive in `entry.s`.
pub fn install() {
    // Safety: called once, before the first trap, with interrupts off; nothing else touches these statics. The stacks are the
    // linker script's, each used by one level of trap only. Segments and gates have the form that the processor defines.
    unsafe {
        let task = &raw mut TASK_STATE;
        (*task).privilege_stacks[0] = image::trap_stack.address();
        (*task).interrupt_stacks[0] = image::trap_stack.address();
        (*task).interrupt_stacks[1] = image::double_fault_stack.address();
        let (base, limit) = (task as u64, size_of::<TaskState>() as u64 - 1);
        let descriptors = &raw mut DESCRIPTORS;
        (*descriptors)[5] = limit | (base & 0xff_ffff) << 16 | 0x89 << 40 | (base >> 24 & 0xff) << 56;
        (*descriptors)[6] = base >> 32;

        let gates = &raw mut GATES;
        for vector in 0..VECTORS {
            let stack = stack_of(vector);
            let target = vector_stubs.address() + 16 * vector as u64;
            let low = target & 0xffff | KERNEL_CODE << 16 | stack << 32 | 0x8e << 40 | (target >> 16 & 0xffff) << 48;
            (*gates)[vector] = Gate([low, target >> 32]);
        }
        let pointer = TablePointer {
            limit: size_of::<[u64; 7]>() as u16 - 1,
            base: descriptors as u64,
        };
        asm!("lgdt [{}]", in(reg) &raw const pointer, options(readonly, nostack));
        let pointer = TablePointer {
            limit: size_of::<[Gate; VECTORS]>() as u16 - 1,
            base: gates as u64,
        };
        asm!("lidt [{}]", in(reg) &raw const pointer, options(readonly, nostack));
        asm!("ltr {:x}", in(reg) TASK, options(nostack));

        write_model_register(0xc000_0081, SEGMENTS_OF_SYSCALL);
        write_model_register(0xc000_0082, syscall_entry.address());
        write_model_register(0xc000_0084, FLAGS_OF_SYSCALL);
    }
}
