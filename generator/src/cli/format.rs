//! `lathe fmt`: lays specs out in one way.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Format, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::format::{Refusal, format};
use crate::pipeline::Options;
use crate::report::console::{self, Tone, plural};
use crate::report::summary::{Clock, Numbers};
use crate::report::{self, json, lines};
use crate::source::layout;
use crate::source::{self, FileId, SourceFile, SourceMap};
use crate::{syntax, write};

/// A spec and what becomes of it.
struct Formatted {
    path: String,
    old: String,
    new: String,
}

#[derive(Serialize)]
struct Facts {
    /// The specs that could be laid out.
    specs: usize,
    /// Those of them that are laid out otherwise now, or would be.
    changed: usize,
}

/// Runs the verb on files, or on all specs of the workspace if none is named; `-` is standard input.
pub fn run(common: &Common, files: &[PathBuf], check: bool) -> Exit {
    if let [file] = files
        && file.as_os_str() == "-"
    {
        return filter(common, check);
    }
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // Nobody else writes specs meanwhile; whoever only looks doesn't wait.
    let lock = if check { None } else { Some(session.lock()) };
    if let Some(Err(exit)) = lock {
        return exit;
    }
    let mut diagnostics = Diagnostics::default();
    let sources = if files.is_empty() {
        source::read(&session.root, &Options::default(), &mut diagnostics)
    } else {
        named(files, &mut diagnostics)
    };
    let root = if files.is_empty() {
        session.root.clone()
    } else {
        PathBuf::new()
    };
    let formatted = session
        .clock
        .time("format", || all(&sources, files.is_empty(), &mut diagnostics));
    let changed: Vec<&Formatted> = formatted.iter().filter(|file| file.old != file.new).collect();
    for file in &changed {
        if check {
            show(&session, file);
        } else if let Err(refused) = write::replace_spec(&root, &file.path, &file.old, &file.new) {
            diagnostics.push(*refused);
        } else if session.json {
            console::output(&json::formatted(&file.path, true));
        } else {
            session.status("Formatted", &file.path);
        }
    }
    let errors = session.report(diagnostics, &sources);
    let outcome = match (errors, changed.is_empty(), check) {
        (true, ..) => Outcome::Failure,
        (_, true, _) => Outcome::Fresh,
        (_, _, true) => Outcome::Stale,
        (_, _, false) => Outcome::Written,
    };
    let count = plural(formatted.len() - changed.len(), "spec");
    session.status("Unchanged", &count);
    if outcome == Outcome::Stale && !session.json {
        let files = plural(changed.len(), "spec");
        let problem = format!(
            "{files} {} not laid out as lathe does",
            if changed.len() == 1 { "is" } else { "are" }
        );
        console::failure(&problem, "cargo lathe fmt");
    }
    let facts = Facts {
        specs: formatted.len(),
        changed: changed.len(),
    };
    session.close_with(outcome, &facts, &Numbers::default())
}

/// Formats standard input to standard output.
fn filter(common: &Common, check: bool) -> Exit {
    let mut bytes = Vec::new();
    let fault = |problem: &str, fix: &str| {
        console::failure(problem, fix);
        Exit::Failure
    };
    let most = source::LARGEST_FILE;
    if let Err(error) = std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes) {
        return fault(
            &format!("standard input can't be read: {error}"),
            "pipe the text of a spec into the command",
        );
    }
    if bytes.len() as u64 > most {
        return fault(&format!("standard input has more than {most} bytes"), "no spec is that large");
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return fault("standard input is not UTF-8", "save the spec as UTF-8");
    };
    let mut sources = SourceMap::default();
    sources.files.push(SourceFile {
        path: "<stdin>".to_owned(),
        text,
    });
    let mut diagnostics = Diagnostics::default();
    let formatted = all(&sources, false, &mut diagnostics);
    if diagnostics.has_errors() {
        let list = diagnostics.sorted();
        match common.format {
            Format::Text => console::error(&report::diagnostics::text(&list, &sources, true)),
            Format::Json => {
                console::output(&report::diagnostics::json(&list, &sources));
                console::keep_failure(&report::diagnostics::counts(&list), "mend what the diagnostics show");
            }
        }
        return Exit::Failure;
    }
    let mut outcome = Outcome::Fresh;
    for file in formatted {
        if !check {
            outcome = Outcome::Found;
            console::output(&match common.format {
                Format::Json => json::object("text", &Text { text: &file.new }),
                Format::Text => file.new,
            });
        } else if file.old != file.new {
            outcome = Outcome::Stale;
            let difference = lines::whole(&file.old, &file.new, "as it is", "formatted");
            console::output(&match common.format {
                Format::Json => json::difference(&file.path, &difference),
                Format::Text => difference,
            });
        }
    }
    if common.format == Format::Json {
        json::close(&outcome, &json::NoFacts {}, &Numbers::default(), &Clock::default());
    }
    outcome.exit()
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

/// Reads the files that were named.
fn named(files: &[PathBuf], diagnostics: &mut Diagnostics) -> SourceMap {
    let mut sources = SourceMap::default();
    for file in files {
        let path = file.to_string_lossy().into_owned();
        if !path.ends_with(".toml") {
            diagnostics.push(
                Diagnostic::error("L0002", format!("`{path}` is no spec: the names of specs end in `.toml`"))
                    .help("name specs only; without a name all of them are formatted"),
            );
            continue;
        }
        let read = fs::metadata(file).and_then(
            |metadata| match metadata.is_file() && metadata.len() <= source::LARGEST_FILE {
                true => fs::read_to_string(file),
                false => Err(std::io::Error::other("it is no regular file, or larger than a spec can be")),
            },
        );
        match read {
            Ok(text) => sources.files.push(SourceFile { path, text }),
            Err(error) => diagnostics.push(
                Diagnostic::error("L0002", format!("`{path}` can't be read: {error}"))
                    .help("name a file that exists and that you may read; without a name all specs are formatted"),
            ),
        }
    }
    sources
}

/// Formats all files; of a workspace only the specs.
fn all(sources: &SourceMap, only_specs: bool, diagnostics: &mut Diagnostics) -> Vec<Formatted> {
    let files = sources
        .iter()
        .filter(|(id, file)| !sources.unread.contains(id) && (!only_specs || layout::is_spec(&file.path)));
    files.filter_map(|(id, file)| one(sources, id, file, diagnostics)).collect()
}

fn one(sources: &SourceMap, id: FileId, file: &SourceFile, diagnostics: &mut Diagnostics) -> Option<Formatted> {
    let refusal = match format(&file.text) {
        Ok(new) => {
            return Some(Formatted {
                path: file.path.clone(),
                old: file.text.clone(),
                new,
            });
        }
        Err(refusal) => refusal,
    };
    let mut found = syntax::faults(id, file);
    if !found.has_errors() {
        let code = match refusal {
            Refusal::NotToml(_) => "L0006",
            Refusal::Changed(_) => "L0908",
        };
        found.push(Diagnostic::error(
            code,
            format!("`{}` can't be formatted: {refusal}", sources.file(id).path),
        ));
    }
    debug_assert!(found.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
    diagnostics.extend(found);
    None
}

/// Shows what formatting would change.
fn show(session: &Session, file: &Formatted) {
    let difference = lines::whole(&file.old, &file.new, "as it is", "formatted");
    if session.json {
        console::output(&json::formatted(&file.path, false));
        console::output(&json::difference(&file.path, &difference));
        return;
    }
    console::status(Tone::Notice, "Unformatted", &file.path);
    console::output(&difference);
}
