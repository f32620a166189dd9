//! The bodies of the fuzz targets, each for a moment, on stable, with the same inputs in each run. `LATHE_FUZZ_SECONDS=300` runs each for
//! longer, `LATHE_FUZZ_FIRST=1000` with other inputs. What was found stands in `tests/fuzz/`, named by its cause.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arbitrary::{Arbitrary as _, Unstructured};

#[path = "../../fuzz/src/editor.rs"]
mod editor;
#[path = "../../fuzz/src/machine.rs"]
mod machine;
#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/specs.rs"]
mod specs;

use machine::Machine;
use mutate::Numbers;

/// What a fuzz target does with its bytes.
type Body = fn(&[u8]);

/// Runs a body on changed seeds; says which input it was that a panic came from.
fn run(inputs: u64, seeds: &[Vec<u8>], body: impl Fn(&[u8])) {
    mutate::run(inputs, |number| {
        let input = mutate::input(number, seeds, specs::WORDS);
        if let Err(fault) = catch_unwind(AssertUnwindSafe(|| body(&input))) {
            eprintln!(
                "input {number} (LATHE_FUZZ_FIRST={number}) is:\n{}",
                String::from_utf8_lossy(&input)
            );
            std::panic::resume_unwind(fault);
        }
    });
}

/// Runs a body on arbitrary machines.
fn run_machines(inputs: u64, body: impl Fn(&Machine)) {
    mutate::run(inputs, |number| {
        let mut numbers = Numbers(number);
        let length = 64 + numbers.below(1000);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        let machine = Machine::arbitrary(&mut Unstructured::new(&bytes)).expect("bytes that are missing count as zero");
        if let Err(fault) = catch_unwind(AssertUnwindSafe(|| body(&machine))) {
            eprintln!("machine {number} (LATHE_FUZZ_FIRST={number}) is:\n{}", machine.text());
            std::panic::resume_unwind(fault);
        }
    });
}

/// The specs of the repository and of the bases, and what was found before.
fn texts() -> Vec<Vec<u8>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator is in the repository");
    let folders = [repository.join("spec"), "tests/bases".into(), "tests/fuzz".into()];
    let specs: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder)).collect();
    let specs = specs
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    specs.map(|path| fs::read(path).expect("a spec can be read")).collect()
}

/// The files below a folder, which must hold some.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let entries = entries.map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())));
    let files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    assert!(!files.is_empty(), "there is no file in {}", folder.display());
    files
}

#[test]
fn bytes() {
    run(12, &specs::seeds(), specs::bytes);
}

#[test]
fn models() {
    run_machines(6, specs::model);
}

#[test]
fn fixer() {
    run(12, &specs::seeds(), specs::fixer);
}

#[test]
fn fixer_of_models() {
    run_machines(10, specs::fixer_of_model);
}

#[test]
fn editor() {
    run(25, &editor::seeds(), editor::messages);
}

#[test]
fn format() {
    run(80, &texts(), specs::format);
}

/// What was found once stays mended. What was found in one way is tried in all three, since each reads the same specs.
#[test]
fn what_was_found_stays_mended() {
    let bodies: [(&str, Body); 3] = [("bytes", specs::bytes), ("fixer", specs::fixer), ("format", specs::format)];
    for (name, _) in bodies {
        for path in files(&Path::new("tests/fuzz").join(name)) {
            let text = fs::read(&path).expect("a finding can be read");
            for (tried, body) in bodies {
                eprintln!("{} in {tried}", path.display());
                // Laying out takes a text as it is; elsewhere it is a file of a workspace.
                match tried {
                    "format" => body(&text),
                    _ => body(&specs::finding(&text)),
                }
            }
        }
    }
}
