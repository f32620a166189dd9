//! What the verbs share: finding the workspace, completing an interrupted run, and the stages up to the virtual tree.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Common, Exit, Format, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::emit::Tree;
use crate::fix;
use crate::model::Model;
use crate::pipeline::{self, Options};
use crate::report::console::{self, Tone};
use crate::report::progress::Progress;
use crate::report::summary::{Clock, Numbers};
use crate::report::{diagnostics, json, summary};
use crate::source::SourceMap;
use crate::source::layout;
use crate::write;

/// A workspace and how to report about it.
pub struct Session {
    /// The folder that holds `spec/`.
    pub root: PathBuf,
    /// Whether reports are JSON.
    pub json: bool,
    /// Whether times are shown.
    pub timings: bool,
    /// The times so far.
    pub clock: Clock,
}

/// The stages up to the virtual tree.
pub struct Prepared {
    /// Everything that was read.
    pub sources: SourceMap,
    /// What it says.
    pub model: Model,
    /// What it gives; `None` when the specs have errors.
    pub tree: Option<Tree>,
    /// How many mistakes were reported.
    pub found: usize,
    /// How many of them have a suggestion that `check --fix` may apply.
    pub fixable: usize,
}

impl Session {
    /// Finds the workspace and completes what an interrupted run left there.
    pub fn open(common: &Common) -> Result<Session, Exit> {
        let root = find_root(common.root.as_deref())?;
        let session = Session {
            root,
            json: common.format == Format::Json,
            timings: common.timings,
            clock: Clock::default(),
        };
        session.recover()?;
        Ok(session)
    }

    /// Completes what an interrupted run left; looks without writing if there is nothing.
    pub fn recover(&self) -> Result<(), Exit> {
        if self.root.join(write::STAGING).symlink_metadata().is_err() {
            return Ok(());
        }
        let _lock = self.lock()?;
        match write::recover(&self.root) {
            Ok(recovery) => {
                if let Some(number) = recovery.completed {
                    self.status(
                        "Completed",
                        &format!("a run that was interrupted ({})", console::plural(number, "change")),
                    );
                }
                if self.report(recovery.diagnostics, &SourceMap::default()) {
                    return Err(Exit::Failure);
                }
                Ok(())
            }
            Err(failure) => {
                self.report_one(failure.diagnostic());
                Err(Exit::Failure)
            }
        }
    }

    /// Keeps other runs from writing while the result lives.
    pub fn lock(&self) -> Result<write::Lock, Exit> {
        write::lock_for_writing(&self.root, &mut || self.wait()).map_err(|error| self.locked_out(&error))
    }

    /// Keeps other runs from writing, without writing oneself.
    pub fn lock_for_reading(&self) -> Result<write::Lock, Exit> {
        write::lock_for_reading(&self.root, &mut || self.wait()).map_err(|error| self.locked_out(&error))
    }

    fn wait(&self) {
        console::status(
            Tone::Notice,
            "Blocking",
            "waiting for another run of lathe in this workspace to end",
        );
    }

    fn locked_out(&self, error: &std::io::Error) -> Exit {
        self.report_one(
            Diagnostic::error("L0907", format!("can't lock `generated/.lathe-lock`: {error}"))
                .help("delete what stands there, or mend its permissions, and run the command again"),
        );
        Exit::Failure
    }

    /// Reads, without judging. Mistakes are reported here; `None` if there were any.
    pub fn read(&mut self) -> Option<pipeline::Loaded> {
        let mut loaded = self.clock.time("read", || pipeline::load(&self.root, &Options::default()));
        let errors = self.report(std::mem::take(&mut loaded.diagnostics), &loaded.sources);
        (!errors).then_some(loaded)
    }

    /// Reads, checks and emits. Diagnostics are reported here; with errors, or after a fault of an emitter, there is no tree.
    pub fn prepare(&mut self) -> Prepared {
        self.prepare_with(pipeline::emit_timed)
    }

    /// [`Session::prepare`] without what only explains: schemas and manual.
    pub fn prepare_code(&mut self) -> Prepared {
        self.prepare_with(pipeline::emit_code)
    }

    fn prepare_with(&mut self, emit: fn(&pipeline::Loaded) -> anyhow::Result<pipeline::Emitted>) -> Prepared {
        let shown = !self.json;
        let mut loaded = {
            let _progress = Progress::start("Reading", shown);
            self.clock.time("read", || pipeline::load(&self.root, &Options::default()))
        };
        {
            let _progress = Progress::start("Checking", shown);
            self.clock.time("check", || pipeline::check(&mut loaded));
        }
        let found = std::mem::take(&mut loaded.diagnostics);
        let list = found.clone().sorted();
        let errors = self.report(found, &loaded.sources);
        let mut tree = None;
        if !errors {
            let _progress = Progress::start("Emitting", shown);
            match self.clock.time("emit", || emit(&loaded)) {
                Ok((emitted, times)) => {
                    tree = Some(emitted);
                    if self.timings {
                        self.clock.emitters = times;
                    }
                }
                Err(error) => self.fault(&error),
            }
        }
        let fixable = fix::count_offers(&list, &loaded.sources);
        Prepared {
            sources: loaded.sources,
            model: loaded.model,
            tree,
            found: list.len(),
            fixable,
        }
    }

    /// A status line, for people only.
    pub fn status(&self, verb: &str, text: &str) {
        if !self.json {
            console::status(Tone::Good, verb, text);
        }
    }

    /// Shows diagnostics; `true` if one of them is an error.
    pub fn report(&self, found: Diagnostics, sources: &SourceMap) -> bool {
        let errors = found.has_errors();
        let list = found.sorted();
        if self.json {
            console::output(&diagnostics::json(&list, sources));
            if errors {
                console::keep_failure(&diagnostics::counts(&list), "mend what the diagnostics show");
            }
        } else if !list.is_empty() {
            console::error(&diagnostics::text(&list, sources, true));
        }
        errors
    }

    /// Shows one diagnostic that is about no spec.
    pub fn report_one(&self, diagnostic: Diagnostic) -> bool {
        let error = diagnostic.severity == Severity::Error;
        let mut list = Diagnostics::default();
        list.push(diagnostic);
        self.report(list, &SourceMap::default());
        error
    }

    /// Shows a fault of an emitter.
    pub fn fault(&self, error: &anyhow::Error) {
        console::failure(
            &format!("{error:#}"),
            "this is a fault of the generator, not of the specs; nothing was written",
        );
    }

    /// Closes a report.
    pub fn close(&self, outcome: Outcome, numbers: &Numbers) -> Exit {
        self.close_with(outcome, &json::NoFacts {}, numbers)
    }

    /// Closes a report whose last object has facts of its own.
    pub fn close_with(&self, outcome: Outcome, facts: &impl Serialize, numbers: &Numbers) -> Exit {
        if !self.json && self.timings {
            console::output(&summary::table(numbers, &self.clock, &[]));
        }
        if self.json {
            json::close(&outcome, facts, numbers, &self.clock);
        }
        outcome.exit()
    }

    /// Closes the report of verbs of which people have read more than that by now.
    pub fn close_for_tools(&self, outcome: Outcome, numbers: &Numbers) -> Exit {
        if self.json {
            return self.close(outcome, numbers);
        }
        outcome.exit()
    }
}

/// The workspace: the named folder, or the nearest one upwards that holds `spec` beside `Cargo.toml`.
fn find_root(named: Option<&Path>) -> Result<PathBuf, Exit> {
    const FIX: &str = "run lathe inside a workspace that has spec/ beside Cargo.toml, or name one with --root DIR";
    if let Some(named) = named {
        return match named.canonicalize() {
            Ok(root) if root.is_dir() => Ok(root),
            Ok(_) => {
                console::failure(&format!("`{}` is not a folder", named.display()), FIX);
                Err(Exit::Failure)
            }
            Err(error) => {
                console::failure(&format!("`{}` can't be used as the root: {error}", named.display()), FIX);
                Err(Exit::Failure)
            }
        };
    }
    let here = std::env::current_dir().map_err(|error| {
        console::failure(&format!("the current folder can't be found: {error}"), FIX);
        Exit::Failure
    })?;
    layout::root_above(&here).ok_or_else(|| {
        console::failure(&format!("no workspace of specs at or above `{}`", here.display()), FIX);
        Exit::Failure
    })
}
