//! The functions that every program has, beside those of maps and sets.

use raya_facts::{TrapKind, TypeId};

use super::{DirectFunction, NativeType, Natives, arguments};
use crate::context::Context;
use crate::number::float_text;
use crate::text;
use crate::trap::Trap;
use crate::value::{Ref, Value};

impl Natives {
    /// Those that every program has.
    pub fn standard() -> Natives {
        let mut natives = Natives::empty();
        let one_text: &'static [Option<TypeId>] = &[Some(TypeId::STR)];
        let one_float: &'static [Option<TypeId>] = &[Some(TypeId::F64)];
        natives.add_standard(
            "print",
            NativeType {
                params: &[],
                rest: true,
                result: TypeId::NULL,
            },
            |context, values| print(context, values, "\n"),
        );
        natives.add_standard(
            "write",
            NativeType {
                params: &[],
                rest: true,
                result: TypeId::NULL,
            },
            |context, values| print(context, values, ""),
        );
        natives.add_standard(
            "clock",
            NativeType {
                params: &[],
                rest: false,
                result: TypeId::F64,
            },
            |context, _| {
                // The virtual clock would need 285 000 years to pass the integers that a float holds exactly.
                Ok(Value::F64(context.tasks.clock as f64))
            },
        );
        for (name, function) in [
            ("floor", f64::floor as fn(f64) -> f64),
            ("ceil", f64::ceil),
            ("trunc", f64::trunc),
            ("abs", f64::abs),
            ("sqrt", f64::sqrt),
        ] {
            let signature = NativeType {
                params: one_float,
                rest: false,
                result: TypeId::F64,
            };
            natives.add_direct(name, signature, DirectFunction::Float(function));
        }
        natives.add_standard(
            "upper",
            NativeType {
                params: one_text,
                rest: false,
                result: TypeId::STR,
            },
            |context, values| {
                let text = text_argument(context, values)?.to_uppercase();
                Ok(Value::Ref(context.heap.allocate_string(&text)?))
            },
        );
        natives.add_standard(
            "lower",
            NativeType {
                params: one_text,
                rest: false,
                result: TypeId::STR,
            },
            |context, values| {
                let text = text_argument(context, values)?.to_lowercase();
                Ok(Value::Ref(context.heap.allocate_string(&text)?))
            },
        );
        let slice = NativeType {
            params: &[Some(TypeId::STR), Some(TypeId::I32), Some(TypeId::I32)],
            rest: false,
            result: TypeId::STR,
        };
        natives.add_standard("substring", slice, substring);
        crate::collections::add_natives(&mut natives);
        natives
    }
}

/// Prints the values with spaces between them, then `end`.
fn print(context: &mut Context, values: &[Value], end: &str) -> Result<Value, Trap> {
    let mut line = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        match value {
            // By far the most frequent, and nothing to look up.
            Value::F64(value) => line.push_str(&float_text(*value)),
            value => line.push_str(&text::display(context, *value)),
        }
    }
    line.push_str(end);
    match context.output.write(line.as_bytes()) {
        Ok(()) => Ok(Value::Ref(Ref::NULL)),
        Err(error) => Err(Trap::new(TrapKind::NativeFailed, format!("`print` could not write: {error}"))),
    }
}

/// The one string argument of a native.
fn text_argument(context: &Context, values: &[Value]) -> Result<String, Trap> {
    match values.first() {
        Some(Value::Ref(reference)) if !reference.is_null() => context
            .heap
            .text(*reference)
            .map(str::to_owned)
            .ok_or_else(|| Trap::new(TrapKind::TypeError, "expected a string")),
        _ => Err(crate::context::null("a string")),
    }
}

/// The bytes from a start up to an end, which must be between characters.
fn substring(context: &mut Context, values: &[Value]) -> Result<Value, Trap> {
    let [text, Value::I32(start), Value::I32(end)] = values else {
        return Err(arguments("substring"));
    };
    let text = text_argument(context, &[*text])?;
    let range = usize::try_from(*start).ok().zip(usize::try_from(*end).ok());
    match range.and_then(|(start, end)| text.get(start..end)) {
        Some(part) => Ok(Value::Ref(context.heap.allocate_string(part)?)),
        None => Err(Trap::new(
            TrapKind::IndexOutOfRange,
            format!(
                "bytes {start} to {end} of a text of {} bytes, or within a character",
                text.len()
            ),
        )),
    }
}
