//! Several mistakes in one program, each at its token.

pub static PROGRAM: &[u8] = raya_macros::assemble! {
    function main { result i32 code {
        const_i32 1
        cosnt_i32 2
        iadd
        call mian, 0
        retrun
    } }
};

fn main() {}
