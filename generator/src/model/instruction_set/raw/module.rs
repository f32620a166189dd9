//! What the TOML says of the file that carries code between compiler and machine.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::shape_words;
use crate::model::schema::names;
use crate::syntax::Spanned;

/// The head of the file that carries code between compiler and machine: `[module]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawModule {
    /// The first four bytes of a file, as four ASCII characters.
    #[schemars(length(min = 4, max = 4))]
    pub magic: Spanned<String>,
    /// The version that is written and read.
    #[schemars(range(min = 0))]
    pub version: Spanned<i64>,
    /// How a damaged file is recognized: `"crc32"`.
    #[schemars(extend("enum" = ["crc32"]))]
    pub checksum: Spanned<String>,
    /// The extension of file names, without a dot: `"rbin"`.
    #[schemars(regex(pattern = "^[a-z0-9]{1,16}$"))]
    pub extension: Spanned<String>,
    /// The bits of the flags word, each a table `[module.flag.debug]`.
    #[serde(default)]
    #[schemars(extend("propertyNames" = names()))]
    pub flag: BTreeMap<Spanned<String>, Spanned<RawFlag>>,
}

/// A bit of the flags word of the module file: `[module.flag.debug]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFlag {
    /// What is in the file when it is set.
    pub doc: Spanned<String>,
    /// Its position in the flags word, 0 to 31.
    #[schemars(range(min = 0, max = 31))]
    pub bit: Spanned<i64>,
}

/// A structure of the module file: `[record.function]`; the record `module` is the file's body.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRecord {
    /// What it describes.
    pub doc: Spanned<String>,
    /// Its fields in the order of the file.
    pub fields: Vec<Spanned<RawField>>,
}

/// A field of a record.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    /// Its name: `"params"`.
    pub name: Spanned<String>,
    /// A scalar, an integer beyond 64 bits (`u128`, `i128`, `u256`, `i256`), `string`, `code`, `type`, `type_definition`, an operand
    /// kind (`function`), a record, a union, any of `type` and operand kinds with `?`, or `list<…>` of one of these. A name that is both
    /// a record and an operand kind means the record in a list, and the operand kind, which refers to such a record, elsewhere.
    #[schemars(extend("x-lathe-names" = ["operand", "record", "union"], "x-lathe-words" = shape_words()))]
    pub shape: Spanned<String>,
    /// The largest count of a list, or length in bytes of a string or code; required for those.
    #[schemars(range(min = 0))]
    pub max: Option<Spanned<i64>>,
    /// The flag without which it isn't in the file: the name of a `[module.flag.…]`.
    #[schemars(extend("x-lathe-names" = ["module.flag"]))]
    pub flag: Option<Spanned<String>>,
    /// What it holds.
    pub doc: Spanned<String>,
}

/// A tagged choice in the module file: `[union.constant]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawUnion {
    /// What is chosen.
    pub doc: Spanned<String>,
    /// Its alternatives in order of their codes.
    pub variants: Vec<Spanned<RawVariant>>,
}

/// A variant of a union.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVariant {
    /// Its name: `"int"`.
    pub name: Spanned<String>,
    /// The byte that announces it.
    #[schemars(range(min = 0, max = 255))]
    pub code: Spanned<i64>,
    /// What follows the code, written as the shape of a field.
    #[schemars(extend("x-lathe-names" = ["operand", "record", "union"], "x-lathe-words" = shape_words()))]
    pub shape: Spanned<String>,
    /// The largest length in bytes, for `string`.
    #[schemars(range(min = 0))]
    pub max: Option<Spanned<i64>>,
    /// The verifier's type of the value: the name of a `[type.…]`.
    #[schemars(extend("x-lathe-names" = ["type"]))]
    pub r#type: Option<Spanned<String>>,
    /// What it holds.
    pub doc: Spanned<String>,
}
