//! Families: ops whose instructions change with what they meet. Three handlers read one form of instruction, a part of which is a cache.
//!
//! An instruction begins as the *generic* member, which fills the cache; then it is the *specialised* one for as long as the guard holds; and
//! from then on the one for *misses*, which remembers nothing.

use syn::{Expr, ExprCall};

use super::super::example::Fixture;
use super::super::op::{Control, Op};
use super::super::scalar::Scalar;
use super::super::type_expression::TypeExpression;
use super::super::{InstructionSet, OperandMeaning};
use super::layout::{Fields, Layout, What};
use crate::arena::Id;
use crate::source::Span;

/// An op whose instructions change with what they meet: an inline cache.
#[derive(Debug, Clone)]
pub struct Family {
    /// `get_property`.
    pub name: String,
    /// What is remembered.
    pub doc: String,
    /// The op, and where it is named.
    pub generic: (Id<Op>, Span),
    /// What the cache holds.
    pub cache: Vec<CacheField>,
    /// What is written into the cache: an `Option` of its values.
    pub fill: Code,
    /// Whether what is in the cache holds for the inputs.
    pub guard: Code,
    /// What is done where it does.
    pub specialised: Code,
    /// What is done where it doesn't.
    pub on_miss: OnMiss,
    /// The function in which tests have one instruction of the family.
    pub site: Site,
    /// What tests let it meet: code that pushes the parameters of the site.
    pub meets: Vec<(String, Span)>,
    /// The `[family.get_property]` entry.
    pub span: Span,
}

/// A value in a cache.
#[derive(Debug, Clone)]
pub struct CacheField {
    /// `class`.
    pub name: String,
    /// Its width.
    pub scalar: Scalar,
    /// The string in the spec.
    pub span: Span,
}

/// A Rust expression of a family.
#[derive(Debug, Clone)]
pub struct Code {
    /// It is an expression.
    pub text: String,
    /// The string in the spec.
    pub span: Span,
}

/// What an instruction does after its guard failed.
#[derive(Debug, Clone)]
pub enum OnMiss {
    /// What its op does: the word `generic`.
    Generic(Span),
    /// This.
    Code(Code),
}

/// A function with an instruction of a family.
#[derive(Debug, Clone)]
pub struct Site {
    /// The declarations that precede it.
    pub given: Option<Id<Fixture>>,
    /// Its parameters, in assembly: `object: object(Shape)`.
    pub params: Vec<String>,
    /// Its result type.
    pub result: String,
    /// Its code.
    pub code: String,
}

/// Which of a family's handlers one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What lowering writes. It fills the cache.
    Generic,
    /// What relies on the cache.
    Specialised,
    /// What remembers nothing.
    OnMiss,
}

impl Role {
    /// All of them, in the order of their numbers.
    pub const ALL: [Role; 3] = [Role::Generic, Role::Specialised, Role::OnMiss];

    /// The name of the handler of an op: `reflect_get_prop_cached`.
    pub fn handler(self, op: &str) -> String {
        match self {
            Role::Generic => op.to_owned(),
            Role::Specialised => format!("{op}_cached"),
            Role::OnMiss => format!("{op}_missed"),
        }
    }
}

/// The call that an expression is, if it is one of a function without a path, and whether a `?` stands behind it.
pub fn root_call(expression: &Expr) -> Option<(&ExprCall, bool)> {
    let (inner, can_fail) = match expression {
        Expr::Try(inner) => (&*inner.expr, true),
        other => (other, false),
    };
    match inner {
        Expr::Call(call) if called(call).is_some() => Some((call, can_fail)),
        _ => None,
    }
}

/// The name of a function that is called without a path.
pub fn called(call: &ExprCall) -> Option<&syn::Ident> {
    match &*call.func {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// The inputs of an op that expressions of its family can name, by position: those that are single values. A call has its arguments where
/// every call has them, so that only the place of the first is known.
pub fn inputs(op: &Op) -> impl Iterator<Item = usize> {
    let most = match op.control {
        Control::Call => 1,
        _ => usize::MAX,
    };
    let all = op.inputs.iter().enumerate().take(most);
    all.filter(|(_, input)| matches!(input.expression, TypeExpression::Named { .. }))
        .map(|(index, _)| index)
}

/// The operands of an op that expressions of its family can name, by position. In a call, the last word has room for the first one alone.
pub fn operands(set: &InstructionSet, op: &Op) -> Vec<usize> {
    let most = match op.control {
        Control::Call => 1,
        _ => usize::MAX,
    };
    let kinds = op.operands.iter().map(|operand| &set.operand_kinds[operand.kind].meaning);
    let named = kinds.enumerate().take(most);
    named
        .filter(|(_, meaning)| !matches!(meaning, OperandMeaning::Label { .. }))
        .map(|(index, _)| index)
        .collect()
}

/// How an instruction of a family is laid out. All members read the same fields.
pub fn layout(set: &InstructionSet, op: &Op, family: &Family) -> Layout {
    let mut fields = Fields::default();
    if op.control == Control::Call {
        // The first word says where the arguments begin and how many there are; the last one is that of every call. Between them is the cache.
        fields.add(What::Input(0));
        fields.add(What::Count);
        let first = fields.add_cache(&family.cache);
        return first.lay_out_call();
    }
    for index in 0..op.outputs.len() {
        fields.add(What::Output(index));
    }
    for index in inputs(op) {
        fields.add(What::Input(index));
    }
    for index in operands(set, op) {
        fields.add(super::plan::operand(set, op, index));
    }
    fields.add_cache(&family.cache).lay_out()
}
