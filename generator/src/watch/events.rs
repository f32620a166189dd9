//! Waits for changes below `spec/` and `runtime/`, whichever way an editor saves: in place, by renaming, or piece by piece.
//!
//! Events only say that it is worth looking. What changed is found by reading the files again, so that no event has to be understood,
//! and one too many costs no more than that.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, NoCache, RecommendedCache, new_debouncer, new_debouncer_opt};

use crate::source::layout::{FOLDERS, is_looked_at, relative};

/// How long the files must be quiet before they are read.
const QUIET: Duration = Duration::from_millis(20);
/// How often the clock of the debouncer ticks.
const TICK: Duration = Duration::from_millis(5);
/// How often files are looked at where the system reports nothing.
const BEAT: Duration = Duration::from_millis(250);
/// How long nothing has to happen before it is looked whether the workspace is still there.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reports changes as long as it lives.
pub struct Watcher {
    root: PathBuf,
    debouncer: Kind,
    changes: Receiver<Result<Vec<(Event, Instant)>, String>>,
    /// Why files are looked at again and again, if they are.
    pub polling: Option<String>,
}

enum Kind {
    System(Debouncer<RecommendedWatcher, RecommendedCache>),
    Polling(Debouncer<PollWatcher, NoCache>),
}

impl Watcher {
    /// Begins to watch; by looking at the files again and again where the system can't report, or if `poll` says so.
    ///
    /// # Errors
    ///
    /// When not even that is possible.
    pub fn start(root: &Path, poll: bool) -> notify::Result<Watcher> {
        if poll {
            return Watcher::polling(root, "--poll asks for it");
        }
        Watcher::system(root).or_else(|error| Watcher::polling(root, &reason(&error)))
    }

    fn system(root: &Path) -> notify::Result<Watcher> {
        let (sender, changes) = mpsc::channel();
        let debouncer = new_debouncer(QUIET, Some(TICK), move |result| {
            let _ = sender.send(plain(result));
        })?;
        Watcher {
            root: root.to_owned(),
            debouncer: Kind::System(debouncer),
            changes,
            polling: None,
        }
        .armed()
    }

    fn polling(root: &Path, why: &str) -> notify::Result<Watcher> {
        let (sender, changes) = mpsc::channel();
        let handler = move |result| {
            let _ = sender.send(plain(result));
        };
        // Times of files count in seconds here, so that of two saves in one second the second would be missed.
        let config = Config::default().with_poll_interval(BEAT).with_compare_contents(true);
        let debouncer = new_debouncer_opt(QUIET, Some(TICK), handler, NoCache::new(), config)?;
        Watcher {
            root: root.to_owned(),
            debouncer: Kind::Polling(debouncer),
            changes,
            polling: Some(why.to_owned()),
        }
        .armed()
    }

    fn armed(mut self) -> notify::Result<Watcher> {
        let root = self.root.clone();
        // Only the root tells that one of the folders came or went.
        self.watch(&root, RecursiveMode::NonRecursive)?;
        for folder in FOLDERS {
            self.arm(folder)?;
        }
        Ok(self)
    }

    /// Watches a folder, if it is there.
    fn arm(&mut self, folder: &str) -> notify::Result<()> {
        let path = self.root.join(folder);
        if path.is_dir() {
            self.watch(&path, RecursiveMode::Recursive)
        } else {
            Ok(())
        }
    }

    fn watch(&mut self, path: &Path, mode: RecursiveMode) -> notify::Result<()> {
        match &mut self.debouncer {
            Kind::System(debouncer) => debouncer.watch(path, mode),
            Kind::Polling(debouncer) => debouncer.watch(path, mode),
        }
    }

    /// Watches a folder anew: what stands there is another one than before.
    fn rearm(&mut self, folder: &str) -> notify::Result<()> {
        let path = self.root.join(folder);
        // Where nothing was watched there is nothing to end.
        let _ = match &mut self.debouncer {
            Kind::System(debouncer) => debouncer.unwatch(&path),
            Kind::Polling(debouncer) => debouncer.unwatch(&path),
        };
        self.arm(folder)
    }

    /// Waits until something may have changed, and returns when the first of it happened. Everything that came since the last call
    /// is one change. None when no change can come any more.
    ///
    /// # Errors
    ///
    /// When the system can watch no longer, or the workspace is gone.
    pub fn wait(&mut self) -> Result<Option<Instant>, String> {
        loop {
            let first = match self.changes.recv_timeout(PATIENCE) {
                Ok(first) => first,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                // Systems report what happens in the workspace, but not that the whole of it is moved away.
                Err(RecvTimeoutError::Timeout) if self.root.is_dir() => continue,
                Err(RecvTimeoutError::Timeout) => return Err(format!("`{}` is not there any more", self.root.display())),
            };
            let mut events = first?;
            while let Ok(more) = self.changes.try_recv() {
                events.extend(more?);
            }
            events.retain(|(event, _)| is_relevant(&self.root, event));
            for folder in FOLDERS {
                let path = self.root.join(folder);
                let came_or_went = |(event, _): &(Event, Instant)| {
                    event.need_rescan()
                        || !matches!(event.kind, EventKind::Modify(notify::event::ModifyKind::Metadata(_)))
                            && event.paths.contains(&path)
                };
                if events.iter().any(came_or_went) {
                    self.rearm(folder).map_err(|error| reason(&error))?;
                }
            }
            if let Some(first) = events.iter().map(|(_, time)| *time).min() {
                return Ok(Some(first));
            }
        }
    }
}

/// What the debouncer says, without its own types.
fn plain(result: DebounceEventResult) -> Result<Vec<(Event, Instant)>, String> {
    match result {
        Ok(events) => Ok(events.into_iter().map(|event| (event.event, event.time)).collect()),
        // A file that went away while it was looked at is no reason to stop.
        Err(errors) => match errors
            .iter()
            .find(|error| matches!(error.kind, notify::ErrorKind::MaxFilesWatch))
        {
            Some(error) => Err(reason(error)),
            None => Ok(Vec::new()),
        },
    }
}

/// Whether a file that is read may have changed.
fn is_relevant(root: &Path, event: &Event) -> bool {
    if event.need_rescan() {
        return true;
    }
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let mut below = event.paths.iter().filter_map(|path| relative(root, path));
    below.any(|path| is_looked_at(&path))
}

fn reason(error: &notify::Error) -> String {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system watches as many files as it may (fs.inotify.max_user_watches and max_user_instances say how many)"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, ModifyKind};

    #[test]
    fn only_what_is_read_is_relevant() {
        let created = EventKind::Create(CreateKind::File);
        let cases = [
            ("spec/a.toml", created, true),
            ("spec", EventKind::Remove(notify::event::RemoveKind::Folder), true),
            ("runtime/raya/src/lib.rs", EventKind::Modify(ModifyKind::Any), true),
            ("spec/a.toml", EventKind::Access(AccessKind::Any), false),
            ("spec/.a.toml.swp", created, false),
            ("runtime/raya/target/debug/x.rs", created, false),
            ("generated/a.rs", created, false),
            ("specs/a.toml", created, false),
            ("", created, false),
        ];
        for (path, kind, expected) in cases {
            let event = Event::new(kind).add_path(Path::new("/workspace").join(path));
            assert_eq!(is_relevant(Path::new("/workspace"), &event), expected, "{path}");
        }
        let saved = Event::new(EventKind::Modify(ModifyKind::Name(notify::event::RenameMode::Both)))
            .add_path("/workspace/spec/.a.toml.tmp".into())
            .add_path("/workspace/spec/a.toml".into());
        assert!(is_relevant(Path::new("/workspace"), &saved));
    }
}
