//! `lathe watch`: regenerates on save.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::diagnostic::{Diagnostics, Severity};
use crate::pipeline::{self, Options};
use crate::registry;
use crate::report::console::{self, Failure, Tone, plural};
use crate::report::json;
use crate::source::layout::FOLDERS;
use crate::source::{self, SourceMap};
use crate::watch::events::Watcher;
use crate::watch::news::{self, Change, Entries};
use crate::write::{self, Status};

/// Runs the verb, until it is interrupted.
pub fn run(common: &Common, poll: bool) -> Exit {
    let mut watch = match Watch::open(common) {
        Ok(watch) => watch,
        Err(exit) => return exit,
    };
    // Watching begins before the first look, so that nothing can change unseen in between.
    let mut watcher = match Watcher::start(&watch.session.root, poll) {
        Ok(watcher) => watcher,
        Err(error) => return stopped(&watch.session.root, &error.to_string()),
    };
    watch.look(Instant::now());
    if let Some(why) = &watcher.polling {
        console::status(Tone::Notice, "Polling", &format!("the files four times a second: {why}"));
    }
    loop {
        match watcher.wait() {
            Ok(Some(since)) => watch.look(since),
            Ok(None) => return Exit::Fresh,
            Err(why) => return stopped(&watch.session.root, &why),
        }
    }
}

fn stopped(root: &Path, why: &str) -> Exit {
    let fix = match root.is_dir() {
        true => "run `cargo lathe watch --poll`, which looks at them again and again instead",
        false => "run it again where the workspace is now",
    };
    console::failure(&format!("the files can't be watched: {why}"), fix);
    Exit::Failure
}

/// What is known between two looks.
struct Watch {
    session: Session,
    /// What was read last; none before the first look and after one whose outputs could not be written.
    sources: Option<SourceMap>,
    /// The entries of the last specs without mistakes.
    entries: Option<Entries>,
    /// Whether the last look found mistakes.
    is_broken: bool,
}

/// One look.
#[derive(Debug, Default, Serialize)]
struct Look {
    /// The time of day in UTC.
    time: String,
    /// Written, fresh or failure.
    result: Outcome,
    /// The files that changed, root-relative.
    files: Vec<String>,
    /// The entries that changed since the last specs without mistakes.
    entries: Vec<Change>,
    /// The outputs that were written.
    written: usize,
    /// The outputs that were deleted.
    deleted: usize,
    /// The mistakes that keep the outputs as they are.
    errors: usize,
    /// What failed beyond the diagnostics, and how to fix it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure>,
    /// From the first event to the last output.
    milliseconds: f64,
}

impl Watch {
    fn open(common: &Common) -> Result<Watch, Exit> {
        Ok(Watch {
            session: Session::open(common)?,
            sources: None,
            entries: None,
            is_broken: false,
        })
    }

    /// Reads the files; if they differ from before, brings the outputs up to date and says so in one line.
    fn look(&mut self, since: Instant) {
        let mut diagnostics = Diagnostics::default();
        let mut sources = source::read(&self.session.root, &Options::default(), &mut diagnostics);
        let files = match &self.sources {
            Some(before) => news::files(before, &sources),
            None => Vec::new(),
        };
        if let Some(before) = &self.sources {
            if files.is_empty() {
                return;
            }
            sources.inherit(before);
        }
        let is_first = self.sources.is_none() && self.entries.is_none();
        let mut look = Look {
            files,
            ..Look::default()
        };
        let loaded = pipeline::resolve(sources, diagnostics);
        let (sources, is_done) = self.bring_up_to_date(loaded, &mut look);
        self.sources = is_done.then_some(sources);
        look.milliseconds = (since.elapsed().as_secs_f64() * 1e5).round() / 1e2;
        look.time = news::clock(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO));
        look.failures = console::take_failures();
        self.say(&look, is_first);
        self.is_broken = look.result == Outcome::Failure;
    }

    /// Judges, emits and writes. Whatever is wrong is shown, and leaves the outputs as they are. Gives the files back, and whether there
    /// is no reason to try again before one of them changes.
    fn bring_up_to_date(&mut self, mut loaded: pipeline::Loaded, look: &mut Look) -> (SourceMap, bool) {
        look.result = Outcome::Failure;
        pipeline::check(&mut loaded);
        let found = std::mem::take(&mut loaded.diagnostics);
        look.errors = found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count();
        if self.session.report(found, &loaded.sources) {
            return (loaded.sources, true);
        }
        let entries = news::entries(&registry::items(&loaded.model), &loaded.sources);
        if let Some(before) = &self.entries {
            look.entries = news::changes(before, &entries);
        }
        self.entries = Some(entries);
        let is_done = self.write(&loaded, look);
        (loaded.sources, is_done)
    }

    fn write(&mut self, loaded: &pipeline::Loaded, look: &mut Look) -> bool {
        let tree = match pipeline::emit(loaded) {
            Ok(tree) => tree,
            Err(error) => {
                self.session.fault(&error);
                look.errors += 1;
                return true;
            }
        };
        // Another run may have been killed meanwhile, or be at work.
        let Ok(_lock) = self.session.recover().and_then(|()| self.session.lock()) else {
            look.errors += 1;
            return false;
        };
        let mut comparison = match write::compare(&self.session.root, &tree, false) {
            Ok(comparison) => comparison,
            Err(error) => {
                self.session.fault(&error);
                look.errors += 1;
                return true;
            }
        };
        if self
            .session
            .report(std::mem::take(&mut comparison.diagnostics), &loaded.sources)
        {
            look.errors += 1;
            return false;
        }
        if comparison.is_fresh() {
            look.result = Outcome::Fresh;
            return true;
        }
        match write::apply(&self.session.root, &comparison) {
            Ok(diagnostics) => {
                if self.session.report(diagnostics, &loaded.sources) {
                    look.errors += 1;
                    return false;
                }
            }
            Err(failure) => {
                self.session.report_one(failure.diagnostic());
                look.errors += 1;
                return false;
            }
        }
        let written = [Status::Stale, Status::Edited, Status::Missing];
        look.result = Outcome::Written;
        look.written = written.into_iter().map(|status| comparison.count(status)).sum();
        look.deleted = comparison.count(Status::Orphan);
        true
    }

    fn say(&self, look: &Look, is_first: bool) {
        if self.session.json {
            console::output(&json::object("look", look));
            return;
        }
        let what = match (is_first, news::describe(&look.files, &look.entries)) {
            (true, _) => format!("{}; Ctrl-C ends it", FOLDERS.map(|folder| format!("{folder}/")).join(" and ")),
            (false, what) if what.is_empty() => "tried again".to_owned(),
            (false, what) => what,
        };
        let mended = if self.is_broken && look.result != Outcome::Failure {
            "mended, "
        } else {
            ""
        };
        let outputs = match look.result {
            Outcome::Failure => format!("{}, outputs kept", plural(look.errors, "error")),
            Outcome::Fresh => format!("{mended}outputs fresh"),
            _ if look.deleted > 0 => {
                format!("{mended}{} written, {} deleted", plural(look.written, "output"), look.deleted)
            }
            _ => format!("{mended}{} written", plural(look.written, "output")),
        };
        let (tone, verb) = match look.result {
            Outcome::Failure => (Tone::Bad, "Failed"),
            _ if is_first => (Tone::Good, "Watching"),
            Outcome::Fresh => (Tone::Good, "Fresh"),
            _ => (Tone::Good, "Written"),
        };
        let milliseconds = look.milliseconds.round();
        console::status(tone, verb, &format!("{} {what}: {outputs}, {milliseconds} ms", look.time));
    }
}
