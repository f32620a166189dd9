//! Resolves the raw tables of a module: names become ids, texts are parsed, and every mistake is reported.
//!
//! Entries are resolved in the order in which they depend on each other: types and state machines, then laws, backends and functions. An
//! entry with errors is left out, or stands in the model without the part that has them; naming it elsewhere is no further error.

mod backends;
mod functions;
mod guard;
mod laws;
mod state_machines;
mod types;
mod values;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::raw::{self, RawAutoTraits, RawModule, TOP};
use super::{AutoTraits, CInterface, Module, Modules, StateMachine, Type};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics, Page};
use crate::model::Model;
use crate::model::manifest::Manifests;
use crate::model::names::{self, Names, Place, Use, number};
use crate::model::package::{Capability, Package, Packages, required};
use crate::model::target::Targets;
use crate::source::Span;
use crate::syntax::{Document, Entry, Spanned};

/// What resolving modules reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L1201",
        summary: "types of a surface are those of the closed list",
        page: include_str!("../../pages/L1201.md"),
    },
    Page {
        code: "L1202",
        summary: "a type states what its kind has, and nothing else",
        page: include_str!("../../pages/L1202.md"),
    },
    Page {
        code: "L1203",
        summary: "a value is one of its type",
        page: include_str!("../../pages/L1203.md"),
    },
    Page {
        code: "L1204",
        summary: "capabilities are stated in the form that the registry of the package gives them",
        page: include_str!("../../pages/L1204.md"),
    },
    Page {
        code: "L1205",
        summary: "a transition is a list of five texts: from, event, guard, to, action",
        page: include_str!("../../pages/L1205.md"),
    },
];

/// What the entries of a module refer to.
struct Scope<'a> {
    document: &'a Document,
    /// None if the module names no package that can be read: then nothing is said of capabilities.
    package: Option<&'a Package>,
    capabilities: Names<Capability>,
    /// The types that libraries of the package bring, and those that have errors.
    libraries: Vec<String>,
    type_names: Names<Type>,
    /// The enums of the module with their variants, by the positions of the types.
    variants: BTreeMap<usize, Vec<String>>,
    machine_names: Names<StateMachine>,
}

impl Scope<'_> {
    /// The capability that a place names. Nothing is said where there is no registry.
    fn capability(&self, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Option<Id<Capability>> {
        self.package?;
        self.capabilities.resolve(place, diagnostics)
    }
}

/// Loads the modules of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut by_name: BTreeMap<&str, (&Document, Span)> = BTreeMap::new();
    for document in documents {
        document.expect_keys(TOP, diagnostics);
        let Some((name, span)) = document.require_name(diagnostics) else {
            continue;
        };
        names::check_name("a module", name, span, false, diagnostics);
        match by_name.get(name) {
            Some((_, first)) => diagnostics.push(names::duplicate("module", name, span, *first)),
            None => {
                by_name.insert(name, (document, span));
            }
        }
    }
    let packages = model.part::<Packages>();
    let mut package_names: Names<Package> = Names::new("package");
    for (id, package) in packages.packages.iter_with_ids() {
        package_names.define(&package.name, id);
    }
    for name in &packages.broken {
        package_names.define_broken(name);
    }
    let mut modules = Modules::default();
    for (name, (document, span)) in by_name {
        let head = Head { name, document, span };
        match load_module(&head, model, &package_names, &mut modules.uses, diagnostics) {
            Some(module) => {
                modules.modules.push(module);
            }
            None => modules.broken.push(name.to_owned()),
        }
    }
    modules.uses.extend(package_names.uses(None));
    model.insert(modules);
}

/// The file of a module.
struct Head<'a> {
    name: &'a str,
    document: &'a Document,
    /// Where it has its name.
    span: Span,
}

fn load_module(
    head: &Head<'_>,
    model: &Model,
    packages: &Names<Package>,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> Option<Module> {
    let document = head.document;
    let raw: Option<RawModule> = required(document, "module", head.span, diagnostics);
    let package_id = raw
        .as_ref()
        .and_then(|raw| packages.resolve(&Place::value(document, &raw.package), diagnostics));
    let package = package_id.map(|id| &model.part::<Packages>().packages[id]);
    let version = raw.as_ref().and_then(|raw| version(document, &raw.surface, diagnostics));
    let auto_traits = auto_traits(document, diagnostics);
    let raw_types = types::read(document, diagnostics);
    let raw_machines = state_machines::read(document, diagnostics);
    let scope = Scope {
        document,
        package,
        capabilities: capability_names(package),
        libraries: package.map_or(Vec::new(), |package| {
            let libraries = package.libraries.iter();
            libraries.flat_map(|library| library.types.iter().cloned()).collect()
        }),
        type_names: raw_types.names,
        variants: raw_types.variants,
        machine_names: raw_machines.names,
    };
    let state_machines = state_machines::resolve(document, &raw_machines.entries, diagnostics);
    let types = types::resolve(&scope, &raw_types.entries, diagnostics);
    let config = raw
        .as_ref()
        .and_then(|raw| scope.type_names.resolve(&Place::value(document, &raw.config), diagnostics));
    let constants = types::constants(&scope, diagnostics);
    let errors = types::errors(&scope, diagnostics);
    let (laws, law_names) = laws::laws(&scope, diagnostics);
    let targets = model.part::<Targets>();
    let (backends, backend_names) = backends::backends(&scope, &types, (targets, model.part::<Manifests>()), uses, diagnostics);
    let (functions, are_fired) = functions::functions(&scope, &state_machines, &law_names, diagnostics);
    let judged = |machine: &StateMachine| StateMachine {
        is_complete: machine.is_complete && are_fired,
        ..machine.clone()
    };
    let state_machines = state_machines.iter().map(judged).collect();
    let benches = laws::benches(&scope, &backend_names, diagnostics);
    let c = document.single("c").and_then(|entry| c_interface(&entry, diagnostics));
    let owner = Some(head.name);
    uses.extend(scope.type_names.uses(owner));
    uses.extend(scope.machine_names.uses(owner));
    uses.extend(law_names.uses(owner));
    uses.extend(backend_names.uses(owner));
    uses.extend(scope.capabilities.uses(package.map(|package| package.name.as_str())));
    let raw = raw?;
    Some(Module {
        name: head.name.to_owned(),
        package: package_id?,
        doc: raw.doc.into_inner(),
        version: version?,
        config: config?,
        auto_traits,
        types,
        constants,
        errors,
        functions,
        backends,
        laws,
        state_machines,
        c,
        benches,
        file: document.path.clone(),
        span: head.span,
    })
}

fn capability_names(package: Option<&Package>) -> Names<Capability> {
    let mut names = Names::new("capability");
    for (id, capability) in package.iter().flat_map(|package| package.capabilities.iter_with_ids()) {
        names.define(&capability.name, id);
    }
    for name in package.iter().flat_map(|package| &package.broken) {
        names.define_broken(name);
    }
    names
}

/// The version of a surface: two numbers.
fn version(document: &Document, text: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<String> {
    let place = Place::value(document, text);
    let is_number = |part: &str| part.len() <= 9 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if place
        .text
        .split_once('.')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
    {
        return Some(place.text.to_owned());
    }
    diagnostics.push(
        Diagnostic::error("L1203", format!("`{}` is no version of a surface", place.text))
            .at(place.span, "expected two numbers with a point between")
            .help("write it as `\"1.0\"`"),
    );
    None
}

fn auto_traits(document: &Document, diagnostics: &mut Diagnostics) -> AutoTraits {
    let stated = document
        .single("surface")
        .and_then(|entry| entry.read::<RawAutoTraits>(diagnostics));
    let of = |choose: fn(&RawAutoTraits) -> bool, unless_stated| stated.as_ref().map_or(unless_stated, choose);
    AutoTraits {
        send: of(|raw| raw.send, true),
        sync: of(|raw| raw.sync, true),
        unpin: of(|raw| raw.unpin, true),
        unwind_safe: of(|raw| raw.unwind_safe, false),
        ref_unwind_safe: of(|raw| raw.ref_unwind_safe, false),
    }
}

fn c_interface(entry: &Entry<'_>, diagnostics: &mut Diagnostics) -> Option<CInterface> {
    let raw: raw::RawC = entry.read(diagnostics)?;
    let prefix = Place::value(entry.document, &raw.prefix);
    let named = names::check_name("a C interface", prefix.text, prefix.span, false, diagnostics);
    let error_base = number(
        entry.document,
        &raw.error_base,
        "base of error codes",
        -1_000_000..=-100,
        diagnostics,
    );
    named.then_some(())?;
    Some(CInterface {
        prefix: prefix.text.to_owned(),
        error_base: error_base?,
        span: entry.span(),
    })
}

/// How names of a table are spelt.
#[derive(Clone, Copy)]
enum Spelling {
    Snake,
    Camel,
    Constant,
}

/// Reports a name that can't be one.
fn check_spelling(what: &str, name: &str, span: Span, spelling: Spelling, diagnostics: &mut Diagnostics) -> bool {
    match spelling {
        Spelling::Snake => names::check_name(what, name, span, false, diagnostics),
        Spelling::Camel => names::check_camel(what, name, span, diagnostics),
        Spelling::Constant => names::check_constant(name, span, diagnostics),
    }
}

/// The entries of a table with good names, in the order of the file, read; names of those with errors are noted as broken.
fn read<'a, R: DeserializeOwned, T>(
    document: &'a Document,
    (table, what): (&str, &str),
    spelling: Spelling,
    names: &mut Names<T>,
    diagnostics: &mut Diagnostics,
) -> Vec<(Entry<'a>, R)> {
    let mut read = Vec::new();
    for entry in document.entries(table, diagnostics) {
        let named = check_spelling(what, entry.name(), entry.span(), spelling, diagnostics);
        match entry.read(diagnostics) {
            Some(raw) if named => read.push((entry, raw)),
            _ => names.define_broken(entry.name()),
        }
    }
    read
}

/// What a table with names holds, in the order of the file.
fn in_order<T>(table: &BTreeMap<Spanned<String>, T>) -> Vec<(&Spanned<String>, &T)> {
    let mut entries: Vec<(&Spanned<String>, &T)> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// `name: what` in its two parts, as ranges in the text; reports anything else.
fn named_part(
    document: &Document,
    text: &Spanned<String>,
    example: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let whole = text.get_ref();
    if let Some(colon) = whole.find(':') {
        let name = trimmed(whole, 0..colon);
        let what = trimmed(whole, colon + 1..whole.len());
        if !name.is_empty() && !what.is_empty() {
            return Some((name, what));
        }
    }
    let place = Place::value(document, text);
    diagnostics.push(
        Diagnostic::error("L0112", format!("`{}` is not a name, a colon and a type", place.text))
            .at(place.span, "expected `name: type`")
            .help(format!("write it as `\"{example}\"`")),
    );
    None
}

/// A range without the spaces at its ends.
fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

/// Things with their names.
struct Read<'a, R, T> {
    entries: Vec<(Entry<'a>, R)>,
    names: Names<T>,
}

/// Collects entries and keeps their names.
fn collect<T>(entries: Vec<(String, T)>, names: &mut Names<T>) -> Arena<T> {
    let mut arena = Arena::default();
    for (name, entry) in entries {
        let id = arena.push(entry);
        names.define(&name, id);
    }
    arena
}
