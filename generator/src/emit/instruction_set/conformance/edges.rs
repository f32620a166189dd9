//! Emits `tests/edges/`: every combination of edge values, through bytecode and by a direct call, and laws.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{laws, literals};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::signature::value_type;
use crate::model::instruction_set::wide::Number;
use crate::model::instruction_set::{Control, InstructionSet, Op, Slot, Type, TypeExpression};

/// How many pseudo-random values join the edges of a slot.
const RANDOM: usize = 12;

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut modules = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&Op> = set.ops.iter().filter(|op| op.group == id).collect();
        let mut tests = String::new();
        for op in &ops {
            if laws::is_plain(set, op) {
                tests.push_str(&plain_test(set, op)?);
            } else if let Some(test) = literal_test(set, op)? {
                tests.push_str(&test);
            }
        }
        if tests.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let mut text = rust::module_doc_lines(&format!(
            "{}.\n\n{}",
            group.title.trim(),
            provenance::entry(set, "group", &group.name)
        ));
        text.push('\n');
        text.push_str(&imports(set, &tests));
        text.push_str(&tests);
        let sources = sources::of_ops(set, &ops, &[sources::MACHINE]);
        builder.file(&format!("tests/edges/{module}.rs"), text, &sources);
        modules.push(module);
    }
    builder.file(
        "tests/edges/ops.rs",
        laws::functions(set)?,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );
    builder.file("tests/edges/values.rs", values(set)?, &sources::of(set, &[sources::MACHINE]));
    let mut text = rust::module_doc_lines(
        "Ops on all combinations of edge values and some pseudo-random ones: through bytecode in the oracle, and by a direct call of what \
         the op means. Laws hold for all of them.",
    );
    text.push_str(
        "\n// Laws are written as in the spec.\n#![allow(\n    dead_code,\n    clippy::eq_op,\n    clippy::bool_comparison,\n    \
         clippy::nonminimal_bool,\n    clippy::manual_div_ceil,\n    clippy::overly_complex_bool_expr,\n    reason = \"laws and \
         expressions are copied from the spec, and not every slot is used\"\n)]\n\n",
    );
    modules.push("ops".to_owned());
    modules.push("values".to_owned());
    modules.sort();
    for module in &modules {
        writeln!(text, "mod {module};")?;
    }
    builder.file(
        "tests/edges/main.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );
    Ok(())
}

/// Whether an op has a test over the edges of its slots, by which its laws are held too.
pub fn has_test(set: &InstructionSet, op: &Op) -> bool {
    laws::is_plain(set, op) || matches!(literal_test(set, op), Ok(Some(_)))
}

fn imports(set: &InstructionSet, tests: &str) -> String {
    let words: BTreeSet<&str> = tests.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let library = set.library("conformance");
    let runtime = set.library("runtime");
    let mut text = String::new();
    let run: Vec<&str> = ["Program"].into_iter().filter(|name| words.contains(name)).collect();
    if !run.is_empty() {
        text.push_str(&format!("use {library}::run::Program;\n"));
    }
    if words.contains("edges") {
        text.push_str(&format!("use {library}::edges;\n"));
    }
    let mut names: Vec<String> = Vec::new();
    if words.contains("into_value") {
        names.push("Slot".to_owned());
    }
    let wide = set.slots.iter().filter(|slot| slot.like.is_some());
    names.extend(
        wide.map(|slot| slot.rust.clone())
            .filter(|name| words.contains(name.as_str())),
    );
    text.push_str(&rust::use_names(&runtime, &names));
    let mut ops: Vec<String> = set
        .ops
        .iter()
        .filter(|op| laws::is_plain(set, op))
        .map(|op| rust::ident(&op.name).to_string())
        .filter(|name| tests.contains(&format!("{name}(")) && calls(tests, name))
        .collect();
    ops.sort();
    if !ops.is_empty() {
        text.push_str(&format!("\nuse crate::ops::{{self, {}}};\n", ops.join(", ")));
    } else if tests.contains("ops::") {
        text.push_str("\nuse crate::ops;\n");
    } else if words.contains("values") {
        text.push('\n');
    }
    if words.contains("values") {
        text.push_str("use crate::values;\n");
    }
    text
}

/// Whether a text calls a function by its bare name.
fn calls(text: &str, name: &str) -> bool {
    let call = format!("{name}(");
    text.match_indices(&call).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let bare = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
        bare && !text.get(..at).is_some_and(|before| before.ends_with("fn "))
    })
}

fn type_name<'a>(set: &'a InstructionSet, expression: &TypeExpression) -> Option<&'a Type> {
    match expression {
        TypeExpression::Named { constructor, arguments } if arguments.is_empty() => Some(&set.types[*constructor]),
        _ => None,
    }
}

/// A program that executes an op on plain numbers with the parameters of `main`; `None` if the set can't load or return them.
pub fn program(set: &InstructionSet, op: &Op) -> Option<String> {
    let (load, back) = (literals::load_op(set)?, literals::return_op(set)?);
    let mut params = Vec::new();
    let mut loads = String::new();
    for input in &op.inputs {
        params.push(format!("{}: {}", input.name, type_name(set, &input.expression)?.name));
        loads.push_str(&format!("{} {} ", load.name, input.name));
    }
    let result = &type_name(set, &op.outputs.first()?.expression)?.name;
    let params = params.join(", ");
    Some(format!(
        "function main {{ params [{params}] result {result} code {{ {loads}{} {} }} }}",
        op.name, back.name
    ))
}

/// The test of an op on plain numbers.
fn plain_test(set: &InstructionSet, op: &Op) -> anyhow::Result<String> {
    let Some(program) = program(set, op) else {
        return Ok(String::new());
    };
    let names: Vec<String> = op.inputs.iter().map(|input| rust::ident(&input.name).to_string()).collect();
    let rust_result = value_type(set, &op.outputs[0].expression);
    let test_name = format!("{}_on_edges", op.name);

    // Laws speak of the inputs, so it is the other variables that give way. No name of a spec ends with an underscore.
    let [expected, found, turned, machine] = ["expected", "found", "turned", "program"].map(|name| {
        let taken = names.iter().any(|input| input == name);
        if taken { format!("{name}_") } else { name.to_owned() }
    });
    let mut body = String::new();
    let direct = format!("ops::{}({})", rust::ident(&op.name), names.join(", "));
    let outcome = if laws::can_fail(op) {
        format!("{direct}.map_err(|trap| trap.kind.name().to_owned())")
    } else {
        format!("Ok::<_, String>({direct})")
    };
    let arguments: Vec<String> = names.iter().map(|name| format!("{name}.into_value()")).collect();
    let context: Vec<String> = names.iter().map(|name| format!("{name} = {{{name}:?}}")).collect();
    let context = context.join(", ");
    writeln!(body, "let {expected} = {outcome};")?;
    writeln!(
        body,
        "let {found} = {machine}.call::<{rust_result}>(&[{}]);",
        arguments.join(", ")
    )?;
    let same = |left: &str, right: &str| {
        if rust_result.starts_with('f') {
            format!("values::same(&{left}, &{right})")
        } else {
            format!("{left} == {right}")
        }
    };
    writeln!(
        body,
        "assert!({}, \"{}: {context}: expected {{{expected}:?}}, found {{{found}:?}}\");",
        same(&found, &expected),
        op.name
    )?;
    if let ([a, b], true) = (names.as_slice(), op.commutes) {
        writeln!(
            body,
            "let {turned} = {machine}.call::<{rust_result}>(&[{b}.into_value(), {a}.into_value()]);"
        )?;
        writeln!(
            body,
            "assert!({}, \"{} does not commute: {context}\");",
            same(&found, &turned),
            op.name
        )?;
    }
    for law in &op.laws {
        if law_can_be_stated(set, op, &law.text) {
            writeln!(
                body,
                "assert!({}, {}, {});",
                law.text,
                rust::literal(&format!("law `{}`: {{:?}}", law.text.replace('{', "{{").replace('}', "}}"))),
                tuple(&names)
            )?;
        }
    }
    let mut loops = body;
    for (input, name) in op.inputs.iter().zip(&names).rev() {
        let slot = slot_of(set, &input.expression)?;
        loops = format!("for {name} in values::{}() {{\n{loops}}}\n", function_name(slot));
    }
    let text = format!(
        "\n/// {}\n#[test]\nfn {test_name}() {{\nlet mut {machine} = Program::new({});\n{loops}}}\n",
        provenance::op(op),
        rust::literal(&program)
    );
    Ok(indent(&text))
}

fn tuple(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    }
}

/// A law can be stated in Rust if every op that it calls is a function that can't fail.
fn law_can_be_stated(set: &InstructionSet, op: &Op, law: &str) -> bool {
    let inputs: BTreeSet<&str> = op.inputs.iter().map(|input| input.name.as_str()).collect();
    !set.ops
        .iter()
        .filter(|other| !inputs.contains(other.name.as_str()) && calls(law, &other.name))
        .any(|other| !laws::is_plain(set, other) || laws::can_fail(other))
}

/// Indents by braces: the emitted tests have no braces within strings but those of assembly, which are balanced on one line.
fn indent(text: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for line in text.lines() {
        let closes = line.starts_with('}') || line.starts_with(')') || line.starts_with(']');
        let shown = if closes { depth.saturating_sub(1) } else { depth };
        if line.is_empty() {
            out.push('\n');
        } else {
            out.push_str(&"    ".repeat(shown));
            out.push_str(line);
            out.push('\n');
        }
        if !line.starts_with("///") {
            let opened = line.chars().filter(|c| matches!(c, '{' | '[' | '(')).count();
            let closed = line.chars().filter(|c| matches!(c, '}' | ']' | ')')).count();
            depth = (depth + opened).saturating_sub(closed);
        }
    }
    out
}

fn slot_of<'a>(set: &'a InstructionSet, expression: &TypeExpression) -> anyhow::Result<&'a Slot> {
    match expression {
        TypeExpression::Named { constructor, .. } => Ok(&set.slots[set.types[*constructor].slot]),
        _ => anyhow::bail!("an input of a plain op has no slot"),
    }
}

fn function_name(slot: &Slot) -> String {
    rust::name(&slot.name)
}

/// The test of an op whose inputs can be written as literals, though not as Rust numbers.
fn literal_test(set: &InstructionSet, op: &Op) -> anyhow::Result<Option<String>> {
    let (Some(inputs), Some(result), Some(back)) = (pushed(set, op), plain_result(set, op), literals::return_op(set)) else {
        return Ok(None);
    };
    let lists: Vec<String> = inputs.into_iter().map(|(_, codes)| codes).collect();
    let mut lines = String::new();
    writeln!(lines, "let lists: &[&[&str]] = &[{}];", lists.join(", "))?;
    writeln!(
        lines,
        "edges::check({}, lists, {}, {}, {});",
        rust::literal(&op.name),
        rust::literal(&result),
        rust::literal(&back.name),
        op.commutes
    )?;
    let text = format!(
        "\n/// {}\n#[test]\nfn {}_on_edges() {{\n{lines}}}\n",
        provenance::op(op),
        op.name
    );
    Ok(Some(indent(&text)))
}

/// The types of the inputs of an op, and the lists with code that pushes their edges; for ops of one or two inputs, all of which can be
/// written so.
pub fn pushed(set: &InstructionSet, op: &Op) -> Option<Vec<(String, String)>> {
    let fits = op.control == Control::Next && op.operands.is_empty() && matches!(op.inputs.len(), 1 | 2);
    if !fits {
        return None;
    }
    let inputs = op.inputs.iter().map(|input| {
        let of = type_name(set, &input.expression)?;
        let slot = &set.slots[of.slot];
        let first = slot.edges.first().and_then(|edge| literals::type_of(set, edge));
        let can = !codes(set, slot).is_empty() && first.as_ref() == Some(&of.name);
        can.then(|| (of.name.clone(), format!("values::{}_CODE", rust::constant(&slot.name))))
    });
    inputs.collect()
}

/// The type of the one output of an op, if it can be declared.
pub fn plain_result(set: &InstructionSet, op: &Op) -> Option<String> {
    let [output] = op.outputs.as_slice() else { return None };
    let of = type_name(set, &output.expression).filter(|of| of.parameters.is_empty() && !of.is_abstract)?;
    Some(of.name.clone())
}

/// Code that pushes the edges of a slot, as far as an op can push them.
fn codes(set: &InstructionSet, slot: &Slot) -> Vec<String> {
    slot.edges
        .iter()
        .filter_map(|edge| literals::push(set, edge, false))
        .collect()
}

/// The edge values of every slot: as Rust values where it is a number, as code that pushes them otherwise.
fn values(set: &InstructionSet) -> anyhow::Result<String> {
    let library = set.library("conformance");
    let mut text = rust::module_doc_lines("Edge values of the slots, and some pseudo-random ones.");
    let mut functions = String::new();
    let mut random: BTreeMap<&str, bool> = BTreeMap::new();
    for slot in &set.slots {
        if slot.edges.is_empty() {
            continue;
        }
        let number = |method: &str, cast: &str| format!("(0..{RANDOM}).map(|_| random.{method}(){cast})");
        let further = match slot.rust.as_str() {
            "i32" => Some(number("integer", "")),
            "i8" | "i16" | "i64" | "u8" | "u16" | "u32" | "u64" => Some(number("bits", &format!(" as {}", slot.rust))),
            "f64" => Some(number("float", "")),
            "f32" => Some(number("float", " as f32")),
            "bool" => Some(String::new()),
            // Filled from the top, 64 bits at a time.
            rust => slot.like.map(|wide| {
                let parts = wide.bits / 64;
                format!(
                    "(0..{RANDOM}).map(|_| (0..{parts}).fold({rust}::default(), |sum, _| (sum << 64) | {rust}::from(random.bits())))"
                )
            }),
        };
        if let Some(further) = further {
            let edges: Vec<String> = slot
                .edges
                .iter()
                .map(|edge| rust_value(set, &slot.rust, edge).replace(&format!("_{}", slot.rust), ""))
                .collect();
            let (rust_type, count) = (&slot.rust, edges.len());
            writeln!(
                functions,
                "\n/// {}\npub fn {}() -> Vec<{rust_type}> {{",
                provenance::entry(set, "slot", &slot.name),
                function_name(slot)
            )?;
            writeln!(
                functions,
                "    let edges: [{rust_type}; {count}] = [\n{}    ];",
                rust::wrapped(8, edges)
            )?;
            if further.is_empty() {
                functions.push_str("    edges.to_vec()\n}\n");
            } else {
                random.insert("Random", true);
                writeln!(
                    functions,
                    "    let mut random = Random::new({count});\n    edges.into_iter().chain({further}).collect()\n}}"
                )?;
            }
        }
        let codes = codes(set, slot);
        if !codes.is_empty() {
            let items: Vec<String> = codes.iter().map(|code| rust::literal(code)).collect();
            writeln!(
                functions,
                "\n/// Code that pushes each edge. {}\npub const {}_CODE: &[&str] = &[\n{}];",
                provenance::entry(set, "slot", &slot.name),
                rust::constant(&slot.name),
                rust::wrapped(4, items)
            )?;
        }
    }
    if random.contains_key("Random") {
        writeln!(text, "\nuse {library}::random::Random;")?;
    }
    let wide: Vec<String> = set
        .slots
        .iter()
        .filter(|slot| slot.like.is_some() && !slot.edges.is_empty())
        .map(|slot| slot.rust.clone())
        .collect();
    text.push_str(&rust::use_names(&set.library("runtime"), &wide));
    text.push_str(&functions);
    if set.slots.iter().any(|slot| slot.rust == "f64") {
        text.push_str(
            "\n/// Whether two results are the same: floats by their bits, but for NaN, of which there is one.\n\
             pub fn same(left: &Result<f64, String>, right: &Result<f64, String>) -> bool {\n    match (left, right) {\n        \
             (Ok(left), Ok(right)) => left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan()),\n        \
             (left, right) => left == right,\n    }\n}\n",
        );
    }
    Ok(text)
}

/// A literal of examples as a Rust value.
pub fn rust_value(set: &InstructionSet, rust_type: &str, literal: &str) -> String {
    if set.wide_slot(rust_type).is_some() {
        let decimal = Number::parse(literal).map_or_else(|| literal.to_owned(), Number::decimal);
        return format!("\"{decimal}\".parse::<{rust_type}>().expect(\"a number\")");
    }
    let (sign, bare) = literal.strip_prefix('-').map_or(("", literal), |bare| ("-", bare));
    match bare {
        "inf" => format!("{sign}{rust_type}::INFINITY"),
        "nan" => format!("{rust_type}::NAN"),
        _ if rust_type == "bool" => literal.to_owned(),
        _ => format!("{literal}_{rust_type}"),
    }
}
