//! What the TOML of an instruction set says, before names are resolved: the format of `spec/<name>/*.toml`.
//!
//! A set may be spread over any number of files in its folder; each begins with `kind = "instruction-set"` and `name = "raya"`.
//! One file (the one with `doc`) carries the scalars of the head; every table may be continued in any file.
//! Unknown fields are refused. Every type here derives `Deserialize` and is read from its own spanned subtree.

mod engine;
mod limits;
mod module;

use std::collections::BTreeMap;

pub use engine::{RawEngine, RawFamily, RawSite, RawSuperinstruction};
pub use limits::RawLimits;
pub use module::{RawField, RawFlag, RawModule, RawRecord, RawUnion, RawVariant};
use schemars::JsonSchema;
use serde::Deserialize;

use super::effect::Access;
use super::engine::{FUSES, LOCATIONS};
use super::machine::MACHINES;
use super::op::Control;
use super::operand::Indexes;
use super::scalar::Scalar;
use super::type_expression::TypeFunction;
use super::wide;
use crate::model::names::BYTE_ORDERS;
use crate::model::schema::{any_of, dotted_names, names, text_or_table, words};
use crate::syntax::Spanned;

/// Words of type expressions beside the names of types.
fn type_words() -> Vec<&'static str> {
    let mut words = words(TypeFunction::ALL);
    words.extend(["repeat", "optional"]);
    words
}

/// Words of shapes beside the names of operand kinds, records and unions.
fn shape_words() -> Vec<&'static str> {
    let mut words = [words(Scalar::ALL), words(wide::KINDS)].concat();
    words.extend(["string", "code", "type", "type_definition", "list"]);
    words
}

/// The items of a list of words.
fn one_of(words: &[&str]) -> serde_json::Value {
    serde_json::json!({ "type": "string", "enum": words })
}

/// A file of an instruction set. Every table may be continued in any file of the set, so a file needs none of them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RawFile {
    /// What the file describes: `"instruction-set"`.
    #[schemars(extend("const" = "instruction-set"))]
    pub kind: String,
    /// The set that it is a part of: `"demo"`. Crates are named by it, and its functions live in the folder of this name in `runtime/`.
    #[schemars(extend("pattern" = crate::model::schema::NAME))]
    pub name: String,
    /// What the machine is, in one paragraph. It stands in one file of the set.
    pub doc: Option<String>,
    /// How instructions become bytes. It stands in one file of the set.
    pub encoding: Option<RawEncoding>,
    /// What the hand-written part of the machine is like. It stands in one file of the set, or in none.
    pub runtime: Option<RawRuntime>,
    /// That the set has a fast engine, and what limits it. It stands in one file of the set, or in none.
    pub engine: Option<RawEngine>,
    /// How values are represented, each a table `[slot.i32]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub slot: BTreeMap<String, RawSlot>,
    /// The types that the verifier tells apart, each a table `[type.array]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub r#type: BTreeMap<String, RawType>,
    /// Kinds of operands, each a table `[operand.function]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub operand: BTreeMap<String, RawOperandKind>,
    /// What ops can do beside giving a result, each a table `[effect."heap.write"]`.
    #[schemars(default, extend("propertyNames" = dotted_names()))]
    pub effect: BTreeMap<String, RawEffect>,
    /// Ways in which ops can fail, each a table `[trap.divide_by_zero]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub trap: BTreeMap<String, RawTrap>,
    /// Chapters of the list of ops, each a table `[group.integer]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub group: BTreeMap<String, RawGroup>,
    /// The instructions, each a table `[op.iadd]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub op: BTreeMap<String, RawOp>,
    /// Ops that the fast engine rewrites into faster forms while they run, each a table `[family.method]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub family: BTreeMap<String, RawFamily>,
    /// Sequences of ops that the fast engine runs as one, each a table `[superinstruction.multiply_add]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub superinstruction: BTreeMap<String, RawSuperinstruction>,
    /// Assembly that several examples share, each a table `[fixture.shapes]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub fixture: BTreeMap<String, RawFixture>,
    /// What the verifier takes, and what calls cost. It stands in one file of the set, if at all.
    pub limits: Option<RawLimits>,
    /// The file that carries code between compiler and machine. It stands in one file of the set.
    pub module: Option<RawModule>,
    /// The structures of the module file, each a table `[record.function]`; the record `module` is the file's body.
    #[schemars(default, extend("propertyNames" = names()))]
    pub record: BTreeMap<String, RawRecord>,
    /// Tagged choices in the module file, each a table `[union.constant]`.
    #[schemars(default, extend("propertyNames" = names()))]
    pub union: BTreeMap<String, RawUnion>,
}

/// How instructions become bytes: `[encoding]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEncoding {
    /// The width of the opcode: `"u8"`; other widths are refused for now.
    #[schemars(extend("enum" = ["u8"]))]
    pub opcode: Spanned<String>,
    /// The order of the bytes of operands: `"little"` for the least significant one first, or `"big"`.
    #[schemars(extend("enum" = words(BYTE_ORDERS)))]
    pub endian: Spanned<String>,
    /// The byte that announces the extended page of opcodes, if there is one.
    #[schemars(range(min = 0, max = 255), example = 0xFF)]
    pub prefix: Option<Spanned<i64>>,
}

/// What the hand-written part of the machine is like: `[runtime]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRuntime {
    /// `"own"`, which holds without this table: the runtime has a machine of its own. `"emitted"`: values, frames and the loop that drives
    /// them are emitted, and the runtime has only the state that programs keep beside them, and the meaning of the ops.
    #[schemars(extend("enum" = words(MACHINES)))]
    pub machine: Spanned<String>,
}

/// Where a type comes from: `library = { package = "ethnum", version = "1.5", path = "ethnum::U256" }`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLibrary {
    /// The package, as cargo knows it.
    pub package: Spanned<String>,
    /// The version that is needed, as in a manifest. Default features are off.
    pub version: Spanned<String>,
    /// The type in the crate.
    pub path: Spanned<String>,
}

/// A representation of values: `[slot.i32]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSlot {
    /// What it holds.
    pub doc: Spanned<String>,
    /// The Rust type by which semantics functions see it.
    pub rust: Spanned<String>,
    /// For a type from a library: the integer whose methods it has and whose literals it takes. It must be `Copy`, and have `Default`,
    /// `Debug`, `Display` and `FromStr` in decimal digits, as that integer has.
    #[schemars(extend("enum" = words(wide::KINDS)))]
    pub like: Option<Spanned<String>>,
    /// For a type from a library, where the machine is emitted: the crate to depend on.
    pub library: Option<RawLibrary>,
    /// Literals at the edges of the range; emitted tests run every op on all of them.
    #[serde(default)]
    pub edges: Vec<Spanned<String>>,
}

/// A type that the verifier tells apart: `[type.array]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawType {
    /// What values it has.
    pub doc: Spanned<String>,
    /// Its number in module files, 0 to 63.
    #[schemars(range(min = 0, max = 63))]
    pub code: Spanned<i64>,
    /// The slot that represents its values: the name of a `[slot.…]`.
    #[schemars(extend("x-lathe-names" = ["slot"]))]
    pub slot: Spanned<String>,
    /// The next larger type, of which this one is a part: the name of another `[type.…]`.
    #[schemars(extend("x-lathe-names" = ["type"]))]
    pub is: Option<Spanned<String>>,
    /// Whether it stands only for its descendants, so that no value has just this type.
    #[serde(default)]
    pub r#abstract: bool,
    /// The type of which (and of whose descendants) it is the bottom.
    #[schemars(extend("x-lathe-names" = ["type"]))]
    pub bottom_of: Option<Spanned<String>>,
    /// What it is made of: `["element: type"]`; kinds are `type`, `type?`, `types` and `class`.
    #[serde(default)]
    #[schemars(example = ["element: type"])]
    pub parameters: Vec<Spanned<String>>,
}

/// A kind of operand: `[operand.function]`. The scalars (`u16`, `i32`, `f64`, …) exist without an entry.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOperandKind {
    /// What it selects.
    pub doc: Spanned<String>,
    /// The scalar that carries it, of at most 64 bits: `"u16"`.
    #[schemars(extend("enum" = words(Scalar::ALL)))]
    pub encoding: Spanned<String>,
    /// The list that it is a position in: `"module.functions"` or any other list of the record `module`, `"function.locals"`,
    /// `"function.captures"`, `"types"`, `"class.fields"`, `"class.methods"` or `"tuple.elements"`.
    #[schemars(extend("anyOf" = any_of(words(Indexes::NAMED), r"^module\.[a-z][a-z0-9_]*$")))]
    pub indexes: Option<Spanned<String>>,
    /// `"end"`: it is a label, counted from the end of the instruction. Without this and `indexes` it is a plain number.
    #[schemars(extend("enum" = ["end"]))]
    pub relative_to: Option<Spanned<String>>,
    /// For a label: whether -1 means that there is none.
    #[serde(default)]
    pub optional: bool,
}

/// Something that an op does beside giving a result: `[effect."heap.write"]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEffect {
    /// What it says.
    pub doc: Spanned<String>,
    /// How a semantics function of an op with this effect is given the context: `"shared"` or `"mutable"`; not at all if not stated.
    #[schemars(extend("enum" = words(Access::STATED)))]
    pub context: Option<Spanned<String>>,
    /// How a semantics function of an op with this effect is given the frame: `"shared"` or `"mutable"`; not at all if not stated.
    #[schemars(extend("enum" = words(Access::STATED)))]
    pub frame: Option<Spanned<String>>,
    /// Whether the task may be suspended in the op, so that its semantics function returns `Poll`.
    #[serde(default)]
    pub suspends: bool,
}

/// A way in which ops can fail: `[trap.divide_by_zero]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTrap {
    /// When it happens.
    pub doc: Spanned<String>,
    /// Its number, 1 to 65535, stable between releases.
    #[schemars(range(min = 1, max = 65535))]
    pub code: Spanned<i64>,
    /// Whether a handler of the program can catch it.
    pub catchable: bool,
}

/// A chapter of the list of ops: `[group.integer]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGroup {
    /// Its heading in the manual.
    pub title: Spanned<String>,
    /// What its ops have in common.
    pub doc: Spanned<String>,
}

/// An instruction: `[op.iadd]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOp {
    /// Its number: 0 to 255, or 256 to 511 for the page behind the prefix.
    #[schemars(range(min = 0, max = 511), example = 0x20)]
    pub code: Spanned<i64>,
    /// The chapter that it belongs to: the name of a `[group.…]`.
    #[schemars(extend("x-lathe-names" = ["group"]))]
    pub group: Spanned<String>,
    /// What it does. The manual and the docs of everything that is emitted for it say so.
    pub doc: Spanned<String>,
    /// What was decided where sources disagree, and why.
    pub decision: Option<Spanned<String>>,
    /// The version of the set in which it appeared.
    #[schemars(range(min = 1))]
    pub since: Spanned<i64>,
    /// Why it should no longer be used, and what to use instead.
    pub deprecated: Option<Spanned<String>>,
    /// The feature without which it doesn't exist: the name of a `[feature.…]`.
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    pub feature: Option<Spanned<String>>,
    /// What its behaviour waits for; then neither `expr` nor `sem` may stand.
    pub waits: Option<Spanned<String>>,
    /// What follows the opcode, each with a name and its kind: `["f: function", "argc: u16"]`.
    #[serde(default)]
    #[schemars(example = ["f: function", "argc: u16"])]
    #[schemars(extend("x-lathe-names" = ["operand"], "x-lathe-after" = ":", "x-lathe-words" = words(Scalar::ALL)))]
    pub operands: Vec<Spanned<String>>,
    /// What it takes from the stack, bottom to top, each with a name and its type: `["a: i32", "b: i32"]`.
    #[serde(default)]
    #[schemars(example = ["a: i32", "b: i32"])]
    #[schemars(extend("x-lathe-names" = ["type"], "x-lathe-after" = ":", "x-lathe-words" = type_words()))]
    pub r#in: Vec<Spanned<String>>,
    /// The types of what it puts on the stack, bottom to top: `["i32"]`.
    #[serde(default)]
    #[schemars(example = ["i32"])]
    #[schemars(extend("x-lathe-names" = ["type"], "x-lathe-words" = type_words()))]
    pub out: Vec<Spanned<String>>,
    /// Where execution goes next: `next` (if not stated), `jump`, `branch`, `call`, `return`, `throw` or `halt`.
    #[schemars(extend("enum" = words(Control::ALL)))]
    pub control: Option<Spanned<String>>,
    /// Its meaning as a pure, total Rust expression over the names of inputs and operands: `"a.wrapping_add(b)"`.
    #[schemars(example = "a.wrapping_add(b)")]
    pub expr: Option<Spanned<String>>,
    /// Its meaning as the name of a function in `runtime/`.
    #[schemars(extend("x-lathe-names" = ["function"]))]
    pub sem: Option<Spanned<String>>,
    /// What it does beside giving a result: names of `[effect.…]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["effect"]))]
    pub effects: Vec<Spanned<String>>,
    /// How it can fail: names of `[trap.…]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["trap"]))]
    pub traps: Vec<Spanned<String>>,
    /// Whether the same inputs give the same outputs and nothing else happens.
    pub pure: Option<Spanned<bool>>,
    /// Whether its two inputs may be exchanged.
    pub commutes: Option<Spanned<bool>>,
    /// The fuel that it uses up; 1 if not stated. It is charged with the rest of its block, when control enters the block.
    #[schemars(range(min = 0))]
    pub cost: Option<Spanned<i64>>,
    /// Whether it is rarely executed.
    #[serde(default)]
    pub cold: bool,
    /// Where its inputs may be when the fast engine runs it: `"slot"`, a word of the frame, which holds without this field, and `"const"`,
    /// a constant in the instruction. There is a handler for each way that at least one input isn't a constant.
    #[serde(default)]
    #[schemars(example = ["slot", "const"])]
    #[schemars(extend("items" = one_of(&words(LOCATIONS))))]
    pub locations: Vec<Spanned<String>>,
    /// What the fast engine runs together with it: `"branch"`, a conditional jump on its result.
    #[serde(default)]
    #[schemars(example = ["branch"])]
    #[schemars(extend("items" = one_of(&words(FUSES))))]
    pub fuse: Vec<Spanned<String>>,
    /// The function of the engine's runtime that is the op in the fast engine. Without it, that is the expression, or a call of the
    /// semantics function.
    #[schemars(example = &"load_elem")]
    pub fast: Option<Spanned<String>>,
    /// Its bytes in hexadecimal, written by hand: `"20"` or `{ operands = ["1", "2"], bytes = "A0 01000000 0200" }`.
    #[schemars(example = "20")]
    pub golden: Option<Spanned<RawGoldenValue>>,
    /// What it must do, written by hand: `"2, 3 -> 5"`, `"1, 0 -> !divide_by_zero"`, or a table with assembly and its outcome.
    #[serde(default)]
    #[schemars(example = ["2, 3 -> 5", "1, 0 -> !divide_by_zero"])]
    #[schemars(extend("x-lathe-names" = ["trap"], "x-lathe-after" = "!"))]
    pub examples: Vec<Spanned<RawExample>>,
    /// Boolean Rust expressions over the inputs' names, in which ops may be called by name: `iadd(a, b) == iadd(b, a)`.
    #[serde(default)]
    #[schemars(example = ["iadd(a, b) == iadd(b, a)"])]
    #[schemars(extend("x-lathe-names" = ["op"]))]
    pub laws: Vec<Spanned<String>>,
}

/// An item of `examples`.
#[derive(Debug, Clone)]
pub enum RawExample {
    /// `"2, 3 -> 5"`
    Values(String),
    /// A table.
    Program(Box<RawProgram>),
}

/// What stands behind `golden`.
#[derive(Debug, Clone)]
pub enum RawGoldenValue {
    /// `"20"`
    Bytes(String),
    /// A table.
    Table(RawGolden),
}

text_or_table!(
    RawExample,
    r#"a text such as "2, 3 -> 5" or a table"#,
    RawExample::Values,
    RawProgram,
    |table| RawExample::Program(Box::new(table))
);
text_or_table!(
    RawGoldenValue,
    r#"a text such as "20" or a table"#,
    RawGoldenValue::Bytes,
    RawGolden,
    RawGoldenValue::Table
);

/// An example as assembly with its outcome: a table under `examples`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProgram {
    /// The fixture that precedes it: the name of a `[fixture.…]`.
    #[schemars(extend("x-lathe-names" = ["fixture"]))]
    pub given: Option<Spanned<String>>,
    /// The code of `main`, whose result type is `result`.
    pub body: Option<Spanned<String>>,
    /// The result type of `main` for `body`; `i32` if not stated.
    pub result: Option<Spanned<String>>,
    /// Whole declarations instead of `body`.
    pub program: Option<Spanned<String>>,
    /// The literal that `main` returns.
    pub gives: Option<Spanned<String>>,
    /// The trap that it ends with: the name of a `[trap.…]`.
    #[schemars(extend("x-lathe-names" = ["trap"]))]
    pub traps: Option<Spanned<String>>,
    /// The literal of the exception that it ends with.
    pub throws: Option<Spanned<String>>,
    /// What it prints.
    pub prints: Option<Spanned<String>>,
}

/// The bytes of an op with operands: a table under `golden`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGolden {
    /// The operands as numbers, in order.
    pub operands: Vec<Spanned<String>>,
    /// Hexadecimal bytes; spaces are ignored.
    pub bytes: Spanned<String>,
}

/// Assembly that several examples share: `[fixture.shapes]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFixture {
    /// What it declares.
    pub doc: Spanned<String>,
    /// The declarations, in assembly.
    pub text: Spanned<String>,
}
