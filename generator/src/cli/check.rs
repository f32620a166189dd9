//! `lathe check`: reads and checks; with `--fix` it also applies what is safe to apply.

use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fix::{self, Applied, Fixed};
use crate::pipeline::Options;
use crate::report::console::{self, Tone, plural};
use crate::report::progress::Progress;
use crate::report::summary::Numbers;
use crate::report::{json, lines};
use crate::{source, write};

/// Runs the verb.
pub fn run(common: &Common, fix: bool, diff: bool) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    if diff {
        return preview(&mut session);
    }
    if fix && let Err(exit) = apply(&mut session) {
        return exit;
    }
    // Emitting finds the faults that only the last stage can see, and writes nothing either.
    let prepared = session.prepare_code();
    // What is left behind `--fix` has been told.
    if !fix && prepared.fixable > 0 && !session.json {
        console::error(&format!(
            "{} of {} can be fixed: `cargo lathe check --fix`\n",
            prepared.fixable, prepared.found
        ));
    }
    let numbers = Numbers::count(&prepared.model, None);
    if prepared.tree.is_none() {
        return session.close(Outcome::Failure, &numbers);
    }
    session.status("Checked", &numbers.specs());
    session.close(Outcome::Fresh, &numbers)
}

/// Reads the specs and fixes them in memory.
fn fixed(session: &mut Session) -> Fixed {
    let _progress = Progress::start("Fixing", !session.json);
    let root = session.root.clone();
    session.clock.time("fix", || {
        let mut diagnostics = Diagnostics::default();
        let sources = source::read(&root, &Options::default(), &mut diagnostics);
        fix::fix(sources, diagnostics)
    })
}

/// Fixes the specs on disk.
fn apply(session: &mut Session) -> Result<(), Exit> {
    let _lock = session.lock()?;
    let fixed = fixed(session);
    for changed in &fixed.changed {
        if let Err(diagnostic) = write::replace_spec(&session.root, &changed.path, &changed.old, &changed.new) {
            session.report_one(*diagnostic);
            return Err(Exit::Failure);
        }
    }
    show(session, &fixed, true);
    Ok(())
}

/// Shows what `--fix` would do, and what would still be wrong then.
fn preview(session: &mut Session) -> Exit {
    let mut fixed = fixed(session);
    show(session, &fixed, false);
    for changed in &fixed.changed {
        let (old, new) = (format!("a/{}", changed.path), format!("b/{}", changed.path));
        let difference = lines::whole(&changed.old, &changed.new, &old, &new);
        console::output(&if session.json {
            json::difference(&changed.path, &difference)
        } else {
            difference
        });
    }
    let diagnostics = std::mem::take(&mut fixed.loaded.diagnostics);
    let errors = session.report(diagnostics, &fixed.loaded.sources);
    let numbers = Numbers::count(&fixed.loaded.model, None);
    match (errors, fixed.changed.is_empty()) {
        (true, _) => session.close(Outcome::Failure, &numbers),
        (false, false) => session.close(Outcome::Stale, &numbers),
        (false, true) => session.close(Outcome::Fresh, &numbers),
    }
}

/// Lists what was fixed, or would be.
fn show(session: &Session, fixed: &Fixed, done: bool) {
    if session.json {
        console::output(&objects_of(&fixed.applied, done));
        return;
    }
    let verb = if done { "Fixed" } else { "Would fix" };
    for applied in &fixed.applied {
        session.status(
            verb,
            &format!("{}:{} {}: {}", applied.path, applied.line, applied.code, applied.text),
        );
    }
    let (problems, files) = (fixed.applied.len(), fixed.changed.len());
    if problems > 0 {
        session.status(verb, &format!("{} in {}", plural(problems, "problem"), plural(files, "file")));
    }
    let left: Vec<Diagnostic> = fixed.loaded.diagnostics.clone().sorted();
    if left.is_empty() {
        if problems == 0 {
            session.status("Unchanged", "there is nothing to fix");
        }
        return;
    }
    let harmful = fix::count_offers(&left, &fixed.loaded.sources);
    console::status(
        Tone::Notice,
        if done { "Left" } else { "Would leave" },
        &format!(
            "{}: {}",
            plural(left.len(), "problem"),
            why_left(left.len() - harmful, harmful)
        ),
    );
}

/// Why problems were not fixed: how many have no suggestion that a machine may apply, and how many one that does no good.
fn why_left(without: usize, harmful: usize) -> String {
    let without = match without {
        0 => None,
        _ => Some(format!("{without} without a suggestion that is safe to apply")),
    };
    let harmful = match harmful {
        0 => None,
        _ => Some(format!("{harmful} whose suggestion would bring a new mistake")),
    };
    without.into_iter().chain(harmful).collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
struct FixObject<'a> {
    fix: &'a str,
    path: &'a str,
    line: u32,
    message: &'a str,
    text: &'a str,
    /// Whether it was written.
    done: bool,
}

/// What was fixed, or would be.
fn objects_of(applied: &[Applied], done: bool) -> String {
    let objects = applied.iter().map(|applied| {
        let object = FixObject {
            fix: applied.code,
            path: &applied.path,
            line: applied.line,
            message: &applied.message,
            text: &applied.text,
            done,
        };
        json::object("fix", &object)
    });
    objects.collect()
}
