//! Runs every text under `tests/seeing`: command lines in the workspace `tests/bases/tiny-machine`, and what they print.
//!
//! A text has blocks. A block begins with `$ ` and the arguments of lathe; then follows what comes out: standard output, standard
//! error, and `exit N` if the exit code isn't 0. A line `…` stands for any number of lines, and `…` within a line for any text.
//! `UPDATE_EXPECT=1 cargo nextest run --release --test all seeing::` writes the blocks without `…` anew.

use crate::support::copy;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A block: its command line and what is expected.
struct Block {
    arguments: String,
    expected: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), blocks.last_mut()) {
            (Some(arguments), _) => blocks.push(Block {
                arguments: arguments.to_owned(),
                expected: String::new(),
            }),
            (None, Some(block)) => {
                block.expected.push_str(line);
                block.expected.push('\n');
            }
            (None, None) => panic!("a text begins with a command line, not with {line:?}"),
        }
    }
    for block in &mut blocks {
        block.expected = block.expected.trim_end().to_owned();
    }
    blocks
}

/// What a command line prints; words in single quotes are one argument.
fn run(root: &Path, arguments: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for (index, part) in arguments.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args(&words)
        .current_dir(root)
        .output()
        .expect("lathe can be started");
    let mut text = String::from_utf8(output.stdout).expect("lathe prints UTF-8");
    text.push_str(&String::from_utf8(output.stderr).expect("lathe prints UTF-8"));
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("exit {code}\n")),
        None => text.push_str("killed\n"),
    }
    text.trim_end().to_owned()
}

/// Whether a text is what is expected of it.
fn fits(expected: &[&str], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first.trim() == "…" => (0..=found.len()).any(|skipped| fits(rest, &found[skipped..])),
        Some((first, rest)) => found.first().is_some_and(|line| line_fits(first, line)) && fits(rest, &found[1..]),
    }
}

fn line_fits(expected: &str, found: &str) -> bool {
    let parts: Vec<&str> = expected.split('…').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return expected == found;
    };
    let Some(mut rest) = found.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn command_lines_print_what_stands_below_them() {
    let workspace = tempfile::tempdir().expect("a temporary folder");
    copy(Path::new("tests/bases/tiny-machine"), workspace.path());
    fs::write(workspace.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest can be written");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    let mut paths: Vec<_> = fs::read_dir("tests/seeing")
        .expect("the texts can be listed")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a text can be read");
        let mut written = String::new();
        for block in blocks(&text) {
            let found = run(workspace.path(), &block.arguments);
            let lines: Vec<&str> = found.lines().collect();
            let expected: Vec<&str> = block.expected.lines().collect();
            let is_right = fits(&expected, &lines);
            let kept = if is_right || block.expected.contains('…') {
                &block.expected
            } else {
                &found
            };
            written.push_str(&format!("$ {}\n{kept}\n\n", block.arguments));
            if !is_right {
                wrong.push(format!(
                    "{}: `{}` prints\n{found}\n--- but not\n{}",
                    path.display(),
                    block.arguments,
                    block.expected
                ));
            }
        }
        if update {
            fs::write(&path, written.trim_end().to_owned() + "\n").expect("a text can be written");
        }
    }
    assert!(wrong.is_empty() || update, "{}", wrong.join("\n\n"));
}

/// A workspace of the tiny machine with its outputs.
fn generated() -> tempfile::TempDir {
    let workspace = tempfile::tempdir().expect("a temporary folder");
    copy(Path::new("tests/bases/tiny-machine"), workspace.path());
    fs::write(workspace.path().join("Cargo.toml"), "[workspace]\n").expect("a manifest can be written");
    run(workspace.path(), "generate");
    workspace
}

#[test]
fn why_tells_stale_edited_and_orphaned_outputs_apart() {
    let workspace = generated();
    let root = workspace.path();
    let path = "generated/features/facts/src/feature.rs";
    let status = |path: &str| {
        let printed = run(root, &format!("why {path}"));
        printed
            .lines()
            .find_map(|line| line.trim().strip_prefix("status"))
            .unwrap_or(&printed)
            .trim()
            .to_owned()
    };
    assert!(status(path).starts_with("fresh"), "{}", status(path));
    let text = fs::read_to_string(root.join(path)).expect("the output is there");
    fs::write(root.join(path), format!("{text}\n// By hand.\n")).expect("it can be changed");
    assert!(status(path).starts_with("edited"), "{}", status(path));
    fs::write(root.join(path), text).expect("it can be changed");
    let spec = root.join("spec/features.toml");
    let features = fs::read_to_string(&spec).expect("the spec is there");
    fs::write(&spec, features.replace("Connections.", "Sockets.")).expect("the spec can be changed");
    assert!(status(path).starts_with("stale"), "{}", status(path));
    fs::remove_file(&spec).expect("the spec can be removed");
    assert!(status(path).starts_with("orphan"), "{}", status(path));
    fs::remove_file(root.join(path)).expect("the output can be removed");
    assert!(status(path).contains("is no output of lathe"), "{}", status(path));
}

#[test]
fn what_is_stale_is_shown_without_the_lines_of_the_manifest() {
    let workspace = generated();
    let spec = workspace.path().join("spec/features.toml");
    let features = fs::read_to_string(&spec).expect("the spec is there");
    fs::write(&spec, features.replace("Connections.", "Sockets.")).expect("the spec can be changed");
    let shown = run(workspace.path(), "generate --check");
    assert!(
        shown.contains("Stale generated/manifest.toml") && !shown.contains("blake3"),
        "{shown}"
    );
    assert!(shown.contains("Sockets."), "{shown}");
}

#[test]
fn every_form_of_a_path_is_understood() {
    let workspace = generated();
    let root = workspace.path().canonicalize().expect("it exists");
    let below = root.join("spec/tiny");
    // Behind the object stands another one, with times.
    let affected = |folder: &Path, arguments: &str| run(folder, arguments).lines().next().map(str::to_owned);
    let expected = affected(&root, "affected spec/tiny/ops.toml --format json").expect("an object");
    assert!(
        expected.starts_with("{\"kind\":\"affected\",\"files\":[\"spec/tiny/ops.toml\"]"),
        "{expected}"
    );
    for form in ["ops.toml", "./ops.toml", "../tiny/ops.toml", "spec/tiny/ops.toml"] {
        let found = affected(&below, &format!("affected {form} --format json"));
        assert_eq!(found.as_ref(), Some(&expected), "{form}");
    }
    let absolute = format!("affected {} --format json", below.join("ops.toml").display());
    assert_eq!(affected(&root, &absolute), Some(expected));
}

/// Draws an SVG with a search path that holds no more than a script called `dot`.
#[cfg(unix)]
fn svg_with(script: Option<&str>) -> (bool, String, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let workspace = tempfile::tempdir().expect("a temporary folder");
    copy(Path::new("tests/bases/tiny-machine"), workspace.path());
    let programs = workspace.path().join("programs");
    fs::create_dir(&programs).expect("a folder can be made");
    if let Some(script) = script {
        let dot = programs.join("dot");
        fs::write(&dot, format!("#!/bin/sh\n{script}\n")).expect("a script can be written");
        fs::set_permissions(&dot, fs::Permissions::from_mode(0o755)).expect("it can be made to run");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_lathe"))
        .args(["graph", "--output", "graph.svg", "--root", "."])
        .env("PATH", &programs)
        .current_dir(workspace.path())
        .output()
        .expect("lathe can be started");
    let drawn = fs::read_to_string(workspace.path().join("graph.svg")).unwrap_or_default();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
        drawn,
    )
}

#[cfg(unix)]
#[test]
fn pictures_are_drawn_by_dot_where_it_is_there() {
    let (success, errors, drawn) = svg_with(Some(
        "read -r first; echo \"<svg>$first</svg>\"; while read -r line; do :; done",
    ));
    assert!(success, "{errors}");
    assert!(drawn.starts_with("<svg>// An arrow leads"), "{drawn}");
    let (success, errors, drawn) = svg_with(Some("echo 'no fonts' >&2; exit 1"));
    assert!(!success && errors.contains("could not draw the graph: no fonts"), "{errors}");
    assert_eq!(drawn, "");
    let (success, errors, _) = svg_with(None);
    assert!(
        !success && errors.contains("which is not installed") && errors.contains("apt install graphviz"),
        "{errors}"
    );
}
