//! Bytes and shifts.

use word256_macros::op;

use crate::U256;

/// A distance below 256.
fn distance(by: U256) -> Option<u32> {
    u32::try_from(by).ok().filter(|by| *by < 256)
}

/// A byte, counted from the most significant one.
#[op(byte)]
pub fn byte(a: U256, index: U256) -> U256 {
    let bytes = a.to_be_bytes();
    let byte = usize::try_from(index).ok().and_then(|index| bytes.get(index));
    byte.map_or(U256::ZERO, |byte| U256::from(*byte))
}

/// Shifts to the left.
#[op(shl)]
pub fn shl(a: U256, by: U256) -> U256 {
    distance(by).map_or(U256::ZERO, |by| a << by)
}

/// Shifts to the right.
#[op(shr)]
pub fn shr(a: U256, by: U256) -> U256 {
    distance(by).map_or(U256::ZERO, |by| a >> by)
}

/// Shifts to the right with the sign.
#[op(sar)]
pub fn sar(a: U256, by: U256) -> U256 {
    let by = distance(by).unwrap_or(255);
    (a.as_i256() >> by).as_u256()
}
