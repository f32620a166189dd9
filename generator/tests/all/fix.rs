//! `lathe check --fix` as a command: what it prints, what it writes, and what it leaves alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::copy;
use serde_json::Value;

const ADDED: &str = r#"kind = "instruction-set"
name = "tiny"

# Kept as it is.
[op.first]
code = 0x20 # taken
gruop = "all"
doc = "An op of this test."
since = 1
in = ["a: i32"]
waits = "The rest of the machine."
traps = ["not_implemented"]
golden = "20"

[trap.not_implemented]
doc = "The op waits."
code = 900
catchable = false
"#;

const PATH: &str = "spec/tiny/zebra.toml";

fn workspace(added: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder for a workspace");
    copy(Path::new("tests/bases/tiny-machine"), root.path());
    fs::write(root.path().join(PATH), added).expect("a file");
    root
}

fn lathe(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.arg("--root").arg(root).args(arguments);
    command.output().expect("lathe starts")
}

fn json(output: &Output) -> Vec<Value> {
    let lines = std::str::from_utf8(&output.stdout).expect("text").lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect()
}

#[test]
fn a_spec_is_fixed_in_place() {
    let root = workspace(ADDED);
    assert_eq!(lathe(root.path(), &["check"]).status.code(), Some(100));
    let output = lathe(root.path(), &["check", "--fix"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    for expected in [
        "Fixed spec/tiny/zebra.toml:7 L0104: a key with a similar name exists",
        "Fixed spec/tiny/zebra.toml:6 L0221: take the next free code",
        "Fixed 2 problems in 1 file",
    ] {
        assert!(errors.contains(expected), "{expected}: {errors}");
    }
    let expected = ADDED
        .replace("gruop", "group")
        .replace("0x20 # taken", "0x22 # taken")
        .replace("\"20\"", "\"22\"");
    assert_eq!(fs::read_to_string(root.path().join(PATH)).expect("a file"), expected);
    let again = lathe(root.path(), &["check", "--fix"]);
    let errors = String::from_utf8_lossy(&again.stderr);
    assert!(
        !errors.contains("Fixed") && errors.contains("there is nothing to fix"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(root.path().join(PATH)).expect("a file"), expected);
}

#[test]
fn what_is_not_safe_is_reported_and_left() {
    let root = workspace(&ADDED.replace("a: i32", "a: u32"));
    let output = lathe(root.path(), &["check", "--fix", "--format", "json"]);
    assert_eq!(output.status.code(), Some(100));
    let objects = json(&output);
    assert!(
        objects
            .iter()
            .any(|object| object["fix"] == "L0104" && object["done"] == true),
        "{objects:?}"
    );
    let left: Vec<&Value> = objects.iter().filter(|object| object.get("code").is_some()).collect();
    assert_eq!(left.len(), 1, "{objects:?}");
    assert_eq!(objects.last().expect("a closing object")["result"], "failure");
    let text = fs::read_to_string(root.path().join(PATH)).expect("a file");
    assert!(text.contains("a: u32") && text.contains("group = "), "{text}");
}

#[test]
fn what_can_be_fixed_and_what_was_left_is_told() {
    let root = workspace(&ADDED.replace("a: i32", "a: u32"));
    let checked = lathe(root.path(), &["check"]);
    let errors = String::from_utf8_lossy(&checked.stderr);
    assert!(
        errors.ends_with(" of 2 can be fixed: `cargo lathe check --fix`\n"),
        "{errors}"
    );
    lathe(root.path(), &["check", "--fix"]);
    // Nothing is left that it could do.
    let fixed = lathe(root.path(), &["check", "--fix"]);
    let errors = String::from_utf8_lossy(&fixed.stderr);
    assert!(
        errors.contains("Left 1 problem: 1 without a suggestion that is safe to apply") && !errors.contains("can be fixed"),
        "{errors}"
    );
}

#[test]
fn a_preview_writes_nothing() {
    let root = workspace(ADDED);
    let output = lathe(root.path(), &["check", "--fix", "--diff"]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("-gruop = \"all\"") && shown.contains("+code = 0x22 # taken"),
        "{shown}"
    );
    assert_eq!(fs::read_to_string(root.path().join(PATH)).expect("a file"), ADDED);

    let objects = json(&lathe(root.path(), &["check", "--fix", "--diff", "--format", "json"]));
    let difference = objects
        .iter()
        .find_map(|object| object["difference"].as_str())
        .expect("a difference");
    assert!(
        difference.starts_with("--- a/spec/tiny/zebra.toml\n+++ b/spec/tiny/zebra.toml\n@@"),
        "{difference}"
    );
    assert_eq!(objects.last().expect("a closing object")["result"], "stale");

    let valid = workspace(
        &ADDED
            .replace("gruop", "group")
            .replace("0x20", "0x22")
            .replace("\"20\"", "\"22\""),
    );
    assert_eq!(lathe(valid.path(), &["check", "--fix", "--diff"]).status.code(), Some(0));
    assert_eq!(
        lathe(valid.path(), &["check", "--diff"]).status.code(),
        Some(100),
        "--diff needs --fix"
    );
}

#[cfg(unix)]
#[test]
fn a_spec_that_cannot_be_replaced_is_said_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = workspace(ADDED);
    let folder = root.path().join("spec/tiny");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("its permissions");
    // Whoever may do anything may write there all the same.
    let may_write = tempfile::tempfile_in(&folder).is_ok();
    let output = lathe(root.path(), &["check", "--fix"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("its permissions");
    if !may_write {
        assert_eq!(output.status.code(), Some(100));
        assert!(String::from_utf8_lossy(&output.stderr).contains("L0908"));
        assert_eq!(fs::read_to_string(root.path().join(PATH)).expect("a file"), ADDED);
    }
}
