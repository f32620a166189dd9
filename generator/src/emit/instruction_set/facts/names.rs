//! What several files of the facts crate say in the same words.

use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{
    Flag, Indexes, InstructionSet, ModuleFormat, Op, OperandKind, OperandMeaning, Record, Shape,
};

/// The stack effect of an op: `a: i32, b: i32 → i32`.
pub fn stack_effect(op: &Op) -> String {
    let inputs: Vec<String> = op
        .inputs
        .iter()
        .map(|input| format!("{}: {}", input.name, input.text))
        .collect();
    let outputs: Vec<&str> = op.outputs.iter().map(|output| output.text.as_str()).collect();
    let side = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    format!("{} → {}", side(inputs.join(", ")), side(outputs.join(", ")))
}

/// The first paragraph of a text on one line.
pub fn summary(text: &str) -> String {
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The docs of an op: what it does, notes, stack effect, provenance. `also` stands before the provenance.
pub fn op_docs(set: &InstructionSet, op: &Op, also: &[String]) -> String {
    let mut text = op.doc.trim().to_owned();
    for (lead, note) in [
        ("Deprecated: ", &op.deprecated),
        ("Only with feature ", &op.feature),
        ("Its behaviour waits: ", &op.waits),
    ] {
        if let Some(note) = note {
            text.push_str(&format!("\n\n{lead}{}", note.trim()));
        }
    }
    if op.inputs.is_empty() && op.outputs.is_empty() {
        text.push_str("\n\nStack: as it was.");
    } else {
        text.push_str(&format!("\n\nStack: `{}`.", stack_effect(op)));
    }
    if !op.traps.is_empty() {
        let traps: Vec<String> = op.traps.iter().map(|trap| format!("`{}`", set.traps[*trap].name)).collect();
        text.push_str(&format!(" Traps: {}.", traps.join(", ")));
    }
    for line in also {
        text.push_str(&format!("\n\n{line}"));
    }
    text.push_str(&format!("\n\n{}", provenance::op(op)));
    text
}

/// `#[doc(alias = "IADD")]`, the mnemonic in capitals, unless the item is called just that.
pub fn alias(indent: usize, op: &Op, item: &str) -> String {
    let alias = op.name.to_uppercase();
    if alias == item {
        return String::new();
    }
    format!("{}#[doc(alias = {})]\n", " ".repeat(indent), rust::literal(&alias))
}

/// The struct of a record or the enum of a union: `TypeDefinition` is taken, so is what the reader needs.
pub fn structure(name: &str) -> String {
    rust::variant(name)
}

/// Operand kinds that get a newtype in `ids.rs`, in spec order. `TypeId` is always there and isn't among them.
pub fn id_kinds(set: &InstructionSet) -> Vec<&OperandKind> {
    set.operand_kinds
        .iter()
        .filter(|kind| matches!(kind.meaning, OperandMeaning::Index(_)) && id_type(&kind.name) != "TypeId")
        .collect()
}

/// The newtype for classes, where an operand kind `class` exists; a bare number otherwise.
pub fn class_id(set: &InstructionSet) -> Option<String> {
    class_kind(set).map(|kind| id_type(&kind.name))
}

/// The operand kind `class`, if it indexes a list of the module.
pub fn class_kind(set: &InstructionSet) -> Option<&OperandKind> {
    set.operand_kinds
        .iter()
        .find(|kind| kind.name == "class" && matches!(kind.meaning, OperandMeaning::Index(Indexes::Module { .. })))
}

/// The list of the module that an operand kind indexes and the record of its items, if they are records.
pub fn indexed_record<'a>(set: &'a InstructionSet, kind: &'a OperandKind) -> Option<(&'a str, Id<Record>)> {
    let OperandMeaning::Index(Indexes::Module { field }) = &kind.meaning else {
        return None;
    };
    let root = &set.format.records[set.format.root];
    let shape = root
        .fields
        .iter()
        .find(|candidate| &candidate.name == field)
        .map(|field| &field.shape)?;
    match shape {
        Shape::List { element, .. } => match element.as_ref() {
            Shape::Record(record) => Some((field, *record)),
            _ => None,
        },
        _ => None,
    }
}

/// The field of a record by name.
pub fn field<'a>(record: &'a Record, name: &str) -> Option<&'a Shape> {
    record
        .fields
        .iter()
        .find(|field| field.name == name)
        .map(|field| &field.shape)
}

/// Groups that have ops, with the ops in order of their codes.
pub fn ops_by_group(set: &InstructionSet) -> Vec<(&crate::model::instruction_set::Group, Vec<&Op>)> {
    set.groups
        .iter_with_ids()
        .map(|(id, group)| (group, set.ops.iter().filter(|op| op.group == id).collect::<Vec<_>>()))
        .filter(|(_, ops)| !ops.is_empty())
        .collect()
}

/// `set.ops` has at least one op without operands: used by examples in docs.
pub fn plain_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| op.operands.is_empty())
}

/// A number as Rust would be written by hand: `0x20`.
pub fn code(code: u16) -> String {
    if code < 0x100 {
        format!("{code:#04X}").replace("0X", "0x")
    } else {
        format!("0x{code:03X}")
    }
}

/// Ids that the given text uses, for a `use` line.
pub fn used_ids(set: &InstructionSet, text: &str) -> Vec<String> {
    let mut ids: Vec<String> = id_kinds(set)
        .into_iter()
        .map(|kind| id_type(&kind.name))
        .chain(["TypeId".to_owned()])
        .filter(|id| mentions(text, id))
        .collect();
    ids.sort();
    ids
}

/// Whether a word stands in a text.
pub fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|found| found == word)
}

/// A `use` line for ids, or nothing.
pub fn use_ids(ids: &[String]) -> String {
    rust::use_names("crate::ids", ids)
}

/// The name of the constant of a flag.
pub fn flag_constant(format: &ModuleFormat, flag: Id<Flag>) -> String {
    format!("FLAG_{}", rust::constant(&format.flags[flag].name))
}
