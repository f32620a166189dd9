//! The bootable image for x86_64.

#![no_std]
#![no_main]

mod console;
mod controllers;
mod cpu;
mod descriptors;
mod exit;
mod memory;
mod paging;
mod registers;
mod stage;
mod start_info;
mod traps;

use console::Console;
use stage::{Stage, stage};
use start_info::StartInformation;

/// The kernel's beginning: `boot.s` jumps here with the address of the start information.
extern "C" fn start(start_information: u64) -> ! {
    let mut console = Console::open();
    let console = &mut console;
    stage(console, Stage::Entry, Ok(((), format_args!("long mode"))));
    if *console == Console::Missing {
        stage::fail(console, Stage::Console, format_args!("no serial line at 0x3f8"));
    }
    stage(console, Stage::Console, Ok(((), format_args!("serial line at 0x3f8"))));
    let information = match StartInformation::read(start_information) {
        Ok(information) => information,
        Err(reason) => stage::fail(console, Stage::MemoryMap, format_args!("{reason}")),
    };
    let usable = information.usable();
    let bytes: u64 = usable.iter().map(|range| range.end - range.start).sum();
    stage(
        console,
        Stage::MemoryMap,
        Ok(((), format_args!("{} KiB in {} ranges", bytes / 1024, usable.len()))),
    );
    stage(
        console,
        Stage::Paging,
        paging::protect_kernel().map(|()| ((), format_args!("ok"))),
    );
    descriptors::install();
    stage(
        console,
        Stage::Interrupts,
        controllers::open().map(|()| ((), format_args!("ok"))),
    );
    stage(
        console,
        Stage::Timer,
        controllers::start_timer().map(|()| ((), format_args!("ok"))),
    );
    exit::exit(0x10)
}

#[panic_handler]
fn panic(information: &core::panic::PanicInfo) -> ! {
    use core::fmt::Write;
    let _ = writeln!(Console::Serial, "kernel panic: {information}");
    exit::exit(0x1f)
}
