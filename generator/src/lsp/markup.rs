//! What editors show of an entry, in Markdown.

use std::fmt::Write as _;

use super::workspace::{Emitted, Part, Snapshot, Workspace};
use crate::model::item::Item;
use crate::report::console::shortened;
use crate::suggest;

/// The most lines of emitted code that are shown.
const MOST_LINES: usize = 24;

/// The longest text of a fact that is shown.
const LONGEST_FACT: usize = 200;

/// An entry: its name, its docs and its facts.
pub fn item(item: &Item) -> String {
    let mut text = format!("**{}** · {}\n\n{}\n", item.path(), suggest::article(item.table), item.doc);
    let mut facts = String::new();
    for fact in &item.facts {
        if fact.value.is_empty() || fact.value.contains('\n') {
            continue;
        }
        let _ = writeln!(facts, "- `{}`: {}", fact.key, code(&shortened(&fact.value, LONGEST_FACT)));
    }
    if !facts.is_empty() {
        let _ = write!(text, "\n{facts}");
    }
    text
}

/// The part of the emitted code that says most about an entry, and how many more there are.
pub fn emitted(workspace: &Workspace, snapshot: &Snapshot, emitted: &Emitted, item: &Item) -> Option<String> {
    let mut places: Vec<Part> = emitted.on_disk(workspace, item, snapshot.sources());
    if places.is_empty() {
        return None;
    }
    // The step of the interpreter is what an op does; the type or constant in the facts is what anything else is.
    let rank = |part: &Part| {
        let path = part.path.as_str();
        let ranks: [&dyn Fn(&str) -> bool; 4] = [
            &|path| path.contains("/oracle/src/step/"),
            &|path| path.contains("/src/") && path.ends_with(".rs") && !path.contains("/verify/"),
            &|path| path.contains("/src/") && path.ends_with(".rs"),
            &|path| path.ends_with(".rs"),
        ];
        ranks.iter().position(|fits| fits(path)).unwrap_or(ranks.len())
    };
    places.sort_by_key(rank);
    let best = places.first()?;
    let text = workspace.emitted_text(&best.path)?;
    let first = best.lines.0.saturating_sub(1) as usize;
    let count = (best.lines.1.saturating_sub(best.lines.0) as usize + 1).min(MOST_LINES);
    let lines: Vec<&str> = text.lines().skip(first).take(count).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min()
        .unwrap_or_default();
    let lines: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect();
    let language = if best.path.ends_with(".rs") { "rust" } else { "" };
    let mut shown = format!("Emitted in `{}:{}`", best.path, best.line);
    if places.len() > 1 {
        let _ = write!(shown, " and {} other places", places.len() - 1);
    }
    let _ = write!(shown, ":\n\n{}", fenced(language, &lines.join("\n")));
    Some(shown)
}

/// Code as a block, whatever it holds.
pub fn fenced(language: &str, code: &str) -> String {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// Code within a line.
pub fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}
