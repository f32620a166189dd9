//! State machines of a module: states, events and guarded transitions.

use crate::source::Span;

/// A state machine.
#[derive(Debug, Clone)]
pub struct StateMachine {
    /// `Circuit`.
    pub name: String,
    /// What it governs.
    pub doc: String,
    /// The states; the first of them need not be the initial one.
    pub states: Vec<String>,
    /// The initial state, by its position.
    pub initial: usize,
    /// What can happen.
    pub events: Vec<String>,
    /// What it remembers beside its state, all zero at first.
    pub variables: Vec<Number>,
    /// What stays the same.
    pub parameters: Vec<Number>,
    /// What is told at each step.
    pub inputs: Vec<Number>,
    /// The transitions, in the order of the file; `*` is one for each state.
    pub transitions: Vec<Transition>,
    /// Whether all of it, and all that functions say of it, could be read. Of another one only a part is here, which no rule can judge.
    pub is_complete: bool,
    /// The entry.
    pub span: Span,
}

impl StateMachine {
    /// The states and events, by their positions, without any transition: the state stays.
    pub fn staying(&self) -> Vec<(usize, usize)> {
        let pairs = (0..self.states.len()).flat_map(|state| (0..self.events.len()).map(move |event| (state, event)));
        let has_none = |(state, event): &(usize, usize)| {
            let mut steps = self.transitions.iter();
            !steps.any(|step| (step.from, step.on) == (*state, *event))
        };
        pairs.filter(has_none).collect()
    }
}

/// An unsigned integer with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// `failures`.
    pub name: String,
    /// 8, 16, 32 or 64 bits.
    pub bits: u32,
}

/// A step from a state to a state.
#[derive(Debug, Clone)]
pub struct Transition {
    /// The state before, by its position.
    pub from: usize,
    /// The event, by its position.
    pub on: usize,
    /// When it is taken.
    pub guard: Guard,
    /// The state after, by its position.
    pub to: usize,
    /// What changes, in order; each sees the values before the step.
    pub actions: Vec<Action>,
    /// Its row.
    pub span: Span,
}

/// When a transition is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Always.
    Always,
    /// When no other transition of the same state and event is.
    Otherwise,
    /// When a comparison holds.
    Compare {
        /// The left side.
        left: Expression,
        /// How the sides compare.
        comparison: Comparison,
        /// The right side.
        right: Expression,
    },
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// An integer expression. All arithmetic saturates at 64 bits without a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// `1`
    Literal(u64),
    /// A variable, parameter or input, by its name.
    Name(String),
    /// `a + b`
    Add(Box<Expression>, Box<Expression>),
    /// `a - b`
    Subtract(Box<Expression>, Box<Expression>),
    /// `a * b`
    Multiply(Box<Expression>, Box<Expression>),
}

/// A change of a variable: `deadline = now + reset_timeout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The variable.
    pub variable: String,
    /// Its new value; larger ones than its type holds become the largest.
    pub value: Expression,
}
