//! Rules of slots and types: the lattice must join what can be joined, and every value must have one representation.

use crate::arena::Id;
use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets, ParameterKind, Type, TypeArgument, TypeExpression};
use crate::source::{SourceMap, Span};

use super::literal;

/// A type shares the slot of its parent.
pub const PARENT_SLOT: Rule = Rule {
    code: "L0225",
    summary: "a type is held in the same slot as the type that it `is`",
    page: include_str!("../pages/L0225.md"),
    check: Some(parent_slot),
};

/// Parents are plain types.
pub const PLAIN_PARENT: Rule = Rule {
    code: "L0226",
    summary: "the type that another one `is` has no parameters, and an abstract type has none either",
    page: include_str!("../pages/L0226.md"),
    check: Some(plain_parent),
};

/// Bottoms belong to abstract roots.
pub const BOTTOM: Rule = Rule {
    code: "L0227",
    summary: "a bottom is a plain type below an abstract root, in its slot, and the only one of that root",
    page: include_str!("../pages/L0227.md"),
    check: Some(bottom),
};

/// Abstract types have no values.
pub const ABSTRACT_VALUE: Rule = Rule {
    code: "L0228",
    summary: "no output, argument of an output or constant is declared with an abstract type",
    page: include_str!("../pages/L0228.md"),
    check: Some(abstract_value),
};

/// Slots hold their edges.
pub const SLOT: Rule = Rule {
    code: "L0229",
    summary: "the edges of a slot are literals of its Rust type",
    page: include_str!("../pages/L0229.md"),
    check: Some(slot),
};

fn key_of(sources: &SourceMap, entry: &Type, key: &str) -> Span {
    locate::value(sources, entry.span, &["type".into(), entry.name.as_str().into(), key.into()])
}

fn parent_slot(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for entry in &set.types {
            let Some(parent) = entry.parent.map(|parent| &set.types[parent]) else {
                continue;
            };
            if parent.slot != entry.slot {
                let (own, other) = (&set.slots[entry.slot].name, &set.slots[parent.slot].name);
                diagnostics.push(
                    Diagnostic::error(
                        PARENT_SLOT.code,
                        format!(
                            "type `{}` is in slot `{own}`, but `{}`, which it is, is in slot `{other}`",
                            entry.name, parent.name
                        ),
                    )
                    .at(key_of(sources, entry, "slot"), "")
                    .at(key_of(sources, parent, "slot"), format!("the slot of `{}`", parent.name))
                    .note("a value may be used wherever a larger type is asked for, without being converted")
                    .help(format!(
                        "write `slot = \"{other}\"`, or leave out `is = \"{}\"` and convert by an op",
                        parent.name
                    )),
                );
            }
        }
    }
}

fn plain_parent(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for entry in &set.types {
            if let Some(parent) = entry.parent.map(|parent| &set.types[parent])
                && !parent.parameters.is_empty()
            {
                diagnostics.push(
                    Diagnostic::error(
                        PLAIN_PARENT.code,
                        format!("type `{}` is `{}`, which has parameters", entry.name, parent.name),
                    )
                    .at(key_of(sources, entry, "is"), "")
                    .at(key_of(sources, parent, "parameters"), "these would have no arguments")
                    .note("a join finds the nearest common ancestor by name alone")
                    .help("put an abstract type without parameters above both"),
                );
            }
            if entry.is_abstract && !entry.parameters.is_empty() {
                diagnostics.push(
                    Diagnostic::error(
                        PLAIN_PARENT.code,
                        format!("type `{}` is abstract and has parameters", entry.name),
                    )
                    .at(key_of(sources, entry, "parameters"), "")
                    .note("an abstract type stands for all its descendants, whatever their arguments are")
                    .help("leave out either `abstract` or `parameters`"),
                );
            }
        }
    }
}

fn bottom(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut seen: Vec<&Type> = Vec::new();
        for entry in &set.types {
            let Some(root) = entry.bottom_of.map(|root| &set.types[root]) else {
                continue;
            };
            let place = key_of(sources, entry, "bottom_of");
            let fault = |what: String| Diagnostic::error(BOTTOM.code, what).at(place, "");
            if !root.is_abstract || root.parent.is_some() {
                let what = if root.is_abstract { "no root" } else { "not abstract" };
                diagnostics.push(
                    fault(format!("`{}` is the bottom of `{}`, which is {what}", entry.name, root.name))
                        .at(root.span, "")
                        .help("name an abstract type that has no `is`"),
                );
            }
            if root.slot != entry.slot {
                diagnostics.push(
                    fault(format!("`{}` and `{}` are held in different slots", entry.name, root.name))
                        .at(key_of(sources, root, "slot"), format!("the slot of `{}`", root.name))
                        .help(format!("write `slot = \"{}\"`", set.slots[root.slot].name)),
                );
            }
            if !entry.parameters.is_empty() || entry.is_abstract {
                diagnostics.push(
                    fault(format!("`{}` can't be a bottom: it is not a plain type", entry.name))
                        .help("leave out `parameters` and `abstract`"),
                );
            }
            if let Some(other) = seen.iter().find(|other| other.bottom_of == entry.bottom_of) {
                diagnostics.push(
                    fault(format!(
                        "`{}` and `{}` are both the bottom of `{}`",
                        other.name, entry.name, root.name
                    ))
                    .at(key_of(sources, other, "bottom_of"), "the other one")
                    .help("leave one of them without `bottom_of`"),
                );
            }
            seen.push(entry);
        }
    }
}

fn abstract_value(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for output in &op.outputs {
                if let Some(entry) = abstract_within(set, &output.expression) {
                    diagnostics.push(
                        Diagnostic::error(
                            ABSTRACT_VALUE.code,
                            format!("op `{}` gives a value of the abstract type `{}`", op.name, entry.name),
                        )
                        .at(output.span, "")
                        .at(entry.span, format!("`{}` stands only for the types below it", entry.name))
                        .help("name one of the types below it, or a variable that an input binds"),
                    );
                }
            }
        }
        for variant in set.format.unions.iter().flat_map(|union| &union.variants) {
            if let Some(entry) = variant.value_type.map(|id| &set.types[id])
                && (entry.is_abstract || !entry.parameters.is_empty())
            {
                let what = if entry.is_abstract {
                    "abstract type"
                } else {
                    "type constructor"
                };
                diagnostics.push(
                    Diagnostic::error(
                        ABSTRACT_VALUE.code,
                        format!("constants of variant `{}` have the {what} `{}`", variant.name, entry.name),
                    )
                    .at(variant.span, "")
                    .at(entry.span, "")
                    .help("name a plain type"),
                );
            }
        }
    }
}

/// The first abstract type in an expression.
fn abstract_within<'a>(set: &'a InstructionSet, expression: &TypeExpression) -> Option<&'a Type> {
    match expression {
        TypeExpression::Named { constructor, arguments } => {
            let entry = &set.types[*constructor];
            if entry.is_abstract {
                return Some(entry);
            }
            arguments.iter().find_map(|argument| match argument {
                TypeArgument::Type(inner) => abstract_within(set, inner),
                TypeArgument::Operand(_) => None,
            })
        }
        TypeExpression::Repeat { element, .. } => abstract_within(set, element),
        TypeExpression::Optional(inner) => abstract_within(set, inner),
        TypeExpression::Variable(_) | TypeExpression::Function { .. } => None,
    }
}

fn slot(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for slot in &set.slots {
            let path = ["slot".into(), slot.name.as_str().into(), "edges".into()];
            for edge in &slot.edges {
                if let Err(why) = literal::fits(edge, set.behaves(&slot.rust)) {
                    let place = locate::position(sources, slot.span, &path, edge);
                    diagnostics.push(
                        Diagnostic::error(
                            SLOT.code,
                            format!("`{edge}` at the edges of slot `{}` is no literal of it", slot.name),
                        )
                        .at(place.unwrap_or(slot.span), why)
                        .help(literal::help(set.behaves(&slot.rust))),
                    );
                }
            }
        }
    }
}

/// Whether a type constructor makes types of functions: it has a list of types and a result.
pub(super) fn is_function_like(entry: &Type) -> bool {
    entry
        .parameters
        .iter()
        .any(|parameter| parameter.kind == ParameterKind::Types)
        && entry.parameters.iter().any(|parameter| parameter.kind == ParameterKind::Type)
}

/// Whether a type is another one or below it. Ends after as many steps as there are types, even in a circle.
pub(super) fn is_or_is_below(set: &InstructionSet, low: Id<Type>, high: Id<Type>) -> bool {
    let mut at = Some(low);
    for _ in 0..=set.types.len() {
        match at {
            Some(id) if id == high => return true,
            Some(id) => at = set.types[id].parent,
            None => return false,
        }
    }
    false
}
