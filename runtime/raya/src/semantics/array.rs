//! Arrays of one element type.

use raya_facts::{TrapKind, TypeId};
use raya_heap::PushError;

use crate::context::Context;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};
use crate::{object, object_mut};

fn out_of_range(index: i64, length: usize) -> Trap {
    Trap::new(
        TrapKind::IndexOutOfRange,
        format!("index {index} of an array of length {length}"),
    )
}

/// A new array of `length` zeros.
pub(crate) fn allocate(context: &mut Context, element: TypeId, length: usize) -> Result<Ref, Trap> {
    if length > context.limits.array {
        let limit = context.limits.array;
        return Err(Trap::new(
            TrapKind::HeapLimit,
            format!("an array of {length} elements; the limit is {limit}"),
        ));
    }
    Ok(context.heap.allocate_array(element, types::slot(element), length)?)
}

/// A new array of zeros.
///
/// # Errors
///
/// [`TrapKind::InvalidArgument`] for a negative length, [`TrapKind::HeapLimit`].
#[raya_macros::op(new_array)]
pub fn new_array(context: &mut Context, length: i32, t: TypeId) -> Result<Ref, Trap> {
    match usize::try_from(length) {
        Ok(length) => allocate(context, t, length),
        Err(_) => Err(Trap::new(
            TrapKind::InvalidArgument,
            format!("an array can't have the length {length}"),
        )),
    }
}

/// An element.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::IndexOutOfRange`].
#[raya_macros::op(load_elem)]
pub fn load_elem(context: &Context, array: Ref, index: i32) -> Result<Value, Trap> {
    let array = object!(context, array, Object::Array, "an array");
    let element = usize::try_from(index).ok().and_then(|index| array.get(index));
    element.ok_or_else(|| out_of_range(i64::from(index), array.len()))
}

/// Changes an element.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::IndexOutOfRange`].
#[raya_macros::op(store_elem)]
pub fn store_elem(context: &mut Context, array: Ref, index: i32, value: Value) -> Result<(), Trap> {
    let mut array = object_mut!(context, array, Object::Array, "an array");
    let position = usize::try_from(index).ok().filter(|index| *index < array.len());
    let Some(position) = position else {
        return Err(out_of_range(i64::from(index), array.len()));
    };
    if let Err(wrong) = array.set(position, value) {
        context.trip(wrong.into());
    }
    Ok(())
}

/// The number of elements.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(array_len)]
pub fn array_len(context: &Context, array: Ref) -> Result<i32, Trap> {
    let array = object!(context, array, Object::Array, "an array");
    Ok(i32::try_from(array.len()).unwrap_or(i32::MAX))
}

/// A new array of `n` zeros, for [`init_array`] to fill.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(array_literal)]
pub fn array_literal(context: &mut Context, t: TypeId, n: u32) -> Result<Ref, Trap> {
    allocate(context, t, n as usize)
}

/// Fills the first elements of an array and gives it back.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::IndexOutOfRange`] when it has fewer elements than there are values.
#[raya_macros::op(init_array)]
pub fn init_array(context: &mut Context, array: Ref, values: Vec<Value>, n: u16) -> Result<Ref, Trap> {
    let mut elements = object_mut!(context, array, Object::Array, "an array");
    if elements.len() < values.len() {
        return Err(out_of_range(i64::from(n) - 1, elements.len()));
    }
    let mut fault = None;
    for (index, value) in values.into_iter().enumerate() {
        if let Err(wrong) = elements.set(index, value) {
            fault = Some(wrong);
        }
    }
    if let Some(wrong) = fault {
        context.trip(wrong.into());
    }
    Ok(array)
}

/// Appends an element.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::HeapLimit`].
#[raya_macros::op(array_push)]
pub fn array_push(context: &mut Context, array: Ref, value: Value) -> Result<(), Trap> {
    let length = object!(context, array, Object::Array, "an array").len();
    let limit = context.limits.array;
    if length >= limit {
        return Err(Trap::new(
            TrapKind::HeapLimit,
            format!("an array of more than {limit} elements"),
        ));
    }
    match object_mut!(context, array, Object::Array, "an array").push(value) {
        Ok(()) => {}
        Err(PushError::Exhausted(error)) => return Err(error.into()),
        Err(PushError::WrongSlot(wrong)) => context.trip(wrong.into()),
    }
    Ok(())
}

/// Removes the last element and gives it.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::IndexOutOfRange`] for an empty array.
#[raya_macros::op(array_pop)]
pub fn array_pop(context: &mut Context, array: Ref) -> Result<Value, Trap> {
    let popped = object_mut!(context, array, Object::Array, "an array").pop();
    popped.ok_or_else(|| out_of_range(-1, 0))
}
