//! Rules of operand kinds: how a number is carried, and that the list which it is a position in exists.

use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{Indexes, InstructionSets, OperandKind, OperandMeaning, ParameterKind, Scalar, Shape};
use crate::source::{SourceMap, Span};
use crate::suggest;

use super::records;

/// The list of an operand kind exists.
pub const LISTS: Rule = Rule {
    code: "L0230",
    summary: "an operand kind indexes lists that the records of the module format have",
    page: include_str!("../pages/L0230.md"),
    check: Some(lists),
};

/// The carrier fits the meaning.
pub const CARRIER: Rule = Rule {
    code: "L0231",
    summary: "labels are carried by signed numbers, positions by unsigned ones",
    page: include_str!("../pages/L0231.md"),
    check: Some(carrier),
};

/// Types of objects need classes.
pub const CLASSES: Rule = Rule {
    code: "L0232",
    summary: "a type with a `class` parameter needs the record `class` and the operand kind `class`",
    page: include_str!("../pages/L0232.md"),
    check: Some(classes),
};

fn value(sources: &SourceMap, kind: &OperandKind, entry: Span, key: &str) -> Span {
    locate::value(sources, entry, &["operand".into(), kind.name.as_str().into(), key.into()])
}

fn lists(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for kind in &set.operand_kinds {
            let (Some(entry), OperandMeaning::Index(indexes)) = (kind.span, &kind.meaning) else {
                continue;
            };
            let place = value(sources, kind, entry, "indexes");
            let wanted: (&str, &[&str]) = match indexes {
                Indexes::Locals => ("function", &["params", "locals"]),
                Indexes::Captures => ("function", &["captures"]),
                Indexes::ClassFields => ("class", &["fields"]),
                Indexes::ClassMethods => ("class", &["methods"]),
                Indexes::Types => ("module", &["types"]),
                Indexes::TupleElements | Indexes::Module { .. } => continue,
            };
            let (name, fields) = wanted;
            let missing: Vec<&str> = match records::record(set, name) {
                None => fields.to_vec(),
                Some(record) => fields
                    .iter()
                    .copied()
                    .filter(|field| !matches!(records::field(record, field).map(|f| &f.shape), Some(Shape::List { .. })))
                    .collect(),
            };
            if !missing.is_empty() {
                let record = records::record(set, name).map_or(set.format.span, |record| record.span);
                diagnostics.push(
                    Diagnostic::error(
                        LISTS.code,
                        format!(
                            "operand kind `{}` is a position in {} of record `{name}`, which the module format doesn't have",
                            kind.name,
                            suggest::list(missing.iter().copied())
                        ),
                    )
                    .at(place, "")
                    .at(record, "")
                    .help(format!("add lists of these names to `[record.{name}]`")),
                );
            }
        }
    }
}

fn carrier(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for kind in &set.operand_kinds {
            let Some(entry) = kind.span else { continue };
            let encoding = kind.encoding.name();
            let fault = match kind.meaning {
                OperandMeaning::Label { .. } if !matches!(kind.encoding, Scalar::I8 | Scalar::I16 | Scalar::I32) => (
                    format!("labels of kind `{}` are carried by `{encoding}`", kind.name),
                    "a label is a distance, backwards as well as forwards, in code of less than 4 GiB",
                    "write `encoding = \"i32\"`, or `\"i16\"` where functions are small",
                ),
                OperandMeaning::Index(_) if !matches!(kind.encoding, Scalar::U8 | Scalar::U16 | Scalar::U32) => (
                    format!("positions of kind `{}` are carried by `{encoding}`", kind.name),
                    "a position in a list is counted from 0 and is less than 2^32",
                    "write `encoding = \"u32\"`, or `\"u16\"` or `\"u8\"` for a short list",
                ),
                _ => continue,
            };
            let (message, note, help) = fault;
            diagnostics.push(
                Diagnostic::error(CARRIER.code, message)
                    .at(value(sources, kind, entry, "encoding"), "")
                    .note(note)
                    .help(help),
            );
        }
    }
}

fn classes(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut of_class = set.types.iter().filter(|entry| {
            entry
                .parameters
                .iter()
                .any(|parameter| parameter.kind == ParameterKind::Class)
        });
        let Some(entry) = of_class.next() else { continue };
        let mut missing = Vec::new();
        match records::record(set, "class") {
            None => missing.push("the record `class` with the fields `name`, `parent`, `fields` and `methods`".to_owned()),
            Some(record) => {
                let fields: Vec<&str> = ["name", "parent", "fields", "methods"]
                    .into_iter()
                    .filter(|field| !records::has(record, field))
                    .collect();
                if !fields.is_empty() {
                    missing.push(format!("{} of record `class`", suggest::list(fields.iter().copied())));
                }
            }
        }
        let kind = set.operand_kinds.iter().find(|kind| kind.name == "class");
        let names_a_class = kind.is_some_and(|kind| match &kind.meaning {
            OperandMeaning::Index(Indexes::Module { field }) => {
                records::record_of(set, records::element(set, field)).is_some_and(|record| record.name == "class")
            }
            _ => false,
        });
        if !names_a_class {
            missing.push("the operand kind `class` that indexes the module's list of classes".to_owned());
        }
        if !missing.is_empty() {
            diagnostics.push(
                Diagnostic::error(
                    CLASSES.code,
                    format!(
                        "type `{}` is of a class, but the set lacks {}",
                        entry.name,
                        missing.join(", and ")
                    ),
                )
                .at(
                    locate::value(
                        sources,
                        entry.span,
                        &["type".into(), entry.name.as_str().into(), "parameters".into()],
                    ),
                    "",
                )
                .note("the layout of objects and the order of classes are read from there")
                .help("add what is missing, or leave out the parameter"),
            );
        }
    }
}
