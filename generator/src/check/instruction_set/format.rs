//! Rules of the module file: it must be readable within bounds, and writable as text.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets, ModuleFormat, Record, Shape};
use crate::source::{SourceMap, Span};

use super::records;

/// Items of lists take room.
pub const EMPTY_ITEM: Rule = Rule {
    code: "L0521",
    summary: "an item of a list takes at least one byte, with every flag off",
    page: include_str!("../pages/L0521.md"),
    check: Some(empty_item),
};

/// Unions have values.
pub const VARIANTS: Rule = Rule {
    code: "L0522",
    summary: "a union has variants",
    page: include_str!("../pages/L0522.md"),
    check: Some(variants),
};

/// Flags can be told apart.
pub const FLAGS: Rule = Rule {
    code: "L0523",
    summary: "each flag has a bit of its own",
    page: include_str!("../pages/L0523.md"),
    check: Some(flags),
};

/// Versions begin at 1.
pub const VERSION: Rule = Rule {
    code: "L0524",
    summary: "the version of the module format isn't 0",
    page: include_str!("../pages/L0524.md"),
    check: Some(version),
};

/// A keyword declares one thing.
pub const KEYWORD: Rule = Rule {
    code: "L0525",
    summary: "no two lists of the module hold the same record with a name",
    page: include_str!("../pages/L0525.md"),
    check: Some(keyword),
};

/// Fields with a meaning have their shape.
pub const SHAPES: Rule = Rule {
    code: "L0526",
    summary: "fields whose names have a meaning (`name`, `type`, `code`, …) have the shape that goes with it",
    page: include_str!("../pages/L0526.md"),
    check: Some(shapes),
};

/// The fewest bytes that a value of a shape takes. `depth` ends the search in a format that contains itself.
fn least_bytes(format: &ModuleFormat, shape: &Shape, depth: usize) -> u32 {
    match shape {
        Shape::Scalar(scalar) => scalar.bytes(),
        Shape::Wide(wide) => wide.bytes(),
        Shape::String { .. }
        | Shape::Code { .. }
        | Shape::TypeId
        | Shape::Reference(_)
        | Shape::Optional(_)
        | Shape::List { .. } => 4,
        Shape::TypeDefinition | Shape::Union(_) => 1,
        Shape::Record(id) if depth > 0 => format.records[*id]
            .fields
            .iter()
            .filter(|field| field.flag.is_none())
            .map(|field| least_bytes(format, &field.shape, depth - 1))
            .fold(0, u32::saturating_add),
        Shape::Record(_) => 1,
    }
}

fn empty_item(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let format = &set.format;
        for field in format.records.iter().flat_map(|record| &record.fields) {
            if let Shape::List { element, .. } = &field.shape
                && let Shape::Record(id) = &**element
                && least_bytes(format, element, format.records.len()) == 0
            {
                let record = &format.records[*id];
                diagnostics.push(
                    Diagnostic::error(
                        EMPTY_ITEM.code,
                        format!("items of list `{}` may take no bytes at all", field.name),
                    )
                    .at(field.span, "")
                    .at(
                        record.span,
                        format!("record `{}` has no field that is always there", record.name),
                    )
                    .note("a reader bounds the count of a list by the bytes that remain; a hostile file could claim any count")
                    .help("give the record a field without `flag`, or leave out the list"),
                );
            }
        }
    }
}

fn variants(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for union in &set.format.unions {
            if union.variants.is_empty() {
                diagnostics.push(
                    Diagnostic::error(VARIANTS.code, format!("union `{}` has no variants", union.name))
                        .at(union.span, "")
                        .note("no value of it could be read or written")
                        .help("add a variant, or leave out the union"),
                );
            }
        }
    }
}

fn flags(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut seen: BTreeMap<u8, (&str, Span)> = BTreeMap::new();
        let mut taken: BTreeSet<u8> = set.format.flags.iter().map(|flag| flag.bit).collect();
        for flag in &set.format.flags {
            let path = |name| {
                [
                    locate::Step::Key("module"),
                    "flag".into(),
                    locate::Step::Key(name),
                    "bit".into(),
                ]
            };
            let place = locate::value(sources, flag.span, &path(&flag.name));
            let free = (0..32).find(|bit| !taken.contains(bit));
            let help = free.map_or("all 32 bits are taken".to_owned(), |bit| format!("bit {bit} is free"));
            if let Some((name, span)) = seen.get(&flag.bit) {
                diagnostics.push(
                    Diagnostic::error(
                        FLAGS.code,
                        format!("flags `{name}` and `{}` are the same bit {}", flag.name, flag.bit),
                    )
                    .at(place, "")
                    .at(locate::value(sources, *span, &path(name)), "")
                    .help(help)
                    .fix(
                        Vec::from_iter(free.map(|bit| Edit::new(place, bit.to_string()))),
                        "take the next free bit",
                    ),
                );
                taken.extend(free);
            } else {
                seen.insert(flag.bit, (&flag.name, flag.span));
            }
        }
    }
}

fn version(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let format = &set.format;
        if format.version == 0 {
            diagnostics.push(
                Diagnostic::error(VERSION.code, "the version of the module format is 0")
                    .at(locate::value(sources, format.span, &["module".into(), "version".into()]), "")
                    .note("a file of zero bytes would look like one of that version")
                    .help("begin at 1"),
            );
        }
    }
}

fn keyword(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let root = &set.format.records[set.format.root];
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for field in &root.fields {
            let Some(record) = records::record_of(set, records::element(set, &field.name)) else {
                continue;
            };
            if !records::has(record, "name") {
                continue;
            }
            if let Some(first) = seen.get(record.name.as_str()) {
                diagnostics.push(
                    Diagnostic::error(
                        KEYWORD.code,
                        format!("two lists of the module hold `{}` records", record.name),
                    )
                    .at(field.span, "")
                    .at(*first, "")
                    .note(format!(
                        "in assembly, `{} NAME …` declares an item; nothing would say of which list",
                        record.name
                    ))
                    .help("give one of the lists a record of its own"),
                );
            } else {
                seen.insert(&record.name, field.span);
            }
        }
    }
}

fn shapes(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let fault = |record: &Record, field: &str, expected: &str, diagnostics: &mut Diagnostics| {
            let span = records::field(record, field).map_or(record.span, |field| field.span);
            diagnostics.push(
                Diagnostic::error(
                    SHAPES.code,
                    format!("field `{field}` of record `{}` isn't {expected}", record.name),
                )
                .at(span, "")
                .note("readers, verifier and assembler know fields by their names")
                .help("mend its `shape`, or give it another name"),
            );
        };
        for record in &set.format.records {
            for field in &record.fields {
                let (expected, fits): (&str, bool) = match field.name.as_str() {
                    "name" => ("a string", matches!(field.shape, Shape::String { .. })),
                    "type" => ("a type", matches!(field.shape, Shape::TypeId)),
                    "result" => ("a type", matches!(field.shape, Shape::TypeId)),
                    "rest" => ("a type that may be absent (`type?`)", is_optional_type(&field.shape)),
                    "code" => ("code", matches!(field.shape, Shape::Code { .. })),
                    _ => continue,
                };
                if !fits {
                    fault(record, &field.name, expected, diagnostics);
                }
            }
            let typed_lists: &[&str] = match record.name.as_str() {
                "function" => &["params", "locals", "captures"],
                "class" => &["fields"],
                _ => &[],
            };
            for name in typed_lists {
                if records::field(record, name).is_some_and(|field| !is_typed_list(set, &field.shape)) {
                    fault(record, name, "a list of a record with a field `type`", diagnostics);
                }
            }
        }
        if !set.ops.is_empty() && !has_code(set) {
            let root = &set.format.records[set.format.root];
            diagnostics.push(
                Diagnostic::error(SHAPES.code, "no list of the module holds records with a field `code`")
                    .at(root.span, "")
                    .note("the ops of the set would have nowhere to stand")
                    .help("add `[record.function]` with a field `code` of shape `code`, and the list `functions` of it"),
            );
        }
    }
}

fn is_optional_type(shape: &Shape) -> bool {
    matches!(shape, Shape::Optional(inner) if **inner == Shape::TypeId)
}

fn is_typed_list(set: &InstructionSet, shape: &Shape) -> bool {
    let Shape::List { element, .. } = shape else { return false };
    records::record_of(set, Some(element)).is_some_and(|record| records::has(record, "type"))
}

fn has_code(set: &InstructionSet) -> bool {
    let root = &set.format.records[set.format.root];
    root.fields
        .iter()
        .filter_map(|field| records::record_of(set, records::element(set, &field.name)))
        .any(|record| records::has(record, "code"))
}
