//! Fixed sequences of values of different types.

use raya_facts::{ElementId, TrapKind, TypeDefinition, TypeId};

use crate::any::Any;
use crate::context::{Context, Object, kind};
use crate::semantics::object::fill;
use crate::trap::Trap;
use crate::trip::Trip;
use crate::types;
use crate::value::{Ref, SlotKind, Value};
use crate::{object, object_mut};

/// A new tuple of zeros, for [`init_tuple`] to fill.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(tuple_literal)]
pub fn tuple_literal(context: &mut Context, t: TypeId, n: u16) -> Result<Value, Trap> {
    let Some(TypeDefinition::Tuple { elements }) = types::definition(context, t) else {
        context.trip(Trip::WrongType {
            expected: "tuple".to_owned(),
            found: types::name(context, t),
        });
        return Ok(Value::Ref(Ref::NULL));
    };
    if elements.len() != usize::from(n) {
        context.wrong_count("elements of the tuple", elements.len(), usize::from(n));
    }
    let slots: Vec<SlotKind> = elements.iter().map(|element| types::slot(*element)).collect();
    let shape = context.heap.shape_of_tuple(t, &slots);
    Ok(Value::Ref(context.heap.allocate_record(shape)?))
}

/// Fills all elements of a tuple and gives it back.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(init_tuple)]
pub fn init_tuple(context: &mut Context, tuple: Value, values: Vec<Value>, n: u16) -> Result<Value, Trap> {
    let reference = context.reference(tuple);
    let length = object!(context, reference, Object::Tuple, "a tuple").len();
    if length != usize::from(n) || values.len() != usize::from(n) {
        context.wrong_count("elements of the tuple", length, usize::from(n));
        return Ok(tuple);
    }
    let mut items = object_mut!(context, reference, Object::Tuple, "a tuple");
    if let Err(wrong) = fill(&mut items, values) {
        context.trip(wrong.into());
    }
    Ok(tuple)
}

/// An element by an index that is known only now, so that it comes with its kind.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::TypeError`], [`TrapKind::IndexOutOfRange`].
#[raya_macros::op(tuple_get)]
pub fn tuple_get(context: &Context, tuple: Ref, index: i32) -> Result<Any, Trap> {
    let items = match context.object(tuple, "a tuple")? {
        Object::Tuple(tuple) => tuple,
        other => {
            return Err(Trap::new(
                TrapKind::TypeError,
                format!("expected a tuple, found {}", kind(&other)),
            ));
        }
    };
    let item = usize::try_from(index).ok().and_then(|index| items.get(index));
    match item {
        Some(item) => Ok(item.to_any()),
        None => Err(Trap::new(
            TrapKind::IndexOutOfRange,
            format!("index {index} of a tuple of {} elements", items.len()),
        )),
    }
}

/// The element at a fixed place.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(tuple_field)]
pub fn tuple_field(context: &Context, tuple: Ref, i: ElementId) -> Result<Value, Trap> {
    let items = object!(context, tuple, Object::Tuple, "a tuple");
    Ok(items.get(i.index()).unwrap_or_else(|| {
        context.bad_index("tuple element", i.0, items.len());
        Value::Any(Any::NULL)
    }))
}
