//! `lathe generate`: brings the outputs up to date; with `--check` it only says what differs.

use super::session::{Prepared, Session};
use super::{Common, Exit, Outcome};
use crate::build::trace;
use crate::emit::Tree;
use crate::report::console;
use crate::report::summary::Numbers;
use crate::report::{drift, json};
use crate::source::SourceMap;
use crate::write::{self, Comparison, Status};

/// Runs the verb.
pub fn run(common: &Common, check: bool, force: bool, stamp: Option<&str>) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let outcome = match prepared.tree {
        None => Outcome::Failure,
        Some(ref tree) if check => check_tree(&mut session, tree, force),
        Some(_) => write_tree(&mut session, &prepared, force).unwrap_or(Outcome::Failure),
    };
    if let (Some(stamp), Exit::Fresh, Some(tree)) = (stamp, outcome.exit(), &prepared.tree)
        && let Err(error) = leave(&session, &prepared, tree, stamp)
    {
        console::failure(&format!("{error:#}"), "name a file that can be written with --stamp");
        return session.close(Outcome::Failure, &numbers);
    }
    session.close(outcome, &numbers)
}

/// Leaves a stamp that says what the outputs are, and what was read for them.
fn leave(session: &Session, prepared: &Prepared, tree: &Tree, stamp: &str) -> anyhow::Result<()> {
    let mut hash = blake3::Hasher::new();
    for (path, file) in tree.files() {
        hash.update(path.as_bytes()).update(file.text.as_bytes());
    }
    trace::stamp(&session.root, stamp, &format!("{}\n", hash.finalize().to_hex()))?;
    let read = trace::read_by(&session.root, &prepared.sources);
    trace::depfile(&session.root, &format!("{stamp}.d"), stamp, &read)
}

/// Compares and reports, changes nothing.
pub fn check_tree(session: &mut Session, tree: &Tree, force: bool) -> Outcome {
    let comparison = {
        let Ok(_lock) = session.lock_for_reading() else {
            return Outcome::Failure;
        };
        session.clock.time("compare", || write::compare(&session.root, tree, force))
    };
    let mut comparison = match comparison {
        Ok(comparison) => comparison,
        Err(error) => {
            session.fault(&error);
            return Outcome::Failure;
        }
    };
    let errors = session.report(std::mem::take(&mut comparison.diagnostics), &SourceMap::default());
    if session.json {
        console::output(&json::outputs(&comparison));
    } else {
        console::output(&drift::text(&session.root, &comparison));
    }
    if errors {
        return Outcome::Failure;
    }
    if comparison.is_fresh() {
        session.status("Fresh", &format!("{} as the specs give them", outputs(&comparison)));
        return Outcome::Fresh;
    }
    if !session.json {
        console::failure(
            &format!("generated/ needs regeneration: {}", describe(&comparison)),
            "cargo lathe generate",
        );
    }
    Outcome::Stale
}

/// Compares and writes what changed.
pub fn write_tree(session: &mut Session, prepared: &Prepared, force: bool) -> Result<Outcome, Exit> {
    let Some(tree) = &prepared.tree else {
        return Err(Exit::Failure);
    };
    let _lock = session.lock()?;
    let comparison = session.clock.time("compare", || write::compare(&session.root, tree, force));
    let mut comparison = comparison.map_err(|error| {
        session.fault(&error);
        Exit::Failure
    })?;
    if session.report(std::mem::take(&mut comparison.diagnostics), &prepared.sources) {
        console::failure(
            "nothing was written",
            "mend what is reported above, and run the command again",
        );
        return Err(Exit::Failure);
    }
    if session.json {
        console::output(&json::outputs(&comparison));
    }
    if comparison.is_fresh() {
        session.status("Fresh", &outputs(&comparison));
        return Ok(Outcome::Fresh);
    }
    match session.clock.time("write", || write::apply(&session.root, &comparison)) {
        Ok(diagnostics) => {
            if session.report(diagnostics, &prepared.sources) {
                return Err(Exit::Failure);
            }
        }
        Err(failure) => {
            session.report_one(failure.diagnostic());
            return Err(Exit::Failure);
        }
    }
    session.status("Generated", &describe(&comparison));
    Ok(Outcome::Written)
}

/// `702 outputs and their manifest`, when all are fresh. The closing table and object count what the manifest lists.
fn outputs(comparison: &Comparison) -> String {
    let count = comparison.count(Status::Fresh).saturating_sub(1);
    format!("{} and their manifest", console::plural(count, "output"))
}

/// `3 stale, 1 missing, 120 fresh`.
fn describe(comparison: &Comparison) -> String {
    let statuses = [Status::Stale, Status::Edited, Status::Missing, Status::Orphan, Status::Fresh];
    let counts: Vec<String> = statuses
        .into_iter()
        .map(|status| (status, comparison.count(status)))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| format!("{} {}", console::thousands(count), status.name().to_lowercase()))
        .collect();
    counts.join(", ")
}
