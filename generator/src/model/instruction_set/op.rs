//! One instruction.

use super::effect::Effect;
use super::engine::words::{Fuse, Location};
use super::example::{Example, Golden};
use super::operand::Operand;
use super::type_expression::TypeExpression;
use crate::arena::Id;
use crate::source::Span;

/// A chapter of the op list.
#[derive(Debug, Clone)]
pub struct Group {
    /// `integer`.
    pub name: String,
    /// A heading: `Integer arithmetic`.
    pub title: String,
    /// What its ops have in common.
    pub doc: String,
    /// The `[group.integer]` entry.
    pub span: Span,
}

/// A way in which an op can fail.
#[derive(Debug, Clone)]
pub struct Trap {
    /// `divide_by_zero`.
    pub name: String,
    /// When it happens.
    pub doc: String,
    /// Its number, stable between releases.
    pub code: u16,
    /// Whether a handler of the program can catch it. Limits and aborts can't be caught.
    pub catchable: bool,
    /// The `[trap.divide_by_zero]` entry.
    pub span: Span,
}

/// An instruction.
#[derive(Debug, Clone)]
pub struct Op {
    /// `iadd`: the mnemonic.
    pub name: String,
    /// The byte (0 to 255), or 256 plus the second byte behind the extension prefix.
    pub code: u16,
    /// The chapter that it belongs to.
    pub group: Id<Group>,
    /// What it does.
    pub doc: String,
    /// A decision between contradicting sources, with its reason.
    pub decision: Option<String>,
    /// The version of the set in which it appeared.
    pub since: u32,
    /// Why it should no longer be used and what to use instead.
    pub deprecated: Option<String>,
    /// Only with this feature.
    pub feature: Option<String>,
    /// What its behaviour waits for; the reference interpreter then fails with trap `not_implemented`.
    pub waits: Option<String>,
    /// What follows the opcode.
    pub operands: Vec<Operand>,
    /// What it pops, bottom to top.
    pub inputs: Vec<Input>,
    /// What it pushes, bottom to top.
    pub outputs: Vec<Output>,
    /// Where its meaning stands.
    pub meaning: Meaning,
    /// Where execution goes next.
    pub control: Control,
    /// What it does beyond its outputs.
    pub effects: Vec<Id<Effect>>,
    /// How it can fail, in order of the spec.
    pub traps: Vec<Id<Trap>>,
    /// The same inputs give the same outputs, nothing else happens.
    pub pure: bool,
    /// The two inputs may be exchanged.
    pub commutes: bool,
    /// Fuel.
    pub cost: u32,
    /// Rarely executed.
    pub cold: bool,
    /// Where its inputs may be when the fast engine runs it.
    pub locations: Vec<Location>,
    /// What the fast engine runs together with it.
    pub fuses: Vec<Fuse>,
    /// The function of the engine's runtime that is the op in the fast engine, and where that is named.
    pub fast: Option<(String, Span)>,
    /// Hand-written examples.
    pub examples: Vec<Example>,
    /// Hand-written bytes.
    pub golden: Option<Golden>,
    /// Equations over the inputs' names that hold for all values.
    pub laws: Vec<Law>,
    /// The name in `[op.iadd]`.
    pub span: Span,
    /// The root-relative path of the file and the line (from 1) of the entry.
    pub file: String,
    /// See `file`.
    pub line: u32,
}

/// One value (or several) that an op pops.
#[derive(Debug, Clone)]
pub struct Input {
    /// `a`.
    pub name: String,
    /// Its type.
    pub expression: TypeExpression,
    /// The text of the type in the spec: `params(f, argc)`.
    pub text: String,
    /// The string in the spec.
    pub span: Span,
}

/// One value that an op pushes.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its type.
    pub expression: TypeExpression,
    /// The text of the type in the spec.
    pub text: String,
    /// The string in the spec.
    pub span: Span,
}

/// An equation: Rust expressions over the inputs' names on both sides.
#[derive(Debug, Clone)]
pub struct Law {
    /// `a + b == b + a`, where a mnemonic may be called as a function: `iadd(a, b) == iadd(b, a)`.
    pub text: String,
    /// The string in the spec.
    pub span: Span,
}

/// Where the meaning of an op stands.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// A pure, total Rust expression over the inputs' and operands' names.
    Expression {
        /// Its text, which parses as a Rust expression. (Not kept parsed: tokens can't be shared between threads.)
        text: String,
        /// The string in the spec.
        span: Span,
    },
    /// A function in `runtime/`.
    Function {
        /// Its name.
        name: String,
        /// The string in the spec.
        span: Span,
    },
    /// Neither: an op that [`waits`](Op::waits).
    Waits,
}

/// Where execution goes after an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// To the next instruction.
    Next,
    /// To the label operand.
    Jump,
    /// To the label operand when the meaning says `true`, else to the next instruction.
    Branch,
    /// Into another function, then to the next instruction.
    Call,
    /// Back to the caller, with the meaning's value.
    Return,
    /// To the nearest handler, with the meaning's value.
    Throw,
    /// Nowhere: the program ends with the meaning's trap.
    Halt,
}

impl Control {
    /// Every kind with its name in specs.
    pub const ALL: &'static [(&'static str, Control)] = &[
        ("next", Control::Next),
        ("jump", Control::Jump),
        ("branch", Control::Branch),
        ("call", Control::Call),
        ("return", Control::Return),
        ("throw", Control::Throw),
        ("halt", Control::Halt),
    ];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, control)| *control == self)
            .map_or("?", |(name, _)| name)
    }

    /// Whether the next instruction can follow it.
    pub fn falls_through(self) -> bool {
        matches!(self, Control::Next | Control::Branch | Control::Call)
    }
}
