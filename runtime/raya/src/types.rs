//! Answers what a type is represented as, and whether a value belongs to it.

use raya_facts::module::{Function, Local};
use raya_facts::{ClassId, TypeDefinition, TypeId, TypeRef};
use raya_heap::{Closure, Record, ShapeOf};

use crate::any::{Any, AnyKind};
use crate::context::{Context, Object, kind};
use crate::opaque::Opaque;
use crate::value::{Ref, SlotKind, Value};

/// The representation of a type. Everything that is constructed is a reference.
pub fn slot(type_id: TypeId) -> SlotKind {
    type_id.plain().map_or(SlotKind::Ref, |kind| kind.slot())
}

/// What fields, locals and new array elements of a type start as.
pub fn zero(type_id: TypeId) -> Value {
    Value::zero(slot(type_id))
}

/// The entry of a constructed type; `None` for a plain type.
pub fn definition(context: &Context, type_id: TypeId) -> Option<&TypeDefinition> {
    match context.types.get(type_id)? {
        TypeRef::Constructed(definition) => Some(definition),
        TypeRef::Plain(_) => None,
    }
}

/// The class of an object type.
pub fn class_of(context: &Context, type_id: TypeId) -> Option<ClassId> {
    match definition(context, type_id)? {
        TypeDefinition::Object { class } => Some(*class),
        _ => None,
    }
}

/// Whether a value, whatever its representation, belongs to a type. Null belongs to every type of references, to `null`, `any` and
/// `json`.
pub fn holds(context: &Context, value: Value, type_id: TypeId) -> bool {
    any_holds(context, value.to_any(), type_id)
}

/// The same for a value that carries its kind.
pub fn any_holds(context: &Context, value: Any, type_id: TypeId) -> bool {
    match (value.kind(), type_id) {
        (_, TypeId::ANY) => true,
        (AnyKind::Null, _) => matches!(slot(type_id), SlotKind::Ref | SlotKind::Any),
        (AnyKind::I32(_), _) => matches!(type_id, TypeId::I32 | TypeId::JSON),
        (AnyKind::F64(_), _) => matches!(type_id, TypeId::F64 | TypeId::JSON),
        (AnyKind::Bool(_), _) => matches!(type_id, TypeId::BOOL | TypeId::JSON),
        (AnyKind::Ref(reference), _) => object_holds(context, reference, type_id),
    }
}

/// Whether a value from outside of the program may be put where a type is declared: it has the type's representation, what it refers to
/// is alive, and it belongs to the type.
pub fn belongs(context: &Context, value: Value, type_id: TypeId) -> bool {
    value.slot() == slot(type_id) && is_alive(context, value.to_any()) && holds(context, value, type_id)
}

/// Whether a value refers to nothing that is dead.
pub fn is_alive(context: &Context, value: Any) -> bool {
    match value.kind() {
        AnyKind::Ref(reference) => context.heap.is_alive(reference),
        AnyKind::Null | AnyKind::Bool(_) | AnyKind::I32(_) | AnyKind::F64(_) => true,
    }
}

/// Whether a value is of a type in the sense of a type test: as [`any_holds`], but null is of the type `null` alone.
pub fn is_of(context: &Context, value: Any, type_id: TypeId) -> bool {
    if value.is_null() {
        type_id == TypeId::NULL
    } else {
        any_holds(context, value, type_id)
    }
}

/// Whether the object behind a reference belongs to a type.
fn object_holds(context: &Context, reference: Ref, type_id: TypeId) -> bool {
    let Some(object) = context.heap.get(reference) else {
        return false;
    };
    match object {
        _ if type_id == TypeId::REF => true,
        Object::Str(_) => matches!(type_id, TypeId::STR | TypeId::JSON),
        Object::Boxed(Opaque::Json(_)) => type_id == TypeId::JSON,
        Object::Boxed(Opaque::Mutex(_)) => type_id == TypeId::MUTEX,
        Object::Boxed(Opaque::Semaphore(_)) => type_id == TypeId::SEMAPHORE,
        Object::Boxed(Opaque::Map(_)) => type_id == TypeId::MAP,
        Object::Boxed(Opaque::Set(_)) => type_id == TypeId::SET,
        Object::Boxed(Opaque::TypeInfo(_)) => type_id == TypeId::TYPE_INFO,
        Object::Boxed(Opaque::Namespace(_)) => type_id == TypeId::NAMESPACE,
        Object::Tuple(tuple) => type_of_record(&tuple) == type_id,
        _ => definition(context, type_id).is_some_and(|definition| definition_holds(context, &object, definition)),
    }
}

/// Whether an object belongs to a constructed type.
fn definition_holds(context: &Context, object: &Object<'_>, wanted: &TypeDefinition) -> bool {
    match (object, wanted) {
        (Object::Array(array), TypeDefinition::Array { element }) => array.element() == *element,
        (Object::Instance(instance), TypeDefinition::Object { class }) => {
            context.layouts.is_subclass(class_of_instance(instance), *class)
        }
        (Object::Cell(cell), TypeDefinition::Cell { content }) => type_of_record(cell) == *content,
        (Object::Boxed(Opaque::Channel(channel)), TypeDefinition::Channel { element }) => channel.element == *element,
        (Object::Boxed(Opaque::Task(task)), TypeDefinition::Task { result }) => {
            context.tasks.get(task.id).is_some_and(|task| task.result == *result)
        }
        (Object::Closure(closure), TypeDefinition::Func { params, rest, result }) => {
            let Some(function) = context.module.functions.get(closure.function().index()) else {
                return false;
            };
            let own = parameters(function, closure);
            let same = own.len() == params.len() && own.iter().zip(params).all(|(own, param)| own.r#type == *param);
            same && function.rest == *rest && function.result == *result
        }
        _ => false,
    }
}

/// The class of an instance.
pub fn class_of_instance(instance: &Record<'_>) -> ClassId {
    // Shapes of classes come first, in order.
    ClassId(instance.shape_id().0)
}

/// The type of a tuple, or of the content of a cell; null's for other records.
pub fn type_of_record(record: &Record<'_>) -> TypeId {
    match record.shape().of() {
        ShapeOf::Tuple(type_id) | ShapeOf::Cell(type_id) => type_id,
        ShapeOf::Class(_) | ShapeOf::Captures(_) => TypeId::NULL,
    }
}

/// The parameters that a caller of the closure gives: without the receiver of a bound method.
pub fn parameters<'a>(function: &'a Function, closure: &Closure<'_>) -> &'a [Local] {
    let skip = usize::from(!closure.receiver().is_null());
    function.params.get(skip..).unwrap_or_default()
}

/// The type of a value, as far as the value itself tells. One that the module does not name is given a number now.
pub fn type_of(context: &mut Context, value: Any) -> TypeId {
    let reference = match value.kind() {
        AnyKind::Null => return TypeId::NULL,
        AnyKind::Bool(_) => return TypeId::BOOL,
        AnyKind::I32(_) => return TypeId::I32,
        AnyKind::F64(_) => return TypeId::F64,
        AnyKind::Ref(reference) => reference,
    };
    let made = match context.heap.get(reference) {
        None => return TypeId::REF,
        Some(Object::Str(_)) => return TypeId::STR,
        Some(Object::Boxed(Opaque::Json(_))) => return TypeId::JSON,
        Some(Object::Boxed(Opaque::Mutex(_))) => return TypeId::MUTEX,
        Some(Object::Boxed(Opaque::Semaphore(_))) => return TypeId::SEMAPHORE,
        Some(Object::Boxed(Opaque::Map(_))) => return TypeId::MAP,
        Some(Object::Boxed(Opaque::Set(_))) => return TypeId::SET,
        Some(Object::Boxed(Opaque::TypeInfo(_))) => return TypeId::TYPE_INFO,
        Some(Object::Boxed(Opaque::Namespace(_))) => return TypeId::NAMESPACE,
        Some(Object::Tuple(tuple)) => return type_of_record(&tuple),
        Some(Object::Array(array)) => TypeDefinition::Array {
            element: array.element(),
        },
        Some(Object::Instance(instance)) => TypeDefinition::Object {
            class: class_of_instance(&instance),
        },
        Some(Object::Cell(cell)) => TypeDefinition::Cell {
            content: type_of_record(&cell),
        },
        Some(Object::Boxed(Opaque::Channel(channel))) => TypeDefinition::Channel {
            element: channel.element,
        },
        Some(Object::Boxed(Opaque::Task(task))) => {
            let result = context.tasks.get(task.id).map_or(TypeId::NULL, |task| task.result);
            TypeDefinition::Task { result }
        }
        Some(Object::Closure(closure)) => match context.module.functions.get(closure.function().index()) {
            Some(function) => TypeDefinition::Func {
                params: parameters(function, &closure).iter().map(|param| param.r#type).collect(),
                rest: function.rest,
                result: function.result,
            },
            None => return TypeId::REF,
        },
    };
    context.types.intern(made)
}

/// A type as assembly writes it: `array(i32)`, `object(Point)`.
pub fn name(context: &Context, type_id: TypeId) -> String {
    context.types.display(type_id, &context.module).to_string()
}

/// What a value is, for messages: `i32`, `object(Point)`, `a function`.
pub fn describe(context: &Context, value: Any) -> String {
    match value.kind() {
        AnyKind::Null => "null".to_owned(),
        AnyKind::Bool(_) => "bool".to_owned(),
        AnyKind::I32(_) => "i32".to_owned(),
        AnyKind::F64(_) => "f64".to_owned(),
        AnyKind::Ref(reference) => match context.heap.get(reference) {
            Some(Object::Instance(instance)) => match context.module.classes.get(class_of_instance(&instance).index()) {
                Some(class) => format!("object({})", class.name),
                None => "an object".to_owned(),
            },
            Some(Object::Str(_)) => "str".to_owned(),
            Some(Object::Array(array)) => format!("array({})", name(context, array.element())),
            Some(Object::Tuple(tuple)) => name(context, type_of_record(&tuple)),
            Some(object) => kind(&object).to_owned(),
            None => "a reference to nothing".to_owned(),
        },
    }
}
