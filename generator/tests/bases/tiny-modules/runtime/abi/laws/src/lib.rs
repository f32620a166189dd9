//! The laws.

pub mod counter;
