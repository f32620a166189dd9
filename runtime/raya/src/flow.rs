//! Where execution goes after an instruction.

use raya_facts::{Instruction, Label};

use crate::any::Any;
use crate::call::Call;
use crate::context::Context;
use crate::frame::Frame;
use crate::trap::Stop;
use crate::value::Value;

/// What an instruction tells the driver.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To this one.
    Jump(Label),
    /// Into a function, then to the next instruction.
    Call(Call),
    /// Back to the caller.
    Return(Value),
    /// To the nearest handler.
    Throw {
        /// What is thrown.
        exception: Any,
        /// Whether it was thrown before, so that the trace of its first throw is kept.
        keep_trace: bool,
    },
    /// Nowhere yet: nothing was popped, and the instruction is tried again when the task's turn comes.
    Suspend,
}

/// One instruction of one task. An engine is a function of this shape, emitted from the instruction set.
pub type StepFunction = fn(&mut Context, &mut Frame, &Instruction) -> Result<Flow, Stop>;
