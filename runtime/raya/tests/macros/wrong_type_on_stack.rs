//! The program is assembled, but the verifier refuses an instruction.

pub static PROGRAM: &[u8] = raya_macros::assemble! {
    function main { result i32 code {
        const_i32 1
        const_f64 2.0
        iadd
        return
    } }
};

fn main() {}
