//! Programs as text.
//!
//! [`assemble`] reads a text and gives the image; [`disassemble`] writes one, and `assemble(&disassemble(&image)?)` gives the same image for
//! every image. A text is made of lines:
//!
//! - `NAME:` names the address of what follows, also before an instruction on the same line.
//! - An instruction: its mnemonic and its operands.
//! - `byte 1, 0xFF, 0b1010_0000` and `word 0x1234, NAME` are data; a row of a sprite is well written in binary.
//! - `at 0x300` goes on at an address, with zeros in between.
//! - `let NAME = 5` names a number, and `let NAME = v3` a register.
//! - `//` begins a comment.
//!
//! Numbers are decimal, hexadecimal (`0x1F`) or binary (`0b1010`), with `_` between digits where wanted. Wherever a number may stand there
//! may be a sum of numbers and names: `table + 2`. Names may be used before they are defined, but not by `at` and `let`.
//!
//! All mistakes of a text are reported together, each with its place.

mod assembler;
mod disassembler;
mod error;
mod line;
mod suggest;
mod token;

pub use self::assembler::{assemble, assemble_instruction};
pub use self::disassembler::{disassemble, text_of};
pub use self::error::{AssembleError, AssembleErrors, MOST_ERRORS};
