//! Words that every law has beside the calls of the kernel.

use crate::model::kernel::law::steps::OTHER;

/// What is observed beside the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// `free_frames()`: how many frames are free.
    FreeFrames,
    /// `turns(weights, decisions)`: who of some processes with these weights ran in each decision.
    Turns,
    /// `pair(decisions)`: who of two processes under Beatty's sequences ran in each decision.
    Pair,
    /// `bytes(at, length)`: what lies in the buffer.
    Bytes,
}

/// Their names and how many arguments they take.
pub const OBSERVED: &[(&str, Observed, usize)] = &[
    ("free_frames", Observed::FreeFrames, 0),
    ("turns", Observed::Turns, 2),
    ("pair", Observed::Pair, 1),
    ("bytes", Observed::Bytes, 2),
];

/// Names that every law has: the second process, its account, null, an address where nothing is mapped, a buffer in memory, the initial
/// capabilities, the member of the list that a step is done for, and a choice among several.
pub const WORDS: &[&str] = &[OTHER, PAYER, NULL, PLACE, BUFFER, INITIAL, IT, ANY];
pub const PAYER: &str = "payer";
pub const NULL: &str = "null";
pub const PLACE: &str = "place";
pub const BUFFER: &str = "buffer";
pub const INITIAL: &str = "initial";
pub const IT: &str = "it";
pub const ANY: &str = "any";
