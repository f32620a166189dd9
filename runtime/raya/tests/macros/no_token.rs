//! What is Rust, but no part of assembly.

pub static PROGRAM: &[u8] = raya_macros::assemble! {
    function main { result i32 code { const_i32 1u8 return } };
};

fn main() {}
