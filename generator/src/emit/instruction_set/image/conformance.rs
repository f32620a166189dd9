//! The tests that hold every engine to the spec: `generated/<name>/conformance`.

use std::fmt::Write;

use super::natives::{head, result_type};
use super::{provenance_of, provenance_of_op};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Tree, rust};
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::state::{Assignment, NativeCall, NativeValue, Place};
use crate::model::instruction_set::image::{Native, NativeType, StateExample, StateOutcome, WordOp};

/// Adds the crate.
pub fn emit(set: &ImageSet, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/conformance", set.folder()),
        set.package("conformance"),
        format!("Tests that hold every engine of {} against its specification", set.name),
    );
    builder.depend(&set.package("facts"), &format!("{}/facts", set.folder()));
    builder.depend(&set.package("oracle"), &format!("{}/oracle", set.folder()));
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    let fill = |text: &str| {
        text.replace("__SET__", &set.name)
            .replace("__FACTS__", &set.library("facts"))
            .replace("__RUNTIME__", &set.library("runtime"))
            .replace("__ORACLE__", &set.library("oracle"))
            .replace("__CONFORMANCE__", &set.library("conformance"))
            .replace("__COUNTER__", &rust::name(&set.registers[set.image.counter].name))
    };
    builder.file("src/lib.rs", fill(include_str!("text/conformance/lib.rs")), &set.files);
    builder.file("src/run.rs", fill(include_str!("text/conformance/run.rs")), &set.files);
    builder.file("src/script.rs", script(set, &fill)?, &set.files);
    builder.file(
        "tests/hostile.rs",
        fill(include_str!("text/conformance/hostile.rs")),
        &set.files,
    );
    let mut main = rust::module_doc_lines(
        "The examples of the spec, each run in the reference interpreter, and in engines that are broken on purpose and must be caught.",
    );
    main.push_str(&fill(include_str!("text/conformance/examples.rs")));
    let mut modules = String::new();
    let mut all = String::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&WordOp> = set.ops.iter().filter(|op| op.group == id).collect();
        if ops.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let mut text = rust::module_doc_lines(&format!(
            "{}.\n\n{}",
            group.title.trim(),
            provenance_of(set, "group", &group.name)
        ));
        text.push_str(&fill("\nuse __CONFORMANCE__::run::{Example, Expected};\n"));
        let mut body = String::new();
        for op in &ops {
            examples(set, op, &mut body)?;
        }
        if body.contains("Call::") {
            text.push_str(&fill("use __CONFORMANCE__::script::Call;\n"));
        }
        if body.contains("TrapKind::") {
            text.push_str(&fill("use __FACTS__::TrapKind;\n"));
        }
        text.push_str(&body);
        builder.file(&format!("tests/examples/{module}.rs"), text, &set.files);
        writeln!(modules, "mod {module};")?;
        for op in ops {
            let function = rust::module(&op.name);
            writeln!(
                all,
                "\n/// {}\n#[test]\nfn {module}_{}() {{\n    check({module}::{function}());\n}}",
                provenance_of_op(op),
                op.name
            )?;
        }
    }
    let rows: Vec<String> = set
        .ops
        .iter()
        .map(|op| {
            format!(
                "        {}::{}(),",
                rust::module(&set.groups[op.group].name),
                rust::module(&op.name)
            )
        })
        .collect();
    let main = main
        .replace("__MODULES__", modules.trim_end())
        .replace("__ALL__", &rows.join("\n"));
    builder.file("tests/examples/main.rs", main + &all, &set.files);
    builder.finish(tree)
}

/// The function that gives the examples of an op.
fn examples(set: &ImageSet, op: &WordOp, out: &mut String) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n/// {}\npub fn {}() -> &'static [Example] {{\n    &[",
        provenance_of_op(op),
        rust::module(&op.name)
    )?;
    for example in &op.examples {
        write_example(set, example, out)?;
    }
    out.push_str("    ]\n}\n");
    Ok(())
}

fn write_example(set: &ImageSet, example: &StateExample, out: &mut String) -> anyhow::Result<()> {
    writeln!(out, "        Example {{\n            run: {:?},", example.run)?;
    writeln!(out, "            given: {},", closure(set, &example.given))?;
    let calls: Vec<String> = example.natives.iter().map(|call| self::call(set, call)).collect();
    writeln!(out, "            natives: &[{}],", calls.join(", "))?;
    let expected = match &example.outcome {
        StateOutcome::Gives(gives) => format!("Expected::State(&{})", closure(set, gives)),
        StateOutcome::Traps(trap) => format!("Expected::Trap(TrapKind::{})", rust::variant(&set.traps[*trap].name)),
    };
    let expected = expected.replace("State(&|", "State(|");
    let counter = Place::Register(set.image.counter, 0);
    let moves = match &example.outcome {
        StateOutcome::Gives(gives) => !gives.iter().any(|assignment| assignment.place == counter),
        StateOutcome::Traps(_) => false,
    };
    writeln!(
        out,
        "            expected: {expected},\n            goes_on: {moves},\n        }},"
    )?;
    Ok(())
}

/// `|state| { state.v[1] = 3; }`.
fn closure(set: &ImageSet, assignments: &[Assignment]) -> String {
    if assignments.is_empty() {
        return "|_| {}".to_owned();
    }
    let lines: Vec<String> = assignments
        .iter()
        .map(|assignment| match assignment.place {
            Place::Register(id, index) => {
                let register = &set.registers[id];
                let position = register.count.map(|_| format!("[{index}]")).unwrap_or_default();
                let value = assignment.values.first().copied().unwrap_or_default();
                format!(
                    "                state.{}{position} = {value:#x};\n",
                    rust::name(&register.name)
                )
            }
            Place::Memory(address) => {
                let bytes: Vec<String> = assignment.values.iter().map(|byte| format!("0x{byte:02X}")).collect();
                format!(
                    "                let _ = state.memory.write({address:#x}, &[{}]);\n",
                    bytes.join(", ")
                )
            }
        })
        .collect();
    format!("|state| {{\n{}            }}", lines.concat())
}

/// `Call::Draw { x: 4, rows: &[0xF0], answer: true }`.
fn call(set: &ImageSet, call: &NativeCall) -> String {
    let native = &set.natives[call.native];
    let mut fields: Vec<String> = native
        .parameters
        .iter()
        .zip(&call.arguments)
        .map(|((name, _), value)| format!("{}: {}", rust::name(name), literal(value)))
        .collect();
    if let (Some(answer), Some(result)) = (&call.answer, native.result) {
        let text = literal(answer);
        fields.push(format!(
            "answer: {}",
            if result.optional && text != "None" {
                format!("Some({text})")
            } else {
                text
            }
        ));
    }
    let name = rust::variant(&native.name);
    if fields.is_empty() {
        format!("Call::{name}")
    } else {
        format!("Call::{name} {{ {} }}", fields.join(", "))
    }
}

fn literal(value: &NativeValue) -> String {
    match value {
        NativeValue::Number(number) => number.to_string(),
        NativeValue::Boolean(truth) => truth.to_string(),
        NativeValue::None => "None".to_owned(),
        NativeValue::Bytes(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
            format!("&[{}]", bytes.join(", "))
        }
    }
}

/// `src/script.rs`: a host that answers as an example says.
fn script(set: &ImageSet, fill: &dyn Fn(&str) -> String) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "Hosts for tests: one that answers as an example says and notes what was asked otherwise, and one that answers with anything.",
    );
    text.push_str(&fill(
        "\nuse std::cell::RefCell;\nuse std::rc::Rc;\n\nuse __FACTS__::Natives;\n\n",
    ));
    text.push_str("/// A call of the host, with its answer.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Call {\n");
    for native in &set.natives {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", native.doc.trim(), provenance_of(set, "native", &native.name)),
        ));
        write!(text, "    {}", rust::variant(&native.name))?;
        if native.parameters.is_empty() && native.result.is_none() {
            text.push_str(",\n");
            continue;
        }
        text.push_str(" {\n");
        for (name, of) in &native.parameters {
            let rust_type = if *of == NativeType::Bytes {
                "&'static [u8]"
            } else {
                of.name()
            };
            writeln!(
                text,
                "        /// What it is given.\n        {}: {rust_type},",
                rust::name(name)
            )?;
        }
        if native.result.is_some() {
            writeln!(text, "        /// What it answers.\n        answer: {},", result_type(native))?;
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n\n");
    text.push_str(include_str!("text/conformance/script.rs"));
    text.push_str("\nimpl Natives for Script {\n");
    for native in &set.natives {
        scripted(native, &mut text)?;
    }
    text.push_str("}\n\nimpl Natives for Anything {\n");
    for native in &set.natives {
        // What is given doesn't matter to it.
        let mut silent = head(native);
        for (name, _) in &native.parameters {
            silent = silent.replacen(&format!(", {}:", rust::name(name)), &format!(", _{name}:"), 1);
        }
        let answer = match native.result {
            None => "self.next();".to_owned(),
            Some(result) => {
                let value = match result.of {
                    NativeType::Bool => "self.next() & 1 == 1".to_owned(),
                    of => format!("self.next() as {}", of.name()),
                };
                if result.optional {
                    format!("(self.next() & 3 == 0).then_some({value})")
                } else {
                    value
                }
            }
        };
        let answer = if result_needs_two_steps(native) {
            "let answers = self.next() & 3 == 0;\n        let answer = self.next();\n        answers.then_some(answer as _)"
                .to_owned()
        } else {
            answer
        };
        writeln!(text, "    {silent} {{\n        {answer}\n    }}")?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// An optional number: whether there is one and which are drawn one after the other.
fn result_needs_two_steps(native: &Native) -> bool {
    native
        .result
        .is_some_and(|result| result.optional && result.of != NativeType::Bool)
}

fn scripted(native: &Native, text: &mut String) -> anyhow::Result<()> {
    let variant = rust::variant(&native.name);
    let names: Vec<String> = native.parameters.iter().map(|(name, _)| rust::name(name)).collect();
    writeln!(text, "    {} {{", head(native))?;
    let shown: Vec<String> = names.iter().map(|name| format!("{{{name}:?}}")).collect();
    let asked = format!("format!(\"{}({})\")", native.name, shown.join(", "));
    let asked = if names.is_empty() {
        format!("\"{}()\".to_owned()", native.name)
    } else {
        asked
    };
    if names.is_empty() && native.result.is_none() {
        writeln!(
            text,
            "        if self.next() != Some(Call::{variant}) {{\n            self.complain({asked});\n        }}\n    }}"
        )?;
        return Ok(());
    }
    let mut fields: Vec<String> = names.iter().map(|name| format!("{name}: expected_{name}")).collect();
    if native.result.is_some() {
        fields.push("answer".to_owned());
    }
    let fits: Vec<String> = names.iter().map(|name| format!("{name} == expected_{name}")).collect();
    let guard = if fits.is_empty() {
        String::new()
    } else {
        format!(" if {}", fits.join(" && "))
    };
    let answer = if native.result.is_some() { "answer" } else { "{}" };
    writeln!(
        text,
        "        match self.next() {{\n            Some(Call::{variant} {{ {} }}){guard} => {answer},\n            _ => {{\n                \
         self.complain({asked});\n                Default::default()\n            }}\n        }}\n    }}",
        fields.join(", ")
    )?;
    Ok(())
}
