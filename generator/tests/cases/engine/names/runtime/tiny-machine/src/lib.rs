//! The hand-written part of the tiny machine's engine.

pub unsafe fn leave(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn call(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}

pub unsafe fn fadd(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    (pc, fp)
}
