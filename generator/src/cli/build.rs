//! A verb.
use super::{Common, Exit};

/// Runs the verb.
pub fn run(_common: &Common, _plan: bool) -> Exit {
    Exit::Failure
}
