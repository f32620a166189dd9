//! Objects of classes, their fields, and static fields.

use raya_facts::{ClassId, FieldId, ShortFieldId, StaticId};
use raya_heap::{Record, RecordMut, WrongSlot};

use crate::any::Any;
use crate::context::{Context, Object, kind};
use crate::layout;
use crate::trap::Trap;
use crate::value::{Ref, SlotKind, Value};
use crate::{object, object_mut};

/// A new object; every field is the zero of its type.
///
/// # Errors
///
/// [`HeapLimit`](raya_facts::TrapKind::HeapLimit).
#[raya_macros::op(new)]
pub fn new(context: &mut Context, c: ClassId) -> Result<Ref, Trap> {
    if context.layouts.get(c).is_none() {
        context.bad_index("class", c.0, context.module.classes.len());
        return Ok(Ref::NULL);
    }
    let shape = context.heap.shape_of_class(c);
    Ok(context.heap.allocate_record(shape)?)
}

/// The value of a field; one that does not exist trips.
fn field(context: &Context, instance: Record<'_>, index: u32) -> Value {
    instance.get(index as usize).unwrap_or_else(|| {
        context.bad_index("field", index, instance.len());
        Value::Any(Any::NULL)
    })
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
    let mut instance = object_mut!(context, object, Object::Instance, "an object");
    let count = instance.len();
    match instance.set(field_id.index(), value) {
        Ok(true) => {}
        Ok(false) => context.bad_index("field", field_id.0, count),
        Err(wrong) => context.trip(wrong.into()),
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
    if instance.len() != usize::from(n) || values.len() != usize::from(n) {
        context.wrong_count("fields of the object", instance.len(), usize::from(n));
        return Ok(object);
    }
    let mut instance = object_mut!(context, reference, Object::Instance, "an object");
    if let Err(wrong) = fill(&mut instance, values) {
        context.trip(wrong.into());
    }
    Ok(object)
}

/// Changes the first words of a record.
pub(crate) fn fill(record: &mut RecordMut<'_>, values: Vec<Value>) -> Result<(), WrongSlot> {
    for (index, value) in values.into_iter().enumerate() {
        record.set(index, value)?;
    }
    Ok(())
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
            context.wrong_object("an object", kind(&other));
            Value::Any(Any::NULL)
        }
        None => Value::Any(Any::NULL),
    }
}

/// A static field.
#[raya_macros::op(load_static)]
pub fn load_static(context: &Context, s: StaticId) -> Value {
    match context.statics.get(s.index()) {
        Some(value) => value,
        None => {
            context.bad_index("static field", s.0, context.statics.len());
            Value::Any(Any::NULL)
        }
    }
}

/// Changes a static field. It keeps its representation.
#[raya_macros::op(store_static)]
pub fn store_static(context: &mut Context, value: Value, s: StaticId) {
    match context.statics.set(s.index(), value) {
        Ok(true) => {}
        Ok(false) => context.bad_index("static field", s.0, context.statics.len()),
        Err(wrong) => context.trip(wrong.into()),
    }
}
