//! Arithmetic with flags. The flag is written last, so that it stays where `vf` is the destination, too.

use chip8_facts::RegisterId;
use chip8_macros::op;

use crate::Context;

/// The position of the register with the flag.
const FLAG: usize = 15;

/// Writes a result and then the flag.
fn write(context: &mut Context, x: RegisterId, value: u8, flag: u8) {
    context.state.v[x.index()] = value;
    context.state.v[FLAG] = flag;
}

/// The values of two registers.
fn read(context: &Context, x: RegisterId, y: RegisterId) -> (u8, u8) {
    (context.state.v[x.index()], context.state.v[y.index()])
}

/// Sets bits.
#[op(or)]
pub fn or(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    write(context, x, a | b, 0);
}

/// Clears bits.
#[op(and)]
pub fn and(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    write(context, x, a & b, 0);
}

/// Turns bits over.
#[op(xor)]
pub fn xor(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    write(context, x, a ^ b, 0);
}

/// Adds; the flag is the carry.
#[op(add)]
pub fn add(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    let (sum, carry) = a.overflowing_add(b);
    write(context, x, sum, u8::from(carry));
}

/// Subtracts; the flag says that nothing was borrowed.
#[op(subtract)]
pub fn subtract(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    let (difference, borrow) = a.overflowing_sub(b);
    write(context, x, difference, u8::from(!borrow));
}

/// Subtracts the other way round.
#[op(subtract_from)]
pub fn subtract_from(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (a, b) = read(context, x, y);
    let (difference, borrow) = b.overflowing_sub(a);
    write(context, x, difference, u8::from(!borrow));
}

/// Shifts right; the flag is the bit that falls out.
#[op(shift_right)]
pub fn shift_right(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (_, b) = read(context, x, y);
    write(context, x, b >> 1, b & 1);
}

/// Shifts left; the flag is the bit that falls out.
#[op(shift_left)]
pub fn shift_left(context: &mut Context, x: RegisterId, y: RegisterId) {
    let (_, b) = read(context, x, y);
    write(context, x, b << 1, b >> 7);
}
