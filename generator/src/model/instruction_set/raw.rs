//! What the TOML of an instruction set says, before names are resolved: the format of `spec/<name>/*.toml`.
//!
//! A set may be spread over any number of files in its folder; each begins with `kind = "instruction-set"` and `name = "raya"`.
//! One file (the one with `doc`) carries the scalars of the head; every table may be continued in any file.
//! Unknown fields are refused. Every type here derives `Deserialize` and is read from its own spanned subtree.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_spanned::Spanned;

/// `[encoding]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEncoding {
    /// `"u8"`: the width of the opcode; other widths are refused for now.
    pub opcode: Spanned<String>,
    /// `"little"` or `"big"`: byte order of operands.
    pub endian: Spanned<String>,
    /// The byte that announces the extended page of opcodes, if there is one.
    pub prefix: Option<Spanned<i64>>,
}

/// `[slot.i32]`: a representation of values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSlot {
    /// What it holds.
    pub doc: Spanned<String>,
    /// The Rust type by which semantics functions see it.
    pub rust: Spanned<String>,
    /// Literals at the edges of the range; emitted tests run every op on all of them.
    #[serde(default)]
    pub edges: Vec<Spanned<String>>,
}

/// `[type.array]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawType {
    /// What values it has.
    pub doc: Spanned<String>,
    /// Its number in module files, 0 to 63.
    pub code: Spanned<i64>,
    /// The slot that represents it.
    pub slot: Spanned<String>,
    /// The next larger type.
    pub is: Option<Spanned<String>>,
    /// Whether it stands only for its descendants.
    #[serde(default)]
    pub r#abstract: bool,
    /// The type of which (and of whose descendants) it is the bottom.
    pub bottom_of: Option<Spanned<String>>,
    /// `["element: type"]`; kinds are `type`, `type?`, `types` and `class`.
    #[serde(default)]
    pub parameters: Vec<Spanned<String>>,
}

/// `[operand.function]`: a kind of operand. The scalars (`u16`, `i32`, `f64`, …) exist without an entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOperandKind {
    /// What it selects.
    pub doc: Spanned<String>,
    /// The scalar that carries it.
    pub encoding: Spanned<String>,
    /// `"module.functions"`, `"function.locals"`, `"function.captures"`, `"types"`, `"class.fields"`, `"class.methods"` or
    /// `"tuple.elements"`: the list that it is a position in.
    pub indexes: Option<Spanned<String>>,
    /// `"end"`: it is a label, counted from the end of the instruction.
    pub relative_to: Option<Spanned<String>>,
    /// For a label: whether -1 means that there is none.
    #[serde(default)]
    pub optional: bool,
}

/// `[effect."heap.write"]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEffect {
    /// What it says.
    pub doc: Spanned<String>,
    /// `"shared"` or `"mutable"`: how a semantics function is given the context.
    pub context: Option<Spanned<String>>,
    /// `"shared"` or `"mutable"`: how it is given the frame.
    pub frame: Option<Spanned<String>>,
    /// Whether the function returns `Poll`.
    #[serde(default)]
    pub suspends: bool,
}

/// `[trap.divide_by_zero]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTrap {
    /// When it happens.
    pub doc: Spanned<String>,
    /// Its number, 1 to 65535.
    pub code: Spanned<i64>,
    /// Whether a handler of the program can catch it.
    pub catchable: bool,
}

/// `[group.integer]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawGroup {
    /// A heading.
    pub title: Spanned<String>,
    /// What its ops have in common.
    pub doc: Spanned<String>,
}

/// `[op.iadd]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOp {
    /// 0 to 255, or 256 to 511 for the page behind the prefix.
    pub code: Spanned<i64>,
    /// The chapter.
    pub group: Spanned<String>,
    /// What it does.
    pub doc: Spanned<String>,
    /// What was decided where sources disagree, and why.
    pub decision: Option<Spanned<String>>,
    /// The version of the set in which it appeared.
    pub since: Spanned<i64>,
    /// Why it should no longer be used.
    pub deprecated: Option<Spanned<String>>,
    /// Only with this feature.
    pub feature: Option<Spanned<String>>,
    /// What its behaviour waits for; then neither `expr` nor `sem` may stand.
    pub waits: Option<Spanned<String>>,
    /// `["f: function", "argc: u16"]`.
    #[serde(default)]
    pub operands: Vec<Spanned<String>>,
    /// `["a: i32", "b: i32"]`, bottom to top; every input has a name.
    #[serde(default)]
    pub r#in: Vec<Spanned<String>>,
    /// `["i32"]`.
    #[serde(default)]
    pub out: Vec<Spanned<String>>,
    /// A pure, total Rust expression over the names of inputs and operands.
    pub expr: Option<Spanned<String>>,
    /// The name of a function in `runtime/`.
    pub sem: Option<Spanned<String>>,
    /// `next` (default), `jump`, `branch`, `call`, `return`, `throw`, `halt`.
    pub control: Option<Spanned<String>>,
    /// Names of effects.
    #[serde(default)]
    pub effects: Vec<Spanned<String>>,
    /// Names of traps.
    #[serde(default)]
    pub traps: Vec<Spanned<String>>,
    /// The same inputs give the same outputs and nothing else happens.
    pub pure: Option<Spanned<bool>>,
    /// The two inputs may be exchanged.
    pub commutes: Option<Spanned<bool>>,
    /// Fuel; 1 if not stated.
    pub cost: Option<Spanned<i64>>,
    /// Rarely executed.
    #[serde(default)]
    pub cold: bool,
    /// `"2, 3 -> 5"`, `"1, 0 -> !divide_by_zero"`, or a [`RawProgram`] table.
    #[serde(default)]
    pub examples: Vec<Spanned<RawExample>>,
    /// `"20"` or `{ operands = ["1", "2"], bytes = "A0 01000000 0200" }`.
    pub golden: Option<Spanned<RawGoldenValue>>,
    /// Boolean Rust expressions over the inputs' names, in which ops may be called by name: `iadd(a, b) == iadd(b, a)`.
    #[serde(default)]
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

/// Deserializes a text or a table. (An untagged enum would lose the spans.)
macro_rules! text_or_table {
    ($name:ident, $expected:literal, $text:expr, $table:ty, $wrap:expr) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        Ok($text(text.to_owned()))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        let table = <$table>::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                        Ok($wrap(table))
                    }
                }
                deserializer.deserialize_any(Visitor)
            }
        }
    };
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

/// A table under `examples`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawProgram {
    /// A fixture that precedes it.
    pub given: Option<Spanned<String>>,
    /// The code of `main`, whose result type is `result`.
    pub body: Option<Spanned<String>>,
    /// The result type of `main` for `body`; `i32` if not stated.
    pub result: Option<Spanned<String>>,
    /// Whole declarations instead of `body`.
    pub program: Option<Spanned<String>>,
    /// The literal that `main` returns.
    pub gives: Option<Spanned<String>>,
    /// The trap that it ends with.
    pub traps: Option<Spanned<String>>,
    /// The literal of the exception that it ends with.
    pub throws: Option<Spanned<String>>,
    /// What it prints.
    pub prints: Option<Spanned<String>>,
}

/// A table under `golden`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawGolden {
    /// The operands as numbers, in order.
    pub operands: Vec<Spanned<String>>,
    /// Hexadecimal bytes; spaces are ignored.
    pub bytes: Spanned<String>,
}

/// `[fixture.shapes]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFixture {
    /// What it declares.
    pub doc: Spanned<String>,
    /// Assembly.
    pub text: Spanned<String>,
}

/// `[module]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawModule {
    /// Four ASCII characters.
    pub magic: Spanned<String>,
    /// The version that is written and read.
    pub version: Spanned<i64>,
    /// `"crc32"`.
    pub checksum: Spanned<String>,
    /// `"rbin"`.
    pub extension: Spanned<String>,
    /// `[module.flag.debug]`.
    #[serde(default)]
    pub flag: BTreeMap<Spanned<String>, Spanned<RawFlag>>,
}

/// `[module.flag.debug]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFlag {
    /// What is in the file when it is set.
    pub doc: Spanned<String>,
    /// 0 to 31.
    pub bit: Spanned<i64>,
}

/// `[record.function]`; the record `module` is the file's body.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRecord {
    /// What it describes.
    pub doc: Spanned<String>,
    /// In file order.
    pub fields: Vec<Spanned<RawField>>,
}

/// A field of a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    /// `params`.
    pub name: Spanned<String>,
    /// A scalar, `string`, `code`, `type`, `type_definition`, an operand kind (`function`), a record, a union, any of `type` and
    /// operand kinds with `?`, or `list<…>` of one of these. A name that is both a record and an operand kind means the record in a
    /// list, and the operand kind, which refers to such a record, elsewhere.
    pub shape: Spanned<String>,
    /// The largest count of a list, or length in bytes of a string or code; required for those.
    pub max: Option<Spanned<i64>>,
    /// What it holds.
    pub doc: Spanned<String>,
    /// Present only when this flag is set.
    pub flag: Option<Spanned<String>>,
}

/// `[union.constant]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawUnion {
    /// What is chosen.
    pub doc: Spanned<String>,
    /// In order of their codes.
    pub variants: Vec<Spanned<RawVariant>>,
}

/// A variant of a union.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawVariant {
    /// `int`.
    pub name: Spanned<String>,
    /// What it holds.
    pub doc: Spanned<String>,
    /// The byte that announces it.
    pub code: Spanned<i64>,
    /// As for a field.
    pub shape: Spanned<String>,
    /// The largest length, for `string`.
    pub max: Option<Spanned<i64>>,
    /// The verifier's type of the value.
    pub r#type: Option<Spanned<String>>,
}
