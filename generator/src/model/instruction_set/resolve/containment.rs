//! Finds the records and unions of a module file that contain themselves.

use std::collections::BTreeSet;

use super::machine::MOST_SHOWN;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::circle;
use crate::model::instruction_set::{Record, Shape, Union};

/// Reports records and unions that contain themselves in place, and takes the field or variant that closes the circle from one of each.
/// Lists count, too: their items are written in place.
pub(super) fn without_circles(
    records: Vec<Record>,
    unions: Vec<Union>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Record>, Vec<Union>) {
    // Records come first, unions behind them. Each part knows the field or variant that it belongs to.
    let part = |shape: &Shape| match innermost(shape) {
        Shape::Record(record) => Some(record.index()),
        Shape::Union(union) => Some(records.len() + union.index()),
        _ => None,
    };
    let of_record = |record: &Record| -> Vec<(usize, usize)> {
        let fields = record.fields.iter().enumerate();
        fields
            .filter_map(|(index, field)| Some((index, part(&field.shape)?)))
            .collect()
    };
    let of_union = |union: &Union| -> Vec<(usize, usize)> {
        let variants = union.variants.iter().enumerate();
        variants
            .filter_map(|(index, variant)| Some((index, part(&variant.shape)?)))
            .collect()
    };
    let parts: Vec<Vec<(usize, usize)>> = records.iter().map(of_record).chain(unions.iter().map(of_union)).collect();
    let successors: Vec<Vec<usize>> = parts
        .iter()
        .map(|parts| parts.iter().map(|(_, node)| *node).collect())
        .collect();
    let count = records.len();
    let name = |node: usize| match node.checked_sub(count) {
        None => records[node].name.as_str(),
        Some(union) => unions[union].name.as_str(),
    };
    let place = |node: usize, index: usize| match node.checked_sub(count) {
        None => (records[node].fields[index].name.as_str(), records[node].fields[index].span),
        Some(union) => (
            unions[union].variants[index].name.as_str(),
            unions[union].variants[index].span,
        ),
    };
    let mut closing: BTreeSet<(usize, usize)> = BTreeSet::new();
    for circle in circle::circles(&successors) {
        let Some((node, position)) = circle.last().copied() else {
            continue;
        };
        let (index, first) = parts[node][position];
        closing.insert((node, index));
        let mut way = Vec::new();
        let mut labels = Vec::new();
        for (node, position) in circle.iter().take(MOST_SHOWN) {
            let (member, span) = place(*node, parts[*node][*position].0);
            way.push(format!("`{}.{member}`", name(*node)));
            labels.push(span);
        }
        let mut diagnostic = Diagnostic::error("L0505", format!("`{}` contains itself", name(first)))
            .note(format!(
                "by way of {}: such a value nests as deep as a hostile file says",
                way.join(", ")
            ))
            .help("refer to an entry of a list by its number instead");
        for span in labels {
            diagnostic = diagnostic.at(span, "part of the circle");
        }
        diagnostics.push(diagnostic);
    }
    let keep = |node: usize, index: usize| !closing.contains(&(node, index));
    let mut kept_records = records.clone();
    for (node, record) in kept_records.iter_mut().enumerate() {
        let mut index = 0..;
        record.fields.retain(|_| keep(node, index.next().unwrap_or_default()));
    }
    let mut kept_unions = unions.clone();
    for (node, union) in kept_unions.iter_mut().enumerate() {
        let mut index = 0..;
        union
            .variants
            .retain(|_| keep(count + node, index.next().unwrap_or_default()));
    }
    (kept_records, kept_unions)
}

/// What a list or an optional shape is made of.
fn innermost(shape: &Shape) -> &Shape {
    match shape {
        Shape::List { element, .. } | Shape::Optional(element) => innermost(element),
        other => other,
    }
}
