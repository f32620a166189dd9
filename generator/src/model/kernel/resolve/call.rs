//! Resolves a call.

use std::collections::BTreeMap;

use super::{Scope, key_place, parameter};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::kernel::call::{Call, GasPer, Parameter, ParameterType, Scalar};
use crate::model::kernel::raw::RawCall;
use crate::model::names::{self, Place, number};
use crate::suggest::list;
use crate::syntax::{Entry, Spanned};

/// The call of an entry; none if what others depend on is wrong in it.
pub(super) fn resolve(entry: &Entry<'_>, raw: RawCall, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Call> {
    let document = entry.document;
    let code = number(document, &raw.code, "number", 0..=65_535, diagnostics);
    let group = scope.group_names.resolve(&Place::value(document, &raw.group), diagnostics);
    let parameters = parameters(entry, &raw, scope, diagnostics);
    let returns = parameter::returns(document, &raw.returns, scope, diagnostics);
    let mut errors = Vec::new();
    for text in &raw.errors {
        let place = Place::value(document, text);
        match scope.error_names.resolve(&place, diagnostics) {
            Some(error) if errors.contains(&error) => diagnostics.push(names::twice(&place)),
            error => errors.extend(error),
        }
    }
    let gas = number(document, &raw.gas, "price", 0..=1 << 40, diagnostics);
    let since = number(document, &raw.since, "version", 1..=65_535, diagnostics);
    let budgets = scope.budgets(entry, "budget", &raw.budget, diagnostics);
    let mut parameters = parameters?;
    needs(entry, &raw.needs, &mut parameters, scope, diagnostics);
    let gas_per = match &raw.gas_per {
        Some(stated) => Some(gas_per(entry, stated.get_ref(), &parameters, diagnostics)?),
        None => None,
    };
    Some(Call {
        name: entry.name().to_owned(),
        doc: raw.doc.into_inner(),
        reason: raw.reason.map(Spanned::into_inner),
        code: code?,
        group: group?,
        parameters,
        returns: returns?,
        errors,
        gas: gas?,
        gas_per,
        budgets,
        switches: raw.switches,
        sem: raw.sem.into_inner(),
        since: since?,
        span: entry.span(),
    })
}

fn parameters(entry: &Entry<'_>, raw: &RawCall, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Vec<Parameter>> {
    let read = |text| parameter::parameter(entry.document, text, scope, diagnostics);
    let read: Vec<Option<Parameter>> = raw.params.iter().map(read).collect();
    let read: Vec<Parameter> = read.into_iter().collect::<Option<_>>()?;
    let mut kept: Vec<Parameter> = Vec::new();
    for parameter in read {
        match kept.iter().find(|first| first.name == parameter.name) {
            Some(first) => diagnostics.push(names::duplicate("parameter", &parameter.name, parameter.span, first.span)),
            None => kept.push(parameter),
        }
    }
    Some(kept)
}

/// Reads what the capabilities of a call need into its parameters.
fn needs(
    entry: &Entry<'_>,
    stated: &BTreeMap<String, Spanned<Vec<Spanned<String>>>>,
    parameters: &mut [Parameter],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) {
    for (name, list) in stated {
        let place = key_place(entry, &["needs"], name);
        let Some(position) = position(&place, parameters, diagnostics) else {
            continue;
        };
        if let ParameterType::Scalar(scalar) = parameters[position].of {
            diagnostics.push(
                Diagnostic::error("L1302", format!("`needs` speaks of `{name}`, which is no capability"))
                    .at(place.span, format!("this parameter is of type `{}`", scalar.name()))
                    .note("only a capability has rights that a call can need")
                    .help("remove it, or make the parameter a capability: `cap<page>`, say"),
            );
            continue;
        }
        for text in list.get_ref() {
            let place = Place::value(entry.document, text);
            let is_rights =
                |parameter: &Parameter| parameter.name == place.text && parameter.of == ParameterType::Scalar(Scalar::Rights);
            if let Some(argument) = parameters.iter().position(is_rights) {
                parameters[position].needs.argument = Some(argument);
            } else if let Some(right) = scope.right_names.resolve(&place, diagnostics) {
                match parameters[position].needs.rights.contains(&right) {
                    true => diagnostics.push(names::twice(&place)),
                    false => parameters[position].needs.rights.push(right),
                }
            }
        }
        parameters[position].needs.rights.sort_unstable();
    }
}

fn gas_per(
    entry: &Entry<'_>,
    (name, units): &(Spanned<String>, Spanned<i64>),
    parameters: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Option<GasPer> {
    let units = number(entry.document, units, "number of units", 1..=1 << 40, diagnostics);
    let place = Place::value(entry.document, name);
    let parameter = position(&place, parameters, diagnostics)?;
    let counts = [Scalar::Count, Scalar::Length].map(ParameterType::Scalar);
    if !counts.contains(&parameters[parameter].of) {
        diagnostics.push(
            Diagnostic::error("L1302", format!("`gas_per` speaks of `{}`, which is no amount", place.text))
                .at(place.span, "neither a `count` nor a `length`")
                .help("name a parameter of one of these types"),
        );
        return None;
    }
    Some(GasPer {
        parameter,
        units: units?,
    })
}

/// The position of the parameter that a place names; reports a name that none has.
fn position(place: &Place<'_>, parameters: &[Parameter], diagnostics: &mut Diagnostics) -> Option<usize> {
    let found = parameters.iter().position(|parameter| parameter.name == place.text);
    if found.is_none() {
        let names = parameters.iter().map(|parameter| parameter.name.as_str());
        diagnostics.push(
            Diagnostic::error("L1302", format!("the call has no parameter `{}`", place.text))
                .at(place.span, "no such parameter")
                .note(match parameters {
                    [] => "it has no parameter at all".to_owned(),
                    _ => format!("its parameters are {}", list(names)),
                })
                .help("name one of its parameters, or remove this"),
        );
    }
    found
}
