//! Shows diagnostics: as text with the look of rustc, or as JSON, one object a line.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Edit, Severity, Suggestion};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::line_starts;

/// Files up to this size are given to the renderer as a whole; of larger ones only the lines around a label.
const WHOLE_FILE: usize = 64 * 1024;

/// The most diagnostics that are shown as text. Nobody reads more; the JSON has them all.
const MOST_SHOWN: usize = 100;

/// What is said of a suggestion that only someone who has thought about it may apply.
const LEFT: &str = "for you to judge: `--fix` leaves it";

/// The most bytes of one line that are shown. Behind that a line was not written for people.
const LONGEST_LINE: usize = 1000;

/// The diagnostics as text, each with its places, notes and ways to mend it, then a count and a hint. `styled` adds colours, which
/// belong only on a terminal. Empty if there is nothing to say.
pub fn text(diagnostics: &[Diagnostic], sources: &SourceMap, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics.iter().take(MOST_SHOWN) {
        text.push_str(&renderer.render(&report(diagnostic, sources)));
        text.push_str("\n\n");
    }
    text.push_str(&closing(diagnostics));
    text
}

/// `2 errors and 1 warning found`.
pub fn counts(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let number = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let counts: Vec<String> = [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| number(count, noun))
        .collect();
    format!("{} found", counts.join(" and "))
}

/// How many there are, and where to read on.
fn closing(diagnostics: &[Diagnostic]) -> String {
    let Some(first) = diagnostics.iter().min_by_key(|diagnostic| diagnostic.severity) else {
        return String::new();
    };
    let shown = if diagnostics.len() > MOST_SHOWN {
        format!("; the first {MOST_SHOWN} are shown")
    } else {
        String::new()
    };
    format!(
        "{}{shown}\nwhy a rule stands, with an example that breaks it and how to mend that: `cargo lathe explain {}`\n",
        counts(diagnostics),
        first.code
    )
}

fn report<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code)
        .elements(places(diagnostic, sources));
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let mut groups = vec![group];
    groups.extend(diagnostic.suggestions.iter().map(|suggestion| patch(suggestion, sources)));
    groups
}

/// One snippet for each file, that of the primary label first.
fn places<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Element<'a>> {
    let mut files: Vec<FileId> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut elements = Vec::new();
    for file in files {
        let labels = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.span.file == file);
        let Some(source) = sources.files.get(file.0 as usize) else {
            continue;
        };
        if source.text.is_empty() {
            elements.push(Origin::path(source.path.as_str()).into());
            continue;
        }
        let labels: Vec<_> = labels.collect();
        let spans: Vec<Span> = labels.iter().map(|(_, label)| label.span).collect();
        // Labels of a small file share one snippet; those of a large one have one each, so that no large text is walked through.
        let windows = if source.text.len() <= WHOLE_FILE {
            vec![(window(&source.text, &spans), labels)]
        } else {
            labels
                .into_iter()
                .map(|label| (window(&source.text, &[label.1.span]), vec![label]))
                .collect()
        };
        for (window, labels) in windows {
            let annotations = labels.into_iter().map(|(index, label)| {
                let kind = if index == 0 {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let annotation = kind.span(window.place(label.span));
                let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
                annotation.label(text)
            });
            let snippet = Snippet::source(window.text)
                .line_start(window.line)
                .path(source.path.as_str());
            elements.push(snippet.annotations(annotations.collect::<Vec<_>>()).into());
        }
    }
    elements
}

/// Replacements as a difference: one snippet for those of a small file, one for each of a large one.
fn patch<'a>(suggestion: &'a Suggestion, sources: &'a SourceMap) -> Group<'a> {
    let mut groups: Vec<Vec<&Edit>> = Vec::new();
    for edit in &suggestion.edits {
        let Some(source) = sources.files.get(edit.span.file.0 as usize) else {
            continue;
        };
        let neighbours = groups.iter_mut().find(|group| group[0].span.file == edit.span.file);
        match neighbours {
            Some(group) if source.text.len() <= WHOLE_FILE => group.push(edit),
            _ => groups.push(vec![edit]),
        }
    }
    let snippets = groups.iter().map(|group| {
        let source = sources.file(group[0].span.file);
        let spans: Vec<Span> = group.iter().map(|edit| edit.span).collect();
        let window = window(&source.text, &spans);
        let patches = group
            .iter()
            .map(|edit| Patch::new(window.place(edit.span), edit.replacement.as_str()));
        let snippet = Snippet::source(window.text)
            .line_start(window.line)
            .path(source.path.as_str());
        snippet.patches(patches)
    });
    let text = match sources.may_apply(suggestion) {
        true => suggestion.text.clone(),
        false => format!("{} ({LEFT})", suggestion.text),
    };
    Level::HELP.secondary_title(text).elements(snippets.collect::<Vec<_>>())
}

/// A part of a file.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl Window<'_> {
    /// A span within the window, always valid there.
    fn place(&self, span: Span) -> Range<usize> {
        let within = |byte: u32| (byte as usize).saturating_sub(self.start).min(self.text.len());
        let start = floor(self.text, within(span.start));
        let end = floor(self.text, within(span.end)).max(start);
        start..end
    }
}

/// The lines of the spans: all of a small file, otherwise those around, cut where they are absurdly long.
fn window<'a>(text: &'a str, spans: &[Span]) -> Window<'a> {
    let first = spans.iter().map(|span| span.start as usize).min().unwrap_or_default();
    let last = spans.iter().map(|span| span.end as usize).max().unwrap_or_default();
    let (first, last) = (floor(text, first.min(text.len())), floor(text, last.min(text.len())));
    let longest = text.lines().map(str::len).max().unwrap_or_default();
    if text.len() <= WHOLE_FILE && longest <= LONGEST_LINE {
        return Window { text, start: 0, line: 1 };
    }
    let line_start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let start = floor(text, line_start.max(first.saturating_sub(LONGEST_LINE / 2)));
    let line_end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let end = floor(text, line_end.min(last.max(first) + LONGEST_LINE / 2));
    let end = floor(text, end.min(start + 8 * LONGEST_LINE));
    Window {
        text: &text[start..end],
        start,
        line: text[..start].matches('\n').count() + 1,
    }
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, mut byte: usize) -> usize {
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// The diagnostics as JSON, one object a line.
pub fn json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut lines = Lines {
        sources,
        starts: BTreeMap::new(),
    };
    let mut text = String::new();
    for diagnostic in diagnostics {
        let object = Object {
            code: diagnostic.code,
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            labels: diagnostic
                .labels
                .iter()
                .filter_map(|label| {
                    Some(LabelObject {
                        place: lines.place(label.span)?,
                        text: &label.text,
                    })
                })
                .collect(),
            notes: &diagnostic.notes,
            help: diagnostic.help.as_deref(),
            suggestions: diagnostic
                .suggestions
                .iter()
                .map(|suggestion| SuggestionObject {
                    text: &suggestion.text,
                    safe: sources.may_apply(suggestion),
                    edits: suggestion
                        .edits
                        .iter()
                        .filter_map(|edit| {
                            Some(EditObject {
                                place: lines.place(edit.span)?,
                                replacement: &edit.replacement,
                            })
                        })
                        .collect(),
                })
                .collect(),
        };
        text.push_str(&super::json::object("diagnostic", &object));
    }
    text
}

#[derive(Serialize)]
struct Object<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    labels: Vec<LabelObject<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    suggestions: Vec<SuggestionObject<'a>>,
}

#[derive(Serialize)]
struct LabelObject<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct SuggestionObject<'a> {
    text: &'a str,
    /// Whether `check --fix` applies it.
    safe: bool,
    edits: Vec<EditObject<'a>>,
}

#[derive(Serialize)]
struct EditObject<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    replacement: &'a str,
}

/// Lines and columns count from 1, bytes from 0; ends are exclusive.
#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end: Position,
    bytes: [u32; 2],
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// Finds lines and columns. Each file is searched for its lines once.
struct Lines<'a> {
    sources: &'a SourceMap,
    starts: BTreeMap<FileId, Vec<u32>>,
}

impl<'a> Lines<'a> {
    fn place(&mut self, span: Span) -> Option<Place<'a>> {
        let path = &self.sources.files.get(span.file.0 as usize)?.path;
        let start = self.position(span.file, span.start);
        let end = self.position(span.file, span.end);
        Some(Place {
            path,
            line: start.line,
            column: start.column,
            end,
            bytes: [span.start, span.end],
        })
    }

    fn position(&mut self, file: FileId, byte: u32) -> Position {
        let text = &self.sources.file(file).text;
        let starts = self.starts.entry(file).or_insert_with(|| line_starts(text));
        let line = starts.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).map_or(0, |line| starts[line] as usize);
        let end = floor(text, (byte as usize).min(text.len()));
        let column = text.get(start..end).map_or(0, |before| before.chars().count());
        let from_one = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Position {
            line: from_one(line),
            column: from_one(column),
        }
    }
}
