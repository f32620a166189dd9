//! `src/gas.rs`, `src/limits.rs`, `src/formats.rs`, `src/initial.rs` and `src/budgets.rs`.

use std::fmt::Write;

use crate::arena::Arena;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::rust;
use crate::model::kernel::{Amount, Kernel};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let gas = "Amounts of gas, in units. What a call costs is said by [`Syscall::gas`](crate::Syscall::gas).";
    builder.file("src/gas.rs", constants(kernel, "gas", gas, &kernel.gas)?, &[]);
    builder.file(
        "src/limits.rs",
        constants(kernel, "limit", "Sizes and limits.", &kernel.limits)?,
        &[],
    );
    builder.file("src/formats.rs", formats(kernel)?, &[]);
    builder.file("src/initial.rs", initial(kernel)?, &[]);
    builder.file("src/budgets.rs", budgets(kernel)?, &[]);
    Ok(())
}

fn constants(kernel: &Kernel, table: &str, doc: &str, amounts: &Arena<Amount>) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(doc);
    for amount in amounts {
        let docs = format!("{}\n\n{}", amount.doc.trim(), entry(kernel, table, &amount.name));
        let value = rust::number(amount.value);
        write!(
            text,
            "\n{}pub const {}: u64 = {value};\n",
            rust::doc_lines(0, &docs),
            rust::constant(&amount.name)
        )?;
    }
    Ok(text)
}

fn formats(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("Numbers that words and bytes are made of.");
    for format in &kernel.formats {
        let docs = format!("{}\n\n{}", format.doc.trim(), entry(kernel, "format", &format.name));
        write!(
            text,
            "\n{}pub mod {} {{\n",
            rust::doc_lines(0, &docs),
            rust::module(&format.name)
        )?;
        for code in &format.codes {
            text.push_str(&rust::doc_lines(4, code.doc.trim()));
            writeln!(text, "    pub const {}: u64 = {};", rust::constant(&code.name), code.number)?;
        }
        text.push_str("}\n");
    }
    Ok(text)
}

const INITIAL: &str = "
use crate::{Handle, Kind, Rights, limits};

/// A capability of the first process.
#[derive(Debug, Clone, Copy)]
pub struct Initial {
    /// Its name in the spec.
    pub name: &'static str,
    /// Its row in the table of capabilities.
    pub index: u32,
    /// The kind of its object.
    pub kind: Kind,
    /// Its rights.
    pub rights: Rights,
}

impl Initial {
    /// Its handle.
    pub const fn handle(&self) -> Handle {
        Handle::new(self.index, limits::FIRST_EPOCH as u32)
    }
}
";

fn initial(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("What the first process holds: the rows of its capabilities.");
    text.push_str(INITIAL);
    for initial in &kernel.initial {
        let docs = format!("{}\n\n{}", initial.doc.trim(), entry(kernel, "initial", &initial.name));
        write!(
            text,
            "\n{}pub const {}: u32 = {};\n",
            rust::doc_lines(0, &docs),
            rust::constant(&initial.name),
            initial.index
        )?;
    }
    writeln!(
        text,
        "\n/// All of them, ascending by their rows.\npub const ALL: [Initial; {}] = [",
        kernel.initial.len()
    )?;
    for initial in &kernel.initial {
        writeln!(
            text,
            "    Initial {{\n        name: {},\n        index: {},\n        kind: Kind::{},\n        rights: {},\n    }},",
            rust::literal(&initial.name),
            rust::constant(&initial.name),
            rust::variant(&kernel.objects[initial.object].name),
            super::rights::set(kernel, &initial.rights)
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

const BUDGET: &str = "
/// What may be spent at most.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// What is measured.
    pub name: &'static str,
    /// `instructions` or `bytes`.
    pub unit: &'static str,
    /// The most, by the names of targets.
    pub most: &'static [(&'static str, u64)],
}

impl Budget {
    /// The most on a target.
    pub fn on(&self, target: &str) -> Option<u64> {
        let mut most = self.most.iter();
        most.find(|(name, _)| *name == target).map(|(_, most)| *most)
    }
}
";

fn budgets(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "What is measured beside the calls, and the most that it may take. Budgets of calls: \
         [`Syscall::budget`](crate::Syscall::budget).",
    );
    text.push_str(BUDGET);
    for measure in &kernel.budgets {
        let docs = format!("{}\n\n{}", measure.doc.trim(), entry(kernel, "budget", &measure.name));
        let most: Vec<String> = measure
            .most
            .iter()
            .map(|budget| format!("({}, {})", rust::literal(&budget.target), rust::number(budget.most)))
            .collect();
        write!(
            text,
            "\n{}pub const {}: Budget = Budget {{\n    name: {},\n    unit: {},\n    most: &[{}],\n}};\n",
            rust::doc_lines(0, &docs),
            rust::constant(&measure.name),
            rust::literal(&measure.name),
            rust::literal(measure.unit),
            most.join(", ")
        )?;
    }
    let names = kernel.budgets.iter().map(|measure| rust::constant(&measure.name));
    write!(
        text,
        "\n/// All of them.\npub const ALL: [Budget; {}] = [\n{}];\n",
        kernel.budgets.len(),
        rust::wrapped(4, names)
    )?;
    Ok(text)
}
