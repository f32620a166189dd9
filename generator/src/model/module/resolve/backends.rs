//! Backends and how well they do what.

use std::collections::BTreeMap;

use super::{Scope, Spelling, collect, in_order, read};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::manifest::Manifests;
use crate::model::module::raw::{RawBackend, RawSupport};
use crate::model::module::{Backend, CapabilityValue, Support, Type, TypeKind};
use crate::model::names::{self, Names, Place, Use, number};
use crate::model::package::{Capability, Package};
use crate::model::target::Targets;
use crate::syntax::{Entry, Spanned, tree};

/// All variants of the enum of a capability.
const EVERY: &str = "*";

/// The backends of a module by falling priority, and their names.
pub(super) fn backends(
    scope: &Scope<'_>,
    types: &Arena<Type>,
    (targets, manifests): (&Targets, &Manifests),
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> (Arena<Backend>, Names<Backend>) {
    let mut names = Names::new("backend");
    let what = ("backend", "a backend");
    let entries: Vec<(Entry<'_>, RawBackend)> = read(scope.document, what, Spelling::Snake, &mut names, diagnostics);
    let mut backends = Vec::new();
    for (entry, raw) in entries {
        let targets = self::targets(scope, &raw, targets, uses, diagnostics);
        let support = support(scope, types, &raw, diagnostics);
        let Some(priority) = number(scope.document, &raw.priority, "priority", -1_000..=1_000, diagnostics) else {
            names.define_broken(entry.name());
            continue;
        };
        let texts = |texts: &[Spanned<String>]| texts.iter().map(|text| text.get_ref().clone()).collect();
        let library = raw.library.as_ref().map(|name| name.get_ref().clone());
        let manifest = manifests.of(raw.adapter.get_ref());
        let version = |library: &String| manifest?.dependencies.get(library)?.clone();
        let backend = Backend {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            library_version: library.as_ref().and_then(version),
            library,
            adapter: raw.adapter.get_ref().clone(),
            adapter_features: texts(&raw.features),
            priority,
            default: raw.default,
            implies: texts(&raw.implies),
            conflicts: texts(&raw.conflicts),
            targets,
            support,
            span: entry.span(),
        };
        backends.push((backend.name.clone(), backend));
    }
    backends.sort_by(|(_, a), (_, b)| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
    (collect(backends, &mut names), names)
}

fn targets(
    scope: &Scope<'_>,
    raw: &RawBackend,
    known: &Targets,
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    for text in &raw.targets {
        let place = Place::value(scope.document, text);
        if targets.iter().any(|first| first == place.text) {
            diagnostics.push(names::twice(&place));
        } else if known.targets.iter().any(|target| target.name == place.text) {
            uses.push(Use {
                span: place.name_span(),
                table: "target",
                owner: None,
                name: place.text.to_owned(),
            });
            targets.push(place.text.to_owned());
        } else if !known.broken.iter().any(|target| target == place.text) {
            let names = known.targets.iter().map(|target| target.name.as_str());
            diagnostics.push(place.unknown("L0110", "target", names).unless_incomplete());
        }
    }
    targets
}

/// What a backend says of each capability. What is said of one variant counts before what is said of all.
fn support(
    scope: &Scope<'_>,
    types: &Arena<Type>,
    raw: &RawBackend,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<CapabilityValue, Support> {
    let (mut all, mut single) = (BTreeMap::new(), BTreeMap::new());
    let Some(package) = scope.package else {
        return all;
    };
    for (name, value) in in_order(&raw.capabilities) {
        let place = Place::value(scope.document, name);
        let Some((id, variant)) = capability(scope, name, diagnostics) else {
            continue;
        };
        let capability = &package.capabilities[id];
        let Some(support) = level(scope, capability, value, diagnostics) else {
            continue;
        };
        let Some(of) = &capability.per else {
            if variant.is_some() {
                diagnostics.push(form(
                    &place,
                    format!("`{}` has one value, not one for each variant", capability.name),
                    &capability.name,
                ));
            } else {
                let value = CapabilityValue { capability: id, variant };
                single.insert(value, support);
            }
            continue;
        };
        let Some(variant) = variant else {
            let message = format!("`{}` has a value for each variant of `{of}`", capability.name);
            diagnostics.push(form(&place, message, &format!("{:?}", format!("{}.*", capability.name))));
            continue;
        };
        let Some(variants) = variants(types, of) else {
            diagnostics.push(no_enum(&place, capability, of, package));
            continue;
        };
        let value = |variant: &str| CapabilityValue {
            capability: id,
            variant: Some(variant.to_owned()),
        };
        if variant == EVERY {
            all.extend(variants.into_iter().map(|variant| (value(variant), support.clone())));
        } else if variants.contains(&variant.as_str()) {
            single.insert(value(&variant), support);
        } else {
            diagnostics.push(unknown_variant(scope, name, &variant, of, &variants));
        }
    }
    all.append(&mut single);
    all
}

/// The capability that a key names, and what stands behind its dot.
fn capability(
    scope: &Scope<'_>,
    name: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<(Id<Capability>, Option<String>)> {
    match name.get_ref().split_once('.') {
        Some((of, variant)) => {
            let place = Place::part(scope.document, name, 0..of.len());
            let id = scope.capability(&place, diagnostics)?;
            Some((id, Some(variant.to_owned())))
        }
        None => {
            // A key may stand without quotes.
            let place = Place::value(scope.document, name);
            let length = (place.span.end - place.span.start) as usize;
            let place = Place {
                quoted: length > place.text.len(),
                ..place
            };
            scope.capability(&place, diagnostics).map(|id| (id, None))
        }
    }
}

/// A key that isn't in the form of its capability.
fn form(place: &Place<'_>, message: String, replacement: &str) -> Diagnostic {
    Diagnostic::error("L1204", message)
        .at(place.span, "this isn't how it is stated")
        .suggestion(
            vec![Edit::new(place.span, replacement)],
            "write it in the form of its capability",
            Applicability::Unsure,
        )
}

fn no_enum(place: &Place<'_>, capability: &Capability, of: &str, package: &Package) -> Diagnostic {
    Diagnostic::error(
        "L1204",
        format!("`{}` needs an enum `{of}`, which this module doesn't have", capability.name),
    )
    .unless_unfounded()
    .at(place.span, "it has a value for each variant of that enum")
    .at(capability.span, format!("stated in the package `{}`", package.name))
    .help(format!("add `[type.{of}]`, or give the capability another name"))
}

fn unknown_variant(scope: &Scope<'_>, name: &Spanned<String>, variant: &str, of: &str, variants: &[&str]) -> Diagnostic {
    let start = name.get_ref().len() - variant.len();
    let place = Place::part(scope.document, name, start..name.get_ref().len());
    place
        .unknown("L0110", &format!("variant of `{of}`"), variants.iter().copied())
        .unless_incomplete()
}

/// The names of the variants of an enum of the module.
fn variants<'t>(types: &'t Arena<Type>, name: &str) -> Option<Vec<&'t str>> {
    let found = types.iter().find(|of| of.name == name)?;
    match &found.kind {
        TypeKind::Enum { variants, .. } => Some(variants.iter().map(|variant| variant.name.as_str()).collect()),
        _ => None,
    }
}

/// How well something is done; reports what says nothing of that, and numbers in the place of levels.
fn level(
    scope: &Scope<'_>,
    capability: &Capability,
    value: &Spanned<RawSupport>,
    diagnostics: &mut Diagnostics,
) -> Option<Support> {
    let span = tree::span(scope.document.file, value.span());
    let support = match (value.get_ref(), capability.is_number) {
        (RawSupport::Number(number), true) => u64::try_from(*number).ok().map(Support::Number),
        (RawSupport::Text(text), false) => match text.as_str() {
            "exact" => Some(Support::Exact),
            "none" => Some(Support::None),
            text => approximation(text).map(Support::Approximate),
        },
        (RawSupport::Text(text), true) if text == "none" => Some(Support::None),
        _ => None,
    };
    if support.is_none() {
        let (expected, help) = if capability.is_number {
            ("a number that isn't negative", "write the number, without quotes")
        } else {
            (
                "`exact`, `approx(…)` or `none`",
                "write `\"approx(buffered)\"`, say, with the name of the way in which it is near",
            )
        };
        diagnostics.push(
            Diagnostic::error("L1204", format!("this is no value of the capability `{}`", capability.name))
                .at(span, format!("expected {expected}"))
                .at(capability.span, "the registry states it here")
                .help(help),
        );
    }
    support
}

/// The name in `approx(buffered)`.
fn approximation(text: &str) -> Option<String> {
    let name = text.strip_prefix("approx(")?.strip_suffix(')')?.trim();
    let is_name =
        !name.is_empty() && name.len() <= 64 && !name.contains(['(', ')', '"', '\\']) && !name.contains(char::is_control);
    is_name.then(|| name.to_owned())
}
