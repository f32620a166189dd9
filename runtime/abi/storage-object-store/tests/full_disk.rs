//! A disk that takes no more: an error, the old value whole, and nothing half-written.
//!
//! A limit on the size of files stands in for the end of the disk. The limit is one of the process, so the test runs itself again.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use abi_facts::clock::ManualClock;
use abi_facts::storage::{Backend, StorageConfig, StorageError};
use abi_storage_object_store::Local;

const ROOT: &str = "STORAGE_TEST_ROOT";

fn open(root: &Path) -> Local {
    let config = StorageConfig {
        root: root.to_str().map(str::to_owned),
        ..StorageConfig::default()
    };
    Local::open(&config, Arc::new(ManualClock::new())).expect("the directory is there")
}

#[test]
fn a_full_disk_loses_nothing() {
    let root = tempfile::tempdir().expect("a directory for the test");
    let program = std::env::current_exe().expect("the test knows its program");
    // Without the signal the write gives an error, as it does on a full disk. Blocks are 512 or 1,024 bytes.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact with_a_limit --ignored --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(program)
        .env(ROOT, root.path())
        .output()
        .expect("`sh` runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let local = open(root.path());
    assert_eq!(local.get("a/b").map(|object| object.data.to_vec()), Ok(vec![1; 1_000]));
    assert_eq!(local.list("").map(|list| list.len()), Ok(1));
    let files = std::fs::read_dir(root.path().join("a"))
        .expect("the directory of `a/b`")
        .count();
    assert_eq!(files, 1, "something half-written is left beside `a/b`");
}

#[test]
#[ignore = "runs under a limit, started by the test above"]
fn with_a_limit() {
    let Some(root) = std::env::var_os(ROOT) else { return };
    let local = open(Path::new(&root));
    local.put("a/b", &[1; 1_000]).expect("it is below the limit");
    for _ in 0..3 {
        let result = local.put("a/b", &[2; 1_000_000]);
        assert!(matches!(result, Err(StorageError::Failed { .. })), "{result:?}");
        assert_eq!(local.get("a/b").map(|object| object.data.len()), Ok(1_000));
    }
    assert!(matches!(local.put("c", &[2; 1_000_000]), Err(StorageError::Failed { .. })));
    assert_eq!(local.exists("c"), Ok(false));
}
