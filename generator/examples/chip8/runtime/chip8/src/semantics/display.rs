//! The screen of the host.

use chip8_facts::{RegisterId, TrapKind};
use chip8_macros::op;

use crate::{Context, Trap};

/// Turns every pixel off.
#[op(clear)]
pub fn clear(context: &mut Context) {
    context.natives.clear();
}

/// Draws a sprite from memory.
#[op(draw)]
pub fn draw(context: &mut Context, x: RegisterId, y: RegisterId, n: u8) -> Result<(), Trap> {
    let Context { state, natives } = context;
    let rows = state
        .memory
        .bytes(u32::from(state.i), usize::from(n))
        .ok_or(TrapKind::AddressOutOfMemory)?;
    let collided = natives.draw(state.v[x.index()], state.v[y.index()], rows);
    state.v[15] = u8::from(collided);
    Ok(())
}
