//! Memory at the address register.

use chip8_facts::{RegisterId, TrapKind};
use chip8_macros::op;

use crate::{Context, Trap};

/// Stores three decimal digits.
#[op(store_decimal)]
pub fn store_decimal(context: &mut Context, x: RegisterId) -> Result<(), Trap> {
    let state = &mut context.state;
    let value = state.v[x.index()];
    let digits = [value / 100, value / 10 % 10, value % 10];
    state
        .memory
        .write(u32::from(state.i), &digits)
        .ok_or(TrapKind::AddressOutOfMemory)?;
    Ok(())
}

/// Stores the registers up to one.
#[op(store_registers)]
pub fn store_registers(context: &mut Context, x: RegisterId) -> Result<(), Trap> {
    let state = &mut context.state;
    let registers = &state.v[..=x.index()];
    state
        .memory
        .write(u32::from(state.i), registers)
        .ok_or(TrapKind::AddressOutOfMemory)?;
    state.i += u16::from(x.number()) + 1;
    Ok(())
}

/// Loads the registers up to one.
#[op(load_registers)]
pub fn load_registers(context: &mut Context, x: RegisterId) -> Result<(), Trap> {
    let state = &mut context.state;
    let registers = &mut state.v[..=x.index()];
    let bytes = state
        .memory
        .bytes(u32::from(state.i), registers.len())
        .ok_or(TrapKind::AddressOutOfMemory)?;
    registers.copy_from_slice(bytes);
    state.i += u16::from(x.number()) + 1;
    Ok(())
}
