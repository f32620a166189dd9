//! Resolves the module file format: `[module]`, its flags, records and unions, and the shapes of their fields.

use std::collections::BTreeMap;

use crate::syntax::Spanned;

use super::containment::without_circles;
use super::machine;
use super::{Files, Resolved};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::raw::{RawField, RawModule, RawRecord, RawUnion, RawVariant};
use crate::model::instruction_set::wide::{KINDS, Wide};
use crate::model::instruction_set::{
    Field, Flag, ModuleFormat, OperandKind, OperandMeaning, Record, Scalar, Shape, Type, Union, Variant,
};
use crate::model::names::{self, Names, Place, Use, number};
use crate::source::Span;
use crate::syntax::{Entry, ValueKind};

/// What a shape can name.
struct Scope<'a> {
    kinds: &'a Resolved<OperandKind>,
    types: &'a Resolved<Type>,
    records: Names<Record>,
    unions: Names<Union>,
    flags: Names<Flag>,
}

pub(super) fn format(
    files: &Files<'_>,
    types: &Resolved<Type>,
    kinds: &Resolved<OperandKind>,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> ModuleFormat {
    let mut head = Head {
        magic: *b"????",
        version: 1,
        extension: String::new(),
        flags: Resolved::in_table("module.flag", "flag"),
        span: files.span,
    };
    let example = "`[module]` with `magic`, `version`, `checksum` and `extension`";
    if let Some(entry) = files.single("module", example, diagnostics) {
        head.span = entry.span();
        match entry.read::<RawModule>(diagnostics) {
            Some(raw) => head.fill(files.name, &entry, &raw, diagnostics),
            None => head.know_flags(&entry),
        }
    }
    let mut scope = Scope {
        kinds,
        types,
        records: Names::new("record"),
        unions: Names::new("union"),
        flags: head.flags.names,
    };
    // First all names, since shapes may name what stands below them.
    let raw_records = files.read::<RawRecord, Record>("record", "record", false, &mut scope.records, diagnostics);
    for (index, (entry, _)) in raw_records.iter().enumerate() {
        scope.records.define(entry.name(), Id::new(index));
    }
    let raw_unions = files.read::<RawUnion, Union>("union", "union", false, &mut scope.unions, diagnostics);
    for (index, (entry, _)) in raw_unions.iter().enumerate() {
        scope.unions.define(entry.name(), Id::new(index));
    }
    let mut records: Vec<Record> = Vec::new();
    for (entry, raw) in &raw_records {
        records.push(Record {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            fields: fields(entry, raw, &scope, diagnostics),
            span: entry.span(),
        });
    }
    let mut unions: Vec<Union> = Vec::new();
    for (entry, raw) in &raw_unions {
        unions.push(Union {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            variants: variants(entry, raw, &scope, diagnostics),
            span: entry.span(),
        });
    }
    let owner = Some(files.name);
    uses.extend(scope.records.uses(owner));
    uses.extend(scope.unions.uses(owner));
    uses.extend(scope.flags.uses(owner));
    let (records, unions) = without_circles(records, unions, diagnostics);
    let (records, unions): (Arena<Record>, Arena<Union>) = (records.into_iter().collect(), unions.into_iter().collect());
    let (root, records) = match scope.records.get("module") {
        Some(root) => (root, records),
        None => {
            if !scope.records.is_broken("module") {
                diagnostics.push(
                    Diagnostic::error(
                        "L0503",
                        format!("the instruction set `{}` has no record `module`", files.name),
                    )
                    .unless_incomplete()
                    .at(head.span, "this format has no body")
                    .note("the fields of the record `module` are what a module file holds after its header")
                    .help("add `[record.module]` with its `fields`"),
                );
            }
            let mut records = records;
            let root = records.push(Record {
                name: "module".to_owned(),
                doc: String::new(),
                fields: Vec::new(),
                span: head.span,
            });
            (root, records)
        }
    };
    ModuleFormat {
        magic: head.magic,
        version: head.version,
        extension: head.extension,
        flags: head.flags.arena,
        records,
        unions,
        root,
        span: head.span,
    }
}

/// What `[module]` says.
struct Head {
    magic: [u8; 4],
    version: u32,
    extension: String,
    flags: Resolved<Flag>,
    span: Span,
}

impl Head {
    /// Notes the names of the flags of a table that can't be read.
    fn know_flags(&mut self, entry: &Entry<'_>) {
        let ValueKind::Table(module) = &entry.value.kind else { return };
        if let Some((_, value)) = module.get("flag")
            && let ValueKind::Table(flags) = &value.kind
        {
            let names = flags.entries.iter().map(|(key, _)| &key.name);
            names.for_each(|name| self.flags.names.define_broken(name));
        }
    }

    fn fill(&mut self, set: &str, entry: &Entry<'_>, raw: &RawModule, diagnostics: &mut Diagnostics) {
        let document = entry.document;
        let magic = raw.magic.get_ref();
        match <[u8; 4]>::try_from(magic.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_graphic) => self.magic = bytes,
            _ => diagnostics.push(
                Diagnostic::error("L0501", format!("`{magic}` can't be the magic of a file"))
                    .at(entry.at(&raw.magic), "expected four printable ASCII characters")
                    .help(format!("choose four letters or digits, such as `{:?}`", names::magic(set))),
            ),
        }
        if let Some(version) = number(document, &raw.version, "version", 0..=i64::from(u32::MAX), diagnostics) {
            self.version = version;
        }
        Place::value(document, &raw.checksum).word("checksum", &[("crc32", ())], diagnostics);
        machine::extension(document, &raw.extension, diagnostics);
        self.extension.clone_from(raw.extension.get_ref());
        let mut flags: Vec<_> = raw.flag.iter().collect();
        flags.sort_by_key(|(name, _)| name.span().start);
        for (name, flag) in flags {
            let span = entry.at(name);
            if !names::check_name("a flag", name.get_ref(), span, false, diagnostics) {
                continue;
            }
            let Some(bit) = number(document, &flag.get_ref().bit, "bit", 0..=31, diagnostics) else {
                self.flags.names.define_broken(name.get_ref());
                continue;
            };
            self.flags.push(
                name.get_ref(),
                Flag {
                    name: name.get_ref().clone(),
                    doc: flag.get_ref().doc.get_ref().clone(),
                    bit,
                    span,
                },
            );
        }
    }
}

fn fields(entry: &Entry<'_>, raw: &RawRecord, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for spanned in &raw.fields {
        let RawField {
            name,
            shape,
            max,
            doc,
            flag,
        } = spanned.get_ref();
        let place = Place::value(entry.document, name);
        if !names::check_name("a field", place.text, place.span, false, diagnostics) {
            continue;
        }
        if let Some(first) = seen.insert(place.text, place.span) {
            diagnostics.push(names::duplicate("field", place.text, place.span, first));
            continue;
        }
        let flag = flag
            .as_ref()
            .and_then(|flag| scope.flags.resolve(&Place::value(entry.document, flag), diagnostics));
        if let Some(shape) = shape_of(entry, shape, max.as_ref(), scope, diagnostics) {
            fields.push(Field {
                name: place.text.to_owned(),
                doc: doc.get_ref().clone(),
                shape,
                flag,
                span: entry.at(spanned),
            });
        }
    }
    fields
}

fn variants(entry: &Entry<'_>, raw: &RawUnion, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut by_code: BTreeMap<u8, Span> = BTreeMap::new();
    for spanned in &raw.variants {
        let RawVariant {
            name,
            doc,
            code,
            shape,
            max,
            r#type,
        } = spanned.get_ref();
        let place = Place::value(entry.document, name);
        if !names::check_name("a variant", place.text, place.span, false, diagnostics) {
            continue;
        }
        if let Some(first) = seen.insert(place.text, place.span) {
            diagnostics.push(names::duplicate("variant", place.text, place.span, first));
            continue;
        }
        let value_type = r#type
            .as_ref()
            .and_then(|name| scope.types.names.resolve(&Place::value(entry.document, name), diagnostics));
        let shape = shape_of(entry, shape, max.as_ref(), scope, diagnostics);
        let Some(number) = number::<u8>(entry.document, code, "code of a variant", 0..=255, diagnostics) else {
            continue;
        };
        if let Some(first) = by_code.insert(number, entry.at(code)) {
            diagnostics.push(
                Diagnostic::error("L0108", format!("two variants of `{}` have the code {number}", entry.name()))
                    .at(entry.at(code), "used again here")
                    .at(first, "first used here")
                    .help("a reader tells variants apart by their codes: give one of them another"),
            );
        }
        if let Some(shape) = shape {
            variants.push(Variant {
                name: place.text.to_owned(),
                doc: doc.get_ref().clone(),
                code: number,
                shape,
                value_type,
                span: entry.at(spanned),
            });
        }
    }
    variants.sort_by_key(|variant| variant.code);
    variants
}

/// Parses a shape: `u32`, `string`, `list<function>`, `class?`, …
///
/// A name can be that of an operand kind and of a record at once (`function`). In a list it means the record, since that is how a
/// module declares things; alone or with `?` it means the operand kind, which is a reference to one of them.
fn shape_of(
    entry: &Entry<'_>,
    text: &Spanned<String>,
    max: Option<&Spanned<i64>>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Shape> {
    let whole = text.get_ref().as_str();
    let (inner, start, is_list) = match whole.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        Some(inner) => (inner, "list<".len(), true),
        None => (whole, 0, false),
    };
    let place = if is_list {
        Place::part(entry.document, text, start..start + inner.len())
    } else {
        Place::value(entry.document, text)
    };
    let limit = max.and_then(|max| {
        number::<u32>(
            entry.document,
            max,
            "largest count or length",
            1..=i64::from(u32::MAX),
            diagnostics,
        )
    });
    let needs_limit = is_list || matches!(inner, "string" | "code");
    if needs_limit && max.is_none() {
        diagnostics.push(
            Diagnostic::error("L0504", format!("`{whole}` has no largest count or length"))
                .at(entry.at(text), "no `max` stands beside this shape")
                .note("a reader must refuse absurd counts before it allocates")
                .help("add `max = …`"),
        );
        return None;
    }
    if let Some(max) = max
        && !needs_limit
    {
        diagnostics.push(
            Diagnostic::error("L0504", format!("`{whole}` has a fixed size, so it can't have a largest one"))
                .at(entry.at(max), "nothing reads this")
                .help("remove `max`"),
        );
    }
    if max.is_some() && limit.is_none() {
        return None;
    }
    let max = limit.unwrap_or_default();
    let element = element(&place, is_list, max, scope, diagnostics)?;
    Some(if is_list {
        Shape::List {
            element: Box::new(element),
            max,
        }
    } else {
        element
    })
}

/// A shape that is no list. In a list of strings `max` bounds the count and, for want of another number, each string, too.
fn element(place: &Place<'_>, in_list: bool, max: u32, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Shape> {
    let name = place.text;
    if let Some((_, scalar)) = Scalar::ALL.iter().find(|(known, _)| *known == name) {
        return Some(Shape::Scalar(*scalar));
    }
    if let Some(wide) = Wide::named(name) {
        return Some(Shape::Wide(wide));
    }
    match name {
        "string" => return Some(Shape::String { max }),
        "code" if !in_list => return Some(Shape::Code { max }),
        "type" => return Some(Shape::TypeId),
        "type_definition" => return Some(Shape::TypeDefinition),
        _ => {}
    }
    if let Some(optional) = name.strip_suffix('?') {
        if optional == "type" {
            return Some(Shape::Optional(Box::new(Shape::TypeId)));
        }
        if let Some(shape) = reference(optional, scope) {
            let mut of = *place;
            of.text = optional;
            of.span.end = of.span.end.saturating_sub(u32::from(place.exact));
            scope.kinds.names.note_use(&of);
            return Some(Shape::Optional(Box::new(shape)));
        }
        if scope.kinds.names.is_broken(optional) {
            return None;
        }
        let known: Vec<String> = references(scope)
            .iter()
            .map(|name| format!("{name}?"))
            .chain(["type?".to_owned()])
            .collect();
        diagnostics.push(
            place
                .unknown("L0502", "shape", known.iter().map(String::as_str))
                .unless_incomplete()
                .note("only a type or a reference can be absent"),
        );
        return None;
    }
    let record = scope.records.get(name).map(Shape::Record);
    let union = scope.unions.get(name).map(Shape::Union);
    let reference = reference(name, scope);
    let shape = if in_list {
        record.or(union).or(reference)
    } else {
        reference.or(record).or(union)
    };
    match &shape {
        Some(Shape::Record(_)) => scope.records.note_use(place),
        Some(Shape::Union(_)) => scope.unions.note_use(place),
        Some(Shape::Reference(_)) => scope.kinds.names.note_use(place),
        _ => {}
    }
    if shape.is_none() && !scope.records.is_broken(name) && !scope.unions.is_broken(name) && !scope.kinds.names.is_broken(name) {
        let fixed = ["string", "code", "type", "type_definition"];
        let kinds = references(scope);
        let known = Scalar::ALL
            .iter()
            .map(|(name, _)| *name)
            .chain(KINDS.iter().map(|(name, _)| *name))
            .chain(fixed)
            .chain(scope.records.all())
            .chain(scope.unions.all())
            .chain(kinds.iter().map(String::as_str));
        diagnostics.push(
            place
                .unknown("L0502", "shape", known)
                .unless_incomplete()
                .note("a list is written `list<…>`, and a type or reference that may be absent with `?`"),
        );
    }
    shape
}

/// A reference to an entry of a list of the module.
fn reference(name: &str, scope: &Scope<'_>) -> Option<Shape> {
    let id = scope.kinds.names.get(name)?;
    matches!(scope.kinds.arena[id].meaning, OperandMeaning::Index(_)).then_some(Shape::Reference(id))
}

/// The operand kinds that can stand in a shape.
fn references(scope: &Scope<'_>) -> Vec<String> {
    let kinds = scope.kinds.arena.iter();
    let indexes = kinds.filter(|kind| matches!(kind.meaning, OperandMeaning::Index(_)));
    indexes.map(|kind| kind.name.clone()).collect()
}
