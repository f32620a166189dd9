//! Instruction sets: types and their lattice, encoding, operand kinds, effects, traps, ops and the module file format.
//!
//! [`raw`] is what the TOML says; this module's types are the same facts resolved: names are ids, strings are parsed.

mod common_items;
pub mod effect;
pub mod engine;
pub mod example;
pub mod format;
pub mod image;
pub mod items;
pub mod limits;
pub mod machine;
pub mod op;
pub mod operand;
pub mod raw;
pub mod resolve;
pub mod scalar;
pub mod signature;
pub mod type_expression;
pub mod types;
pub mod wide;

pub use effect::{Effect, Takes};
pub use engine::{CacheField, Chain, Engine, Family, Fuse, Handler, Location, Plan, Superinstruction};
pub use example::{Body, Example, Fixture, Golden, Outcome, unindented};
pub use format::{Field, Flag, ModuleFormat, Record, Shape, Union, Variant};
pub use image::ImageSet;
pub use items::items;
pub use limits::Limits;
pub use machine::Machine;
pub use op::{Control, Group, Input, Meaning, Op, Output, Trap};
pub use operand::{Indexes, Operand, OperandKind, OperandMeaning};
pub use resolve::{PAGES, load};
pub use scalar::Scalar;
pub use type_expression::{Reference, TypeArgument, TypeExpression, TypeFunction};
pub use types::{ParameterKind, Slot, Type, TypeParameter};

use std::collections::BTreeMap;

use schemars::Schema;

use crate::arena::Arena;
use crate::model::Model;
use crate::model::names::Use;
use crate::source::Span;

/// The tables that say what ops are made of.
pub const FOUNDATIONS: &[&str] = &["slot", "type", "operand", "record", "union", "register", "module.flag"];

/// All instruction sets of a spec folder, by name.
#[derive(Debug, Default)]
pub struct InstructionSets {
    /// Those whose programs are module files, in order of their names.
    pub sets: Vec<InstructionSet>,
    /// Those whose programs are memory images, in order of their names.
    pub images: Vec<ImageSet>,
    /// Where their specs name entries, those of other kinds included.
    pub uses: Vec<Use>,
}

/// What tools need to know of a set, whatever its programs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// `raya`.
    pub name: String,
    /// `runtime/raya`: where its semantics functions live.
    pub runtime_folder: String,
    /// `rasm`: how files with its assembly end.
    pub text_extension: String,
    /// `raya` or `chip8-oracle`: the emitted program that runs its programs.
    pub program: String,
}

/// What tools need to know of an op, whatever the programs of its set are.
#[derive(Debug, Clone, Copy)]
pub struct OpOutline<'a> {
    /// The set that it belongs to.
    pub set: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its entry.
    pub span: Span,
    /// What it does.
    pub meaning: &'a Meaning,
}

/// `raya-cli` and `raya-oracle`: the packages that can hold the program that runs programs of a set.
pub fn engines(set: &str) -> [String; 2] {
    [format!("{set}-cli"), format!("{set}-oracle")]
}

/// `A0 01 00`: bytes as specs write them.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

impl InstructionSets {
    /// The outlines of all sets.
    pub fn outlines(&self) -> impl Iterator<Item = Outline> {
        let modules = self.sets.iter().map(|set| Outline {
            name: set.name.clone(),
            runtime_folder: set.runtime_folder(),
            text_extension: set.text_extension(),
            program: if set.has_command_line() {
                set.name.clone()
            } else {
                set.package("oracle")
            },
        });
        let images = self.images.iter().map(|set| Outline {
            name: set.name.clone(),
            runtime_folder: set.runtime_folder(),
            text_extension: set.text_extension(),
            program: set.package("oracle"),
        });
        modules.chain(images)
    }

    /// The ops of all sets, whatever their programs are.
    pub fn ops(&self) -> impl Iterator<Item = OpOutline<'_>> {
        let modules = self.sets.iter().flat_map(|set| {
            set.ops.iter().map(|op| OpOutline {
                set: &set.name,
                name: &op.name,
                span: op.span,
                meaning: &op.meaning,
            })
        });
        let images = self.images.iter().flat_map(|set| {
            set.ops.iter().map(|op| OpOutline {
                set: &set.name,
                name: &op.name,
                span: op.span,
                meaning: &op.meaning,
            })
        });
        modules.chain(images)
    }
}

/// The trap of programs that need more memory than they may have.
const HEAP_LIMIT: &str = "heap_limit";

/// An instruction set whose programs are module files.
#[derive(Debug)]
pub struct InstructionSet {
    /// `raya`: prefix of the emitted crates and folder under `generated/` and `runtime/`.
    pub name: String,
    /// What the machine is, in one paragraph.
    pub doc: String,
    /// The `name = …` line of the main file.
    pub span: Span,
    /// The spec files that it was read from, as root-relative paths with `/`, sorted.
    pub files: Vec<String>,
    /// The files that state entries of a table, by its name, sorted.
    pub tables: BTreeMap<String, Vec<String>>,
    /// How instructions become bytes.
    pub encoding: Encoding,
    /// What the verifier takes, and what calls cost.
    pub limits: Limits,
    /// Who writes the machine that drives programs.
    pub machine: Machine,
    /// Its fast engine, if it has one.
    pub engine: Option<Engine>,
    /// What a slot of the operand stack can hold at run time.
    pub slots: Arena<Slot>,
    /// Types that the verifier tells apart.
    pub types: Arena<Type>,
    /// Kinds of operands in the instruction stream, the primitive ones (`u16`, `f64`, …) included.
    pub operand_kinds: Arena<OperandKind>,
    /// Effects that an op can state.
    pub effects: Arena<Effect>,
    /// Ways in which an op can fail.
    pub traps: Arena<Trap>,
    /// Chapters of the op list: integer, float, control, …
    pub groups: Arena<Group>,
    /// Instructions in order of their codes.
    pub ops: Arena<Op>,
    /// Ops that the fast engine rewrites while they run.
    pub families: Arena<Family>,
    /// Sequences of ops that it runs as one.
    pub superinstructions: Arena<Superinstruction>,
    /// The file that carries code between compiler and machine.
    pub format: ModuleFormat,
    /// Assembly that several examples share.
    pub fixtures: Arena<Fixture>,
}

/// How instructions become bytes: an opcode byte, then the operands in order, without alignment.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The byte that announces a second opcode byte (a page of 256 more); no op of the first page may have it as its code.
    pub extension_prefix: Option<u8>,
    /// Whether the least significant byte of an operand comes first.
    pub little_endian: bool,
    /// The `[encoding]` table.
    pub span: Span,
}

impl InstructionSet {
    /// `generated/raya`: where its crates are emitted.
    pub fn folder(&self) -> String {
        format!("generated/{}", self.name)
    }

    /// `raya-facts`: the package of a part of the set.
    pub fn package(&self, part: &str) -> String {
        format!("{}-{part}", self.name)
    }

    /// `raya_facts`: the same crate in Rust code.
    pub fn library(&self, part: &str) -> String {
        self.package(part).replace('-', "_")
    }

    /// The slot whose values are of a Rust type that is like an integer of more than 64 bits.
    pub fn wide_slot(&self, rust: &str) -> Option<(&Slot, wide::Wide)> {
        let mut slots = self.slots.iter().filter(|slot| slot.rust == rust);
        slots.find_map(|slot| Some((slot, slot.like?)))
    }

    /// The name by which rules know a Rust type of values: that of the integer that it is like, or its own.
    pub fn behaves<'a>(&self, rust: &'a str) -> &'a str {
        self.wide_slot(rust).map_or(rust, |(_, wide)| wide.name())
    }

    /// Whether the machine is emitted.
    pub fn has_emitted_machine(&self) -> bool {
        matches!(self.machine, Machine::Emitted { .. })
    }

    /// Whether programs may fill a heap: then `Limits` of its runtime has a field `heap`, in bytes.
    pub fn has_heap(&self) -> bool {
        !self.has_emitted_machine() && self.traps.iter().any(|trap| trap.name == HEAP_LIMIT)
    }

    /// Whether it has a command line of its own, in place of the small one of the reference interpreter: those with a fast engine have.
    pub fn has_command_line(&self) -> bool {
        self.engine.is_some()
    }

    /// The extension of files with assembly: the first letter of that of module files, and `asm`.
    pub fn text_extension(&self) -> String {
        let first: String = self.format.extension.chars().take(1).collect();
        format!("{first}asm")
    }

    /// `runtime/raya`: where its semantics functions live.
    pub fn runtime_folder(&self) -> String {
        format!("runtime/{}", self.name)
    }
}

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    /// A file of a set of either form.
    #[derive(schemars::JsonSchema)]
    #[schemars(untagged)]
    #[allow(dead_code, reason = "only its schema is asked for")]
    enum File {
        Modules(Box<raw::RawFile>),
        Images(Box<image::raw::RawImageFile>),
    }
    crate::model::schema::of::<File>()
}

/// Where the specs of all sets name entries.
pub fn uses(model: &Model) -> &[Use] {
    &model.part::<InstructionSets>().uses
}
