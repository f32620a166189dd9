//! `src/trap.rs`: the ways in which a program can fail.

use std::fmt::Write;

use super::names;
use crate::arena::Arena;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, Trap};

/// Adds the file.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let text = text(&set.traps, |name| provenance::entry(set, "trap", name))?;
    builder.file("src/trap.rs", text, &sources::of(set, &[&["trap"]]));
    Ok(())
}

/// The text of the file; `provenance` says which entry a trap came from.
pub fn text(traps: &Arena<Trap>, provenance: impl Fn(&str) -> String) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "The ways in which an instruction can fail.\n\nNumbers are stable between releases. A catchable trap becomes an exception that a \
         handler of the program can catch; limits and aborts end the program.",
    );
    text.push_str("\nuse core::fmt;\n\n/// A way in which an instruction can fail.\n");
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n");
    if !traps.is_empty() {
        text.push_str("#[repr(u16)]\n");
    }
    text.push_str("pub enum TrapKind {\n");
    for trap in traps {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", trap.doc.trim(), provenance(&trap.name)),
        ));
        writeln!(text, "    {} = {},", rust::variant(&trap.name), trap.code)?;
    }
    text.push_str(
        "}\n\nimpl TrapKind {\n    /// Every trap in order of the spec.\n    pub const ALL: &'static [TrapKind] = &[\n",
    );
    text.push_str(&rust::wrapped(
        8,
        traps.iter().map(|trap| format!("TrapKind::{}", rust::variant(&trap.name))),
    ));
    text.push_str("    ];\n");
    let rows = |value: &dyn Fn(&Trap) -> String| -> String {
        if traps.is_empty() {
            return "        match self {}\n".to_owned();
        }
        let mut arms = "        match self {\n".to_owned();
        for trap in traps {
            arms.push_str(&format!(
                "            TrapKind::{} => {},\n",
                rust::variant(&trap.name),
                value(trap)
            ));
        }
        arms + "        }\n"
    };
    for (doc, name, result, body) in [
        (
            "The number of the trap.",
            "const fn code(self)",
            "u16",
            rows(&|trap| trap.code.to_string()),
        ),
        (
            "The name in specs and assembly.",
            "const fn name(self)",
            "&'static str",
            rows(&|trap| rust::literal(&trap.name)),
        ),
        (
            "When it happens.",
            "const fn doc(self)",
            "&'static str",
            rows(&|trap| rust::literal(&names::summary(&trap.doc))),
        ),
        (
            "Whether a handler of the program can catch it.",
            "const fn is_catchable(self)",
            "bool",
            rows(&|trap| trap.catchable.to_string()),
        ),
    ] {
        writeln!(text, "\n    /// {doc}\n    pub {name} -> {result} {{\n{body}    }}")?;
    }
    text.push_str(include_str!("text/trap_methods.rs"));
    Ok(text)
}
