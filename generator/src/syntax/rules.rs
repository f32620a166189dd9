//! Pages of what this stage reports.

use crate::check::Rule;

/// What reading TOML and its entries reports.
pub const RULES: &[Rule] = &[];
