//! Types, constants and errors of a surface.

use std::collections::BTreeMap;
use std::ops::Range;

use super::values::{bound, value};
use super::{Scope, Spelling, in_order, named_part, read as read_entries, trimmed};
use crate::arena::Arena;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::module::raw::{DERIVES, RawConstant, RawError, RawField, RawType, TYPE_KINDS, TypeWord};
use crate::model::module::surface::Variant;
use crate::model::module::{Constant, ErrorVariant, Field, Type, TypeKind, TypeReference};
use crate::model::names::{self, Names, Place, number};
use crate::suggest::{is_certain, list, similar};
use crate::syntax::{Document, Entry, Spanned};

/// The types that have a name in every module.
const PLAIN: &[(&str, TypeReference)] = &[
    ("bool", TypeReference::Bool),
    ("u8", integer(false, 8)),
    ("u16", integer(false, 16)),
    ("u32", integer(false, 32)),
    ("u64", integer(false, 64)),
    ("i8", integer(true, 8)),
    ("i16", integer(true, 16)),
    ("i32", integer(true, 32)),
    ("i64", integer(true, 64)),
    ("f32", TypeReference::Float(32)),
    ("f64", TypeReference::Float(64)),
    ("&str", TypeReference::Str),
    ("&[u8]", TypeReference::Slice),
    ("String", TypeReference::String),
    ("Duration", TypeReference::Duration),
];

/// How deep types may be nested.
const DEEPEST: usize = 8;

const fn integer(signed: bool, bits: u32) -> TypeReference {
    TypeReference::Integer { signed, bits }
}

/// The types as they stand in the file.
pub(super) struct RawTypes<'a> {
    pub entries: Vec<(Entry<'a>, RawType)>,
    pub names: Names<Type>,
    /// The variants of enums by the positions of their types.
    pub variants: BTreeMap<usize, Vec<String>>,
}

/// Reads the types, so that they can refer to each other.
pub(super) fn read<'a>(document: &'a Document, diagnostics: &mut Diagnostics) -> RawTypes<'a> {
    let mut names = Names::new("type");
    let mut entries: Vec<(Entry<'a>, RawType)> =
        read_entries(document, ("type", "a type"), Spelling::Camel, &mut names, diagnostics);
    // Of a type of no kind nothing else can be said, nor of what is of that type.
    entries.retain(|(entry, raw)| {
        let kind = Place::value(document, &raw.kind).word("kind of type", TYPE_KINDS, diagnostics);
        if kind.is_none() {
            names.define_broken(entry.name());
        }
        kind.is_some()
    });
    let mut variants = BTreeMap::new();
    for (index, (entry, raw)) in entries.iter().enumerate() {
        names.define(entry.name(), crate::arena::Id::new(index));
        if raw.kind.get_ref() == "enum" {
            let of_type = in_order(&raw.variant).into_iter().map(|(name, _)| name.get_ref().clone());
            variants.insert(index, of_type.collect());
        }
    }
    RawTypes {
        entries,
        names,
        variants,
    }
}

/// Resolves the types. Each keeps its place, whatever is wrong with it, since others refer to it.
pub(super) fn resolve(scope: &Scope<'_>, entries: &[(Entry<'_>, RawType)], diagnostics: &mut Diagnostics) -> Arena<Type> {
    entries
        .iter()
        .map(|(entry, raw)| one(scope, entry, raw, diagnostics))
        .collect()
}

fn one(scope: &Scope<'_>, entry: &Entry<'_>, raw: &RawType, diagnostics: &mut Diagnostics) -> Type {
    let document = scope.document;
    let word = TYPE_KINDS
        .iter()
        .find(|(word, _)| word == raw.kind.get_ref())
        .map(|(_, kind)| *kind);
    if let Some(word) = word {
        surplus(entry, raw, word, diagnostics);
    }
    let mut derives: Vec<String> = Vec::new();
    for text in &raw.derive {
        let place = Place::value(document, text);
        if place.word("trait to derive", DERIVES, diagnostics).is_none() {
            continue;
        }
        if derives.iter().any(|first| first == place.text) {
            diagnostics.push(names::twice(&place));
        } else {
            derives.push(place.text.to_owned());
        }
    }
    let kind = match word {
        Some(TypeWord::Struct) => TypeKind::Struct(fields(scope, raw, diagnostics)),
        Some(TypeWord::Enum) => enumeration(scope, raw, diagnostics),
        Some(TypeWord::Alias) => alias(scope, entry, raw, diagnostics).map_or(TypeKind::Opaque, TypeKind::Alias),
        Some(TypeWord::Opaque) | None => TypeKind::Opaque,
    };
    Type {
        name: entry.name().to_owned(),
        doc: raw.doc.get_ref().clone(),
        kind,
        derives,
        non_exhaustive: raw.non_exhaustive,
        span: entry.span(),
    }
}

/// Reports keys that types of a kind don't have.
fn surplus(entry: &Entry<'_>, raw: &RawType, word: TypeWord, diagnostics: &mut Diagnostics) {
    let name = TYPE_KINDS
        .iter()
        .find(|(_, other)| *other == word)
        .map_or("type", |(name, _)| name);
    let first = |table: Option<&Spanned<String>>| table.map_or(entry.span(), |name| entry.at(name));
    let fields = (!raw.field.is_empty(), "field", TypeWord::Struct);
    let variants = (!raw.variant.is_empty(), "variant", TypeWord::Enum);
    let default = (raw.default.is_some(), "default", TypeWord::Enum);
    let of = (raw.of.is_some(), "of", TypeWord::Alias);
    for (is_there, key, owner) in [fields, variants, default, of] {
        if !is_there || owner == word {
            continue;
        }
        let span = match key {
            "field" => first(in_order(&raw.field).first().map(|(name, _)| *name)),
            "variant" => first(in_order(&raw.variant).first().map(|(name, _)| *name)),
            "default" => first(raw.default.as_ref()),
            _ => first(raw.of.as_ref()),
        };
        let owner = TYPE_KINDS
            .iter()
            .find(|(_, other)| *other == owner)
            .map_or("", |(name, _)| name);
        diagnostics.push(
            Diagnostic::error("L1202", format!("the {name} `{}` has a `{key}`", entry.name()))
                .at(span, format!("only a type of kind `{owner}` has that"))
                .help(format!("remove it, or write `kind = \"{owner}\"`")),
        );
    }
}

fn lacking(entry: &Entry<'_>, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error("L1202", format!("the type `{}` lacks {what}", entry.name()))
        .at(entry.span(), format!("{what} is missing here"))
        .help(help)
}

fn alias(scope: &Scope<'_>, entry: &Entry<'_>, raw: &RawType, diagnostics: &mut Diagnostics) -> Option<TypeReference> {
    let Some(of) = &raw.of else {
        diagnostics.push(lacking(entry, "what it stands for", "add `of = \"u64\"`, say"));
        return None;
    };
    reference(scope, of, 0..of.get_ref().len(), diagnostics)
}

fn enumeration(scope: &Scope<'_>, raw: &RawType, diagnostics: &mut Diagnostics) -> TypeKind {
    let document = scope.document;
    let mut variants: Vec<Variant> = Vec::new();
    for (name, variant) in in_order(&raw.variant) {
        let place = Place::value(document, name);
        names::check_camel("a variant", place.text, place.span, diagnostics);
        // One with a bad name keeps its place, since others are found by theirs.
        variants.push(Variant {
            name: place.text.to_owned(),
            doc: variant.doc.get_ref().clone(),
            span: place.span,
        });
    }
    let default = raw.default.as_ref().and_then(|text| {
        let place = Place::value(document, text);
        let known = variants.iter().map(|variant| variant.name.as_str());
        let position = known.clone().position(|name| name == place.text);
        if position.is_none() {
            diagnostics.push(place.unknown("L0110", "variant", known).unless_incomplete());
        }
        position
    });
    TypeKind::Enum { variants, default }
}

fn fields(scope: &Scope<'_>, raw: &RawType, diagnostics: &mut Diagnostics) -> Vec<Field> {
    let fields = in_order(&raw.field).into_iter();
    fields
        .filter_map(|(name, raw)| {
            let place = Place::value(scope.document, name);
            let named = names::check_name("a field", place.text, place.span, false, diagnostics);
            let field = field(scope, &place, raw, diagnostics)?;
            named.then_some(field)
        })
        .collect()
}

fn field(scope: &Scope<'_>, name: &Place<'_>, raw: &RawField, diagnostics: &mut Diagnostics) -> Option<Field> {
    let kind = reference(scope, &raw.r#type, 0..raw.r#type.get_ref().len(), diagnostics);
    let needs = raw
        .needs
        .as_ref()
        .and_then(|needs| scope.capability(&Place::value(scope.document, needs), diagnostics));
    let kind = kind?;
    let default = raw.default.as_ref().and_then(|raw| value(scope, raw, &kind, diagnostics));
    let min = raw.min.as_ref().and_then(|raw| bound(scope, raw, &kind, diagnostics));
    let max = raw.max.as_ref().and_then(|raw| bound(scope, raw, &kind, diagnostics));
    Some(Field {
        name: name.text.to_owned(),
        doc: raw.doc.get_ref().clone(),
        kind,
        default,
        min,
        max,
        needs,
        span: name.span,
    })
}

/// The constants of a surface.
pub(super) fn constants(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Constant> {
    let mut names: Names<Constant> = Names::in_table("const", "constant");
    let what = ("const", "a constant");
    let entries: Vec<(Entry<'_>, RawConstant)> = read_entries(scope.document, what, Spelling::Constant, &mut names, diagnostics);
    let mut constants = Vec::new();
    for (entry, raw) in entries {
        let Some(kind) = reference(scope, &raw.r#type, 0..raw.r#type.get_ref().len(), diagnostics) else {
            continue;
        };
        if let Some(value) = value(scope, &raw.value, &kind, diagnostics) {
            constants.push(Constant {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                kind,
                value,
                span: entry.span(),
            });
        }
    }
    constants
}

/// The errors of the module's own.
pub(super) fn errors(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<ErrorVariant> {
    let document = scope.document;
    let mut names: Names<ErrorVariant> = Names::new("error");
    let entries: Vec<(Entry<'_>, RawError)> =
        read_entries(document, ("error", "an error"), Spelling::Camel, &mut names, diagnostics);
    let mut errors = Vec::new();
    for (entry, raw) in entries {
        let fields = raw.fields.iter().filter_map(|text| error_field(scope, text, diagnostics));
        let fields: Vec<Field> = fields.collect();
        if let Some(code) = number(document, &raw.code, "code of an error", 1..=99, diagnostics) {
            errors.push(ErrorVariant {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                message: raw.message.into_inner(),
                fields,
                code,
                retry: raw.retry,
                span: entry.span(),
            });
        }
    }
    errors
}

fn error_field(scope: &Scope<'_>, text: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Field> {
    let (name, kind) = named_part(scope.document, text, "bytes: u64", diagnostics)?;
    let place = Place::part(scope.document, text, name);
    let named = names::check_name("a field", place.text, place.span, false, diagnostics);
    let kind = reference(scope, text, kind, diagnostics)?;
    named.then(|| Field {
        name: place.text.to_owned(),
        doc: format!("`{}` of the message.", place.text),
        kind,
        default: None,
        min: None,
        max: None,
        needs: None,
        span: place.span,
    })
}

/// The type that a part of a text states; reports one that isn't of the closed list.
pub(super) fn reference(
    scope: &Scope<'_>,
    text: &Spanned<String>,
    range: Range<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<TypeReference> {
    nested(scope, text, range, 0, diagnostics)
}

fn nested(
    scope: &Scope<'_>,
    text: &Spanned<String>,
    range: Range<usize>,
    depth: usize,
    diagnostics: &mut Diagnostics,
) -> Option<TypeReference> {
    let range = trimmed(text.get_ref(), range);
    let place = Place::part(scope.document, text, range.clone());
    if let Some((_, kind)) = PLAIN.iter().find(|(name, _)| *name == place.text) {
        return Some(kind.clone());
    }
    if depth >= DEEPEST {
        let problem = "the type is nested too deep";
        let help = format!("types are nested {DEEPEST} levels deep at most; give the inner part a name");
        diagnostics.push(Diagnostic::error("L1201", problem).at(place.span, "").help(help));
        return None;
    }
    for (opening, wrap) in [
        ("Option<", TypeReference::Option as fn(Box<TypeReference>) -> TypeReference),
        ("Vec<", TypeReference::Vec),
    ] {
        if place.text.starts_with(opening) && place.text.ends_with('>') {
            let inner = range.start + opening.len()..range.end - 1;
            return nested(scope, text, inner, depth + 1, diagnostics).map(Box::new).map(wrap);
        }
    }
    if scope.libraries.iter().any(|library| library == place.text) {
        return Some(TypeReference::Library(place.text.to_owned()));
    }
    let mut name = place;
    let is_reference = place.text.starts_with('&');
    if is_reference {
        name = Place::part(scope.document, text, range.start + 1..range.end);
    }
    if scope.type_names.get(name.text).is_some() || scope.type_names.is_broken(name.text) {
        let id = scope.type_names.resolve(&name, diagnostics)?;
        return Some(if is_reference {
            TypeReference::Reference(id)
        } else {
            TypeReference::Named(id)
        });
    }
    if let Some(machine) = name.text.strip_suffix("State")
        && !is_reference
        && (scope.machine_names.get(machine).is_some() || scope.machine_names.is_broken(machine))
    {
        return scope.machine_names.get(machine).map(TypeReference::State);
    }
    // Where the package can't be read, the type may be one of its libraries.
    if scope.package.is_some() {
        diagnostics.push(unknown(scope, &name));
    }
    None
}

/// A diagnostic for a type that isn't of the closed list.
fn unknown(scope: &Scope<'_>, place: &Place<'_>) -> Diagnostic {
    let states: Vec<String> = scope.machine_names.all().map(|machine| format!("{machine}State")).collect();
    let known = PLAIN.iter().map(|(name, _)| *name);
    let known = known.chain(scope.libraries.iter().map(String::as_str));
    let known = known.chain(scope.type_names.all()).chain(states.iter().map(String::as_str));
    let known: Vec<&str> = known.collect();
    let shown: String = place.text.chars().take(64).collect();
    let mut diagnostic = Diagnostic::error("L1201", format!("there is no type `{shown}`"))
        .unless_unfounded()
        .at(place.span, "no such type")
        .note(format!("known: {}, `Option<T>` and `Vec<T>`", list(known.iter().copied())));
    if let Some(close) = similar(place.text, known.iter().copied())
        && place.exact
    {
        let certain = is_certain(place.text, close, known.iter().copied());
        diagnostic = diagnostic.suggestion(
            vec![Edit::new(place.span, close)],
            "a type with a similar name exists",
            Applicability::of(certain),
        );
    }
    diagnostic.help("other types need an entry `[type.…]` of the module, or stand in a `[library.…]` of its package")
}
