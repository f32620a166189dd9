//! `src/step/`: the dispatch, and one file for each group of ops.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arm::{Arm, arm, identifiers};
use super::{facts, runtime};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, Op};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> Result<()> {
    let mut arms = Vec::new();
    let mut modules = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&Op> = set.ops.iter().filter(|op| op.group == id).collect();
        if ops.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let written = ops.iter().map(|op| arm(set, op)).collect::<Result<Vec<Arm>>>()?;
        let mut docs = format!("{}.\n\n{}", group.title.trim(), group.doc.trim());
        docs.push_str(&format!("\n\n{}", provenance::entry(set, "group", &group.name)));
        let text = group_file(set, &docs, &ops, &written)?;
        builder.file(
            &format!("src/step/{module}.rs"),
            text,
            &sources::of_ops(set, &ops, &[sources::MACHINE, sources::FORMAT]),
        );
        let path = format_ident!("{module}");
        for (op, written) in ops.iter().zip(written) {
            let Arm {
                pattern,
                name,
                arguments,
                ..
            } = written;
            arms.push((op.code, quote! { #pattern => #path::#name(#(#arguments),*), }));
        }
        modules.push(path);
    }
    arms.sort_by_key(|(code, _)| *code);
    let arms: Vec<TokenStream> = arms.into_iter().map(|(_, arm)| arm).collect();
    // A set without a single op leaves nothing to be told apart.
    let dispatch = if arms.is_empty() {
        quote! { match *instruction {} }
    } else {
        quote! { match *instruction { #(#arms)* } }
    };
    let mut sorted = modules.clone();
    sorted.sort();
    let used = identifiers(&dispatch);
    let context = format_ident!("{}", if used.contains("context") { "context" } else { "_context" });
    let frame = format_ident!("{}", if used.contains("frame") { "frame" } else { "_frame" });
    let code = quote! {
        pub fn step(#context: &mut Context, #frame: &mut Frame, instruction: &Instruction) -> Result<Flow, Stop> {
            #dispatch
        }
    };
    let docs = "What each instruction does: a function for each, by group.\n\nEvery value is popped as what the instruction's entry says it \
                is. One of another representation is a `Trip`, which only code that the verifier refuses can cause.";
    let mut text = rust::module_doc_lines(docs);
    text.push('\n');
    for module in &sorted {
        text.push_str(&format!("mod {module};\n"));
    }
    text.push_str(&format!(
        "\nuse {}::Instruction;\nuse {}::{{Context, Flow, Frame, Stop}};\n\n",
        facts(set),
        runtime(set)
    ));
    text.push_str(&rust::doc_lines(
        0,
        "Executes one instruction of the innermost function of a task.\n\n# Errors\n\nThe trap that the instruction raised, or the contradiction \
         between code and machine that it met.",
    ));
    text.push_str(&rust::format(code)?);
    builder.file("src/step/mod.rs", text, &sources::of(set, &[sources::MACHINE, sources::OPS]));
    Ok(())
}

fn group_file(set: &InstructionSet, docs: &str, ops: &[&Op], arms: &[Arm]) -> Result<String> {
    let mut text = rust::module_doc_lines(docs);
    let used: std::collections::BTreeSet<String> = arms.iter().flat_map(|arm| identifiers(&arm.function)).collect();
    let mut imports = String::new();
    if used.contains("Poll") {
        imports.push_str("use std::task::Poll;\n\n");
    }
    let mut ids: Vec<String> = set
        .operand_kinds
        .iter()
        .map(crate::model::instruction_set::signature::operand_type)
        .flat_map(|name| identifiers(&name.parse().unwrap_or_default()))
        .chain(["TrapKind".to_owned()])
        .filter(|name| used.contains(name) && name.starts_with(char::is_uppercase) && name != "Option")
        .collect();
    ids.sort();
    ids.dedup();
    push_use(&mut imports, &facts(set), &ids);
    let runtime_names = [
        "Any",
        "Call",
        "Context",
        "Flow",
        "Frame",
        "Ref",
        "Stop",
        "Trap",
        "Value",
        "semantics",
    ];
    // Representations that a set has beyond the usual ones are exported by its runtime under their own names.
    let slots = set
        .slots
        .iter()
        .map(|slot| slot.rust.as_str())
        .filter(|name| name.starts_with(char::is_uppercase));
    let mut names: Vec<String> = runtime_names
        .into_iter()
        .chain(slots)
        .filter(|name| used.contains(*name))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    push_use(&mut imports, &runtime(set), &names);
    text.push('\n');
    text.push_str(&imports);
    for (op, arm) in ops.iter().zip(arms) {
        let mut docs = op.doc.trim().to_owned();
        if let Some(waits) = &op.waits {
            docs.push_str(&format!("\n\nNot built yet; it waits for: {}", waits.trim()));
        }
        docs.push_str(&format!("\n\n{}", provenance::op(op)));
        text.push('\n');
        text.push_str(&rust::doc_lines(0, &docs));
        text.push_str(&rust::format(arm.function.clone())?);
    }
    Ok(text)
}

/// Adds a `use` line that names what is used of a crate.
fn push_use(out: &mut String, from: &str, names: &[String]) {
    match names {
        [] => {}
        [one] => out.push_str(&format!("use {from}::{one};\n")),
        many => {
            let line = format!("use {from}::{{{}}};\n", many.join(", "));
            if line.len() <= 131 {
                out.push_str(&line);
            } else {
                out.push_str(&format!("use {from}::{{\n{}}};\n", rust::wrapped(4, many.iter().cloned())));
            }
        }
    }
}
