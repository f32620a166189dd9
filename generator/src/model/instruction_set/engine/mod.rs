//! The fast engine of a set: what is emitted beside the hand-written crate that it names, and how its ops are run there.

pub mod family;
pub mod layout;
pub mod plan;
pub mod sequence;
pub mod words;

pub use family::{CacheField, Family};
pub use plan::{Handler, Plan};
pub use sequence::Chain;
pub use words::{FUSES, Fuse, LOCATIONS, Location};

use super::op::Op;
use super::types::Slot;
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

/// A sequence of ops that is run as one.
#[derive(Debug, Clone)]
pub struct Superinstruction {
    /// `multiply_add`.
    pub name: String,
    /// Where such sequences come from.
    pub doc: String,
    /// The ops in order, and where each is named.
    pub ops: Vec<(Id<Op>, Span)>,
    /// Whether what the first op gives is stored in a local, where the next one reads it.
    pub stores: bool,
    /// The input of the last op that is what the one before gives, where only one is wanted, and where it is named.
    pub input: Option<(String, Span)>,
    /// What type variables stand for; empty for everything.
    pub kinds: Vec<Id<Slot>>,
    /// The `[superinstruction.multiply_add]` entry.
    pub span: Span,
}

impl Superinstruction {
    /// Whether its type variables may stand for values that are represented so.
    pub fn allows(&self, slot: Id<Slot>) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&slot)
    }
}
