//! Breaks each entry of valid specs, one at a time: what is reported is that entry, and nothing that only names it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use lathe::diagnostic::Diagnostic;
use lathe::pipeline::{self, Loaded, Options};
use lathe::report;

/// The names of files below a folder of specs, with their texts.
fn specs(root: &Path) -> Vec<(String, String)> {
    let walk = walkdir::WalkDir::new(root.join("spec")).sort_by_file_name().into_iter();
    let files = walk.map(|entry| entry.expect("specs can be read")).filter(|entry| {
        let path = entry.path();
        path.extension().is_some_and(|extension| extension == "toml") && !path.ends_with("blessed.toml")
    });
    let read = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(root).expect("below the root");
        let path = path.to_string_lossy().replace('\\', "/");
        (path, fs::read_to_string(entry.path()).expect("specs are text"))
    };
    files.map(read).collect()
}

/// What is reported of the specs under a root when one file says something else.
fn reported(root: &Path, path: &str, text: String) -> (Loaded, Vec<Diagnostic>) {
    let options = Options {
        overlay: Arc::new(BTreeMap::from([(path.to_owned(), text)])),
        ..Options::default()
    };
    let mut loaded = pipeline::load(root, &options);
    pipeline::check(&mut loaded);
    let list = std::mem::take(&mut loaded.diagnostics).sorted();
    (loaded, list)
}

/// Breaks every `step`th entry of the specs under a root; each time there is one diagnostic.
fn check(base: &str, step: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(base);
    let mut found = Vec::new();
    for (path, text) in specs(&root) {
        // A header with a dot opens an entry; the other tables stand once, and much depends on each.
        let headers = text
            .match_indices("\n[")
            .map(|(at, _)| (at, text[at + 1..].lines().next().unwrap_or_default()));
        for (at, line) in headers.filter(|(_, line)| line.contains('.')).step_by(step) {
            let (before, after) = text.split_at(at + 1 + line.len());
            let (loaded, list) = reported(&root, &path, format!("{before}\nno_such_key = 1{after}"));
            let is_op = line.starts_with("[op.");
            assert!(!(is_op && loaded.is_incomplete), "rules are left out because of {line}");
            if list.len() != 1 {
                let text = report::diagnostics::text(&list, &loaded.sources, false);
                found.push(format!("{path}: {line}: {} diagnostics\n{text}", list.len()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_broken_entry_of_a_small_machine_is_one_diagnostic() {
    check("tests/bases/tiny-machine", 1);
}

#[test]
fn a_broken_entry_of_a_machine_with_words_is_one_diagnostic() {
    check("examples/chip8", 1);
}

#[test]
fn a_broken_entry_of_a_module_is_one_diagnostic() {
    check("tests/bases/tiny-modules", 1);
}

#[test]
fn a_broken_entry_of_raya_is_one_diagnostic() {
    check("..", 7);
}

/// Changes a text in the file of raya's ops on integers; there is one diagnostic, with this code.
fn integer(old: &str, new: &str, code: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = "spec/raya/ops/integer.toml";
    let text = fs::read_to_string(root.join(path)).expect("the spec can be read");
    assert!(text.contains(old), "{old}");
    let (loaded, list) = reported(&root, path, text.replacen(old, new, 1));
    let codes: Vec<&str> = list.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(
        codes,
        [code],
        "{old:?} to {new:?}\n{}",
        report::diagnostics::text(&list, &loaded.sources, false)
    );
}

#[test]
fn every_way_to_break_an_entry_leaves_its_name() {
    integer("commutes = true", "comutes = true", "L0104");
    integer("a: i32", "a: i31", "L0203");
    integer("since = 1\n", "", "L0105");
    integer("code = 0x20", "code = 0x", "L0106");
    integer("code = 0x20", "code = 0x999", "L0109");
    integer("group = \"integer\"", "group = \"integers\"", "L0110");
    integer("laws = [", "laws = [\"1 +\", ", "L0303");
    integer("traps = [\"divide_by_zero\"]", "traps = [\"divid_by_zero\"]", "L0110");
}

#[test]
fn a_file_without_its_kind_is_one_diagnostic() {
    integer("kind = \"instruction-set\"\n", "", "L0101");
    integer("kind = \"instruction-set\"", "kind = \"instructionset\"", "L0102");
    integer("name = \"raya\"\n", "", "L0103");
}

/// Changes a text in the file of a module; there is one diagnostic, with this code.
fn counter(old: &str, new: &str, code: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bases/tiny-modules");
    let path = "spec/abi/counter.toml";
    let text = fs::read_to_string(root.join(path)).expect("the spec can be read");
    assert!(text.contains(old), "{old}");
    let (loaded, list) = reported(&root, path, text.replacen(old, new, 1));
    let codes: Vec<&str> = list.iter().map(|diagnostic| diagnostic.code).collect();
    let text = report::diagnostics::text(&list, &loaded.sources, false);
    (codes != [code]).then(|| format!("{old:?} to {new:?}\n{text}"))
}

#[test]
fn a_mistake_in_a_module_is_one_diagnostic() {
    let found = [
        counter("package = \"abi\"", "package = \"abc\"", "L0110"),
        counter("config = \"CounterConfig\"", "config = \"Config\"", "L0110"),
        counter("kind = \"enum\"", "kind = \"enumeration\"", "L0111"),
        counter("[type.Rounding.variant.Wrap]", "[type.Rounding.variant.Turn]", "L0110"),
        counter("type = \"Rounding\"", "type = \"Ronding\"", "L1201"),
        counter("\"Gate.count\"", "\"Gate.cout\"", "L0110"),
        counter("fires = [\"Gate.count\"]\n", "", "L1239"),
        counter("fires = [\"Gate.reset\"]\n", "", "L1240"),
        counter("counted + 1 >= most", "counted + 1 >= moist", "L0110"),
        counter("counted + 1 >= most", "counted + 1", "L1205"),
        counter("laws = [\"reset_clears\"]", "laws = [\"resets_clear\"]", "L0110"),
        counter("[error.Busy]", "[error.Closed]", "L1222"),
    ];
    let found: Vec<String> = found.into_iter().flatten().collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
