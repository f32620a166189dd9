//! `tests/`: the table agrees with the hand-written part, and handlers leave nothing on the stack.

use std::fmt::Write;

use serde_json::json;

use super::{facts, machine, runtime};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::conformance::{edges, examples, laws, literals};
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::{Engine, Example, InstructionSet, Op, Outcome, Plan};

/// Adds the files.
pub fn files(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let sources = sources::of(
        set,
        &[
            sources::MACHINE,
            sources::FORMAT,
            sources::OPS,
            sources::ENGINE,
            sources::FIXTURES,
        ],
    );
    let data = json!({
        "machine": machine(engine),
        "engine": set.library("engine"),
        "builtins": engine.builtins.len(),
        "most": engine.handlers.0,
        "handlers": plan.handlers.len(),
    });
    let text = template::render("table_tests.rs", include_str!("text/table_tests.rs.hbs"), &data)?;
    builder.file("tests/table.rs", text, &sources);
    let Some(Loop { call, drop, end }) = whole_loop(set) else {
        return Ok(());
    };
    let mut rows = String::new();
    for op in &set.ops {
        if let Some(row) = row(set, op, call)? {
            rows.push_str(&row);
        }
    }
    let data = json!({
        "facts": facts(set),
        "runtime": runtime(set),
        "engine": set.library("engine"),
        "rows": rows,
        "drop": drop,
        "end": end,
    });
    let text = template::render("stack_tests.rs", include_str!("text/stack_tests.rs.hbs"), &data)?;
    builder.file("tests/stack.rs", text, &sources);
    Ok(())
}

/// The ops by which a program calls something again and again.
struct Loop<'a> {
    call: &'a Op,
    drop: &'a str,
    end: String,
}

fn whole_loop(set: &InstructionSet) -> Option<Loop<'_>> {
    Some(Loop {
        call: literals::call_op(set)?,
        drop: &literals::drop_op(set)?.name,
        end: format!("{} {}", literals::push(set, "0", false)?, literals::return_op(set)?.name),
    })
}

/// An op with a program that runs it, and how that is called: from an example that gives a value.
fn row(set: &InstructionSet, op: &Op, call: &Op) -> anyhow::Result<Option<String>> {
    for example in &op.examples {
        let (given, function, pushes, count) = match example {
            Example::Program {
                given,
                body: Some(body),
                outcome: Outcome::Values(_),
                ..
            } => {
                let text = format!(
                    "function example {{ result {} code {{ {} }} }}",
                    body.result,
                    body.code.trim()
                );
                (
                    given.map(|fixture| set.fixtures[fixture].text.as_str()),
                    text,
                    String::new(),
                    0,
                )
            }
            Example::Values {
                inputs,
                outcome: Outcome::Values(_),
                ..
            } if laws::is_plain(set, op) => {
                let Some(program) = edges::program(set, op) else { continue };
                let pushes: Option<Vec<String>> = inputs
                    .iter()
                    .zip(&op.inputs)
                    .map(|(literal, input)| literals::push(set, literal, examples::is_float(set, &input.expression)))
                    .collect();
                let Some(pushes) = pushes else { continue };
                let text = program.replacen("function main", "function example", 1);
                (None, text, format!("{} ", pushes.join(" ")), inputs.len())
            }
            _ => continue,
        };
        let count = if call.operands.len() > 1 {
            format!(", {count}")
        } else {
            String::new()
        };
        let mut row = String::from("    Example {\n");
        writeln!(row, "        op: {},", rust::literal(&op.name))?;
        writeln!(row, "        given: {},", rust::readable_literal(given.unwrap_or_default()))?;
        writeln!(row, "        function: {},", rust::readable_literal(&function))?;
        writeln!(
            row,
            "        call: {},",
            rust::literal(&format!("{pushes}{} example{count}", call.name))
        )?;
        row.push_str("    },\n");
        return Ok(Some(row));
    }
    Ok(None)
}
