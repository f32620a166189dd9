//! Values, and how a program ends.

use std::fmt;

use tiny_facts::TrapKind;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ref(pub u32);

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    I32(i32),
    F64(f64),
    Bool(bool),
    Ref(Ref),
}

impl Value {
    pub fn is_null(self) -> bool {
        self == Value::Null
    }
}

/// A Rust type that a value can be.
pub trait Slot: Sized {
    fn from_value(value: Value) -> Result<Self, Trip>;
    fn into_value(self) -> Value;
}

macro_rules! slots {
    ($($variant:ident($type:ty)),*) => {
        $(impl Slot for $type {
            fn from_value(value: Value) -> Result<Self, Trip> {
                match value {
                    Value::$variant(inner) => Ok(inner),
                    _ => Err(Trip("another value was expected".to_owned())),
                }
            }
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        })*
    };
}

slots!(I32(i32), F64(f64), Bool(bool), Ref(Ref));

impl Slot for Value {
    fn from_value(value: Value) -> Result<Self, Trip> {
        Ok(value)
    }
    fn into_value(self) -> Value {
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    pub kind: TrapKind,
    pub message: String,
}

impl Trap {
    pub fn new(kind: TrapKind, message: impl Into<String>) -> Trap {
        Trap {
            kind,
            message: message.into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip(pub String);

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    Trap(Trap),
    Trip(Trip),
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Stop {
        Stop::Trap(trap)
    }
}

impl From<Trip> for Stop {
    fn from(trip: Trip) -> Stop {
        Stop::Trip(trip)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Trap(Trap),
    Trip(Trip),
    Call(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.cause, f)
    }
}

impl std::error::Error for Failure {}
