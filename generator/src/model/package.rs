//! Packages: crates of feature-gated modules, with the words that their modules share.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::item::{Freedom, Item, Weight};
use super::names::{self, Place, number};
use super::schema::{self, words};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::source::Span;
use crate::syntax::{Document, Entry, Spanned};

/// All packages by name.
#[derive(Debug, Default)]
pub struct Packages {
    /// In order of their names.
    pub packages: Arena<Package>,
    /// The names of those that have errors: naming one is no further error.
    pub broken: Vec<String>,
}

/// A crate of feature-gated modules.
#[derive(Debug, Clone)]
pub struct Package {
    /// `abi`: the crate with the façades; `abi-facts` and so on stand beside it.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Which combinations of its features are tested.
    pub matrix: Matrix,
    /// Crates that types of the surfaces come from, by name.
    pub libraries: Vec<Library>,
    /// What backends may be able to do, by name.
    pub capabilities: Arena<Capability>,
    /// The names of capabilities that have errors: naming one is no further error.
    pub broken: Vec<String>,
    /// The spec file, root-relative.
    pub file: String,
    /// The name of the file.
    pub span: Span,
}

/// Which combinations of features are tested.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// How many features are combined in every way, for a change: 2 or 3.
    pub strength: u32,
    /// Rows that stand in every matrix.
    pub always: Vec<Row>,
    /// The most rows at `strength`.
    pub budget: u32,
    /// The seed of the search.
    pub seed: u64,
}

/// A row that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// No feature.
    None,
    /// The features that are on by default.
    Default,
    /// Every feature.
    All,
}

/// A crate that types of the surfaces come from.
#[derive(Debug, Clone)]
pub struct Library {
    /// `bytes`.
    pub name: String,
    /// A version requirement of Cargo: `1`.
    pub version: String,
    /// `Bytes`.
    pub types: Vec<String>,
    /// The entry.
    pub span: Span,
}

/// Something that backends may be able to do.
#[derive(Debug, Clone)]
pub struct Capability {
    /// `ttl_resolution_ms`.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// The enum of the module for each variant of which it has a value of its own: `EvictionPolicy`.
    pub per: Option<String>,
    /// Whether its value is a number rather than a level.
    pub is_number: bool,
    /// The entry.
    pub span: Span,
}

/// The rows that have names.
const ROWS: &[(&str, Row)] = &[("none", Row::None), ("default", Row::Default), ("all", Row::All)];

/// The keys at the top of a file.
const TOP: &[&str] = &["kind", "name", "package", "matrix", "library", "capability"];

/// A file of a package.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is the schema of a file; entries are read one by one")]
struct RawFile {
    /// What the file describes: `"package"`.
    #[schemars(extend("const" = "package"))]
    kind: String,
    /// Its name: `"abi"`. The crates are named by it.
    #[schemars(extend("pattern" = schema::NAME))]
    name: String,
    /// What the package is.
    package: RawPackage,
    /// Which combinations of features are tested.
    matrix: RawMatrix,
    /// Crates that types of the surfaces come from, each a table `[library.bytes]`.
    #[serde(default)]
    library: BTreeMap<String, RawLibrary>,
    /// What backends may be able to do, each a table `[capability.ttl]`. Modules may use no other name.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    capability: BTreeMap<String, RawCapability>,
}

/// What the package is: `[package]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPackage {
    /// What it is.
    doc: Spanned<String>,
}

/// Which combinations of features are tested: `[matrix]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawMatrix {
    /// How many features are combined in every way, for a change: 2 or 3.
    #[schemars(range(min = 2, max = 3))]
    strength: Spanned<i64>,
    /// Rows that stand in every matrix: `"none"` without features, `"default"` with those that are on by default, `"all"`.
    #[serde(default)]
    #[schemars(extend("items" = schema::one_of(words(ROWS))))]
    always: Vec<Spanned<String>>,
    /// The most rows at `strength`.
    #[schemars(range(min = 1, max = 10_000))]
    budget: Spanned<i64>,
    /// The seed of the search; 1 if not stated.
    #[schemars(range(min = 0))]
    seed: Option<Spanned<i64>>,
}

/// A crate that types of the surfaces come from: `[library.bytes]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLibrary {
    /// The version that is needed, as in a manifest: `"1"`.
    version: Spanned<String>,
    /// Its types: `["Bytes"]`.
    types: Vec<Spanned<String>>,
}

/// Something that backends may be able to do: `[capability.ttl]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCapability {
    /// What it means.
    doc: Spanned<String>,
    /// The enum of the module for each variant of which it has a value of its own: `"EvictionPolicy"`.
    #[schemars(extend("pattern" = "^[A-Z][A-Za-z0-9]*$"))]
    per: Option<Spanned<String>>,
    /// Whether its value is a number rather than a level; `false` if not stated.
    #[serde(default)]
    number: bool,
}

/// Loads the packages of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut by_name: BTreeMap<&str, (&Document, Span)> = BTreeMap::new();
    for document in documents {
        document.expect_keys(TOP, diagnostics);
        let Some((name, span)) = document.require_name(diagnostics) else {
            continue;
        };
        names::check_name("a package", name, span, false, diagnostics);
        match by_name.get(name) {
            Some((_, first)) => diagnostics.push(names::duplicate("package", name, span, *first)),
            None => {
                by_name.insert(name, (document, span));
            }
        }
    }
    let mut packages = Packages::default();
    for (name, (document, span)) in by_name {
        match resolve(name, document, span, diagnostics) {
            Some(package) => {
                packages.packages.push(package);
            }
            None => packages.broken.push(name.to_owned()),
        }
    }
    model.insert(packages);
}

fn resolve(name: &str, document: &Document, span: Span, diagnostics: &mut Diagnostics) -> Option<Package> {
    let raw: Option<RawPackage> = required(document, "package", span, diagnostics);
    let matrix = required(document, "matrix", span, diagnostics).and_then(|raw| matrix(document, &raw, diagnostics));
    let libraries = libraries(document, diagnostics);
    let (capabilities, broken) = capabilities(document, diagnostics);
    Some(Package {
        name: name.to_owned(),
        doc: raw?.doc.into_inner(),
        matrix: matrix?,
        libraries,
        capabilities,
        broken,
        file: document.path.clone(),
        span,
    })
}

/// A table that must stand once in a file, read.
pub(super) fn required<T: serde::de::DeserializeOwned>(
    document: &Document,
    table: &str,
    name: Span,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    if let Some(entry) = document.single(table) {
        return entry.read(diagnostics);
    }
    diagnostics.push(
        Diagnostic::error("L0105", format!("the {} lacks `[{table}]`", document.kind))
            .unless_incomplete()
            .at(name, format!("`[{table}]` is missing in this file"))
            .help(format!("add a table `[{table}]`")),
    );
    None
}

fn matrix(document: &Document, raw: &RawMatrix, diagnostics: &mut Diagnostics) -> Option<Matrix> {
    let strength = number(document, &raw.strength, "strength", 2..=3, diagnostics);
    let budget = number(document, &raw.budget, "number of rows", 1..=10_000, diagnostics);
    let seed = match &raw.seed {
        Some(seed) => number(document, seed, "seed", 0..=i64::MAX, diagnostics),
        None => Some(1),
    };
    let mut always = Vec::new();
    for row in &raw.always {
        let place = Place::value(document, row);
        match place.word("row", ROWS, diagnostics) {
            Some(row) if always.contains(&row) => diagnostics.push(names::twice(&place)),
            row => always.extend(row),
        }
    }
    Some(Matrix {
        always,
        strength: strength?,
        budget: budget?,
        seed: seed?,
    })
}

fn entries<'a>(document: &'a Document, table: &str, diagnostics: &mut Diagnostics) -> Vec<Entry<'a>> {
    let entries = document.entries(table, diagnostics);
    names::without_duplicates(table, entries, diagnostics)
}

fn libraries(document: &Document, diagnostics: &mut Diagnostics) -> Vec<Library> {
    let mut libraries: Vec<Library> = Vec::new();
    for entry in entries(document, "library", diagnostics) {
        let named = is_crate(&entry, diagnostics);
        let Some(raw) = entry.read::<RawLibrary>(diagnostics) else {
            continue;
        };
        let mut types = Vec::new();
        for text in &raw.types {
            let place = Place::value(document, text);
            if !names::check_camel("a type", place.text, place.span, diagnostics) {
                continue;
            }
            let taken = libraries
                .iter()
                .find(|library| library.types.iter().any(|of| of == place.text));
            match taken {
                Some(first) => diagnostics.push(names::duplicate("type", place.text, place.span, first.span)),
                None => types.push(place.text.to_owned()),
            }
        }
        if named {
            libraries.push(Library {
                name: entry.name().to_owned(),
                version: raw.version.get_ref().clone(),
                types,
                span: entry.span(),
            });
        }
    }
    libraries
}

/// Whether the name of a library is one that cargo would take.
fn is_crate(entry: &Entry<'_>, diagnostics: &mut Diagnostics) -> bool {
    let name = entry.name();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let good = name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(allowed);
    if !good {
        let shown: String = name.chars().take(64).collect();
        diagnostics.push(
            Diagnostic::error("L0107", format!("`{shown}` can't be the name of a library"))
                .at(entry.span(), "not a name")
                .help("write the name of the crate as cargo knows it"),
        );
    }
    good
}

/// The capabilities, and the names of those with errors.
fn capabilities(document: &Document, diagnostics: &mut Diagnostics) -> (Arena<Capability>, Vec<String>) {
    let (mut capabilities, mut broken) = (Arena::default(), Vec::new());
    for entry in entries(document, "capability", diagnostics) {
        let named = names::check_name("a capability", entry.name(), entry.span(), false, diagnostics);
        let Some(raw) = entry.read::<RawCapability>(diagnostics) else {
            broken.push(entry.name().to_owned());
            continue;
        };
        if let Some(per) = &raw.per {
            names::check_camel("an enum", per.get_ref(), entry.at(per), diagnostics);
        }
        if named {
            capabilities.push(Capability {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                per: raw.per.map(Spanned::into_inner),
                is_number: raw.number,
                span: entry.span(),
            });
        }
    }
    (capabilities, broken)
}

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    schema::of::<RawFile>()
}

/// The packages and what stands in their files, in the form that every tool reads.
pub fn items(model: &Model) -> Vec<Item> {
    model.part::<Packages>().packages.iter().flat_map(of_package).collect()
}

fn of_package(package: &Package) -> Vec<Item> {
    let matrix = &package.matrix;
    let rows: Vec<&str> = ROWS
        .iter()
        .filter(|(_, row)| matrix.always.contains(row))
        .map(|(name, _)| *name)
        .collect();
    let mut items = vec![
        Item::new("package", None, &package.name, &package.doc, package.span)
            .whole_file()
            .fact(Weight::Docs, "strength", matrix.strength.to_string())
            .fact(Weight::Docs, "always", rows.join(", "))
            .fact(Weight::Docs, "budget", matrix.budget.to_string())
            .fact(Weight::Docs, "seed", matrix.seed.to_string()),
    ];
    for library in &package.libraries {
        let doc = format!("The crate `{}`, whose types stand in surfaces.", library.name);
        let mut types: Vec<&str> = library.types.iter().map(String::as_str).collect();
        types.sort_unstable();
        items.push(
            Item::new("library", Some(&package.name), &library.name, &doc, library.span)
                .fact(Weight::Shape, "version", &library.version)
                .free(Weight::Shape, "types", types.join(", "), Freedom::Gain),
        );
    }
    for capability in &package.capabilities {
        let number = if capability.is_number { "true" } else { "" };
        items.push(
            Item::new(
                "capability",
                Some(&package.name),
                &capability.name,
                &capability.doc,
                capability.span,
            )
            .fact(Weight::Shape, "per", capability.per.clone().unwrap_or_default())
            .fact(Weight::Shape, "number", number),
        );
    }
    items
}
