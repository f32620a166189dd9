//! Conversions, boxes and casts.

use raya_facts::{ClassId, TrapKind, TypeId};

use crate::any::Any;
use crate::context::{Context, Object};
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};

/// Whether an `any` holds a value of a type.
#[raya_macros::op(is_type)]
pub fn is_type(context: &Context, value: Any, t: TypeId) -> bool {
    types::is_of(context, value, t)
}

/// The value with its kind.
#[raya_macros::op(box)]
pub fn box_value(value: Value) -> Any {
    value.to_any()
}

/// The value of an `any` in the representation of a type.
///
/// # Errors
///
/// [`TrapKind::TypeError`] when it is of another type.
#[raya_macros::op(unbox)]
pub fn unbox(context: &Context, value: Any, t: TypeId) -> Result<Value, Trap> {
    if types::any_holds(context, value, t)
        && let Some(value) = value.to_slot(types::slot(t))
    {
        return Ok(value);
    }
    let (expected, found) = (types::name(context, t), types::describe(context, value));
    Err(Trap::new(
        TrapKind::TypeError,
        format!("expected a value of type {expected}, found {found}"),
    ))
}

/// Whether a reference is to an object of a class or of one of its subclasses.
#[raya_macros::op(is_class)]
pub fn is_class(context: &Context, value: Ref, c: ClassId) -> bool {
    match context.heap.get(value) {
        Some(Object::Instance(instance)) => context.layouts.is_subclass(types::class_of_instance(&instance), c),
        _ => false,
    }
}

/// The reference itself, if it is null or to an object of the class or of one of its subclasses.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for anything else.
#[raya_macros::op(cast_class)]
pub fn cast_class(context: &Context, value: Ref, c: ClassId) -> Result<Ref, Trap> {
    if value.is_null() || is_class(context, value, c) {
        return Ok(value);
    }
    let expected = context.module.classes.get(c.index()).map_or("?", |class| class.name.as_str());
    let found = types::describe(context, Any::from_ref(value));
    Err(Trap::new(
        TrapKind::TypeError,
        format!("expected an object of class {expected}, found {found}"),
    ))
}

/// A float truncated toward zero.
///
/// # Errors
///
/// [`TrapKind::InvalidNumber`] for what is outside of the range of an integer.
#[raya_macros::op(float_to_int)]
pub fn float_to_int(a: f64) -> Result<i32, Trap> {
    let whole = a.trunc();
    if whole >= f64::from(i32::MIN) && whole <= f64::from(i32::MAX) {
        // In range, so that the conversion is exact.
        Ok(whole as i32)
    } else {
        Err(Trap::new(
            TrapKind::InvalidNumber,
            format!("{} is outside of the range of an int", crate::number::float_text(a)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_become_integers_only_in_range() {
        for (float, int) in [
            (3.9, 3),
            (-3.9, -3),
            (2_147_483_647.9, i32::MAX),
            (-2_147_483_648.9, i32::MIN),
            (-0.0, 0),
        ] {
            assert_eq!(float_to_int(float), Ok(int));
        }
        for float in [
            2_147_483_648.0,
            -2_147_483_649.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e300,
        ] {
            assert_eq!(float_to_int(float).map_err(|trap| trap.kind), Err(TrapKind::InvalidNumber));
        }
    }
}
