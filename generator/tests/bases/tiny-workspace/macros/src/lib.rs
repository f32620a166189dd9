//! Stands for the crate of this name, without what that depends on: functions and programs pass as they are.

extern crate proc_macro;

use proc_macro::TokenStream;

pub trait Facts {
    fn signatures() -> Vec<Signature>;
    fn assemble(tokens: &[String]) -> Result<Vec<u8>, Vec<Complaint>>;
}

pub struct Signature {
    pub op: &'static str,
    pub function: &'static str,
    pub parameters: &'static [&'static str],
    pub result: &'static str,
    pub file: &'static str,
    pub line: u32,
}

pub struct Complaint {
    pub token: usize,
    pub message: String,
}

pub fn op<F: Facts>(_arguments: TokenStream, function: TokenStream) -> TokenStream {
    function
}

pub fn assemble<F: Facts>(program: TokenStream) -> TokenStream {
    program
}
