//! The page of an op.

use super::drawings;
use super::{Book, code};
use crate::emit::instruction_set::{conformance, provenance, sources};
use crate::emit::manual::page::{Block, Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::emit::rust;
use crate::model::instruction_set::hexadecimal;
use crate::model::instruction_set::signature::signature;
use crate::model::instruction_set::{Control, Example, Fuse, Golden, Location, Meaning, Op, OperandMeaning, Outcome, unindented};

/// The pages of all ops. Those of a group follow each other in the order of their codes.
pub fn pages(book: &Book<'_>) -> Vec<Page> {
    let mut pages = Vec::new();
    let named = |op: &&Op| (op.name.clone(), book.path(&format!("op/{}", op.name)));
    for (id, _) in book.set.groups.iter_with_ids() {
        let ops: Vec<&Op> = book.set.ops.iter().filter(|op| op.group == id).collect();
        for (index, op) in ops.iter().enumerate() {
            let sources = sources::of_ops(book.set, &ops, tables(op));
            let mut page = page(book, op, &sources);
            page.previous = index.checked_sub(1).and_then(|before| ops.get(before)).map(named);
            page.next = ops.get(index + 1).map(named);
            pages.push(page);
        }
    }
    pages
}

/// What its page reads beside the op itself.
fn tables(op: &Op) -> &'static [&'static [&'static str]] {
    // Whether laws have a test depends on the ops by which values are pushed.
    if op.laws.is_empty() {
        &[sources::MACHINE, sources::FIXTURES]
    } else {
        &[sources::MACHINE, sources::FIXTURES, sources::OPS]
    }
}

fn page(book: &Book<'_>, op: &Op, sources: &[String]) -> Page {
    let set = book.set;
    let group = &set.groups[op.group];
    let mut page = Page::new(book.path(&format!("op/{}", op.name)), &*op.name, sources);
    page.is_name = true;
    page.kind = format!("{} · op of {} · since version {}", code(set, op), set.name, op.since);
    page.trail = vec![
        book.above(),
        (group.title.clone(), book.path(&format!("group/{}", group.name))),
    ];
    page.entries.push(Entry {
        words: words(book, op),
        ..book.entry("op", &op.name, &op.doc)
    });
    page.extend(prose::blocks(&op.doc, 2));
    page.paragraph(
        prose::line(&provenance::op(op))
            .text(" ")
            .link(Destination::File(op.file.clone()), "Open the file"),
    );
    notes(&mut page, op);
    page.heading(2, "Stack");
    match drawings::stack(book, op) {
        Some(picture) => page.add(Block::Stack(picture)),
        None => page.paragraph("It takes nothing from the stack and puts nothing on it."),
    };
    encoding(book, op, &mut page);
    behaviour(book, op, &mut page);
    meaning(book, op, &mut page);
    examples(book, op, &mut page);
    laws(book, op, &mut page);
    if let Some(decision) = &op.decision {
        page.heading(2, "Decision");
        page.extend(prose::blocks(decision, 3));
    }
    page
}

/// How the fast engine runs it, as far as its entry says so.
fn fast(op: &Op) -> Option<Line> {
    let mut line = Line::new();
    let mut parts = 0;
    let mut separate = |line: Line| {
        parts += 1;
        if parts > 1 { line.text("; ") } else { line }
    };
    if let Some((name, _)) = &op.fast {
        line = separate(line).text("the function ").code(name.as_str());
    }
    if op.locations.contains(&Location::Const) {
        line = separate(line).text("inputs may be constants");
    }
    if op.fuses.contains(&Fuse::Branch) {
        line = separate(line).text("one with a branch on its result");
    }
    (parts > 0).then_some(line)
}

/// Words by which someone may look for it besides its name.
fn words(book: &Book<'_>, op: &Op) -> Vec<String> {
    let mut words = vec![
        code(book.set, op).to_lowercase().replace(" 0x", ""),
        format!("0x{:x}", op.code),
    ];
    if let Meaning::Function { name, .. } = &op.meaning
        && *name != op.name
    {
        words.push(name.clone());
    }
    words
}

fn notes(page: &mut Page, op: &Op) {
    if let Some(waits) = &op.waits {
        page.add(Block::Note {
            title: "Waits".to_owned(),
            text: vec![
                Block::Paragraph(Line::from("Its behaviour isn't built yet. Waits for: ").then(prose::line(waits))),
                Block::Paragraph(
                    Line::from("It can be assembled, encoded and verified; run, it fails with trap ")
                        .code("not_implemented")
                        .text("."),
                ),
            ],
        });
    }
    if let Some(deprecated) = &op.deprecated {
        page.add(Block::Note {
            title: "Deprecated".to_owned(),
            text: prose::blocks(deprecated, 3),
        });
    }
}

fn encoding(book: &Book<'_>, op: &Op, page: &mut Page) {
    let set = book.set;
    page.heading(2, "Encoding");
    page.add(Block::Layout(drawings::encoding(book, op)));
    if let Some(golden) = &op.golden {
        page.paragraph(
            Line::new()
                .text("The bytes are those of ")
                .code(assembly(op, golden))
                .text(", written by hand: ")
                .code(hexadecimal(&golden.bytes))
                .text(". The test ")
                .code_link(
                    Destination::File(format!("{}/facts/tests/golden.rs", set.folder())),
                    format!("{}/facts/tests/golden.rs", set.folder()),
                )
                .text(" holds the encoder and the decoder to them."),
        );
    }
    if op.operands.is_empty() {
        return;
    }
    let rows = op.operands.iter().map(|operand| {
        let kind = &set.operand_kinds[operand.kind];
        let order = match (kind.encoding.bytes(), set.encoding.little_endian) {
            (1, _) => "1 byte".to_owned(),
            (bytes, true) => format!("{bytes} bytes, the least significant first"),
            (bytes, false) => format!("{bytes} bytes, the most significant first"),
        };
        let doc = match kind.meaning {
            OperandMeaning::Number => Line::from("The number itself."),
            _ => prose::line(&kind.doc),
        };
        vec![
            Line::new().code(&*operand.name),
            book.operand_kind(kind),
            Line::new().code(kind.encoding.name()).text(format!(", {order}")),
            doc,
        ]
    });
    page.add(Block::Table {
        head: ["operand", "kind", "written as", "holds"].map(Line::from).to_vec(),
        rows: rows.collect(),
    });
}

fn assembly(op: &Op, golden: &Golden) -> String {
    let operands = golden.operands.join(", ");
    format!("{} {operands}", op.name).trim_end().to_owned()
}

/// What it does beyond its outputs.
fn behaviour(book: &Book<'_>, op: &Op, page: &mut Page) {
    let set = book.set;
    let mut facts: Vec<(String, Line)> = Vec::new();
    let mut fact = |name: &str, value: Line| facts.push((name.to_owned(), value));
    let group = &set.groups[op.group];
    fact("Group", Line::new().link(book.to_group(group), &*group.title));
    fact("Control", Line::from(control(op.control)));
    let effects = op.effects.iter().map(|effect| book.effect(&set.effects[*effect]));
    let traps = op.traps.iter().map(|trap| book.trap(&set.traps[*trap]));
    if !set.effects.is_empty() {
        let effects = Line::joined(effects, ", ");
        fact("Effects", if effects.is_empty() { Line::from("none") } else { effects });
    }
    if !set.traps.is_empty() {
        let traps = Line::joined(traps, ", ");
        fact("Traps", if traps.is_empty() { Line::from("none") } else { traps });
    }
    let properties = [
        (
            op.pure,
            "pure: the same inputs give the same outputs, and nothing else happens",
        ),
        (op.commutes, "commutes: its inputs may be exchanged"),
        (op.cold, "rarely executed"),
    ];
    let properties: Vec<&str> = properties
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, text)| text)
        .collect();
    if !properties.is_empty() {
        fact("Properties", Line::from(properties.join("; ")));
    }
    fact(
        "Cost",
        Line::from(format!("{} fuel, paid when control enters its block", op.cost)),
    );
    if let Some(how) = fast(op) {
        fact("Fast engine", how);
    }
    if let Some(feature) = &op.feature {
        let to = Destination::section("features/index", feature);
        fact("Feature", Line::from("only with ").code_link(to, &**feature));
    }
    fact("Since", Line::from(format!("version {}", op.since)));
    page.heading(2, "Behaviour");
    page.add(Block::Facts(facts));
}

fn control(control: Control) -> &'static str {
    match control {
        Control::Next => "goes on to the next instruction",
        Control::Jump => "jumps to its label",
        Control::Branch => "jumps to its label if its meaning says true, otherwise goes on",
        Control::Call => "runs another function, then goes on",
        Control::Return => "goes back to the caller",
        Control::Throw => "goes to the nearest handler",
        Control::Halt => "ends the program",
    }
}

fn meaning(book: &Book<'_>, op: &Op, page: &mut Page) {
    let set = book.set;
    match &op.meaning {
        Meaning::Expression { text, .. } => {
            page.heading(2, "Meaning");
            page.add(Block::Code {
                language: "rust".to_owned(),
                text: text.clone(),
            });
        }
        Meaning::Function { name, .. } => {
            page.heading(2, "Meaning");
            let signature = signature(set, op);
            page.add(Block::Code {
                language: "rust".to_owned(),
                text: format!("fn {name}({}) -> {}", signature.parameters.join(", "), signature.result),
            });
            let function = Line::from("The function ").code(&**name);
            page.paragraph(match book.functions.file(name) {
                Some(file) => function
                    .text(" in ")
                    .code_link(Destination::File(file.to_owned()), file)
                    .text("."),
                None => function.text(" of the runtime."),
            });
        }
        Meaning::Waits => {}
    }
}

fn examples(book: &Book<'_>, op: &Op, page: &mut Page) {
    if op.examples.is_empty() {
        return;
    }
    let set = book.set;
    page.heading(2, "Examples");
    let module = rust::module(&set.groups[op.group].name);
    let file = format!("{}/conformance/tests/examples/{module}.rs", set.folder());
    let test = format!("{module}::{}", rust::ident(&op.name));
    page.paragraph(
        Line::from("Written by hand. The emitted test ")
            .code(&*test)
            .text(" in ")
            .code_link(Destination::File(file.clone()), &*file)
            .text(" assembles, verifies and runs each of them and compares how it ends: ")
            .code(format!(
                "cargo nextest run -p {} --test examples {test}",
                set.package("conformance")
            )),
    );
    values(op, page);
    for example in &op.examples {
        let Example::Program {
            given,
            text,
            outcome,
            prints,
            ..
        } = example
        else {
            continue;
        };
        let mut line = Line::from("This program");
        if let Some(fixture) = given {
            let name = &set.fixtures[*fixture].name;
            let to = Destination::section(book.path("fixtures"), name);
            line = line.text(", after the fixture ").code_link(to, &**name).text(",");
        }
        line = line.then(end(outcome));
        if let Some(prints) = prints {
            line = line.text(" and prints ").code(format!("{prints:?}"));
        }
        page.paragraph(line.text(":"));
        page.add(Block::Code {
            language: String::new(),
            text: unindented(text),
        });
    }
}

/// The examples by values as a table: a column for each input, and the outcome.
fn values(op: &Op, page: &mut Page) {
    let rows: Vec<Vec<Line>> = op
        .examples
        .iter()
        .filter_map(|example| match example {
            Example::Values { inputs, outcome, .. } => {
                let mut row: Vec<Line> = inputs.iter().map(|input| Line::new().code(&**input)).collect();
                // The checker demands one literal for each input.
                row.resize(op.inputs.len(), Line::new());
                row.push(match outcome {
                    Outcome::Values(values) => Line::joined(values.iter().map(|value| Line::new().code(&**value)), ", "),
                    Outcome::Trap(trap) => Line::from("traps: ").code(&**trap),
                    Outcome::Throws(value) => Line::from("throws ").code(&**value),
                });
                Some(row)
            }
            Example::Program { .. } => None,
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let mut head: Vec<Line> = op.inputs.iter().map(|input| Line::new().code(&*input.name)).collect();
    head.push(Line::from("gives"));
    page.add(Block::Table { head, rows });
}

fn end(outcome: &Outcome) -> Line {
    match outcome {
        Outcome::Values(values) => Line::from(" gives ").code(values.join(", ")),
        Outcome::Trap(trap) => Line::from(" ends with trap ").code(&**trap),
        Outcome::Throws(value) => Line::from(" throws ").code(&**value),
    }
}

fn laws(book: &Book<'_>, op: &Op, page: &mut Page) {
    if op.laws.is_empty() {
        return;
    }
    let set = book.set;
    page.heading(2, "Laws");
    if conformance::has_edge_test(set, op) {
        let module = rust::module(&set.groups[op.group].name);
        let file = format!("{}/conformance/tests/edges/{module}.rs", set.folder());
        page.paragraph(
            Line::from("The emitted test ")
                .code(format!("{module}::{}_on_edges", op.name))
                .text(" in ")
                .code_link(Destination::File(file.clone()), &*file)
                .text(" holds the op to them over the edges of its slots and at random."),
        );
    }
    let item = |text: &str| vec![Block::Paragraph(Line::new().code(text))];
    page.add(Block::List {
        ordered: false,
        items: op.laws.iter().map(|law| item(&law.text)).collect(),
    });
}
