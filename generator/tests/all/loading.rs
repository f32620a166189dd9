//! Loads small specs: what is right comes out resolved, what is wrong is reported completely.

use std::fs;
use std::path::Path;

use lathe::diagnostic::Diagnostic;
use lathe::model::instruction_set::{Example, InstructionSets, Outcome, Reference, TypeExpression, TypeFunction};
use lathe::pipeline::{self, Loaded, Options};

/// A machine with what the entries below need.
const MACHINE: &str = r#"
kind = "instruction-set"
name = "tiny"
doc = "A tiny machine."

[encoding]
opcode = "u8"
endian = "little"
prefix = 0xFF

[slot.i32]
doc = "An integer."
rust = "i32"
edges = ["0", "-1"]

[slot.ref]
doc = "A reference."
rust = "Ref"

[type.i32]
doc = "Integers."
code = 0
slot = "i32"

[type.null]
doc = "Null."
code = 4
slot = "ref"
bottom_of = "ref"

[type.ref]
doc = "References."
code = 5
slot = "ref"
abstract = true

[type.array]
doc = "Arrays."
code = 20
slot = "ref"
is = "ref"
parameters = ["element: type"]

[operand.function]
doc = "A function."
encoding = "u32"
indexes = "module.functions"

[operand.local]
doc = "A local."
encoding = "u16"
indexes = "function.locals"

[effect.call]
doc = "Calls."

[effect."heap.read"]
doc = "Reads the heap."
context = "shared"

[trap.divide_by_zero]
doc = "Division by zero."
code = 1
catchable = true

[group.integer]
title = "Integers"
doc = "Integer ops."

[module]
magic = "TINY"
version = 1
checksum = "crc32"
extension = "tbin"

[module.flag.debug]
doc = "Names."
bit = 0

[record.module]
doc = "A module."
fields = [
  { name = "name", shape = "string", max = 100, doc = "Its name." },
  { name = "functions", shape = "list<function>", max = 100, doc = "Functions." },
]

[record.function]
doc = "A function."
fields = [
  { name = "name", shape = "string", max = 100, doc = "Its name." },
  { name = "code", shape = "code", max = 100, doc = "Its code." },
  { name = "next", shape = "function?", doc = "Another.", flag = "debug" },
]
"#;

const OPS: &str = r#"
kind = "instruction-set"
name = "tiny"

[op.iadd]
code = 0x20
doc = "Integer addition; wraps at 32 bits."
group = "integer"
since = 1
in = ["a: i32", "b: i32"]
out = ["i32"]
expr = "a.wrapping_add(b)"
pure = true
commutes = true
examples = ["2147483647, 1 -> -2147483648", "2, 3 -> !divide_by_zero", { body = "const_i32 1 return", gives = "1" }]
golden = "20"
laws = ["iadd(a, b) == iadd(b, a)"]

[op.call]
code = 0xA0
doc = "Calls."
group = "integer"
since = 1
operands = ["f: function", "argc: u16"]
in = ["args: params(f, argc)"]
out = ["ret(f)"]
sem = "call"
control = "call"
effects = ["call", "heap.read"]
golden = { operands = ["1", "2"], bytes = "A0 01000000 0200" }

[op.load_local_0]
code = 0x12
doc = "Loads."
group = "integer"
since = 1
out = ["local(0)"]
sem = "load_local_0"
"#;

/// Writes files below a fresh root and loads them.
fn load(files: &[(&str, &str)]) -> Loaded {
    load_with(files, &Options::default())
}

fn load_with(files: &[(&str, &str)], options: &Options) -> Loaded {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), files);
    pipeline::load(root.path(), options)
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn found(loaded: Loaded) -> Vec<Diagnostic> {
    loaded.diagnostics.sorted()
}

#[test]
fn a_right_spec_comes_out_resolved() {
    let loaded = load(&[("spec/tiny/machine.toml", MACHINE), ("spec/tiny/ops.toml", OPS)]);
    assert_eq!(
        found(Loaded {
            model: Default::default(),
            ..load(&[("spec/tiny/machine.toml", MACHINE), ("spec/tiny/ops.toml", OPS)])
        }),
        []
    );
    let set = &loaded.model.part::<InstructionSets>().sets[0];
    assert_eq!(set.name, "tiny");
    assert_eq!(set.files, ["spec/tiny/machine.toml", "spec/tiny/ops.toml"]);
    let names: Vec<&str> = set.ops.iter().map(|op| op.name.as_str()).collect();
    assert_eq!(names, ["load_local_0", "iadd", "call"]);
    let ops: Vec<_> = set.ops.iter().collect();
    assert_eq!(
        ops[0].outputs[0].expression,
        TypeExpression::Function {
            function: TypeFunction::Local,
            references: vec![Reference::Constant(0)]
        }
    );
    assert_eq!((ops[1].file.as_str(), ops[1].line), ("spec/tiny/ops.toml", 5));
    assert!(matches!(&ops[1].examples[1], Example::Values { outcome: Outcome::Trap(trap), .. } if trap == "divide_by_zero"));
    assert_eq!(loaded.sources.text(ops[1].span), "iadd");
    assert_eq!(ops[2].inputs[0].text, "params(f, argc)");
    assert_eq!(
        ops[2].inputs[0].expression,
        TypeExpression::Function {
            function: TypeFunction::Params,
            references: vec![Reference::Operand(0), Reference::Operand(1)]
        }
    );
    assert_eq!(ops[2].golden.as_ref().unwrap().bytes, [0xA0, 1, 0, 0, 0, 2, 0]);
}

/// The codes of what is wrong with the files, by file and position.
fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    found(load(files)).iter().map(|diagnostic| diagnostic.code).collect()
}

/// The codes of what is wrong with the machine after a replacement.
fn codes_with(from: &str, to: &str) -> Vec<&'static str> {
    let ops = OPS.replace(from, to);
    let machine = MACHINE.replace(from, to);
    assert!(ops != OPS || machine != MACHINE, "`{from}` occurs in no file");
    codes(&[("spec/tiny/machine.toml", &machine), ("spec/tiny/ops.toml", &ops)])
}

#[test]
fn what_is_wrong_with_files_is_reported() {
    assert_eq!(codes(&[("README.md", "")]), ["L0001"]);
    assert_eq!(codes(&[("spec", "")]), ["L0001"]);
    assert_eq!(codes(&[("spec/README.md", "")]), ["L0001"]);
    assert_eq!(codes(&[("spec/x.toml/y.toml", "")]), ["L0003", "L0101"]);
    assert_eq!(codes(&[("spec/x.toml", "")]), ["L0101"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = 1")]), ["L0106"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = \"featuer\"")]), ["L0102"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = \"target\"")]), ["L0103"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = \"target\"\nname = 1")]), ["L0106"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = \"feature")]), ["L0006"]);
    assert_eq!(codes(&[("spec/x.toml", "kind = \"feature\"\nkind = \"feature\"")]), ["L0008"]);
    assert_eq!(codes(&[("spec/x.toml", &"x".repeat(5 * 1024 * 1024))]), ["L0005"]);
    assert_eq!(
        codes(&[("spec/x.toml", "kind = \"instruction-set\"\nname = \"Tiny\"")]),
        ["L0107"]
    );
    // A set without anything lacks its doc, its encoding and its module file.
    assert_eq!(
        codes(&[("spec/x.toml", "kind = \"instruction-set\"\nname = \"x\"")]),
        ["L0205", "L0205", "L0205", "L0503"]
    );
}

#[test]
fn what_cannot_be_read_is_reported() {
    let root = tempfile::tempdir().unwrap();
    let spec = root.path().join("spec");
    fs::create_dir_all(&spec).unwrap();
    fs::write(spec.join("a.toml"), b"kind = \"feature\"\n# \xFF\n").unwrap();
    fs::write(spec.join("b.toml"), b"kind = \"feature\"\n").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&spec, spec.join("loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", spec.join("dangling.toml")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", spec.join("endless.toml")).unwrap();
    }
    let loaded = pipeline::load(root.path(), &Options::default());
    let paths: Vec<&str> = loaded.sources.files.iter().map(|file| file.path.as_str()).collect();
    let all = loaded.diagnostics.clone().sorted();
    let codes: Vec<&str> = all.iter().map(|diagnostic| diagnostic.code).collect();
    if cfg!(unix) {
        assert_eq!(
            paths,
            [
                "spec/a.toml",
                "spec/b.toml",
                "spec/dangling.toml",
                "spec/endless.toml",
                "spec/loop"
            ]
        );
        assert_eq!(codes, ["L0004", "L0002", "L0002", "L0002"]);
    }
    let text = lathe::report::diagnostics::text(&all, &loaded.sources, false);
    assert!(
        text.contains("`spec/a.toml` is not UTF-8: byte 0xFF at offset 19, in line 2"),
        "{text}"
    );
}

#[test]
fn what_is_wrong_with_the_machine_is_reported() {
    for (from, to, code) in [
        ("opcode = \"u8\"", "opcode = \"u16\"", "L0111"),
        ("endian = \"little\"", "endian = \"litle\"", "L0111"),
        ("prefix = 0xFF", "prefix = 256", "L0109"),
        ("prefix = 0xFF", "prefix = 0xFFFFFFFFFFFFFFFFFF", "L0106"),
        ("prefix = 0xFF", "prefixx = 1", "L0104"),
        ("rust = \"i32\"", "rust = \"i32>\"", "L0206"),
        ("is = \"ref\"", "is = \"array\"", "L0201"),
        ("is = \"ref\"", "is = \"rfe\"", "L0110"),
        ("[\"element: type\"]", "[\"element type\"]", "L0112"),
        ("[\"element: type\"]", "[\"element: tpye\"]", "L0111"),
        ("[\"element: type\"]", "[\"element: type\", \"element: type\"]", "L0108"),
        ("indexes = \"module.functions\"", "indexes = \"module.function\"", "L0110"),
        ("indexes = \"function.locals\"", "indexes = \"function.local\"", "L0111"),
        (
            "indexes = \"function.locals\"",
            "indexes = \"function.locals\"\nrelative_to = \"end\"",
            "L0207",
        ),
        (
            "indexes = \"function.locals\"",
            "indexes = \"function.locals\"\noptional = true",
            "L0207",
        ),
        ("context = \"shared\"", "context = \"share\"", "L0111"),
        ("catchable = true", "catchable = 1", "L0106"),
        ("magic = \"TINY\"", "magic = \"TINYY\"", "L0501"),
        ("extension = \"tbin\"", "extension = \".tbin\"", "L0501"),
        ("checksum = \"crc32\"", "checksum = \"md5\"", "L0111"),
        ("bit = 0", "bit = 32", "L0109"),
        ("\"list<function>\", max = 100", "\"list<function>\"", "L0504"),
        ("\"list<function>\", max = 100", "\"list<functio>\", max = 100", "L0502"),
        ("shape = \"function?\"", "shape = \"string?\"", "L0502"),
        ("shape = \"function?\"", "shape = \"list<function>\", max = 1", "L0505"),
        ("flag = \"debug\"", "flag = \"debog\"", "L0110"),
        ("[record.module]", "[record.modul]", "L0503"),
        ("name = \"next\"", "name = \"code\"", "L0108"),
        ("doc = \"Calls.\"", "", "L0105"),
    ] {
        let codes = codes_with(from, to);
        assert!(codes.contains(&code), "{from} -> {to}: {codes:?}");
        assert!(codes.len() <= 4, "{from} -> {to}: {codes:?}");
    }
}

#[test]
fn what_is_wrong_with_ops_is_reported() {
    for (from, to, code) in [
        ("code = 0x20", "code = 512", "L0109"),
        ("code = 0x20", "code = -1", "L0109"),
        ("group = \"integer\"", "group = \"integers\"", "L0110"),
        ("control = \"call\"", "control = \"cal\"", "L0111"),
        (
            "effects = [\"call\", \"heap.read\"]",
            "effects = [\"call\", \"heap.raed\"]",
            "L0110",
        ),
        (
            "effects = [\"call\", \"heap.read\"]",
            "effects = [\"call\", \"call\"]",
            "L0113",
        ),
        ("effects = [\"call\", \"heap.read\"]", "traps = [\"divide\"]", "L0110"),
        ("pure = true", "pure = true\nfeature = \"jsn\"", "L0110"),
        ("expr = \"a.wrapping_add(b)\"", "expr = \"a.wrapping_add(b\"", "L0302"),
        ("expr = \"a.wrapping_add(b)\"", "", "L0301"),
        ("expr = \"a.wrapping_add(b)\"", "expr = \"a\"\nsem = \"b\"", "L0301"),
        ("sem = \"call\"", "sem = \"call it\"", "L0302"),
        ("iadd(a, b) == iadd(b, a)", "iadd(a, b) == ", "L0303"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"a: i32\"]", "L0108"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"i32\"]", "L0112"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: i23\"]", "L0203"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: array(\"]", "L0202"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: \"]", "L0202"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: i32 i32\"]", "L0202"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: i32()\"]", "L0204"),
        (
            "in = [\"a: i32\", \"b: i32\"]",
            "in = [\"a: i32\", \"b: array(i32, i32)\"]",
            "L0204",
        ),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: ret(b)\", \"b: i32\"]", "L0204"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: local\"]", "L0204"),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: local(a)\"]", "L0204"),
        (
            "in = [\"a: i32\", \"b: i32\"]",
            "in = [\"a: i32\", \"b: local(99999999999)\"]",
            "L0109",
        ),
        ("in = [\"a: i32\", \"b: i32\"]", "in = [\"a: i32\", \"b: T(i32)\"]", "L0204"),
        ("params(f, argc)", "params(f, arc)", "L0203"),
        ("params(f, argc)", "params(argc, f)", "L0204"),
        ("ret(f)", "array(params(f))", "L0204"),
        ("2147483647, 1 ->", "2147483647, 1 -", "L0601"),
        ("2147483647, 1 ->", "2147483647, , 1 ->", "L0601"),
        ("!divide_by_zero", "!divide", "L0110"),
        ("gives = \"1\"", "gives = \"1\", throws = \"2\"", "L0602"),
        ("body = \"const_i32 1 return\", ", "", "L0602"),
        ("golden = \"20\"", "golden = \"2\"", "L0603"),
        ("golden = \"20\"", "golden = \"2x\"", "L0603"),
        ("golden = \"20\"", "golden = 20", "L0106"),
        ("\"2, 3 -> !divide_by_zero\"", "5", "L0106"),
    ] {
        let codes = codes_with(from, to);
        assert!(codes.contains(&code), "{from} -> {to}: {codes:?}");
        assert!(codes.len() <= 4, "{from} -> {to}: {codes:?}");
    }
}

#[test]
fn all_mistakes_of_an_entry_are_reported_at_once() {
    let ops = "kind = \"instruction-set\"\nname = \"tiny\"\n[op.iadd]\ncod = 1\ndoc = 5\ngroup = \"integr\"\nin = [\"a: i3\"]\nsem = \"f\"\n";
    let loaded = load(&[("spec/tiny/machine.toml", MACHINE), ("spec/tiny/ops.toml", ops)]);
    let all = loaded.diagnostics.clone().sorted();
    let messages: Vec<&str> = all.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`[op.iadd]` lacks `since`",
            "unknown key `cod` in `[op.iadd]`",
            "a value in `[op.iadd]` has the wrong type: expected a text, found the integer 5",
            "there is no group `integr`",
            "there is no type `i3`",
        ]
    );
    assert_eq!(loaded.sources.text(all[4].labels[0].span), "i3");
    assert_eq!(all[3].suggestions[0].edits[0].replacement, "\"integer\"");
}

#[test]
fn an_entry_of_two_files_is_labelled_in_both() {
    let again = "kind = \"instruction-set\"\nname = \"tiny\"\n[trap.divide_by_zero]\ndoc = \"\"\ncode = 2\ncatchable = true\n";
    let loaded = load(&[
        ("spec/tiny/machine.toml", MACHINE),
        ("spec/tiny/ops.toml", OPS),
        ("spec/tiny/x.toml", again),
    ]);
    let all = loaded.diagnostics.clone().sorted();
    assert_eq!(all.len(), 1);
    let files: Vec<&str> = all[0]
        .labels
        .iter()
        .map(|label| loaded.sources.file(label.span.file).path.as_str())
        .collect();
    assert_eq!(files, ["spec/tiny/x.toml", "spec/tiny/machine.toml"]);
}

#[test]
fn features_and_targets_are_resolved() {
    let target = "kind = \"target\"\nname = \"wide\"\ndoc = \"\"\narch = \"wide\"\ntriples = []\npointer_width = 64\nendian = \"little\"\ncache_line = 64\natomic_width = 64\n";
    let features = "kind = \"feature\"\n[feature.a]\ndoc = \"\"\ndefault = true\nimplies = [\"b\"]\n[feature.b]\ndoc = \"\"\ndefault = false\ntargets = [\"wide\"]\n";
    let files = |target: &str, features: &str| codes(&[("spec/targets/wide.toml", target), ("spec/features.toml", features)]);
    assert_eq!(files(target, features), [""; 0]);
    // A target with a mistake is a target all the same.
    assert_eq!(files(&target.replace("\"little\"", "\"middle\""), features), ["L0111"]);
    assert_eq!(
        files(&target.replace("cache_line = 64", "cache_line = 0"), features),
        ["L0109"]
    );
    assert_eq!(
        files(target, &features.replace("implies = [\"b\"]", "implies = [\"bb\"]")),
        ["L0110"]
    );
    assert_eq!(
        files(target, &features.replace("implies = [\"b\"]", "implies = [\"a\"]")),
        ["L0801"]
    );
    assert_eq!(
        files(
            target,
            &features.replace("default = false", "default = false\nimplies = [\"a\"]")
        ),
        ["L0801"]
    );
    assert_eq!(files(target, &features.replace("feature.b", "feature.B")), ["L0110", "L0107"]);
}

#[test]
fn the_order_of_reading_does_not_matter() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let show = |shuffle| {
        let loaded = pipeline::load(
            repository,
            &Options {
                shuffle,
                ..Options::default()
            },
        );
        let paths: Vec<String> = loaded.sources.files.iter().map(|file| file.path.clone()).collect();
        let sets = format!("{:?}", loaded.model.part::<InstructionSets>());
        (paths, sets, loaded.diagnostics.sorted())
    };
    let plain = show(None);
    for seed in 0..5 {
        assert!(plain == show(Some(seed)), "seed {seed}");
    }
}
