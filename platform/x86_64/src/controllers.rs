//! Interrupt controllers: the processor's own, whose timer ticks, and the one that devices are wired to.

use crate::cpu;
use crate::descriptors::{FIRST_INTERRUPT, SPURIOUS_VECTOR, TIMER_VECTOR};
use crate::memory::direct;

const LOCAL: u64 = 0xfee0_0000;
const SPURIOUS: u64 = 0xf0;
const END_OF_INTERRUPT: u64 = 0xb0;
const TIMER: u64 = 0x320;
const TIMER_INITIAL: u64 = 0x380;
const TIMER_CURRENT: u64 = 0x390;
const TIMER_DIVISOR: u64 = 0x3e0;
const PERIODIC: u32 = 1 << 17;
const ENABLED: u32 = 1 << 8;
const LOCAL_FEATURE: u32 = 1 << 9;

const DEVICES: u64 = 0xfec0_0000;
const DEVICES_VALUE: u64 = DEVICES + 0x10;
const MASKED: u32 = 1 << 16;
/// What `irq` capabilities may name.
pub const INTERRUPTS: u32 = 24;

/// One tick: a million periods of QEMU's bus clock of 1 GHz, a millisecond.
pub const TICK_PERIODS: u32 = 1_000_000;

fn read(address: u64) -> u32 {
    // Safety: a register of a device, mapped without caching, that Rust's memory doesn't include.
    unsafe { direct(address).cast::<u32>().read_volatile() }
}

fn write(address: u64, value: u32) {
    // Safety: as for `read`.
    unsafe { direct(address).cast::<u32>().write_volatile(value) }
}

/// Masks everything: the old controllers for good, each line of the new one until somebody owns it.
pub fn open() -> Result<(), &'static str> {
    cpu::write_port(0x21, 0xff);
    cpu::write_port(0xa1, 0xff);
    if cpu::identify(1)[2] & LOCAL_FEATURE == 0 {
        return Err("the processor has no local interrupt controller");
    }
    write(LOCAL + SPURIOUS, ENABLED | u32::from(SPURIOUS_VECTOR));
    write(DEVICES, 1);
    if (read(DEVICES_VALUE) >> 16 & 0xff) + 1 != INTERRUPTS {
        return Err("no interrupt controller for devices");
    }
    for number in 0..INTERRUPTS {
        write(DEVICES, 0x11 + 2 * number);
        write(DEVICES_VALUE, 0);
        mask(number, true);
    }
    Ok(())
}

/// Lets an interrupt of a device through, or not. Numbers that the controller doesn't have are ignored.
pub fn mask(number: u32, masked: bool) {
    if number < INTERRUPTS {
        write(DEVICES, 0x10 + 2 * number);
        write(
            DEVICES_VALUE,
            (u32::from(FIRST_INTERRUPT) + number) | if masked { MASKED } else { 0 },
        );
    }
}

/// Starts the periodic timer, and makes sure that it runs.
pub fn start_timer() -> Result<(), &'static str> {
    write(LOCAL + TIMER_DIVISOR, 0b1011);
    write(LOCAL + TIMER, PERIODIC | u32::from(TIMER_VECTOR));
    write(LOCAL + TIMER_INITIAL, TICK_PERIODS);
    let begin = read(LOCAL + TIMER_CURRENT);
    let moves = |_: &u32| read(LOCAL + TIMER_CURRENT) != begin;
    (0..TICK_PERIODS).find(moves).map(|_| ()).ok_or("the timer stands still")
}

/// Tells the processor's controller that its interrupt has been taken.
pub fn acknowledge() {
    write(LOCAL + END_OF_INTERRUPT, 0);
}
