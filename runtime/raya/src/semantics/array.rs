//! Arrays of one element type.

use raya_facts::{TrapKind, TypeId};

use crate::context::Context;
use crate::object::{Array, Items, Object};
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
    let slot = types::slot(element);
    // Checked before the elements are there: a program must not be able to take the host's memory.
    context.heap.check_room(length * Items::width(slot))?;
    let items = Items::zeros(slot, length);
    context.heap.allocate(Object::Array(Array { element, items }))
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
    let element = usize::try_from(index).ok().and_then(|index| array.items.get(index));
    element.ok_or_else(|| out_of_range(i64::from(index), array.items.len()))
}

/// Changes an element.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::IndexOutOfRange`].
#[raya_macros::op(store_elem)]
pub fn store_elem(context: &mut Context, array: Ref, index: i32, value: Value) -> Result<(), Trap> {
    let items = &mut object_mut!(context, array, Object::Array, "an array").items;
    let position = usize::try_from(index).ok().filter(|index| *index < items.len());
    let Some(position) = position else {
        return Err(out_of_range(i64::from(index), items.len()));
    };
    match items.set(position, value) {
        Ok(_) => {}
        Err(trip) => context.trip(trip),
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
    Ok(i32::try_from(array.items.len()).unwrap_or(i32::MAX))
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
    let items = &mut object_mut!(context, array, Object::Array, "an array").items;
    if items.len() < values.len() {
        return Err(out_of_range(i64::from(n) - 1, items.len()));
    }
    let mut fault = None;
    for (index, value) in values.into_iter().enumerate() {
        if let Err(trip) = items.set(index, value) {
            fault = Some(trip);
        }
    }
    if let Some(trip) = fault {
        context.trip(trip);
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
    let items = &object!(context, array, Object::Array, "an array").items;
    let limit = context.limits.array;
    if items.len() >= limit {
        return Err(Trap::new(
            TrapKind::HeapLimit,
            format!("an array of more than {limit} elements"),
        ));
    }
    let width = Items::width(items.slot());
    context.heap.reserve(width)?;
    let pushed = object_mut!(context, array, Object::Array, "an array").items.push(value);
    if let Err(trip) = pushed {
        context.trip(trip);
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
    let items = &mut object_mut!(context, array, Object::Array, "an array").items;
    let Some(value) = items.pop() else {
        return Err(out_of_range(-1, 0));
    };
    let width = Items::width(items.slot());
    context.heap.release(width);
    Ok(value)
}
