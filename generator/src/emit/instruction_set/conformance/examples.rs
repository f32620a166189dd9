//! Emits `tests/examples/`: the hand-written examples of every op.

use std::fmt::Write;

use super::{edges, laws, literals};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::signature::value_type;
use crate::model::instruction_set::wide::Number;
use crate::model::instruction_set::{Example, InstructionSet, Op, Outcome, TypeExpression};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let library = set.library("conformance");
    let mut modules = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&Op> = set
            .ops
            .iter()
            .filter(|op| op.group == id && !op.examples.is_empty())
            .collect();
        let mut functions = String::new();
        for op in &ops {
            functions.push_str(&test(set, op)?);
        }
        if functions.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let mut text = rust::module_doc_lines(&format!(
            "{}.\n\n{}",
            group.title.trim(),
            provenance::entry(set, "group", &group.name)
        ));
        let mut names = vec!["Expected"];
        if functions.contains(" check(") {
            names.splice(0..0, ["Example"]);
            names.push("check");
        }
        if functions.contains(" check_call::<") {
            names.push("check_call");
        }
        write!(text, "\nuse {library}::run::{{{}}};\n", names.join(", "))?;
        if functions.contains(" check_call::<") {
            let mut names = vec!["Slot".to_owned()];
            let wide = set.slots.iter().filter(|slot| slot.like.is_some());
            names.extend(
                wide.map(|slot| slot.rust.clone())
                    .filter(|name| functions.contains(&format!("<{name}>"))),
            );
            text.push_str(&rust::use_names(&set.library("runtime"), &names));
        }
        text.push_str(&functions);
        let sources = sources::of_ops(set, &ops, &[sources::MACHINE, sources::FORMAT, sources::FIXTURES]);
        builder.file(&format!("tests/examples/{module}.rs"), text, &sources);
        modules.push(module);
    }
    modules.sort();
    let mut text = rust::module_doc_lines(
        "The hand-written examples of every op: each is assembled, verified and run in the oracle, and must end as it says.",
    );
    text.push('\n');
    for module in &modules {
        writeln!(text, "mod {module};")?;
    }
    builder.file("tests/examples/main.rs", text, &sources::of(set, &[&["group", "op"]]));
    Ok(())
}

fn test(set: &InstructionSet, op: &Op) -> anyhow::Result<String> {
    let mut checks = String::new();
    for example in &op.examples {
        if let Some(call) = call(set, op, example) {
            checks.push_str(&call);
            continue;
        }
        for (spec, text, expected, prints) in programs(set, op, example)? {
            let prints = prints.map_or_else(|| "None".to_owned(), |prints| format!("Some({})", rust::literal(&prints)));
            write!(
                checks,
                "    check(&Example {{\n        spec: {},\n        text: {},\n        expected: {expected},\n        prints: {prints},\n    }});\n",
                rust::literal(&spec),
                raw(&text),
            )?;
        }
    }
    if checks.is_empty() {
        return Ok(String::new());
    }
    let name = rust::ident(&op.name);
    Ok(format!("\n/// {}\n#[test]\nfn {name}() {{\n{checks}}}\n", provenance::op(op)))
}

/// The check of a value example whose inputs no op can push: they are given as arguments, if they are plain numbers.
fn call(set: &InstructionSet, op: &Op, example: &Example) -> Option<String> {
    let Example::Values { inputs, outcome, .. } = example else {
        return None;
    };
    let can_push = |(literal, input): (&String, &crate::model::instruction_set::Input)| {
        literals::push(set, literal, is_float(set, &input.expression)).is_some()
    };
    if inputs.iter().zip(&op.inputs).all(can_push) || !laws::is_plain(set, op) {
        return None;
    }
    let arguments: Vec<String> = inputs
        .iter()
        .zip(&op.inputs)
        .map(|(literal, input)| {
            let of = value_type(set, &input.expression);
            format!("{}.into_value()", edges::rust_value(set, &of, literal))
        })
        .collect();
    Some(format!(
        "    check_call::<{}>(\n        {},\n        {},\n        &[{}],\n        {},\n    );\n",
        value_type(set, &op.outputs[0].expression),
        rust::literal(&spec(inputs, outcome)),
        rust::literal(&edges::program(set, op)?),
        arguments.join(", "),
        expected(outcome, 0)
    ))
}

/// A program as a raw string, so that it can be read.
fn raw(text: &str) -> String {
    let text = text.trim();
    let mut marks = "#".to_owned();
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"\n{text}\n\"{marks}")
}

type Program = (String, String, String, Option<String>);

/// What an example says, as programs: the words of the spec, assembly, the expected end, what is printed.
fn programs(set: &InstructionSet, op: &Op, example: &Example) -> anyhow::Result<Vec<Program>> {
    match example {
        Example::Program {
            given,
            text,
            outcome,
            prints,
            ..
        } => {
            let given = given.map_or("", |fixture| set.fixtures[fixture].text.as_str());
            let text = format!("{}\n{}", given.trim(), text.trim());
            Ok(vec![(
                text.trim().to_owned(),
                text.clone(),
                expected(outcome, 0),
                prints.clone(),
            )])
        }
        Example::Values { inputs, outcome, .. } => {
            let spec = spec(inputs, outcome);
            let values = match outcome {
                Outcome::Values(values) => values.len(),
                _ => 1,
            };
            let mut programs = Vec::new();
            for position in 0..values.max(1) {
                if let Some(text) = value_program(set, op, inputs, outcome, position) {
                    programs.push((spec.clone(), text, expected(outcome, position), None));
                }
            }
            anyhow::ensure!(
                !programs.is_empty(),
                "example `{spec}` of `{}` can't be run: the set has no ops that push its inputs, or none that returns",
                op.name
            );
            Ok(programs)
        }
    }
}

/// A program that pushes inputs, executes the op, and returns the output at a position.
fn value_program(set: &InstructionSet, op: &Op, inputs: &[String], outcome: &Outcome, position: usize) -> Option<String> {
    let pushes: Option<Vec<String>> = inputs
        .iter()
        .zip(&op.inputs)
        .map(|(literal, input)| literals::push(set, literal, is_float(set, &input.expression)))
        .collect();
    let mut code = pushes?;
    code.push(op.name.clone());
    let outputs = op.outputs.len();
    for _ in position + 1..outputs {
        code.push(literals::drop_op(set)?.name.clone());
    }
    let result = match op.outputs.get(position).map(|output| &output.expression) {
        Some(TypeExpression::Named { constructor, arguments }) if arguments.is_empty() => {
            Some(set.types[*constructor].name.clone())
        }
        Some(_) => match outcome {
            Outcome::Values(values) => literals::type_of(set, values.get(position)?),
            _ => inputs.first().and_then(|input| literals::type_of(set, input)),
        },
        None => None,
    };
    let result = match result {
        Some(result) => result,
        None => {
            // Nothing comes out: something must be returned all the same.
            code.push(literals::push(set, "0", false)?);
            literals::type_of(set, "0")?
        }
    };
    code.push(literals::return_op(set)?.name.clone());
    Some(format!("function main {{ result {result} code {{ {} }} }}", code.join(" ")))
}

fn is_float(set: &InstructionSet, expression: &TypeExpression) -> bool {
    matches!(expression, TypeExpression::Named { constructor, .. }
        if set.slots[set.types[*constructor].slot].rust.starts_with('f'))
}

fn expected(outcome: &Outcome, position: usize) -> String {
    let (variant, text) = match outcome {
        Outcome::Values(values) => ("Value", values.get(position).map_or("0", |value| value.as_str())),
        Outcome::Trap(name) => ("Trap", name.as_str()),
        Outcome::Throws(literal) => ("Throws", literal.as_str()),
    };
    // Results are told in decimal digits.
    let decimal = Number::parse(text)
        .filter(|_| variant == "Value" && text.contains("0x"))
        .map(Number::decimal);
    format!("Expected::{variant}({})", rust::literal(decimal.as_deref().unwrap_or(text)))
}

fn spec(inputs: &[String], outcome: &Outcome) -> String {
    let end = match outcome {
        Outcome::Values(values) => values.join(", "),
        Outcome::Trap(name) => format!("!{name}"),
        Outcome::Throws(literal) => format!("throws {literal}"),
    };
    format!("{} -> {end}", inputs.join(", "))
}
