//! Mutates a valid workspace line by line and character by character: whatever comes out, the generator says something or accepts it,
//! and never panics.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use lathe::{pipeline, report};

/// Mutated workspaces in a run. `MUTATIONS=5000` looks further.
const MUTATIONS: u64 = 60;

/// Numbers that look random and are the same in each run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

fn files(base: &Path) -> Vec<(PathBuf, String)> {
    walkdir::WalkDir::new(base)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let relative = entry
                .path()
                .strip_prefix(base)
                .expect("the walk stays below its start")
                .to_owned();
            (relative, fs::read_to_string(entry.path()).expect("the base is text"))
        })
        .collect()
}

/// What values are replaced by.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "255",
    "4294967295",
    "9223372036854775807",
    "\"\"",
    "\"u8\"",
    "\"list<type>\"",
    "\"module\"",
    "[]",
    "true",
    "{}",
    "\"ref\"",
    "\"a: T\"",
    "\"object(T)\"",
    "\"params(f)\"",
    "\"jump\"",
    "\"u64\"",
    "\"i8\"",
    "\"ä\"",
];

fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = numbers.below(lines.len());
    let other = numbers.below(lines.len());
    match numbers.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        3 | 4 => {
            if let Some((key, _)) = lines[at].clone().split_once(" = ") {
                lines[at] = format!("{key} = {}", VALUES[numbers.below(VALUES.len())]);
            }
        }
        5 => {
            // The value of another line, so that it is often of the right type.
            if let (Some((key, _)), Some((_, value))) =
                (lines[at].clone().split_once(" = "), lines[other].clone().split_once(" = "))
            {
                lines[at] = format!("{key} = {value}");
            }
        }
        _ => {
            let mut characters: Vec<char> = lines[at].chars().collect();
            if !characters.is_empty() {
                let position = numbers.below(characters.len());
                characters[position] = ['"', '(', ')', '[', '{', '0', 'x', '\\', 'é', ',', '<', '-'][numbers.below(12)];
            }
            lines[at] = characters.into_iter().collect();
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn no_mutation_is_fatal() {
    let count = std::env::var("MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(MUTATIONS);
    let valid = files(Path::new("tests/bases/tiny-machine"));
    for seed in 0..count {
        let mut numbers = Numbers(seed);
        let mut mutated = valid.clone();
        for _ in 0..=numbers.below(3) {
            let file = numbers.below(mutated.len());
            mutated[file].1 = mutate(&mutated[file].1, &mut numbers);
        }
        let workspace = tempfile::tempdir().expect("a folder for a workspace");
        for (path, text) in &mutated {
            let path = workspace.path().join(path);
            fs::create_dir_all(path.parent().expect("files are in folders")).expect("a folder in the workspace");
            fs::write(path, text).expect("a file in the workspace");
        }
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut loaded = pipeline::load(workspace.path(), &pipeline::Options::default());
            pipeline::check(&mut loaded);
            let sorted = std::mem::take(&mut loaded.diagnostics).sorted();
            report::diagnostics::text(&sorted, &loaded.sources, false)
        }));
        if run.is_err() {
            let kept = workspace.keep();
            panic!(
                "mutation {seed} of the tiny machine ends in a panic; it is kept in {}",
                kept.display()
            );
        }
    }
}
