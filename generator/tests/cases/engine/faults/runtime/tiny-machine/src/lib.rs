//! The hand-written part of the tiny machine's engine.

pub unsafe fn leave(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn call(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn mov(pc: Fetched, fp: Fp) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn divide(state: &mut State, a: i32, b: i32) -> i32 {
    a / b
}
