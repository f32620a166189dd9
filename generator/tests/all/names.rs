//! Names that specs may not have are those that the emitted code has already.

use std::fs;
use std::path::Path;

use lathe::check::instruction_set::names::OTHER_TYPES;

/// The emitted files in which types of records stand beside others.
const FILES: &[&str] = &[
    "asm/records.rs",
    "asm/show_records.rs",
    "module/mod.rs",
    "module/read.rs",
    "module/reader.rs",
    "module/write.rs",
    "module/writer.rs",
];

/// The types that a file imports, but for those that are made of names in specs.
fn imported(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with("use ") && !line.contains("crate::module"));
    let words = lines.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()));
    // Constants have no lower-case letters.
    let is_type =
        |word: &&str| word.starts_with(|first: char| first.is_uppercase()) && word.contains(|letter: char| letter.is_lowercase());
    words.filter(|word| is_type(word) && !word.ends_with("Id")).collect()
}

#[test]
fn types_beside_records_are_refused_as_records() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/raya/facts/src");
    let mut found = 0;
    for file in FILES {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for name in imported(&text) {
            assert!(
                OTHER_TYPES.contains(&name),
                "{file} imports `{name}`, which no rule keeps records from"
            );
            found += 1;
        }
    }
    assert!(found > 15, "only {found} types are imported");
}
