//! The end of the machine, with a status that whoever started it sees.

use core::arch::asm;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use exo_facts::{Outcome, Stage};

use crate::console::Console;

/// The status of an exception or a panic: that of the stage that the boot is in, and afterwards that of a fault of the kernel.
static STATUS: AtomicU8 = AtomicU8::new(Stage::Entry.status());

/// The boot is in a stage.
pub fn enter(stage: Stage) {
    STATUS.store(stage.status(), Ordering::Relaxed);
}

/// A stage before the kernel is there is done.
pub fn done(stage: Stage) {
    Console.text(stage.marker()).text("\n");
}

/// Everything is there.
pub fn leave_boot() {
    STATUS.store(Outcome::KernelFault.status(), Ordering::Relaxed);
}

/// Says why a stage failed, and ends the machine with its status.
pub fn fail(stage: Stage, reason: &str) -> ! {
    fail_saying(stage, |console| console.text(reason))
}

/// The same for what isn't a text alone.
pub fn fail_saying(stage: Stage, say: impl FnOnce(Console) -> Console) -> ! {
    let number = Stage::ALL.iter().take_while(|other| **other != stage).count() as u64 + 1;
    let console = Console
        .text(if number < 10 { "stage 0" } else { "stage " })
        .decimal(number)
        .text(" ")
        .text(stage.name())
        .text(" failed: ");
    say(console).text("\n");
    exit(stage.status())
}

/// Says what the kernel itself did wrong, and ends the machine.
pub fn fault(say: impl FnOnce(Console) -> Console) -> ! {
    let status = STATUS.load(Ordering::Relaxed);
    match Stage::from_status(status) {
        Some(stage) => fail_saying(stage, say),
        None => {
            say(Console.text("kernel fault: ")).text("\n");
            exit(status)
        }
    }
}

/// Says how it all ended, if not well, and ends the machine.
pub fn end(outcome: Outcome, root_status: Option<u64>) -> ! {
    match (outcome, root_status) {
        (Outcome::Success, _) => Console,
        (_, Some(status)) => Console
            .text("the root process ended with status ")
            .hexadecimal(status)
            .text("\n"),
        (_, None) => Console.text("no process can run again\n"),
    };
    exit(outcome.status())
}

/// Ends the machine by semihosting: QEMU leaves with `status`. Where nothing listens, the instruction is an exception of the kernel's
/// own, which comes back here: then the processor is parked.
fn exit(status: u8) -> ! {
    static TRIED: AtomicBool = AtomicBool::new(false);
    const EXIT_EXTENDED: u64 = 0x20;
    const APPLICATION_EXIT: u64 = 0x2_0026;
    let block = [APPLICATION_EXIT, status.into()];
    if TRIED.swap(true, Ordering::Relaxed) {
        park();
    }
    // SAFETY: the call reads the block, which lives until then, and doesn't return. Every boot test sees the status.
    unsafe {
        asm!(
            "hlt #0xf000",
            "b park",
            in("x0") EXIT_EXTENDED,
            in("x1") block.as_ptr(),
            options(noreturn)
        );
    }
}

/// Waits for ever.
fn park() -> ! {
    unsafe extern "C" {
        fn park() -> !;
    }
    // SAFETY: a loop of `entry.s` that uses nothing.
    unsafe { park() }
}
