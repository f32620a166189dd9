//! Parses parameters and results: `page: cap<page>`, `cap<process>?`, `unit`.

use super::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::kernel::call::SCALARS;
use crate::model::kernel::{Needs, Parameter, ParameterType, Returns};
use crate::model::names::{self, Place};
use crate::suggest::list;
use crate::syntax::{Document, Spanned};

/// What results have beside the types of parameters.
const RESULTS: &[(&str, Returns)] = &[
    ("unit", Returns::Unit),
    ("never", Returns::Never),
    ("message", Returns::Message),
];

/// A parameter: `page: cap<page>`.
pub(super) fn parameter(
    document: &Document,
    text: &Spanned<String>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Parameter> {
    let whole = Place::value(document, text);
    let Some(colon) = whole.text.find(':') else {
        diagnostics.push(
            Diagnostic::error("L1301", format!("`{}` is no parameter", whole.text))
                .at(whole.span, "a name, a colon and a type are expected")
                .help("write it as `\"page: cap<page>\"`, say"),
        );
        return None;
    };
    let name = part(document, text, 0..colon);
    let of = part(document, text, colon + 1..whole.text.len());
    if !names::check_name("a parameter", name.text, name.span, false, diagnostics) {
        return None;
    }
    Some(Parameter {
        name: name.text.to_owned(),
        of: parameter_type(document, text, &of, true, scope, diagnostics)?,
        needs: Needs::default(),
        span: whole.span,
    })
}

/// What a call gives.
pub(super) fn returns(
    document: &Document,
    text: &Spanned<String>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Returns> {
    let whole = Place::value(document, text);
    if let Some((_, returns)) = RESULTS.iter().find(|(word, _)| *word == whole.text) {
        return Some(*returns);
    }
    Some(match parameter_type(document, text, &whole, false, scope, diagnostics)? {
        ParameterType::Capability { object, .. } => Returns::Capability(object),
        ParameterType::Scalar(scalar) => Returns::Scalar(scalar),
    })
}

fn parameter_type(
    document: &Document,
    value: &Spanned<String>,
    place: &Place<'_>,
    is_parameter: bool,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<ParameterType> {
    let (base, optional) = match place.text.strip_suffix('?') {
        Some(base) if is_parameter => (base, true),
        _ => (place.text, false),
    };
    if base == "cap" && !optional {
        return Some(ParameterType::Capability { object: None, optional });
    }
    if let Some(name) = base.strip_prefix("cap<").and_then(|rest| rest.strip_suffix('>')) {
        // Offsets in the value: a part that was cut out of it is a slice of its text.
        let start = name.as_ptr() as usize - value.get_ref().as_ptr() as usize;
        let place = Place::part(document, value, start..start + name.len());
        let object = scope.object_names.resolve(&place, diagnostics)?;
        return Some(ParameterType::Capability {
            object: Some(object),
            optional,
        });
    }
    if let Some((_, scalar)) = SCALARS.iter().find(|(word, _)| *word == base)
        && !optional
    {
        return Some(ParameterType::Scalar(*scalar));
    }
    let words = ["cap<…>", "cap"].into_iter().chain(SCALARS.iter().map(|(word, _)| *word));
    let results = RESULTS.iter().map(|(word, _)| *word).filter(|_| !is_parameter);
    let known = list(words.chain(results));
    let mut diagnostic = Diagnostic::error(
        "L1301",
        format!(
            "`{}` is no type of a {}",
            place.text,
            if is_parameter { "parameter" } else { "result" }
        ),
    )
    .at(place.span, "not one of the types")
    .note(format!("the types are {known}"));
    if place.text.ends_with('?') {
        diagnostic = diagnostic.help("only a capability of one kind that is a parameter can be null");
    }
    diagnostics.push(diagnostic);
    None
}

/// A part of a text value without the spaces around it.
fn part<'a>(document: &Document, value: &'a Spanned<String>, range: std::ops::Range<usize>) -> Place<'a> {
    let text = value.get_ref().get(range.clone()).unwrap_or_default();
    let start = range.start + (text.len() - text.trim_start().len());
    Place::part(document, value, start..start + text.trim().len())
}
