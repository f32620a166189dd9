//! Emits.
