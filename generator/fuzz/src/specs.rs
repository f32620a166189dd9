//! What has to hold for any spec: it is accepted or something is said about it; what is accepted can be emitted; fixing makes nothing
//! worse and is done after one run; laying out changes nothing but the layout.

use std::collections::BTreeMap;

use lathe::diagnostic::{Diagnostics, Severity};
use lathe::pipeline::{self, Loaded};
use lathe::report::diagnostics;
use lathe::source::{FileId, SourceFile, SourceMap};
use lathe::{fix, format};

use super::machine::Machine;

/// The files of a small workspace that is in order.
pub const BASE: &[(&str, &str)] = &[
    (
        "spec/features.toml",
        include_str!("../../tests/bases/tiny-machine/spec/features.toml"),
    ),
    (
        "spec/targets/x86_64.toml",
        include_str!("../../tests/bases/tiny-machine/spec/targets/x86_64.toml"),
    ),
    ("spec/tiny/added.toml", "kind = \"instruction-set\"\nname = \"tiny\"\n"),
    (
        "spec/tiny/machine.toml",
        include_str!("../../tests/bases/tiny-machine/spec/tiny/machine.toml"),
    ),
    (
        "spec/tiny/module.toml",
        include_str!("../../tests/bases/tiny-machine/spec/tiny/module.toml"),
    ),
    (
        "spec/tiny/ops.toml",
        include_str!("../../tests/bases/tiny-machine/spec/tiny/ops.toml"),
    ),
    (
        "runtime/tiny/src/lib.rs",
        include_str!("../../tests/bases/tiny-machine/runtime/tiny/src/lib.rs"),
    ),
    ("spec/console/added.toml", "kind = \"instruction-set\"\nname = \"console\"\n"),
    (
        "spec/console/machine.toml",
        include_str!("../../tests/bases/tiny-console/spec/console/machine.toml"),
    ),
    (
        "spec/console/ops.toml",
        include_str!("../../tests/bases/tiny-console/spec/console/ops.toml"),
    ),
    (
        "runtime/console/src/lib.rs",
        include_str!("../../tests/bases/tiny-console/runtime/console/src/lib.rs"),
    ),
];

/// What stands in specs, for whoever makes some.
pub const WORDS: &[&str] = &[
    "kind",
    "name",
    "doc",
    "op",
    "code",
    "group",
    "since",
    "in",
    "out",
    "operands",
    "expr",
    "sem",
    "control",
    "effects",
    "traps",
    "golden",
    "examples",
    "laws",
    "waits",
    "feature",
    "implies",
    "conflicts",
    "default",
    "[[level]]",
    "features",
    "[op.x]",
    "[type.x]",
    "[trap.x]",
    "\"\"\"",
    "'''",
    "\n",
    "#",
    " # no\n",
    "=",
    "{ a = 1 }",
    "[",
    "]",
    "\"",
    "\\",
    ", ",
    "0x20",
    "0xFF",
    "-1",
    "9223372036854775807",
    "1e999",
    "nan",
    "true",
    "\"a: i32\"",
    "\"ref\"",
    "object(c)",
    "list<local>",
    "\"20\"",
    "\r\n",
    "\u{feff}",
    "é",
    "a.b",
    "\"1, 0 -> !divide_by_zero\"",
    "iadd(a, b) == iadd(b, a)",
    "a.wrapping_add(b)",
    "divide_by_zero",
    "pattern",
    "except",
    "\"8xy4\"",
    "\"0001 00xx nnnn nnnn\"",
    "[image]",
    "[register.x]",
    "[native.x]",
    "[data.x]",
    "register",
    "address",
    "count",
    "bits",
    "origin",
    "memory",
    "word",
    "\"u16\"",
    "\"skip\"",
    "natives",
    "{ run = \"load r1, 42\", gives = \"r1 = 42\" }",
];

/// A finding, after the byte that puts it in the place of the file of added entries of the set that it names.
#[allow(dead_code, reason = "only the tests have findings")]
pub fn finding(text: &[u8]) -> Vec<u8> {
    let is_of_console = String::from_utf8_lossy(text).lines().any(|line| line == "name = \"console\"");
    let path = if is_of_console {
        "spec/console/added.toml"
    } else {
        "spec/tiny/added.toml"
    };
    let file = BASE.iter().position(|(own, _)| *own == path).unwrap_or_default();
    [&[file as u8], text].concat()
}

/// Seeds: the files of the base, each after the byte that chooses whose place it takes.
pub fn seeds() -> Vec<Vec<u8>> {
    let files = BASE.iter().enumerate();
    files.map(|(at, (_, text))| [&[at as u8], text.as_bytes()].concat()).collect()
}

/// The base with a text in the place of one of its files.
fn workspace(file: usize, text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    for (at, (path, own)) in BASE.iter().enumerate() {
        sources.files.push(SourceFile {
            path: (*path).to_owned(),
            text: if at == file % BASE.len() { text } else { own }.to_owned(),
        });
    }
    sources
}

/// A workspace made of bytes: the first one says which file the others are.
fn workspace_of(data: &[u8]) -> SourceMap {
    let (file, text) = data
        .split_first()
        .map_or((2, data), |(file, text)| (usize::from(*file), text));
    workspace(file, &String::from_utf8_lossy(text))
}

/// Specs of bytes.
pub fn bytes(data: &[u8]) {
    checked(workspace_of(data));
}

/// An arbitrary instruction set.
pub fn model(machine: &Machine) {
    checked(workspace(2, &machine.text()));
}

/// Resolves, checks and reports; emits where nothing is wrong.
fn checked(sources: SourceMap) -> Loaded {
    let mut loaded = pipeline::resolve(sources, Diagnostics::default());
    pipeline::check(&mut loaded);
    let list = loaded.diagnostics.clone().sorted();
    let text = diagnostics::text(&list, &loaded.sources, true);
    let json = diagnostics::json(&list, &loaded.sources);
    assert_eq!(text.is_empty(), list.is_empty());
    assert_eq!(json.lines().count(), list.len(), "an object a line");
    if !loaded.diagnostics.has_errors() {
        let tree = match pipeline::emit(&loaded) {
            Ok(tree) => tree,
            Err(error) => panic!("what has no errors can't be emitted: {error:#}"),
        };
        for (path, file) in tree.files() {
            if path.ends_with(".rs") {
                let parsed = syn::parse_file(&file.text);
                assert!(parsed.is_ok(), "{path} is not Rust: {:?}\n{}", parsed.err(), file.text);
            }
        }
    }
    loaded
}

/// How many errors there are.
fn errors(found: &Diagnostics) -> usize {
    let list = found.clone().sorted();
    list.iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count()
}

/// Specs of bytes, fixed.
pub fn fixer(data: &[u8]) {
    fixed(|| workspace_of(data));
}

/// An arbitrary instruction set, fixed.
pub fn fixer_of_model(machine: &Machine) {
    let text = machine.text();
    fixed(|| workspace(2, &text));
}

/// Fixes: there are no more errors than before, what was in order stays as it is, nothing but specs is touched, what comes out is what was
/// checked, and a second run finds nothing to do.
fn fixed(sources: impl Fn() -> SourceMap) {
    let mut before = pipeline::resolve(sources(), Diagnostics::default());
    pipeline::check(&mut before);
    let count = errors(&before.diagnostics);
    let fixed = fix::fix(sources(), Diagnostics::default());
    let after = errors(&fixed.loaded.diagnostics);
    assert!(after <= count, "{count} errors became {after}: {:?}", fixed.applied);
    assert_eq!(fixed.applied.is_empty(), fixed.changed.is_empty());
    if before.diagnostics.iter().next().is_none() {
        assert!(fixed.changed.is_empty(), "nothing was wrong: {:?}", fixed.applied);
    }
    let mut texts: BTreeMap<FileId, String> = BTreeMap::new();
    for changed in &fixed.changed {
        assert!(changed.path.starts_with("spec/"), "{}", changed.path);
        let file = before.sources.files.iter().position(|file| file.path == changed.path);
        let file = FileId(file.and_then(|file| u32::try_from(file).ok()).unwrap_or(u32::MAX));
        assert_eq!(before.sources.file(file).text, changed.old);
        texts.insert(file, changed.new.clone());
    }
    let again = fix::fix(before.sources.with_texts(&texts), Diagnostics::default());
    assert_eq!(
        errors(&again.loaded.diagnostics),
        after,
        "what was written is what was checked"
    );
    assert!(again.changed.is_empty(), "a second run finds {:?}", again.applied);
}

/// A text, laid out: what is TOML can be laid out, says the same, and a second run changes nothing.
pub fn format(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let before = text.parse::<toml::Table>();
    match format::format(text) {
        Ok(formatted) => {
            let after = formatted.parse::<toml::Table>();
            let (before, after) = (format!("{:?}", before.ok()), format!("{:?}", after.ok()));
            assert_eq!(before, after, "\n{text}\nbecame\n{formatted}");
            assert_eq!(
                format::format(&formatted).as_deref(),
                Ok(formatted.as_str()),
                "a second run changes something"
            );
            assert!(formatted.lines().all(|line| !line.ends_with('\r')), "{formatted:?}");
        }
        Err(format::Refusal::Changed(what)) => panic!("formatting would change {what}:\n{text}"),
        Err(format::Refusal::NotToml(message)) => assert!(before.is_err(), "it is TOML, but {message}:\n{text}"),
    }
}
