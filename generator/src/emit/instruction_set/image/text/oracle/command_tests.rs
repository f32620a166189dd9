//! What the command line says and with which code it ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the command line.
fn oracle(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE___SET__-oracle");
    Command::new(program)
        .args(arguments)
        .output()
        .expect("the program was built with this test")
}

/// Checks the exit code, and that standard error says something.
fn refuses(arguments: &[&str], code: i32, says: &str) {
    let output = oracle(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    assert!(message.contains(says), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// A file of this test. Each test uses other names.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the folder for tests can be written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for tests has a name in UTF-8")
}

#[test]
fn wrong_usage_ends_with_2() {
    refuses(&[], 2, "a command is missing");
    refuses(&["launch"], 2, "no command `launch`");
    refuses(&["run"], 2, "a file is missing");
    refuses(&["run", "a", "b"], 2, "only one file");
    refuses(&["run", "a", "--there-is-no-such-option", "1"], 2, "there-is-no-such-option");
    refuses(&["run", "a", "--speed"], 2, "needs a value");
    refuses(&["dis", "a", "--speed", "1"], 2, "no option `speed`");
    refuses(&["asm", "a"], 2, "needs `-o OUT`");
}

#[test]
fn help_is_no_error() {
    let output = oracle(&["--help"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("Usage:"));
}

#[test]
fn a_file_that_cannot_be_used_ends_with_100() {
    let wrong = file("wrong.__TEXT__", b"byte 256");
    let binary = file("binary.__TEXT__", &[0xFF, 0xFE, 0x00]);
    let large = file("large.__EXTENSION__", &vec![0; __FACTS__::MEMORY as usize + 1]);
    for command in ["run", "dis"] {
        refuses(&[command, "there is no such file"], 100, "there is no such file");
        refuses(&[command, text(&wrong)], 100, "line 1, column 6");
        refuses(&[command, text(&binary)], 100, "no UTF-8");
        refuses(&[command, text(&large)], 100, "memory has room");
    }
}

#[test]
fn text_becomes_an_image_and_text_again() {
    let source = file("source.__TEXT__", b"byte 1, 2, 3");
    let image = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("image.__EXTENSION__");
    assert!(oracle(&["asm", text(&source), "-o", text(&image)]).status.success());
    assert_eq!(std::fs::read(&image).ok(), Some(vec![1, 2, 3]));
    let shown = oracle(&["dis", text(&image)]);
    assert!(shown.status.success());
    assert_eq!(shown.stdout, oracle(&["dis", text(&source)]).stdout);
}

#[test]
fn a_program_that_traps_ends_with_1() {
    let nothing = file("nothing.__EXTENSION__", &[]);
    refuses(&["check", text(&nothing)], 1, "leaves the program");
}
