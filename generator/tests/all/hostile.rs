//! Hostile specs: cut off, with changed bytes, nested deeply, or absurdly large. Whatever is done to them, the stages up to the checks
//! report and never panic, and what they report can be shown.

use std::fs;
use std::path::{Path, PathBuf};

use lathe::pipeline::{self, Options};

/// The stages up to the checks and the report, on one file beside the repository's other specs.
struct Bench {
    root: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let root = tempfile::tempdir().unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for path in specs() {
            let target = root.path().join(&path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(repository.join(&path), target).unwrap();
        }
        Bench { root }
    }

    /// Runs with other content in a file; gives the number of diagnostics and what they look like.
    fn run(&self, path: &str, content: &[u8]) -> (usize, String) {
        let file = self.root.path().join(path);
        let before = fs::read(&file).ok();
        fs::write(&file, content).unwrap();
        let mut loaded = pipeline::load(self.root.path(), &Options::default());
        // Rules about Rust code are about the runtime, which isn't here; they must not panic for want of it.
        pipeline::check(&mut loaded);
        let all = loaded.diagnostics.clone().sorted();
        let text = lathe::report::diagnostics::text(&all, &loaded.sources, false);
        let json = lathe::report::diagnostics::json(&all, &loaded.sources);
        assert_eq!(json.lines().count(), all.len());
        match before {
            Some(before) => fs::write(&file, before).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        (all.len(), text)
    }
}

/// The repository's specs, root-relative.
fn specs() -> Vec<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let loaded = pipeline::load(repository, &Options::default());
    let paths = loaded.sources.files.into_iter().map(|file| file.path);
    paths.filter(|path| path.ends_with(".toml")).collect()
}

fn read(path: &str) -> Vec<u8> {
    let repository: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    fs::read(repository.join(path)).unwrap()
}

/// A sequence of numbers that is the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// How often each file is damaged in each way. More with `LATHE_HOSTILE=100`, say.
fn rounds() -> usize {
    std::env::var("LATHE_HOSTILE")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(2)
}

#[test]
fn truncated_specs_are_reported() {
    let bench = Bench::new();
    let mut numbers = Numbers(0x5EED);
    for path in specs() {
        let content = read(&path);
        for _ in 0..rounds() {
            let length = numbers.below(content.len());
            bench.run(&path, &content[..length]);
        }
    }
}

#[test]
fn changed_bytes_are_no_surprise() {
    let bench = Bench::new();
    let mut numbers = Numbers(0xB17E);
    for path in specs() {
        let original = read(&path);
        for _ in 0..rounds() {
            let mut content = original.clone();
            for _ in 0..=numbers.below(3) {
                let at = numbers.below(content.len());
                content[at] = match numbers.below(4) {
                    0 => content[at] ^ (1 << numbers.below(8)),
                    1 => b"\"'[]{}=.,#\n\\"[numbers.below(12)],
                    2 => numbers.below(256) as u8,
                    _ => content[numbers.below(content.len())],
                };
            }
            bench.run(&path, &content);
        }
    }
}

#[test]
fn moved_lines_are_no_surprise() {
    let bench = Bench::new();
    let mut numbers = Numbers(0x11E5);
    for path in specs() {
        let original = String::from_utf8(read(&path)).unwrap();
        for _ in 0..rounds() {
            let mut lines: Vec<&str> = original.lines().collect();
            for _ in 0..3 {
                let (from, to) = (numbers.below(lines.len()), numbers.below(lines.len()));
                match numbers.below(3) {
                    0 => lines.swap(from, to),
                    1 => lines.insert(to, lines[from]),
                    _ => drop(lines.remove(from)),
                }
            }
            bench.run(&path, lines.join("\n").as_bytes());
        }
    }
}

#[test]
fn absurd_files_are_refused() {
    let bench = Bench::new();
    let head = "kind = \"instruction-set\"\nname = \"raya\"\n";
    let count = 50_000;
    for content in [
        "[".repeat(count),
        format!("a = {}", "[".repeat(count)),
        format!("a = {}", "{a=".repeat(count)),
        format!("{}a = 1", "a.".repeat(count)),
        format!("[{}a]", "a.".repeat(count)),
        format!("[[{}a]]", "a.".repeat(count)),
        "\"".repeat(count),
        "'".repeat(count),
        "\0".repeat(count),
        "=\n".repeat(count),
        "\u{FEFF}kind = 1".to_owned(),
        format!("{head}{}", "x = 1\n".repeat(count)),
        format!("{head}[op.x]\nexpr = \"{}\"", "(".repeat(count)),
        format!("{head}[op.x]\nexpr = \"{}\"", "!".repeat(count)),
        format!("{head}[op.x]\nin = [\"a: {}\"]", "array(".repeat(count)),
        format!("{head}[op.x]\nin = [{}]", "\"a: x\",".repeat(1_000)),
        format!("{head}[op.x]\nexamples = [{}]", "\"-> \",".repeat(1_000)),
        format!("{head}[op.{}]\ncode = 1", "x".repeat(count)),
        format!("{head}[op.x]\ncode = {}", "9".repeat(count)),
        format!("{head}[op.x]\ncode = 1e{}", "9".repeat(count)),
        format!(
            "{head}[record.x]\ndoc = \"\"\nfields = [{}]",
            "{name=\"a\",shape=\"record\",doc=\"\"},".repeat(1_000)
        ),
        format!(
            "{head}{}",
            (0..1_000)
                .map(|i| format!(
                    "[record.r{i}]\ndoc=\"\"\nfields=[{{name=\"a\",doc=\"\",shape=\"r{}\"}}]\n",
                    (i + 1) % 1_000
                ))
                .collect::<String>()
        ),
        format!(
            "{head}{}",
            (0..1_000)
                .map(|i| format!("[effect.e{i}x]\ndoc=\"\"\n[op.o{i}]\neffects=[\"f{i}\"]\n"))
                .collect::<String>()
        ),
    ] {
        let (found, text) = bench.run("spec/raya/zebra.toml", content.as_bytes());
        assert!(
            found > 0,
            "nothing is wrong with {}",
            content.chars().take(60).collect::<String>()
        );
        assert!(
            text.len() < 1_000_000,
            "{} bytes for {}",
            text.len(),
            content.chars().take(60).collect::<String>()
        );
    }
    let features: String = (0..1_000)
        .map(|i| format!("[feature.f{i}]\ndoc=\"\"\ndefault=true\nimplies=[\"f{}\"]\n", (i + 1) % 1_000))
        .collect();
    assert!(
        bench
            .run("spec/features.toml", format!("kind = \"feature\"\n{features}").as_bytes())
            .0
            > 0
    );
}
