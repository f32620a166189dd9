//! Pages of what resolving an instruction set reports.

use crate::check::Rule;

/// What resolving an instruction set reports.
pub const RULES: &[Rule] = &[];
