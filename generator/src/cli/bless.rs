//! `lathe bless`: records the numbers, shapes and effects of a release.

use std::collections::BTreeMap;

use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::check::blessed::entries;
use crate::compatibility::entry::Weights;
use crate::compatibility::{Entry, Group, Moves, compare, groups, record};
use crate::emit::schema;
use crate::model::blessed::{Blessed, KIND};
use crate::model::item::Item;
use crate::pipeline::{self, Options};
use crate::registry;
use crate::report::console::{self, Tone, plural_of};
use crate::report::difference;
use crate::report::summary::Numbers;
use crate::source::SourceMap;
use crate::source::layout::SPEC;
use crate::write;

#[derive(Serialize)]
struct Facts<'a> {
    /// The entries that are recorded.
    blessed: usize,
    /// The files that were written or deleted.
    files: Vec<&'a str>,
}

/// Runs the verb.
pub fn run(common: &Common, breaking: bool) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // Nobody else writes specs between reading them and recording what they say.
    let _lock = match session.lock() {
        Ok(lock) => lock,
        Err(exit) => return exit,
    };
    let root = session.root.clone();
    let mut loaded = session.clock.time("read", || pipeline::load(&root, &Options::default()));
    session.clock.time("check", || pipeline::check_kinds(&mut loaded));
    if session.report(std::mem::take(&mut loaded.diagnostics), &loaded.sources) {
        console::failure("nothing was blessed: the specs have mistakes", "mend them first");
        return Exit::Failure;
    }
    session.clock.time("check", || pipeline::check_releases(&mut loaded));
    let about_releases = std::mem::take(&mut loaded.diagnostics);
    let items = registry::items(&loaded.model);
    let blessed = loaded.model.part::<Blessed>();
    let weights = Weights::of_items(&items);
    let before: Vec<Entry<'_>> = blessed.specs.iter().flat_map(|spec| entries(spec, &weights)).collect();
    let after: Vec<Entry<'_>> = items.iter().filter(|item| !item.is_internal).map(Entry::released).collect();
    let differences = compare(before, after);
    let groups = groups(&differences);
    let breaks = groups.iter().any(|group| group.moves == Moves::Major);
    if breaks && !breaking {
        let fix =
            "restore what was released; or raise the version, say so in the changelog, and run cargo lathe bless --breaking";
        let problem = "it would break what was built on the last release";
        session.report(about_releases, &loaded.sources);
        return refuse(&session, &groups, problem, fix);
    }
    let mut stale = groups.iter().filter_map(|group| Some((group, group.stale_version(&items)?)));
    if let Some((group, (item, version))) = stale.next() {
        let (problem, fix) = unraised(group, item, version, blessed, &loaded.sources);
        return refuse(&session, &groups, &problem, &fix);
    }
    let texts = texts(blessed, &items, &loaded.sources);
    let changed: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .filter(|(path, text)| text_of(&loaded.sources, path) != Some(text))
        .collect();
    let surplus = surplus(blessed, &items);
    let written = changed
        .iter()
        .try_for_each(|(path, text)| match text_of(&loaded.sources, path) {
            Some(old) => write::replace_spec(&root, path, old, text),
            None => write::add_spec(&root, path, text),
        })
        .and_then(|()| {
            let old = |path| text_of(&loaded.sources, path).unwrap_or_default();
            surplus.iter().try_for_each(|path| write::remove_spec(&root, path, old(path)))
        });
    if let Err(diagnostic) = written {
        session.report_one(*diagnostic);
        return Exit::Failure;
    }
    let entries = items.iter().filter(|item| !item.is_internal).count();
    if session.json {
        console::output(&difference::json(&groups));
    } else {
        for path in &surplus {
            session.status("Deleted", path);
        }
        let internal = items.len() - entries;
        say(&session, &groups, &changed, [entries, internal], blessed.specs.is_empty());
    }
    let outcome = match changed.is_empty() && surplus.is_empty() {
        true => Outcome::Fresh,
        false => Outcome::Blessed,
    };
    let facts = Facts {
        blessed: entries,
        files: changed.iter().map(|(path, _)| *path).chain(surplus).collect(),
    };
    session.close_with(outcome, &facts, &Numbers::default())
}

/// The text of a file that was read.
fn text_of<'a>(sources: &'a SourceMap, path: &str) -> Option<&'a str> {
    let file = sources.files.iter().find(|file| file.path == path);
    file.map(|file| file.text.as_str())
}

/// The blessed files of specs of which nothing is left.
fn surplus<'a>(blessed: &'a Blessed, items: &[Item]) -> Vec<&'a str> {
    let specs = blessed.specs.iter();
    let gone = specs.filter(|spec| items.iter().all(|item| item.owner != spec.owner));
    gone.map(|spec| spec.file.as_str()).collect()
}

/// Says what would be recorded, why it isn't, and how to do it nevertheless.
fn refuse(session: &Session, groups: &[Group<'_, '_>], problem: &str, fix: &str) -> Exit {
    if session.json {
        console::output(&difference::json(groups));
    }
    console::failure(&format!("nothing was blessed: {problem}"), fix);
    session.close(Outcome::Refused, &Numbers::default())
}

/// Why a set can't be blessed whose files mean something else and whose version says that they don't, and how to mend that.
fn unraised(group: &Group<'_, '_>, item: &Item, version: &str, blessed: &Blessed, sources: &SourceMap) -> (String, String) {
    let (line, _) = sources.line_and_column(item.span.file, item.span.start);
    let path = &sources.file(item.span.file).path;
    let table = item.table;
    let mut released = blessed.specs.iter().filter(|spec| spec.owner == item.owner);
    let file = released.next().map_or("", |spec| spec.file.as_str());
    (
        format!(
            "files of `{}` mean something else than in the last release ({}), and readers tell them apart by their version, which is still \
             {version}",
            group.name, group.reason
        ),
        format!(
            "raise `version` under `[{table}]` ({path}:{line}), and run cargo lathe bless --breaking again; if nobody has files of that \
             release, delete {file} and run cargo lathe bless"
        ),
    )
}

/// Says what was recorded, and what changed since the last time.
fn say(session: &Session, groups: &[Group<'_, '_>], changed: &[(&str, &str)], [entries, internal]: [usize; 2], is_first: bool) {
    let mut count = plural_of(entries, "entry", "entries");
    if internal > 0 {
        count.push_str(&format!(", without {internal} that no user of a release sees"));
    }
    if changed.is_empty() && groups.is_empty() {
        session.status("Fresh", &format!("{count} as they were blessed"));
        return;
    }
    // The first time everything is new.
    if !is_first {
        console::output(&difference::text(groups));
    }
    for (path, _) in changed {
        session.status("Wrote", path);
    }
    let differences: usize = groups.iter().map(|group| group.differences.len()).sum();
    let since = match (is_first, differences) {
        (true, _) => "for the first time".to_owned(),
        (false, 0) => "nothing changed but how it is written".to_owned(),
        (false, number) => format!("{} since the last time", plural_of(number, "change", "changes")),
    };
    session.status("Blessed", &format!("{count}; {since}"));
    for group in groups.iter().filter(|group| group.moves == Moves::Major) {
        let broken = group
            .differences
            .iter()
            .filter(|difference| difference.moves() == Moves::Major)
            .count();
        console::status(
            Tone::Notice,
            "Breaking",
            &format!(
                "{} of {}: the next version is a major one ({})",
                plural_of(broken, "change", "changes"),
                group.name,
                group.reason
            ),
        );
    }
}

/// The blessed files of all specs, by path: where a spec has one already, or beside the spec.
fn texts(blessed: &Blessed, items: &[Item], sources: &SourceMap) -> BTreeMap<String, String> {
    let mut owners: Vec<Option<&str>> = items.iter().map(|item| item.owner.as_deref()).collect();
    owners.sort_unstable();
    owners.dedup();
    let mut texts = BTreeMap::new();
    for owner in owners {
        let known = blessed.specs.iter().find(|spec| spec.owner.as_deref() == owner);
        let path = known.map_or_else(|| new_path(owner, &texts, sources), |spec| spec.file.clone());
        let entries: Vec<Entry<'_>> = items
            .iter()
            .filter(|item| item.owner.as_deref() == owner)
            .map(Entry::released)
            .collect();
        let schema = format!("{}{}", "../".repeat(path.matches('/').count()), schema::path(KIND));
        texts.insert(path, record::text(&schema, owner, &entries));
    }
    texts
}

/// A path for a new blessed file that no other file has.
fn new_path(owner: Option<&str>, texts: &BTreeMap<String, String>, sources: &SourceMap) -> String {
    let folder = owner.map_or(SPEC.to_owned(), |owner| format!("{SPEC}/{owner}"));
    let is_taken = |path: &String| texts.contains_key(path) || sources.files.iter().any(|file| file.path == *path);
    let mut path = format!("{folder}/blessed.toml");
    let mut number = 2;
    while is_taken(&path) {
        path = format!("{folder}/blessed_{number}.toml");
        number += 1;
    }
    path
}
