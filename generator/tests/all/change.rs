//! One fact is changed in the real specs; the change must show in every place that depends on the fact, and nowhere else.

use std::fs;
use std::path::Path;

use crate::support::copy;
use lathe::diagnostic::Diagnostic;
use lathe::emit::Tree;
use lathe::pipeline::{self, Options};

/// The repository that this crate stands in.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator stands in the repository")
}

/// Emits the specs as they are after `edit` has replaced one text in one file, with what the checker says of them.
fn emit_after(file: &str, from: &str, to: &str) -> (Tree, Vec<Diagnostic>) {
    let workspace = tempfile::tempdir().expect("a temporary folder");
    for folder in ["spec", "runtime"] {
        copy(&repository().join(folder), &workspace.path().join(folder));
    }
    let path = workspace.path().join(file);
    let text = fs::read_to_string(&path).expect("the spec can be read");
    assert!(text.contains(from), "`{file}` no longer contains `{from}`");
    fs::write(&path, text.replacen(from, to, 1)).expect("the spec can be written");
    let mut loaded = pipeline::load(workspace.path(), &Options::default());
    pipeline::check(&mut loaded);
    let tree = pipeline::emit(&loaded).expect("the specs can be emitted");
    (tree, loaded.diagnostics.sorted())
}

/// Paths of files that differ between two trees.
fn changed(before: &Tree, after: &Tree) -> Vec<String> {
    let mut paths: Vec<String> = before.files().keys().chain(after.files().keys()).cloned().collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| before.files().get(path) != after.files().get(path));
    paths
}

const INTEGER: &str = "spec/raya/ops/integer.toml";

#[test]
fn a_doc_line_changes_every_place_that_shows_it() {
    let doc = "Adds two integers; the sum wraps at 32 bits.";
    let (before, _) = emit_after(INTEGER, doc, doc);
    let (after, diagnostics) = emit_after(INTEGER, doc, "Sums two integers, modulo 2 to the 32.");
    assert_eq!(diagnostics, []);
    let changed = changed(&before, &after);
    for part in [
        "facts/src/opcode",
        "facts/src/builder",
        "facts/src/metadata",
        "oracle/src/step/integer.rs",
        "manual/html/sets/raya/op/iadd.html",
        "manual/html/sets/raya/group/integer.html",
        "manual/html/search-data.js",
        "manual/markdown/sets/raya/op/iadd.md",
    ] {
        assert!(
            changed.iter().any(|path| path.contains(part)),
            "{part} is not among {changed:#?}"
        );
    }
    for path in &changed {
        assert!(
            after.files()[path].text.contains("Sums two integers"),
            "{path} changed for no reason"
        );
    }
    assert!(
        after.files().values().all(|file| !file.text.contains(doc)),
        "the old line still stands somewhere"
    );
}

#[test]
fn a_number_changes_the_tables_and_is_held_against_the_golden_bytes() {
    let (before, _) = emit_after(INTEGER, "code = 0x20\n", "code = 0x20\n");
    let (after, diagnostics) = emit_after(INTEGER, "code = 0x20\n", "code = 0x2E\n");
    assert!(
        diagnostics
            .iter()
            .any(|diagnostic| diagnostic.message.contains("`iadd`") && diagnostic.message.contains("golden")),
        "{diagnostics:#?}"
    );
    let changed = changed(&before, &after);
    for part in [
        "facts/src/opcode",
        "manual/html/sets/raya/opcodes.html",
        "manual/markdown/sets/raya/op/iadd.md",
    ] {
        assert!(
            changed.iter().any(|path| path.contains(part)),
            "{part} is not among {changed:#?}"
        );
    }
}

#[test]
fn an_effect_that_the_function_does_not_follow_is_refused_at_both_places() {
    let (_, diagnostics) = emit_after(
        "spec/raya/ops/string.toml",
        "effects = [\"heap.read\"]",
        "effects = [\"heap.write\"]",
    );
    let mismatch = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.labels.len() >= 2 && diagnostic.code.starts_with("L04"))
        .unwrap_or_else(|| panic!("the signature must be refused: {diagnostics:#?}"));
    let files: std::collections::BTreeSet<_> = mismatch.labels.iter().map(|label| label.span.file).collect();
    assert_eq!(files.len(), 2, "the spec and the function are both shown: {mismatch:#?}");
}

#[test]
fn a_comment_changes_nothing_but_the_list_of_places() {
    let (before, _) = emit_after(INTEGER, "[op.iadd]", "[op.iadd]");
    let (after, diagnostics) = emit_after(INTEGER, "[op.iadd]", "# The plus sign of the language.\n[op.iadd]");
    assert_eq!(diagnostics, []);
    assert_eq!(changed(&before, &after), ["generated/raya/facts/src/places.rs"]);
}
