//! `src/ops.rs` and `src/table.rs`: the numbers of handlers, and what lowering may make of each instruction.

use std::fmt::Write;

use super::{facts, machine};
use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::engine::family::Role;
use crate::model::instruction_set::engine::layout::{Field, Layout, What};
use crate::model::instruction_set::engine::plan::{Choice, slot};
use crate::model::instruction_set::engine::sequence::Continuation;
use crate::model::instruction_set::{Engine, Handler, InstructionSet, Location, Plan, Slot, TypeExpression};

/// The constant with the number of a handler: `ops::IADD_SK`.
pub fn constant(name: &str) -> String {
    rust::constant(name)
}

/// Adds `src/ops.rs`.
pub fn ops(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let count = engine.builtins.len() + plan.handlers.len();
    let mut text = rust::module_doc_lines(&format!(
        "The numbers and names of the {count} handlers.\n\nThe first {} are written by hand in `{}` and are the same in every engine of the \
         set. The specs allow {} of the others, and there are {}. Numbers mean nothing outside of one build: lowered code is never kept.",
        engine.builtins.len(),
        engine.runtime,
        engine.handlers.0,
        plan.handlers.len()
    ));
    writeln!(
        text,
        "\nuse {}::Opcode;\nuse {}::table::Internal;\n",
        facts(set),
        machine(engine)
    )?;
    let numbers = engine.builtins.iter().map(|(name, _)| name.as_str());
    let numbers = numbers.chain(plan.handlers.iter().map(|handler| handler.name.as_str()));
    for (number, name) in numbers.enumerate() {
        writeln!(text, "pub(crate) const {}: u16 = {number};", constant(name))?;
    }
    writeln!(
        text,
        "\n/// All handlers by their numbers.\npub static INTERNALS: [Internal; {count}] = ["
    )?;
    for (name, _) in &engine.builtins {
        writeln!(text, "    builtin({name:?}),")?;
    }
    for handler in &plan.handlers {
        let source = match &handler.sequence {
            Some(_) => "None".to_owned(),
            None => format!("Some(Opcode::{})", rust::variant(&handler.op.name)),
        };
        writeln!(text, "    internal({:?}, {source}, {}),", handler.name, handler.layout.words)?;
    }
    text.push_str(
        "];\n\n/// A handler that is written by hand; how long its instructions are is known where they are made.\n\
         const fn builtin(name: &'static str) -> Internal {\n    Internal {\n        name,\n        source: None,\n        words: 0,\n    }\n}\n\n\
         const fn internal(name: &'static str, source: Option<Opcode>, words: u8) -> Internal {\n    Internal {\n        name,\n        \
         source,\n        words,\n    }\n}\n",
    );
    builder.file(
        "src/ops.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE]),
    );
    Ok(())
}

/// Adds `src/table.rs`.
pub fn table(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "What lowering may make of each instruction: of the variants in a row, the first one that fits.\n\nSpec: `locations`, `fuse` and `fast` \
         of the entries of the instructions.",
    );
    writeln!(
        text,
        "\n{}use {}::types::SlotKind;\nuse {}::table::{{Family, Field, Fused, Location, OpRow, Sequence, Table, Variant, Wanted, What}};\n\nuse crate::{{fold, \
         ops}};\n",
        match set.superinstructions.iter().next() {
            Some(_) => format!("use {}::Opcode;\n", facts(set)),
            None => String::new(),
        },
        facts(set),
        machine(engine)
    )?;
    text.push_str(include_str!("text/table_head.rs"));
    writeln!(
        text,
        "\n/// By the index of the opcode.\nstatic ROWS: [OpRow; {}] = [",
        set.ops.len()
    )?;
    for (op, row) in set.ops.iter().zip(&plan.rows) {
        match row.variants.is_empty() && row.fused.is_empty() {
            true => writeln!(text, "    // `{}` is lowered by hand.\n    OpRow::NONE,", op.name)?,
            false => writeln!(text, "    {},", constant(&op.name))?,
        }
    }
    text.push_str("];\n");
    families(set, &mut text)?;
    text.push_str(&sequences(set, plan));
    for (op, row) in set.ops.iter().zip(&plan.rows) {
        if row.variants.is_empty() && row.fused.is_empty() {
            continue;
        }
        writeln!(
            text,
            "\n/// `{}`.\nconst {}: OpRow = OpRow {{\n    variants: &[",
            op.name,
            constant(&op.name)
        )?;
        for choice in &row.variants {
            text.push_str(&variant(set, plan, choice, 8, ""));
        }
        if row.fused.is_empty() {
            text.push_str("    ],\n    fused: &[],\n};\n");
            continue;
        }
        text.push_str("    ],\n    fused: &[\n");
        for (when, choice) in &row.fused {
            text.push_str(&variant(set, plan, choice, 8, if *when { "when" } else { "unless" }));
        }
        text.push_str("    ],\n};\n");
    }
    builder.file(
        "src/table.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE]),
    );
    Ok(())
}

/// The members of each family.
fn families(set: &InstructionSet, text: &mut String) -> std::fmt::Result {
    text.push_str("\n/// Instructions that change while they run.\nstatic FAMILIES: &[Family] = &[\n");
    for family in &set.families {
        writeln!(text, "    Family {{\n        name: {:?},", family.name)?;
        for (role, field) in Role::ALL.into_iter().zip(["generic", "specialised", "on_miss"]) {
            let handler = role.handler(&set.ops[family.generic.0].name);
            writeln!(text, "        {field}: ops::{},", constant(&handler))?;
        }
        text.push_str("    },\n");
    }
    text.push_str("];\n");
    Ok(())
}

/// The list of superinstructions, by the handlers that they continue.
fn sequences(set: &InstructionSet, plan: &Plan<'_>) -> String {
    let mut rows: Vec<(usize, String)> = Vec::new();
    for (sequence, continuations) in set.superinstructions.iter().zip(&plan.sequences) {
        for continuation in continuations {
            rows.push((continuation.first, self::sequence(set, plan, &sequence.name, continuation)));
        }
    }
    // Stable: of those that continue one handler, the best stays first.
    rows.sort_by_key(|(first, _)| *first);
    let mut text = String::from(
        "\n/// What instructions become together with the one behind them, by the number of the first.\nstatic SEQUENCES: &[Sequence] = &[\n",
    );
    text.extend(rows.into_iter().map(|(_, row)| row));
    text.push_str("];\n");
    text
}

fn sequence(set: &InstructionSet, plan: &Plan<'_>, name: &str, continuation: &Continuation) -> String {
    let handler = &plan.handlers[continuation.handler];
    let first = &plan.handlers[continuation.first];
    let Some((chain, part)) = handler.sequence.as_ref().and_then(|chain| Some((chain, chain.parts.last()?))) else {
        return String::new();
    };
    // Where an input of the last op stands in the handler, which may have exchanged it.
    let count = part.op.inputs.len();
    let real = |index: usize| match continuation.exchanged {
        true => count - 1 - index,
        false => index,
    };
    let inputs: Vec<String> = (0..count)
        .map(|index| match part.input(real(index)) {
            Some(own) => wanted(set, handler, own),
            None => {
                let taken = slot(set, &part.kinds, &part.op.inputs[real(index)].expression);
                format!("slot({})", kind_name(set, taken))
            }
        })
        .collect();
    let outputs: Vec<String> = match handler.branch {
        Some(_) => Vec::new(),
        None => handler
            .op
            .outputs
            .iter()
            .map(|output| kind(set, handler, &output.expression))
            .collect(),
    };
    let own_input = |index: usize| (0..count).find(|input| part.input(real(*input)) == Some(index)).unwrap_or(0);
    let before = |what: What, width: u8| {
        let at = first.layout.at(what).unwrap_or(0);
        format!("What::Before{}({at})", u32::from(width) * 8)
    };
    let is_first_input = |index: usize| index < part.inputs;
    let what = |what: What| match what {
        What::Stored => before(What::Output(0), 2),
        What::Input(index) if is_first_input(index) => before(what, 2),
        What::Const(index) if is_first_input(index) => before(what, 8),
        What::Const32(index) if is_first_input(index) => before(what, 4),
        What::Operand(index, width) if index < part.operands => before(what, width),
        What::Input(index) => format!("What::Input({})", own_input(index)),
        What::Const(index) => format!("What::Const({})", own_input(index)),
        What::Const32(index) => format!("What::Const32({})", own_input(index)),
        What::Operand(index, _) => format!("What::Operand({})", index - part.operands),
        other => name_of(other, &|index| index),
    };
    let fields: Vec<String> = handler
        .layout
        .fields
        .iter()
        .map(|field| format!("field({}, {})", field.at, what(field.what)))
        .collect();
    let call = rust::call(
        8,
        "variant: ",
        "variant",
        &[
            format!("ops::{}", constant(&handler.name)),
            handler.layout.words.to_string(),
            format!("&[{}]", inputs.join(", ")),
            format!("&[{}]", outputs.join(", ")),
            format!("&[{}]", fields.join(", ")),
        ],
        ",",
    );
    let when = match handler.branch {
        Some(when) => format!("Some({when})"),
        None => "None".to_owned(),
    };
    format!(
        "    // `{name}`.\n    Sequence {{\n        first: ops::{},\n        op: Opcode::{},\n        input: {},\n        part: {},\n        \
         stores: {},\n        when: {when},\n{call}    }},\n",
        constant(&first.name),
        rust::variant(&part.op.name),
        continuation.passed.unwrap_or(0),
        chain.parts.len() - 1,
        chain.superinstruction.stores,
    )
}

/// A call of the emitted function that makes a row of the table: `variant(…)`, or `when(variant(…))`.
fn variant(set: &InstructionSet, plan: &Plan<'_>, choice: &Choice, indent: usize, wrapper: &str) -> String {
    let handler = &plan.handlers[choice.handler];
    let position = |index: usize| {
        if choice.exchanged {
            handler.op.inputs.len() - 1 - index
        } else {
            index
        }
    };
    let inputs: Vec<String> = (0..handler.op.inputs.len())
        .map(|index| wanted(set, handler, position(index)))
        .collect();
    let outputs: Vec<String> = match handler.branch {
        Some(_) => Vec::new(),
        None => handler
            .op
            .outputs
            .iter()
            .map(|output| kind(set, handler, &output.expression))
            .collect(),
    };
    let fields: Vec<String> = fields(&handler.layout, &position);
    let arguments = [
        format!("ops::{}", constant(&handler.name)),
        handler.layout.words.to_string(),
        format!("&[{}]", inputs.join(", ")),
        format!("&[{}]", outputs.join(", ")),
        format!("&[{}]", fields.join(", ")),
    ];
    match wrapper {
        "" => rust::call(indent, "", "variant", &arguments, ","),
        wrapper => rust::call(indent, "", wrapper, &arguments, ","),
    }
}

fn kind(set: &InstructionSet, handler: &Handler<'_>, expression: &TypeExpression) -> String {
    kind_name(set, slot(set, &handler.kinds, expression))
}

fn kind_name(set: &InstructionSet, of: Option<Id<Slot>>) -> String {
    match of {
        Some(slot) => format!("Some(SlotKind::{})", rust::variant(&set.slots[slot].name)),
        None => "None".to_owned(),
    }
}

fn wanted(set: &InstructionSet, handler: &Handler<'_>, index: usize) -> String {
    let input = &handler.op.inputs[index];
    if input.expression.is_many() {
        return "LIST".to_owned();
    }
    let kind = kind(set, handler, &input.expression);
    match handler.places[index] {
        Location::Slot => format!("slot({kind})"),
        Location::Const => format!("constant({kind})"),
    }
}

fn fields(layout: &Layout, position: &dyn Fn(usize) -> usize) -> Vec<String> {
    let field = |field: &Field| format!("field({}, {})", field.at, name_of(field.what, position));
    layout.fields.iter().map(field).collect()
}

/// `What::Input(1)`.
fn name_of(what: What, position: &dyn Fn(usize) -> usize) -> String {
    match what {
        // Only superinstructions have one, and for those it is a field of the instruction before.
        What::Stored => "What::Output(0)".to_owned(),
        What::Output(index) => format!("What::Output({index})"),
        What::Input(index) => format!("What::Input({})", position(index)),
        What::Const(index) => format!("What::Const({})", position(index)),
        What::Const32(index) => format!("What::Const32({})", position(index)),
        What::Operand(index, _) => format!("What::Operand({index})"),
        What::Kind(index) => format!("What::Kind({})", position(index)),
        What::OutputKind(index) => format!("What::OutputKind({index})"),
        What::List(index) => format!("What::List({})", position(index)),
        What::Target => "What::Target".to_owned(),
        What::CostTaken => "What::CostTaken".to_owned(),
        What::CostNext => "What::CostNext".to_owned(),
        What::Cache(index, _) => format!("What::Cache({index})"),
        What::Count => "What::Count".to_owned(),
    }
}
