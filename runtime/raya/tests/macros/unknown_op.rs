//! An op that the spec doesn't have.

pub struct Trap;

#[raya_macros::op(idivv)]
pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> {
    let _ = (a, b);
    Err(Trap)
}

fn main() {}
