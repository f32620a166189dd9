//! Comparison in two's complement.

use word256_macros::op;

use crate::U256;

/// Whether `a` is less than `b`.
#[op(slt)]
pub fn slt(a: U256, b: U256) -> bool {
    a.as_i256() < b.as_i256()
}

/// Whether `a` is greater than `b`.
#[op(sgt)]
pub fn sgt(a: U256, b: U256) -> bool {
    a.as_i256() > b.as_i256()
}
