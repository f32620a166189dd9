//! Functions with traps of their own.

#[op(imod)]
pub fn imod(a: i32, b: i32) -> Result<i32, Trap> {
    match b {
        0 => Err(Trap::new(TrapKind::DivideByZer0, "zero")),
        1 => Err(Trap::new(TrapKind::NullReference, "null")),
        _ => Ok(a.wrapping_rem(b)),
    }
}

#[op(ineg)]
pub fn ineg(a: i32) -> Result<i32, Trap> {
    negate(a)
}
