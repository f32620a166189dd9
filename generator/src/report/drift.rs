//! The report of `lathe generate --check`: what differs, what the problem is, how to fix it, and the difference itself.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::console::plural;
use super::lines::unified;
use crate::write::{Comparison, MANIFEST_PATH, Output, Status};

/// The most files of one status that are shown with their difference.
const MOST_FILES: usize = 20;
/// Files above this size are not compared line by line.
const LARGEST: u64 = 4 << 20;

/// In the order of the report.
const GROUPS: &[(Status, &str, &str)] = &[
    (
        Status::Stale,
        "the specs changed since lathe wrote this",
        "cargo lathe generate",
    ),
    (
        Status::Edited,
        "changed by hand since lathe wrote it; the change is lost with the next run",
        "make the change in the specs, then run cargo lathe generate",
    ),
    (
        Status::Missing,
        "the specs give this file, and it is not there",
        "cargo lathe generate",
    ),
    (
        Status::Orphan,
        "lathe wrote this, and no spec gives it any more",
        "cargo lathe generate, which deletes it",
    ),
    (
        Status::Unowned,
        "an output belongs here, but the file doesn't carry lathe's marker",
        "move it away, or run cargo lathe generate --force",
    ),
    (
        Status::Blocked,
        "an output belongs here, but something else is in its way",
        "move it away, or run cargo lathe generate --force",
    ),
];

/// The report; empty if everything is fresh.
pub fn text(root: &Path, comparison: &Comparison) -> String {
    let mut text = String::new();
    for (status, problem, fix) in GROUPS {
        let outputs: Vec<&Output> = comparison.outputs.iter().filter(|output| output.status == *status).collect();
        if outputs.is_empty() {
            continue;
        }
        for output in outputs.iter().take(MOST_FILES) {
            let _ = writeln!(text, "\u{1b}[1;33m{:>12}\u{1b}[0m {}", status.name(), output.path);
            if output.path == MANIFEST_PATH {
                let _ = writeln!(text, "    the hashes of what was emitted; --format json lists the files");
            } else if matches!(status, Status::Stale | Status::Edited) {
                text.push_str(&difference(root, output));
            }
        }
        if outputs.len() > MOST_FILES {
            let _ = writeln!(text, "{:>12} {}", "…", plural(outputs.len() - MOST_FILES, "more file"));
        }
        let _ = writeln!(text, "{:>12} {problem}", "problem:");
        let _ = writeln!(text, "{:>12} {fix}", "fix:");
    }
    for path in &comparison.obstacles {
        let _ = writeln!(text, "\u{1b}[1;33m{:>12}\u{1b}[0m {path}", "Blocked");
        let _ = writeln!(text, "{:>12} a file stands where a folder of outputs belongs", "problem:");
        let _ = writeln!(text, "{:>12} cargo lathe generate, which replaces it", "fix:");
    }
    text
}

/// The unified difference from the disk to what the specs give.
fn difference(root: &Path, output: &Output) -> String {
    let path = root.join(&output.path);
    let small = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    let (Some(new), true) = (&output.text, small) else {
        return String::new();
    };
    let Ok(old) = fs::read(&path) else {
        return String::new();
    };
    unified(&String::from_utf8_lossy(&old), new, "on disk", "from the specs")
}
