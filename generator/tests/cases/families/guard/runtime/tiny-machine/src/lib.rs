//! The hand-written part of the tiny machine's engine.

pub unsafe fn leave(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn remember(state: &mut State, a: i32, b: i32) -> Option<(i32, u32)> {
    None
}

pub unsafe fn is_same(state: &State, b: i32, divisor: i32) -> bool {
    b == divisor
}

pub unsafe fn shifted(state: &mut State, a: i32, shift: u32) -> i32 {
    a >> shift
}

pub unsafe fn divided(state: &mut State, a: i32, b: i32) -> Result<i32, Fault> {
    Ok(a / b)
}
