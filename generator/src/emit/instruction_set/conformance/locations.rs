//! Emits `tests/locations.rs`: ops with their inputs and outputs wherever the fast engine can have them.

use std::fmt::Write;

use super::{edges, literals};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, Op};

/// Adds the file.
pub fn file(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut tests = String::new();
    let mut ops = Vec::new();
    for op in &set.ops {
        if let Some(test) = test(set, op)? {
            tests.push_str(&test);
            ops.push(op);
        }
    }
    let mut text = rust::module_doc_lines(
        "Ops on combinations of edge values, with their inputs in constants, locals and slots of the operand stack, their outputs in a \
         local or fused with a jump: every engine does the same as the oracle.",
    );
    write!(
        text,
        "\nuse {}::locations::{{Case, check}};\n\n#[path = \"edges/values.rs\"]\n#[allow(dead_code, reason = \"only what code pushes is \
         used here\")]\nmod values;\n{tests}",
        set.library("conformance")
    )?;
    let tables = [sources::MACHINE, sources::ENGINE];
    builder.file("tests/locations.rs", text, &sources::of_ops(set, &ops, &tables));
    Ok(())
}

/// The test of an op whose inputs can be written as code and whose output is of a plain type.
fn test(set: &InstructionSet, op: &Op) -> anyhow::Result<Option<String>> {
    let Some(inputs) = edges::pushed(set, op) else {
        return Ok(None);
    };
    let Some(result) = edges::plain_result(set, op) else {
        return Ok(None);
    };
    let (Some(taken), Some(other), Some(of)) = (
        literals::push(set, "1", false),
        literals::push(set, "2", false),
        literals::type_of(set, "1"),
    ) else {
        return Ok(None);
    };
    let list = |items: Vec<String>| format!("&[{}]", items.join(", "));
    let types = list(inputs.iter().map(|(of, _)| rust::literal(of)).collect());
    let codes = list(inputs.into_iter().map(|(_, codes)| codes).collect());
    let mut text = format!(
        "\n/// {}\n#[test]\nfn {}() {{\n    check(&Case {{\n",
        provenance::op(op),
        rust::ident(&op.name)
    );
    for (field, value) in [
        ("op", rust::literal(&op.name)),
        ("types", types),
        ("edges", codes),
        ("result", rust::literal(&result)),
        (
            "outcomes",
            format!(
                "({}, {}, {})",
                rust::literal(&of),
                rust::literal(&taken),
                rust::literal(&other)
            ),
        ),
    ] {
        writeln!(text, "        {field}: {value},")?;
    }
    text.push_str("    });\n}\n");
    Ok(Some(text))
}
