//! Holds the README to the truth: the entry that it shows, what it shows of the emitted files, and what lathe prints when that entry is
//! broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SPEC: &str = "spec/raya/ops/integer.toml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator stands in the workspace")
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("`{path}` can't be read: {error}"))
}

/// The text of the first block behind a text, with what stands in the line that opens it.
fn block_behind<'a>(readme: &'a str, before: &str) -> &'a str {
    let (_, rest) = readme
        .split_once(before)
        .unwrap_or_else(|| panic!("the README doesn't say: {before}"));
    let (_, rest) = rest.split_once("```").expect("a block follows");
    let (_, rest) = rest.split_once('\n').expect("the block has lines");
    rest.split_once("```").expect("the block ends").0
}

/// Without what breaking a line in another place changes.
fn without_spaces(text: &str) -> String {
    text.replace("///", "").split_whitespace().collect()
}

/// The specs and the runtime, which the checks read too, in a folder of their own.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for part in ["spec", "runtime"] {
        let from = root().join(part);
        for entry in walkdir::WalkDir::new(&from)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target")
        {
            let entry = entry.expect("the workspace can be read");
            let target = folder
                .path()
                .join(part)
                .join(entry.path().strip_prefix(&from).expect("below its start"));
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(&target).expect("a folder can be made"),
                false => drop(fs::copy(entry.path(), &target).expect("a file can be copied")),
            }
        }
    }
    folder
}

fn lathe(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lathe"));
    command.arg("--root").arg(root).args(arguments);
    command.output().expect("lathe starts")
}

#[test]
fn the_entry_is_that_of_the_spec() {
    let (readme, spec) = (read("README.md"), read(SPEC));
    let entry = block_behind(&readme, "This stands in [`spec/raya/ops/integer.toml`]");
    for line in entry.lines() {
        // `…` stands for the rest of a list.
        let stated = line.split('…').next().unwrap_or_default();
        assert!(
            spec.lines().any(|of_spec| of_spec.starts_with(stated)),
            "the spec doesn't say: {line}"
        );
    }
}

#[test]
fn what_comes_out_is_what_is_emitted() {
    let readme = read("README.md");
    let (_, table) = readme.split_once("<table>").expect("there is a table");
    let (table, _) = table.split_once("</table>").expect("it ends");
    let mut blocks = 0;
    for part in table.split("```rust").take(table.matches("```rust").count()) {
        let path = part.rsplit_once(".rs`").and_then(|(before, _)| before.rsplit_once('`'));
        let (_, path) = path.expect("a path stands above each block");
        let emitted = without_spaces(&read(&format!("generated/raya/{path}.rs")));
        for line in block_behind(table, &format!("`{path}.rs`")).lines() {
            assert!(emitted.contains(&without_spaces(line)), "`{path}.rs` doesn't say: {line}");
        }
        blocks += 1;
    }
    assert_eq!(blocks, 5);
}

#[test]
fn what_is_printed_is_what_is_shown_and_the_fix_mends_it() {
    let readme = read("README.md");
    let (before, expected) = ("Break something, and you are told", "error[L0221]");
    let shown = block_behind(&readme, before);
    assert!(shown.starts_with(expected), "{shown}");
    let workspace = copy();
    let path = workspace.path().join(SPEC);
    let whole = fs::read_to_string(&path).expect("the spec was copied");
    let broken = whole.replacen("[op.isub]\ncode = 0x21", "[op.isub]\ncode = 0x20", 1);
    assert_ne!(whole, broken);
    fs::write(&path, broken).expect("a spec can be written");
    let output = lathe(workspace.path(), &["check"]);
    assert_eq!(output.status.code(), Some(100));
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    if printed != shown {
        let difference = lathe::report::lines::plain(shown, &printed, ["README.md", "printed"], 3);
        panic!("the README shows something else:\n{difference}");
    }
    let output = lathe(workspace.path(), &["check", "--fix"]);
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert_eq!(fs::read_to_string(&path).expect("the spec is there"), whole, "{printed}");
}
