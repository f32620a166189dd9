//! Rules of targets.

use super::Rule;

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[];
