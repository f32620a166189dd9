//! Says where a task is: compact points while it runs, names and lines for reports.

use raya_facts::{FunctionId, Module};

/// A place in the code of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracePoint {
    /// The function.
    pub function: FunctionId,
    /// The offset of the instruction in its code.
    pub at: u32,
}

/// The calls of one trace that are kept. More would cost memory with every exception of a deep recursion, and nobody reads them.
pub const LONGEST_TRACE: usize = 64;

/// One call of a stack trace, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// The function.
    pub function: String,
    /// The offset of the instruction in its code.
    pub at: u32,
    /// The source file, if the module says.
    pub file: Option<String>,
    /// The line in it, from 1, if the module says.
    pub line: Option<u32>,
}

impl TraceLine {
    /// What a module says about a place.
    pub fn new(module: &Module, point: TracePoint) -> TraceLine {
        let TracePoint { function, at } = point;
        let Some(function) = module.functions.get(function.0 as usize) else {
            return TraceLine {
                function: format!("#{}", function.0),
                at,
                file: None,
                line: None,
            };
        };
        // Lines are in ascending order of offsets; a module that breaks this shows a wrong line and nothing worse.
        let after = function.lines.partition_point(|line| line.offset <= at);
        let line = after
            .checked_sub(1)
            .and_then(|index| function.lines.get(index))
            .map(|line| line.line);
        let file = function.file.and_then(|file| module.strings.get(file.0 as usize)).cloned();
        TraceLine {
            function: function.name.clone(),
            at,
            file,
            line,
        }
    }

    /// The lines of a whole trace.
    pub fn all(module: &Module, trace: &[TracePoint]) -> Vec<TraceLine> {
        trace.iter().map(|point| TraceLine::new(module, *point)).collect()
    }
}

impl core::fmt::Display for TraceLine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "in `{}`, offset {}", self.function, self.at)?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " ({file}:{line})"),
            (None, Some(line)) => write!(f, " (line {line})"),
            _ => Ok(()),
        }
    }
}
