//! What the procedural macros of an emitted system do.
//!
//! For every instruction set lathe emits a thin procedural macro crate, `raya-macros` say. It implements [`Facts`] by that set's facts
//! crate and hands its tokens to this one, an ordinary library, which therefore knows no set and can be tested without a compiler.
//!
//! - [`op`] ties a semantics function to the entry of its op: a function with another signature than the spec gives it doesn't compile,
//!   and the error stands at the parameter that is wrong and names the line of the spec.
//! - [`native`] makes the declaration of a function that the host provides: its Rust signature is the one that modules must declare.
//! - [`assemble`] assembles and verifies a program while the crate around it is compiled. A mistake is an error at the offending token;
//!   what comes out is the module file as a `&'static [u8]`.
//!
//! The first and the last read the facts crate and never `spec/`, so that they work from a packaged crate, and rebuild when the facts change. They take
//! tokens and not strings: that is what gives errors their places on stable Rust.

#![forbid(unsafe_code)]

mod assembly;
mod attribute;
mod compare;
mod native;
mod suggest;

pub use self::assembly::assemble;
pub use self::attribute::op;
pub use self::native::native;

/// What the macros must know about an instruction set: implemented by the emitted procedural macro crate.
pub trait Facts {
    /// The signatures of all semantics functions.
    fn signatures() -> Vec<Signature>;

    /// Assembles and verifies a program that is given as the source text of its Rust tokens, and gives the bytes of the module file.
    ///
    /// # Errors
    ///
    /// All mistakes, each with the token at which it stands. For a set whose programs aren't made of Rust's tokens there is nothing else.
    fn assemble(tokens: &[String]) -> Result<Vec<u8>, Vec<Complaint>> {
        let message = format!(
            "no program can be made of these {} tokens: assemble a text at run time",
            tokens.len()
        );
        Err(vec![Complaint { token: 0, message }])
    }
}

/// The signature that the spec gives to the semantics function of an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The op: `iadd`.
    pub op: &'static str,
    /// The name of the function.
    pub function: &'static str,
    /// The types of its parameters, as Rust source.
    pub parameters: &'static [&'static str],
    /// The type of its result, as Rust source; `()` for none.
    pub result: &'static str,
    /// The spec file with the op's entry, relative to the root of the repository.
    pub file: &'static str,
    /// The line of the entry, from 1.
    pub line: u32,
}

/// A mistake in a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The position of the token at which it stands, among those that were given.
    pub token: usize,
    /// What is wrong and what to do.
    pub message: String,
}
