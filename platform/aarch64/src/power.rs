//! The end of the machine, with a status that whoever started it sees.

use core::arch::asm;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU32, Ordering};

use crate::console::Console;
use crate::stage::Stage;

/// The stage that the boot is in, so that an exception or a panic ends with its status.
static STAGE: AtomicU32 = AtomicU32::new(0);

/// Enters a stage.
pub fn enter(stage: Stage) {
    STAGE.store(stage as u32, Ordering::Relaxed);
}

/// The stage that the boot is in.
pub fn stage() -> Stage {
    let number = STAGE.load(Ordering::Relaxed);
    Stage::ALL
        .into_iter()
        .find(|stage| *stage as u32 == number)
        .unwrap_or(Stage::Entry)
}

/// Says what is wrong and ends the machine with the status of the stage.
pub fn fail(why: fmt::Arguments<'_>) -> ! {
    let stage = stage();
    let _ = writeln!(Console, "stage {:02} {} failed: {why}", stage.number(), stage.name());
    exit(stage.status())
}

/// Ends the machine by semihosting: QEMU leaves with `status`. Where nothing listens, the instruction is an exception of the kernel's
/// own, and the processor is parked there.
pub fn exit(status: u32) -> ! {
    const EXIT_EXTENDED: u64 = 0x20;
    const APPLICATION_EXIT: u64 = 0x2_0026;
    let block = [APPLICATION_EXIT, status.into()];
    // SAFETY: the call reads the block, which lives until then, and doesn't return. Every boot test sees the status.
    unsafe {
        asm!("hlt #0xf000", "b park", in("x0") EXIT_EXTENDED, in("x1") block.as_ptr(), options(noreturn));
    }
}
