//! exo for 64-bit Arm, on the machine `virt` of QEMU.
//!
//! Read in this order: `entry.s` (loader to Rust), this file (the boot stages), `boot.rs` (what the loader left in memory), `mmu.rs`,
//! `vectors.s` and `trap.rs` (the ways from and to EL0), then the devices.
#![no_std]
#![no_main]

mod boot;
mod console;
mod interrupts;
mod mmu;
mod power;
mod registers;
mod stage;
mod timer;
mod trap;

use core::arch::global_asm;
use core::fmt::Write;

use console::Console;
use stage::Stage;

global_asm!(include_str!("entry.s"));
global_asm!(include_str!("vectors.s"));

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    power::fail(format_args!("{info}"))
}

/// From the entry, on the kernel's stack; `tree` is where the loader says that the device tree is, or zero.
#[unsafe(no_mangle)]
extern "C" fn kernel_main(tree: u64) -> ! {
    power::enter(Stage::Console);
    if console::start().is_err() {
        power::exit(Stage::Console.status());
    }
    power::enter(Stage::Entry);
    done(format_args!("EL1, upper half"));
    power::enter(Stage::Console);
    done(format_args!("PL011"));

    power::enter(Stage::MemoryMap);
    let tree = boot::device_tree(tree).unwrap_or_else(|error| power::fail(format_args!("{error}")));
    let memory = boot::memory(&tree).unwrap_or_else(|error| power::fail(format_args!("{error}")));
    done(format_args!("{:#x} to {:#x}", memory.start, memory.end));

    power::enter(Stage::Paging);
    mmu::start(memory.end).unwrap_or_else(|error| power::fail(format_args!("{error}")));
    done(format_args!("4 KiB pages, four levels"));

    power::enter(Stage::Interrupts);
    let count = interrupts::start(&tree).unwrap_or_else(|error| power::fail(format_args!("{error}")));
    done(format_args!("{count} lines"));

    power::enter(Stage::Timer);
    let number = timer::start(&tree).unwrap_or_else(|error| power::fail(format_args!("{error}")));
    done(format_args!("interrupt {number}"));

    let _ = writeln!(Console, "exo: done");
    power::exit(33)
}

/// The line that says that the stage was passed.
fn done(text: core::fmt::Arguments<'_>) {
    let stage = power::stage();
    let _ = writeln!(Console, "stage {:02} {}: {text}", stage.number(), stage.name());
}
