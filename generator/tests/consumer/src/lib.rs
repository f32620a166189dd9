//! Uses the crates of raya as libraries. Not part of any workspace of the repository: `cargo lathe test` builds it as others would.

use std::sync::Arc;

use raya_facts::Module;
use raya_facts::asm::assemble;
use raya_facts::verify::verify;
use raya_oracle::run_module;
use raya_runtime::Limits;

/// A program that is assembled and verified while this crate is compiled.
pub static ANSWER: &[u8] = raya_macros::assemble! {
    function main { result i32 code { const_i32 6 const_i32 7 imul return } }
};

/// Assembles a program and writes its module file.
///
/// # Errors
///
/// What is wrong with it.
pub fn encode(text: &str) -> Result<Vec<u8>, String> {
    let module = assemble(text).map_err(|errors| errors.to_string())?;
    verify(&module).map_err(|error| error.to_string())?;
    module.write().map_err(|error| error.to_string())
}

/// Reads a module file.
///
/// # Errors
///
/// What is wrong with it.
pub fn decode(bytes: &[u8]) -> Result<Module, String> {
    Module::read(bytes).map_err(|error| error.to_string())
}

/// Runs the function `main` of a module file in the reference interpreter, and gives its result as a literal.
///
/// # Errors
///
/// What is wrong with it, or how it failed.
pub fn run(bytes: &[u8]) -> Result<String, String> {
    let module = Arc::new(decode(bytes)?);
    let run = run_module(module, Limits::default()).map_err(|error| error.to_string())?;
    run.result.map_err(|failure| failure.to_string())
}
