//! Lists the functions that the host provides, by the names under which modules declare them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;

use raya_facts::module::Native as Declaration;
use raya_facts::{TrapKind, TypeId};

use crate::any::Any;
use crate::context::Context;
use crate::native_context::NativeContext;
use crate::number::float_text;
use crate::text;
use crate::trap::Trap;
use crate::typed::{ToValue, Wanted};
use crate::types;
use crate::value::{Ref, SlotKind, Value};

/// A native function as instructions call it. It is given the context and as many values as its declaration has parameters, or more with a rest. One that
/// gives [`Poll::Pending`] is called again with the same values whenever the task's turn comes: nobody knows what it waits for.
///
/// Nothing is collected while it runs, so that it can hold references. One that fails with [`TrapKind::HeapLimit`] is called once more
/// after a collection: it makes its objects before it does anything that can be seen.
pub type NativeFunction = Arc<dyn Fn(&mut Context, &[Value]) -> Result<Poll<Value>, Trap> + Send + Sync>;

/// A function of the language itself that an engine can call without making a list of its arguments, which have the representations of
/// its declaration. It gives what it declares.
#[derive(Debug, Clone, Copy)]
pub enum DirectFunction {
    /// Of a reference and at most two values that carry their kind; those that a call doesn't have are null.
    Receiver(fn(&mut Context, Ref, Any, Any) -> Result<Value, Trap>),
    /// Of a float.
    Float(fn(f64) -> f64),
}

impl DirectFunction {
    /// What it gives for a list of arguments.
    fn call(self, context: &mut Context, values: &[Value]) -> Result<Value, Trap> {
        match (self, values) {
            (DirectFunction::Receiver(function), values) => {
                let any = |index: usize| values.get(index).map_or(Any::NULL, |value| value.to_any());
                let receiver = match values.first() {
                    Some(Value::Ref(receiver)) => *receiver,
                    _ => Ref::NULL,
                };
                function(context, receiver, any(1), any(2))
            }
            (DirectFunction::Float(function), [Value::F64(value)]) => Ok(Value::F64(function(*value))),
            (DirectFunction::Float(_), _) => Err(arguments("a function of a float")),
        }
    }
}

/// What a native function takes and gives. A declaration must agree with it, so that no native meets a value that it can't handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeType {
    /// The types of its parameters; `None` for any type at all.
    pub params: &'static [Option<TypeId>],
    /// Whether further arguments of any type may follow.
    pub rest: bool,
    /// The type of what it gives; `ref` for any type of references that the declaration states, which each result is checked against.
    pub result: TypeId,
}

impl NativeType {
    /// Whether a module's declaration agrees.
    pub fn agrees(&self, declaration: &Declaration) -> bool {
        let fits = |wanted: &Option<TypeId>, found: &TypeId| wanted.is_none_or(|wanted| wanted == *found);
        // Parameters beyond the listed ones are declared either one by one or as a rest.
        let listed = declaration.params.len() >= self.params.len()
            && self
                .params
                .iter()
                .zip(&declaration.params)
                .all(|(wanted, found)| fits(wanted, found));
        let further = self.rest || (declaration.params.len() == self.params.len() && declaration.rest.is_none());
        let reference = self.result == TypeId::REF && types::slot(declaration.result) == SlotKind::Ref;
        listed && further && (declaration.result == self.result || reference)
    }
}

/// A native function.
#[derive(Clone)]
struct Native {
    signature: Signature,
    function: NativeFunction,
    direct: Option<DirectFunction>,
}

/// What a native function takes and gives.
#[derive(Debug, Clone, Copy)]
enum Signature {
    Listed(NativeType),
    Typed { params: &'static [Wanted], result: Wanted },
}

impl Signature {
    fn agrees(&self, declaration: &Declaration) -> bool {
        match self {
            Signature::Listed(listed) => listed.agrees(declaration),
            Signature::Typed { params, result } => {
                let same = params.len() == declaration.params.len() && declaration.rest.is_none();
                let mut pairs = params.iter().zip(&declaration.params);
                same && pairs.all(|(wanted, found)| wanted.fits(*found)) && result.fits(declaration.result)
            }
        }
    }
}

impl core::fmt::Display for Signature {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (params, rest, result) = match self {
            Signature::Listed(listed) => {
                let wanted = |param: &Option<TypeId>| param.map_or(Wanted::Anything, Wanted::Type);
                let params: Vec<Wanted> = listed.params.iter().map(wanted).collect();
                (params, listed.rest, Wanted::Type(listed.result))
            }
            Signature::Typed { params, result } => (params.to_vec(), false, *result),
        };
        let mut params: Vec<String> = params.iter().map(Wanted::to_string).collect();
        if rest {
            params.push("any further arguments".to_owned());
        }
        match params.as_slice() {
            [] => f.write_str("it takes nothing")?,
            params => write!(f, "it takes {}", params.join(", "))?,
        }
        write!(f, " and gives {result}")
    }
}

impl core::fmt::Debug for Native {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Native({})", self.signature)
    }
}

/// A native function with its name and its types. `#[raya_macros::native]` makes one of a Rust function.
#[derive(Clone)]
pub struct NativeDeclaration {
    name: &'static str,
    params: &'static [Wanted],
    result: Wanted,
    function: fn(&mut NativeContext<'_>, &[Value]) -> Result<Value, Trap>,
}

impl NativeDeclaration {
    /// What the attribute writes.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        params: &'static [Wanted],
        result: Wanted,
        function: fn(&mut NativeContext<'_>, &[Value]) -> Result<Value, Trap>,
    ) -> NativeDeclaration {
        NativeDeclaration {
            name,
            params,
            result,
            function,
        }
    }

    /// The name under which modules declare it.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl core::fmt::Debug for NativeDeclaration {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (params, result) = (self.params, self.result);
        write!(f, "NativeDeclaration({}: {})", self.name, Signature::Typed { params, result })
    }
}

/// The arguments that a native function was given, one after the other.
#[doc(hidden)]
#[derive(Debug)]
pub struct Given<'a> {
    name: &'static str,
    values: core::slice::Iter<'a, Value>,
}

impl<'a> Given<'a> {
    /// All of them.
    pub fn new(name: &'static str, values: &'a [Value]) -> Given<'a> {
        Given {
            name,
            values: values.iter(),
        }
    }

    /// The next one. That there is one was made sure when the declarations were compared.
    #[expect(clippy::should_implement_trait, reason = "the end is an error")]
    pub fn next(&mut self) -> Result<Value, Trap> {
        self.values.next().copied().ok_or_else(|| arguments(self.name))
    }
}

/// Why a native function gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeError(Trap);

impl NativeError {
    /// It failed: the program gets an exception with this message.
    pub fn new(message: impl Into<String>) -> NativeError {
        NativeError(Trap::new(TrapKind::NativeFailed, message))
    }

    /// It throws this value.
    pub fn throwing(exception: Any) -> NativeError {
        NativeError(Trap::throwing(exception))
    }
}

impl core::fmt::Display for NativeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl core::error::Error for NativeError {}

impl From<String> for NativeError {
    fn from(message: String) -> NativeError {
        NativeError::new(message)
    }
}

impl From<&str> for NativeError {
    fn from(message: &str) -> NativeError {
        NativeError::new(message)
    }
}

impl From<Trap> for NativeError {
    fn from(trap: Trap) -> NativeError {
        NativeError(trap)
    }
}

/// What a native function may return: something that a program can be given, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "a native function can't give a `{Self}`",
    label = "programs know nothing like it",
    note = "it can give `i32`, `f64`, `bool`, `String`, `&str`, `Any`, `Handle`, `Value` and `()`, or a `Result` of one of these"
)]
pub trait NativeResult {
    /// Which declared types it can be the result of.
    const WANTED: Wanted;

    /// Makes the value.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn finish(self, context: &mut NativeContext<'_>) -> Result<Value, Trap>;
}

impl<T: ToValue> NativeResult for T {
    const WANTED: Wanted = T::WANTED;

    fn finish(self, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        self.to_value(context)
    }
}

impl<T: ToValue, E> NativeResult for Result<T, E>
where
    NativeError: From<E>,
{
    const WANTED: Wanted = T::WANTED;

    fn finish(self, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        match self {
            Ok(value) => value.to_value(context),
            Err(error) => Err(NativeError::from(error).0),
        }
    }
}

/// Native functions by name.
#[derive(Debug, Clone)]
pub struct Natives {
    functions: BTreeMap<String, Native>,
}

impl Default for Natives {
    fn default() -> Self {
        Natives::standard()
    }
}

impl Natives {
    /// None at all.
    pub fn empty() -> Natives {
        Natives {
            functions: BTreeMap::new(),
        }
    }

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

    /// Adds a function, or replaces the one of that name.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        signature: NativeType,
        function: impl Fn(&mut NativeContext<'_>, &[Value]) -> Result<Value, Trap> + Send + Sync + 'static,
    ) {
        self.add_suspending(name, signature, move |context, values| {
            function(context, values).map(Poll::Ready)
        });
    }

    /// Adds a function that may have to wait, or replaces the one of that name.
    pub fn add_suspending(
        &mut self,
        name: impl Into<String>,
        signature: NativeType,
        function: impl Fn(&mut NativeContext<'_>, &[Value]) -> Result<Poll<Value>, Trap> + Send + Sync + 'static,
    ) {
        let native = Native {
            signature: Signature::Listed(signature),
            function: Arc::new(move |context, values| function(&mut NativeContext::new(context), values)),
            direct: None,
        };
        self.functions.insert(name.into(), native);
    }

    /// Adds a function of the language itself, which knows what engines rely on.
    pub(crate) fn add_standard(
        &mut self,
        name: impl Into<String>,
        signature: NativeType,
        function: impl Fn(&mut Context, &[Value]) -> Result<Value, Trap> + Send + Sync + 'static,
    ) {
        let native = Native {
            signature: Signature::Listed(signature),
            function: Arc::new(move |context, values| function(context, values).map(Poll::Ready)),
            direct: None,
        };
        self.functions.insert(name.into(), native);
    }

    /// Adds a function of the language that engines may call directly.
    pub(crate) fn add_direct(&mut self, name: &'static str, signature: NativeType, function: DirectFunction) {
        let native = Native {
            signature: Signature::Listed(signature),
            function: Arc::new(move |context, values| function.call(context, values).map(Poll::Ready)),
            direct: Some(function),
        };
        self.functions.insert(name.to_owned(), native);
    }

    /// The function that a module's declaration means, if it can be called directly.
    pub(crate) fn direct(&self, declaration: &Declaration) -> Option<DirectFunction> {
        let native = self.functions.get(&declaration.name)?;
        // One of any type of references is looked at when it comes.
        let is_plain = matches!(native.signature, Signature::Listed(listed) if listed.result == declaration.result);
        (is_plain && native.signature.agrees(declaration)).then_some(native.direct)?
    }

    /// Adds a function that `#[raya_macros::native]` declared, or replaces the one of that name.
    pub fn register(&mut self, declaration: NativeDeclaration) -> &mut Natives {
        let NativeDeclaration {
            name,
            params,
            result,
            function,
        } = declaration;
        let native = Native {
            signature: Signature::Typed { params, result },
            function: Arc::new(move |context, values| function(&mut NativeContext::new(context), values).map(Poll::Ready)),
            direct: None,
        };
        self.functions.insert(name.to_owned(), native);
        self
    }

    /// The function that a module's declaration means.
    ///
    /// # Errors
    ///
    /// [`TrapKind::MissingNative`] when there is none of that name, or it takes or gives something else.
    pub fn resolve(&self, declaration: &Declaration) -> Result<NativeFunction, Trap> {
        let name = &declaration.name;
        match self.functions.get(name) {
            Some(native) if native.signature.agrees(declaration) => Ok(native.function.clone()),
            Some(native) => Err(Trap::new(
                TrapKind::MissingNative,
                format!(
                    "the native function `{name}` has other parameters or another result: {}",
                    native.signature
                ),
            )),
            None => Err(Trap::new(
                TrapKind::MissingNative,
                format!("the host provides no native function `{name}`"),
            )),
        }
    }
}

fn arguments(name: &str) -> Trap {
    Trap::new(
        TrapKind::InvalidArgument,
        format!("`{name}` was called with other arguments than it takes"),
    )
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
