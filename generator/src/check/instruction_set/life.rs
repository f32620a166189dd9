//! Rules of an op's life: since when it is there, what it needs, what comes after it, and what its documentation says.

use super::image;
use crate::check::docs::fault_of_doc;
use crate::check::{Rule, feature, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::feature::Features;
use crate::model::instruction_set::{InstructionSets, Op};
use crate::source::{SourceMap, Span};

/// Ops need features that can be on.
pub const UNREACHABLE: Rule = Rule {
    code: "L0338",
    summary: "the feature of an op can be switched on",
    page: include_str!("../pages/L0338.md"),
    check: Some(unreachable),
};

/// Deprecated ops name what to use.
pub const REPLACEMENT: Rule = Rule {
    code: "L0339",
    summary: "`deprecated` names in backticks the op to use instead",
    page: include_str!("../pages/L0339.md"),
    check: Some(replacement),
};

/// Ops appear in a version that exists.
pub const SINCE: Rule = Rule {
    code: "L0340",
    summary: "`since` isn't later than the version of the module format",
    page: include_str!("../pages/L0340.md"),
    check: Some(since),
};

/// Everything is documented.
pub const DOCS: Rule = Rule {
    code: "L0124",
    summary: "every `doc` of an instruction set says something and ends like a sentence",
    page: include_str!("../pages/L0124.md"),
    check: Some(docs),
};

fn value(sources: &SourceMap, op: &Op, key: &str) -> Span {
    locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()])
}

fn unreachable(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = model.part::<Features>();
    for op in model.part::<InstructionSets>().sets.iter().flat_map(|set| &set.ops) {
        let Some(name) = &op.feature else { continue };
        let Some(id) = features.features.find(|feature| feature.name == *name) else {
            continue;
        };
        if let Some((one, other)) = feature::contradiction(features, id) {
            let (one, other) = (&features.features[one], &features.features[other]);
            diagnostics.push(
                Diagnostic::error(
                    UNREACHABLE.code,
                    format!("op `{}` can't be reached: feature `{name}` can never be on", op.name),
                )
                .at(value(sources, op, "feature"), "")
                .at(
                    features.features[id].span,
                    format!(
                        "switching it on means `{}` and `{}`, which exclude each other",
                        one.name, other.name
                    ),
                )
                .help("mend the feature, or let the op do without"),
            );
        }
    }
}

fn replacement(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let Some(deprecated) = &op.deprecated else { continue };
            // Every second piece between backticks is quoted.
            let quoted: Vec<&str> = deprecated.split('`').skip(1).step_by(2).collect();
            let named = quoted
                .iter()
                .find_map(|name| set.ops.iter().find(|other| other.name == *name));
            if named.is_none() && quoted.iter().any(|name| model.is_unread(&set.name, "op", name)) {
                continue;
            }
            let place = value(sources, op, "deprecated");
            let diagnostic = match named {
                None => Diagnostic::error(
                    REPLACEMENT.code,
                    format!("op `{}` is deprecated, but no op to use instead is named", op.name),
                )
                .at(place, "")
                .help("name the op in backticks: \"Use `iadd` instead.\""),
                Some(other) if other.name == op.name => Diagnostic::error(
                    REPLACEMENT.code,
                    format!("op `{}` is deprecated in favour of itself", op.name),
                )
                .at(place, "")
                .help("name another op"),
                Some(other) if other.deprecated.is_some() => Diagnostic::error(
                    REPLACEMENT.code,
                    format!(
                        "op `{}` is deprecated in favour of `{}`, which is deprecated too",
                        op.name, other.name
                    ),
                )
                .at(place, "")
                .at(value(sources, other, "deprecated"), "")
                .help("name the op that is to stay"),
                Some(_) => continue,
            };
            diagnostics.push(diagnostic);
        }
    }
}

fn since(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            // Version 0 has a rule of its own, beside which this one would be noise.
            if set.format.version > 0 && op.since > set.format.version {
                let place = value(sources, op, "since");
                let version = locate::value(sources, set.format.span, &["module".into(), "version".into()]);
                diagnostics.push(
                    Diagnostic::error(
                        SINCE.code,
                        format!("op `{}` appeared in version {}, which there is none of", op.name, op.since),
                    )
                    .at(place, "")
                    .at(version, "the version that is written and read")
                    .help(format!("state a version from 1 to {}", set.format.version)),
                );
            }
        }
    }
}

/// Judges docs, given as table, name, text and place of their entries.
fn docs_of_entries(texts: Vec<(&str, &str, &str, Span)>, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (table, name, doc, span) in texts {
        let place = || locate::value(sources, span, &[table.into(), name.into(), "doc".into()]);
        if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &format!("{table} `{name}`"), doc, place) {
            diagnostics.push(diagnostic);
        }
    }
}

fn docs(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        docs_of_entries(image::shared::docs(set), sources, diagnostics);
        let head = [
            ("the image".to_owned(), &set.image.doc, set.image.span),
            (format!("instruction set `{}`", set.name), &set.doc, set.span),
        ];
        for (what, doc, span) in head {
            if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &what, doc, || span) {
                diagnostics.push(diagnostic);
            }
        }
    }
    for set in &model.part::<InstructionSets>().sets {
        let mut texts: Vec<(&str, &str, &str, Span)> = Vec::new();
        let format = &set.format;
        texts.extend(set.slots.iter().map(|e| ("slot", e.name.as_str(), e.doc.as_str(), e.span)));
        texts.extend(set.types.iter().map(|e| ("type", e.name.as_str(), e.doc.as_str(), e.span)));
        let kinds = set.operand_kinds.iter();
        texts.extend(kinds.filter_map(|e| Some(("operand", e.name.as_str(), e.doc.as_str(), e.span?))));
        texts.extend(
            set.effects
                .iter()
                .map(|e| ("effect", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        texts.extend(set.traps.iter().map(|e| ("trap", e.name.as_str(), e.doc.as_str(), e.span)));
        texts.extend(set.groups.iter().map(|e| ("group", e.name.as_str(), e.doc.as_str(), e.span)));
        texts.extend(set.ops.iter().map(|e| ("op", e.name.as_str(), e.doc.as_str(), e.span)));
        texts.extend(
            set.families
                .iter()
                .map(|e| ("family", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        texts.extend(
            set.superinstructions
                .iter()
                .map(|e| ("superinstruction", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        texts.extend(
            set.fixtures
                .iter()
                .map(|e| ("fixture", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        texts.extend(
            format
                .records
                .iter()
                .map(|e| ("record", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        texts.extend(
            format
                .unions
                .iter()
                .map(|e| ("union", e.name.as_str(), e.doc.as_str(), e.span)),
        );
        docs_of_entries(texts, sources, diagnostics);
        // What stands in tables without a name of their own is labelled as a whole.
        let fields = format.records.iter().flat_map(|record| &record.fields);
        let fields = fields.map(|e| ("field", e.name.as_str(), e.doc.as_str(), e.span));
        let variants = format.unions.iter().flat_map(|union| &union.variants);
        let variants = variants.map(|e| ("variant", e.name.as_str(), e.doc.as_str(), e.span));
        let flags = format.flags.iter().map(|e| ("flag", e.name.as_str(), e.doc.as_str(), e.span));
        let head = std::iter::once(("instruction set", set.name.as_str(), set.doc.as_str(), set.span));
        for (what, name, doc, span) in fields.chain(variants).chain(flags).chain(head) {
            if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &format!("{what} `{name}`"), doc, || span) {
                diagnostics.push(diagnostic);
            }
        }
    }
}
