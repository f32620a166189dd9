//! What `#[raya_macros::native]` makes of a Rust function.

use raya_facts::TrapKind;

use super::{Signature, arguments};
use crate::any::Any;
use crate::native_context::NativeContext;
use crate::trap::Trap;
use crate::typed::{ToValue, Wanted};
use crate::value::Value;

/// A native function with its name and its types. `#[raya_macros::native]` makes one of a Rust function.
#[derive(Clone)]
pub struct NativeDeclaration {
    pub(super) name: &'static str,
    pub(super) params: &'static [Wanted],
    pub(super) result: Wanted,
    pub(super) function: fn(&mut NativeContext<'_>, &[Value]) -> Result<Value, Trap>,
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
