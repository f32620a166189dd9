//! Rules of instruction sets.

use super::Rule;

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[];
