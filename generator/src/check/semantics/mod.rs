//! Rules of meaning: the functions in `runtime/` that specs name, and the expressions that stand in specs.
//!
//! The Rust files of a set are parsed once, so one pass finds whatever is wrong with functions; it is attached to [`MISSING`], and
//! the other rules of functions have no check of their own. The same holds for expressions and [`EXPRESSION_TOTAL`].

pub mod expression;
mod functions;
mod op_expression;
pub(in crate::check) mod parse;
pub(in crate::check) mod runtime;
mod subject;
pub mod text_span;
pub mod total;
mod word_expression;

use super::Rule;

pub use functions::{marks, names, place};

/// Named functions exist.
pub const MISSING: Rule = Rule {
    code: "L0421",
    summary: "the function that a `sem` names exists in the runtime",
    page: include_str!("../pages/L0421.md"),
    check: Some(functions::check),
};

/// Marked functions are named.
pub const UNUSED: Rule = Rule {
    code: "L0422",
    summary: "a function that is marked with `#[op(…)]` is named by that op",
    page: include_str!("../pages/L0422.md"),
    check: None,
};

/// Signatures agree.
pub const SIGNATURE: Rule = Rule {
    code: "L0423",
    summary: "a semantics function takes and gives what its spec entry says",
    page: include_str!("../pages/L0423.md"),
    check: None,
};

/// Pure functions change nothing.
pub const PURE: Rule = Rule {
    code: "L0424",
    summary: "the function of a pure op takes nothing by mutable reference",
    page: include_str!("../pages/L0424.md"),
    check: None,
};

/// Traps are stated.
pub const TRAPS: Rule = Rule {
    code: "L0425",
    summary: "a semantics function traps only in ways that its spec entry states",
    page: include_str!("../pages/L0425.md"),
    check: None,
};

/// Named functions are marked.
pub const UNMARKED: Rule = Rule {
    code: "L0426",
    summary: "the function that a `sem` names is marked with `#[op(…)]`",
    page: include_str!("../pages/L0426.md"),
    check: None,
};

/// Names are unique.
pub const DUPLICATE: Rule = Rule {
    code: "L0427",
    summary: "no two semantics functions have the same name",
    page: include_str!("../pages/L0427.md"),
    check: None,
};

/// The runtime parses.
pub const SYNTAX: Rule = Rule {
    code: "L0428",
    summary: "the Rust files of the runtime parse",
    page: include_str!("../pages/L0428.md"),
    check: None,
};

/// Expressions are total.
pub const EXPRESSION_TOTAL: Rule = Rule {
    code: "L0429",
    summary: "an `expr` is total: one expression that can neither panic nor overflow",
    page: include_str!("../pages/L0429.md"),
    check: Some(op_expression::check),
};

/// Expressions stay within `core`.
pub const EXPRESSION_CORE: Rule = Rule {
    code: "L0430",
    summary: "an `expr` uses only primitive types, `core`, and methods that are known to be total",
    page: include_str!("../pages/L0430.md"),
    check: None,
};

/// Expressions name inputs.
pub const EXPRESSION_NAME: Rule = Rule {
    code: "L0431",
    summary: "the names in an `expr` are inputs and operands of the op",
    page: include_str!("../pages/L0431.md"),
    check: None,
};

/// Expressions use inputs.
pub const EXPRESSION_UNUSED: Rule = Rule {
    code: "L0432",
    summary: "an `expr` uses every input and operand of the op",
    page: include_str!("../pages/L0432.md"),
    check: None,
};

/// Expressions are for ops that only compute.
pub const EXPRESSION_PLAIN: Rule = Rule {
    code: "L0433",
    summary: "an op with an `expr` has no traps, no suspension, and no access to the machine",
    page: include_str!("../pages/L0433.md"),
    check: None,
};

/// Expressions give what the op gives.
pub const EXPRESSION_RESULT: Rule = Rule {
    code: "L0434",
    summary: "an `expr` gives the outputs of the op: a value of its type, a tuple for several, `()` for none",
    page: include_str!("../pages/L0434.md"),
    check: None,
};
