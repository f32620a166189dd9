//! The end of a boot that fails: the stage and the reason, and the stage's own status.

use exo_facts::Stage;

use crate::console::Console;
use crate::exit::exit;

/// Its number among the stages, from 1.
pub fn number(stage: Stage) -> u64 {
    Stage::ALL.iter().take_while(|other| **other != stage).count() as u64 + 1
}

/// Prints the line of a stage that the platform does before there is a kernel.
pub fn done(console: Console, stage: Stage) {
    console.text(stage.marker()).text("\n");
}

/// Prints why a stage failed, and ends the machine.
pub fn fail(console: Console, stage: Stage, reason: &str) -> ! {
    console
        .text(if number(stage) < 10 { "stage 0" } else { "stage " })
        .decimal(number(stage))
        .text(" ")
        .text(stage.name())
        .text(" failed: ")
        .text(reason)
        .text("\n");
    exit(stage.status())
}
