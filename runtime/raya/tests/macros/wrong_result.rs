//! A result that leaves out the trap.

#[raya_macros::op(idiv)]
pub fn idiv(a: i32, b: i32) -> i32 {
    a.wrapping_div(b)
}

fn main() {}
