//! Emits `tests/examples/`: the hand-written examples of every op.

use std::fmt::Write;

use super::{edges, laws, literals};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::signature::value_type;
use crate::model::instruction_set::wide::Number;
use crate::model::instruction_set::{Example, Fixture, InstructionSet, Op, Outcome, TypeExpression, unindented};

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
            names.extend(["Example", "Form", "check"]);
        }
        if functions.contains(" check_call::<") {
            names.push("check_call");
        }
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        text.push('\n');
        text.push_str(&rust::use_names(&format!("{library}::run"), &names));
        if functions.contains(" check_call::<") {
            let mut names = vec!["Slot".to_owned()];
            let wide = set.slots.iter().filter(|slot| slot.like.is_some());
            names.extend(
                wide.map(|slot| slot.rust.clone())
                    .filter(|name| functions.contains(&format!("<{name}>"))),
            );
            text.push_str(&rust::use_names(&set.library("runtime"), &names));
        }
        if functions.contains("fixtures::") {
            text.push_str("\nuse crate::fixtures;\n");
        }
        text.push_str(&functions);
        let sources = sources::of_ops(set, &ops, &[sources::MACHINE, sources::FORMAT, sources::FIXTURES]);
        builder.file(&format!("tests/examples/{module}.rs"), text, &sources);
        modules.push(module);
    }
    if let Some(text) = fixtures(set) {
        let sources = sources::of(set, &[&["group", "op"], sources::FIXTURES]);
        builder.file("tests/examples/fixtures.rs", text, &sources);
        modules.push("fixtures".to_owned());
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

/// The fixtures that examples name, as constants.
fn fixtures(set: &InstructionSet) -> Option<String> {
    let examples = || set.ops.iter().flat_map(|op| &op.examples);
    let mut text = rust::module_doc_lines("Declarations that precede the programs of several examples.");
    let mut some = false;
    for (id, fixture) in set.fixtures.iter_with_ids() {
        let names = |example: &Example| matches!(example, Example::Program { given: Some(given), .. } if *given == id);
        if !examples().any(names) {
            continue;
        }
        some = true;
        let docs = format!(
            "{}\n\n{}",
            fixture.doc.trim(),
            provenance::entry(set, "fixture", &fixture.name)
        );
        text.push('\n');
        text.push_str(&rust::doc_lines(0, &docs));
        let name = rust::constant(&fixture.name);
        text.push_str(&format!(
            "pub const {name}: &str = {};\n",
            rust::readable_literal(&fixture.text)
        ));
    }
    some.then_some(text)
}

fn test(set: &InstructionSet, op: &Op) -> anyhow::Result<String> {
    let mut checks = String::new();
    for example in &op.examples {
        if let Some(call) = call(set, op, example) {
            checks.push_str(&call);
            continue;
        }
        for program in programs(set, op, example)? {
            checks.push_str("    check(&Example {\n");
            writeln!(checks, "        spec: {},", rust::readable_literal(&program.spec))?;
            match &program.form {
                Form::Values(text) => {
                    checks.push_str(&rust::call(8, "form: ", "Form::Values", &[rust::readable_literal(text)], ","))
                }
                Form::Main(result) => writeln!(checks, "        form: Form::Main({}),", rust::literal(result))?,
                Form::Program => checks.push_str("        form: Form::Program,\n"),
            }
            match program.given {
                Some(fixture) => writeln!(checks, "        given: Some(fixtures::{}),", rust::constant(&fixture.name))?,
                None => checks.push_str("        given: None,\n"),
            }
            let (variant, text) = program.expected;
            checks.push_str(&rust::call(8, "expected: ", variant, &[rust::readable_literal(&text)], ","));
            match &program.prints {
                Some(prints) => checks.push_str(&rust::call(8, "prints: ", "Some", &[rust::literal(prints)], ",")),
                None => checks.push_str("        prints: None,\n"),
            }
            checks.push_str("    });\n");
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
    let (variant, text) = expected(outcome, 0);
    Some(rust::call(
        4,
        "",
        &format!("check_call::<{}>", value_type(set, &op.outputs[0].expression)),
        &[
            rust::readable_literal(&spec(inputs, outcome)),
            rust::readable_literal(&edges::program(set, op)?),
            format!("&[{}]", arguments.join(", ")),
            format!("{variant}({})", rust::readable_literal(&text)),
        ],
        ";",
    ))
}

/// A program that is run, as the fields of the emitted `Example`.
struct Program<'a> {
    /// The words of the spec.
    spec: String,
    form: Form,
    given: Option<&'a Fixture>,
    /// The constructor of `Expected`, and its text.
    expected: (&'static str, String),
    prints: Option<String>,
}

/// How the words of the spec become a program.
enum Form {
    /// By this one, which pushes the inputs.
    Values(String),
    /// As the code of a `main` that returns a value of this type.
    Main(String),
    /// They are one.
    Program,
}

/// What an example says, as programs: one for each value that comes out.
fn programs<'a>(set: &'a InstructionSet, op: &Op, example: &Example) -> anyhow::Result<Vec<Program<'a>>> {
    match example {
        Example::Program {
            given,
            text,
            body,
            outcome,
            prints,
            ..
        } => {
            let (spec, form) = match body {
                Some(body) => (&body.code, Form::Main(body.result.clone())),
                None => (text, Form::Program),
            };
            Ok(vec![Program {
                spec: unindented(spec),
                form,
                given: given.map(|fixture| &set.fixtures[fixture]),
                expected: expected(outcome, 0),
                prints: prints.clone(),
            }])
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
                    programs.push(Program {
                        spec: spec.clone(),
                        form: Form::Values(text),
                        given: None,
                        expected: expected(outcome, position),
                        prints: None,
                    });
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

/// Whether values of a type are floats.
pub fn is_float(set: &InstructionSet, expression: &TypeExpression) -> bool {
    matches!(expression, TypeExpression::Named { constructor, .. }
        if set.slots[set.types[*constructor].slot].rust.starts_with('f'))
}

/// The constructor of `Expected`, and its text.
fn expected(outcome: &Outcome, position: usize) -> (&'static str, String) {
    match outcome {
        Outcome::Values(values) => {
            let text = values.get(position).map_or("0", String::as_str);
            // Results are told in decimal digits.
            let decimal = Number::parse(text).filter(|_| text.contains("0x")).map(Number::decimal);
            ("Expected::Value", decimal.unwrap_or_else(|| text.to_owned()))
        }
        Outcome::Trap(name) => ("Expected::Trap", name.clone()),
        Outcome::Throws(literal) => ("Expected::Throws", literal.clone()),
    }
}

fn spec(inputs: &[String], outcome: &Outcome) -> String {
    let end = match outcome {
        Outcome::Values(values) => values.join(", "),
        Outcome::Trap(name) => format!("!{name}"),
        Outcome::Throws(literal) => format!("throws {literal}"),
    };
    format!("{} -> {end}", inputs.join(", "))
}
