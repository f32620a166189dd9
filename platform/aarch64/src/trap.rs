//! Every way into the kernel but `svc`, and the way out of it: which process goes on, or how it all ended.

use core::arch::asm;

use exo_facts::Trap;
use exo_kernel::{Kernel, ProcessId};

use crate::kernel::kernel;
use crate::machine::Virt;
use crate::power;
use crate::registers::Frame;
use crate::{fast, interrupts, timer};

unsafe extern "C" {
    #[link_name = "resume"]
    fn resume_frame(frame: *const Frame) -> !;
}

/// Classes of exceptions, from the syndrome.
mod class {
    pub const FLOATING_POINT_OFF: u64 = 0x07;
    pub const SYSTEM_REGISTER: u64 = 0x18;
    pub const FETCH: u64 = 0x20;
    pub const PROGRAM_COUNTER_ALIGNMENT: u64 = 0x22;
    pub const DATA: u64 = 0x24;
    pub const STACK_ALIGNMENT: u64 = 0x26;
    pub const FLOATING_POINT: u64 = 0x2c;
    pub const BREAKPOINT: u64 = 0x30;
    pub const STEP: u64 = 0x32;
    pub const WATCHPOINT: u64 = 0x34;
    pub const BREAK: u64 = 0x3c;
    pub const UNKNOWN: u64 = 0x00;
    pub const ILLEGAL_STATE: u64 = 0x0e;
}

/// The processor refused what the current process did; `vectors.s` has saved its registers.
pub extern "C" fn take_fault(syndrome: u64, address: u64) -> ! {
    fast::catch_up_interrupted();
    let (trap, address) = describe(syndrome, address);
    kernel().fault(trap, address);
    resume(kernel())
}

/// A device or the timer interrupted the current process; `vectors.s` has saved its registers.
pub extern "C" fn take_interrupt() -> ! {
    fast::catch_up_interrupted();
    interrupt();
    resume(kernel())
}

fn interrupt() {
    let Some(number) = interrupts::claim() else { return };
    if timer::is(number) {
        timer::next();
        kernel().machine.ticks += 1;
        kernel().tick();
    } else if let Some(line) = number.checked_sub(interrupts::FIRST_LINE) {
        kernel().irq(line);
    }
    interrupts::end(number);
}

/// What the spec calls a trap, and the address that it is about.
fn describe(syndrome: u64, address: u64) -> (Trap, u64) {
    const WRITE: u64 = 1 << 6;
    const STATUS: u64 = 0x3f;
    const ALIGNMENT: u64 = 0x21;
    let at = exo_kernel::Registers::program_counter(kernel().current_registers());
    match syndrome >> 26 {
        class::FETCH => (Trap::ExecuteFault, address),
        class::DATA if syndrome & STATUS == ALIGNMENT => (Trap::Alignment, address),
        class::DATA if syndrome & WRITE != 0 => (Trap::WriteFault, address),
        class::DATA => (Trap::ReadFault, address),
        class::UNKNOWN | class::ILLEGAL_STATE => (Trap::IllegalInstruction, at),
        class::SYSTEM_REGISTER => (Trap::Protection, at),
        class::FLOATING_POINT | class::FLOATING_POINT_OFF => (Trap::FloatingPoint, at),
        class::BREAK | class::BREAKPOINT | class::STEP | class::WATCHPOINT => (Trap::Breakpoint, at),
        class::PROGRAM_COUNTER_ALIGNMENT | class::STACK_ALIGNMENT => (Trap::Alignment, at),
        _ => (Trap::Other, at),
    }
}

/// Goes on with whichever process the kernel has chosen. The kernel is handed over, since its fields are nearer to a register than to
/// nothing.
#[inline(never)]
pub fn resume(kernel: &mut Kernel<Virt>) -> ! {
    if kernel.current() == ProcessId::IDLE || kernel.root_status().is_some() {
        rest();
    }
    match fast::prepare(kernel) {
        // SAFETY: the registers of a stopped process, whose space is active.
        Some(frame) => unsafe { resume_frame(frame) },
        None => introduce(kernel),
    }
}

/// The same with one that the fast paths don't know yet.
#[cold]
fn introduce(kernel: &mut Kernel<Virt>) -> ! {
    fast::introduce(kernel);
    resume(kernel)
}

/// Nobody can run now: waits until somebody can, or ends the machine if nobody ever will.
#[cold]
fn rest() -> ! {
    loop {
        if let Some(outcome) = kernel().outcome() {
            power::end(outcome, kernel().root_status());
        }
        // SAFETY: waits; a masked interrupt ends it too, and stays pending until it is claimed.
        unsafe { asm!("wfi", options(nomem, nostack, preserves_flags)) }
        interrupt();
        if kernel().current() != ProcessId::IDLE {
            resume(kernel())
        }
    }
}

/// An exception of the kernel itself.
pub extern "C" fn report_exception(syndrome: u64, address: u64, at: u64) -> ! {
    power::fault(|console| {
        console
            .text("exception at ")
            .hexadecimal(at)
            .text(": syndrome ")
            .hexadecimal(syndrome)
            .text(", address ")
            .hexadecimal(address)
    })
}
