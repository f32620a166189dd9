//! Turns Rust values into values of programs and back, for calls in both directions: the host's calls and native functions.
//!
//! | Rust | in modules |
//! |---|---|
//! | `i32`, `f64`, `bool` | the same |
//! | `String`, `&str` | `str` |
//! | `()` as a result | `null` |
//! | [`Any`] | `any`, `json` |
//! | [`Handle`] | any type of references; the object lives at least as long as the handle |
//! | [`Value`] | whatever the declaration says |

use core::fmt;

use raya_facts::{TrapKind, TypeId};

use crate::any::Any;
use crate::handles::Handle;
use crate::native_context::NativeContext;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, SlotKind, Value};

/// Which declared types a Rust type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Type(TypeId),
    /// Those with this representation.
    Slot(SlotKind),
    /// Every type.
    Anything,
}

impl Wanted {
    /// Whether a declared type is one of them.
    pub fn fits(self, declared: TypeId) -> bool {
        match self {
            Wanted::Type(wanted) => wanted == declared,
            Wanted::Slot(slot) => types::slot(declared) == slot,
            Wanted::Anything => true,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Type(wanted) => match wanted.plain() {
                Some(kind) => write!(f, "`{}`", kind.name()),
                None => write!(f, "type {}", wanted.0),
            },
            Wanted::Slot(slot) => write!(f, "a type that is represented as `{}`", slot.name()),
            Wanted::Anything => f.write_str("any type"),
        }
    }
}

/// A Rust value that a program can be given.
#[diagnostic::on_unimplemented(
    message = "programs can't be given a `{Self}`",
    label = "no type of modules stands for this",
    note = "they can be given `i32`, `f64`, `bool`, `String`, `&str`, `Any`, `Handle` and `Value`, and as the result of a native `()`"
)]
pub trait ToValue {
    /// Which declared types it can be passed as.
    const WANTED: Wanted;

    /// Makes the value; a text becomes an object of the heap.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when there is no room for it. Nothing is collected here.
    fn to_value(&self, context: &mut NativeContext<'_>) -> Result<Value, Trap>;
}

/// A Rust value that a program can give.
#[diagnostic::on_unimplemented(
    message = "programs can't give a `{Self}`",
    label = "no type of modules stands for this",
    note = "they can give `i32`, `f64`, `bool`, `String`, `Any`, `Handle` and `Value`, and `()` for `null`; a native function can take `&str`, too"
)]
pub trait FromValue: Sized {
    /// Which declared types it can come from.
    const WANTED: Wanted;

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`] for null where a text is wanted; [`TrapKind::TypeError`] for a value of another type than was wanted.
    fn from_value(context: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap>;
}

/// What of a value of the wrong representation says; declarations are compared before, so that hosts rarely see it.
fn wrong(wanted: Wanted, found: Value) -> Trap {
    let message = format!(
        "expected a value of {wanted}, found one that is represented as `{}`",
        found.slot().name()
    );
    Trap::new(TrapKind::TypeError, message)
}

macro_rules! numbers {
    ($($rust:ty: $variant:ident, $id:ident;)*) => {$(
        impl ToValue for $rust {
            const WANTED: Wanted = Wanted::Type(TypeId::$id);

            fn to_value(&self, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
                Ok(Value::$variant(*self))
            }
        }

        impl FromValue for $rust {
            const WANTED: Wanted = Wanted::Type(TypeId::$id);

            fn from_value(_: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap> {
                match value {
                    Value::$variant(value) => Ok(value),
                    other => Err(wrong(<Self as FromValue>::WANTED, other)),
                }
            }
        }
    )*};
}

numbers! {
    i32: I32, I32;
    f64: F64, F64;
    bool: Bool, BOOL;
}

impl ToValue for str {
    const WANTED: Wanted = Wanted::Type(TypeId::STR);

    fn to_value(&self, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        Ok(Value::Ref(context.new_string(self)?))
    }
}

impl ToValue for String {
    const WANTED: Wanted = Wanted::Type(TypeId::STR);

    fn to_value(&self, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        self.as_str().to_value(context)
    }
}

impl FromValue for String {
    const WANTED: Wanted = Wanted::Type(TypeId::STR);

    fn from_value(context: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap> {
        match value {
            Value::Ref(reference) if !reference.is_null() => context
                .heap
                .text(reference)
                .map(str::to_owned)
                .ok_or_else(|| wrong(<Self as FromValue>::WANTED, value)),
            Value::Ref(_) => Err(crate::context::null("a string")),
            other => Err(wrong(<Self as FromValue>::WANTED, other)),
        }
    }
}

impl ToValue for () {
    const WANTED: Wanted = Wanted::Type(TypeId::NULL);

    fn to_value(&self, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
        Ok(Value::Ref(Ref::NULL))
    }
}

impl FromValue for () {
    const WANTED: Wanted = Wanted::Type(TypeId::NULL);

    fn from_value(_: &mut NativeContext<'_>, _: Value) -> Result<Self, Trap> {
        Ok(())
    }
}

impl ToValue for Any {
    const WANTED: Wanted = Wanted::Slot(SlotKind::Any);

    fn to_value(&self, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
        Ok(Value::Any(*self))
    }
}

impl FromValue for Any {
    const WANTED: Wanted = Wanted::Slot(SlotKind::Any);

    fn from_value(_: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap> {
        match value {
            Value::Any(value) => Ok(value),
            other => Err(wrong(<Self as FromValue>::WANTED, other)),
        }
    }
}

impl ToValue for Handle {
    const WANTED: Wanted = Wanted::Slot(SlotKind::Ref);

    fn to_value(&self, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
        Ok(self.value())
    }
}

impl FromValue for Handle {
    const WANTED: Wanted = Wanted::Slot(SlotKind::Ref);

    fn from_value(context: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap> {
        match value {
            Value::Ref(reference) => Ok(context.root(reference)),
            other => Err(wrong(<Self as FromValue>::WANTED, other)),
        }
    }
}

impl ToValue for Value {
    const WANTED: Wanted = Wanted::Anything;

    fn to_value(&self, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
        Ok(*self)
    }
}

impl FromValue for Value {
    const WANTED: Wanted = Wanted::Anything;

    fn from_value(_: &mut NativeContext<'_>, value: Value) -> Result<Self, Trap> {
        Ok(value)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    const WANTED: Wanted = T::WANTED;

    fn to_value(&self, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        T::to_value(self, context)
    }
}

/// The arguments of a call: a tuple of up to four Rust values, or a list of [`Value`]s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of arguments",
    note = "arguments are a tuple of up to four values, such as `(30,)` or `(\"name\", 2.5)`, or a `&[Value]`"
)]
pub trait Arguments {
    /// How many there are.
    fn count(&self) -> usize;

    /// Makes the value of one of them.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when there is no room for it.
    fn value(&self, index: usize, context: &mut NativeContext<'_>) -> Result<Value, Trap>;
}

impl Arguments for &[Value] {
    fn count(&self) -> usize {
        self.len()
    }

    fn value(&self, index: usize, _: &mut NativeContext<'_>) -> Result<Value, Trap> {
        self.get(index).copied().ok_or_else(no_argument)
    }
}

impl<const COUNT: usize> Arguments for &[Value; COUNT] {
    fn count(&self) -> usize {
        COUNT
    }

    fn value(&self, index: usize, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        self.as_slice().value(index, context)
    }
}

impl Arguments for &Vec<Value> {
    fn count(&self) -> usize {
        self.len()
    }

    fn value(&self, index: usize, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
        self.as_slice().value(index, context)
    }
}

fn no_argument() -> Trap {
    Trap::new(TrapKind::InvalidArgument, "there is no such argument")
}

macro_rules! tuples {
    ($(($($place:tt $name:ident),*) $count:literal;)*) => {$(
        impl<$($name: ToValue),*> Arguments for ($($name,)*) {
            fn count(&self) -> usize {
                $count
            }

            #[allow(unused_variables, reason = "the empty tuple looks at nothing")]
            fn value(&self, index: usize, context: &mut NativeContext<'_>) -> Result<Value, Trap> {
                match index {
                    $($place => self.$place.to_value(context),)*
                    _ => Err(no_argument()),
                }
            }
        }
    )*};
}

tuples! {
    () 0;
    (0 A) 1;
    (0 A, 1 B) 2;
    (0 A, 1 B, 2 C) 3;
    (0 A, 1 B, 2 C, 3 D) 4;
}
