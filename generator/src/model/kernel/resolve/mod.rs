//! Resolves the raw tables of a kernel: names become ids, texts are parsed, and every mistake is reported.
//!
//! What calls are made of comes first: rights, objects, errors, groups. An entry with errors is left out; naming it elsewhere is no
//! further error.

mod call;
mod law;
mod parameter;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use super::raw::{self, TOP};
use super::{Amount, Budget, Decision, Format, Group, Initial, Kernel, Kernels, Measure, Numbered, Object, Right};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics, Page};
use crate::model::Model;
use crate::model::names::{self, Names, Place, number};
use crate::model::target::{Target, Targets};
use crate::source::Span;
use crate::suggest::article;
use crate::syntax::{Document, Entry, Key, Spanned, Table, ValueKind};

/// What resolving kernels reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L1301",
        summary: "a parameter is a name and a type of the closed list",
        page: include_str!("../../pages/L1301.md"),
    },
    Page {
        code: "L1302",
        summary: "`needs` and `gas_per` speak of parameters that fit",
        page: include_str!("../../pages/L1302.md"),
    },
    Page {
        code: "L1303",
        summary: "a law is given what can be chosen, and its steps and expectations are Rust",
        page: include_str!("../../pages/L1303.md"),
    },
];

/// Loads the kernels of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut by_name: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
    for document in documents {
        document.expect_keys(TOP, diagnostics);
        if let Some((name, span)) = document.require_name(diagnostics)
            && names::check_name("a kernel", name, span, false, diagnostics)
        {
            by_name.entry(name).or_default().push(document);
        }
    }
    let targets = targets(model);
    let mut kernels = Kernels::default();
    for (name, documents) in by_name {
        let files = Files {
            name,
            documents: &documents,
        };
        let scope = Scope::read(&files, &targets, diagnostics);
        if let Some(kernel) = kernel(&files, scope, &mut kernels, diagnostics) {
            kernels.kernels.push(kernel);
        }
    }
    kernels.uses.extend(targets.uses(None));
    model.insert(kernels);
}

/// The names of the targets. These are files as a whole, so that their ids are their positions.
fn targets(model: &Model) -> Names<Target> {
    let all = model.part::<Targets>();
    let mut names = Names::new("target");
    for (position, target) in all.targets.iter().enumerate() {
        names.define(&target.name, Id::new(position));
    }
    all.broken.iter().for_each(|name| names.define_broken(name));
    names
}

/// The files of one kernel.
struct Files<'a> {
    name: &'a str,
    documents: &'a [&'a Document],
}

impl<'a> Files<'a> {
    /// All entries of a table in all files that can be read, and whether there are others.
    fn read<R: DeserializeOwned>(&self, table: &str, what: &str, diagnostics: &mut Diagnostics) -> Vec<(Entry<'a>, Option<R>)> {
        let documents = self.documents.iter();
        let entries: Vec<Entry<'a>> = documents.flat_map(|document| document.entries(table, diagnostics)).collect();
        let entries = names::without_duplicates(what, entries, diagnostics);
        let read = |entry: Entry<'a>| {
            let named = names::check_name(&article(what), entry.name(), entry.span(), false, diagnostics);
            let raw = entry.read(diagnostics).filter(|_| named);
            (entry, raw)
        };
        entries.into_iter().map(read).collect()
    }

    /// A text at the top of one of the files, and its document.
    fn text(&self, key: &str) -> Option<(&'a Document, String, Span)> {
        self.documents.iter().find_map(|document| {
            let (_, value) = document.table().get(key)?;
            match &value.kind {
                ValueKind::String(text) => Some((*document, text.clone(), value.span)),
                _ => None,
            }
        })
    }
}

/// What calls are made of.
struct Scope<'a> {
    targets: &'a Names<Target>,
    rights: Arena<Right>,
    right_names: Names<Right>,
    objects: Arena<Object>,
    object_names: Names<Object>,
    errors: Arena<Numbered>,
    error_names: Names<Numbered>,
    groups: Arena<Group>,
    group_names: Names<Group>,
    has_broken: bool,
}

impl<'a> Scope<'a> {
    fn read(files: &Files<'_>, targets: &'a Names<Target>, diagnostics: &mut Diagnostics) -> Self {
        let mut has_broken = false;
        let (rights, right_names) = table(
            files,
            ("right", "right"),
            &mut has_broken,
            diagnostics,
            |entry, raw: raw::RawRight, diagnostics| {
                Some(Right {
                    name: entry.name().to_owned(),
                    bit: number(entry.document, &raw.bit, "bit", 0..=7, diagnostics)?,
                    doc: raw.doc.into_inner(),
                    span: entry.span(),
                })
            },
            |right| right.bit,
        );
        let (objects, object_names) = table(
            files,
            ("object", "kind of object"),
            &mut has_broken,
            diagnostics,
            |entry, raw: raw::RawObject, diagnostics| {
                let mut found = Vec::new();
                for (name, meaning) in &raw.rights {
                    let place = key_place(entry, &["rights"], name);
                    if let Some(right) = right_names.resolve(&place, diagnostics) {
                        found.push((right, meaning.get_ref().clone()));
                    }
                }
                found.sort_by_key(|(right, _)| *right);
                Some(Object {
                    name: entry.name().to_owned(),
                    code: number(entry.document, &raw.code, "number", 1..=255, diagnostics)?,
                    doc: raw.doc.into_inner(),
                    rights: found,
                    span: entry.span(),
                })
            },
            |object| object.code,
        );
        let (errors, error_names) = table(files, ("error", "error"), &mut has_broken, diagnostics, coded, |error| {
            error.number
        });
        let (groups, group_names) = table(files, ("group", "group"), &mut has_broken, diagnostics, group, |group| {
            group.first
        });
        Scope {
            targets,
            rights,
            right_names,
            objects,
            object_names,
            errors,
            error_names,
            groups,
            group_names,
            has_broken,
        }
    }

    /// The rights of a list; names without one are reported.
    fn rights(&self, document: &Document, list: &[Spanned<String>], diagnostics: &mut Diagnostics) -> Vec<Id<Right>> {
        let mut found = Vec::new();
        for text in list {
            let place = Place::value(document, text);
            match self.right_names.resolve(&place, diagnostics) {
                Some(right) if found.contains(&right) => diagnostics.push(names::twice(&place)),
                right => found.extend(right),
            }
        }
        found
    }

    /// Numbers by the names of targets.
    fn budgets(
        &self,
        entry: &Entry<'_>,
        key: &str,
        most: &BTreeMap<String, Spanned<i64>>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Budget> {
        let mut budgets = Vec::new();
        for (target, value) in most {
            self.targets.resolve(&key_place(entry, &[key], target), diagnostics);
            if let Some(most) = number(entry.document, value, "budget", 1..=1 << 40, diagnostics) {
                budgets.push(Budget {
                    target: target.clone(),
                    most,
                    span: entry.at(value),
                });
            }
        }
        budgets
    }
}

/// Reads a table into an arena, ordered by `key`, and the names of its entries.
fn table<R: DeserializeOwned, T, K: Ord>(
    files: &Files<'_>,
    (name, what): (&'static str, &'static str),
    has_broken: &mut bool,
    diagnostics: &mut Diagnostics,
    mut resolve: impl FnMut(&Entry<'_>, R, &mut Diagnostics) -> Option<T>,
    key: impl Fn(&T) -> K,
) -> (Arena<T>, Names<T>) {
    let mut names = Names::in_table(name, what);
    let mut read: Vec<(String, T)> = Vec::new();
    for (entry, raw) in files.read(name, what, diagnostics) {
        match raw.and_then(|raw| resolve(&entry, raw, diagnostics)) {
            Some(value) => read.push((entry.name().to_owned(), value)),
            None => {
                names.define_broken(entry.name());
                *has_broken = true;
            }
        }
    }
    read.sort_by_key(|(_, value)| key(value));
    let mut arena = Arena::default();
    for (name, value) in read {
        names.define(&name, arena.push(value));
    }
    (arena, names)
}

fn coded(entry: &Entry<'_>, raw: raw::RawCoded, diagnostics: &mut Diagnostics) -> Option<Numbered> {
    Some(Numbered {
        name: entry.name().to_owned(),
        number: number(entry.document, &raw.code, "number", 1..=4095, diagnostics)?,
        doc: raw.doc.into_inner(),
        span: entry.span(),
    })
}

fn status(entry: &Entry<'_>, raw: raw::RawStatus, diagnostics: &mut Diagnostics) -> Option<Numbered> {
    Some(Numbered {
        name: entry.name().to_owned(),
        number: number(entry.document, &raw.status, "status", 1..=255, diagnostics)?,
        doc: raw.doc.into_inner(),
        span: entry.span(),
    })
}

fn format(entry: &Entry<'_>, raw: raw::RawFormat, diagnostics: &mut Diagnostics) -> Option<Format> {
    let mut codes: Vec<Numbered> = Vec::new();
    for code in &raw.codes {
        let (name, code, doc) = code.get_ref();
        let place = Place::value(entry.document, name);
        if !names::check_name("a code", name.get_ref(), place.span, false, diagnostics) {
            return None;
        }
        if let Some(first) = codes.iter().find(|first| first.name == *name.get_ref()) {
            diagnostics.push(names::duplicate("code", name.get_ref(), place.span, first.span));
            continue;
        }
        codes.push(Numbered {
            name: name.get_ref().clone(),
            number: number(entry.document, code, "number", 0..=i64::from(u32::MAX), diagnostics)?,
            doc: doc.get_ref().clone(),
            span: place.span,
        });
    }
    Some(Format {
        name: entry.name().to_owned(),
        doc: raw.doc.into_inner(),
        codes,
        span: entry.span(),
    })
}

fn group(entry: &Entry<'_>, raw: raw::RawGroup, diagnostics: &mut Diagnostics) -> Option<Group> {
    let first = number(entry.document, &raw.first, "number", 0..=65_535, diagnostics);
    let last = number(entry.document, &raw.last, "number", 0..=65_535, diagnostics);
    Some(Group {
        name: entry.name().to_owned(),
        doc: raw.doc.into_inner(),
        first: first?,
        last: last?,
        span: entry.span(),
    })
}

/// An amount that has a name.
fn amount(entry: &Entry<'_>, value: &Spanned<i64>, doc: Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Amount> {
    Some(Amount {
        name: entry.name().to_owned(),
        value: number(entry.document, value, "number", 0..=i64::MAX, diagnostics)?,
        doc: doc.into_inner(),
        span: entry.span(),
    })
}

fn kernel(files: &Files<'_>, scope: Scope<'_>, kernels: &mut Kernels, diagnostics: &mut Diagnostics) -> Option<Kernel> {
    let mut scope = scope;
    let has_broken = &mut scope.has_broken;
    let rules = table(
        files,
        ("rule", "rule"),
        has_broken,
        diagnostics,
        |entry, raw: raw::RawRule, _| {
            Some(Decision {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                reason: raw.reason.into_inner(),
                span: entry.span(),
            })
        },
        |_| (),
    )
    .0;
    let traps = table(files, ("trap", "trap"), has_broken, diagnostics, coded, |trap| trap.number).0;
    let stages = table(files, ("stage", "stage"), has_broken, diagnostics, status, |stage| {
        stage.number
    })
    .0;
    let outcomes = table(files, ("outcome", "outcome"), has_broken, diagnostics, status, |outcome| {
        outcome.number
    })
    .0;
    let gas = table(
        files,
        ("gas", "amount of gas"),
        has_broken,
        diagnostics,
        |entry, raw: raw::RawGas, diagnostics| amount(entry, &raw.amount, raw.doc, diagnostics),
        |_| (),
    )
    .0;
    let limits = table(
        files,
        ("limit", "limit"),
        has_broken,
        diagnostics,
        |entry, raw: raw::RawLimit, diagnostics| amount(entry, &raw.value, raw.doc, diagnostics),
        |_| (),
    )
    .0;
    let formats = table(files, ("format", "format"), has_broken, diagnostics, format, |_| ()).0;
    let mut lacks = false;
    let laws = table(
        files,
        ("law", "law"),
        &mut lacks,
        diagnostics,
        |entry, raw: raw::RawLaw, diagnostics| law::resolve(entry, raw, &scope, diagnostics),
        |_| (),
    )
    .0;
    let budgets = table(
        files,
        ("budget", "budget"),
        &mut lacks,
        diagnostics,
        |entry, raw: raw::RawBudget, diagnostics| {
            let units: &[(&str, &'static str)] = &[("instructions", "instructions"), ("bytes", "bytes")];
            Some(Measure {
                name: entry.name().to_owned(),
                unit: Place::value(entry.document, &raw.unit).word("unit", units, diagnostics)?,
                most: scope.budgets(entry, "most", &raw.most, diagnostics),
                doc: raw.doc.into_inner(),
                span: entry.span(),
            })
        },
        |_| (),
    )
    .0;
    let initial = table(
        files,
        ("initial", "initial capability"),
        &mut lacks,
        diagnostics,
        |entry, raw: raw::RawInitial, diagnostics| {
            let index = number(entry.document, &raw.index, "index", 1..=65_535, diagnostics);
            let object = scope
                .object_names
                .resolve(&Place::value(entry.document, &raw.object), diagnostics);
            let rights = scope.rights(entry.document, &raw.rights, diagnostics);
            Some(Initial {
                name: entry.name().to_owned(),
                index: index?,
                object: object?,
                rights,
                doc: raw.doc.into_inner(),
                span: entry.span(),
            })
        },
        |initial| initial.index,
    )
    .0;
    let calls = table(
        files,
        ("syscall", "call"),
        &mut lacks,
        diagnostics,
        |entry, raw: raw::RawCall, diagnostics| call::resolve(entry, raw, &scope, diagnostics),
        |call| call.code,
    )
    .0;
    let owner = Some(files.name);
    kernels.uses.extend(scope.right_names.uses(owner));
    kernels.uses.extend(scope.object_names.uses(owner));
    kernels.uses.extend(scope.error_names.uses(owner));
    kernels.uses.extend(scope.group_names.uses(owner));
    let (_, doc, _) = required(files, "doc", diagnostics)?;
    let (_, runtime, _) = required(files, "runtime", diagnostics)?;
    let sources: BTreeSet<String> = files.documents.iter().map(|document| document.path.clone()).collect();
    let main = files.text("doc").map(|(document, ..)| document)?;
    Some(Kernel {
        name: files.name.to_owned(),
        doc,
        runtime,
        rules,
        rights: scope.rights,
        objects: scope.objects,
        errors: scope.errors,
        traps,
        stages,
        outcomes,
        gas,
        limits,
        formats,
        initial,
        budgets,
        laws,
        groups: scope.groups,
        calls,
        has_broken: scope.has_broken || lacks,
        files: sources.into_iter().collect(),
        span: main.whole().span(),
    })
}

/// A text that must stand at the top of one of the files.
fn required<'a>(files: &Files<'a>, key: &str, diagnostics: &mut Diagnostics) -> Option<(&'a Document, String, Span)> {
    let found = files.text(key);
    if found.is_none()
        && let Some(document) = files.documents.first()
    {
        diagnostics.push(
            Diagnostic::error("L0105", format!("the kernel `{}` lacks `{key}`", files.name))
                .unless_incomplete()
                .at(document.whole().span(), format!("`{key} = \"…\"` is missing in its files"))
                .help(format!("add `{key} = \"…\"` at the top of its main file")),
        );
    }
    found
}

/// The place of a key within an entry: of `read` in `rights = { read = "…" }`.
fn key_place<'n>(entry: &Entry<'_>, path: &[&str], name: &'n str) -> Place<'n> {
    let mut kind = &entry.value.kind;
    for step in path {
        if let ValueKind::Table(table) = kind
            && let Some((_, value)) = table.get(step)
        {
            kind = &value.kind;
        }
    }
    let key = match kind {
        ValueKind::Table(table) => key_of(table, name),
        _ => None,
    };
    Place {
        text: name,
        span: key.map_or(entry.span(), |key| key.span),
        quoted: false,
        exact: key.is_some(),
    }
}

fn key_of<'t>(table: &'t Table, name: &str) -> Option<&'t Key> {
    table.get(name).map(|(key, _)| key)
}
