//! Enums whose variants have numbers: kinds, errors, traps, stages and outcomes.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::rust;
use crate::model::kernel::{Kernel, Numbered};

/// Adds `src/kind.rs`, `src/error.rs`, `src/trap.rs` and `src/stage.rs`.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/kind.rs", kinds(kernel)?, &[]);
    let errors = Enum {
        name: "Error",
        doc: "Why a call was refused.",
        table: "error",
        number: "code",
        repr: "u64",
        rows: rows(kernel.errors.iter()),
    };
    let status = "\n    /// What the first result register holds for it: its negated number.\n    #[inline]\n    \
                  pub const fn status(self) -> u64 {\n        self.code().wrapping_neg()\n    }\n";
    let text = format!(
        "{}\nuse core::fmt;\n\n{}{}",
        rust::module_doc_lines("Errors, and the statuses that say them."),
        errors.text(kernel, status)?,
        include_str!("text/error_methods.rs")
    );
    builder.file("src/error.rs", text, &[]);
    let traps = Enum {
        name: "Trap",
        doc: "What a user program did that the processor doesn't allow.",
        table: "trap",
        number: "code",
        repr: "u64",
        rows: rows(kernel.traps.iter()),
    };
    let text = format!(
        "{}\n{}",
        rust::module_doc_lines("Faults of user programs."),
        traps.text(kernel, "")?
    );
    builder.file("src/trap.rs", text, &[]);
    let stages = Enum {
        name: "Stage",
        doc: "A stage of booting, in their order.",
        table: "stage",
        number: "status",
        repr: "u8",
        rows: rows(kernel.stages.iter()),
    };
    let outcomes = Enum {
        name: "Outcome",
        doc: "How a run of the machine ends after booting.",
        table: "outcome",
        number: "status",
        repr: "u8",
        rows: rows(kernel.outcomes.iter()),
    };
    let text = format!(
        "{}\n{}\n{}",
        rust::module_doc_lines(
            "How the machine starts and ends.\n\nA status is what the machine ends with: that of a stage when it fails, that of an outcome \
             when the run is over."
        ),
        stages.text(
            kernel,
            &marker(&stages.rows, "boot", "The line that the kernel prints when the stage is done")
        )?,
        outcomes.text(kernel, &marker(&outcomes.rows, "end", "The last line that the kernel prints"))?
    );
    builder.file("src/stage.rs", text, &[]);
    Ok(())
}

/// A variant: its name in the spec, its documentation, its number.
type Row<'a> = (&'a str, &'a str, u32);

fn rows<'a>(entries: impl Iterator<Item = &'a Numbered>) -> Vec<Row<'a>> {
    entries
        .map(|entry| (entry.name.as_str(), entry.doc.as_str(), entry.number))
        .collect()
}

fn kinds(kernel: &Kernel) -> anyhow::Result<String> {
    let docs: Vec<String> = kernel
        .objects
        .iter()
        .map(|object| {
            let rights = object
                .rights
                .iter()
                .map(|(right, meaning)| format!("\n- `{}`: {}.", kernel.rights[*right].name, meaning.trim()));
            format!("{}\n\nIts rights mean:\n{}", object.doc.trim(), rights.collect::<String>())
        })
        .collect();
    let rows = kernel.objects.iter().zip(&docs);
    let kinds = Enum {
        name: "Kind",
        doc: "What a capability gives access to.",
        table: "object",
        number: "code",
        repr: "u8",
        rows: rows
            .map(|(object, doc)| (object.name.as_str(), doc.as_str(), object.code))
            .collect(),
    };
    let arms = kernel.objects.iter().map(|object| {
        let rights: Vec<_> = object.rights.iter().map(|(right, _)| *right).collect();
        (rust::variant(&object.name), super::rights::set(kernel, &rights))
    });
    let rights = format!(
        "\n    /// The rights that mean something for it: what the capability of a new object has, but for the right to mint.\n    \
         #[inline]\n    pub const fn rights(self) -> Rights {{\n{}    }}\n",
        matches(arms)
    );
    Ok(format!(
        "{}\nuse crate::Rights;\n\n{}",
        rust::module_doc_lines("Kinds of objects."),
        kinds.text(kernel, &rights)?
    ))
}

/// A match on `self` with an arm for each variant.
fn matches(arms: impl Iterator<Item = (String, String)>) -> String {
    let arms: String = arms
        .map(|(variant, value)| format!("            Self::{variant} => {value},\n"))
        .collect();
    format!("        match self {{\n{arms}        }}\n")
}

fn marker(rows: &[Row<'_>], lead: &str, doc: &str) -> String {
    let arms = rows
        .iter()
        .map(|(name, ..)| (rust::variant(name), rust::literal(&format!("{lead}: {name}"))));
    format!(
        "\n    /// {doc}, without the end of the line.\n    pub const fn marker(self) -> &'static str {{\n{}    }}\n",
        matches(arms)
    )
}

struct Enum<'a> {
    name: &'static str,
    doc: &'static str,
    table: &'static str,
    number: &'static str,
    repr: &'static str,
    rows: Vec<Row<'a>>,
}

impl Enum<'_> {
    /// The enum and its methods; `more` are further ones.
    fn text(&self, kernel: &Kernel, more: &str) -> anyhow::Result<String> {
        let Enum {
            name,
            table,
            number,
            repr,
            ..
        } = self;
        let mut text = format!("/// {}\n", self.doc);
        text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n");
        writeln!(text, "#[repr({repr})]\npub enum {name} {{")?;
        for (row, doc, value) in &self.rows {
            let docs = format!("{}\n\n{}", doc.trim(), entry(kernel, table, row));
            text.push_str(&rust::doc_lines(4, &docs));
            writeln!(text, "    {} = {value},", rust::variant(row))?;
        }
        writeln!(text, "}}\n\nimpl {name} {{\n    /// All, ascending by their numbers.")?;
        writeln!(text, "    pub const ALL: [{name}; {}] = [", self.rows.len())?;
        text.push_str(&rust::wrapped(
            8,
            self.rows.iter().map(|(row, ..)| format!("{name}::{}", rust::variant(row))),
        ));
        writeln!(text, "    ];\n\n    /// Its number.\n    #[inline]")?;
        writeln!(
            text,
            "    pub const fn {number}(self) -> {repr} {{\n        self as {repr}\n    }}\n"
        )?;
        writeln!(text, "    /// The one with a number.\n    #[inline]")?;
        writeln!(text, "    pub const fn from_{number}({number}: {repr}) -> Option<{name}> {{")?;
        writeln!(text, "        match {number} {{")?;
        for (row, _, value) in &self.rows {
            writeln!(text, "            {value} => Some(Self::{}),", rust::variant(row))?;
        }
        writeln!(
            text,
            "            _ => None,\n        }}\n    }}\n\n    /// Its name in the spec."
        )?;
        let names = self.rows.iter().map(|(row, ..)| (rust::variant(row), rust::literal(row)));
        write!(
            text,
            "    pub const fn name(self) -> &'static str {{\n{}    }}\n\n    /// What the spec says of it.\n",
            matches(names)
        )?;
        let docs = self.rows.iter().map(|(row, doc, _)| {
            let first = doc.trim().split("\n\n").next().unwrap_or_default();
            let line: Vec<&str> = first.split_whitespace().collect();
            (rust::variant(row), rust::literal(&line.join(" ")))
        });
        write!(
            text,
            "    pub const fn doc(self) -> &'static str {{\n{}    }}\n{more}}}\n",
            matches(docs)
        )?;
        Ok(text)
    }
}
