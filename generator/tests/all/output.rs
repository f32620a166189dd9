//! What goes to standard output: whole, or the run has failed; and in the form of `--format json` one object a line.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn lathe(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.args(arguments);
    command
}

fn objects(output: &Output) -> Vec<Value> {
    let lines = std::str::from_utf8(&output.stdout).expect("text").lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_is_lost_is_a_failure() {
    let full = || {
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a full device")
    };
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bases/tiny-machine");
    for arguments in [
        &["explain"][..],
        &["explain", "L0221"],
        &["explain", "--format", "json"],
        &["list", "--root", base],
        &["check", "--format", "json", "--root", base],
        &["--help"],
        &["--version"],
        &["fmt", "--help"],
    ] {
        let output = lathe(arguments)
            .stdout(full())
            .stderr(Stdio::piped())
            .output()
            .expect("lathe ends");
        assert_eq!(output.status.code(), Some(100), "{arguments:?}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains("No space left on device"), "{arguments:?}: {errors}");
    }
    let output = lathe(&["explain", "L9999"]).stderr(full()).output().expect("lathe ends");
    assert_eq!(output.status.code(), Some(100));
}

#[test]
fn colours_follow_what_cargo_is_told() {
    let coloured = |when: &str| {
        let mut command = lathe(&["explain", "L9999"]);
        let output = command.env("CLICOLOR_FORCE", "1").env("CARGO_TERM_COLOR", when).output();
        output.expect("lathe ends").stderr.contains(&0x1b)
    };
    assert_eq!(["always", "auto", "never"].map(coloured), [true, true, false]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_went_away_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = lathe(&["explain"]).stdout(writer).output().expect("lathe ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn pages_are_objects_too() {
    let all = objects(&lathe(&["explain", "--format", "json"]).output().expect("lathe ends"));
    let (closing, pages) = all.split_last().expect("a closing object");
    assert_eq!(closing["pages"], pages.len());
    assert!(
        pages
            .iter()
            .all(|page| page["code"].is_string() && page["summary"].is_string() && page["page"].is_null())
    );
    let one = objects(&lathe(&["explain", "l0221", "--format", "json"]).output().expect("lathe ends"));
    assert_eq!((one.len(), &one[0]["code"]), (2, &Value::from("L0221")));
    assert!(one[0]["page"].as_str().is_some_and(|page| page.contains("```")));
    let none = lathe(&["explain", "L9999", "--format", "json"]).output().expect("lathe ends");
    assert_eq!(
        (none.status.code(), objects(&none)[0]["result"].as_str()),
        (Some(100), Some("failure"))
    );
}
