//! What is wrong with a text, all of it together.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The number of mistakes that are reported; what comes after them mostly follows from them.
pub const MOST_ERRORS: usize = 100;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembleError {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n    help: {help}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for AssembleError {}

/// All mistakes in a text, in the order of their places; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembleErrors {
    /// The mistakes, at most [`MOST_ERRORS`].
    pub errors: Vec<AssembleError>,
    /// The number of further mistakes that aren't listed.
    pub omitted: u32,
}

impl fmt::Display for AssembleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl core::error::Error for AssembleErrors {}

/// Collects mistakes.
#[derive(Debug, Default)]
pub(super) struct Reports {
    errors: Vec<AssembleError>,
    omitted: u32,
}

impl Reports {
    pub(super) fn add(&mut self, place: super::token::Place, message: String, help: Option<String>) {
        if self.is_full() {
            self.omitted = self.omitted.saturating_add(1);
        } else {
            self.errors.push(AssembleError {
                line: place.line,
                column: place.column,
                message,
                help,
            });
        }
    }

    /// Whether further mistakes are only counted, so that nobody needs to make them helpful.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    /// `value`, or the mistakes if there are any.
    pub(super) fn result<T>(mut self, value: T) -> Result<T, AssembleErrors> {
        if self.errors.is_empty() {
            return Ok(value);
        }
        self.errors.sort_by_key(|error| (error.line, error.column));
        Err(AssembleErrors {
            errors: self.errors,
            omitted: self.omitted,
        })
    }
}
