//! An optional dependency.

/// What it gives.
pub const GIVEN: u32 = 3;
