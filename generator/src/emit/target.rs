//! Emits the facts crate of targets.
