//! The fast engine of a set: what is emitted beside the hand-written crate that it names, and how its ops are run there.

pub mod layout;
pub mod plan;

pub use plan::{Handler, Plan};

use super::op::Op;
use super::scalar::Scalar;
use crate::arena::Id;
use crate::source::Span;

/// A set's fast engine: the `[engine]` table.
#[derive(Debug, Clone)]
pub struct Engine {
    /// `raya-machine`: the crate in `runtime/` with its hand-written part.
    pub runtime: String,
    /// The handlers that are written by hand there, by their numbers, and where each is named.
    pub builtins: Vec<(String, Span)>,
    /// The most handlers that may be emitted, and where that stands.
    pub handlers: (u32, Span),
    /// The most seconds that it may take to compile.
    pub compile_seconds: u32,
    /// The table.
    pub span: Span,
}

impl Engine {
    /// `runtime/raya-machine`: where the hand-written part lives.
    pub fn runtime_folder(&self) -> String {
        format!("runtime/{}", self.runtime)
    }

    /// `raya_machine`: the same in Rust code.
    pub fn runtime_library(&self) -> String {
        self.runtime.replace('-', "_")
    }
}

/// Where an input of an op is when the fast engine runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// A word of the frame: a local, or what was a place on the stack.
    Slot,
    /// A constant in the instruction.
    Const,
}

/// The words for locations.
pub const LOCATIONS: &[(&str, Location)] = &[("slot", Location::Slot), ("const", Location::Const)];

/// What the fast engine runs together with an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fuse {
    /// A conditional jump on its result.
    Branch,
}

/// The words for what is fused.
pub const FUSES: &[(&str, Fuse)] = &[("branch", Fuse::Branch)];

/// An op whose instructions change with what they meet: an inline cache. All of its handlers read one form of instruction.
#[derive(Debug, Clone)]
pub struct Family {
    /// `method`.
    pub name: String,
    /// What is remembered.
    pub doc: String,
    /// The op that it begins as, and where that is named.
    pub generic: (Id<Op>, Span),
    /// The value in the cache that must be met again for the cache to hold.
    pub guard: (String, Span),
    /// The handler that the instruction becomes when its first run has filled the cache.
    pub specialised: (String, Span),
    /// The handler that it becomes when the guard fails.
    pub on_miss: (String, Span),
    /// What the cache holds.
    pub cache: Vec<CacheField>,
    /// The `[family.method]` entry.
    pub span: Span,
}

/// A value in a cache.
#[derive(Debug, Clone)]
pub struct CacheField {
    /// `class`.
    pub name: String,
    /// Its width.
    pub scalar: Scalar,
    /// The string in the spec.
    pub span: Span,
}

/// A sequence of ops that is run as one.
#[derive(Debug, Clone)]
pub struct Superinstruction {
    /// `multiply_add`.
    pub name: String,
    /// Where such sequences come from.
    pub doc: String,
    /// The ops in order, and where each is named.
    pub ops: Vec<(Id<Op>, Span)>,
    /// The `[superinstruction.multiply_add]` entry.
    pub span: Span,
}
