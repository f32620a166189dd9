//! The reference interpreter: `generated/<name>/oracle`.
//!
//! It finds the meaning of an op by convention: an op of group `arithmetic` whose `sem` is `add` is
//! `<name>_runtime::semantics::arithmetic::add`. That the function exists and has the right signature is the checker's business; here it
//! is only called.

use std::collections::BTreeSet;
use std::fmt::Write;

use heck::ToSnakeCase;

use super::{instruction, provenance_of};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Tree, rust};
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::image::signature::{address_type, context_access, operand_type};
use crate::model::instruction_set::image::{OutputPlace, Register, WordControl, WordOp};
use crate::model::instruction_set::{ImageSet, Meaning};

/// Adds the crate.
pub fn emit(set: &ImageSet, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/oracle", set.folder()),
        set.package("oracle"),
        format!("The reference interpreter of {}: slow, safe, and checks everything", set.name),
    );
    builder.depend(&set.package("facts"), &format!("{}/facts", set.folder()));
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    let mut modules = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&WordOp> = set.ops.iter().filter(|op| op.group == id).collect();
        if ops.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let docs = format!(
            "{}.\n\n{}\n\n{}",
            group.title.trim(),
            group.doc.trim(),
            provenance_of(set, "group", &group.name)
        );
        builder.file(
            &format!("src/step/{module}.rs"),
            group_file(set, &module, &docs, &ops)?,
            &set.files,
        );
        modules.push(module);
    }
    builder.file("src/step/mod.rs", step(set, &modules)?, &set.files);
    for (path, text) in [
        ("src/lib.rs", include_str!("text/oracle/lib.rs")),
        ("src/main.rs", include_str!("text/oracle/main.rs")),
        ("src/command.rs", include_str!("text/oracle/command.rs")),
        ("tests/command.rs", include_str!("text/oracle/command_tests.rs")),
    ] {
        let text = text
            .replace("__SET__", &set.name)
            .replace("__FACTS__", &set.library("facts"))
            .replace("__RUNTIME__", &set.library("runtime"))
            .replace("__ORACLE__", &set.library("oracle"))
            .replace("__TEXT__", &set.text_extension())
            .replace("__EXTENSION__", &set.image.extension);
        builder.file(path, text, &set.files);
    }
    builder.finish(tree)
}

/// The name of the function of an op; those of Rust's keywords get an underscore.
fn function_name(op: &WordOp) -> String {
    rust::module(&op.name.to_snake_case())
}

/// Whether the function of an op is given the context.
fn takes_context(set: &ImageSet, op: &WordOp) -> bool {
    match op.meaning {
        Meaning::Function { .. } => context_access(set, op) != Access::None,
        _ => op.output.is_some() || !op.inputs.is_empty() || reads_registers(set, op),
    }
}

fn reads_registers(set: &ImageSet, op: &WordOp) -> bool {
    op.operands
        .iter()
        .any(|operand| set.operand_kinds[operand.kind].bank.is_some() && is_used(op, &operand.name))
}

/// Whether the expression of an op names something.
fn is_used(op: &WordOp, name: &str) -> bool {
    let Meaning::Expression { text, .. } = &op.meaning else {
        return true;
    };
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).any(|word| word == name)
}

fn step(set: &ImageSet, modules: &[String]) -> anyhow::Result<String> {
    let (facts, runtime) = (set.library("facts"), set.library("runtime"));
    let counter = rust::name(&set.registers[set.image.counter].name);
    let trap = |id| format!("TrapKind::{}", rust::variant(&set.traps[id].name));
    let mut text = rust::module_doc_lines("What each instruction does: a function for each, by group.");
    text.push('\n');
    let mut sorted = modules.to_vec();
    sorted.sort();
    for module in &sorted {
        writeln!(text, "mod {module};")?;
    }
    writeln!(
        text,
        "\nuse {facts}::{{Address, Flow, Instruction, TrapKind, WORD_BYTES, decode}};\nuse {runtime}::{{Context, Trap}};\n"
    )?;
    text.push_str(
        &include_str!("text/oracle/step.rs")
            .replace("__COUNTER__", &counter)
            .replace("__OUTSIDE__", &trap(set.image.outside))
            .replace("__UNKNOWN__", &trap(set.image.unknown)),
    );
    text.push_str(
        "\n/// Executes an instruction; the counter is at the next one already.\nfn execute(context: &mut Context, instruction: Instruction) -> Result<Flow, Trap> {\n    match instruction {\n",
    );
    for op in &set.ops {
        let name = rust::variant(&op.name);
        let module = rust::module(&set.groups[op.group].name);
        let fields: Vec<String> = op.operands.iter().map(|operand| rust::name(&operand.name)).collect();
        let pattern = if fields.is_empty() {
            String::new()
        } else {
            format!(" {{ {} }}", fields.join(", "))
        };
        let mut arguments = fields;
        if takes_context(set, op) {
            arguments.insert(0, "context".to_owned());
        }
        writeln!(
            text,
            "        Instruction::{name}{pattern} => {module}::{}({}),",
            function_name(op),
            arguments.join(", ")
        )?;
    }
    text.push_str("    }\n}\n");
    Ok(text)
}

fn group_file(set: &ImageSet, module: &str, docs: &str, ops: &[&WordOp]) -> anyhow::Result<String> {
    let mut functions = String::new();
    for op in ops {
        functions.push('\n');
        functions.push_str(&rust::doc_lines(0, &instruction::docs(set, op)));
        function(set, module, op, &mut functions)?;
    }
    let mut facts: BTreeSet<String> = ["Flow".to_owned()].into();
    for op in ops {
        facts.extend(
            op.operands
                .iter()
                .map(|operand| operand_type(&set.operand_kinds[operand.kind]))
                .filter(|name| name.starts_with(char::is_uppercase)),
        );
    }
    let mut runtime = vec!["Trap".to_owned()];
    for (name, mark) in [("Context", "Context"), ("semantics", "semantics::")] {
        if functions.contains(mark) {
            runtime.push(name.to_owned());
        }
    }
    let mut text = rust::module_doc_lines(docs);
    text.push('\n');
    text.push_str(&rust::use_names(
        &set.library("facts"),
        &facts.into_iter().collect::<Vec<_>>(),
    ));
    text.push_str(&rust::use_names(&set.library("runtime"), &runtime));
    Ok(text + &functions)
}

/// `context.state.v[x.index()]`, or that of a register without an operand.
fn place(register: &Register, index: &str) -> String {
    let field = rust::name(&register.name);
    match register.count {
        Some(_) => format!("context.state.{field}[{index}]"),
        None => format!("context.state.{field}"),
    }
}

fn function(set: &ImageSet, module: &str, op: &WordOp, out: &mut String) -> anyhow::Result<()> {
    let mut parameters = Vec::new();
    if takes_context(set, op) {
        let writes = match op.meaning {
            Meaning::Function { .. } => context_access(set, op) == Access::Mutable,
            _ => op.output.is_some(),
        };
        parameters.push(format!("context: &{}Context", if writes { "mut " } else { "" }));
    }
    let is_expression = matches!(op.meaning, Meaning::Expression { .. });
    // In an expression, an operand that selects a register stands for its value; the number of the register needs another name.
    let argument = |position: usize| {
        let operand = &op.operands[position];
        let bank = set.operand_kinds[operand.kind].bank.is_some();
        let written = op.output.is_some_and(|output| output.place == OutputPlace::Operand(position));
        let target = matches!(op.control, WordControl::Jump | WordControl::Call) && set.operand_kinds[operand.kind].is_target();
        match (is_expression && bank, is_used(op, &operand.name) || written || target) {
            (true, _) => format!("{}_at", operand.name),
            (false, true) => rust::name(&operand.name),
            (false, false) => format!("_{}", operand.name),
        }
    };
    for (position, operand) in op.operands.iter().enumerate() {
        parameters.push(format!(
            "{}: {}",
            argument(position),
            operand_type(&set.operand_kinds[operand.kind])
        ));
    }
    writeln!(
        out,
        "pub fn {}({}) -> Result<Flow, Trap> {{",
        function_name(op),
        parameters.join(", ")
    )?;
    let value = match &op.meaning {
        Meaning::Function { name, .. } => {
            let mut arguments: Vec<String> = op.operands.iter().map(|operand| rust::name(&operand.name)).collect();
            if takes_context(set, op) {
                arguments.insert(0, "context".to_owned());
            }
            let question = if op.traps.is_empty() || op.control == WordControl::Halt {
                ""
            } else {
                "?"
            };
            format!(
                "semantics::{module}::{}({}){question}",
                rust::name(name),
                arguments.join(", ")
            )
        }
        Meaning::Expression { text, .. } => {
            for (position, operand) in op.operands.iter().enumerate() {
                let Some(bank) = set.operand_kinds[operand.kind].bank else {
                    continue;
                };
                if is_used(op, &operand.name) {
                    let bank = &set.registers[bank];
                    let from = place(bank, &format!("{}.index()", argument(position)));
                    writeln!(out, "    let {}: {} = {from};", rust::name(&operand.name), bank.scalar.name())?;
                }
            }
            for input in &op.inputs {
                let register = &set.registers[input.register];
                let from = place(register, &input.index.to_string());
                writeln!(
                    out,
                    "    let {}: {} = {from};",
                    rust::name(&input.name),
                    register.scalar.name()
                )?;
            }
            text.trim().to_owned()
        }
        Meaning::Waits => anyhow::bail!("op `{}` has no meaning", op.name),
    };
    let target = op.target(set).map(|operand| rust::name(&operand.name)).unwrap_or_default();
    let narrow = op
        .target(set)
        .is_some_and(|operand| set.operand_kinds[operand.kind].scalar().name() != address_type(set));
    let target = if narrow {
        format!("{target} as {}", address_type(set))
    } else {
        target
    };
    match op.control {
        WordControl::Next => {
            match op.output.map(|output| output.place) {
                Some(OutputPlace::Operand(position)) => {
                    if let Some(bank) = set.operand_kinds[op.operands[position].kind].bank {
                        let to = place(&set.registers[bank], &format!("{}.index()", argument(position)));
                        writeln!(out, "    {to} = {value};")?;
                    }
                }
                Some(OutputPlace::Register(register, index)) => {
                    let to = place(&set.registers[register], &index.to_string());
                    writeln!(out, "    {to} = {value};")?;
                }
                None if value == "()" => {}
                None => writeln!(out, "    {value};")?,
            }
            out.push_str("    Ok(Flow::Next)\n");
        }
        WordControl::Skip => writeln!(
            out,
            "    let skips: bool = {value};\n    Ok(if skips {{ Flow::Skip }} else {{ Flow::Next }})"
        )?,
        WordControl::Wait => writeln!(
            out,
            "    let goes_on: bool = {value};\n    Ok(if goes_on {{ Flow::Next }} else {{ Flow::Wait }})"
        )?,
        WordControl::Jump | WordControl::Call => {
            if value != "()" {
                writeln!(out, "    {value};")?;
            }
            writeln!(out, "    Ok(Flow::Jump({target}))")?;
        }
        WordControl::Return | WordControl::Computed => {
            writeln!(
                out,
                "    let address: {} = {value};\n    Ok(Flow::Jump(address))",
                address_type(set)
            )?;
        }
        WordControl::Halt => writeln!(out, "    Err({value})")?,
    }
    out.push_str("}\n");
    Ok(())
}
