//! Answers what a type is represented as, and whether a value belongs to it.

use raya_facts::{ClassId, Function, Module, TypeDefinition, TypeId};

use crate::any::{Any, AnyKind};
use crate::context::Context;
use crate::object::{Closure, Description, Object};
use crate::value::{Ref, SlotKind, Value};

/// The representation of a type.
pub fn slot(type_id: TypeId) -> SlotKind {
    match type_id {
        TypeId::I32 => SlotKind::I32,
        TypeId::F64 => SlotKind::F64,
        TypeId::BOOL => SlotKind::Bool,
        TypeId::ANY | TypeId::JSON => SlotKind::Any,
        _ => SlotKind::Ref,
    }
}

/// The entry of a constructed type; `None` for a plain type.
pub fn definition(module: &Module, type_id: TypeId) -> Option<&TypeDefinition> {
    let index = type_id.0.checked_sub(TypeId::FIRST_CONSTRUCTED.0)?;
    module.types.get(index as usize)
}

/// The class of an object type.
pub fn class_of(module: &Module, type_id: TypeId) -> Option<ClassId> {
    match definition(module, type_id)? {
        TypeDefinition::Object { class } => Some(*class),
        _ => None,
    }
}

/// The type with this definition, if the module has an entry for it.
pub fn find(module: &Module, wanted: &TypeDefinition) -> Option<TypeId> {
    let index = module.types.iter().position(|definition| definition == wanted)?;
    Some(TypeId(TypeId::FIRST_CONSTRUCTED.0 + u32::try_from(index).ok()?))
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

/// Whether a value is of a type in the sense of a type test: as [`any_holds`], but null is of the type `null` alone.
pub fn is_of(context: &Context, value: Any, type_id: TypeId) -> bool {
    if value.is_null() { type_id == TypeId::NULL } else { any_holds(context, value, type_id) }
}

/// The same for a described type.
pub fn is_of_described(context: &Context, value: Any, description: &Description) -> bool {
    match (description, value.kind()) {
        (Description::Named(type_id), _) => is_of(context, value, *type_id),
        (Description::Made(definition), AnyKind::Ref(reference)) => {
            context.heap.get(reference).is_some_and(|object| definition_holds(context, object, definition))
        }
        (Description::Made(_), _) => false,
    }
}

/// Whether the object behind a reference belongs to a type.
fn object_holds(context: &Context, reference: Ref, type_id: TypeId) -> bool {
    let Some(object) = context.heap.get(reference) else { return false };
    match object {
        _ if type_id == TypeId::REF => true,
        Object::Str(_) => matches!(type_id, TypeId::STR | TypeId::JSON),
        Object::Json(_) => type_id == TypeId::JSON,
        Object::Mutex(_) => type_id == TypeId::MUTEX,
        Object::Semaphore(_) => type_id == TypeId::SEMAPHORE,
        Object::TypeInfo(_) => type_id == TypeId::TYPE_INFO,
        Object::Namespace(_) => type_id == TypeId::NAMESPACE,
        _ => definition(&context.module, type_id).is_some_and(|definition| definition_holds(context, object, definition)),
    }
}

/// Whether an object belongs to a constructed type.
fn definition_holds(context: &Context, object: &Object, wanted: &TypeDefinition) -> bool {
    match (object, wanted) {
        (Object::Tuple(tuple), _) => definition(&context.module, tuple.type_id) == Some(wanted),
        (Object::Array(array), TypeDefinition::Array { element }) => array.element == *element,
        (Object::Instance(instance), TypeDefinition::Object { class }) => context.layouts.is_subclass(instance.class, *class),
        (Object::Cell(cell), TypeDefinition::Cell { content }) => cell.content == *content,
        (Object::Channel(channel), TypeDefinition::Channel { element }) => channel.element == *element,
        (Object::Task(task), TypeDefinition::Task { result }) => context.tasks.get(*task).is_some_and(|task| task.result == *result),
        (Object::Closure(closure), TypeDefinition::Func { params, rest, result }) => {
            closure_holds(context, closure, params, *rest, *result)
        }
        _ => false,
    }
}

/// Whether a closure takes just these parameters and gives just this result.
fn closure_holds(context: &Context, closure: &Closure, params: &[TypeId], rest: Option<TypeId>, result: TypeId) -> bool {
    let Some(function) = context.module.functions.get(closure.function.0 as usize) else { return false };
    let own = parameters(function, closure);
    own.len() == params.len() && own.iter().zip(params).all(|(own, param)| own.r#type == *param) && function.rest == rest && function.result == result
}

/// The parameters that a caller of the closure gives: without the receiver of a bound method.
pub fn parameters<'a>(function: &'a Function, closure: &Closure) -> &'a [raya_facts::Local] {
    let skip = usize::from(closure.receiver.is_some()).min(function.params.len());
    &function.params[skip..]
}

/// The type of a value, as far as the value itself tells.
pub fn describe_type(context: &Context, value: Any) -> Description {
    let module = &context.module;
    let reference = match value.kind() {
        AnyKind::Null => return Description::Named(TypeId::NULL),
        AnyKind::Bool(_) => return Description::Named(TypeId::BOOL),
        AnyKind::I32(_) => return Description::Named(TypeId::I32),
        AnyKind::F64(_) => return Description::Named(TypeId::F64),
        AnyKind::Ref(reference) => reference,
    };
    let made = match context.heap.get(reference) {
        Some(Object::Str(_)) => return Description::Named(TypeId::STR),
        Some(Object::Json(_)) => return Description::Named(TypeId::JSON),
        Some(Object::Mutex(_)) => return Description::Named(TypeId::MUTEX),
        Some(Object::Semaphore(_)) => return Description::Named(TypeId::SEMAPHORE),
        Some(Object::TypeInfo(_)) => return Description::Named(TypeId::TYPE_INFO),
        Some(Object::Namespace(_)) => return Description::Named(TypeId::NAMESPACE),
        Some(Object::Tuple(tuple)) => return Description::Named(tuple.type_id),
        Some(Object::Array(array)) => TypeDefinition::Array { element: array.element },
        Some(Object::Instance(instance)) => TypeDefinition::Object { class: instance.class },
        Some(Object::Cell(cell)) => TypeDefinition::Cell { content: cell.content },
        Some(Object::Channel(channel)) => TypeDefinition::Channel { element: channel.element },
        Some(Object::Task(task)) => {
            TypeDefinition::Task { result: context.tasks.get(*task).map_or(TypeId::NULL, |task| task.result) }
        }
        Some(Object::Closure(closure)) => match module.functions.get(closure.function.0 as usize) {
            Some(function) => TypeDefinition::Func {
                params: parameters(function, closure).iter().map(|param| param.r#type).collect(),
                rest: function.rest,
                result: function.result,
            },
            None => return Description::Named(TypeId::REF),
        },
        None => return Description::Named(TypeId::REF),
    };
    match find(module, &made) {
        Some(type_id) => Description::Named(type_id),
        None => Description::Made(made),
    }
}

/// A described type as assembly writes it.
pub fn description_name(module: &Module, description: &Description) -> String {
    let mut text = String::new();
    match description {
        Description::Named(type_id) => write_name(module, *type_id, DEEPEST_NAME, &mut text),
        Description::Made(definition) => write_definition(module, definition, DEEPEST_NAME, &mut text),
    }
    text
}

/// The class of which a described type is the object type.
pub fn described_class(module: &Module, description: &Description) -> Option<ClassId> {
    match description {
        Description::Named(type_id) => class_of(module, *type_id),
        Description::Made(TypeDefinition::Object { class }) => Some(*class),
        Description::Made(_) => None,
    }
}

/// A type as assembly writes it: `array(i32)`, `object(Point)`.
///
/// Definitions refer to earlier entries only, so that this ends; a module that breaks that rule is cut short.
pub fn name(module: &Module, type_id: TypeId) -> String {
    let mut text = String::new();
    write_name(module, type_id, DEEPEST_NAME, &mut text);
    text
}

/// How far names are written out.
const DEEPEST_NAME: u32 = 32;
/// Longer names are of no use in a message, and nested tuples could make them grow without end.
const LONGEST_NAME: usize = 1000;

fn write_name(module: &Module, type_id: TypeId, depth: u32, text: &mut String) {
    if depth == 0 || text.len() > LONGEST_NAME {
        text.push('…');
        return;
    }
    match definition(module, type_id) {
        Some(definition) => write_definition(module, definition, depth, text),
        None => text.push_str(plain_name(type_id)),
    }
}

fn write_definition(module: &Module, definition: &TypeDefinition, depth: u32, text: &mut String) {
    let below = depth - 1;
    let list = |types: &[TypeId], text: &mut String| {
        text.push('[');
        for (index, item) in types.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            write_name(module, *item, below, text);
        }
        text.push(']');
    };
    let unary = |constructor: &str, argument: TypeId, text: &mut String| {
        text.push_str(constructor);
        text.push('(');
        write_name(module, argument, below, text);
        text.push(')');
    };
    match definition {
        TypeDefinition::Array { element } => unary("array", *element, text),
        TypeDefinition::Cell { content } => unary("cell", *content, text),
        TypeDefinition::Task { result } => unary("task", *result, text),
        TypeDefinition::Channel { element } => unary("channel", *element, text),
        TypeDefinition::Tuple { elements } => {
            text.push_str("tuple(");
            list(elements, text);
            text.push(')');
        }
        TypeDefinition::Object { class } => {
            text.push_str("object(");
            match module.classes.get(class.0 as usize) {
                Some(class) => text.push_str(&class.name),
                None => text.push_str(&class.0.to_string()),
            }
            text.push(')');
        }
        TypeDefinition::Func { params, rest, result } => {
            text.push_str("func(");
            list(params, text);
            text.push_str(", ");
            match rest {
                Some(rest) => write_name(module, *rest, below, text),
                None => text.push('_'),
            }
            text.push_str(", ");
            write_name(module, *result, below, text);
            text.push(')');
        }
    }
}

fn plain_name(type_id: TypeId) -> &'static str {
    match type_id {
        TypeId::I32 => "i32",
        TypeId::F64 => "f64",
        TypeId::BOOL => "bool",
        TypeId::ANY => "any",
        TypeId::NULL => "null",
        TypeId::REF => "ref",
        TypeId::STR => "str",
        TypeId::JSON => "json",
        TypeId::MUTEX => "mutex",
        TypeId::SEMAPHORE => "semaphore",
        TypeId::TYPE_INFO => "type_info",
        TypeId::NAMESPACE => "namespace",
        _ => "an unknown type",
    }
}

/// What a value is, for messages: `i32`, `a string`, `an object of class `Point``.
pub fn describe(context: &Context, value: Any) -> String {
    match value.kind() {
        AnyKind::Null => "null".to_owned(),
        AnyKind::Bool(_) => "bool".to_owned(),
        AnyKind::I32(_) => "i32".to_owned(),
        AnyKind::F64(_) => "f64".to_owned(),
        AnyKind::Ref(reference) => match context.heap.get(reference) {
            Some(Object::Instance(instance)) => match context.module.classes.get(instance.class.0 as usize) {
                Some(class) => format!("object({})", class.name),
                None => "an object".to_owned(),
            },
            Some(Object::Str(_)) => "str".to_owned(),
            Some(Object::Array(array)) => format!("array({})", name(&context.module, array.element)),
            Some(Object::Tuple(tuple)) => name(&context.module, tuple.type_id),
            Some(object) => object.kind().to_owned(),
            None => "a reference to nothing".to_owned(),
        },
    }
}
