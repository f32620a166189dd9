//! Lets a machine run until it ends, takes too long, or prints too much.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::machine::Setup;

/// A kernel that prints for ever is stopped here.
const MOST_BYTES: usize = 16 << 20;

/// How a machine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with an exit status.
    Status(i32),
    /// The emulator was ended by a signal.
    Signal,
    /// It was stopped at the time limit.
    TimeOut,
    /// It was stopped because it printed too much.
    TooMuch,
}

/// What a machine did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// All that it printed on its serial line; bytes that are no UTF-8 are replaced.
    pub log: String,
    /// What the emulator itself had to say.
    pub complaints: String,
    /// From the start of the emulator to the first line.
    pub first_line: Option<Duration>,
    /// From the start of the emulator to its end.
    pub whole: Duration,
}

/// An emulator that doesn't outlive whoever started it.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a machine and hands on each line when it is complete.
///
/// # Errors
///
/// When the emulator can't be started or waited for.
pub fn run(emulator: &Path, setup: &Setup, limit: Duration, hear: &mut dyn FnMut(&str)) -> anyhow::Result<Ran> {
    let mut command = Command::new(emulator);
    command.args(setup.arguments()).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let child = command
        .spawn()
        .with_context(|| format!("can't run `{}`", emulator.display()))?;
    let mut child = Guarded(child);
    let stdout = child.0.stdout.take().context("the emulator has no output")?;
    let stderr = child.0.stderr.take();
    let complaints = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What doesn't fit isn't worth reading, but has to be taken off the pipe.
        let _ = stderr.map(|mut stream| {
            let read = stream.by_ref().take(1 << 16).read_to_end(&mut bytes);
            std::io::copy(&mut stream, &mut std::io::sink()).and(read)
        });
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let mut serial = Serial::new(hear, started);
    let stopped = serial.listen(&receive(stdout), started, limit);
    let end = match stopped {
        Some(end) => {
            let _ = child.0.kill();
            let _ = child.0.wait();
            end
        }
        None => wait(&mut child.0, started, limit)?,
    };
    let (log, first_line) = serial.finish();
    Ok(Ran {
        end,
        log,
        complaints: complaints.join().unwrap_or_default(),
        first_line,
        whole: started.elapsed(),
    })
}

/// Hands on what comes from the serial line, from a thread of its own.
fn receive(mut stream: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver): (Sender<Vec<u8>>, _) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// What came over the serial line.
struct Serial<'a> {
    hear: &'a mut dyn FnMut(&str),
    bytes: Vec<u8>,
    /// Where the line begins that isn't complete yet.
    line: usize,
    started: Instant,
    first_line: Option<Duration>,
}

impl<'a> Serial<'a> {
    fn new(hear: &'a mut dyn FnMut(&str), started: Instant) -> Serial<'a> {
        Serial {
            hear,
            bytes: Vec::new(),
            line: 0,
            started,
            first_line: None,
        }
    }

    /// Listens until the line is closed (`None`) or the machine has to be stopped.
    fn listen(&mut self, receiver: &Receiver<Vec<u8>>, started: Instant, limit: Duration) -> Option<End> {
        loop {
            match receiver.recv_timeout(limit.saturating_sub(started.elapsed())) {
                Ok(bytes) => self.add(&bytes),
                Err(RecvTimeoutError::Timeout) => return Some(End::TimeOut),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
            if self.bytes.len() > MOST_BYTES {
                return Some(End::TooMuch);
            }
            // One that never stops printing is never waited for.
            if started.elapsed() >= limit {
                return Some(End::TimeOut);
            }
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        for end in (from..self.bytes.len()).filter(|index| bytes.get(index - from) == Some(&b'\n')) {
            self.first_line.get_or_insert_with(|| self.started.elapsed());
            let line = String::from_utf8_lossy(&self.bytes[self.line..end]);
            (self.hear)(line.trim_end_matches('\r'));
            self.line = end + 1;
        }
    }

    fn finish(self) -> (String, Option<Duration>) {
        if self.line < self.bytes.len() {
            (self.hear)(&String::from_utf8_lossy(&self.bytes[self.line..]));
        }
        (String::from_utf8_lossy(&self.bytes).into_owned(), self.first_line)
    }
}

/// Waits for an emulator that has closed its output.
fn wait(child: &mut Child, started: Instant, limit: Duration) -> anyhow::Result<End> {
    loop {
        if let Some(status) = child.try_wait().context("can't wait for the emulator")? {
            return Ok(status.code().map_or(End::Signal, End::Status));
        }
        if started.elapsed() >= limit {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(End::TimeOut);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
