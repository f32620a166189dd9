//! Emits the facts crate of features.
