//! The spec names another function.

pub struct Trap;

#[raya_macros::op(idiv)]
pub fn divide(a: i32, b: i32) -> Result<i32, Trap> {
    let _ = (a, b);
    Err(Trap)
}

fn main() {}
