//! Resolves the raw tables of an instruction set: names become ids, strings are parsed, and every mistake is reported.
//!
//! Entries are resolved in the order in which they depend on each other: `machine` has slots, operand kinds, effects, traps
//! and groups; `types` the types; `format` the module file; `op` the instructions, with `expression` for types of values and `example` for the
//! hand-written evidence; `engine` what the fast engine is made of. An entry with errors is left out; naming it elsewhere is no further error.

mod containment;
mod engine;
mod example;
mod expression;
mod family;
mod format;
mod image;
mod known;
mod machine;
mod op;
mod page_table;
mod rename;
mod rust;
mod scope;
mod types;

pub use page_table::PAGES;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use super::{Encoding, InstructionSet, InstructionSets, Machine, ModuleFormat};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::feature::{Feature, Features};
use crate::model::names::{self, Names, Use};
use crate::source::Span;
use crate::suggest::article;
use crate::syntax::entry::Amended;
use crate::syntax::{Document, Entry, ValueKind};

/// Keys at the top of a file of an instruction set.
const TOP: &[&str] = &[
    "kind",
    "name",
    "doc",
    "encoding",
    "limits",
    "slot",
    "type",
    "operand",
    "effect",
    "trap",
    "group",
    "op",
    "fixture",
    "module",
    "record",
    "union",
    "runtime",
    "engine",
    "family",
    "superinstruction",
];

/// Loads all instruction sets of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut by_name: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
    for document in documents {
        match document.require_name(diagnostics) {
            Some((name, span)) if names::check_name("an instruction set", name, span, false, diagnostics) => {
                by_name.entry(name).or_default().push(document);
            }
            _ => expect_keys(&[document], diagnostics),
        }
    }
    let mut features = Names::new("feature");
    for (id, feature) in model.part::<Features>().features.iter_with_ids() {
        features.define(&feature.name, id);
    }
    for name in &model.part::<Features>().broken {
        features.define_broken(name);
    }
    let mut all = InstructionSets::default();
    for (name, documents) in by_name {
        expect_keys(&documents, diagnostics);
        if image::is_image(&documents) {
            all.images
                .extend(image::load_set(name, &documents, &mut all.uses, diagnostics));
        } else {
            let set = load_set(name, &documents, &features, &mut all.uses, diagnostics);
            all.sets.push(set);
        }
    }
    all.uses.extend(features.uses(None));
    model.insert(all);
}

/// Reports keys at the top of the files of one set that nothing reads.
fn expect_keys(documents: &[&Document], diagnostics: &mut Diagnostics) {
    let keys = if image::is_image(documents) { image::TOP } else { TOP };
    for document in documents {
        document.expect_keys(keys, diagnostics);
    }
}

/// The files of one set.
struct Files<'a> {
    name: &'a str,
    documents: &'a [&'a Document],
    /// Where the set has its name.
    span: Span,
}

impl<'a> Files<'a> {
    /// All entries of a table in all files, with valid and unique names.
    fn entries(&self, table: &str, what: &str, dotted: bool, diagnostics: &mut Diagnostics) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        for document in self.documents {
            entries.extend(document.entries(table, diagnostics));
        }
        let mut entries = names::without_duplicates(what, entries, diagnostics);
        entries.retain(|entry| {
            let mut found = Diagnostics::default();
            let is_name = names::check_name(&article(what), entry.name(), entry.span(), dotted, &mut found);
            for diagnostic in found.sorted() {
                diagnostics.push(match rename::edits(self, table, entry, dotted) {
                    Some((name, edits)) => diagnostic.fix(edits, format!("call it `{name}` wherever it is named")),
                    None => diagnostic,
                });
            }
            is_name
        });
        entries
    }

    /// All entries of a table, read; names of those with errors are noted as broken.
    fn read<R: DeserializeOwned, T>(
        &self,
        table: &str,
        what: &str,
        dotted: bool,
        names: &mut Names<T>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Entry<'a>, R)> {
        let mut read = Vec::new();
        for entry in self.entries(table, what, dotted, diagnostics) {
            match entry.read_knowing(&|key| known::value(self, table, &entry, key), diagnostics) {
                Some(raw) => read.push((entry, raw)),
                None => names.define_broken(entry.name()),
            }
        }
        read
    }

    /// Like [`Files::read`], but for entries with errors, too: these are amended, and what else is wrong with them can be found out.
    fn read_amended<R: DeserializeOwned>(
        &self,
        table: &str,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Entry<'a>, Amended<R>)> {
        let entries = self.entries(table, what, false, diagnostics);
        let read = |entry: Entry<'a>| {
            let known = |key: &str| known::value(self, table, &entry, key);
            let amended = entry.read_amended(&known, diagnostics)?;
            Some((entry, amended))
        };
        entries.into_iter().filter_map(read).collect()
    }

    /// A table that must stand exactly once.
    fn single(&self, table: &str, example: &str, diagnostics: &mut Diagnostics) -> Option<Entry<'a>> {
        let found = self.optional(table, diagnostics);
        if found.is_none() {
            diagnostics.push(
                Diagnostic::error("L0205", format!("the instruction set `{}` has no `{table}`", self.name))
                    .unless_incomplete()
                    .at(self.span, "this set is incomplete")
                    .help(format!("add {example} to one of its files")),
            );
        }
        found
    }

    /// A table that may stand once.
    fn optional(&self, table: &str, diagnostics: &mut Diagnostics) -> Option<Entry<'a>> {
        let mut found: Option<Entry<'a>> = None;
        for entry in self.documents.iter().filter_map(|document| document.single(table)) {
            match &found {
                None => found = Some(entry),
                Some(first) => diagnostics.push(
                    Diagnostic::error(
                        "L0108",
                        format!("`{table}` of the instruction set `{}` is stated twice", self.name),
                    )
                    .at(entry.span(), "stated again here")
                    .at(first.span(), "first stated here")
                    .help("remove one of the two"),
                ),
            }
        }
        found
    }
}

/// Where the name of a set stands: the file with the doc of the set is its main file; any will do where there is none.
fn main_span(documents: &[&Document]) -> Span {
    let main = documents
        .iter()
        .find(|document| document.single("doc").is_some())
        .or(documents.first());
    main.and_then(|document| document.name.as_ref())
        .map_or(NOWHERE, |(_, span)| *span)
}

/// What a set says about itself.
fn set_doc(files: &Files<'_>, diagnostics: &mut Diagnostics) -> String {
    let Some(entry) = files.single("doc", "`doc = \"…\"`", diagnostics) else {
        return String::new();
    };
    match &entry.value.kind {
        ValueKind::String(doc) => doc.clone(),
        _ => {
            diagnostics.push(
                Diagnostic::error("L0106", format!("`doc` must be a text, but is {}", entry.value.describe()))
                    .at(entry.value.span, "expected a text"),
            );
            String::new()
        }
    }
}

fn load_set(
    name: &str,
    documents: &[&Document],
    features: &Names<Feature>,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> InstructionSet {
    let span = main_span(documents);
    let files = Files { name, documents, span };
    let doc = set_doc(&files, diagnostics);
    let encoding = machine::encoding(&files, diagnostics);
    let limits = machine::limits(&files, diagnostics);
    let machine = machine::machine(&files, diagnostics);
    let slots = machine::slots(&files, diagnostics);
    let types = types::types(&files, &slots, diagnostics);
    let kinds = machine::operand_kinds(&files, uses, diagnostics);
    let effects = machine::effects(&files, diagnostics);
    let traps = machine::traps(&files, diagnostics);
    let groups = machine::groups(&files, diagnostics);
    let fixtures = machine::fixtures(&files, diagnostics);
    let format = format::format(&files, &types, &kinds, uses, diagnostics);
    machine::check_indexes(&files, &kinds, &format, diagnostics);
    let scope = scope::Scope {
        types: &types,
        kinds: &kinds,
        effects: &effects,
        traps: &traps,
        groups: &groups,
        fixtures: &fixtures,
        features,
    };
    let ops = op::ops(&files, &scope, uses, diagnostics);
    let fast = engine::engine(&files, diagnostics);
    let op_names = engine::names_of(&files, &ops);
    let families = family::families(&files, &op_names, &fixtures.names, uses, diagnostics);
    let superinstructions = engine::superinstructions(&files, &op_names, &slots.names, uses, diagnostics);
    let owner = Some(name);
    uses.extend(op_names.uses(owner));
    uses.extend(slots.names.uses(owner));
    uses.extend(types.names.uses(owner));
    uses.extend(kinds.names.uses(owner));
    uses.extend(effects.names.uses(owner));
    uses.extend(traps.names.uses(owner));
    uses.extend(groups.names.uses(owner));
    uses.extend(fixtures.names.uses(owner));
    let paths: BTreeSet<String> = documents.iter().map(|document| document.path.clone()).collect();
    InstructionSet {
        name: name.to_owned(),
        doc,
        span,
        files: paths.into_iter().collect(),
        tables: tables(documents),
        encoding,
        limits,
        machine,
        engine: fast,
        slots: slots.arena,
        types: types.arena,
        operand_kinds: kinds.arena,
        effects: effects.arena,
        traps: traps.arena,
        groups: groups.arena,
        ops,
        families,
        superinstructions,
        format,
        fixtures: fixtures.arena,
    }
}

/// The files with entries of each table.
fn tables(documents: &[&Document]) -> BTreeMap<String, Vec<String>> {
    let mut tables: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for document in documents {
        for (key, _) in &document.table().entries {
            tables.entry(key.name.clone()).or_default().insert(&document.path);
        }
    }
    let sorted = |files: BTreeSet<&String>| files.into_iter().cloned().collect();
    tables.into_iter().map(|(table, files)| (table, sorted(files))).collect()
}

/// Stands for a place that can't exist, since every set has a file.
const NOWHERE: Span = Span {
    file: crate::source::FileId(0),
    start: 0,
    end: 0,
};

/// Entries of one table with their names.
struct Resolved<T> {
    arena: crate::arena::Arena<T>,
    names: Names<T>,
}

impl<T> Resolved<T> {
    fn new(what: &'static str) -> Self {
        Resolved::in_table(what, what)
    }

    fn in_table(table: &'static str, what: &'static str) -> Self {
        Resolved {
            arena: crate::arena::Arena::default(),
            names: Names::in_table(table, what),
        }
    }

    fn push(&mut self, name: &str, value: T) -> crate::arena::Id<T> {
        let id = self.arena.push(value);
        self.names.define(name, id);
        id
    }
}
