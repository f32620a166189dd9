//! Functions that nothing runs.

#[op(iadd)]
pub fn iadd(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

#[tiny_macros::op(idivv)]
pub fn another(a: i32) -> i32 {
    a
}

#[op]
pub fn forgotten() {}

#[cfg(test)]
mod tests {
    #[op(no_such_op)]
    fn in_tests() {}
}
