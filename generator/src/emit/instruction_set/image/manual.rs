//! The chapter of a set whose programs are memory images: an overview, the words as a table, the machine, and a page for each op.

use super::{provenance_of, provenance_of_op};
use crate::emit::manual::Chapter;
use crate::emit::manual::page::{Block, Destination, Entry, LayoutCell, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::image::items::{output_name, result};
use crate::model::instruction_set::image::signature::signature;
use crate::model::instruction_set::image::{AddressOf, StateExample, StateOutcome, WordControl, WordOp, WordOperandKind};
use crate::model::instruction_set::{ImageSet, Meaning};

/// The chapter of a set.
pub fn chapter(set: &ImageSet) -> Chapter {
    let book = Book { set };
    let mut chapter = Chapter {
        title: set.name.clone(),
        summary: prose::line(&set.doc),
        ..Chapter::default()
    };
    chapter.main_page("Overview", "What the machine is, and its ops by groups.", book.overview());
    chapter.main_page("Words", "Every pattern, in order.", book.words());
    chapter.main_page("Machine", "Registers, and what stands in memory.", book.machine());
    chapter.main_page("Operands", "Fields of words, and what they select.", book.operands());
    chapter.main_page("Natives", "What the host of the machine does.", book.natives());
    chapter.main_page("Traps", "How ops can fail.", book.traps());
    chapter.main_page("Effects", "What ops do beyond their values.", book.effects());
    chapter.main_page(
        "Decisions",
        "What was chosen where sources contradict each other.",
        book.decisions(),
    );
    chapter.pages.extend(set.groups.iter_with_ids().flat_map(|(id, _)| {
        let ops: Vec<&WordOp> = set.ops.iter().filter(|op| op.group == id).collect();
        let named = |op: &&WordOp| (op.name.clone(), book.path(&format!("op/{}", op.name)));
        let pages: Vec<Page> = ops
            .iter()
            .enumerate()
            .map(|(index, op)| {
                let mut page = book.op_page(op);
                page.previous = index.checked_sub(1).and_then(|before| ops.get(before)).map(named);
                page.next = ops.get(index + 1).map(named);
                page
            })
            .collect();
        pages
    }));
    chapter
}

/// What the pages of one set share.
struct Book<'a> {
    set: &'a ImageSet,
}

impl Book<'_> {
    fn path(&self, page: &str) -> String {
        format!("sets/{}/{page}", self.set.name)
    }

    /// A page of the chapter without blocks.
    fn page(&self, path: &str, title: &str) -> Page {
        let mut page = Page::new(self.path(path), title, &self.set.files);
        page.kind = format!("of {}", self.set.name);
        page.trail = vec![(self.set.name.clone(), self.path("index"))];
        page
    }

    fn op(&self, op: &WordOp) -> Line {
        Line::new().code_link(Destination::page(self.path(&format!("op/{}", op.name))), &*op.name)
    }

    /// Links to the ops that are chosen, one behind the other.
    fn ops(&self, chosen: impl Fn(&WordOp) -> bool) -> Line {
        Line::joined(self.set.ops.iter().filter(|op| chosen(op)).map(|op| self.op(op)), ", ")
    }

    fn entry(&self, kind: &str, name: &str, doc: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            kind: kind.to_owned(),
            of: self.set.name.clone(),
            doc: prose::first_sentence(doc),
            ..Entry::default()
        }
    }

    /// A section for an entry of the spec: heading, docs and where it stands.
    fn section(&self, page: &mut Page, table: &str, name: &str, doc: &str) {
        page.heading(2, Line::new().code(name));
        page.extend(prose::blocks(doc, 3));
        page.paragraph(prose::line(&provenance_of(self.set, table, name)));
        page.entries.push(Entry {
            anchor: Some(crate::emit::manual::page::anchor(name)),
            ..self.entry(table, name, doc)
        });
    }

    fn overview(&self) -> Page {
        let set = self.set;
        let mut page = Page::new(self.path("index"), &*set.name, &set.files);
        page.kind = "instruction set".to_owned();
        page.entries.push(self.entry("instruction set", &set.name, &set.doc));
        page.extend(prose::blocks(&set.doc, 2));
        let order = if set.encoding.little_endian { "least" } else { "most" };
        page.add(Block::Facts(vec![
            ("Ops".to_owned(), Line::from(set.ops.len().to_string())),
            (
                "Words".to_owned(),
                Line::from(format!("{} bits, the {order} significant byte first", set.encoding.bits)),
            ),
            ("Memory".to_owned(), Line::from(format!("{} bytes", set.image.memory))),
            ("Programs".to_owned(), Line::from(format!("begin at {:#x}", set.image.origin))),
            ("Files".to_owned(), Line::new().code(format!(".{}", set.image.extension))),
        ]));
        for (id, group) in set.groups.iter_with_ids() {
            page.heading(2, &*group.title);
            page.extend(prose::blocks(&group.doc, 3));
            page.paragraph(prose::line(&provenance_of(set, "group", &group.name)));
            let rows = set.ops.iter().filter(|op| op.group == id).map(|op| self.row(op));
            page.add(table(&["op", "pattern", "assembly", ""], rows.collect()));
        }
        page
    }

    /// An op in a list: name, pattern, assembly, first sentence.
    fn row(&self, op: &WordOp) -> Vec<Line> {
        vec![
            self.op(op),
            Line::new().code(&*op.pattern.text),
            Line::new().code(assembly(op)),
            Line::from(prose::first_sentence(&op.doc)),
        ]
    }

    fn words(&self) -> Page {
        let mut page = self.page("words", "Words");
        page.paragraph(
            "Digits and capitals are fixed, a run of one small letter is a field. No word is two ops; words that match no pattern are none.",
        );
        page.add(table(
            &["op", "pattern", "assembly", ""],
            self.set.ops.iter().map(|op| self.row(op)).collect(),
        ));
        page
    }

    fn machine(&self) -> Page {
        let set = self.set;
        let mut page = self.page("machine", "Machine");
        page.extend(prose::blocks(&set.image.doc, 2));
        page.paragraph(prose::line(&provenance_of(set, "image", "")));
        for (id, register) in set.registers.iter_with_ids() {
            self.section(&mut page, "register", &register.name, &register.doc);
            let mut facts = vec![("Holds".to_owned(), Line::new().code(register.scalar.name()))];
            if register.count.is_some() {
                facts.push(("Registers".to_owned(), Line::from(register.names().replace('`', ""))));
            }
            if id == set.image.counter {
                facts.push(("Counter".to_owned(), Line::from("the address of the next instruction")));
            }
            page.add(Block::Facts(facts));
        }
        for data in &set.data {
            self.section(&mut page, "data", &data.name, &data.doc);
            let bytes = data.bytes.iter().map(|byte| format!("{byte:02X}"));
            let bytes: Vec<String> = bytes.collect();
            let rows: Vec<String> = bytes
                .chunks(16)
                .enumerate()
                .map(|(row, bytes)| format!("{:04x}  {}", data.address as usize + 16 * row, bytes.join(" ")))
                .collect();
            page.add(Block::Code {
                language: String::new(),
                text: rows.join("\n"),
            });
        }
        page
    }

    fn operands(&self) -> Page {
        let set = self.set;
        let mut page = self.page("operands", "Operands");
        for (id, kind) in set.operand_kinds.iter_with_ids() {
            self.section(&mut page, "operand", &kind.name, &kind.doc);
            let ops = self.ops(|op| op.operands.iter().any(|operand| operand.kind == id));
            page.add(Block::Facts(vec![
                ("Width".to_owned(), Line::from(format!("{} bits", kind.bits))),
                ("Selects".to_owned(), Line::from(self.selects(kind))),
                ("Of".to_owned(), ops),
            ]));
        }
        page
    }

    /// What the number in a field is.
    fn selects(&self, kind: &WordOperandKind) -> String {
        match (kind.bank, kind.address) {
            (Some(bank), _) => self.set.registers[bank].names().replace('`', ""),
            (None, Some(AddressOf::Code)) => "the address of an instruction".to_owned(),
            (None, Some(AddressOf::Data)) => "an address".to_owned(),
            (None, None) => "the number itself".to_owned(),
        }
    }

    fn natives(&self) -> Page {
        let set = self.set;
        let mut page = self.page("natives", "Natives");
        page.paragraph("What isn't in the machine itself belongs to its host: the machine asks, the host answers.");
        for native in &set.natives {
            self.section(&mut page, "native", &native.name, &native.doc);
            let parameters: Vec<String> = native
                .parameters
                .iter()
                .map(|(name, of)| format!("{name}: {}", of.name()))
                .collect();
            let answer = native.result.map(|of| format!(" -> {}", result(of))).unwrap_or_default();
            page.add(Block::Code {
                language: String::new(),
                text: format!("{}({}){answer}", native.name, parameters.join(", ")),
            });
        }
        page
    }

    fn traps(&self) -> Page {
        let set = self.set;
        let mut page = self.page("traps", "Traps");
        page.paragraph("A trap ends the program; the machine stays as it was before the instruction.");
        for (id, trap) in set.traps.iter_with_ids() {
            self.section(&mut page, "trap", &trap.name, &trap.doc);
            let mut facts = vec![("Number".to_owned(), Line::from(trap.code.to_string()))];
            let ops = self.ops(|op| op.traps.contains(&id));
            if !ops.is_empty() {
                facts.push(("Raised by".to_owned(), ops));
            }
            page.add(Block::Facts(facts));
        }
        page
    }

    fn effects(&self) -> Page {
        let set = self.set;
        let mut page = self.page("effects", "Effects");
        for (id, effect) in set.effects.iter_with_ids() {
            self.section(&mut page, "effect", &effect.name, &effect.doc);
            let given = match effect.takes.context {
                Access::None => "nothing",
                Access::Shared => "&Context",
                Access::Mutable => "&mut Context",
            };
            page.add(Block::Facts(vec![
                ("The function is given".to_owned(), Line::new().code(given)),
                ("Stated by".to_owned(), self.ops(|op| op.effects.contains(&id))),
            ]));
        }
        page
    }

    fn decisions(&self) -> Page {
        let mut page = self.page("decisions", "Decisions");
        page.paragraph("Where the sources of the set contradict each other, this was decided.");
        let decided = self.set.ops.iter().filter_map(|op| Some((op, op.decision.as_ref()?)));
        let rows = decided.map(|(op, decision)| vec![self.op(op), prose::line(decision)]);
        page.add(table(&["op", "decision"], rows.collect()));
        page
    }

    fn op_page(&self, op: &WordOp) -> Page {
        let set = self.set;
        let mut page = self.page(&format!("op/{}", op.name), &op.name);
        page.is_name = true;
        page.kind = format!("{} · op of {} · since version {}", op.pattern.text, set.name, op.since);
        page.entries.push(Entry {
            words: vec![op.pattern.text.to_lowercase(), op.syntax.mnemonic.clone()],
            ..self.entry("op", &op.name, &op.doc)
        });
        page.extend(prose::blocks(&op.doc, 2));
        page.paragraph(
            prose::line(&provenance_of_op(op))
                .text(" ")
                .link(Destination::File(op.file.clone()), "Open the file"),
        );
        page.heading(2, "Encoding");
        page.add(Block::Layout(self.layout(op)));
        if !op.except.is_empty() {
            let names = op.except.iter().map(|(name, _)| {
                let to = Destination::page(self.path(&format!("op/{name}")));
                Line::new().code_link(to, &**name)
            });
            page.paragraph(
                Line::from("Words that are one of these aren't this op: ")
                    .then(Line::joined(names, ", "))
                    .text("."),
            );
        }
        page.heading(2, "Assembly");
        page.add(Block::Code {
            language: String::new(),
            text: assembly(op),
        });
        self.behaviour(op, &mut page);
        self.meaning(op, &mut page);
        self.examples(op, &mut page);
        if let Some(decision) = &op.decision {
            page.heading(2, "Decision");
            page.extend(prose::blocks(decision, 3));
        }
        page
    }

    /// The bits of a word: fixed ones and fields, from the most significant on, with those of the golden example.
    fn layout(&self, op: &WordOp) -> Vec<LayoutCell> {
        let set = self.set;
        let golden = op.golden.as_ref().map(|golden| golden.bytes.as_slice()).unwrap_or_default();
        let mut word = 0u32;
        for index in 0..golden.len() {
            let at = if set.encoding.little_endian {
                golden.len() - 1 - index
            } else {
                index
            };
            word = word << 8 | u32::from(golden[at]);
        }
        let owner = |bit: u32| op.pattern.fields.iter().position(|field| field.mask() >> bit & 1 == 1);
        let mut cells = Vec::new();
        let mut top = set.encoding.bits;
        while top > 0 {
            let field = owner(top - 1);
            // Fixed bits are shown in pieces of four, as the pattern writes them.
            let same = (0..top).rev().take_while(|bit| owner(*bit) == field).count() as u32;
            let width = if field.is_none() { same.min((top - 1) % 4 + 1) } else { same };
            let low = top - width;
            let bits = word >> low & (u32::MAX >> (32 - width));
            let operand = field.and_then(|field| {
                let letter = op.pattern.fields[field].letter;
                op.operands.iter().find(|operand| operand.name.starts_with(letter))
            });
            cells.push(LayoutCell {
                place: if width == 1 {
                    low.to_string()
                } else {
                    format!("{}-{low}", top - 1)
                },
                name: operand.map_or_else(
                    || format!("{bits:0width$b}", width = width as usize),
                    |operand| operand.name.clone(),
                ),
                of: operand
                    .map(|operand| set.operand_kinds[operand.kind].name.clone())
                    .unwrap_or_default(),
                value: format!("{bits:X}"),
                bits: Some(width),
            });
            top = low;
        }
        cells
    }

    fn behaviour(&self, op: &WordOp, page: &mut Page) {
        let set = self.set;
        let linked = |page: &str, name: &str| Line::new().code_link(Destination::section(self.path(page), name), name);
        let effects = op.effects.iter().map(|effect| linked("effects", &set.effects[*effect].name));
        let traps = op.traps.iter().map(|trap| linked("traps", &set.traps[*trap].name));
        let or_none = |line: Line| if line.is_empty() { Line::from("none") } else { line };
        page.heading(2, "Behaviour");
        page.add(Block::Facts(vec![
            (
                "Group".to_owned(),
                Line::new().link(
                    Destination::section(self.path("index"), &set.groups[op.group].title),
                    &*set.groups[op.group].title,
                ),
            ),
            ("Control".to_owned(), Line::from(control(op.control))),
            ("Effects".to_owned(), or_none(Line::joined(effects, ", "))),
            ("Traps".to_owned(), or_none(Line::joined(traps, ", "))),
        ]));
    }

    fn meaning(&self, op: &WordOp, page: &mut Page) {
        page.heading(2, "Meaning");
        let text = match &op.meaning {
            Meaning::Expression { text, .. } => match output_name(self.set, op) {
                Some(output) => format!("{output} = {text}"),
                None => text.clone(),
            },
            Meaning::Function { name, .. } => {
                let signature = signature(self.set, op);
                format!("fn {name}({}) -> {}", signature.parameters.join(", "), signature.result)
            }
            Meaning::Waits => return,
        };
        page.add(Block::Code {
            language: "rust".to_owned(),
            text,
        });
    }

    fn examples(&self, op: &WordOp, page: &mut Page) {
        page.heading(2, "Examples");
        page.paragraph("Written by hand, and each run by an emitted test. What isn't named stays as it was.");
        let row = |example: &StateExample| {
            let outcome = match &example.outcome {
                StateOutcome::Gives(_) if example.texts.gives.is_empty() => Line::from("nothing else"),
                StateOutcome::Gives(_) => Line::new().code(&*example.texts.gives),
                StateOutcome::Traps(trap) => Line::from("traps: ").code(&*self.set.traps[*trap].name),
            };
            let asked = Line::joined(example.texts.natives.iter().map(|call| Line::new().code(&**call)), ", ");
            let given = match example.texts.given.as_str() {
                "" => Line::new(),
                given => Line::new().code(given),
            };
            vec![given, Line::new().code(&*example.run), asked, outcome]
        };
        page.add(table(
            &["before", "instruction", "asks the host", "after"],
            op.examples.iter().map(row).collect(),
        ));
    }
}

fn table(head: &[&str], rows: Vec<Vec<Line>>) -> Block {
    Block::Table {
        head: head.iter().map(|title| Line::from(*title)).collect(),
        rows,
    }
}

/// How it is written, as people see it.
fn assembly(op: &WordOp) -> String {
    op.syntax.text.replace(['{', '}'], "")
}

fn control(control: WordControl) -> &'static str {
    match control {
        WordControl::Next => "goes on to the next instruction",
        WordControl::Skip => "skips the next instruction if its meaning says true",
        WordControl::Jump => "goes to its target",
        WordControl::Call => "goes to its target, from where a return comes back",
        WordControl::Return => "goes back to where a call was",
        WordControl::Computed => "goes to the address that its meaning gives",
        WordControl::Wait => "goes on if its meaning says true, and else is executed again",
        WordControl::Halt => "ends the program",
    }
}
