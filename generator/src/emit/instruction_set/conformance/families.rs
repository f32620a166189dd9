//! Emits `tests/families.rs`: for every family one instruction that meets what the spec lets it meet.

use std::fmt::Write;

use super::literals;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::{Family, InstructionSet, Op, unindented};

/// Adds the file, where the set has families.
pub fn file(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let (Some(call), Some(back)) = (literals::call_op(set), literals::return_op(set)) else {
        return Ok(());
    };
    let mut tests = String::new();
    for family in &set.families {
        write!(
            tests,
            "\n/// {}\n#[test]\nfn {}() {{\n    check(&Case {{\n        text: {},\n        meets: {},\n    }});\n}}\n",
            provenance::entry(set, "family", &family.name),
            rust::ident(&family.name),
            rust::readable_literal(&program(set, family, call, back)),
            family.meets.len()
        )?;
    }
    if tests.is_empty() {
        return Ok(());
    }
    let mut text = rust::module_doc_lines(
        "Instructions that change while they run: whatever one has met before, it does what the oracle does, in result, trap, trace and fuel.",
    );
    write!(
        text,
        "\nuse {}::families::{{Case, check}};\n{tests}",
        set.library("conformance")
    )?;
    builder.file(
        "tests/families.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE, sources::FIXTURES]),
    );
    Ok(())
}

/// The site, what precedes it, and a function for each thing that it meets.
fn program(set: &InstructionSet, family: &Family, call: &Op, back: &Op) -> String {
    let site = &family.site;
    let given = site.given.map_or("", |fixture| set.fixtures[fixture].text.as_str());
    let params = site.params.join(", ");
    let mut text = given.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!(
        "function site {{ params [{params}] result {} code {{\n{}\n}} }}\n",
        site.result,
        unindented(&site.code)
    ));
    let count = match call.operands.len() {
        1 => String::new(),
        _ => format!(", {}", site.params.len()),
    };
    for (index, (code, _)) in family.meets.iter().enumerate() {
        text.push_str(&format!(
            "function meet_{index} {{ result {} code {{ {} {} site{count} {} }} }}\n",
            site.result,
            code.trim(),
            call.name,
            back.name
        ));
    }
    text
}
