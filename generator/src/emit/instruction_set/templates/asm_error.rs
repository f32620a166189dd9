//! What is wrong with a text, all of it together.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The number of mistakes that are reported; what comes after them mostly follows from them.
pub const MOST_ERRORS: usize = 100;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembleError {
    /// The [`at`](super::Token::at) of the token where it was noticed: a byte offset, for a text.
    pub at: u32,
    /// Where that is in the text; `None` where there were only tokens.
    pub position: Option<Position>,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

impl Position {
    /// The place of a byte offset; one beyond the text means its end.
    pub fn of(text: &str, at: u32) -> Position {
        let mut end = (at as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

impl AssembleError {
    /// A mistake at a token.
    pub fn new(at: u32, message: String) -> AssembleError {
        AssembleError {
            at,
            position: None,
            message,
            help: None,
        }
    }

    /// The same with advice.
    pub fn help(self, help: String) -> AssembleError {
        AssembleError {
            help: Some(help),
            ..self
        }
    }
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "line {}, column {}: {}", position.line, position.column, self.message)?,
            None => write!(f, "token {}: {}", self.at, self.message)?,
        }
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
    pub(super) fn add(&mut self, error: AssembleError) {
        if self.is_full() {
            self.omitted = self.omitted.saturating_add(1);
        } else {
            self.errors.push(error);
        }
    }

    /// Adds advice to the last mistake, if it has none.
    pub(super) fn advise(&mut self, help: Option<String>) {
        if self.omitted == 0
            && let Some(error) = self.errors.last_mut()
            && error.help.is_none()
        {
            error.help = help;
        }
    }

    /// Whether further ones are only counted, so that nobody needs to make them helpful.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The number of mistakes so far.
    pub(super) fn count(&self) -> usize {
        self.errors.len() + self.omitted as usize
    }

    pub(super) fn into_first(self) -> Option<AssembleError> {
        self.errors.into_iter().next()
    }

    /// The mistakes with their places in `text`, if there is one.
    pub(super) fn into_errors(mut self, text: Option<&str>) -> AssembleErrors {
        self.errors.sort_by_key(|error| error.at);
        if let Some(text) = text {
            for error in &mut self.errors {
                error.position = Some(Position::of(text, error.at));
            }
        }
        AssembleErrors {
            errors: self.errors,
            omitted: self.omitted,
        }
    }
}
