//! What further ops do.

#[op(iquo)]
pub fn iquo(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}

#[op(irem)]
pub fn irem(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}

#[op(imin)]
pub fn imin(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}

#[op(imax)]
pub fn imax(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}

#[op(imod)]
pub fn imod(a: i32, b: i32) -> Result<i32, Trap> {
    a.checked_div(b).ok_or(Trap::new(TrapKind::DivideByZero, "division by zero"))
}

#[op(invoke)]
pub fn invoke(receiver: Ref, arguments: Vec<Value>, f: FunctionId) -> Call {
    Call::Enter { function: f, arguments }
}
