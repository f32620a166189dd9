//! Rules of names: emitted code turns them into Rust identifiers, and people read them.

use std::collections::BTreeMap;

use super::image;
use crate::check::{Rule, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{ImageSet, InstructionSet, InstructionSets};
use crate::source::{SourceMap, Span};
use crate::suggest;

/// Names differ in more than underscores.
pub const APART: Rule = Rule {
    code: "L0121",
    summary: "two names of one table differ in more than underscores and case",
    page: include_str!("../pages/L0121.md"),
    check: Some(apart),
};

/// Names are no Rust keywords where the emitted code needs an identifier.
pub const KEYWORD: Rule = Rule {
    code: "L0122",
    summary: "names of inputs and operands are no keywords of Rust, and no name is `self`, `super` or `crate`",
    page: include_str!("../pages/L0122.md"),
    check: Some(keyword),
};

/// Ops leave the builder its own methods.
pub const BUILDER: Rule = Rule {
    code: "L0123",
    summary: "no op has the name of a method that the emitted builder has of its own",
    page: include_str!("../pages/L0123.md"),
    check: Some(builder),
};

/// Names leave the emitted code what it calls something else.
pub const TAKEN: Rule = Rule {
    code: "L0126",
    summary: "no set, effect, record or union has a name that the emitted code has for something else",
    page: include_str!("../pages/L0126.md"),
    check: Some(taken),
};

/// Methods and functions that the emitted `CodeBuilder` has beside one per op.
const BUILDER_METHODS: &[&str] = &["bind", "default", "finish", "label", "push"];

/// Folders below `generated/`, and beginnings of names of packages, that aren't those of a set.
pub const OTHER_FOLDERS: &[&str] = &["feature", "features", "manual", "schemas", "target", "targets"];

/// Types that the emitted code about the module file has of its own, or from the standard library.
pub const OTHER_TYPES: &[&str] = &[
    "Assembler",
    "Box",
    "Cursor",
    "Kind",
    "Literal",
    "Option",
    "Printer",
    "ReadError",
    "ReadErrorKind",
    "Reader",
    "Result",
    "String",
    "ToOwned",
    "ToString",
    "TokenKind",
    "TypeDefinition",
    "Vec",
    "Write",
    "WriteError",
    "WriteErrorKind",
    "Writer",
];

/// A name with what it names and where it stands.
struct Named<'a> {
    what: &'static str,
    name: &'a str,
    span: Span,
}

/// The names of every table of `set`, table by table.
fn tables(set: &InstructionSet) -> Vec<Vec<Named<'_>>> {
    fn table<'a>(what: &'static str, entries: impl Iterator<Item = (&'a str, Span)>) -> Vec<Named<'a>> {
        entries.map(|(name, span)| Named { what, name, span }).collect()
    }
    let format = &set.format;
    let records = format.records.iter().map(|record| (record.name.as_str(), record.span));
    let unions = format.unions.iter().map(|union| (union.name.as_str(), union.span));
    let kinds = set
        .operand_kinds
        .iter()
        .filter_map(|kind| Some((kind.name.as_str(), kind.span?)));
    vec![
        table("slot", set.slots.iter().map(|slot| (slot.name.as_str(), slot.span))),
        table("type", set.types.iter().map(|entry| (entry.name.as_str(), entry.span))),
        table("operand kind", kinds),
        table("effect", set.effects.iter().map(|effect| (effect.name.as_str(), effect.span))),
        table("trap", set.traps.iter().map(|trap| (trap.name.as_str(), trap.span))),
        table("group", set.groups.iter().map(|group| (group.name.as_str(), group.span))),
        table("op", set.ops.iter().map(|op| (op.name.as_str(), op.span))),
        table(
            "family",
            set.families.iter().map(|family| (family.name.as_str(), family.span)),
        ),
        table(
            "superinstruction",
            set.superinstructions
                .iter()
                .map(|sequence| (sequence.name.as_str(), sequence.span)),
        ),
        table(
            "fixture",
            set.fixtures.iter().map(|fixture| (fixture.name.as_str(), fixture.span)),
        ),
        table("flag", format.flags.iter().map(|flag| (flag.name.as_str(), flag.span))),
        // Records and unions become Rust types side by side, so that they share one table of names.
        table("record or union", records.chain(unions)),
    ]
}

/// The names inside each entry of `set`.
fn inner_tables(set: &InstructionSet) -> Vec<Vec<Named<'_>>> {
    let mut tables = Vec::new();
    for op in &set.ops {
        let inputs = op.inputs.iter().map(|input| Named {
            what: "input",
            name: &input.name,
            span: input.span,
        });
        let operands = op.operands.iter().map(|operand| Named {
            what: "operand",
            name: &operand.name,
            span: operand.span,
        });
        tables.push(inputs.chain(operands).collect());
    }
    for record in &set.format.records {
        let fields = record.fields.iter().map(|field| Named {
            what: "field",
            name: &field.name,
            span: field.span,
        });
        tables.push(fields.collect());
    }
    for union in &set.format.unions {
        let variants = union.variants.iter().map(|variant| Named {
            what: "variant",
            name: &variant.name,
            span: variant.span,
        });
        tables.push(variants.collect());
    }
    tables
}

/// The names of a set whose programs are memory images, table by table.
fn image_tables(set: &ImageSet) -> Vec<Vec<Named<'_>>> {
    let named = |(what, name, span)| Named { what, name, span };
    let tables = image::shared::names(set).into_iter();
    tables.map(|table| table.into_iter().map(named).collect()).collect()
}

fn every_name(set: &InstructionSet) -> impl Iterator<Item = Named<'_>> {
    tables(set).into_iter().chain(inner_tables(set)).flatten()
}

fn apart(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let images = sets.images.iter().map(image_tables);
    for tables in sets.sets.iter().map(tables).chain(images) {
        for table in tables {
            let mut by_skeleton: BTreeMap<String, &Named<'_>> = BTreeMap::new();
            for named in &table {
                let Some(first) = by_skeleton.get(&text::skeleton(named.name)) else {
                    by_skeleton.insert(text::skeleton(named.name), named);
                    continue;
                };
                let message = if first.name == named.name {
                    format!("the {} name `{}` is used twice", named.what, named.name)
                } else {
                    format!(
                        "the {} names `{}` and `{}` can't be told apart",
                        named.what, first.name, named.name
                    )
                };
                let rust = heck::ToUpperCamelCase::to_upper_camel_case(named.name);
                diagnostics.push(
                    Diagnostic::error(APART.code, message)
                        .at(named.span, "this one")
                        .at(first.span, "and this one")
                        .note(format!(
                            "emitted Rust code calls it `{rust}`; underscores and case alone don't make two names"
                        ))
                        .help("rename one of them"),
                );
            }
        }
    }
}

fn keyword(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let images = sets
        .images
        .iter()
        .map(|set| image_tables(set).into_iter().flatten().collect::<Vec<_>>());
    for names in sets.sets.iter().map(|set| every_name(set).collect()).chain(images) {
        for Named { what, name, span } in names {
            // Everywhere else the emitted code can write `r#type`, or the name in upper camel case.
            let is_bare = matches!(what, "input" | "operand" | "parameter");
            if text::cannot_be_raw(name) || (is_bare && text::is_keyword(name)) {
                let note = if is_bare {
                    "it is a parameter of the op's Rust function and a variable of its `expr` and `laws`"
                } else {
                    "Rust has no way to write it as an identifier, not even `r#…`"
                };
                diagnostics.push(
                    Diagnostic::error(KEYWORD.code, format!("the {what} name `{name}` is a keyword of Rust"))
                        .at(span, "")
                        .note(note)
                        .help("choose another name"),
                );
            }
        }
    }
}

fn builder(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| BUILDER_METHODS.contains(&op.name.as_str())) {
            diagnostics.push(
                Diagnostic::error(
                    BUILDER.code,
                    format!("op `{0}` clashes with the builder's own method `{0}`", op.name),
                )
                .at(op.span, "")
                .note(format!(
                    "the emitted `CodeBuilder` has one method per op beside its own {}",
                    suggest::list(BUILDER_METHODS.iter().copied())
                ))
                .help(format!("call the op something else, `{}_value` for instance", op.name)),
            );
        }
    }
}

fn taken(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let named = sets.sets.iter().map(|set| (&set.name, set.span));
    for (name, span) in named.chain(sets.images.iter().map(|set| (&set.name, set.span))) {
        if OTHER_FOLDERS.contains(&name.as_str()) {
            let note = format!("`generated/{name}` or the package `{name}-facts` is that of other specs");
            diagnostics.push(clash("instruction set", name, span, note));
        }
    }
    for set in &sets.sets {
        for effect in set.effects.iter().filter(|effect| effect.name == "none") {
            let note = "`Effects::NONE` is the set without any effect".to_owned();
            diagnostics.push(clash("effect", &effect.name, effect.span, note));
        }
        let records = set.format.records.iter().map(|record| ("record", &record.name, record.span));
        let unions = set.format.unions.iter().map(|union| ("union", &union.name, union.span));
        for (what, name, span) in records.chain(unions) {
            let rust = heck::ToUpperCamelCase::to_upper_camel_case(name.as_str());
            let note = if rust.ends_with("Id") {
                format!("types such as `{rust}` stand for an index into a list of the module")
            } else if OTHER_TYPES.contains(&rust.as_str()) {
                format!("the code that reads and writes module files has another type `{rust}`")
            } else {
                continue;
            };
            diagnostics.push(clash(what, name, span, note));
        }
    }
}

fn clash(what: &str, name: &str, span: Span, note: String) -> Diagnostic {
    Diagnostic::error(
        TAKEN.code,
        format!("the emitted code has the name of {what} `{name}` for something else"),
    )
    .at(span, "")
    .note(note)
    .help("choose another name")
}
