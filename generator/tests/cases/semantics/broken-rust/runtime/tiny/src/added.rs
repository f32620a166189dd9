//! A parenthesis is missing.

#[op(imod)]
pub fn imod(a: i32, b: i32 -> i32 {
    a
}
