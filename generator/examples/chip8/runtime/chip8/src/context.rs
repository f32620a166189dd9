//! What instructions work on.

use chip8_facts::{Natives, State};

/// The state of the machine, and its host.
#[derive(Debug)]
pub struct Context {
    /// Registers and memory.
    pub state: State,
    /// Screen, keypad and chance.
    pub natives: Box<dyn Natives>,
}

impl Context {
    /// A machine with its host.
    pub fn new(state: State, natives: Box<dyn Natives>) -> Context {
        Context { state, natives }
    }
}
