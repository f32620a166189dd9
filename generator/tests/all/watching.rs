//! `lathe watch` as a process: files are saved in every way that editors have, and the lines and the outputs are looked at.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::copy;
use serde_json::Value;

/// Longer than any change takes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Long enough for a line to come that must not come.
const SILENCE: Duration = Duration::from_millis(1500);

/// A run of `lathe watch`; it ends with this.
struct Watching {
    folder: tempfile::TempDir,
    process: Child,
    lines: Receiver<String>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Watching {
    /// Begins, and waits for the first line.
    fn start(arguments: &[&str]) -> (Watching, Value) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(Path::new("tests/bases/tiny-machine"), folder.path());
        let mut process = Command::new(env!("CARGO_BIN_EXE_lathe"))
            .args(["watch", "--format", "json", "--root"])
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("lathe can be started");
        let output = process.stdout.take().expect("its output is piped");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let watching = Watching { folder, process, lines };
        let (first, _) = watching.next();
        (watching, first)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file is there")
    }

    /// Saves a file in place.
    fn save(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("the file can be written");
    }

    /// The next line about a change, and the diagnostics before it.
    fn next(&self) -> (Value, Vec<Value>) {
        let mut diagnostics = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("a line in time");
            let value: Value = serde_json::from_str(&line).expect("lines are JSON");
            if value.get("milliseconds").is_some() {
                return (value, diagnostics);
            }
            diagnostics.push(value);
        }
    }

    /// Lines until one of them satisfies; the last one.
    fn until(&self, satisfies: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let (value, _) = self.next();
            if satisfies(&value) {
                return value;
            }
            assert!(Instant::now() < end, "the last line is {value}");
        }
    }

    /// No line comes.
    fn is_silent(&self) {
        match self.lines.recv_timeout(SILENCE) {
            Err(RecvTimeoutError::Timeout) => {}
            other => panic!("nothing changed, but there is {other:?}"),
        }
    }
}

const OPS: &str = "spec/tiny/ops.toml";
const FEATURES: &str = "spec/features.toml";
const FEATURE: &str = "generated/features/facts/src/feature.rs";

/// Whether a line says that outputs were written.
fn is_written(line: &Value) -> bool {
    line["result"] == "written"
}

#[test]
fn a_save_writes_what_depends_on_it() {
    let (watching, first) = Watching::start(&[]);
    assert!(is_written(&first) && first["written"].as_u64() > Some(50), "{first}");
    let text = watching.read(OPS);
    watching.save(OPS, &text.replace("Adds; wraps at 32 bits.", "Sums; wraps at 32 bits."));
    let line = watching.until(is_written);
    assert_eq!(line["files"], serde_json::json!([OPS]));
    assert_eq!(
        line["entries"],
        serde_json::json!([{ "item": "tiny.op.iadd", "how": "changed" }])
    );
    assert!(line["written"].as_u64() > Some(3), "{line}");
    assert!(
        watching
            .read("generated/tiny/facts/src/opcode/mod.rs")
            .contains("Sums; wraps")
    );
    // The same text once more is no change.
    watching.save(OPS, &watching.read(OPS));
    watching.is_silent();
}

#[test]
fn a_missing_bracket_is_one_diagnostic() {
    let (watching, _) = Watching::start(&[]);
    let text = watching.read(OPS);
    watching.save(
        OPS,
        &text.replacen("in = [\"a: f64\", \"b: f64\"]", "in = [\"a: f64\", \"b: f64\"", 1),
    );
    let (line, diagnostics) = watching.next();
    assert_eq!(line["result"], "failure", "{line}");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(diagnostics[0]["code"], "L0006");
}

#[test]
fn a_half_written_file_keeps_the_outputs() {
    let (watching, _) = Watching::start(&[]);
    let text = watching.read(FEATURES).replace("Connections.", "Sockets.");
    let before = watching.read(FEATURE);
    let (half, _) = text.split_at(text.len() / 2);
    watching.save(FEATURES, half);
    let (line, diagnostics) = watching.next();
    assert_eq!(line["result"], "failure", "{line}");
    assert!(
        line["errors"].as_u64() >= Some(1) && !diagnostics.is_empty(),
        "{line} {diagnostics:?}"
    );
    assert_eq!(watching.read(FEATURE), before);
    watching.save(FEATURES, &text);
    let line = watching.until(is_written);
    assert_eq!(
        line["entries"],
        serde_json::json!([{ "item": "feature.net", "how": "changed" }])
    );
    assert!(watching.read(FEATURE).contains("Sockets."));
}

#[test]
fn files_and_folders_come_and_go() {
    let (watching, _) = Watching::start(&[]);
    let text = watching.read(FEATURES);
    // Editors write a new file and put it in the place of the old one.
    watching.save("spec/.features.toml.tmp", &text.replace("Connections.", "Sockets."));
    fs::rename(watching.path("spec/.features.toml.tmp"), watching.path(FEATURES)).expect("a file can be renamed");
    watching.until(|line| is_written(line) && line["files"] == serde_json::json!([FEATURES]));
    assert!(watching.read(FEATURE).contains("Sockets."));
    fs::remove_file(watching.path(FEATURES)).expect("a file can be removed");
    let line = watching.until(is_written);
    assert!(line["deleted"].as_u64() >= Some(4), "{line}");
    assert!(!watching.path(FEATURE).exists());
    // A new folder with a file in it, and a second file that comes later.
    fs::create_dir_all(watching.path("spec/flags/more")).expect("a folder can be made");
    watching.save("spec/flags/more/one.toml", &text);
    watching.until(|line| is_written(line) && line["files"] == serde_json::json!(["spec/flags/more/one.toml"]));
    assert!(watching.read(FEATURE).contains("Connections."));
    watching.save("spec/flags/more/two.toml", &text.replace("[feature.net]", "[feature.disk]"));
    let line = watching.until(is_written);
    assert_eq!(
        line["entries"],
        serde_json::json!([{ "item": "feature.disk", "how": "added" }]),
        "{line}"
    );
    fs::remove_dir_all(watching.path("spec/flags")).expect("a folder can be removed");
    watching.until(|line| is_written(line) && !watching.path(FEATURE).exists());
    // The whole folder of specs goes and comes back.
    fs::rename(watching.path("spec"), watching.path("away")).expect("a folder can be renamed");
    let line = watching.until(|line| line["result"] == "failure");
    assert!(line["errors"].as_u64() >= Some(1), "{line}");
    fs::rename(watching.path("away"), watching.path("spec")).expect("a folder can be renamed");
    watching.until(|line| line["result"] == "fresh");
    watching.save(FEATURES, &text);
    watching.until(is_written);
    assert!(watching.read(FEATURE).contains("Connections."));
}

#[test]
fn a_burst_of_saves_ends_in_the_last_state() {
    let (watching, _) = Watching::start(&[]);
    let text = watching.read(FEATURES);
    for number in 0..50 {
        watching.save(FEATURES, &text.replace("Connections.", &format!("State {number}.")));
        thread::sleep(Duration::from_millis(2));
    }
    let mut lines = 0;
    while !watching.read(FEATURE).contains("State 49.") {
        watching.next();
        lines += 1;
    }
    assert!(lines < 50, "each save was followed by itself");
    // The line about the last state may still be under way; after it there is none.
    while watching.lines.recv_timeout(SILENCE).is_ok() {}
    watching.is_silent();
}

#[test]
fn the_runtime_is_followed_too() {
    let (watching, _) = Watching::start(&[]);
    let path = "runtime/tiny/src/lib.rs";
    let text = watching.read(path);
    watching.save(path, &text.replace("pub fn load_field(", "pub fn load_another("));
    let (line, diagnostics) = watching.next();
    assert_eq!(line["result"], "failure", "{line}");
    assert!(diagnostics.iter().any(|one| one["code"] == "L0421"), "{diagnostics:?}");
    watching.save(path, &text);
    watching.until(|line| line["result"] == "fresh");
}

#[test]
fn looking_again_and_again_finds_the_same() {
    let (watching, first) = Watching::start(&["--poll"]);
    assert!(is_written(&first), "{first}");
    let text = watching.read(FEATURES);
    watching.save(FEATURES, &text.replace("Connections.", "Sockets over the net."));
    watching.until(is_written);
    assert!(watching.read(FEATURE).contains("Sockets over the net."));
    fs::remove_file(watching.path(FEATURES)).expect("a file can be removed");
    watching.until(is_written);
    assert!(!watching.path(FEATURE).exists());
}

#[test]
fn a_workspace_that_is_moved_away_ends_it() {
    let (watching, _) = Watching::start(&[]);
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::rename(watching.folder.path(), place.path().join("moved")).expect("the workspace can be moved");
    let last = watching.lines.iter().last().expect("a closing line");
    let last: Value = serde_json::from_str(&last).expect("lines are JSON");
    assert_eq!(last["result"], "failure", "{last}");
    let problem = last["failures"][0]["problem"].as_str().expect("a reason");
    assert!(problem.contains("is not there any more"), "{last}");
}
