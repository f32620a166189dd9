//! Turns values into text: as the language prints them, and as literals of examples.
//!
//! Both walk over data with a list of what is still to be written instead of recursion, and know the objects that they are inside
//! of: cyclic data and deep nesting end, and can't overflow the host's stack.

use std::collections::BTreeSet;

use crate::any::{Any, AnyKind};
use crate::context::{Context, Object};
use crate::number::{float_literal, float_text};
use crate::opaque::{Json, Opaque};
use crate::value::{Ref, Value};

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// As the language prints: `1` for the float 1, a string without quotes where it stands alone.
    Plain,
    /// As a literal of examples: `1.0`, `"text"`, `any(1)`.
    Literal,
}

/// A value as the language prints it. Strings inside of other values are quoted; a place where an object contains itself is `<cycle>`; what
/// is longer than the limit on texts is cut with `…`.
pub fn display(context: &Context, value: Value) -> String {
    if let AnyKind::Ref(reference) = value.to_any().kind()
        && let Some(text) = context.heap.text(reference)
    {
        return text.to_owned();
    }
    write(context, value, Style::Plain)
}

/// A value as examples write it: `7`, `2.5`, `"text"`, `any(3)`, `null`.
pub fn literal(context: &Context, value: Value) -> String {
    write(context, value, Style::Literal)
}

/// What is still to be written.
enum Piece {
    Value(Value),
    Text(&'static str),
    Name(String),
    /// The end of an object that may contain itself.
    Leave(Ref),
}

/// Objects deeper than this are shown as `…`.
const DEEPEST: usize = 100;

fn write(context: &Context, value: Value, style: Style) -> String {
    let limit = context.limits.text;
    let mut out = String::new();
    let mut inside = BTreeSet::new();
    let mut pieces = vec![Piece::Value(value)];
    while let Some(piece) = pieces.pop() {
        if out.len() > limit {
            out.push('…');
            break;
        }
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(name) => out.push_str(&name),
            Piece::Leave(reference) => {
                inside.remove(&reference);
            }
            Piece::Value(Value::Any(any)) if style == Style::Literal => {
                out.push_str("any(");
                pieces.push(Piece::Text(")"));
                pieces.push(Piece::Value(unwrap(any)));
            }
            Piece::Value(value) => match value.to_any().kind() {
                AnyKind::Null => out.push_str("null"),
                AnyKind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
                AnyKind::I32(value) => out.push_str(&value.to_string()),
                AnyKind::F64(value) if style == Style::Plain => out.push_str(&float_text(value)),
                AnyKind::F64(value) => out.push_str(&float_literal(value)),
                AnyKind::Ref(reference) if inside.contains(&reference) => out.push_str("<cycle>"),
                AnyKind::Ref(_) if inside.len() >= DEEPEST => out.push('…'),
                AnyKind::Ref(reference) => {
                    if let Some(mut parts) = parts(context, reference, &mut out, limit) {
                        inside.insert(reference);
                        parts.push(Piece::Leave(reference));
                        pieces.extend(parts.into_iter().rev());
                    }
                }
            },
        }
    }
    out
}

/// The value inside an `any`, in its own representation.
fn unwrap(any: Any) -> Value {
    match any.kind() {
        AnyKind::Null => Value::Ref(Ref::NULL),
        AnyKind::Bool(value) => Value::Bool(value),
        AnyKind::I32(value) => Value::I32(value),
        AnyKind::F64(value) => Value::F64(value),
        AnyKind::Ref(value) => Value::Ref(value),
    }
}

/// Writes an object without parts to `out`, or gives the parts of one that has some. At most `limit` parts are given: more would
/// be cut anyway.
fn parts(context: &Context, reference: Ref, out: &mut String, limit: usize) -> Option<Vec<Piece>> {
    let module = &context.module;
    let function = |id: raya_facts::FunctionId| {
        module
            .functions
            .get(id.0 as usize)
            .map_or("?", |function| function.name.as_str())
    };
    match context.heap.get(reference)? {
        Object::Str(text) => {
            quote(text, out);
            None
        }
        Object::Array(array) => Some(sequence(
            "[",
            array.iter().take(limit).map(|item| vec![Piece::Value(item)]),
            "]",
        )),
        Object::Tuple(tuple) => Some(sequence(
            "(",
            tuple.iter().take(limit).map(|item| vec![Piece::Value(item)]),
            ")",
        )),
        Object::Instance(instance) => {
            let class = crate::types::class_of_instance(&instance);
            let name = module.classes.get(class.index()).map_or("?", |class| class.name.as_str());
            let names = crate::layout::field_names(context, class);
            let fields = instance.iter().take(limit).enumerate().map(|(index, value)| {
                let field = names.get(index).cloned().unwrap_or_else(|| index.to_string());
                vec![Piece::Name(format!("{field}: ")), Piece::Value(value)]
            });
            let mut parts = vec![Piece::Name(name.to_owned())];
            if instance.is_empty() {
                parts.push(Piece::Text(" {}"));
            } else {
                parts.extend(sequence(" { ", fields, " }"));
            }
            Some(parts)
        }
        Object::Boxed(Opaque::Json(Json::Array(items))) => Some(sequence(
            "[",
            items.iter().take(limit).map(|item| vec![Piece::Value(unwrap(*item))]),
            "]",
        )),
        Object::Boxed(Opaque::Json(Json::Object(members))) => {
            let members = members.iter().take(limit).map(|(name, value)| {
                let mut key = String::new();
                quote(name, &mut key);
                key.push_str(": ");
                vec![Piece::Name(key), Piece::Value(unwrap(*value))]
            });
            Some(sequence("{", members, "}"))
        }
        Object::Cell(cell) => {
            let content = cell.iter().map(|content| vec![Piece::Value(content)]);
            Some(sequence("cell(", content, ")"))
        }
        Object::Boxed(Opaque::Map(map)) => {
            let entries = map
                .keys()
                .zip(map.values())
                .take(limit)
                .map(|(key, value)| vec![Piece::Value(unwrap(key)), Piece::Text(": "), Piece::Value(unwrap(value))]);
            Some(sequence("map{", entries, "}"))
        }
        Object::Boxed(Opaque::Set(set)) => {
            let values = set.keys().take(limit).map(|value| vec![Piece::Value(unwrap(value))]);
            Some(sequence("set{", values, "}"))
        }
        Object::Closure(closure) => {
            out.push_str(&format!("<function {}>", function(closure.function())));
            None
        }
        Object::Boxed(Opaque::Task(task)) => {
            out.push_str(&format!("<task {}>", task.number));
            None
        }
        Object::Boxed(Opaque::TypeInfo(type_id)) => {
            out.push_str(&format!("<type {}>", crate::types::name(context, *type_id)));
            None
        }
        Object::Boxed(Opaque::Namespace(import)) => {
            let name = module
                .imports
                .get(*import as usize)
                .map_or("?", |import| import.module.as_str());
            out.push_str(&format!("<module {name}>"));
            None
        }
        Object::Boxed(Opaque::Mutex(_)) => {
            out.push_str("<mutex>");
            None
        }
        Object::Boxed(Opaque::Semaphore(_)) => {
            out.push_str("<semaphore>");
            None
        }
        Object::Boxed(Opaque::Channel(_)) => {
            out.push_str("<channel>");
            None
        }
    }
}

fn sequence(open: &'static str, items: impl Iterator<Item = Vec<Piece>>, close: &'static str) -> Vec<Piece> {
    let mut parts = vec![Piece::Text(open)];
    for (index, item) in items.enumerate() {
        if index > 0 {
            parts.push(Piece::Text(", "));
        }
        parts.extend(item);
    }
    parts.push(Piece::Text(close));
    parts
}

/// Writes a text in quotes, with the escapes of JSON.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
}
