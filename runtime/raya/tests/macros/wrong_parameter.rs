//! A parameter of another type than the spec gives.

pub struct Trap;

#[raya_macros::op(idiv)]
pub fn idiv(a: i32, b: i64) -> Result<i32, Trap> {
    let _ = (a, b);
    Err(Trap)
}

fn main() {}
