//! Runs examples: one instruction, and the machine before and after it.

use __FACTS__::asm::assemble_instruction;
use __FACTS__::{Flow, State, TrapKind, WORD_BYTES, bytes_of};
use __RUNTIME__::{Context, Trap};

use crate::script::{Call, Script};

/// An engine: executes the instruction at the counter.
pub type Engine = fn(&mut Context) -> Result<Flow, Trap>;

/// One example.
pub struct Example {
    /// The instruction, in assembly.
    pub run: &'static str,
    /// Makes the machine before it of one that was just started.
    pub given: fn(&mut State),
    /// What it asks of the host, with the answers.
    pub natives: &'static [Call],
    /// How it ends.
    pub expected: Expected,
    /// Whether the counter goes on to the next instruction.
    pub goes_on: bool,
}

/// How an example ends.
pub enum Expected {
    /// With the machine changed like this.
    State(fn(&mut State)),
    /// With this trap, and the machine as it was.
    Trap(TrapKind),
}

/// Runs an example in an engine.
///
/// # Errors
///
/// What is different from what the example says. Everything that it doesn't name must be as it was.
pub fn outcome(example: &Example, engine: Engine) -> Result<(), String> {
    let word = assemble_instruction(example.run).map_err(|errors| errors.to_string())?;
    let mut state = State::new();
    (example.given)(&mut state);
    let at = state.__COUNTER__;
    if state.memory.write(u32::from(at), &bytes_of(word)).is_none() {
        return Err("the instruction doesn't fit into memory".to_owned());
    }
    let mut expected = state.clone();
    let script = Script::new(example.natives);
    let mut context = Context::new(state, Box::new(script.clone()));
    let ended = engine(&mut context);
    let faults = script.faults();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    match (&example.expected, ended) {
        (Expected::State(change), Ok(_)) => {
            if example.goes_on {
                expected.__COUNTER__ += WORD_BYTES as __FACTS__::Address;
            }
            change(&mut expected);
        }
        (Expected::Trap(kind), Err(trap)) if trap.kind() == *kind => {}
        (Expected::Trap(kind), Err(trap)) => return Err(format!("it traps with `{}`, not with `{kind}`", trap.kind())),
        (Expected::Trap(kind), Ok(flow)) => return Err(format!("it doesn't trap with `{kind}`, but goes on: {flow:?}")),
        (Expected::State(_), Err(trap)) => return Err(format!("it traps: {trap}")),
    }
    if context.state == expected {
        return Ok(());
    }
    Err(format!("expected {expected:#?},\nfound {:#?}", context.state))
}
