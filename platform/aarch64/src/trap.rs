//! What the vectors call.

use crate::power;
use crate::registers::Registers;
use crate::{interrupts, timer};

#[unsafe(no_mangle)]
extern "C" fn take_fault(syndrome: u64, address: u64) -> *const Registers {
    power::fail(format_args!(
        "fault of a process: syndrome {syndrome:#x}, address {address:#x}"
    ))
}

#[unsafe(no_mangle)]
extern "C" fn take_interrupt() -> *const Registers {
    if let Some(number) = interrupts::claim() {
        timer::next();
        interrupts::end(number);
        use core::fmt::Write;
        let _ = writeln!(crate::console::Console, "tick {number}");
    }
    current()
}

fn current() -> *const Registers {
    let current;
    // SAFETY: the address of the process that was interrupted.
    unsafe { core::arch::asm!("mrs {}, tpidr_el1", out(reg) current, options(nomem, nostack, preserves_flags)) }
    current
}

#[unsafe(no_mangle)]
extern "C" fn take_call() -> *const Registers {
    use core::fmt::Write;
    let _ = writeln!(crate::console::Console, "exo: done");
    power::exit(33)
}

#[unsafe(no_mangle)]
extern "C" fn report_exception(syndrome: u64, address: u64, at: u64) -> ! {
    power::fail(format_args!(
        "exception in the kernel at {at:#x}: syndrome {syndrome:#x}, address {address:#x}"
    ))
}
