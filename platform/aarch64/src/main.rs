//! The bootable image for 64-bit Arm: what the machine `virt` of QEMU needs under the kernel.
//!
//! `entry.s` comes from the loader and ends in [`start`], which does the stages of the boot in order. From the last one on the kernel
//! is entered and left by `vectors.s` alone: faults and interrupts through [`trap`], system calls through [`calls`].
#![no_std]
#![no_main]

mod boot;
mod calls;
mod console;
mod direct;
mod fast;
mod interrupts;
mod kernel;
mod machine;
mod memory;
mod mmu;
mod power;
mod registers;
mod timer;
mod trap;

use core::arch::global_asm;
use core::mem::offset_of;

use exo_facts::Stage;
use exo_kernel::{Configuration, Kernel};

use boot::Boot;
use machine::Virt;

global_asm!(include_str!("entry.s"), start = sym start, entry_failed = const Stage::Entry.status());
global_asm!(
    include_str!("vectors.s"),
    calls = const calls::COUNT,
    current = const fast::CURRENT,
    hot = const fast::HOT,
    resume_word = const offset_of!(registers::Frame, resume),
    yield_number = const exo_facts::Syscall::ProcessYield.number(),
    no_such_call = const calls::NO_SUCH_CALL as i64,
    take_fault = sym trap::take_fault,
    take_interrupt = sym trap::take_interrupt,
    report_exception = sym trap::report_exception,
);

/// From the entry, on the kernel's stack; `tree` is where the loader says that the device tree is, or zero.
extern "C" fn start(tree: u64) -> ! {
    power::enter(Stage::Console);
    console::start().unwrap_or_else(|reason| power::fail(Stage::Console, reason));
    power::enter(Stage::Entry);
    let (tree, at) = boot::device_tree(tree).unwrap_or_else(|error| {
        power::fail_saying(Stage::Entry, |console| {
            let console = console.text("device tree, byte ").hexadecimal(error.at as u64);
            console.text(": ").text(error.problem.describe())
        })
    });
    power::done(Stage::Entry);
    power::done(Stage::Console);
    power::enter(Stage::MemoryMap);
    let boot = Boot::read(tree, at).unwrap_or_else(|reason| power::fail(Stage::MemoryMap, reason));
    power::enter(Stage::Paging);
    mmu::start(boot.memory_end()).unwrap_or_else(|reason| power::fail(Stage::Paging, reason));
    let kernel = match Kernel::new(Virt::new(), &boot.information(), Configuration::default()) {
        Ok(kernel) => kernel::install(kernel),
        Err(failure) => power::fail(failure.stage, failure.reason),
    };
    fast::open(kernel);
    power::enter(Stage::Interrupts);
    interrupts::start(&boot.tree).unwrap_or_else(|reason| power::fail(Stage::Interrupts, reason));
    console::announce();
    kernel.marker(Stage::Interrupts);
    power::enter(Stage::Timer);
    timer::start(&boot.tree).unwrap_or_else(|reason| power::fail(Stage::Timer, reason));
    kernel.marker(Stage::Timer);
    power::enter(Stage::Capabilities);
    kernel
        .start()
        .unwrap_or_else(|failure| power::fail(failure.stage, failure.reason));
    if let Some(instructions) = kernel.time_decisions(timer::cycles) {
        console::Console
            .text("measure scheduling_decision ")
            .decimal(instructions)
            .text("\n");
    }
    power::leave_boot();
    trap::resume(kernel)
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    // The message isn't read: with it, the image would hold the code that formats it.
    let location = info.location();
    power::fault(|console| {
        let console = console.text("panicked");
        match location {
            Some(location) => console
                .text(" at ")
                .text(location.file())
                .text(":")
                .decimal(location.line().into()),
            None => console,
        }
    })
}
