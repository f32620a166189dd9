//! Closures and the cells by which they share variables.

use raya_facts::{CaptureId, FunctionId, LocalId, TrapKind, TypeId};

use crate::any::Any;
use crate::context::{Context, Object, ObjectMut};
use crate::frame::Frame;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};
use crate::{object, object_mut};

/// A closure of a function, whose first captures are the values and whose further ones are zeros.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(make_closure)]
pub fn make_closure(context: &mut Context, captured: Vec<Value>, f: FunctionId, _n: u16) -> Result<Value, Trap> {
    let Some(function) = context.module.functions.get(f.index()) else {
        context.bad_index("function", f.0, context.module.functions.len());
        return Ok(Value::Ref(Ref::NULL));
    };
    let filled = captured.len();
    if filled > function.captures.len() {
        context.wrong_count("captures of the function", function.captures.len(), filled);
    }
    let count = filled.min(function.captures.len());
    let shape = context.heap.shape_of_captures(f);
    let closure = context.heap.allocate_record(shape)?;
    let mut fault = None;
    if let Some(ObjectMut::Closure(mut target)) = context.heap.get_mut(closure) {
        for (index, value) in captured.into_iter().take(count).enumerate() {
            if let Err(wrong) = target.captures.set(index, value) {
                fault = Some(wrong);
            }
        }
        target.set_filled(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if let Some(wrong) = fault {
        context.trip(wrong.into());
    }
    Ok(Value::Ref(closure))
}

/// Copies a variable into the next capture that has no value yet.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::InvalidArgument`] when every capture has a value; [`TrapKind::TypeError`] when the declared types
/// differ.
#[raya_macros::op(close_var)]
pub fn close_var(context: &mut Context, frame: &Frame, closure: Value, slot: LocalId) -> Result<Value, Trap> {
    let current = context.function(frame.function)?;
    let mut locals = current.params.iter().chain(&current.locals);
    let declared = locals.nth(slot.index()).map(|local| local.r#type);
    close(context, context.reference(closure), frame.local(slot), declared)?;
    Ok(closure)
}

/// What [`close_var`] does with a variable of this value and declared type.
///
/// # Errors
///
/// As [`close_var`].
pub fn close(context: &mut Context, closure: Ref, value: Value, declared: Option<TypeId>) -> Result<(), Trap> {
    let target = object!(context, closure, Object::Closure, "a function");
    let position = target.filled();
    let function = context.function(target.function())?;
    let Some(capture) = function.captures.get(position) else {
        let message = format!(
            "every capture of `{}` has a value: it has {}",
            function.name,
            function.captures.len()
        );
        return Err(Trap::new(TrapKind::InvalidArgument, message));
    };
    if declared.is_some_and(|declared| declared != capture.r#type) {
        let expected = types::name(context, capture.r#type);
        let found = declared.map_or(String::new(), |found| types::name(context, found));
        let message = format!(
            "capture `{}` of `{}` is of type {expected}, the variable of type {found}",
            capture.name, function.name
        );
        return Err(Trap::new(TrapKind::TypeError, message));
    }
    let value = context.fit(value, capture.r#type);
    let mut target = object_mut!(context, closure, Object::Closure, "a function");
    let stored = target.captures.set(position, value);
    target.set_filled(u32::try_from(position + 1).unwrap_or(u32::MAX));
    if let Err(wrong) = stored {
        context.trip(wrong.into());
    }
    Ok(())
}

/// A captured variable. A function with captures that was called without a closure trips.
#[raya_macros::op(load_captured)]
pub fn load_captured(context: &Context, frame: &Frame, i: CaptureId) -> Value {
    // A function that runs without a closure has no captures.
    let captures = match context.heap.get(frame.closure) {
        Some(Object::Closure(closure)) => Some(closure.captures()),
        _ => None,
    };
    captures.and_then(|captures| captures.get(i.index())).unwrap_or_else(|| {
        context.bad_index("capture", i.0, captures.map_or(0, |captures| captures.len()));
        Value::Any(Any::NULL)
    })
}

/// Changes a captured variable of the closure that runs.
#[raya_macros::op(store_captured)]
pub fn store_captured(context: &mut Context, frame: &Frame, value: Value, i: CaptureId) {
    let value = context.fit_slot(value, load_captured(context, frame, i).slot());
    if let Some(ObjectMut::Closure(mut closure)) = context.heap.get_mut(frame.closure)
        && let Err(wrong) = closure.captures.set(i.index(), value)
    {
        context.trip(wrong.into());
    }
}

/// Gives a capture of a closure its value, so that a closure can capture itself.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::TypeError`] when the closure was made from another function.
#[raya_macros::op(set_closure_capture)]
pub fn set_closure_capture(context: &mut Context, closure: Value, value: Value, f: FunctionId, i: u16) -> Result<Value, Trap> {
    let reference = context.reference(closure);
    let target = object!(context, reference, Object::Closure, "a function");
    if target.function() != f {
        let (expected, found) = (context.function(f)?, context.function(target.function())?);
        let message = format!("expected a closure of `{}`, found one of `{}`", expected.name, found.name);
        return Err(Trap::new(TrapKind::TypeError, message));
    }
    let Some(before) = target.captures().get(usize::from(i)) else {
        context.bad_index("capture", u32::from(i), target.captures().len());
        return Ok(closure);
    };
    let value = context.fit_slot(value, before.slot());
    let mut target = object_mut!(context, reference, Object::Closure, "a function");
    if let Err(wrong) = target.captures.set(usize::from(i), value) {
        context.trip(wrong.into());
    }
    Ok(closure)
}

/// A new cell with a value in it.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(new_refcell)]
pub fn new_refcell(context: &mut Context, value: Value, t: TypeId) -> Result<Ref, Trap> {
    let value = context.fit(value, t);
    let shape = context.heap.shape_of_cell(t, value.slot());
    let cell = context.heap.allocate_record(shape)?;
    store_refcell(context, cell, value)?;
    Ok(cell)
}

/// What is in a cell.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(load_refcell)]
pub fn load_refcell(context: &Context, cell: Ref) -> Result<Value, Trap> {
    let content = object!(context, cell, Object::Cell, "a cell").get(0);
    // A cell has exactly one word.
    Ok(content.unwrap_or(Value::Any(Any::NULL)))
}

/// Changes what is in a cell.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(store_refcell)]
pub fn store_refcell(context: &mut Context, cell: Ref, value: Value) -> Result<(), Trap> {
    if let Err(wrong) = object_mut!(context, cell, Object::Cell, "a cell").set(0, value) {
        context.trip(wrong.into());
    }
    Ok(())
}
