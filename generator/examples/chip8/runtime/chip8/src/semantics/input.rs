//! The keypad and chance.

use chip8_facts::RegisterId;
use chip8_macros::op;

use crate::Context;

/// Some bits of a random byte.
#[op(random)]
pub fn random(context: &mut Context, x: RegisterId, nn: u8) {
    context.state.v[x.index()] = context.natives.random() & nn;
}

/// Whether the key is held down that a register names.
fn is_down(context: &mut Context, x: RegisterId) -> bool {
    let key = context.state.v[x.index()] & 0xF;
    context.natives.is_down(key)
}

/// Skips if a key is held down.
#[op(skip_key)]
pub fn skip_key(context: &mut Context, x: RegisterId) -> bool {
    is_down(context, x)
}

/// Skips unless a key is held down.
#[op(skip_no_key)]
pub fn skip_no_key(context: &mut Context, x: RegisterId) -> bool {
    !is_down(context, x)
}

/// Goes on once a key was pressed and let go.
#[op(wait_key)]
pub fn wait_key(context: &mut Context, x: RegisterId) -> bool {
    let Some(key) = context.natives.released() else {
        return false;
    };
    context.state.v[x.index()] = key;
    true
}
