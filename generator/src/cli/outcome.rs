//! How a run ended: the exit code for scripts, and the word for tools.

use serde::Serialize;

/// How a run ended, as its exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything is as it should be.
    Fresh,
    /// What the verb runs isn't installed; the report says how to install it.
    Missing,
    /// The outputs differ from what the specs give.
    NeedsRegeneration,
    /// A spec, a file or a command is at fault; the report says which.
    Failure,
}

impl Exit {
    /// 0, 3, 4 or 100.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fresh => 0,
            Exit::Missing => 3,
            Exit::NeedsRegeneration => 4,
            Exit::Failure => 100,
        }
    }
}

/// How a run ended, as the last line for tools says it in a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything was as it should be.
    Fresh,
    /// What was not fresh was written.
    Written,
    /// Something is not fresh, and was to be shown only.
    Stale,
    /// What was emitted is built.
    Built,
    /// Every program printed what was expected of it.
    Ran,
    /// Every test passed.
    Passed,
    /// What was asked for is shown.
    Found,
    /// The plan for ninja is as the workspace is.
    Planned,
    /// The kernel booted, and did what the specs demand.
    Booted,
    /// What the verb runs isn't installed.
    Missing,
    /// What was to be measured is.
    Measured,
    /// A workspace was made.
    Made,
    /// Two revisions mean the same.
    Same,
    /// Two revisions mean something different.
    Different,
    /// A release was recorded.
    Blessed,
    /// A release was not recorded, since it would break the last one.
    Refused,
    /// A spec, a file or a command is at fault.
    #[default]
    Failure,
}

impl Outcome {
    /// The exit code that goes with it.
    pub fn exit(self) -> Exit {
        match self {
            Outcome::Missing => Exit::Missing,
            Outcome::Stale => Exit::NeedsRegeneration,
            Outcome::Failure | Outcome::Refused => Exit::Failure,
            _ => Exit::Fresh,
        }
    }
}
