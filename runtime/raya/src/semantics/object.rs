//! Objects of classes, their fields, and static fields.

use raya_facts::{ClassId, FieldId, ShortFieldId, StaticId};

use crate::any::Any;
use crate::context::Context;
use crate::layout;
use crate::object::{Instance, Object};
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, SlotKind, Value};
use crate::{object, object_mut};

/// A new object; every field is the zero of its type.
///
/// # Errors
///
/// [`HeapLimit`](raya_facts::TrapKind::HeapLimit).
#[raya_macros::op(new)]
pub fn new(context: &mut Context, c: ClassId) -> Result<Ref, Trap> {
    let fields = layout::field_types(context, c)
        .iter()
        .map(|field| types::zero(*field))
        .collect();
    context.heap.allocate(Object::Instance(Instance { class: c, fields }))
}

/// The value of a field; one that does not exist trips.
fn field(context: &Context, instance: &Instance, index: u32) -> Value {
    match instance.fields.get(index as usize) {
        Some(value) => *value,
        None => {
            context.bad_index("field", index, instance.fields.len());
            Value::Any(Any::NULL)
        }
    }
}

/// A field.
///
/// # Errors
///
/// [`NullReference`](raya_facts::TrapKind::NullReference).
#[raya_macros::op(load_field)]
pub fn load_field(context: &Context, object: Ref, field_id: FieldId) -> Result<Value, Trap> {
    let instance = object!(context, object, Object::Instance, "an object");
    Ok(field(context, instance, field_id.0))
}

/// Changes a field. It keeps its representation.
///
/// # Errors
///
/// [`NullReference`](raya_facts::TrapKind::NullReference).
#[raya_macros::op(store_field)]
pub fn store_field(context: &mut Context, object: Ref, value: Value, field_id: FieldId) -> Result<(), Trap> {
    let instance = object!(context, object, Object::Instance, "an object");
    let value = context.fit_slot(value, field(context, instance, field_id.0).slot());
    let instance = object_mut!(context, object, Object::Instance, "an object");
    if let Some(place) = instance.fields.get_mut(field_id.index()) {
        *place = value;
    }
    Ok(())
}

/// One of the first 256 fields.
///
/// # Errors
///
/// [`NullReference`](raya_facts::TrapKind::NullReference).
#[raya_macros::op(load_field_fast)]
pub fn load_field_fast(context: &Context, object: Ref, field: ShortFieldId) -> Result<Value, Trap> {
    load_field(context, object, FieldId(field.0))
}

/// Changes one of the first 256 fields.
///
/// # Errors
///
/// [`NullReference`](raya_facts::TrapKind::NullReference).
#[raya_macros::op(store_field_fast)]
pub fn store_field_fast(context: &mut Context, object: Ref, value: Value, field: ShortFieldId) -> Result<(), Trap> {
    store_field(context, object, value, FieldId(field.0))
}

/// A new object of a class with exactly `n` fields, for [`init_object`] to fill.
///
/// # Errors
///
/// [`HeapLimit`](raya_facts::TrapKind::HeapLimit).
#[raya_macros::op(object_literal)]
pub fn object_literal(context: &mut Context, c: ClassId, n: u16) -> Result<Value, Trap> {
    let fields = layout::field_types(context, c).len();
    if fields != usize::from(n) {
        context.wrong_count("fields of the class", fields, usize::from(n));
    }
    new(context, c).map(Value::Ref)
}

/// Fills all fields of an object and gives it back.
///
/// # Errors
///
/// [`NullReference`](raya_facts::TrapKind::NullReference).
#[raya_macros::op(init_object)]
pub fn init_object(context: &mut Context, object: Value, values: Vec<Value>, n: u16) -> Result<Value, Trap> {
    let reference = context.reference(object);
    let instance = object!(context, reference, Object::Instance, "an object");
    if instance.fields.len() != usize::from(n) || values.len() != usize::from(n) {
        context.wrong_count("fields of the object", instance.fields.len(), usize::from(n));
        return Ok(object);
    }
    let fields = instance
        .fields
        .iter()
        .zip(values)
        .map(|(field, value)| context.fit_slot(value, field.slot()))
        .collect();
    object_mut!(context, reference, Object::Instance, "an object").fields = fields;
    Ok(object)
}

/// A field, or null if the object is null. A field without room for null becomes an `any`.
#[raya_macros::op(optional_field)]
pub fn optional_field(context: &Context, object: Ref, field_id: FieldId) -> Value {
    match context.heap.get(object) {
        Some(Object::Instance(instance)) => {
            let value = field(context, instance, field_id.0);
            if value.slot() == SlotKind::Ref {
                value
            } else {
                Value::Any(value.to_any())
            }
        }
        Some(other) => {
            context.wrong_object("an object", other.kind());
            Value::Any(Any::NULL)
        }
        None => Value::Any(Any::NULL),
    }
}

/// A static field.
#[raya_macros::op(load_static)]
pub fn load_static(context: &Context, s: StaticId) -> Value {
    match context.statics.get(s.index()) {
        Some(value) => *value,
        None => {
            context.bad_index("static field", s.0, context.statics.len());
            Value::Any(Any::NULL)
        }
    }
}

/// Changes a static field. It keeps its representation.
#[raya_macros::op(store_static)]
pub fn store_static(context: &mut Context, value: Value, s: StaticId) {
    let value = context.fit_slot(value, load_static(context, s).slot());
    if let Some(place) = context.statics.get_mut(s.index()) {
        *place = value;
    }
}
