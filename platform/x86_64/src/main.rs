//! The bootable image for x86_64: what one processor needs under the kernel.
//!
//! `boot.s` comes from the loader and ends in [`start`], which does the stages of the boot in order. From the last one on the kernel is
//! entered by [`traps::trap`] and by the system calls of `entry.s`, and left by [`traps::resume`].

#![no_std]
#![no_main]

mod console;
mod controllers;
mod cpu;
mod descriptors;
mod direct;
mod exit;
mod fast;
mod kernel;
#[cfg(target_os = "linux")]
mod library;
mod machine;
mod memory;
mod paging;
mod registers;
mod stage;
mod start_info;
mod syscalls;
mod traps;
mod vectors;

use core::arch::global_asm;

use exo_facts::Stage;
use exo_kernel::{BootInformation, Configuration, Kernel, MemoryRange};

use console::Console;
use machine::Processor;
use start_info::StartInformation;

global_asm!(
    include_str!("boot.s"),
    base = const memory::KERNEL_BASE,
    no_long_mode = const exit::byte(Stage::Entry.status()),
    main = sym start,
    descriptors = sym descriptors::DESCRIPTORS,
    vector_registers = const vectors::USED as u8,
);
global_asm!(
    include_str!("entry.s"),
    vectors = const descriptors::VECTORS,
    trap = sym traps::trap,
    calls = const syscalls::CALLS,
    entries = sym syscalls::ENTRIES,
    handlers = sym syscalls::HANDLERS,
    no_such_call = const syscalls::NO_SUCH_CALL as i64,
    vector_registers = const vectors::USED as u8,
    exchange = sym vectors::EXCHANGE,
);

/// The kernel's beginning: `boot.s` jumps here with the address of the start information.
extern "C" fn start(start_information: u64) -> ! {
    let console = Console::open();
    let information =
        StartInformation::read(start_information).unwrap_or_else(|(stage, reason)| stage::fail(console, stage, reason));
    if console == Console::Missing {
        stage::fail(console, Stage::Console, "no serial line at 0x3f8");
    }
    stage::done(console, Stage::Entry);
    stage::done(console, Stage::Console);
    paging::protect_kernel().unwrap_or_else(|reason| stage::fail(console, Stage::Paging, reason));
    let module = information.module.unwrap_or_default();
    let reserved = [
        // The firmware's data, and what the loader left for us.
        MemoryRange {
            start: 0,
            end: memory::image::kernel_start.physical(),
        },
        MemoryRange {
            start: memory::image::kernel_start.physical(),
            end: memory::image::kernel_end.physical(),
        },
        module,
    ];
    let boot = BootInformation {
        usable: information.usable(),
        reserved: &reserved,
        module,
        disk: MemoryRange::default(),
        argument: 0,
    };
    let processor = Processor { console, ticks: 0 };
    let kernel = match Kernel::new(processor, &boot, Configuration::default()) {
        Ok(kernel) => kernel::install(kernel),
        Err(failure) => stage::fail(console, failure.stage, failure.reason),
    };
    descriptors::install();
    controllers::open().unwrap_or_else(|reason| stage::fail(console, Stage::Interrupts, reason));
    kernel.marker(Stage::Interrupts);
    controllers::start_timer().unwrap_or_else(|reason| stage::fail(console, Stage::Timer, reason));
    kernel.marker(Stage::Timer);
    kernel
        .start()
        .unwrap_or_else(|failure| stage::fail(console, failure.stage, failure.reason));
    if let Some(instructions) = kernel.time_decisions(cpu::time_stamp) {
        console.text("measure scheduling_decision ").decimal(instructions).text("\n");
    }
    fast::open(kernel);
    traps::resume()
}

#[panic_handler]
fn panic(information: &core::panic::PanicInfo) -> ! {
    let console = Console::Serial.text("kernel panic");
    if let Some(location) = information.location() {
        console
            .text(" at ")
            .text(location.file())
            .text(":")
            .decimal(u64::from(location.line()));
    }
    console.text("\n");
    exit::exit(exo_facts::Outcome::KernelFault.status())
}
