//! `lathe diff`: what two revisions of the specs mean differently.

use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::compatibility::{Entry, Moves, compare, groups};
use crate::model::item::Item;
use crate::pipeline::{self, Loaded, Options};
use crate::registry;
use crate::report::summary::Numbers;
use crate::report::{changelog, console, difference};
use crate::source::revision;

#[derive(Serialize)]
struct Facts<'a> {
    from: &'a str,
    to: Option<&'a str>,
    /// `patch`, `minor` or `major`.
    moves: Option<&'static str>,
    changelog: &'a str,
}

/// Runs the verb.
pub fn run(common: &Common, from: &str, to: Option<&str>, only_changelog: bool) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    if from.contains("...") {
        console::failure(
            &format!("`{from}` asks for the point where two revisions parted, which `lathe diff` doesn't look for"),
            "name both revisions: cargo lathe diff A..B; the point itself is what git merge-base A B says",
        );
        return Exit::Failure;
    }
    // `a..b` is how git itself writes a range.
    let (from, to) = match (from.split_once(".."), to) {
        (Some((from, to)), None) => (from, Some(to).filter(|to| !to.is_empty())),
        _ => (from, to),
    };
    let Ok(before) = items(&mut session, Some(from)) else {
        return Exit::Failure;
    };
    let Ok(after) = items(&mut session, to) else {
        return Exit::Failure;
    };
    let differences = session.clock.time("compare", || {
        compare(
            before.iter().map(Entry::of_item).collect(),
            after.iter().map(Entry::of_item).collect(),
        )
    });
    let groups = groups(&differences);
    let section = changelog::text(&groups);
    let place = to.unwrap_or("the working tree");
    if session.json {
        console::output(&difference::json(&groups));
    } else if groups.is_empty() {
        session.status("Same", &format!("no entry differs between {from} and {place}"));
    } else if only_changelog {
        console::output(&section);
    } else {
        console::output(&difference::text(&groups));
        console::output(&format!("The changelog section, ready to paste:\n\n{section}"));
        let entries = console::plural_of(differences.len(), "entry", "entries");
        let differ = if differences.len() == 1 { "differs" } else { "differ" };
        session.status("Compared", &format!("{from} with {place}: {entries} {differ}"));
    }
    let outcome = match groups.is_empty() {
        true => Outcome::Same,
        false => Outcome::Different,
    };
    let facts = Facts {
        from,
        to,
        moves: groups.iter().map(|group| group.moves).max().map(Moves::name),
        changelog: &section,
    };
    session.close_with(outcome, &facts, &Numbers::default())
}

/// The entries of a revision, or of the working tree. What is wrong with them is reported here.
fn items(session: &mut Session, revision: Option<&str>) -> Result<Vec<Item>, Exit> {
    let root = session.root.clone();
    let loaded: Loaded = match revision {
        None => session.clock.time("read", || pipeline::load(&root, &Options::default())),
        Some(revision) => {
            let read = session.clock.time("git", || revision::read(&root, revision));
            let read = read.map_err(|refusal| {
                console::failure(&refusal.problem, &refusal.fix);
                Exit::Failure
            })?;
            session
                .clock
                .time("read", || pipeline::resolve(read.sources, read.diagnostics))
        }
    };
    let has_errors = loaded.diagnostics.has_errors();
    if has_errors {
        session.report(loaded.diagnostics, &loaded.sources);
        let place = revision.map_or("the working tree".to_owned(), |revision| format!("revision `{revision}`"));
        console::failure(
            &format!("the specs of {place} have mistakes, shown above"),
            "mend them, or compare with a revision whose specs can be read",
        );
        return Err(Exit::Failure);
    }
    Ok(registry::items(&loaded.model))
}
