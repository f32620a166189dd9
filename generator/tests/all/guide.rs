//! Does what `docs/your-own-vm.md` and `docs/your-own-modules.md` say, block by block, each in a new workspace.
//!
//! The line that opens a block says what becomes of it: `file=` adds it to a file, with `instead=` in place of a text there; `new=` makes a file;
//! `sh` runs each line, and with `fails=` it must fail and name that code. `lathe test` is run once, after the last block.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Block {
    head: String,
    text: String,
}

impl Block {
    /// The value of `key=…`, with or without quotes of either kind.
    fn value(&self, key: &str) -> Option<&str> {
        let (_, rest) = self.head.split_once(&format!(" {key}="))?;
        let quoted = |quote: char| Some(rest.strip_prefix(quote)?.split_once(quote)?.0);
        quoted('"')
            .or_else(|| quoted('\''))
            .or_else(|| rest.split_whitespace().next())
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(head) => {
                found.push(Block {
                    head: head.to_owned(),
                    text: String::new(),
                });
                open = true;
            }
            None if open => {
                let block = found.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "the last block isn't closed");
    found
}

/// A guide that is followed.
struct Followed {
    /// The place of its workspace, as long as this lives.
    _place: tempfile::TempDir,
    folder: PathBuf,
    text: String,
    commands: usize,
    edits: usize,
}

fn run(line: &str, folder: &Path, guide: &str) -> Output {
    let mut words = line.split_whitespace();
    let program = match words.next() {
        Some("lathe") => env!("CARGO_BIN_EXE_lathe").into(),
        Some("cargo") => std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        other => panic!("the test knows no command {other:?}"),
    };
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(guide);
    let mut command = Command::new(program);
    command.args(words).current_dir(folder);
    command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", target);
    command.output().expect("it can be started")
}

fn follow(name: &str) -> Followed {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/{name}.md"));
    let guide = fs::read_to_string(guide).expect("the guide is in the repository");
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut folder = place.path().to_owned();
    let mut commands = 0;
    let mut edits = 0;
    for block in blocks(&guide) {
        if let Some(path) = block.value("file") {
            let path = folder.join(path);
            let before = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let after = match block.value("instead") {
                Some(old) => {
                    assert_eq!(before.matches(old).count(), 1, "`{old}` in {}", path.display());
                    before.replace(old, block.text.trim_end_matches('\n'))
                }
                None => format!("{before}\n{}", block.text),
            };
            fs::write(&path, after).expect("it can be written");
            edits += 1;
        } else if let Some(path) = block.value("new") {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
            fs::write(path, &block.text).expect("it can be written");
            edits += 1;
        } else if block.head.starts_with("sh") {
            for line in block.text.lines() {
                if let Some(to) = line.strip_prefix("cd ") {
                    folder.push(to);
                    continue;
                }
                // The tests of a step are those of the step before and some more: they are all run once, at the end.
                if line == "lathe test" {
                    continue;
                }
                let output = run(line, &folder, name);
                let told = format!(
                    "{}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                match block.value("fails") {
                    Some(code) => assert!(!output.status.success() && told.contains(code), "{line}: {told}"),
                    None => assert!(output.status.success(), "{line}: {told}"),
                }
                commands += 1;
            }
        } else {
            panic!("the test knows no block `{}`", block.head);
        }
    }
    Followed {
        _place: place,
        folder,
        text: guide,
        commands,
        edits,
    }
}

impl Followed {
    /// How many outputs the guide names, all of which must be there.
    fn named(&self) -> usize {
        let outputs = code_spans(&self.text).filter(|path| path.starts_with("generated/") && !path.contains('*'));
        let is_there = |path: &str| {
            assert!(
                self.folder.join(path).exists(),
                "the guide speaks of `{path}`, which isn't there"
            );
        };
        outputs.map(is_there).count()
    }
}

#[test]
fn the_guide_is_true() {
    let guide = follow("your-own-vm");
    let (commands, edits) = (guide.commands, guide.edits);
    assert!(commands >= 9 && edits > 10, "{commands} commands, {edits} edits");
    // Everything that the guide built, at once.
    for line in ["lathe test", "cargo clippy --workspace --all-targets --quiet -- -D warnings"] {
        let output = run(line, &guide.folder, "your-own-vm");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(guide.named() >= 3, "few outputs are named");
}

#[test]
fn the_guide_to_modules_is_true() {
    let guide = follow("your-own-modules");
    let (commands, edits) = (guide.commands, guide.edits);
    assert!(commands >= 9 && edits >= 10, "{commands} commands, {edits} edits");
    assert!(guide.named() >= 4, "few outputs are named");
}

/// What stands between backticks in the text.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let mut open = false;
    let prose = text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        open ^= is_fence;
        !open && !is_fence
    });
    prose.flat_map(|line| line.split('`').skip(1).step_by(2))
}
