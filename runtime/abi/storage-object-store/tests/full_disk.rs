//! A disk that takes no more: an error, the old value whole, and nothing half-written.
//!
//! A limit on the size of files stands in for the end of the disk: wherever in a write it is reached, the write fails as it does on a disk
//! that is full. The limit is one of the process, so the test runs itself again, once for each limit.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use abi_facts::clock::ManualClock;
use abi_facts::storage::{Backend, StorageConfig, StorageError};
use abi_storage_object_store::Local;

const ROOT: &str = "STORAGE_TEST_ROOT";
const LIMIT: &str = "STORAGE_TEST_LIMIT";

/// The value that is there before, and the one that is put under a limit.
const OLD: usize = 400;
const NEW: usize = 9 * 1_024;

/// `ulimit` counts in blocks of 512 bytes, or of 1,024 in some shells: the greatest limit lets the whole value through in either.
const LIMITS: std::ops::RangeInclusive<usize> = 0..=24;

fn open(root: &Path) -> Local {
    let config = StorageConfig {
        root: root.to_str().map(str::to_owned),
        ..StorageConfig::default()
    };
    Local::open(&config, Arc::new(ManualClock::new())).expect("the directory is there")
}

/// All files below a directory, with what they hold.
fn files(root: &Path) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("it can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).expect("it is below the root").display().to_string();
                found.push((name, std::fs::metadata(&path).expect("it is there").len() as usize));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_full_disk_loses_nothing() {
    let program = std::env::current_exe().expect("the test knows its program");
    let mut outcomes = Vec::new();
    for limit in LIMITS {
        let root = tempfile::tempdir().expect("a directory for the test");
        let local = open(root.path());
        local.put("a/b", &[1; OLD]).expect("there is no limit yet");
        local.put("a/kept", &[3; NEW]).expect("there is no limit yet");
        // Without the signal the write gives an error, as it does on a full disk.
        let script = "trap '' XFSZ; ulimit -f \"$STORAGE_TEST_LIMIT\"; exec \"$0\" --exact with_a_limit --ignored";
        let output = Command::new("sh")
            .args(["-c", script])
            .arg(&program)
            .env(ROOT, root.path())
            .env(LIMIT, limit.to_string())
            // What it prints goes through a pipe, to which the limit doesn't apply.
            .output()
            .expect("`sh` runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "with a limit of {limit} blocks:\n{text}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );

        // Whatever was acknowledged is there, and nothing else: no file that is half-written, and none that nobody knows.
        let files = files(root.path());
        let sizes: Vec<(&str, usize)> = files.iter().map(|(name, size)| (name.as_str(), *size)).collect();
        let first = open(root.path()).get("a/b").expect("it was acknowledged").data;
        match first.len() {
            OLD => {
                assert_eq!(first.to_vec(), vec![1; OLD]);
                assert_eq!(sizes, [("a/b", OLD), ("a/kept", NEW)], "with a limit of {limit} blocks");
            }
            _ => {
                assert_eq!(first.to_vec(), vec![2; NEW]);
                let whole = [("a/b", NEW), ("a/copy", NEW), ("a/kept", NEW), ("c/d", NEW)];
                assert_eq!(sizes, whole, "with a limit of {limit} blocks");
            }
        }
        outcomes.push(first.len() == NEW);
    }
    // There were limits of both kinds, and none in the midst of which it is otherwise.
    assert!(
        !outcomes[0] && outcomes.is_sorted() && outcomes[outcomes.len() - 1],
        "{outcomes:?}"
    );
    assert!(outcomes.iter().filter(|whole| !**whole).count() >= 9, "{outcomes:?}");
}

#[test]
#[ignore = "runs under a limit, started by the test above"]
fn with_a_limit() {
    let Some(root) = std::env::var_os(ROOT) else { return };
    let local = open(Path::new(&root));
    // Each either succeeds and is there, or fails and has changed nothing; and since they write as much, all of them do the same.
    let put = local.put("a/b", &[2; NEW]);
    let expected = if put.is_ok() { NEW } else { OLD };
    assert_eq!(local.get("a/b").map(|object| object.data.len()), Ok(expected));
    let results = [put, local.put("c/d", &[2; NEW]), local.copy("a/kept", "a/copy")];
    for (result, key) in results.iter().zip(["a/b", "c/d", "a/copy"]) {
        if expected == NEW {
            assert_eq!(*result, Ok(()), "{key}");
        } else {
            assert!(matches!(result, Err(StorageError::Failed { .. })), "{key}: {result:?}");
        }
        assert_eq!(local.exists(key), Ok(expected == NEW || key == "a/b"), "{key}");
    }
    assert_eq!(local.get("a/kept").map(|object| object.data.to_vec()), Ok(vec![3; NEW]));
}
