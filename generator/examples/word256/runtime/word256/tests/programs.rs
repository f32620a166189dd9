//! The programs beside the spec print what stands beside them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use word256_facts::assemble;
use word256_oracle::run_module;
use word256_runtime::Limits;

#[test]
fn every_program_prints_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/word256/programs");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the programs are there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "easm") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a program is text");
        let expected = fs::read_to_string(path.with_extension("expected")).expect("an expectation stands beside it");
        let module = assemble(&text).unwrap_or_else(|errors| panic!("{}: {errors}", path.display()));
        let run = run_module(Arc::new(module), Limits::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(run.result.is_ok(), "{}: {:?}", path.display(), run.result);
        assert_eq!(run.printed, expected.replace("\r\n", "\n"), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 5);
}
