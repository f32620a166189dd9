//! The programs of the instruction set do the same in the fast engine as in the oracle: result, output, fuel, failure with its trace.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{fast, oracle};
use raya_facts::asm::assemble;
use raya_runtime::Limits;

fn programs(directory: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/raya/programs")
        .join(directory);
    let entries = std::fs::read_dir(&directory).unwrap();
    let mut programs: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rasm"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    programs.sort();
    programs
}

#[test]
fn programs_do_the_same_as_in_the_oracle() {
    for (path, text) in programs("") {
        let module = Arc::new(assemble(&text).unwrap_or_else(|error| panic!("{path}: {error}")));
        let limits = Limits::default();
        let expected = oracle(&module, &limits);
        assert_eq!(fast(&module, &limits, false), expected, "{path}");
        assert_eq!(
            fast(&module, &limits, true),
            expected,
            "{path}, collecting at every safepoint"
        );
    }
}
