//! `src/ids.rs`: one newtype for each list that operands index, so that the number of a class can't be used for a function.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{Indexes, InstructionSet, OperandKind, OperandMeaning};

/// Adds the file.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "Numbers with a meaning: each list that an operand or a field of the module file can index has a type of its own.",
    );
    text.push_str(include_str!("text/ids.rs"));
    for kind in names::id_kinds(set) {
        let docs = format!(
            "{}\n\nA position in {}. {}",
            kind.doc.trim(),
            list(kind),
            provenance::entry(set, "operand", &kind.name)
        );
        writeln!(
            text,
            "\nid! {{\n{}    {}, {}\n}}",
            rust::doc_lines(4, &docs),
            id_type(&kind.name),
            rust::literal(&kind.name.replace('_', " "))
        )?;
    }
    builder.file("src/ids.rs", text, &sources::of(set, &[&["operand"], sources::FORMAT]));
    Ok(())
}

/// The list that an operand kind indexes, in words.
pub fn list(kind: &OperandKind) -> String {
    match &kind.meaning {
        OperandMeaning::Number | OperandMeaning::Label { .. } => "nothing".to_owned(),
        OperandMeaning::Index(indexes) => match indexes {
            Indexes::Module { field } => format!("`{field}` of the module"),
            Indexes::Locals => "the parameters and then the locals of the current function".to_owned(),
            Indexes::Captures => "the captures of the current function".to_owned(),
            Indexes::Types => "the types: plain ones by their code, then the type table of the module".to_owned(),
            Indexes::ClassFields => "the fields of a class, inherited ones first".to_owned(),
            Indexes::ClassMethods => "the vtable of a class, inherited slots first".to_owned(),
            Indexes::TupleElements => "the elements of a tuple".to_owned(),
        },
    }
}
