//! Division, modular arithmetic and powers.

use word256_macros::op;

use crate::U256;

/// Divides without signs.
#[op(div)]
pub fn div(a: U256, b: U256) -> U256 {
    a.checked_div(b).unwrap_or_default()
}

/// Divides in two's complement.
#[op(sdiv)]
pub fn sdiv(a: U256, b: U256) -> U256 {
    if b == U256::ZERO {
        return b;
    }
    a.as_i256().wrapping_div(b.as_i256()).as_u256()
}

/// What remains without signs.
#[op(rem)]
pub fn rem(a: U256, b: U256) -> U256 {
    a.checked_rem(b).unwrap_or_default()
}

/// What remains in two's complement.
#[op(srem)]
pub fn srem(a: U256, b: U256) -> U256 {
    if b == U256::ZERO {
        return b;
    }
    a.as_i256().wrapping_rem(b.as_i256()).as_u256()
}

/// Adds modulo `n`.
#[op(addmod)]
pub fn addmod(a: U256, b: U256, n: U256) -> U256 {
    if n == U256::ZERO {
        return n;
    }
    add_below(a % n, b % n, n)
}

/// Adds two numbers below `n`: the sum is below twice `n`, so that subtracting `n` once is enough, whether or not the sum wrapped.
fn add_below(a: U256, b: U256, n: U256) -> U256 {
    let (sum, wrapped) = a.overflowing_add(b);
    if wrapped || sum >= n { sum.wrapping_sub(n) } else { sum }
}

/// Multiplies modulo `n`, by doubling: no intermediate result needs more than 256 bits.
#[op(mulmod)]
pub fn mulmod(a: U256, b: U256, n: U256) -> U256 {
    if n == U256::ZERO {
        return n;
    }
    let a = a % n;
    let mut product = U256::ZERO;
    for bit in (0..256 - b.leading_zeros()).rev() {
        product = add_below(product, product, n);
        if (b >> bit) & U256::ONE == U256::ONE {
            product = add_below(product, a, n);
        }
    }
    // One modulo one is zero, too.
    product % n
}

/// Raises to a power, by squaring.
#[op(exp)]
pub fn exp(base: U256, power: U256) -> U256 {
    let mut result = U256::ONE;
    for bit in (0..256 - power.leading_zeros()).rev() {
        result = result.wrapping_mul(result);
        if (power >> bit) & U256::ONE == U256::ONE {
            result = result.wrapping_mul(base);
        }
    }
    result
}

/// Widens a signed number of `bytes` + 1 bytes.
#[op(sign_extend)]
pub fn sign_extend(a: U256, bytes: U256) -> U256 {
    match u32::try_from(bytes) {
        Ok(bytes) if bytes < 31 => {
            let unused = 256 - 8 * (bytes + 1);
            ((a << unused).as_i256() >> unused).as_u256()
        }
        _ => a,
    }
}
