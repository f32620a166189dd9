//! JSON values: text in, members and elements out, and a checked way into the typed world.

use raya_facts::{ClassId, TextId, TrapKind, TypeDefinition, TypeId};

use crate::any::{Any, AnyKind};
use crate::context::{Context, Object, ObjectMut};
use crate::json::{parse, stringify};
use crate::layout;
use crate::number::float_text;
use crate::opaque::{Json, Opaque};
use crate::semantics::array::allocate;
use crate::semantics::convert::float_to_int;
use crate::semantics::object::{fill, new};
use crate::semantics::tuple::tuple_literal;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};

/// What a JSON value is, for messages.
fn kind(context: &Context, value: Any) -> &'static str {
    match value.kind() {
        AnyKind::Null => "null",
        AnyKind::Bool(_) => "a boolean",
        AnyKind::I32(_) | AnyKind::F64(_) => "a number",
        AnyKind::Ref(reference) => match context.heap.get(reference) {
            Some(Object::Boxed(Opaque::Json(Json::Array(_)))) => "an array",
            Some(Object::Boxed(Opaque::Json(Json::Object(_)))) => "an object",
            Some(other) => crate::context::kind(&other),
            None => "nothing",
        },
    }
}

fn json(context: &Context, value: Any) -> Option<&Json> {
    match value.kind() {
        AnyKind::Ref(reference) => match context.heap.get(reference)? {
            Object::Boxed(Opaque::Json(json)) => Some(json),
            _ => None,
        },
        _ => None,
    }
}

fn wrong_kind(context: &Context, value: Any, expected: &str) -> Trap {
    if value.is_null() {
        return crate::context::null(expected);
    }
    Trap::new(
        TrapKind::TypeError,
        format!("expected {expected}, found {}", kind(context, value)),
    )
}

/// A member of an object, or null if it has none of that name.
///
/// # Errors
///
/// [`TrapKind::NullReference`] for null, [`TrapKind::TypeError`] for what is no object.
#[raya_macros::op(json_get)]
pub fn json_get(context: &Context, value: Any, k: TextId) -> Result<Any, Trap> {
    let name = context.heap.text(context.text(k)).unwrap_or_default();
    match json(context, value) {
        Some(Json::Object(members)) => Ok(member(members, name).unwrap_or(Any::NULL)),
        _ => Err(wrong_kind(context, value, "a json object")),
    }
}

fn member(members: &[(Box<str>, Any)], name: &str) -> Option<Any> {
    members.iter().find(|(found, _)| **found == *name).map(|(_, value)| *value)
}

/// An element of an array, or null beyond its ends.
///
/// # Errors
///
/// [`TrapKind::NullReference`] for null, [`TrapKind::TypeError`] for what is no array.
#[raya_macros::op(json_index)]
pub fn json_index(context: &Context, value: Any, index: i32) -> Result<Any, Trap> {
    match json(context, value) {
        Some(Json::Array(items)) => {
            let item = usize::try_from(index).ok().and_then(|index| items.get(index));
            Ok(item.copied().unwrap_or(Any::NULL))
        }
        _ => Err(wrong_kind(context, value, "a json array")),
    }
}

/// The value as one of a type, which all of it must be.
///
/// # Errors
///
/// [`TrapKind::TypeError`] with the path of what isn't; [`TrapKind::HeapLimit`].
#[raya_macros::op(json_cast)]
pub fn json_cast(context: &mut Context, value: Any, t: TypeId) -> Result<Value, Trap> {
    let mut cast = Cast {
        path: "$".to_owned(),
        depth: 0,
    };
    cast.value(context, value, t)
}

/// A cast under way.
struct Cast {
    /// Where in the document it is: `$.points[3].x`.
    path: String,
    /// How deep that is. A value that was read is never deeper than the reader allows, which bounds the recursion here.
    depth: usize,
}

impl Cast {
    fn fail(&self, context: &Context, value: Any, expected: &str) -> Trap {
        Trap::new(
            TrapKind::TypeError,
            format!("expected {expected} at {}, found {}", self.path, kind(context, value)),
        )
    }

    /// Casts what is at a longer path.
    fn below(&mut self, step: &str, context: &mut Context, value: Any, t: TypeId) -> Result<Value, Trap> {
        let length = self.path.len();
        self.path.push_str(step);
        self.depth += 1;
        let result = if self.depth > context.limits.json_depth + 1 {
            Err(self.fail(context, value, "less nesting"))
        } else {
            self.value(context, value, t)
        };
        self.depth -= 1;
        self.path.truncate(length);
        result
    }

    fn value(&mut self, context: &mut Context, value: Any, t: TypeId) -> Result<Value, Trap> {
        match (t, value.kind()) {
            (TypeId::JSON | TypeId::ANY, _) => return Ok(Value::Any(value)),
            (TypeId::BOOL, AnyKind::Bool(value)) => return Ok(Value::Bool(value)),
            (TypeId::I32, AnyKind::I32(value)) => return Ok(Value::I32(value)),
            (TypeId::F64, AnyKind::I32(value)) => return Ok(Value::F64(f64::from(value))),
            (TypeId::F64, AnyKind::F64(value)) => return Ok(Value::F64(value)),
            (TypeId::I32, AnyKind::F64(number)) => {
                return match float_to_int(number) {
                    Ok(whole) if f64::from(whole) == number => Ok(Value::I32(whole)),
                    _ => {
                        let found = float_text(number);
                        Err(Trap::new(
                            TrapKind::TypeError,
                            format!("expected an int at {}, found {found}", self.path),
                        ))
                    }
                };
            }
            (TypeId::I32 | TypeId::F64 | TypeId::BOOL, _) => {
                let expected = types::name(context, t);
                return Err(self.fail(context, value, &expected));
            }
            (_, AnyKind::Null) => return Ok(Value::Ref(Ref::NULL)),
            (TypeId::STR, AnyKind::Ref(reference)) if context.heap.text(reference).is_some() => return Ok(Value::Ref(reference)),
            _ => {}
        }
        match types::definition(context, t).cloned() {
            Some(TypeDefinition::Array { element }) => self.array(context, value, element),
            Some(TypeDefinition::Tuple { elements }) => self.tuple(context, value, t, &elements),
            Some(TypeDefinition::Object { class }) => self.object(context, value, class),
            _ => {
                let expected = types::name(context, t);
                let note = if t == TypeId::STR { "" } else { ", which json can't express," };
                Err(self.fail(context, value, &format!("a value of type {expected}{note}")))
            }
        }
    }

    /// The elements of a JSON array.
    fn items(&self, context: &Context, value: Any) -> Result<Vec<Any>, Trap> {
        match json(context, value) {
            Some(Json::Array(items)) => Ok(items.clone()),
            _ => Err(self.fail(context, value, "an array")),
        }
    }

    fn array(&mut self, context: &mut Context, value: Any, element: TypeId) -> Result<Value, Trap> {
        let items = self.items(context, value)?;
        let array = allocate(context, element, items.len())?;
        for (index, item) in items.into_iter().enumerate() {
            let item = self.below(&format!("[{index}]"), context, item, element)?;
            if let Some(ObjectMut::Array(mut array)) = context.heap.get_mut(array)
                && let Err(wrong) = array.set(index, item)
            {
                context.trip(wrong.into());
            }
        }
        Ok(Value::Ref(array))
    }

    fn tuple(&mut self, context: &mut Context, value: Any, t: TypeId, elements: &[TypeId]) -> Result<Value, Trap> {
        let items = self.items(context, value)?;
        if items.len() != elements.len() {
            let (expected, found) = (elements.len(), items.len());
            let message = format!(
                "expected an array of {expected} elements at {}, found one of {found}",
                self.path
            );
            return Err(Trap::new(TrapKind::TypeError, message));
        }
        let mut cast = Vec::with_capacity(items.len());
        for (index, (item, element)) in items.into_iter().zip(elements).enumerate() {
            cast.push(self.below(&format!("[{index}]"), context, item, *element)?);
        }
        // A json array has far fewer elements than a tuple type can name, or was refused above.
        let tuple = tuple_literal(context, t, u16::try_from(elements.len()).unwrap_or(u16::MAX))?;
        put(context, tuple, cast)
    }

    fn object(&mut self, context: &mut Context, value: Any, class: ClassId) -> Result<Value, Trap> {
        let Some(Json::Object(members)) = json(context, value) else {
            return Err(self.fail(context, value, "an object"));
        };
        let members = members.clone();
        let names = layout::field_names(context, class);
        let types = layout::field_types(context, class);
        let mut fields = Vec::with_capacity(names.len());
        for (name, t) in names.iter().zip(types) {
            let Some(item) = member(&members, name) else {
                let message = format!("the object at {} has no member `{name}`", self.path);
                return Err(Trap::new(TrapKind::TypeError, message));
            };
            fields.push(self.below(&format!(".{name}"), context, item, t)?);
        }
        let object = new(context, class)?;
        put(context, Value::Ref(object), fields)
    }
}

/// Fills a new object or tuple.
fn put(context: &mut Context, record: Value, values: Vec<Value>) -> Result<Value, Trap> {
    let reference = context.reference(record);
    if let Some(ObjectMut::Instance(mut words) | ObjectMut::Tuple(mut words)) = context.heap.get_mut(reference)
        && let Err(wrong) = fill(&mut words, values)
    {
        context.trip(wrong.into());
    }
    Ok(record)
}

/// Reads a text as JSON.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::InvalidJson`], [`TrapKind::HeapLimit`].
#[raya_macros::op(json_parse)]
pub fn json_parse(context: &mut Context, text: Ref) -> Result<Any, Trap> {
    let text = crate::object!(context, text, Object::Str, "a string").to_owned();
    parse(context, &text)
}

/// Writes a JSON value as text.
///
/// # Errors
///
/// [`TrapKind::InvalidJson`], [`TrapKind::HeapLimit`].
#[raya_macros::op(json_stringify)]
pub fn json_stringify(context: &mut Context, value: Any) -> Result<Ref, Trap> {
    let text = stringify(context, value)?;
    Ok(context.heap.allocate_string(&text)?)
}
