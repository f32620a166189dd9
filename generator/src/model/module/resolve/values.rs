//! Values of fields, constants and disabled functions.

use super::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::module::TypeReference;
use crate::model::module::raw::RawValue;
use crate::model::module::surface::Value;
use crate::model::names::Place;
use crate::syntax::{Spanned, tree};

/// Units of durations, in nanoseconds.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoDuration {
    /// It isn't a number with a unit.
    Form,
    /// It is longer than can be stated.
    TooLong,
}

/// The nanoseconds of a duration: `300s`, `1ms`.
fn duration(text: &str) -> Result<u64, NoDuration> {
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '_'))
        .ok_or(NoDuration::Form)?;
    let (number, unit) = text.split_at(digits);
    let number = number.replace('_', "");
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or(NoDuration::Form)?;
    if number.is_empty() {
        return Err(NoDuration::Form);
    }
    // Of digits alone, only too many are no number.
    let number: u64 = number.parse().map_err(|_| NoDuration::TooLong)?;
    number.checked_mul(*factor).ok_or(NoDuration::TooLong)
}

/// The least and the greatest value of an integer type.
pub fn limits(signed: bool, bits: u32) -> (i128, i128) {
    let bits = bits.min(64);
    if signed {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

/// The value of a type; reports one that is of another.
pub(super) fn value(
    scope: &Scope<'_>,
    raw: &Spanned<RawValue>,
    kind: &TypeReference,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let found = match (kind, raw.get_ref()) {
        (TypeReference::Bool, RawValue::Bool(truth)) => Some(Value::Bool(*truth)),
        (TypeReference::Bool, RawValue::Text(text)) if text == "true" || text == "false" => Some(Value::Bool(text == "true")),
        // A text holds what is too large for an integer of TOML.
        (TypeReference::Integer { signed, bits }, RawValue::Integer(_) | RawValue::Text(_))
            if integer(raw.get_ref()).is_some() =>
        {
            let number = integer(raw.get_ref()).unwrap_or_default();
            let (low, high) = limits(*signed, *bits);
            if !(low..=high).contains(&number) {
                let span = tree::span(scope.document.file, raw.span());
                diagnostics.push(
                    Diagnostic::error("L0109", format!("{number} is out of the range of its type"))
                        .at(span, format!("must be between {low} and {high}"))
                        .help("choose another number or a wider type"),
                );
                return None;
            }
            Some(Value::Integer(number))
        }
        (TypeReference::Float(bits), RawValue::Float(number)) if number.is_finite() => {
            if *bits == 32 && number.abs() > f64::from(f32::MAX) {
                diagnostics.push(
                    Diagnostic::error("L0109", format!("{number:e} is out of the range of its type"))
                        .at(
                            tree::span(scope.document.file, raw.span()),
                            format!("an `f32` is at most {:e}", f32::MAX),
                        )
                        .help("choose another number, or `f64`"),
                );
                return None;
            }
            Some(Value::Float(*number))
        }
        #[expect(clippy::cast_precision_loss, reason = "the nearest number is meant")]
        (TypeReference::Float(_), RawValue::Integer(number)) => Some(Value::Float(*number as f64)),
        (TypeReference::String | TypeReference::Str, RawValue::Text(text)) => Some(Value::Text(text.clone())),
        (TypeReference::Duration, RawValue::Text(text)) => match duration(text) {
            Ok(nanoseconds) => Some(Value::Duration(nanoseconds)),
            Err(NoDuration::Form) => None,
            Err(NoDuration::TooLong) => {
                diagnostics.push(
                    Diagnostic::error(
                        "L0109",
                        format!("the duration {:?} is out of range", text.chars().take(40).collect::<String>()),
                    )
                    .at(
                        tree::span(scope.document.file, raw.span()),
                        "durations have 64 bits of nanoseconds: at most `\"18446744073s\"`, some 584 years",
                    )
                    .help("choose a shorter one; `\"none\"` of an `Option<Duration>` says that there is no end"),
                );
                return None;
            }
        },
        (TypeReference::Option(_), RawValue::Text(text)) if text == "none" => Some(Value::None),
        (TypeReference::Option(inner), _) => {
            return value(scope, raw, inner, diagnostics).map(Box::new).map(Value::Some);
        }
        (TypeReference::Vec(_) | TypeReference::Library(_), RawValue::Empty) => Some(Value::Empty),
        (TypeReference::Named(id), RawValue::Text(text)) => {
            // A type with errors has no variants here, and is no further error.
            let variants = scope.variants.get(&id.index());
            if let Some(variants) = variants {
                let position = variants.iter().position(|variant| variant == text);
                if position.is_none() {
                    let place = Place {
                        text,
                        span: tree::span(scope.document.file, raw.span()),
                        quoted: true,
                        exact: true,
                    };
                    let names = variants.iter().map(String::as_str);
                    diagnostics.push(place.unknown("L0110", "variant", names).unless_incomplete());
                    return None;
                }
                position.map(|position| Value::Variant(*id, position))
            } else {
                None
            }
        }
        _ => None,
    };
    if found.is_none() {
        diagnostics.push(
            Diagnostic::error("L1203", format!("{} is no value of this type", shown(raw.get_ref())))
                .at(
                    tree::span(scope.document.file, raw.span()),
                    format!("expected {}", expected(kind)),
                )
                .help(format!("write {}", expected(kind))),
        );
    }
    found
}

/// The integer that is written as a number or as a text.
fn integer(raw: &RawValue) -> Option<i128> {
    match raw {
        RawValue::Integer(number) => Some(i128::from(*number)),
        RawValue::Text(text) => text.replace('_', "").parse().ok(),
        _ => None,
    }
}

fn shown(raw: &RawValue) -> String {
    match raw {
        RawValue::Bool(truth) => format!("`{truth}`"),
        RawValue::Integer(number) => format!("the integer {number}"),
        RawValue::Float(number) => format!("the number {number}"),
        RawValue::Text(text) => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        RawValue::Empty => "`[]`".to_owned(),
    }
}

fn expected(kind: &TypeReference) -> String {
    match kind {
        TypeReference::Bool => "`true` or `false`".to_owned(),
        TypeReference::Integer { .. } => "an integer".to_owned(),
        TypeReference::Float(_) => "a finite number".to_owned(),
        TypeReference::String | TypeReference::Str => "a text".to_owned(),
        TypeReference::Duration => "a number with a unit (`ns`, `us`, `ms`, `s`, `min`, `h`), such as `\"300s\"`".to_owned(),
        TypeReference::Option(inner) => format!("`\"none\"` or {}", expected(inner)),
        TypeReference::Vec(_) | TypeReference::Library(_) => "`[]`: nothing but an empty one can be stated".to_owned(),
        TypeReference::Named(_) => "a variant, if the type is an enum: values of other types can't be stated".to_owned(),
        TypeReference::Slice | TypeReference::Reference(_) | TypeReference::State(_) => {
            "no value: those of this type can't be stated".to_owned()
        }
    }
}

/// The least or greatest value of a field: an integer, or nanoseconds of a duration.
pub(super) fn bound(
    scope: &Scope<'_>,
    raw: &Spanned<RawValue>,
    kind: &TypeReference,
    diagnostics: &mut Diagnostics,
) -> Option<i128> {
    match (kind, raw.get_ref()) {
        (TypeReference::Option(inner), _) => bound(scope, raw, inner, diagnostics),
        (TypeReference::Integer { .. } | TypeReference::Duration, _) => match value(scope, raw, kind, diagnostics)? {
            Value::Integer(number) => Some(number),
            Value::Duration(nanoseconds) => Some(i128::from(nanoseconds)),
            _ => None,
        },
        (TypeReference::Float(_), RawValue::Integer(number)) => Some(i128::from(*number)),
        _ => {
            diagnostics.push(
                Diagnostic::error("L1203", format!("{} is no bound of this type", shown(raw.get_ref())))
                    .at(
                        tree::span(scope.document.file, raw.span()),
                        "only numbers and durations have bounds, and these are integers and durations",
                    )
                    .help("remove it"),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("300s"), Ok(300_000_000_000));
        assert_eq!(duration("1_000 us"), Ok(1_000_000));
        assert_eq!(duration("18446744073s"), Ok(18_446_744_073_000_000_000));
        for text in ["", "300", "s", "_s", "-1s", "1 fortnight", "1.5s"] {
            assert_eq!(duration(text), Err(NoDuration::Form), "{text}");
        }
        for text in ["99999999999h", "18446744074s", "99999999999999999999999ns"] {
            assert_eq!(duration(text), Err(NoDuration::TooLong), "{text}");
        }
        assert_eq!(limits(false, 64), (0, i128::from(u64::MAX)));
        assert_eq!(limits(true, 8), (-128, 127));
    }
}
