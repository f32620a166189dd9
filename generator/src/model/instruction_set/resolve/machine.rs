//! Resolves what an instruction set says about the machine: encoding, slots, operand kinds, effects, traps, groups, fixtures.

use super::{Encoding, Files, Machine, ModuleFormat, Resolved};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::effect::{Access, Effect, Takes};
use crate::model::instruction_set::limits::{LIMITS, Limits};
use crate::model::instruction_set::machine::MACHINES;
use crate::model::instruction_set::raw::{
    RawEffect, RawEncoding, RawFixture, RawGroup, RawLimits, RawOperandKind, RawRuntime, RawSlot, RawTrap,
};
use crate::model::instruction_set::types::Library;
use crate::model::instruction_set::wide::{self, Wide};
use crate::model::instruction_set::{Fixture, Group, Indexes, OperandKind, OperandMeaning, Scalar, Shape, Slot, Trap};
use crate::model::names::{self, Place, Use, number};
use crate::syntax::Entry;

/// The most members of a circle that are labelled.
pub(super) const MOST_SHOWN: usize = 8;

pub(super) fn encoding(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Encoding {
    let mut encoding = Encoding {
        extension_prefix: None,
        little_endian: true,
        span: files.span,
    };
    let example = "`[encoding]` with `opcode = \"u8\"` and `endian = \"little\"`";
    let Some(entry) = files.single("encoding", example, diagnostics) else {
        return encoding;
    };
    encoding.span = entry.span();
    let Some(raw) = entry.read::<RawEncoding>(diagnostics) else {
        return encoding;
    };
    let document = entry.document;
    Place::value(document, &raw.opcode).word("width of opcodes", &[("u8", ())], diagnostics);
    if let Some(little) = Place::value(document, &raw.endian).word("byte order", names::BYTE_ORDERS, diagnostics) {
        encoding.little_endian = little;
    }
    if let Some(prefix) = &raw.prefix {
        encoding.extension_prefix = number(document, prefix, "prefix", 0..=255, diagnostics);
    }
    encoding
}

/// The limits, which have standard values where they aren't stated.
pub(super) fn limits(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Limits {
    let Some(entry) = files.optional("limits", diagnostics) else {
        return Limits::default();
    };
    let Some(raw) = entry.read::<RawLimits>(diagnostics) else {
        return Limits::default();
    };
    let stated = [
        raw.stack_depth,
        raw.handlers,
        raw.verifier_steps_per_byte,
        raw.verifier_steps,
        raw.locals_per_fuel,
    ];
    let mut of = LIMITS.iter();
    Limits::stated(stated.map(|stated| {
        let (limit, stated) = (of.next()?, stated?);
        let (low, high) = limit.bounds;
        number(
            entry.document,
            &stated,
            limit.name,
            i64::from(low)..=i64::from(high),
            diagnostics,
        )
    }))
}

/// Who writes the machine: whoever writes the runtime, unless the set says otherwise.
pub(super) fn machine(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Machine {
    let Some(entry) = files.optional("runtime", diagnostics) else {
        return Machine::Own;
    };
    let Some(raw) = entry.read::<RawRuntime>(diagnostics) else {
        return Machine::Own;
    };
    match Place::value(entry.document, &raw.machine).word("kind of machine", MACHINES, diagnostics) {
        Some(true) => Machine::Emitted { span: entry.span() },
        _ => Machine::Own,
    }
}

pub(super) fn slots(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Slot> {
    let mut slots = Resolved::new("slot");
    for (entry, raw) in files.read::<RawSlot, Slot>("slot", "slot", false, &mut slots.names, diagnostics) {
        let rust = raw.rust.get_ref();
        if super::rust::parse::<syn::Type>(rust).is_err() {
            diagnostics.push(
                Diagnostic::error("L0206", format!("`{rust}` is no Rust type"))
                    .at(entry.at(&raw.rust), "expected a Rust type")
                    .help("name the type by which semantics functions see the value: `i32`, `Any` or `Ref`, say"),
            );
        }
        let like = raw
            .like
            .as_ref()
            .and_then(|like| Place::value(entry.document, like).word("wide integer", wide::KINDS, diagnostics));
        let library = raw.library.map(|library| {
            if super::rust::parse::<syn::Path>(library.path.get_ref()).is_err() {
                diagnostics.push(
                    Diagnostic::error("L0206", format!("`{}` is no path of Rust", library.path.get_ref()))
                        .at(entry.at(&library.path), "expected a path")
                        .help("name the type as a `use` does: `ethnum::U256`"),
                );
            }
            let letters = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            let package = library.package.get_ref();
            if !package.starts_with(|first: char| first.is_ascii_alphabetic()) || !package.chars().all(letters) {
                diagnostics.push(
                    Diagnostic::error("L0206", format!("`{package}` is no name of a package"))
                        .at(entry.at(&library.package), "expected letters, digits, `-` and `_`")
                        .help("name it as its registry does: `ethnum`"),
                );
            }
            if let Err(error) = semver::VersionReq::parse(library.version.get_ref()) {
                diagnostics.push(
                    Diagnostic::error("L0206", format!("`{}` is no version: {error}", library.version.get_ref()))
                        .at(entry.at(&library.version), "expected a version as in a manifest")
                        .help("state the least version that will do: `1.5`"),
                );
            }
            Library {
                package: library.package.into_inner(),
                version: library.version.into_inner(),
                path: library.path.into_inner(),
            }
        });
        slots.push(
            entry.name(),
            Slot {
                like,
                library,
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                rust: raw.rust.into_inner(),
                edges: raw.edges.into_iter().map(crate::syntax::Spanned::into_inner).collect(),
                span: entry.span(),
            },
        );
    }
    slots
}

/// Splits `name: rest`.
pub(super) fn named<'a>(
    entry: &Entry<'_>,
    text: &'a crate::syntax::Spanned<String>,
    example: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(Place<'a>, Place<'a>)> {
    let whole = text.get_ref();
    let Some(colon) = whole.find(':') else {
        diagnostics.push(
            Diagnostic::error("L0112", format!("`{whole}` has no colon"))
                .at(entry.at(text), "expected a name, a colon and what it is")
                .help(format!("write it as in `{example:?}`")),
        );
        return None;
    };
    let trim = |start: usize, end: usize| {
        let part = whole.get(start..end).unwrap_or_default();
        let start = start + (part.len() - part.trim_start().len());
        start..start + part.trim().len()
    };
    let name = Place::part(entry.document, text, trim(0, colon));
    let rest = Place::part(entry.document, text, trim(colon + 1, whole.len()));
    Some((name, rest))
}

/// The extension of the files of a set, if it can be one.
pub(super) fn extension(
    document: &crate::syntax::Document,
    text: &crate::syntax::Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let extension = text.get_ref();
    let is_short = !extension.is_empty() && extension.len() <= 16;
    if is_short && extension.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Some(extension.clone());
    }
    diagnostics.push(
        Diagnostic::error("L0501", format!("`{extension}` can't be the extension of files"))
            .at(
                Place::value(document, text).span,
                "expected lower-case letters and digits, without a dot",
            )
            .help("choose one such as `\"rbin\"`"),
    );
    None
}

pub(super) fn operand_kinds(files: &Files<'_>, uses: &mut Vec<Use>, diagnostics: &mut Diagnostics) -> Resolved<OperandKind> {
    let mut kinds = Resolved::in_table("operand", "operand kind");
    for (name, scalar) in Scalar::ALL {
        kinds.push(
            name,
            OperandKind {
                name: (*name).to_owned(),
                doc: format!("A number, `{name}`."),
                encoding: *scalar,
                meaning: OperandMeaning::Number,
                span: None,
            },
        );
    }
    for (entry, raw) in files.read::<RawOperandKind, OperandKind>("operand", "operand kind", false, &mut kinds.names, diagnostics)
    {
        let is_number = Scalar::ALL.iter().any(|(name, _)| *name == entry.name()) || Wide::named(entry.name()).is_some();
        if is_number {
            diagnostics.push(
                Diagnostic::error("L0108", format!("the operand kind `{}` is defined twice", entry.name()))
                    .at(entry.span(), "a plain number of this name exists without an entry")
                    .help("give it another name"),
            );
            continue;
        }
        let place = Place::value(entry.document, &raw.encoding);
        let encoding = if is_too_wide(&place, "operand kind", entry.name(), diagnostics) {
            None
        } else {
            place.word("scalar", Scalar::ALL, diagnostics)
        };
        let meaning = meaning(&entry, &raw, diagnostics);
        if let (Some(OperandMeaning::Index(Indexes::Module { .. })), Some(indexes)) = (&meaning, &raw.indexes) {
            uses.push(Use {
                span: Place::value(entry.document, indexes).name_span(),
                table: "record",
                owner: Some(files.name.to_owned()),
                name: "module".to_owned(),
            });
        }
        let (Some(encoding), Some(meaning)) = (encoding, meaning) else {
            kinds.names.define_broken(entry.name());
            continue;
        };
        kinds.push(
            entry.name(),
            OperandKind {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                encoding,
                meaning,
                span: Some(entry.span()),
            },
        );
    }
    kinds
}

/// Whether a place names an integer beyond 64 bits where an operand is meant; that is reported.
pub(super) fn is_too_wide(place: &Place<'_>, what: &str, name: &str, diagnostics: &mut Diagnostics) -> bool {
    let Some(wide) = Wide::named(place.text) else {
        return false;
    };
    diagnostics.push(
        Diagnostic::error(
            "L0208",
            format!("the {what} `{name}` has {} bits, but an operand has at most 64", wide.bits),
        )
        .at(place.span, "too wide to stand in the code")
        .note("decoders hand operands out as raw numbers of 64 bits, whatever they mean")
        .help(format!(
            "put the number into a list of the module, `{{ name = \"constants\", shape = \"list<{0}>\", max = …, doc = … }}`, and let the \
             operand be a position in it: an operand kind with `encoding = \"u16\"` and `indexes = \"module.constants\"`",
            wide.name()
        )),
    );
    true
}

fn meaning(entry: &Entry<'_>, raw: &RawOperandKind, diagnostics: &mut Diagnostics) -> Option<OperandMeaning> {
    let document = entry.document;
    if raw.optional && raw.relative_to.is_none() {
        diagnostics.push(
            Diagnostic::error(
                "L0207",
                format!("the operand kind `{}` is optional but no label", entry.name()),
            )
            .at(entry.span(), "only a label may be absent")
            .help("add `relative_to = \"end\"` or remove `optional`"),
        );
    }
    match (&raw.indexes, &raw.relative_to) {
        (Some(indexes), Some(relative_to)) => {
            diagnostics.push(
                Diagnostic::error(
                    "L0207",
                    format!("the operand kind `{}` is both a position and a label", entry.name()),
                )
                .at(entry.at(relative_to), "says that it is a label")
                .at(entry.at(indexes), "says that it is a position in a list")
                .help("remove one of the two"),
            );
            None
        }
        (None, Some(relative_to)) => {
            Place::value(document, relative_to).word("origin of labels", &[("end", ())], diagnostics)?;
            Some(OperandMeaning::Label { optional: raw.optional })
        }
        (Some(indexes), None) => {
            let place = Place::value(document, indexes);
            if let Some(field) = place.text.strip_prefix("module.") {
                return Some(OperandMeaning::Index(Indexes::Module { field: field.to_owned() }));
            }
            match Indexes::NAMED.iter().find(|(name, _)| *name == place.text) {
                Some((_, indexes)) => Some(OperandMeaning::Index(indexes.clone())),
                None => {
                    let lists = Indexes::NAMED.iter().map(|(name, _)| *name).chain(["module.functions"]);
                    diagnostics.push(
                        place
                            .unknown("L0111", "list", lists)
                            .note("`module.` may be followed by the name of any list of the record `module`"),
                    );
                    None
                }
            }
        }
        (None, None) => Some(OperandMeaning::Number),
    }
}

/// Reports operand kinds that index a list of the module record that doesn't exist.
pub(super) fn check_indexes(
    files: &Files<'_>,
    kinds: &Resolved<OperandKind>,
    format: &ModuleFormat,
    diagnostics: &mut Diagnostics,
) {
    let root = &format.records[format.root];
    for kind in &kinds.arena {
        let OperandMeaning::Index(Indexes::Module { field }) = &kind.meaning else {
            continue;
        };
        let is_list = |shape: &Shape| matches!(shape, Shape::List { .. });
        if root.fields.iter().any(|known| known.name == *field && is_list(&known.shape)) {
            continue;
        }
        let entries = files
            .documents
            .iter()
            .flat_map(|document| document.entries("operand", &mut Diagnostics::default()));
        let raw = entries
            .filter(|entry| entry.name() == kind.name)
            .find_map(|entry| Some((entry.clone(), entry.read::<RawOperandKind>(&mut Diagnostics::default())?)));
        if let Some((entry, raw)) = raw
            && let Some(indexes) = &raw.indexes
        {
            let place = Place::part(entry.document, indexes, "module.".len()..indexes.get_ref().len());
            let lists = root
                .fields
                .iter()
                .filter(|field| is_list(&field.shape))
                .map(|field| field.name.as_str());
            diagnostics.push(place.unknown("L0110", "list of the module", lists).unless_unfounded());
        }
    }
}

pub(super) fn effects(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Effect> {
    let mut effects = Resolved::new("effect");
    for (entry, raw) in files.read::<RawEffect, Effect>("effect", "effect", true, &mut effects.names, diagnostics) {
        let mut access = |text: &Option<crate::syntax::Spanned<String>>| {
            text.as_ref()
                .and_then(|text| Place::value(entry.document, text).word("way to pass it", Access::STATED, diagnostics))
                .unwrap_or_default()
        };
        let takes = Takes {
            context: access(&raw.context),
            frame: access(&raw.frame),
        };
        effects.push(
            entry.name(),
            Effect {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                takes,
                suspends: raw.suspends,
                span: entry.span(),
            },
        );
    }
    effects
}

pub(super) fn traps(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Trap> {
    let mut traps = Resolved::new("trap");
    for (entry, raw) in files.read::<RawTrap, Trap>("trap", "trap", false, &mut traps.names, diagnostics) {
        let Some(code) = number(entry.document, &raw.code, "trap code", 1..=65535, diagnostics) else {
            traps.names.define_broken(entry.name());
            continue;
        };
        traps.push(
            entry.name(),
            Trap {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                code,
                catchable: raw.catchable,
                span: entry.span(),
            },
        );
    }
    traps
}

pub(super) fn groups(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Group> {
    let mut groups = Resolved::new("group");
    for (entry, raw) in files.read::<RawGroup, Group>("group", "group", false, &mut groups.names, diagnostics) {
        groups.push(
            entry.name(),
            Group {
                name: entry.name().to_owned(),
                title: raw.title.into_inner(),
                doc: raw.doc.into_inner(),
                span: entry.span(),
            },
        );
    }
    groups
}

pub(super) fn fixtures(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Fixture> {
    let mut fixtures = Resolved::new("fixture");
    for (entry, raw) in files.read::<RawFixture, Fixture>("fixture", "fixture", false, &mut fixtures.names, diagnostics) {
        fixtures.push(
            entry.name(),
            Fixture {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                text: raw.text.into_inner(),
                span: entry.span(),
            },
        );
    }
    fixtures
}
