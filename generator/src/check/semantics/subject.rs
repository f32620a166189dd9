//! What the rules of meaning must know of an op, whatever its set is like.

use crate::arena::{Arena, Id};
use crate::model::instruction_set::image::signature as word;
use crate::model::instruction_set::signature::{Signature, signature};
use crate::model::instruction_set::{ImageSet, InstructionSet, Meaning, Trap};
use crate::source::Span;

/// An instruction set.
pub struct Owner<'a> {
    /// `raya`.
    pub name: &'a str,
    /// `runtime/raya`.
    pub folder: String,
    /// Its traps.
    pub traps: &'a Arena<Trap>,
    /// Its ops.
    pub ops: Vec<Subject<'a>>,
}

/// An op.
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where that stands.
    pub span: Span,
    /// Whether it is said to change nothing.
    pub pure: bool,
    /// How it can fail.
    pub traps: &'a [Id<Trap>],
    /// The function that is its meaning, and where that is named.
    pub function: Option<(&'a str, Span)>,
    /// The signature that this function must have.
    pub expected: Signature,
    /// The names of its last parameters: inputs and operands.
    pub values: Vec<&'a str>,
}

fn function(meaning: &Meaning) -> Option<(&str, Span)> {
    match meaning {
        Meaning::Function { name, span } => Some((name, *span)),
        Meaning::Expression { .. } | Meaning::Waits => None,
    }
}

impl<'a> Owner<'a> {
    /// A set whose programs are module files.
    pub fn of_set(set: &'a InstructionSet) -> Self {
        let subject = |op: &'a crate::model::instruction_set::Op| Subject {
            name: &op.name,
            span: op.span,
            pure: op.pure,
            traps: &op.traps,
            function: function(&op.meaning),
            expected: signature(set, op),
            values: op
                .inputs
                .iter()
                .map(|input| input.name.as_str())
                .chain(op.operands.iter().map(|operand| operand.name.as_str()))
                .collect(),
        };
        Owner {
            name: &set.name,
            folder: set.runtime_folder(),
            traps: &set.traps,
            ops: set.ops.iter().map(subject).collect(),
        }
    }

    /// A set whose programs are memory images.
    pub fn of_image(set: &'a ImageSet) -> Self {
        let subject = |op: &'a crate::model::instruction_set::image::WordOp| Subject {
            name: &op.name,
            span: op.span,
            pure: false,
            traps: &op.traps,
            function: function(&op.meaning),
            expected: word::signature(set, op),
            values: op.operands.iter().map(|operand| operand.name.as_str()).collect(),
        };
        Owner {
            name: &set.name,
            folder: set.runtime_folder(),
            traps: &set.traps,
            ops: set.ops.iter().map(subject).collect(),
        }
    }
}
