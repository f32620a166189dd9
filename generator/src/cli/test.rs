//! A verb.
use super::{Common, Exit};

/// Runs the verb.
pub fn run(_common: &Common) -> Exit {
    Exit::Failure
}
