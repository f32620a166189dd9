//! Resolves the types of an instruction set.

use std::collections::BTreeMap;

use super::machine::{MOST_SHOWN, named};
use super::{Files, Resolved};
use crate::arena::Id;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::circle;
use crate::model::instruction_set::raw::RawType;
use crate::model::instruction_set::{ParameterKind, Slot, Type, TypeParameter};
use crate::model::names::{self, Place, number};
use crate::source::Span;
use crate::syntax::Entry;

pub(super) fn types(files: &Files<'_>, slots: &Resolved<Slot>, diagnostics: &mut Diagnostics) -> Resolved<Type> {
    let mut types = Resolved::new("type");
    let raws = files.read::<RawType, Type>("type", "type", false, &mut types.names, diagnostics);
    // First all names, since a type may name one that stands below it.
    let mut list = Vec::new();
    let mut relations = Vec::new();
    for (entry, raw) in raws {
        let document = entry.document;
        let code = number(document, &raw.code, "type code", 0..=63, diagnostics);
        let slot = slots.names.resolve(&Place::value(document, &raw.slot), diagnostics);
        let (Some(code), Some(slot)) = (code, slot) else {
            types.names.define_broken(entry.name());
            continue;
        };
        types.names.define(entry.name(), Id::new(list.len()));
        list.push(Type {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            code,
            slot,
            parent: None,
            is_abstract: raw.r#abstract,
            bottom_of: None,
            parameters: parameters(&entry, &raw, diagnostics),
            span: entry.span(),
        });
        relations.push((entry, raw));
    }
    for (index, (entry, raw)) in relations.iter().enumerate() {
        let mut relation = |name: &Option<crate::syntax::Spanned<String>>| {
            name.as_ref()
                .and_then(|name| types.names.resolve(&Place::value(entry.document, name), diagnostics))
        };
        list[index].parent = relation(&raw.is);
        list[index].bottom_of = relation(&raw.bottom_of);
    }
    cut_circles(&mut list, &relations, diagnostics);
    types.arena = list.into_iter().collect();
    types
}

/// Reports types that are their own ancestors, once for each circle, and takes the parent from one type of each.
fn cut_circles(types: &mut [Type], entries: &[(Entry<'_>, RawType)], diagnostics: &mut Diagnostics) {
    let parents: Vec<Vec<usize>> = types
        .iter()
        .map(|definition| definition.parent.map(Id::index).into_iter().collect())
        .collect();
    for circle in circle::circles(&parents) {
        let Some((closing, _)) = circle.last().copied() else {
            continue;
        };
        let first = parents[closing][0];
        let shown = circle.iter().take(MOST_SHOWN);
        let chain: Vec<String> = shown.clone().map(|(index, _)| format!("`{}`", types[*index].name)).collect();
        let dots = if circle.len() > MOST_SHOWN { " is …" } else { "" };
        let mut diagnostic = Diagnostic::error("L0201", format!("the type `{}` is its own ancestor", types[first].name))
            .note(format!(
                "{}{dots} is `{}`: a join would never end",
                chain.join(" is "),
                types[first].name
            ))
            .help("remove one of the `is`");
        for (index, _) in shown {
            let (entry, raw) = &entries[*index];
            if let Some(is) = &raw.is {
                diagnostic = diagnostic.at(entry.at(is), format!("the parent of `{}`", types[*index].name));
            }
        }
        diagnostics.push(diagnostic);
        types[closing].parent = None;
    }
}

fn parameters(entry: &Entry<'_>, raw: &RawType, diagnostics: &mut Diagnostics) -> Vec<TypeParameter> {
    const KINDS: &[(&str, ParameterKind)] = &[
        ("type", ParameterKind::Type),
        ("type?", ParameterKind::OptionalType),
        ("types", ParameterKind::Types),
        ("class", ParameterKind::Class),
    ];
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut parameters = Vec::new();
    for text in &raw.parameters {
        let Some((name, kind)) = named(entry, text, "element: type", diagnostics) else {
            continue;
        };
        let fits = names::check_name("a type parameter", name.text, name.span, false, diagnostics);
        if let Some(first) = seen.insert(name.text, name.span) {
            diagnostics.push(names::duplicate("type parameter", name.text, name.span, first));
        } else if let Some(kind) = kind.word("kind of type parameter", KINDS, diagnostics)
            && fits
        {
            parameters.push(TypeParameter {
                name: name.text.to_owned(),
                kind,
            });
        }
    }
    parameters
}
