//! What every trap and interrupt does once its registers are saved.

use core::arch::global_asm;
use core::fmt::Write;

use crate::descriptors::{DESCRIPTORS, VECTORS};
use crate::memory::KERNEL_BASE;
use crate::registers::Registers;
use crate::{console::Console, cpu};

global_asm!(
    include_str!("boot.s"),
    base = const KERNEL_BASE,
    no_long_mode = const crate::stage::Stage::Entry.status(),
    main = sym crate::start,
    descriptors = sym DESCRIPTORS,
);
global_asm!(include_str!("entry.s"), vectors = const VECTORS, trap = sym trap);

extern "C" fn trap(registers: &mut Registers) -> ! {
    let _ = writeln!(
        Console::Serial,
        "trap {} {:x} at {:x} {:x}",
        registers.vector,
        registers.error,
        registers.program_counter,
        cpu::fault_address()
    );
    crate::exit::exit(30)
}
