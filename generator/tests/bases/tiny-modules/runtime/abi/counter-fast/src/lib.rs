//! Counts.

/// The backend.
pub struct Fast;

impl Backend for Fast {}
