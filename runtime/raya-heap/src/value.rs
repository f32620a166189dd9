//! Holds what a slot of the operand stack can hold: a number, a boolean, a value of run-time kind, or a reference.

use core::fmt;

use crate::any::{Any, AnyKind};
use crate::error::WrongSlot;
pub use crate::reference::Ref;

/// The representation of a value, which its static type decides.
pub use raya_facts::types::SlotKind;

/// A value in a slot of the operand stack, a local, a field, …
///
/// The oracle keeps the representation beside the bits, so that it can tell when code and types disagree; an engine that runs only
/// verified code keeps the bits alone. Equality is that of the bits, so that a NaN equals itself and the zeros differ.
#[derive(Clone, Copy)]
pub enum Value {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit float.
    F64(f64),
    /// A truth value.
    Bool(bool),
    /// A value that carries its kind.
    Any(Any),
    /// A reference.
    Ref(Ref),
}

impl Value {
    /// How it is represented.
    pub fn slot(self) -> SlotKind {
        match self {
            Value::I32(_) => SlotKind::I32,
            Value::F64(_) => SlotKind::F64,
            Value::Bool(_) => SlotKind::Bool,
            Value::Any(_) => SlotKind::Any,
            Value::Ref(_) => SlotKind::Ref,
        }
    }

    /// What fields, locals and new array elements of a representation start as.
    pub fn zero(slot: SlotKind) -> Value {
        match slot {
            SlotKind::I32 => Value::I32(0),
            SlotKind::F64 => Value::F64(0.0),
            SlotKind::Bool => Value::Bool(false),
            SlotKind::Any => Value::Any(Any::NULL),
            SlotKind::Ref => Value::Ref(Ref::NULL),
        }
    }

    /// The 64 bits of a raw slot: integers and references are zero-extended, a truth value is 0 or 1.
    #[inline]
    pub fn word(self) -> u64 {
        match self {
            Value::I32(value) => u64::from(value.cast_unsigned()),
            Value::F64(value) => value.to_bits(),
            Value::Bool(value) => u64::from(value),
            Value::Any(value) => value.bits(),
            Value::Ref(value) => u64::from(value.bits()),
        }
    }

    /// The value whose [`word`](Value::word) this is in the representation `slot`. Bits that no value of it has are ignored.
    #[inline]
    pub fn from_word(word: u64, slot: SlotKind) -> Value {
        match slot {
            SlotKind::I32 => Value::I32((word as u32).cast_signed()),
            SlotKind::F64 => Value::F64(f64::from_bits(word)),
            SlotKind::Bool => Value::Bool(word & 1 != 0),
            SlotKind::Any => Value::Any(Any::from_bits(word)),
            SlotKind::Ref => Value::Ref(Ref::from_bits(word as u32)),
        }
    }

    /// Whether it is null, in either representation that has one.
    pub fn is_null(self) -> bool {
        matches!(self, Value::Ref(Ref::NULL) | Value::Any(Any::NULL))
    }

    /// The value in a slot of this representation.
    ///
    /// The one thing that changes its representation here is null. A null-safe access to null can't see from the null whether its
    /// result is a reference or an `any`; only the verifier knows, so that either null is taken for the other.
    ///
    /// # Errors
    ///
    /// [`WrongSlot`] when it has another representation.
    pub fn fit(self, expected: SlotKind) -> Result<Value, WrongSlot> {
        match (self, expected) {
            (value, _) if value.slot() == expected => Ok(value),
            (value, SlotKind::Any | SlotKind::Ref) if value.is_null() => Ok(Value::zero(expected)),
            (value, _) => Err(WrongSlot {
                expected,
                found: value.slot(),
            }),
        }
    }

    /// The same value with its kind: what `box` makes of it.
    pub fn to_any(self) -> Any {
        match self {
            Value::I32(value) => Any::from_i32(value),
            Value::F64(value) => Any::from_f64(value),
            Value::Bool(value) => Any::from_bool(value),
            Value::Any(value) => value,
            Value::Ref(value) => Any::from_ref(value),
        }
    }
}

impl Any {
    /// The value in the representation `slot`, where its kind has one: what `unbox` gives.
    ///
    /// Integers don't become floats here; a conversion is an op of its own.
    pub fn to_slot(self, slot: SlotKind) -> Option<Value> {
        match (slot, self.kind()) {
            (SlotKind::Any, _) => Some(Value::Any(self)),
            (SlotKind::I32, AnyKind::I32(value)) => Some(Value::I32(value)),
            (SlotKind::F64, AnyKind::F64(value)) => Some(Value::F64(value)),
            (SlotKind::Bool, AnyKind::Bool(value)) => Some(Value::Bool(value)),
            (SlotKind::Ref, AnyKind::Ref(value)) => Some(Value::Ref(value)),
            (SlotKind::Ref, AnyKind::Null) => Some(Value::Ref(Ref::NULL)),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::I32(a), Value::I32(b)) => a == b,
            (Value::F64(a), Value::F64(b)) => a.to_bits() == b.to_bits(),
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Any(a), Value::Any(b)) => a == b,
            (Value::Ref(a), Value::Ref(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(value) => write!(f, "I32({value})"),
            Value::F64(value) => write!(f, "F64({value:?})"),
            Value::Bool(value) => write!(f, "Bool({value})"),
            Value::Any(value) => write!(f, "{value:?}"),
            Value::Ref(value) => write!(f, "{value:?}"),
        }
    }
}

/// A Rust type that stands for one representation. Dispatch code pops and pushes through it.
pub trait Slot: Sized {
    /// The value in this representation.
    ///
    /// # Errors
    ///
    /// [`WrongSlot`] when the value has another one.
    fn from_value(value: Value) -> Result<Self, WrongSlot>;

    /// The value to push.
    fn into_value(self) -> Value;
}

impl Slot for Value {
    fn from_value(value: Value) -> Result<Self, WrongSlot> {
        Ok(value)
    }

    fn into_value(self) -> Value {
        self
    }
}

macro_rules! slot {
    ($($rust:ty => $variant:ident),* $(,)?) => {$(
        impl Slot for $rust {
            fn from_value(value: Value) -> Result<Self, WrongSlot> {
                match value.fit(SlotKind::$variant)? {
                    Value::$variant(inner) => Ok(inner),
                    other => Err(WrongSlot { expected: SlotKind::$variant, found: other.slot() }),
                }
            }

            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }

        impl From<$rust> for Value {
            fn from(inner: $rust) -> Value {
                Value::$variant(inner)
            }
        }
    )*};
}

slot! {
    i32 => I32,
    f64 => F64,
    bool => Bool,
    Any => Any,
    Ref => Ref,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_bitwise() {
        assert_eq!(Value::F64(f64::NAN), Value::F64(f64::NAN));
        assert_ne!(Value::F64(0.0), Value::F64(-0.0));
        assert_ne!(Value::I32(0), Value::Bool(false));
        assert_ne!(Value::Any(Any::NULL), Value::Ref(Ref::NULL));
    }

    #[test]
    fn null_fits_where_null_has_a_representation() {
        assert_eq!(<Ref as Slot>::from_value(Value::Any(Any::NULL)), Ok(Ref::NULL));
        assert_eq!(<Any as Slot>::from_value(Value::Ref(Ref::NULL)), Ok(Any::NULL));
        assert!(<Ref as Slot>::from_value(Value::Any(Any::from_i32(0))).is_err());
        assert!(<i32 as Slot>::from_value(Value::Any(Any::NULL)).is_err());
    }

    #[test]
    fn values_round_trip_through_words() {
        for value in [
            Value::I32(-1),
            Value::I32(i32::MIN),
            Value::F64(-0.0),
            Value::F64(f64::NAN),
            Value::Bool(true),
            Value::Any(Any::NULL),
            Value::Any(Any::from_i32(-7)),
            Value::Ref(Ref::from_bits(u32::MAX)),
        ] {
            assert_eq!(Value::from_word(value.word(), value.slot()), value);
        }
        assert_eq!(Value::I32(-1).word(), 0xFFFF_FFFF);
        assert_eq!(Value::zero(SlotKind::Any).word(), Any::NULL.bits());
    }

    #[test]
    fn a_value_of_another_slot_is_refused() {
        assert!(matches!(
            <i32 as Slot>::from_value(Value::F64(1.0)),
            Err(WrongSlot {
                expected: SlotKind::I32,
                found: SlotKind::F64
            })
        ));
    }

    #[test]
    fn an_integer_does_not_turn_into_a_float_silently() {
        assert_eq!(Any::from_i32(3).to_slot(SlotKind::F64), None);
        assert_eq!(Any::from_f64(3.0).to_slot(SlotKind::I32), None);
        assert_eq!(Any::NULL.to_slot(SlotKind::I32), None);
        assert_eq!(Any::NULL.to_slot(SlotKind::Ref), Some(Value::Ref(Ref::NULL)));
    }
}
