//! Every way into the kernel but `syscall`, and the way out of it: which process goes on, or how it all ended.

use exo_facts::Trap;
use exo_kernel::ProcessId;

use crate::console::Console;
use crate::descriptors::{FIRST_INTERRUPT, SPURIOUS_VECTOR, TIMER_VECTOR, USER_CODE};
use crate::exit::exit;
use crate::fast;
use crate::kernel::kernel;
use crate::registers::{Frame, Registers};
use crate::{controllers, cpu};

const DIVISION: u8 = 0;
const DEBUG: u8 = 1;
const BREAKPOINT: u8 = 3;
const ILLEGAL_INSTRUCTION: u8 = 6;
const NO_FLOATING_POINT: u8 = 7;
const PROTECTION: u8 = 13;
const PAGE_FAULT: u8 = 14;
const FLOATING_POINT: u8 = 16;
const ALIGNMENT: u8 = 17;
const VECTOR_UNIT: u8 = 19;

/// Bits of the error code of a page fault.
const WRITE: u64 = 1 << 1;
const FETCH: u64 = 1 << 4;

/// `entry.s` comes here with the registers as they were, and with interrupts off.
pub extern "C" fn trap(frame: &Frame) -> ! {
    let kernel = fast::synchronised();
    let vector = frame.vector as u8;
    if vector < FIRST_INTERRUPT {
        if frame.code_segment != USER_CODE {
            kernel_fault(frame);
        }
        stop(kernel.current_registers(), frame);
        let (trap, address) = describe(vector, frame);
        kernel.fault(trap, address);
        resume();
    }
    if kernel.current() != ProcessId::IDLE {
        stop(kernel.current_registers(), frame);
    }
    match vector {
        TIMER_VECTOR => {
            kernel.machine.ticks += 1;
            kernel.tick();
            controllers::acknowledge();
        }
        SPURIOUS_VECTOR => {}
        // The kernel masks the line before the controller may interrupt again.
        device => {
            kernel.irq(u32::from(device - FIRST_INTERRUPT));
            controllers::acknowledge();
        }
    }
    resume()
}

/// Keeps all of a thread that was interrupted.
fn stop(registers: &mut Registers, frame: &Frame) {
    registers.frame = *frame;
    registers.vectors.take();
    registers.link.whole = 1;
}

/// What the spec calls a trap, and the address that it is about.
fn describe(vector: u8, frame: &Frame) -> (Trap, u64) {
    let at = frame.program_counter;
    match vector {
        PAGE_FAULT => {
            let trap = match frame.error {
                error if error & FETCH != 0 => Trap::ExecuteFault,
                error if error & WRITE != 0 => Trap::WriteFault,
                _ => Trap::ReadFault,
            };
            (trap, cpu::fault_address())
        }
        DIVISION => (Trap::Division, at),
        DEBUG | BREAKPOINT => (Trap::Breakpoint, at),
        ILLEGAL_INSTRUCTION => (Trap::IllegalInstruction, at),
        NO_FLOATING_POINT | FLOATING_POINT | VECTOR_UNIT => (Trap::FloatingPoint, at),
        PROTECTION => (Trap::Protection, at),
        ALIGNMENT => (Trap::Alignment, at),
        _ => (Trap::Other, at),
    }
}

/// Goes on with the current process; waits where there is none; ends the machine where there never will be one.
#[inline]
pub fn resume() -> ! {
    let kernel = kernel();
    if kernel.current() == ProcessId::IDLE || kernel.root_status().is_some() {
        rest();
    }
    let registers = fast::prepare(kernel);
    registers.vectors.put();
    // Safety: the frame is that of a stopped thread of ring 3, whose space is active.
    unsafe { resume_thread(&registers.frame) }
}

/// Nobody can run now.
#[cold]
fn rest() -> ! {
    let kernel = kernel();
    match kernel.outcome() {
        None => cpu::wait_for_interrupt(),
        Some(outcome) => {
            let console = kernel.machine.console;
            match kernel.root_status() {
                Some(0) => {}
                Some(status) => drop(
                    console
                        .text("the root process ended with status ")
                        .hexadecimal(status)
                        .text("\n"),
                ),
                None => drop(console.text("no process can run again\n")),
            }
            exit(outcome.status())
        }
    }
}

// Safety: `entry.s` defines it so.
unsafe extern "C" {
    fn resume_thread(frame: &Frame) -> !;
}

fn kernel_fault(frame: &Frame) -> ! {
    let console = Console::Serial.text("kernel fault");
    let words = [
        (": vector ", frame.vector),
        (", error ", frame.error),
        (", at ", frame.program_counter),
        (", address ", cpu::fault_address()),
        (", stack ", frame.stack),
    ];
    words
        .iter()
        .fold(console, |console, (name, word)| console.text(name).hexadecimal(*word))
        .text("\n");
    exit(exo_facts::Outcome::KernelFault.status())
}
