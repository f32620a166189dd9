//! Prints which laws are run for which backend, and which are skipped and why: `cargo test --test table -- --nocapture`.

use std::collections::{BTreeMap, BTreeSet};

use LIBRARY::{ROWS, Row};

fn name(row: &Row) -> String {
    match row.variant {
        "" => row.law.to_owned(),
        variant => format!("{}[{variant}]", row.law),
    }
}

#[test]
fn which_laws_are_run() {
    let mut subjects: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in ROWS {
        subjects.entry((row.module, row.backend)).or_default().push(row);
    }
    for ((module, backend), rows) in subjects {
        let (run, skipped): (Vec<&Row>, Vec<&Row>) = rows.into_iter().partition(|row| row.skipped.is_none());
        let names: Vec<String> = run.into_iter().map(name).collect();
        println!("{module} on {backend}: {} run: {}", names.len(), names.join(", "));
        for row in &skipped {
            println!("    skipped {}: {}", name(row), row.skipped.unwrap_or_default());
        }
    }
}

/// A law that no backend is held to would prove nothing.
#[test]
fn every_law_is_run_for_some_backend() {
    let laws: BTreeSet<(&str, &str)> = ROWS.iter().map(|row| (row.module, row.law)).collect();
    let run = ROWS.iter().filter(|row| row.skipped.is_none());
    let run: BTreeSet<(&str, &str)> = run.map(|row| (row.module, row.law)).collect();
    let never: Vec<_> = laws.difference(&run).collect();
    assert!(never.is_empty(), "no backend can do what these laws need: {never:?}");
}
