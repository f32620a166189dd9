//! The generic timer, and the counter of cycles that measurements read.

use core::arch::asm;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use device_tree::DeviceTree;
use exo_facts::limits;

use crate::interrupts;

/// The interrupt of the virtual timer: the third that the device tree names, a private one of the processor, which the controller
/// counts from 16.
const NODE: &str = "arm,armv8-timer";
const VIRTUAL: usize = 2;
const CELLS: usize = 3;

/// The number of the timer's interrupt.
static NUMBER: AtomicU32 = AtomicU32::new(u32::MAX);

/// Counts of the counter per tick.
static PERIOD: AtomicU64 = AtomicU64::new(0);

/// Starts the ticks.
///
/// # Errors
///
/// Where the machine has no such timer.
pub fn start(tree: &DeviceTree<'_>) -> Result<(), &'static str> {
    let node = tree.device(NODE).ok_or("no generic timer in the device tree")?;
    let (Some(1), Some(number @ 0..16)) = (node.interrupt_cell(VIRTUAL * CELLS), node.interrupt_cell(VIRTUAL * CELLS + 1)) else {
        return Err("the generic timer has no private interrupt for its virtual counter");
    };
    let frequency: u64;
    // SAFETY: reads a constant of the machine.
    unsafe { asm!("mrs {}, cntfrq_el0", out(reg) frequency, options(nomem, nostack, preserves_flags)) }
    if frequency < limits::TICKS_PER_SECOND {
        return Err("the counter doesn't say how fast it is");
    }
    PERIOD.store(frequency / limits::TICKS_PER_SECOND, Ordering::Relaxed);
    let number = number + 16;
    NUMBER.store(number, Ordering::Relaxed);
    let now = counter();
    // SAFETY: the first tick is a period from now. EL0 may read the counter, and cycles (exact instructions under `-icount shift=0`)
    // with the 64-bit counter switched on; it can set none of them.
    unsafe {
        asm!(
            "msr cntv_cval_el0, {first}",
            "msr cntv_ctl_el0, {one}",
            "msr cntkctl_el1, {two}",
            "msr pmcr_el0, {cycles}",
            "msr pmccfiltr_el0, xzr",
            "msr pmcntenset_el0, {counter}",
            "msr pmuserenr_el0, {user}",
            "isb",
            first = in(reg) now + PERIOD.load(Ordering::Relaxed),
            one = in(reg) 1_u64,
            two = in(reg) 2_u64,
            cycles = in(reg) 0x45_u64,
            counter = in(reg) 1_u64 << 31,
            user = in(reg) 4_u64,
            options(nostack, preserves_flags),
        );
    }
    interrupts::set_masked(number, false);
    Ok(())
}

/// What the counter shows.
fn counter() -> u64 {
    let count: u64;
    // SAFETY: reads a counter.
    unsafe { asm!("isb", "mrs {}, cntvct_el0", out(reg) count, options(nomem, nostack, preserves_flags)) }
    count
}

/// Whether an interrupt is the timer's.
pub fn is(number: u32) -> bool {
    NUMBER.load(Ordering::Relaxed) == number
}

/// Sets the next tick, a period after the last: late ticks don't shift those after them.
pub fn next() {
    // SAFETY: moves the moment at which the timer fires next.
    unsafe {
        let last: u64;
        asm!("mrs {}, cntv_cval_el0", out(reg) last, options(nomem, nostack, preserves_flags));
        asm!("msr cntv_cval_el0, {}", "isb", in(reg) last + PERIOD.load(Ordering::Relaxed), options(nomem, nostack, preserves_flags));
    }
}

/// The counter of cycles, which programs read too.
pub fn cycles() -> u64 {
    let cycles;
    // SAFETY: reads a counter that `start` has switched on. The barrier keeps what is counted on its side of it.
    unsafe { asm!("isb", "mrs {}, pmccntr_el0", out(reg) cycles, options(nostack, preserves_flags)) }
    cycles
}
