//! Counts.

/// The backend.
pub struct Exact;

impl Backend for Exact {}
