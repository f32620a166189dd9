//! What tools may rely on with `--format json`: every line of standard output is an object that says under `kind` what it is, and the
//! last one closes the report with its `result`; of a run that failed it says why.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::copy;
use serde_json::Value;

/// A folder with a workspace in it.
fn workspace(base: Option<&str>, manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    if let Some(base) = base {
        copy(Path::new(base), root);
    }
    fs::create_dir_all(root.join("spec")).expect("a folder can be made");
    fs::write(root.join("Cargo.toml"), manifest).expect("a manifest can be written");
    folder
}

/// The tiny machine, whose crates belong to no workspace of cargo: what builds them fails.
fn machine() -> tempfile::TempDir {
    let folder = workspace(Some("tests/bases/tiny-machine"), "[workspace]\n");
    fs::copy("../build.ninja.tmpl", folder.path().join("build.ninja.tmpl")).expect("the template can be copied");
    folder
}

/// A workspace of cargo with one emitted crate that needs no other: it builds at once.
fn features() -> tempfile::TempDir {
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"generated/features/facts\"]\n";
    let folder = workspace(None, manifest);
    fs::copy(
        "tests/bases/tiny-machine/spec/features.toml",
        folder.path().join("spec/features.toml"),
    )
    .expect("it can be copied");
    folder
}

fn output(root: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args(arguments.split_whitespace())
        .args(["--format", "json"])
        .env("CARGO_TARGET_DIR", root.join("target"))
        .current_dir(root)
        .output()
        .expect("lathe can be started")
}

/// Runs a command line, holds what it prints to the contract, and gives its last object back.
fn closing(root: &Path, arguments: &str, result: &str) -> Value {
    let output = output(root, arguments);
    let shown = format!(
        "`{arguments}` prints\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {shown}")))
        .collect();
    let (last, others) = objects.split_last().unwrap_or_else(|| panic!("{shown}"));
    assert!(objects.iter().all(|object| object["kind"].is_string()), "{shown}");
    assert!(others.iter().all(|object| object["kind"] != "closing"), "{shown}");
    assert_eq!(
        (&last["kind"], &last["result"]),
        (&"closing".into(), &result.into()),
        "{shown}"
    );
    let code = match result {
        "failure" | "refused" => 100,
        "stale" => 4,
        _ => 0,
    };
    assert_eq!(output.status.code(), Some(code), "{shown}");
    let failures = last["failures"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(!failures.is_empty(), code == 100, "{shown}");
    let is_said = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    assert!(
        failures
            .iter()
            .all(|failure| is_said(&failure["problem"]) && is_said(&failure["fix"])),
        "{shown}"
    );
    last.clone()
}

fn git(root: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    let done = Command::new("git").args(identity).args(arguments).current_dir(root).output();
    assert!(done.expect("git can be started").status.success(), "{arguments:?}");
}

#[test]
fn every_verb_closes_its_report() {
    let folder = machine();
    let root = folder.path();
    for (arguments, result) in [
        ("check", "fresh"),
        ("check --fix --diff", "fresh"),
        ("generate --check", "stale"),
        ("generate", "written"),
        ("generate --check", "fresh"),
        ("generate", "fresh"),
        ("generate --stamp Cargo.toml/stamp", "failure"),
        ("fmt --check", "stale"),
        ("fmt", "written"),
        ("fmt", "fresh"),
        ("fmt -", "found"),
        ("fmt nosuch", "failure"),
        ("generate", "written"),
        ("list", "found"),
        ("list nosuch", "failure"),
        ("explain", "found"),
        ("explain L0221", "found"),
        ("explain L9999", "failure"),
        ("explain idiv", "found"),
        ("explain nosuch", "failure"),
        ("graph", "found"),
        ("graph --as mermaid", "found"),
        ("graph --output graph.dot", "written"),
        ("graph --output nosuch/graph.dot", "failure"),
        ("features", "found"),
        ("matrix", "found"),
        ("matrix --strength 3 --target x86_64", "found"),
        ("matrix --strength 7", "failure"),
        ("matrix --model nosuch", "failure"),
        ("matrix --target nosuch", "failure"),
        ("test --matrix 2", "failure"),
        ("test --model nosuch", "failure"),
        ("affected spec/features.toml", "found"),
        ("affected nosuch", "failure"),
        ("affected ../nosuch", "failure"),
        ("why generated/tiny/facts/src/crc32.rs", "found"),
        ("why generated/tiny/facts/src/crc32.rs:100000", "failure"),
        ("why generated/nosuch", "failure"),
        ("build --plan", "planned"),
        ("build", "failure"),
        ("build --package nosuch", "failure"),
        ("run", "failure"),
        ("test", "failure"),
        ("new demo", "made"),
        ("new demo --path work/below", "made"),
        ("new demo", "failure"),
        ("diff HEAD", "failure"),
        ("bench generator --runs 1 --sizes 1 --no-peer", "measured"),
        ("bench generator --runs 1 --root nosuch", "failure"),
        ("bench", "failure"),
        ("nosuch", "failure"),
        ("watch --root nosuch", "failure"),
    ] {
        closing(root, arguments, result);
    }
    git(root, &["init", "-q"]);
    git(root, &["add", "spec"]);
    git(root, &["commit", "-q", "-m", "specs"]);
    closing(root, "diff HEAD", "same");
    closing(root, "diff nosuch", "failure");
    closing(root, "bless", "blessed");
    closing(root, "bless", "fresh");
    let features = root.join("spec/features.toml");
    let text = fs::read_to_string(&features).expect("the spec can be read");
    fs::remove_file(&features).expect("the spec can be removed");
    closing(root, "diff HEAD", "different");
    closing(root, "bless", "refused");
    // A mistake in a spec fails whatever reads it.
    fs::write(&features, text.replace("kind", "kid")).expect("the spec can be written");
    for arguments in [
        "check",
        "check --fix --diff",
        "generate",
        "generate --check",
        "bless",
        "diff HEAD",
        "list",
        "features",
        "matrix",
        "test --matrix 2",
        "explain idiv",
        "graph",
        "affected spec",
        "why generated/tiny/facts/src/crc32.rs",
        "build",
        "build --plan",
        "run",
        "test",
    ] {
        closing(root, arguments, "failure");
    }
    fs::write(&features, "kind =").expect("the spec can be written");
    closing(root, "fmt", "failure");
    closing(root, "fmt --check", "failure");
}

#[test]
fn what_builds_closes_its_report() {
    let folder = features();
    let root = folder.path();
    closing(root, "generate", "written");
    closing(root, "run", "ran");
    closing(root, "build", "built");
    closing(root, "build --package feature-facts", "built");
    closing(root, "test", "passed");
}

#[test]
fn what_a_verb_did_not_count_is_left_out() {
    let folder = machine();
    let root = folder.path();
    let checked = closing(root, "check --timings", "fresh");
    assert!(checked["entries"]["instruction-set"].as_u64().is_some_and(|count| count > 0));
    assert!(checked["files"].is_null(), "{checked}");
    assert!(checked["emitters"]["target facts"].is_number(), "{checked}");
    let formatted = closing(root, "fmt", "written");
    assert!(formatted["entries"].is_null() && formatted["files"].is_null(), "{formatted}");
    assert_eq!((&formatted["specs"], &formatted["changed"]), (&5.into(), &1.into()));
    let generated = closing(root, "generate", "written");
    assert!(generated["files"].as_u64().is_some_and(|count| count > 0), "{generated}");
    let listed = closing(root, "list", "found");
    assert!(
        listed["milliseconds"]["read"].is_number() && listed["entries"].is_null(),
        "{listed}"
    );
}
