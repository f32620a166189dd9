//! Sets whose programs are memory images: instructions are words with bit fields, and work on registers and memory.
//!
//! [`raw`] is what the TOML says; this module's types are the same facts resolved. What such a set shares with one that has module files
//! (effects, traps, groups, meanings, golden bytes) has the same types.

pub mod items;
pub mod pattern;
pub mod raw;
pub mod signature;
pub mod state;
pub mod syntax;

use pattern::{BitField, Pattern};
use state::{Assignment, NativeCall};
use syntax::Syntax;

use super::effect::Effect;
use super::example::Golden;
use super::op::{Group, Meaning, Trap};
use super::scalar::Scalar;
use crate::arena::{Arena, Id};
use crate::source::Span;

/// An instruction set whose programs are memory images.
#[derive(Debug)]
pub struct ImageSet {
    /// `chip8`: prefix of the emitted crates and folder under `generated/` and `runtime/`.
    pub name: String,
    /// What the machine is, in one paragraph.
    pub doc: String,
    /// The `name = …` line of the main file.
    pub span: Span,
    /// The spec files that it was read from, as root-relative paths with `/`, sorted.
    pub files: Vec<String>,
    /// What a word is.
    pub encoding: WordEncoding,
    /// Memory and what is loaded into it.
    pub image: Image,
    /// What instructions work on beside memory.
    pub registers: Arena<Register>,
    /// What stands in memory before a program is loaded.
    pub data: Arena<Data>,
    /// What the host does.
    pub natives: Arena<Native>,
    /// Kinds of operands.
    pub operand_kinds: Arena<WordOperandKind>,
    /// Effects that an op can state.
    pub effects: Arena<Effect>,
    /// Ways in which an op can fail.
    pub traps: Arena<Trap>,
    /// Chapters of the op list.
    pub groups: Arena<Group>,
    /// Instructions in order of their patterns.
    pub ops: Arena<WordOp>,
}

/// How words become bytes.
#[derive(Debug, Clone)]
pub struct WordEncoding {
    /// 8, 16 or 32.
    pub bits: u32,
    /// Whether the least significant byte comes first.
    pub little_endian: bool,
    /// The `[encoding]` table.
    pub span: Span,
}

/// Memory and what is loaded into it.
#[derive(Debug, Clone)]
pub struct Image {
    /// What the memory is.
    pub doc: String,
    /// Where a program is loaded and begins.
    pub origin: u32,
    /// The number of bytes of memory.
    pub memory: u32,
    /// How files with programs end.
    pub extension: String,
    /// The register with the address of the next instruction.
    pub counter: Id<Register>,
    /// The trap of a word that is no instruction.
    pub unknown: Id<Trap>,
    /// The trap of an instruction that isn't in memory.
    pub outside: Id<Trap>,
    /// The `[image]` table.
    pub span: Span,
}

/// A register or a bank of them.
#[derive(Debug, Clone)]
pub struct Register {
    /// `v`.
    pub name: String,
    /// What it is for.
    pub doc: String,
    /// `u8`, `u16` or `u32`.
    pub scalar: Scalar,
    /// The number of registers of a bank; `None` for a single register.
    pub count: Option<u32>,
    /// Whether the registers of the bank are numbered in hexadecimal digits.
    pub hexadecimal: bool,
    /// The `[register.v]` entry.
    pub span: Span,
}

impl Register {
    /// The largest number that it can hold.
    pub fn largest(&self) -> u32 {
        match self.scalar.bytes() {
            1 => 0xFF,
            2 => 0xFFFF,
            _ => u32::MAX,
        }
    }

    /// The number of a register of the bank as it stands in its name.
    pub fn digits(&self, index: u32) -> String {
        if self.hexadecimal {
            format!("{index:x}")
        } else {
            index.to_string()
        }
    }

    /// How one of them is called: `v3`.
    pub fn name_of(&self, index: u32) -> String {
        match self.count {
            None => self.name.clone(),
            Some(_) => format!("{}{}", self.name, self.digits(index)),
        }
    }

    /// All of them, for a sentence: `` `v0` to `vf` ``.
    pub fn names(&self) -> String {
        match self.count {
            None => format!("`{}`", self.name),
            Some(count) => format!("`{}` to `{}`", self.name_of(0), self.name_of(count.saturating_sub(1))),
        }
    }
}

/// Bytes that stand in memory before a program is loaded.
#[derive(Debug, Clone)]
pub struct Data {
    /// `digits`.
    pub name: String,
    /// What they are.
    pub doc: String,
    /// Where they begin.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The `[data.digits]` entry.
    pub span: Span,
}

/// Something that the host of the machine does.
#[derive(Debug, Clone)]
pub struct Native {
    /// `draw`.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// What it is given: names and types.
    pub parameters: Vec<(String, NativeType)>,
    /// What it answers.
    pub result: Option<NativeResult>,
    /// The `[native.draw]` entry.
    pub span: Span,
}

/// What a native answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeResult {
    /// Its type.
    pub of: NativeType,
    /// Whether there may be no answer.
    pub optional: bool,
}

/// A type of what goes to the host or comes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeType {
    /// A byte.
    U8,
    /// Two bytes.
    U16,
    /// Four bytes.
    U32,
    /// A truth value.
    Bool,
    /// A run of bytes, only for parameters.
    Bytes,
}

impl NativeType {
    /// Every type with its name in specs.
    pub const ALL: &'static [(&'static str, NativeType)] = &[
        ("u8", NativeType::U8),
        ("u16", NativeType::U16),
        ("u32", NativeType::U32),
        ("bool", NativeType::Bool),
        ("bytes", NativeType::Bytes),
    ];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, of)| *of == self).map_or("?", |(name, _)| name)
    }
}

/// A kind of operand.
#[derive(Debug, Clone)]
pub struct WordOperandKind {
    /// `register`.
    pub name: String,
    /// What it selects.
    pub doc: String,
    /// The width of its fields.
    pub bits: u32,
    /// The bank that it is a number in.
    pub bank: Option<Id<Register>>,
    /// What stands there, if it is an address.
    pub address: Option<AddressOf>,
    /// The `[operand.register]` entry.
    pub span: Span,
}

impl WordOperandKind {
    /// Whether a jump or call goes there.
    pub fn is_target(&self) -> bool {
        self.address == Some(AddressOf::Code)
    }

    /// The scalar that holds a number of this width.
    pub fn scalar(&self) -> Scalar {
        match self.bits {
            0..=8 => Scalar::U8,
            9..=16 => Scalar::U16,
            _ => Scalar::U32,
        }
    }
}

/// What stands at an address that is an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOf {
    /// An instruction, to which a jump or call goes.
    Code,
    /// Something else.
    Data,
}

impl AddressOf {
    /// Both with their names in specs.
    pub const ALL: &'static [(&'static str, AddressOf)] = &[("code", AddressOf::Code), ("data", AddressOf::Data)];
}

/// One operand of an op: `x: register`.
#[derive(Debug, Clone)]
pub struct WordOperand {
    /// `x`.
    pub name: String,
    /// Its kind.
    pub kind: Id<WordOperandKind>,
    /// The string in the spec.
    pub span: Span,
}

/// An instruction.
#[derive(Debug, Clone)]
pub struct WordOp {
    /// `add`.
    pub name: String,
    /// Its words.
    pub pattern: Pattern,
    /// The `pattern` in the spec.
    pub pattern_span: Span,
    /// Names of ops whose words aren't this one's, though they match the pattern.
    pub except: Vec<(String, Span)>,
    /// The chapter that it belongs to.
    pub group: Id<Group>,
    /// What it does.
    pub doc: String,
    /// A decision between contradicting sources, with its reason.
    pub decision: Option<String>,
    /// The version of the set in which it appeared.
    pub since: u32,
    /// Its fields.
    pub operands: Vec<WordOperand>,
    /// How it is written.
    pub syntax: Syntax,
    /// The `syntax` in the spec, or the op where it states none.
    pub syntax_span: Span,
    /// Registers that the expression reads: name in the expression, register, position in its bank.
    pub inputs: Vec<StateInput>,
    /// What takes the value of the expression.
    pub output: Option<StateOutput>,
    /// Where its meaning stands.
    pub meaning: Meaning,
    /// Where execution goes next.
    pub control: WordControl,
    /// What it does beyond its output.
    pub effects: Vec<Id<Effect>>,
    /// How it can fail.
    pub traps: Vec<Id<Trap>>,
    /// Hand-written examples.
    pub examples: Vec<StateExample>,
    /// Hand-written bytes.
    pub golden: Option<Golden>,
    /// The name in `[op.add]`.
    pub span: Span,
    /// The root-relative path of the file and the line (from 1) of the entry.
    pub file: String,
    /// See `file`.
    pub line: u32,
}

impl WordOp {
    /// The operand with the address to which a jump or call goes.
    pub fn target<'a>(&'a self, set: &ImageSet) -> Option<&'a WordOperand> {
        self.operands
            .iter()
            .find(|operand| set.operand_kinds[operand.kind].is_target())
    }

    /// The field of an operand; the checker demands that there is one.
    pub fn field(&self, operand: &WordOperand) -> Option<BitField> {
        self.pattern.field_of(&operand.name)
    }
}

/// A register that an expression reads.
#[derive(Debug, Clone)]
pub struct StateInput {
    /// `dt`, which is its name in the expression.
    pub name: String,
    /// The register.
    pub register: Id<Register>,
    /// Its position in its bank.
    pub index: u32,
    /// The string in the spec.
    pub span: Span,
}

/// What takes the value of an expression.
#[derive(Debug, Clone, Copy)]
pub struct StateOutput {
    /// Which register.
    pub place: OutputPlace,
    /// The string in the spec.
    pub span: Span,
}

/// A register, directly or by an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputPlace {
    /// The one that the operand with this position selects.
    Operand(usize),
    /// This one, with its position in its bank.
    Register(Id<Register>, u32),
}

/// Where execution goes after an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordControl {
    /// To the next instruction.
    Next,
    /// Over the next instruction when the meaning says `true`, else to it.
    Skip,
    /// To the target operand.
    Jump,
    /// To the target operand; the meaning keeps the way back.
    Call,
    /// To the address that the meaning gives, which a call kept.
    Return,
    /// To an address that the meaning computes.
    Computed,
    /// To the next instruction when the meaning says `true`, else to itself again.
    Wait,
    /// Nowhere: the program ends with the meaning's trap.
    Halt,
}

impl WordControl {
    /// Every kind with its name in specs.
    pub const ALL: &'static [(&'static str, WordControl)] = &[
        ("next", WordControl::Next),
        ("skip", WordControl::Skip),
        ("jump", WordControl::Jump),
        ("call", WordControl::Call),
        ("return", WordControl::Return),
        ("computed", WordControl::Computed),
        ("wait", WordControl::Wait),
        ("halt", WordControl::Halt),
    ];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, control)| *control == self)
            .map_or("?", |(name, _)| name)
    }
}

/// One instruction, and the machine before and after it.
#[derive(Debug, Clone)]
pub struct StateExample {
    /// What differs from a machine that was just started.
    pub given: Vec<Assignment>,
    /// The instruction, in assembly.
    pub run: String,
    /// What it asks of the host.
    pub natives: Vec<NativeCall>,
    /// How it ends.
    pub outcome: StateOutcome,
    /// The texts of `given`, `natives` and `gives`, for people.
    pub texts: ExampleTexts,
    /// The table in the spec.
    pub span: Span,
}

/// An example as it stands in the spec.
#[derive(Debug, Clone, Default)]
pub struct ExampleTexts {
    /// `v1 = 3`.
    pub given: String,
    /// `draw(4, 5, F0) -> true`.
    pub natives: Vec<String>,
    /// `v1 = 8`.
    pub gives: String,
}

/// How an example ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateOutcome {
    /// With these parts changed.
    Gives(Vec<Assignment>),
    /// With this trap, and nothing changed.
    Traps(Id<Trap>),
}

impl ImageSet {
    /// `generated/chip8`: where its crates are emitted.
    pub fn folder(&self) -> String {
        format!("generated/{}", self.name)
    }

    /// `chip8-facts`: the package of a part of the set.
    pub fn package(&self, part: &str) -> String {
        format!("{}-{part}", self.name)
    }

    /// `chip8_facts`: the same crate in Rust code.
    pub fn library(&self, part: &str) -> String {
        self.package(part).replace('-', "_")
    }

    /// `runtime/chip8`: where its semantics functions live.
    pub fn runtime_folder(&self) -> String {
        format!("runtime/{}", self.name)
    }

    /// The extension of files with assembly: the first letter of that of images, and `asm`.
    pub fn text_extension(&self) -> String {
        let first: String = self.image.extension.chars().take(1).collect();
        format!("{first}asm")
    }

    /// The number of bytes of a word.
    pub fn word_bytes(&self) -> u32 {
        self.encoding.bits / 8
    }
}
