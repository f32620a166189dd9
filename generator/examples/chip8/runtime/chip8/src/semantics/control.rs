//! Calls, and ways back.

use chip8_facts::TrapKind;
use chip8_macros::op;

use crate::{Context, Trap};

/// There is no processor here that could run the routine.
#[op(machine_call)]
pub fn machine_call(_nnn: u16) -> Trap {
    TrapKind::MachineCode.into()
}

/// The counter is at the instruction behind the call already: that is the way back.
#[op(call)]
pub fn call(context: &mut Context, _nnn: u16) -> Result<(), Trap> {
    let state = &mut context.state;
    let room = state.s.get_mut(usize::from(state.sp)).ok_or(TrapKind::StackOverflow)?;
    *room = state.pc;
    state.sp += 1;
    Ok(())
}

/// What was on the stack stays there, out of reach.
#[op(ret)]
pub fn ret(context: &mut Context) -> Result<u16, Trap> {
    let state = &mut context.state;
    let top = state.sp.checked_sub(1).ok_or(TrapKind::StackUnderflow)?;
    let back = state.s.get(usize::from(top)).copied().ok_or(TrapKind::StackUnderflow)?;
    state.sp = top;
    Ok(back)
}
