
use core::fmt;

/// A set of effects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Effects(u64);

impl Effects {
    /// No effect.
    pub const NONE: Effects = Effects(0);
