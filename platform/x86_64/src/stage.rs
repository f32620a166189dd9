//! The stages of the boot: one line each, and an end with the stage's own status where one fails.

use core::fmt::{Arguments, Write};

use crate::console::Console;
use crate::exit::exit;

/// Prints the stage's line if it succeeded. Else prints the reason and ends the machine.
pub fn stage<T>(console: &mut Console, stage: Stage, result: Result<(T, Arguments), &str>) -> T {
    match result {
        Ok((value, text)) => {
            let _ = writeln!(console, "stage {:02} {}: {text}", stage as u8, stage.name());
            value
        }
        Err(reason) => fail(console, stage, format_args!("{reason}")),
    }
}

pub fn fail(console: &mut Console, stage: Stage, reason: Arguments) -> ! {
    let _ = writeln!(console, "stage {:02} {} failed: {reason}", stage as u8, stage.name());
    exit(stage.status())
}

#[derive(Clone, Copy)]
pub enum Stage {
    Entry = 1,
    Console,
    MemoryMap,
    Frames,
    Paging,
    Interrupts,
    Timer,
    Capabilities,
    Halt,
    Blocks,
    Root,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Console => "console",
            Self::MemoryMap => "memory_map",
            Self::Frames => "frames",
            Self::Paging => "paging",
            Self::Interrupts => "interrupts",
            Self::Timer => "timer",
            Self::Capabilities => "capabilities",
            Self::Halt => "halt",
            Self::Blocks => "blocks",
            Self::Root => "root",
        }
    }
    pub const fn status(self) -> u8 {
        self as u8
    }
}
