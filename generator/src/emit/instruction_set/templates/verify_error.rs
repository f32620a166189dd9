//! Why a module is refused.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use super::FunctionId;
use crate::opcode::Opcode;

/// The first fault that the verifier found: where it is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// The function with the fault; `None` for a fault of a declaration.
    pub function: Option<FunctionId>,
    /// The name of the function; empty for a fault of a declaration.
    pub name: String,
    /// The offset in bytes of the instruction within the function's code, if it is one instruction's fault.
    pub at: Option<u32>,
    /// The op at that offset.
    pub opcode: Option<Opcode>,
    /// What is wrong.
    pub kind: VerifyErrorKind,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = self.function {
            if self.name.is_empty() {
                write!(f, "function {}", function.0)?;
            } else {
                write!(f, "function `{}`", self.name)?;
            }
            if let Some(at) = self.at {
                write!(f, ", offset {at}")?;
            }
            if let Some(opcode) = self.opcode {
                write!(f, ", `{}`", opcode.mnemonic())?;
            }
            f.write_str(": ")?;
        }
        self.kind.fmt(f)
    }
}

impl core::error::Error for VerifyError {}

/// What is wrong with a module. Types are shown as in assembly: `array(i32)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyErrorKind {
    /// A declaration is wrong, which has nothing to do with code.
    Declaration {
        /// Where: `functions[3].params[0].type`.
        path: String,
        /// What is wrong there.
        problem: String,
    },
    /// The bytes are no instruction.
    Decode(String),
    /// A label lies within an instruction or outside of the code.
    JumpTarget {
        /// The offset that the label names.
        to: u32,
    },
    /// Execution would run past the last instruction.
    FallsOffEnd,
    /// An operand selects an entry of a list that isn't that long.
    OperandRange {
        /// The operand's name.
        operand: &'static str,
        /// Its number.
        number: u32,
        /// What it is to select: `function`, say.
        of: &'static str,
        /// How many there are.
        count: usize,
    },
    /// An operand names a type that has no values of its own.
    AbstractType {
        /// The operand's name.
        operand: &'static str,
        /// The type.
        found: String,
    },
    /// The instruction takes more values than there are.
    StackUnderflow {
        /// How many values it takes.
        takes: u64,
        /// How many there are that it may take.
        available: u32,
        /// How many more lie below that the innermost handler needs.
        guarded: u32,
    },
    /// The stack would hold more values than a function may have.
    StackOverflow {
        /// The limit.
        limit: u32,
    },
    /// A value of another type is needed.
    Mismatch {
        /// The name of the input in the op's description.
        input: &'static str,
        /// What is needed.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The value has types on different paths that have nothing in common, so nothing may read it.
    Conflict {
        /// The name of the input.
        input: &'static str,
    },
    /// A type that the result depends on can't be known, because the value that would tell it is null.
    Unknown {
        /// What can't be known: `T`, say, or `the class of o`.
        what: String,
    },
    /// A number of values in an operand doesn't fit.
    Count {
        /// What is counted.
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// Whether more would do as well.
        or_more: bool,
        /// How many the operand says.
        found: u64,
    },
    /// Something that the instruction needs isn't there: a rest parameter of the function, say.
    Missing(String),
    /// Two paths lead to one instruction with different numbers of values.
    DepthAtJoin {
        /// The instruction where they meet.
        target: u32,
        /// How many values the other paths bring.
        there: u32,
        /// How many this one brings.
        here: u32,
    },
    /// Two paths lead to one instruction with different handlers installed.
    HandlersAtJoin {
        /// The instruction where they meet.
        target: u32,
    },
    /// A handler is removed where none is installed.
    NoHandler,
    /// A handler is installed that has nowhere to continue.
    EmptyHandler,
    /// More handlers would be installed than a function may have.
    TooManyHandlers {
        /// The limit.
        limit: u32,
    },
    /// Types are nested more deeply than a module may have.
    TypeTooDeep {
        /// The limit.
        limit: u32,
    },
    /// The code makes more types than a module may have.
    TooManyTypes {
        /// The limit.
        limit: usize,
    },
    /// It takes more steps than a module of its size has.
    TooComplex,
}

impl fmt::Display for VerifyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declaration { path, problem } if path.is_empty() => f.write_str(problem),
            Self::Declaration { path, problem } => write!(f, "{path}: {problem}"),
            Self::Decode(problem) => f.write_str(problem),
            Self::JumpTarget { to } => {
                write!(
                    f,
                    "a label at offset {to} is not the start of an instruction; labels must name instructions of the same function"
                )
            }
            Self::FallsOffEnd => f.write_str("execution runs off the end of the code; end it with a return, a jump or a throw"),
            Self::OperandRange {
                operand,
                number,
                of,
                count,
            } => {
                write!(f, "operand `{operand}` selects {of} {number}, but there are {count}")
            }
            Self::AbstractType { operand, found } => {
                write!(
                    f,
                    "operand `{operand}` names `{found}`, which stands only for its descendants; name one of them"
                )
            }
            Self::StackUnderflow {
                takes,
                available,
                guarded: 0,
            } => {
                write!(f, "stack underflow: it takes {takes} values, but the stack holds {available}")
            }
            Self::StackUnderflow {
                takes,
                available,
                guarded,
            } => write!(
                f,
                "stack underflow: it takes {takes} values, but only {available} were pushed since the handler was installed, \
                 which needs the {guarded} below",
            ),
            Self::StackOverflow { limit } => write!(f, "stack overflow: a function may have at most {limit} values on its stack"),
            Self::Mismatch { input, expected, found } => write!(f, "expected {expected} for `{input}`, found {found}"),
            Self::Conflict { input } => write!(
                f,
                "the value for `{input}` has types without a common one on the paths that lead here, so it can't be read; \
                 bring the same type on all paths",
            ),
            Self::Unknown { what } => {
                write!(
                    f,
                    "{what} can't be known, because the value that would tell it is null; give the value its type before"
                )
            }
            Self::Count {
                what,
                expected,
                or_more,
                found,
            } => {
                let more = if *or_more { " or more" } else { "" };
                write!(f, "{what}: expected {expected}{more}, found {found}")
            }
            Self::Missing(what) => f.write_str(what),
            Self::DepthAtJoin { target, there, here } => write!(
                f,
                "paths with different stacks meet at offset {target}: {there} values on one, {here} on another; \
                 bring the same number on all paths",
            ),
            Self::HandlersAtJoin { target } => write!(
                f,
                "paths with different handlers meet at offset {target}; install and remove the same handlers on all paths",
            ),
            Self::NoHandler => f.write_str("it removes a handler, but this function has none installed here"),
            Self::EmptyHandler => f.write_str("a handler needs a place to continue; all of its labels are absent"),
            Self::TooManyHandlers { limit } => write!(f, "at most {limit} handlers may be installed at once"),
            Self::TypeTooDeep { limit } => write!(f, "types may be nested at most {limit} deep"),
            Self::TooManyTypes { limit } => write!(f, "the code makes more than {limit} types"),
            Self::TooComplex => f.write_str(
                "the module takes more steps to verify than one of its size may; keep values in locals, and operand stacks shallow where paths meet",
            ),
        }
    }
}

impl VerifyErrorKind {
    /// The same fault of a declaration, seen from the declaration that holds it: `functions`, entry 3.
    pub(super) fn within(self, field: &str, entry: Option<usize>) -> Self {
        match self {
            Self::Declaration { path, problem } => {
                let place = entry.map_or_else(|| field.to_string(), |entry| format!("{field}[{entry}]"));
                let path = if path.is_empty() { place } else { format!("{place}.{path}") };
                Self::Declaration { path, problem }
            }
            other => other,
        }
    }

    /// A fault of a declaration whose place the caller adds.
    pub(super) fn declaration(problem: impl Into<String>) -> Self {
        Self::Declaration {
            path: String::new(),
            problem: problem.into(),
        }
    }
}
