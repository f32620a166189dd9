//! Modules as text.
//!
//! [`assemble`] reads a text, [`disassemble`] writes one, and `assemble(&disassemble(&module))` gives the same module for every
//! module. A text is a file of declarations:
//!
//! - `KEYWORD NAME { FIELD VALUE … }`, or `KEYWORD NAME: VALUE` for a record that has one field beside its name. The keywords are the
//!   records of the module's lists. Fields may stand in any order; one that is missing is zero, empty or none.
//! - `FIELD VALUE` for the other fields of the module itself. Lists of texts, constants and types fill by themselves as values are
//!   used; stated in full they keep their numbers.
//! - Lists are `[a, b]`; none is `_`; names are identifiers or strings; numbers, strings and comments are those of Rust, so that a
//!   macro can take the same text.
//! - Types are `i32` or `array(i32)`. A reference is a name, or the number of an entry (`3` or `#3`).
//! - Code is `{ … }`: labels `NAME:`, and instructions, whose operands are separated by commas. Nothing depends on line ends.
//!
//! All mistakes of a text are reported together, each with its place.

mod assembler;
mod code;
mod cursor;
mod error;
mod key;
mod pools;
mod positions;
mod records;
mod references;
mod show;
mod show_records;
mod suggest;
mod tables;
mod token;
mod type_text;

use crate::module::Module;

pub use self::assembler::Assembled;
pub use self::cursor::DEEPEST;
pub use self::error::{AssembleError, AssembleErrors, MOST_ERRORS, Position};
pub use self::positions::Positions;
pub use self::show::disassemble;
pub use self::token::{LONGEST_TEXT, Token, TokenKind, tokens_of};

/// Makes a module of text. It is not verified.
///
/// # Errors
///
/// All mistakes in the text, with their lines and columns.
pub fn assemble(text: &str) -> Result<Module, AssembleErrors> {
    assemble_with_positions(text).map(|assembled| assembled.module)
}

/// Makes a module of text, and tells where each instruction stands in the text.
///
/// # Errors
///
/// As for [`assemble`].
pub fn assemble_with_positions(text: &str) -> Result<Assembled, AssembleErrors> {
    let mut reports = error::Reports::default();
    let tokens = token::tokenize(text, &mut reports);
    assembler::run(&tokens, Some(text), reports)
}

/// Makes a module of tokens, and tells from which token each instruction came. [`Token::at`] may be any number that rises from token to
/// token.
///
/// # Errors
///
/// All mistakes, each with the [`Token::at`] of its token.
pub fn assemble_tokens(tokens: &[Token]) -> Result<Assembled, AssembleErrors> {
    assembler::run(tokens, None, error::Reports::default())
}
