//! A jump to a label that isn't there.

pub static PROGRAM: &[u8] = raya_macros::assemble! {
    function main { result i32 code {
    again:
        jmp agian
    } }
};

fn main() {}
