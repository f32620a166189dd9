//! Resolves families: their ops, their caches, and their expressions as far as these are Rust.

use std::collections::BTreeSet;

use super::machine::{is_too_wide, named};
use super::{Files, Resolved, rust};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::engine::family::{Code, OnMiss, Site};
use crate::model::instruction_set::raw::{RawFamily, RawSite};
use crate::model::instruction_set::{CacheField, Family, Fixture, Op, Scalar};
use crate::model::names::{self, Names, Place, Use};
use crate::syntax::{Entry, Spanned};

/// What `on_miss` says for what the op does by itself.
const GENERIC: &str = "generic";

pub(super) fn families(
    files: &Files<'_>,
    ops: &Names<Op>,
    fixtures: &Names<Fixture>,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> Arena<Family> {
    let mut families: Resolved<Family> = Resolved::new("family");
    for (entry, raw) in files.read::<RawFamily, Family>("family", "family", false, &mut families.names, diagnostics) {
        let generic = Place::value(entry.document, &raw.generic);
        let generic = ops.resolve(&generic, diagnostics).map(|op| (op, generic.span));
        let [fill, guard, specialised] =
            [&raw.fill, &raw.guard, &raw.specialised].map(|text| expression(&entry, text, diagnostics));
        let on_miss = match raw.on_miss.get_ref().as_str() {
            GENERIC => Some(OnMiss::Generic(entry.at(&raw.on_miss))),
            _ => expression(&entry, &raw.on_miss, diagnostics).map(OnMiss::Code),
        };
        let cache = cache(&entry, &raw.cache, diagnostics);
        let site = site(&entry, &raw.site, fixtures, diagnostics);
        let (Some(generic), Some(fill), Some(guard), Some(specialised), Some(on_miss), Some(site)) =
            (generic, fill, guard, specialised, on_miss, site)
        else {
            continue;
        };
        let meets = raw.meets.iter().map(|text| (text.get_ref().clone(), entry.at(text)));
        families.push(
            entry.name(),
            Family {
                name: entry.name().to_owned(),
                meets: meets.collect(),
                doc: raw.doc.into_inner(),
                generic,
                cache,
                fill,
                guard,
                specialised,
                on_miss,
                site,
                span: entry.span(),
            },
        );
    }
    uses.extend(families.names.uses(Some(files.name)));
    families.arena
}

fn expression(entry: &Entry<'_>, text: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Code> {
    match rust::parse::<syn::Expr>(text.get_ref()) {
        Ok(_) => Some(Code {
            text: text.get_ref().clone(),
            span: entry.at(text),
        }),
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(
                    "L0302",
                    format!("the family `{}` has what is no Rust expression", entry.name()),
                )
                .at(entry.at(text), error),
            );
            None
        }
    }
}

fn site(entry: &Entry<'_>, raw: &RawSite, fixtures: &Names<Fixture>, diagnostics: &mut Diagnostics) -> Option<Site> {
    let given = match &raw.given {
        Some(given) => Some(fixtures.resolve(&Place::value(entry.document, given), diagnostics)?),
        None => None,
    };
    Some(Site {
        given,
        params: raw.params.iter().map(|text| text.get_ref().clone()).collect(),
        result: raw.result.get_ref().clone(),
        code: raw.code.get_ref().clone(),
    })
}

fn cache(entry: &Entry<'_>, texts: &[Spanned<String>], diagnostics: &mut Diagnostics) -> Vec<CacheField> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut fields = Vec::new();
    for text in texts {
        let Some((name, scalar)) = named(entry, text, "class: u32", diagnostics) else {
            continue;
        };
        let is_name = names::check_name("a value in a cache", name.text, name.span, false, diagnostics);
        if is_too_wide(&scalar, "value in a cache", name.text, diagnostics) {
            continue;
        }
        let scalar = scalar.word("scalar", Scalar::ALL, diagnostics);
        if !seen.insert(name.text) {
            diagnostics.push(names::duplicate("value in a cache", name.text, name.span, entry.at(text)));
        } else if let (true, Some(scalar)) = (is_name, scalar) {
            fields.push(CacheField {
                name: name.text.to_owned(),
                scalar,
                span: entry.at(text),
            });
        }
    }
    fields
}
