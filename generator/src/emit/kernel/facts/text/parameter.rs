//! What calls take and return.

use crate::{Kind, Rights};

/// A parameter of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: ParameterKind,
    /// The rights that a capability needs; none for other parameters.
    pub needs: Rights,
    /// The position of an argument whose rights the capability needs beside.
    pub needs_argument: Option<usize>,
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A handle.
    Capability {
        /// The kind that it must have, if not any.
        kind: Option<Kind>,
        /// Whether null is allowed.
        optional: bool,
    },
    /// 64 bits without a meaning for the kernel, or a value of halt.
    Word,
    /// How many.
    Count,
    /// Which one, from 0.
    Index,
    /// An address of the user.
    Address,
    /// Bytes.
    Length,
    /// A set of rights.
    Rights,
    /// Ticks of the clock.
    Ticks,
    /// An amount of gas.
    Gas,
}

/// What a call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// A status alone.
    Unit,
    /// It doesn't.
    Never,
    /// A handle; of which kind, if that is always the same.
    Capability(Option<Kind>),
    /// 64 bits.
    Word,
    /// How many.
    Count,
    /// Bytes.
    Length,
    /// Ticks of the clock.
    Ticks,
    /// An amount of gas.
    Gas,
    /// Four words and a page capability or null, in registers of their own.
    Message,
}
