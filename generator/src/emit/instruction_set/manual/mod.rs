//! The chapter of an instruction set: an overview, the map of opcodes, a page for each group and each op, the parts of the machine, and
//! the module file.

mod drawings;
mod functions;
mod limits;
mod lists;
mod machine;
mod map;
mod module_file;
mod op;
mod overview;

use super::{provenance, sources};
use crate::emit::manual::Chapter;
use crate::emit::manual::page::{Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::model::Model;
use crate::model::instruction_set::{Effect, Group, InstructionSet, InstructionSets, Op, OperandKind, Trap, Type};
use crate::source::SourceMap;
use functions::Functions;

/// The tables of pages that list ops beside parts of the machine.
const MACHINE_AND_OPS: &[&[&str]] = &[sources::MACHINE, sources::OPS];

/// A chapter for each set.
pub fn chapters(model: &Model, sources: &SourceMap) -> Vec<Chapter> {
    let sets = model.part::<InstructionSets>();
    let modules = sets.sets.iter().map(|set| Book::new(set, sources).chapter());
    modules.chain(sets.images.iter().map(super::image::manual::chapter)).collect()
}

/// What the pages of one set share.
struct Book<'a> {
    set: &'a InstructionSet,
    functions: Functions,
}

impl<'a> Book<'a> {
    fn new(set: &'a InstructionSet, sources: &SourceMap) -> Self {
        Book {
            set,
            functions: Functions::of(set, sources),
        }
    }

    fn chapter(&self) -> Chapter {
        let set = self.set;
        let mut chapter = Chapter {
            title: set.name.clone(),
            summary: prose::line(&set.doc),
            ..Chapter::default()
        };
        chapter.main_page(
            "Overview",
            "What the machine is, and its ops by groups.",
            overview::page(self),
        );
        chapter.main_page(
            "Opcodes",
            "Every op at its number, and the numbers that are free.",
            map::page(self),
        );
        for (present, title, doc, page) in [
            (
                !set.types.is_empty() || !set.slots.is_empty(),
                "Types",
                "Slots, types and their lattice.",
                machine::types as fn(&Self) -> Page,
            ),
            (
                set.operand_kinds.iter().any(|kind| kind.span.is_some()),
                "Operands",
                "What follows an opcode, and what it selects.",
                machine::operands,
            ),
            (!set.traps.is_empty(), "Traps", "How ops can fail.", machine::traps),
            (
                !set.effects.is_empty(),
                "Effects",
                "What ops do beyond their outputs.",
                machine::effects,
            ),
            (
                true,
                "Module file",
                "The file that carries code, byte by byte.",
                module_file::page,
            ),
            (true, "Limits", "What the verifier takes, and what calls cost.", limits::page),
            // These are there even if they say that there is nothing: whether an op waits somewhere is no business of other pages.
            (true, "Fixtures", "Declarations that several examples share.", lists::fixtures),
            (
                true,
                "Decisions",
                "What was chosen where sources contradict each other.",
                lists::decisions,
            ),
            (true, "Waiting", "Ops whose behaviour isn't built yet.", lists::waiting),
        ] {
            if present {
                chapter.main_page(title, doc, page(self));
            }
        }
        chapter.pages.extend(overview::groups(self));
        chapter.pages.extend(op::pages(self));
        chapter
    }

    /// `sets/raya/types`: a page of the set. The folder keeps sets apart from the other chapters, whatever they are called.
    fn path(&self, page: &str) -> String {
        format!("sets/{}/{page}", self.set.name)
    }

    /// A page of the chapter that reads these tables, without blocks.
    fn page(&self, path: &str, title: &str, tables: &[&[&str]]) -> Page {
        let mut page = Page::new(self.path(path), title, &sources::of(self.set, tables));
        page.trail = vec![self.above()];
        page
    }

    /// The first page of the chapter, to stand in a trail.
    fn above(&self) -> (String, String) {
        (self.set.name.clone(), self.path("index"))
    }

    fn to_op(&self, op: &Op) -> Destination {
        Destination::page(self.path(&format!("op/{}", op.name)))
    }

    fn op(&self, op: &Op) -> Line {
        Line::new().code_link(self.to_op(op), &*op.name)
    }

    /// Links to ops, one behind the other.
    fn ops(&self, ops: impl IntoIterator<Item = &'a Op>) -> Line {
        Line::joined(ops.into_iter().map(|op| self.op(op)), ", ")
    }

    fn to_group(&self, group: &Group) -> Destination {
        Destination::page(self.path(&format!("group/{}", group.name)))
    }

    fn trap(&self, trap: &Trap) -> Line {
        Line::new().code_link(Destination::section(self.path("traps"), &trap.name), &*trap.name)
    }

    fn effect(&self, effect: &Effect) -> Line {
        Line::new().code_link(Destination::section(self.path("effects"), &effect.name), &*effect.name)
    }

    fn to_type(&self, of: &Type) -> Destination {
        Destination::section(self.path("types"), &of.name)
    }

    /// An operand kind; plain numbers have no section.
    fn operand_kind(&self, kind: &OperandKind) -> Line {
        match kind.span {
            Some(_) => Line::new().code_link(Destination::section(self.path("operands"), &kind.name), &*kind.name),
            None => Line::new().code(&*kind.name),
        }
    }

    /// Says which entry a section came from, in the words that tools read back.
    fn origin(&self, table: &str, name: &str) -> Line {
        prose::line(&provenance::entry(self.set, table, name))
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

    /// An entry for a section of a page.
    fn section_entry(&self, kind: &str, name: &str, doc: &str) -> Entry {
        Entry {
            anchor: Some(crate::emit::manual::page::anchor(name)),
            ..self.entry(kind, name, doc)
        }
    }
}

/// `0x20`, or `0xFF 0x03` on the extended page.
fn code(set: &InstructionSet, op: &Op) -> String {
    match set.encoding.extension_prefix {
        Some(prefix) if op.code > 0xFF => format!("0x{prefix:02X} 0x{:02X}", op.code & 0xFF),
        _ => format!("0x{:02X}", op.code),
    }
}

/// `a: i32, b: i32 → i32`; with `rest`, what stands below them on the stack is shown as well.
fn effect_on_stack(op: &Op) -> String {
    let inputs = op.inputs.iter().map(|input| format!("{}: {}", input.name, input.text));
    let outputs = op.outputs.iter().map(|output| output.text.clone());
    let list = |values: &mut dyn Iterator<Item = String>| {
        let values: Vec<String> = std::iter::once("…".to_owned()).chain(values).collect();
        values.join(", ")
    };
    format!("{} → {}", list(&mut inputs.into_iter()), list(&mut outputs.into_iter()))
}
