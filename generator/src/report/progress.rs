//! Shows what takes long: nothing during the first second, nothing where standard error is no terminal.

use std::io::{IsTerminal, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a step may take before it is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes afterwards.
const BEAT: Duration = Duration::from_millis(200);

/// A step under way; its line goes when this is dropped.
#[derive(Debug)]
pub struct Progress {
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins a step: `Emitting`.
    pub fn start(verb: &'static str, shown: bool) -> Progress {
        if !shown || !std::io::stderr().is_terminal() {
            return Progress { watcher: None };
        }
        let (stop, stopped) = mpsc::channel::<()>();
        let watch = move || {
            let started = Instant::now();
            let mut wait = PATIENCE;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = BEAT;
                let seconds = started.elapsed().as_secs_f32();
                let _ = write!(std::io::stderr(), "\r\u{1b}[1;36m{verb:>12}\u{1b}[0m {seconds:.1} s");
            }
            if started.elapsed() > PATIENCE {
                let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            }
        };
        let watcher = std::thread::Builder::new().name("progress".to_owned()).spawn(watch).ok();
        Progress {
            watcher: watcher.map(|thread| (stop, thread)),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.watcher.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}
