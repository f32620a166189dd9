//! A parameter that the spec gives is missing, and one is too many.

pub struct Trap;

#[raya_macros::op(idiv)]
pub fn idiv(a: i32) -> Result<i32, Trap> {
    let _ = a;
    Err(Trap)
}

#[raya_macros::op(imod)]
pub fn imod(a: i32, b: i32, extra: u8) -> Result<i32, Trap> {
    let _ = (a, b, extra);
    Err(Trap)
}

fn main() {}
