//! `lathe check`: reads and checks, writes nothing.

use super::session::Session;
use super::{Common, Exit};
use crate::report::summary::Numbers;

/// Runs the verb.
pub fn run(common: &Common) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // Emitting finds the faults that only the last stage can see, and writes nothing either.
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    if prepared.tree.is_none() {
        return session.close("failure", &numbers, Exit::Failure);
    }
    session.status("Checked", &numbers.specs());
    session.close("fresh", &numbers, Exit::Fresh)
}
