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
    let mut modules = Vec::new();
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
        for op in ops {
            let function = rust::module(&op.name);
            writeln!(
                all,
                "\n/// {}\n#[test]\nfn {module}_{}() {{\n    check({module}::{function}());\n}}",
                provenance_of_op(op),
                op.name
            )?;
        }
        modules.push(module);
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
        .replace("__MODULES__", rust::mod_lines(&modules).trim_end())
        .replace("__ALL__", &rows.join("\n"));
    builder.file("tests/examples/main.rs", main + &all, &set.files);
    builder.finish(tree)
}

/// The function that gives the examples of an op.
fn examples(set: &ImageSet, op: &WordOp, out: &mut String) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n/// {}\npub fn {}() -> &'static [Example] {{",
        provenance_of_op(op),
        rust::module(&op.name)
    )?;
    match op.examples.as_slice() {
        [] => out.push_str("    &[]\n"),
        [only] => {
            out.push_str("    &[Example {\n");
            write_example(set, only, 8, out)?;
            out.push_str("    }]\n");
        }
        many => {
            out.push_str("    &[\n");
            for example in many {
                out.push_str("        Example {\n");
                write_example(set, example, 12, out)?;
                out.push_str("        },\n");
            }
            out.push_str("    ]\n");
        }
    }
    out.push_str("}\n");
    Ok(())
}

/// The fields of an example, which stand `indent` columns to the right.
fn write_example(set: &ImageSet, example: &StateExample, indent: usize, out: &mut String) -> anyhow::Result<()> {
    let margin = " ".repeat(indent);
    writeln!(out, "{margin}run: {:?},", example.run)?;
    writeln!(out, "{margin}given: {},", closure(set, &example.given, indent))?;
    writeln!(out, "{margin}natives: {},", calls(set, &example.natives, indent))?;
    match &example.outcome {
        StateOutcome::Gives(gives) => writeln!(out, "{margin}expected: Expected::State({}),", closure(set, gives, indent))?,
        StateOutcome::Traps(trap) => writeln!(
            out,
            "{margin}expected: Expected::Trap(TrapKind::{}),",
            rust::variant(&set.traps[*trap].name)
        )?,
    }
    let counter = Place::Register(set.image.counter, 0);
    let moves = match &example.outcome {
        StateOutcome::Gives(gives) => !gives.iter().any(|assignment| assignment.place == counter),
        StateOutcome::Traps(_) => false,
    };
    writeln!(out, "{margin}goes_on: {moves},")?;
    Ok(())
}

/// A slice of calls, as rustfmt lays it out.
fn calls(set: &ImageSet, calls: &[NativeCall], indent: usize) -> String {
    let in_one = |indent: usize| -> Vec<String> { calls.iter().map(|call| self::call(set, call, indent)).collect() };
    let written = in_one(indent);
    let together = written.join(", ");
    if written.len() < 2 || (!together.contains('\n') && together.len() <= rust::ARGUMENTS) {
        return format!("&[{together}]");
    }
    let margin = " ".repeat(indent);
    let rows: String = in_one(indent + 4)
        .iter()
        .map(|call| format!("{margin}    {call},\n"))
        .collect();
    format!("&[\n{rows}{margin}]")
}

/// `|state| { state.v[1] = 3; }`.
fn closure(set: &ImageSet, assignments: &[Assignment], indent: usize) -> String {
    let margin = " ".repeat(indent);
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
                format!("{margin}    state.{}{position} = {value:#x};\n", rust::name(&register.name))
            }
            Place::Memory(address) => {
                let bytes: Vec<String> = assignment.values.iter().map(|byte| format!("0x{byte:02X}")).collect();
                format!(
                    "{margin}    let _ = state.memory.write({address:#x}, &[{}]);\n",
                    bytes.join(", ")
                )
            }
        })
        .collect();
    format!("|state| {{\n{}{margin}}}", lines.concat())
}

/// `Call::IsDown { key: 4, answer: true }`, over several lines where rustfmt breaks it.
fn call(set: &ImageSet, call: &NativeCall, indent: usize) -> String {
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
    let name = format!("Call::{}", rust::variant(&native.name));
    if fields.is_empty() {
        name
    } else {
        rust::fields(indent, &name, &fields)
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
                "        /// The `{name}` of `{}`.\n        {}: {rust_type},",
                native.name,
                rust::name(name)
            )?;
        }
        if native.result.is_some() {
            writeln!(
                text,
                "        /// What `{}` answers.\n        answer: {},",
                native.name,
                result_type(native)
            )?;
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n\nimpl Call {\n    /// The call without its answer: its name and what it is given.\n");
    text.push_str("    fn asked(self) -> String {\n        match self {\n");
    for native in &set.natives {
        let names = names(native);
        let pattern = pattern(native, &names);
        writeln!(text, "            {pattern} => {},", asked(native, &names))?;
    }
    text.push_str("        }\n    }\n}\n\n");
    text.push_str(include_str!("text/conformance/script.rs"));
    text.push_str("\nimpl Natives for Script {\n");
    for (index, native) in set.natives.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        scripted(native, &mut text)?;
    }
    text.push_str("}\n\nimpl Natives for Anything {\n");
    for (index, native) in set.natives.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        // What is given doesn't matter to it.
        let mut silent = head(native);
        for (name, _) in &native.parameters {
            silent = silent.replacen(&format!(", {}:", rust::name(name)), &format!(", _{name}:"), 1);
        }
        let drawn = |of: NativeType, number: &str| match of {
            NativeType::Bool => format!("{number} & 1 == 1"),
            of => format!("{number} as {}", of.name()),
        };
        let answer = match native.result {
            None => "self.next();".to_owned(),
            // Whether there is an answer and which are drawn one after the other.
            Some(result) if result.optional => format!(
                "let answers = self.next() & 3 == 0;\n        let number = self.next();\n        answers.then_some({})",
                drawn(result.of, "number")
            ),
            Some(result) => drawn(result.of, "self.next()"),
        };
        writeln!(text, "    {silent} {{\n        {answer}\n    }}")?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// The parameters of a native as Rust names them.
fn names(native: &Native) -> Vec<String> {
    native.parameters.iter().map(|(name, _)| rust::name(name)).collect()
}

/// A pattern that takes some fields of a call: `Call::IsDown { key, .. }`.
fn pattern(native: &Native, taken: &[String]) -> String {
    let variant = rust::variant(&native.name);
    let all = native.parameters.len() + usize::from(native.result.is_some());
    match (all, taken.is_empty()) {
        (0, _) => format!("Call::{variant}"),
        (_, true) => format!("Call::{variant} {{ .. }}"),
        (_, false) if taken.len() == all => format!("Call::{variant} {{ {} }}", taken.join(", ")),
        (_, false) => format!("Call::{variant} {{ {}, .. }}", taken.join(", ")),
    }
}

/// A call as text: `format!("is_down({key:?})")`.
fn asked(native: &Native, names: &[String]) -> String {
    if names.is_empty() {
        return format!("\"{}()\".to_owned()", native.name);
    }
    let shown: Vec<String> = names.iter().map(|name| format!("{{{name}:?}}")).collect();
    format!("format!(\"{}({})\")", native.name, shown.join(", "))
}

fn scripted(native: &Native, text: &mut String) -> anyhow::Result<()> {
    let asked = asked(native, &names(native));
    writeln!(text, "    {} {{", head(native))?;
    match native.result {
        None => writeln!(text, "        self.next({asked});")?,
        Some(result) => {
            let none = match result.of {
                _ if result.optional => "None",
                NativeType::Bool => "false",
                _ => "0",
            };
            writeln!(
                text,
                "        match self.next({asked}) {{\n            Some({}) => answer,\n            _ => {none},\n        }}",
                pattern(native, &["answer".to_owned()])
            )?;
        }
    }
    text.push_str("    }\n");
    Ok(())
}
