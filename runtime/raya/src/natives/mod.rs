//! Lists the functions that the host provides, by the names under which modules declare them.

mod declaration;
mod standard;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;

use raya_facts::module::Native as Declaration;
use raya_facts::{TrapKind, TypeId};

use crate::any::Any;
use crate::context::Context;
use crate::native_context::NativeContext;
use crate::trap::Trap;
use crate::typed::Wanted;
use crate::types;
use crate::value::{Ref, SlotKind, Value};

pub use declaration::{Given, NativeDeclaration, NativeError, NativeResult};

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
    Receiver(ReceiverFunction),
    /// Of a float.
    Float(fn(f64) -> f64),
}

/// What it gives is a word, as it lies in a frame. Both that and a boxed trap are handed over in registers.
pub type ReceiverFunction = fn(&mut Context, Ref, Any, Any) -> Result<u64, Box<Trap>>;

impl DirectFunction {
    /// What it gives for a list of arguments, in the representation of its result.
    fn call(self, context: &mut Context, values: &[Value], result: SlotKind) -> Result<Value, Trap> {
        match (self, values) {
            (DirectFunction::Receiver(function), values) => {
                let any = |index: usize| values.get(index).map_or(Any::NULL, |value| value.to_any());
                let receiver = match values.first() {
                    Some(Value::Ref(receiver)) => *receiver,
                    _ => Ref::NULL,
                };
                match function(context, receiver, any(1), any(2)) {
                    Ok(word) => Ok(Value::from_word(word, result)),
                    Err(trap) => Err(*trap),
                }
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
        let result = types::slot(signature.result);
        let native = Native {
            signature: Signature::Listed(signature),
            function: Arc::new(move |context, values| function.call(context, values, result).map(Poll::Ready)),
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
