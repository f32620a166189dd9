//! What further ops do.

#[op(iquo)]
pub fn iquo(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}
