//! Tells the whole story of an entry: what it says, what came out of it, which tests hold it, which function it means, and its page.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::{columns, mentions};
use crate::check::semantics;
use crate::emit::Tree;
use crate::emit::provenance::Index;
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::item::Item;
use crate::report::console::shortened;
use crate::report::json;
use crate::source::{SourceMap, Span};
use crate::syntax;

/// A place in a file of the workspace, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Root-relative.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The line without indentation; the whole text of the entry for its own place.
    pub text: String,
}

/// What an entry says about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// `code`, `fields.params`.
    pub key: Cow<'static, str>,
    /// In canonical form.
    pub value: String,
    /// What depends on it: `number`, `shape`, …
    pub weight: &'static str,
}

/// The story of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// `raya.op.iadd`.
    pub item: String,
    /// In the words of the spec.
    pub doc: String,
    /// The entry as it stands in its file.
    pub spec: Place,
    /// What it says, without what it leaves open.
    pub facts: Vec<Fact>,
    /// What came out of it, but for the tests and the manual.
    pub emitted: Vec<Place>,
    /// Lines of tables and arms that name it.
    pub named: Vec<Place>,
    /// The emitted tests that hold it.
    pub tests: Vec<Place>,
    /// The function in the runtime that it means, if it names one.
    pub semantics: Option<Place>,
    /// Its places in the manual.
    pub manual: Vec<Place>,
}

/// Collects the story of an entry. Without a tree, because the specs have errors, it has no emitted part.
pub fn of(item: &Item, model: &Model, sources: &SourceMap, tree: Option<&Tree>) -> Story {
    let whole = if item.is_file {
        whole_file(sources, item.span)
    } else {
        syntax::extent(sources, item.span)
    };
    let facts = item.facts.iter().filter(|fact| !fact.value.is_empty());
    let mut story = Story {
        item: item.path(),
        doc: item.doc.clone(),
        spec: place(sources, whole, sources.text(whole).trim_end()),
        facts: facts
            .map(|fact| Fact {
                key: fact.name(),
                value: fact.value.clone(),
                weight: fact.weight.name(),
            })
            .collect(),
        emitted: Vec::new(),
        named: Vec::new(),
        tests: Vec::new(),
        semantics: function(item, model, sources),
        manual: Vec::new(),
    };
    let index = tree.map(Index::of).unwrap_or_default();
    for (path, origin) in index.places(item, sources) {
        let (line, text) = match &origin.item {
            Some((line, text)) => (*line, text.clone()),
            None => (1, String::new()),
        };
        let place = Place {
            file: path.to_owned(),
            line,
            text,
        };
        if path.contains("/manual/") {
            story.manual.push(place);
        } else if path.contains("/tests/") {
            story.tests.push(place);
        } else {
            story.emitted.push(place);
        }
    }
    let named = tree.map(|tree| mentions::of(item, tree, &index)).unwrap_or_default();
    for (path, line, text) in named {
        let place = Place {
            file: path.to_owned(),
            line,
            text: text.to_owned(),
        };
        // The row of a test holds the entry like a test of its own: the golden bytes, say.
        if path.contains("/tests/") && text.ends_with(',') {
            story.tests.push(place);
        } else {
            story.named.push(place);
        }
    }
    for places in [&mut story.emitted, &mut story.named, &mut story.tests, &mut story.manual] {
        places.sort();
        places.dedup();
    }
    story
}

/// The function that an entry means.
fn function(item: &Item, model: &Model, sources: &SourceMap) -> Option<Place> {
    let name = item.value("sem").filter(|name| !name.is_empty())?;
    let mut sets = model.part::<InstructionSets>().outlines();
    let set = sets.find(|set| Some(&set.name) == item.owner.as_ref())?;
    let span = semantics::place(&set.runtime_folder, sources, name)?;
    let file = &sources.file(span.file).text;
    let start = file.get(..span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let line = file.get(start..)?.lines().next().unwrap_or_default();
    Some(place(sources, span, line.trim()))
}

fn place(sources: &SourceMap, span: Span, text: &str) -> Place {
    Place {
        file: sources.file(span.file).path.clone(),
        line: sources.line_and_column(span.file, span.start).0,
        text: text.to_owned(),
    }
}

fn whole_file(sources: &SourceMap, span: Span) -> Span {
    Span {
        file: span.file,
        start: 0,
        end: u32::try_from(sources.file(span.file).text.len()).unwrap_or(u32::MAX),
    }
}

/// The most characters of a line that are shown.
const WIDEST: usize = 110;

/// The most places of a kind that are shown.
const MOST: usize = 30;

/// For people.
pub fn text(story: &Story) -> String {
    let mut text = format!("{}\n{}\n", story.item, indented(&story.doc, 2));
    let _ = writeln!(text, "Spec: {}:{}", story.spec.file, story.spec.line);
    let lines: Vec<(u32, &str)> = (story.spec.line..).zip(story.spec.text.lines()).collect();
    let width = lines.last().map_or(1, |(line, _)| line.to_string().len());
    for (line, content) in lines {
        let _ = writeln!(text, "{}", format!("  {line:>width$} | {content}").trim_end());
    }
    if !story.facts.is_empty() {
        text.push_str("\nFacts:\n");
        let rows: Vec<[&str; 3]> = story
            .facts
            .iter()
            .map(|fact| [fact.weight, &*fact.key, &*fact.value])
            .collect();
        text.push_str(&indented(&columns(&rows), 2));
    }
    let semantics: Vec<Place> = story.semantics.iter().cloned().collect();
    for (title, places) in [
        ("Means", &semantics),
        ("Emitted", &story.emitted),
        ("Named in", &story.named),
        ("Tests", &story.tests),
        ("Manual", &story.manual),
    ] {
        if places.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}:");
        let rows: Vec<[String; 2]> = places
            .iter()
            .take(MOST)
            .map(|place| [format!("{}:{}", place.file, place.line), shortened(&place.text, WIDEST)])
            .collect();
        let rows: Vec<[&str; 2]> = rows.iter().map(|row| [&*row[0], &*row[1]]).collect();
        text.push_str(&indented(&columns(&rows), 2));
        if places.len() > MOST {
            let _ = writeln!(text, "  and {} more; --format json has all of them", places.len() - MOST);
        }
    }
    text
}

/// For tools: one object.
pub fn json(story: &Story) -> String {
    json::object("story", story)
}

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| format!("{}\n", format!("{:by$}{line}", "").trim_end());
    text.lines().map(line).collect()
}
