//! Types as values, and access to fields by name.

use raya_facts::{ClassId, TrapKind, TypeId};

use crate::any::Any;
use crate::call::{Call, Then};
use crate::context::{Context, Object, ObjectMut};
use crate::layout;
use crate::object;
use crate::opaque::Opaque;
use crate::semantics::array::allocate;
use crate::semantics::convert::unbox;
use crate::semantics::object::{load_field, new, store_field};
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};

/// A description of the type of a value.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(reflect_typeof)]
pub fn reflect_typeof(context: &mut Context, value: Value) -> Result<Ref, Trap> {
    let t = types::type_of(context, value.to_any());
    Ok(context.heap.allocate_boxed(Opaque::TypeInfo(t))?)
}

/// A description of a type that the module names.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(reflect_typeinfo)]
pub fn reflect_typeinfo(context: &mut Context, t: TypeId) -> Result<Ref, Trap> {
    Ok(context.heap.allocate_boxed(Opaque::TypeInfo(t))?)
}

/// Whether a value is of a described type.
///
/// # Errors
///
/// [`TrapKind::NullReference`] for a null description.
#[raya_macros::op(reflect_instanceof)]
pub fn reflect_instanceof(context: &Context, value: Value, info: Ref) -> Result<bool, Trap> {
    let t = *object!(context, info, Object::Boxed(Opaque::TypeInfo), "a type");
    Ok(types::is_of(context, value.to_any(), t))
}

/// The class of an object; `None` for a reference to something else.
fn class(context: &Context, object: Ref) -> Result<Option<ClassId>, Trap> {
    match context.object(object, "an object")? {
        Object::Instance(instance) => Ok(Some(types::class_of_instance(&instance))),
        _ => Ok(None),
    }
}

/// The names of the fields of an object, inherited ones first.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::HeapLimit`].
#[raya_macros::op(reflect_get_props)]
pub fn reflect_get_props(context: &mut Context, object: Ref) -> Result<Ref, Trap> {
    let names = class(context, object)?
        .map(|class| layout::field_names(context, class))
        .unwrap_or_default();
    let array = allocate(context, TypeId::STR, names.len())?;
    for (index, name) in names.iter().enumerate() {
        let name = context.heap.allocate_string(name)?;
        if let Some(ObjectMut::Array(mut array)) = context.heap.get_mut(array)
            && let Err(wrong) = array.set(index, Value::Ref(name))
        {
            context.trip(wrong.into());
        }
    }
    Ok(array)
}

/// The position and the type of the field of a name; of several of that name those of the one that was declared last. Nothing for an object
/// without such a field, and for what isn't an object of a class.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
pub fn position(context: &Context, object: Ref, name: Ref) -> Result<Option<(u32, TypeId)>, Trap> {
    let wanted = object!(context, name, Object::Str, "a string");
    let Some(class) = class(context, object)? else {
        return Ok(None);
    };
    let fields = context.layouts.get(class).map_or(&[][..], |layout| &layout.fields);
    let found = fields
        .iter()
        .enumerate()
        .rfind(|(_, field)| field.name(&context.module) == wanted);
    Ok(found.and_then(|(index, field)| Some((u32::try_from(index).ok()?, field.of))))
}

fn known(context: &Context, object: Ref, name: Ref) -> Result<(raya_facts::FieldId, TypeId), Trap> {
    match position(context, object, name)? {
        Some((index, t)) => Ok((raya_facts::FieldId(index), t)),
        None => {
            let found = types::describe(context, Any::from_ref(object));
            let name = context.heap.text(name).unwrap_or_default();
            Err(Trap::new(
                TrapKind::UnknownMember,
                format!("a value of type {found} has no field `{name}`"),
            ))
        }
    }
}

/// A field by its name.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::UnknownMember`].
#[raya_macros::op(reflect_get_prop)]
pub fn reflect_get_prop(context: &Context, object: Ref, name: Ref) -> Result<Any, Trap> {
    let (field, _) = known(context, object, name)?;
    load_field(context, object, field).map(Value::to_any)
}

/// Changes a field by its name.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::UnknownMember`], [`TrapKind::TypeError`] when the value is of another type than the field.
#[raya_macros::op(reflect_set_prop)]
pub fn reflect_set_prop(context: &mut Context, object: Ref, name: Ref, value: Any) -> Result<(), Trap> {
    let (field, t) = known(context, object, name)?;
    let value = unbox(context, value, t)?;
    store_field(context, object, value, field)
}

/// Whether an object has a field of a name.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(reflect_has_prop)]
pub fn reflect_has_prop(context: &Context, object: Ref, name: Ref) -> Result<bool, Trap> {
    Ok(position(context, object, name)?.is_some())
}

/// A new object of a described class, on which the constructor runs that the class declares or inherits.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::TypeError`] for what is no class, for a constructor of another class and for values of other
/// types; [`TrapKind::InvalidArgument`] for a wrong number of values; [`TrapKind::HeapLimit`].
#[raya_macros::op(reflect_construct)]
pub fn reflect_construct(context: &mut Context, info: Ref, arguments: Vec<Value>, argc: u16) -> Result<Call, Trap> {
    let t = *object!(context, info, Object::Boxed(Opaque::TypeInfo), "a type");
    let Some(class) = types::class_of(context, t) else {
        let found = types::name(context, t);
        return Err(Trap::new(
            TrapKind::TypeError,
            format!("expected a class to construct, found the type {found}"),
        ));
    };
    let wrong_count = |expected: usize| {
        Trap::new(
            TrapKind::InvalidArgument,
            format!("the constructor takes {expected} values, {argc} were given"),
        )
    };
    let Some(function) = layout::constructor(context, class) else {
        if !arguments.is_empty() {
            return Err(wrong_count(0));
        }
        let object = new(context, class)?;
        return Ok(Call::Value(Value::Any(Any::from_ref(object))));
    };
    let declared = context.function(function)?;
    // The verifier knows constructors only from the calls that name them; this one a class declares.
    let receiver = declared
        .params
        .first()
        .and_then(|receiver| types::class_of(context, receiver.r#type));
    let takes_object = receiver.is_some_and(|ancestor| context.layouts.is_subclass(class, ancestor));
    if !takes_object || !declared.captures.is_empty() {
        let found = types::name(context, t);
        return Err(Trap::new(
            TrapKind::TypeError,
            format!("the constructor of {found} doesn't take its objects, or is a closure"),
        ));
    }
    let params: Vec<TypeId> = declared.params.iter().skip(1).map(|param| param.r#type).collect();
    let rest = declared.rest;
    if arguments.len() < params.len() || (arguments.len() > params.len() && rest.is_none()) {
        return Err(wrong_count(params.len()));
    }
    let expected = params.into_iter().map(Some).chain(std::iter::repeat(rest));
    let mut all = vec![Value::Ref(Ref::NULL)];
    for (value, t) in arguments.into_iter().zip(expected) {
        all.push(match t {
            Some(t) => unbox(context, value.to_any(), t)?,
            None => value,
        });
    }
    let object = new(context, class)?;
    if let Some(receiver) = all.first_mut() {
        *receiver = Value::Ref(object);
    }
    Ok(Call::Enter {
        function,
        arguments: all,
        closure: Ref::NULL,
        then: Then::PushReceiverBoxed(object),
    })
}
