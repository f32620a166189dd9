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
