//! Resolves what an instruction set says about its fast engine: the head and superinstructions.

use super::{Files, Resolved, rust};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::raw::{RawEngine, RawSuperinstruction};
use crate::model::instruction_set::{Engine, Op, Slot, Superinstruction};
use crate::model::names::{self, Names, Place, Use, number};
use crate::source::Span;
use crate::syntax::{Entry, Spanned};

pub(super) fn engine(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Option<Engine> {
    let entry = files.optional("engine", diagnostics)?;
    let raw = entry.read::<RawEngine>(diagnostics)?;
    let document = entry.document;
    let runtime = raw.runtime.get_ref();
    let is_package = runtime.split('-').all(names::is_plain);
    if !is_package {
        diagnostics.push(
            Diagnostic::error("L0206", format!("`{runtime}` is no name of a package"))
                .at(entry.at(&raw.runtime), "expected lower-case letters, digits and `-`")
                .help("name the crate as its manifest does: `raya-machine`"),
        );
    }
    let handlers = number(document, &raw.handlers, "number of handlers", 1..=60_000, diagnostics);
    let seconds = number(document, &raw.compile_seconds, "number of seconds", 1..=3600, diagnostics);
    let builtins: Vec<_> = raw
        .builtins
        .iter()
        .filter_map(|text| function(&entry, text, diagnostics))
        .collect();
    Some(Engine {
        builtins,
        runtime: is_package.then(|| runtime.clone())?,
        handlers: (handlers?, entry.at(&raw.handlers)),
        compile_seconds: seconds?,
        span: entry.span(),
    })
}

/// The names of the ops that could be resolved, and of those with errors.
pub(super) fn names_of(files: &Files<'_>, ops: &Arena<Op>) -> Names<Op> {
    let mut names = Names::new("op");
    for (id, op) in ops.iter_with_ids() {
        names.define(&op.name, id);
    }
    for document in files.documents {
        // What is wrong with entries was said when they were read.
        for entry in document.entries("op", &mut Diagnostics::default()) {
            if names.get(entry.name()).is_none() {
                names.define_broken(entry.name());
            }
        }
    }
    names
}

/// The name of a function of the engine's runtime, and where it stands.
pub(super) fn function(entry: &Entry<'_>, text: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<(String, Span)> {
    let name = text.get_ref();
    if rust::parse::<syn::Ident>(name).is_ok() {
        return Some((name.clone(), entry.at(text)));
    }
    diagnostics.push(
        Diagnostic::error("L0302", format!("`{name}` can't be the name of a function"))
            .at(entry.at(text), "expected the name of a Rust function of the engine's runtime"),
    );
    None
}

pub(super) fn superinstructions(
    files: &Files<'_>,
    ops: &Names<Op>,
    slots: &Names<Slot>,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> Arena<Superinstruction> {
    let mut found: Resolved<Superinstruction> = Resolved::new("superinstruction");
    let raws = files.read::<RawSuperinstruction, Superinstruction>(
        "superinstruction",
        "superinstruction",
        false,
        &mut found.names,
        diagnostics,
    );
    for (entry, raw) in raws {
        let places: Vec<Place<'_>> = raw.ops.iter().map(|text| Place::value(entry.document, text)).collect();
        let resolved: Vec<_> = places
            .iter()
            .filter_map(|place| ops.resolve(place, diagnostics).map(|op| (op, place.span)))
            .collect();
        if resolved.len() != places.len() {
            continue;
        }
        found.push(
            entry.name(),
            Superinstruction {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                ops: resolved,
                stores: raw.stores,
                input: raw.input.as_ref().map(|input| (input.get_ref().clone(), entry.at(input))),
                kinds: raw
                    .kinds
                    .iter()
                    .filter_map(|text| slots.resolve(&Place::value(entry.document, text), diagnostics))
                    .collect(),
                span: entry.span(),
            },
        );
    }
    uses.extend(found.names.uses(Some(files.name)));
    found.arena
}
