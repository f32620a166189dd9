//! Pages of the parts of a machine: slots and types, operand kinds, traps, effects.

use super::{Book, MACHINE_AND_OPS};
use crate::arena::Id;
use crate::emit::manual::page::{Block, Destination, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::{Indexes, Op, OperandMeaning, ParameterKind, Type, TypeExpression};

/// Slots and types with their lattice.
pub fn types(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("types", "Types", MACHINE_AND_OPS);
    page.kind = format!("slots and types of {}", set.name);
    page.paragraph("A slot is what a value is at run time; a type is what the verifier knows about it.");
    page.heading(2, "Slots");
    let rows = set.slots.iter().map(|slot| {
        vec![
            Line::new().code(&*slot.name),
            Line::new().code(&*slot.rust),
            prose::line(&slot.doc),
        ]
    });
    page.add(Block::Table {
        head: ["slot", "in Rust", "holds"].map(Line::from).to_vec(),
        rows: rows.collect(),
    });
    page.heading(2, "Lattice");
    page.paragraph("Where two paths meet, a value has the nearest type above both; where there is none, it can't be read.");
    page.add(Block::Outline(lattice(book)));
    for (id, of) in set.types.iter_with_ids() {
        page.heading(2, Line::new().code(&*of.name));
        page.extend(prose::blocks(&of.doc, 3));
        page.paragraph(book.origin("type", &of.name));
        page.add(Block::Facts(facts_of_type(book, id, of)));
        page.entries.push(book.section_entry("type", &of.name, &of.doc));
    }
    page
}

fn facts_of_type(book: &Book<'_>, id: Id<Type>, of: &Type) -> Vec<(String, Line)> {
    let set = book.set;
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Line| facts.push((name.to_owned(), value));
    let link = |id: Id<Type>| Line::new().code_link(book.to_type(&set.types[id]), &*set.types[id].name);
    fact("Number", Line::from(of.code.to_string()));
    fact("Slot", Line::new().code(&*set.slots[of.slot].name));
    if !of.parameters.is_empty() {
        let parameters = of.parameters.iter().map(|parameter| {
            Line::new()
                .code(&*parameter.name)
                .text(format!(": {}", parameter_kind(parameter.kind)))
        });
        fact("Parameters", Line::joined(parameters, ", "));
    }
    if let Some(parent) = of.parent {
        fact("Is a", link(parent));
    }
    if let Some(root) = of.bottom_of {
        fact("Bottom", Line::from("below every type that is a ").then(link(root)));
    }
    if of.is_abstract {
        fact(
            "Abstract",
            Line::from("stands only for the types below it; no value is declared with it"),
        );
    }
    let names =
        |expression: &TypeExpression| matches!(expression, TypeExpression::Named { constructor, .. } if *constructor == id);
    let takes = |op: &&Op| op.inputs.iter().any(|input| names(&input.expression));
    let gives = |op: &&Op| op.outputs.iter().any(|output| names(&output.expression));
    for (name, ops) in [
        ("Taken by", book.ops(set.ops.iter().filter(takes))),
        ("Given by", book.ops(set.ops.iter().filter(gives))),
    ] {
        if !ops.is_empty() {
            fact(name, ops);
        }
    }
    facts
}

/// What a type parameter ranges over, in words.
pub fn parameter_kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Type => "a type",
        ParameterKind::OptionalType => "a type or none",
        ParameterKind::Types => "types",
        ParameterKind::Class => "a class",
    }
}

/// Roots first, each above the types that are it.
fn lattice(book: &Book<'_>) -> Vec<(usize, Line)> {
    let set = book.set;
    let mut lines = Vec::new();
    let below = |parent: Option<Id<Type>>, depth: usize| {
        let mut ids: Vec<(Id<Type>, usize)> = set
            .types
            .iter_with_ids()
            .filter(|(_, of)| of.parent == parent && of.bottom_of.is_none())
            .map(|(id, _)| (id, depth))
            .collect();
        ids.reverse();
        ids
    };
    let mut pending = below(None, 0);
    while let Some((id, depth)) = pending.pop() {
        let of = &set.types[id];
        lines.push((depth, Line::new().code_link(book.to_type(of), &*of.name)));
        for bottom in set.types.iter().filter(|other| other.bottom_of == Some(id)) {
            let text = Line::new().code_link(book.to_type(bottom), &*bottom.name);
            lines.push((depth + 1, text.text(format!(", below all of {}", of.name))));
        }
        pending.extend(below(Some(id), depth + 1));
    }
    lines
}

/// Kinds of operands.
pub fn operands(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("operands", "Operands", MACHINE_AND_OPS);
    page.kind = format!("of {}", set.name);
    let order = if set.encoding.little_endian { "least" } else { "most" };
    page.paragraph(format!(
        "Operands follow the opcode in order, without alignment, the {order} significant byte first."
    ));
    for (id, kind) in set.operand_kinds.iter_with_ids().filter(|(_, kind)| kind.span.is_some()) {
        page.heading(2, Line::new().code(&*kind.name));
        page.extend(prose::blocks(&kind.doc, 3));
        page.paragraph(book.origin("operand", &kind.name));
        let bytes = kind.encoding.bytes();
        let plural = if bytes == 1 { "" } else { "s" };
        let mut facts = vec![
            (
                "Written as".to_owned(),
                Line::new().code(kind.encoding.name()).text(format!(", {bytes} byte{plural}")),
            ),
            ("Means".to_owned(), Line::from(meaning(&kind.meaning))),
        ];
        let takes = |op: &&Op| op.operands.iter().any(|operand| operand.kind == id);
        let ops = book.ops(set.ops.iter().filter(takes));
        if !ops.is_empty() {
            facts.push(("Taken by".to_owned(), ops));
        }
        page.add(Block::Facts(facts));
        page.entries.push(book.section_entry("operand", &kind.name, &kind.doc));
    }
    page
}

fn meaning(meaning: &OperandMeaning) -> String {
    let list = match meaning {
        OperandMeaning::Number => return "the number itself".to_owned(),
        OperandMeaning::Label { optional: false } => {
            return "a place in the code: the distance from the end of the instruction".to_owned();
        }
        OperandMeaning::Label { optional: true } => {
            return "a place in the code: the distance from the end of the instruction, or -1 for none".to_owned();
        }
        OperandMeaning::Index(Indexes::Module { field }) => return format!("a position in the list {field} of the module"),
        OperandMeaning::Index(Indexes::Locals) => "the parameters and then the locals of the function",
        OperandMeaning::Index(Indexes::Captures) => "the captures of the function",
        OperandMeaning::Index(Indexes::Types) => "the types of the module, those without parameters first",
        OperandMeaning::Index(Indexes::ClassFields) => "the fields of the class, inherited ones first",
        OperandMeaning::Index(Indexes::ClassMethods) => "the methods of the class, inherited ones first",
        OperandMeaning::Index(Indexes::TupleElements) => "the elements of the tuple",
    };
    format!("a position among {list}")
}

/// Ways in which ops can fail.
pub fn traps(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("traps", "Traps", MACHINE_AND_OPS);
    page.kind = format!("of {}", set.name);
    page.paragraph("A trap ends an op that can't give its outputs.");
    for (id, trap) in set.traps.iter_with_ids() {
        page.heading(2, Line::new().code(&*trap.name));
        page.extend(prose::blocks(&trap.doc, 3));
        page.paragraph(book.origin("trap", &trap.name));
        let catchable = if trap.catchable {
            "a handler of the program can catch it"
        } else {
            "no handler can catch it: the program ends"
        };
        let mut facts = vec![
            ("Number".to_owned(), Line::from(trap.code.to_string())),
            ("Handlers".to_owned(), Line::from(catchable)),
        ];
        let ops = book.ops(set.ops.iter().filter(|op| op.traps.contains(&id)));
        if !ops.is_empty() {
            facts.push(("Raised by".to_owned(), ops));
        }
        page.add(Block::Facts(facts));
        page.entries.push(book.section_entry("trap", &trap.name, &trap.doc));
    }
    page
}

/// What ops do beyond their outputs.
pub fn effects(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("effects", "Effects", MACHINE_AND_OPS);
    page.kind = format!("of {}", set.name);
    page.paragraph("An effect says what an op does beyond its outputs, and so what its semantics function is given.");
    for (id, effect) in set.effects.iter_with_ids() {
        page.heading(2, Line::new().code(&*effect.name));
        page.extend(prose::blocks(&effect.doc, 3));
        page.paragraph(book.origin("effect", &effect.name));
        let mut given: Vec<Line> = Vec::new();
        for (part, access) in [("Context", effect.takes.context), ("Frame", effect.takes.frame)] {
            match access {
                Access::None => {}
                Access::Shared => given.push(Line::new().code(format!("&{part}"))),
                Access::Mutable => given.push(Line::new().code(format!("&mut {part}"))),
            }
        }
        let mut facts = Vec::new();
        if !given.is_empty() {
            facts.push(("The function is given".to_owned(), Line::joined(given, ", ")));
        }
        if effect.suspends {
            facts.push((
                "The function returns".to_owned(),
                Line::new().code("Poll").text(": the task may be suspended"),
            ));
        }
        let ops = book.ops(set.ops.iter().filter(|op| op.effects.contains(&id)));
        if !ops.is_empty() {
            facts.push(("Stated by".to_owned(), ops));
        }
        if !facts.is_empty() {
            page.add(Block::Facts(facts));
        }
        page.entries.push(book.section_entry("effect", &effect.name, &effect.doc));
    }
    page
}

/// Where a record or union of the module file is explained.
pub fn to_record(book: &Book<'_>, name: &str) -> Destination {
    Destination::section(book.path("module-file"), name)
}
