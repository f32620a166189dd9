//! What the TOML of a set of memory images says, before names are resolved: the tables that differ from those of a set with module files.
//!
//! The tables `effect`, `trap` and `group` are the same for both.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{AddressOf, WordControl};
use crate::model::instruction_set::raw::{RawEffect, RawGoldenValue, RawGroup, RawTrap};
use crate::model::names::BYTE_ORDERS;
use crate::model::schema::{NAME, dotted_names, names, words};
use crate::syntax::Spanned;

/// A file of an instruction set whose programs are memory images. Every table may be continued in any file of the set.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RawImageFile {
    /// What the file describes: `"instruction-set"`.
    #[schemars(extend("const" = "instruction-set"))]
    pub kind: String,
    /// The set that it is a part of: `"demo"`. Crates are named by it, and its functions live in the folder of this name in `runtime/`.
    #[schemars(extend("pattern" = NAME))]
    pub name: String,
    /// What the machine is, in one paragraph. It stands in one file of the set.
    pub doc: Option<String>,
    /// What a word is. It stands in one file of the set.
    pub encoding: Option<RawWordEncoding>,
    /// Memory and what is loaded into it; the table makes the set one whose programs are memory images. It stands in one file of the set.
    pub image: Option<RawImage>,
    /// Registers and banks of them, each a table `[register.v]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub register: BTreeMap<String, RawRegister>,
    /// What stands in memory before a program is loaded, each a table `[data.digits]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub data: BTreeMap<String, RawData>,
    /// What the host of the machine does, each a table `[native.draw]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub native: BTreeMap<String, RawNative>,
    /// Kinds of operands, each a table `[operand.register]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub operand: BTreeMap<String, RawWordOperand>,
    /// What ops can do beside giving a value, each a table `[effect."memory.write"]`.
    #[schemars(default, extend("propertyNames" = dotted_names()))]
    pub effect: BTreeMap<String, RawEffect>,
    /// Ways in which ops can fail, each a table `[trap.stack_overflow]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub trap: BTreeMap<String, RawTrap>,
    /// Chapters of the list of ops, each a table `[group.arithmetic]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub group: BTreeMap<String, RawGroup>,
    /// The instructions, each a table `[op.add]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub op: BTreeMap<String, RawWordOp>,
}

/// `[encoding]` of a set whose instructions are words with bit fields.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWordEncoding {
    /// `"u8"`, `"u16"` or `"u32"`: what every instruction is, and what the patterns of the ops divide into fields.
    #[schemars(extend("enum" = ["u8", "u16", "u32"]))]
    pub word: Spanned<String>,
    /// `"little"` or `"big"`: the order of the bytes of a word in memory.
    #[schemars(extend("enum" = words(BYTE_ORDERS)))]
    pub endian: Spanned<String>,
}

/// `[image]`: programs are images of the machine's memory.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawImage {
    /// What the memory is and how a program gets into it.
    pub doc: Spanned<String>,
    /// The address where a program is loaded and begins.
    pub origin: Spanned<i64>,
    /// The number of bytes of memory; addresses are below it.
    pub memory: Spanned<i64>,
    /// `"ch8"`: how files with programs end.
    pub extension: Spanned<String>,
    /// The register that holds the address of the next instruction.
    pub counter: Spanned<String>,
    /// The trap of a word that is no instruction.
    pub unknown: Spanned<String>,
    /// The trap of an instruction that isn't in memory.
    pub outside: Spanned<String>,
}

/// `[register.v]`: a register, or a bank of numbered ones.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRegister {
    /// What it is for.
    pub doc: Spanned<String>,
    /// `"u8"`, `"u16"` or `"u32"`.
    #[schemars(extend("enum" = ["u8", "u16", "u32"]))]
    pub r#type: Spanned<String>,
    /// For a bank, how many there are: `v` with 16 stands for `v0` to `vf`.
    pub count: Option<Spanned<i64>>,
    /// How the registers of a bank are numbered: `"decimal"` (if not stated) or `"hex"`.
    #[schemars(extend("enum" = ["decimal", "hex"]))]
    pub digits: Option<Spanned<String>>,
}

/// `[data.digits]`: bytes that stand in memory before a program is loaded.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawData {
    /// What they are.
    pub doc: Spanned<String>,
    /// Where they begin.
    pub address: Spanned<i64>,
    /// In hexadecimal; spaces and line ends are ignored.
    pub bytes: Spanned<String>,
}

/// `[native.draw]`: something that the host of the machine does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNative {
    /// What it does.
    pub doc: Spanned<String>,
    /// `["x: u8", "rows: bytes"]`; types are `u8`, `u16`, `u32`, `bool` and `bytes`.
    #[serde(default)]
    pub parameters: Vec<Spanned<String>>,
    /// What it answers: a type other than `bytes`, with `?` behind it if there may be no answer.
    #[schemars(extend("pattern" = r"^(u8|u16|u32|bool)\??$"))]
    pub result: Option<Spanned<String>>,
}

/// `[operand.address]`: a kind of operand, by its width in bits.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWordOperand {
    /// What it selects.
    pub doc: Spanned<String>,
    /// The width of its fields.
    pub bits: Spanned<i64>,
    /// The bank that it is a number in; without it, it is a plain number.
    pub register: Option<Spanned<String>>,
    /// `"code"` if it is the address of an instruction, to which a jump or call goes; `"data"` if it is the address of something else.
    #[schemars(extend("enum" = words(AddressOf::ALL)))]
    pub address: Option<Spanned<String>>,
}

/// `[op.add]` of a set whose instructions are words.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWordOp {
    /// One character for each four bits (`"8xy4"`), or for each bit (`"1000 xxxx yyyy 0100"`); spaces are ignored. Digits and capitals
    /// are fixed, each run of a small letter is the field of the operand whose name begins with it.
    pub pattern: Spanned<String>,
    /// Ops whose patterns lie within this one; their words aren't this op.
    #[serde(default)]
    pub except: Vec<Spanned<String>>,
    /// The chapter.
    pub group: Spanned<String>,
    /// What it does.
    pub doc: Spanned<String>,
    /// What was decided where sources disagree, and why.
    pub decision: Option<Spanned<String>>,
    /// The version of the set in which it appeared.
    pub since: Spanned<i64>,
    /// `["x: register", "nn: byte"]`.
    #[serde(default)]
    pub operands: Vec<Spanned<String>>,
    /// How it is written in assembly: `"add {x}, {nn}"`. If not stated, the name and then the operands, separated by commas.
    pub syntax: Option<Spanned<String>>,
    /// Registers that `expr` reads beside its operands: `["dt"]`.
    #[serde(default)]
    pub r#in: Vec<Spanned<String>>,
    /// The operand or register that takes the value of `expr`.
    pub out: Option<Spanned<String>>,
    /// A pure, total Rust expression over the names of operands and of the registers in `in`; an operand that is a register stands for its
    /// value.
    pub expr: Option<Spanned<String>>,
    /// The name of a function in `runtime/`.
    pub sem: Option<Spanned<String>>,
    /// `next` (default), `skip`, `jump`, `call`, `return`, `computed`, `wait`, `halt`.
    #[schemars(extend("enum" = words(WordControl::ALL)))]
    pub control: Option<Spanned<String>>,
    /// Names of effects.
    #[serde(default)]
    pub effects: Vec<Spanned<String>>,
    /// Names of traps.
    #[serde(default)]
    pub traps: Vec<Spanned<String>>,
    /// `{ operands = ["1", "2"], bytes = "8124" }`, or just the bytes.
    pub golden: Option<Spanned<RawGoldenValue>>,
    /// What it does to the machine.
    #[serde(default)]
    pub examples: Vec<Spanned<RawStateExample>>,
}

/// An example: one instruction, and the machine before and after it. Whatever isn't named stays as it was.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStateExample {
    /// `"v1 = 3, memory[0x300] = F0 90"`: what differs from a machine that was just started. Memory is given as hexadecimal bytes.
    pub given: Option<Spanned<String>>,
    /// The instruction, in assembly.
    pub run: Spanned<String>,
    /// What it asks of the host, in order, and what the host answers: `["draw(4, 5, F0 90) -> true"]`.
    #[serde(default)]
    pub natives: Vec<Spanned<String>>,
    /// `"v1 = 8, vf = 0"`: what differs afterwards. The counter has gone on to the next instruction unless it is named.
    pub gives: Option<Spanned<String>>,
    /// The trap that it ends with; then the machine stays as it was.
    pub traps: Option<Spanned<String>>,
}
