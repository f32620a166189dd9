//! A module as it stands in its file. Entries are read one by one, so that a mistake in one leaves the others.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::law_kind::LAW_KINDS;
use crate::model::schema::{camel_names, constant_names, names, one_of, words};
use crate::syntax::Spanned;

mod values;

pub use values::{RawSupport, RawValue};

/// What stands behind `kind =` of a type.
pub const TYPE_KINDS: &[(&str, TypeWord)] = &[
    ("struct", TypeWord::Struct),
    ("enum", TypeWord::Enum),
    ("alias", TypeWord::Alias),
    ("opaque", TypeWord::Opaque),
];

/// What a type is made of, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeWord {
    /// `"struct"`
    Struct,
    /// `"enum"`
    Enum,
    /// `"alias"`
    Alias,
    /// `"opaque"`
    Opaque,
}

/// What stands behind `receiver =`, and whether that is a handle.
pub const RECEIVERS: &[(&str, bool)] = &[("&self", true), ("none", false)];

/// What a text behind `disabled =` can be, and whether that is an error.
pub const DISABLED: &[(&str, bool)] = &[("unreachable", false), ("error", true)];

/// Traits that types may derive.
pub const DERIVES: &[(&str, ())] = &[
    ("Clone", ()),
    ("Copy", ()),
    ("Debug", ()),
    ("Default", ()),
    ("PartialEq", ()),
    ("Eq", ()),
    ("PartialOrd", ()),
    ("Ord", ()),
    ("Hash", ()),
];

/// A file of a module.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is the schema of a file; entries are read one by one")]
pub struct RawFile {
    /// What the file describes: `"module"`.
    #[schemars(extend("const" = "module"))]
    kind: String,
    /// Its name: `"cache"`. It is also the name of its umbrella feature.
    #[schemars(extend("pattern" = crate::model::schema::NAME))]
    name: String,
    /// What the module is as a whole.
    module: RawModule,
    /// What holds of the handle in every build.
    surface: Option<RawAutoTraits>,
    /// The types of the surface, each a table `[type.EvictionPolicy]`.
    #[schemars(default, extend("propertyNames" = camel_names()))]
    r#type: BTreeMap<String, RawType>,
    /// The constants of the surface, each a table `[const.MAX_KEY]`.
    #[schemars(default, extend("propertyNames" = constant_names()))]
    r#const: BTreeMap<String, RawConstant>,
    /// The errors of the module's own, each a table `[error.TooLarge]`.
    #[schemars(default, extend("propertyNames" = camel_names()))]
    error: BTreeMap<String, RawError>,
    /// The functions of the surface, each a table `[fn.get]`.
    #[schemars(default, extend("propertyNames" = names()))]
    r#fn: BTreeMap<String, RawFunction>,
    /// The implementations, each a table `[backend.moka]`.
    #[schemars(default, extend("propertyNames" = names()))]
    backend: BTreeMap<String, RawBackend>,
    /// What holds of every backend that can do what the law needs, each a table `[law.capacity]`.
    #[schemars(default, extend("propertyNames" = names()))]
    law: BTreeMap<String, RawLaw>,
    /// The state machines, each a table `[state_machine.Circuit]`.
    #[schemars(default, extend("propertyNames" = camel_names()))]
    state_machine: BTreeMap<String, RawStateMachine>,
    /// How the C interface is named; there is none without.
    c: Option<RawC>,
    /// Comparisons with a direct call, each a table `[bench.get_hit]`.
    #[schemars(default, extend("propertyNames" = names()))]
    bench: BTreeMap<String, RawBench>,
}

/// The keys at the top of a file.
pub const TOP: &[&str] = &[
    "kind",
    "name",
    "module",
    "surface",
    "type",
    "const",
    "error",
    "fn",
    "backend",
    "law",
    "state_machine",
    "c",
    "bench",
];

/// What the module is as a whole: `[module]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawModule {
    /// The package that it is a module of: the name of a file of kind `package`.
    #[schemars(extend("x-lathe-names" = ["package"]))]
    pub package: Spanned<String>,
    /// What it is.
    pub doc: Spanned<String>,
    /// The version of the surface: `"1.0"`.
    #[schemars(extend("pattern" = r"^[0-9]+\.[0-9]+$"))]
    pub surface: Spanned<String>,
    /// The struct that configures it: the name of a `[type.…]` whose fields all have a default.
    #[schemars(extend("x-lathe-names" = ["type"]))]
    pub config: Spanned<String>,
}

/// What holds of the handle in every build: `[surface]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAutoTraits {
    /// Whether it can move to another thread; `true` if not stated.
    #[serde(default = "yes")]
    pub send: bool,
    /// Whether threads can share it; `true` if not stated.
    #[serde(default = "yes")]
    pub sync: bool,
    /// Whether it can move after it was pinned; `true` if not stated.
    #[serde(default = "yes")]
    pub unpin: bool,
    /// Whether it may be used after a panic that was caught; `false` if not stated.
    #[serde(default)]
    pub unwind_safe: bool,
    /// Whether a reference to it may be used after a panic that was caught; `false` if not stated.
    #[serde(default)]
    pub ref_unwind_safe: bool,
}

fn yes() -> bool {
    true
}

/// A type of the surface: `[type.EvictionPolicy]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawType {
    /// What it is made of: `"struct"` of fields, `"enum"` of variants without fields, `"alias"` of another type, or `"opaque"`, a number
    /// that only the module makes and reads.
    #[schemars(extend("enum" = words(TYPE_KINDS)))]
    pub kind: Spanned<String>,
    /// What it is.
    pub doc: Spanned<String>,
    /// Traits to derive: `["Clone", "Debug"]`.
    #[serde(default)]
    #[schemars(extend("items" = one_of(words(DERIVES))))]
    pub derive: Vec<Spanned<String>>,
    /// Whether later versions may add to it; `false` if not stated.
    #[serde(default)]
    pub non_exhaustive: bool,
    /// The default variant of an enum.
    pub default: Option<Spanned<String>>,
    /// What an alias stands for.
    pub of: Option<Spanned<String>>,
    /// The variants of an enum, each a table `[type.EvictionPolicy.variant.Lru]`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawVariant>", extend("propertyNames" = camel_names()))]
    pub variant: BTreeMap<Spanned<String>, RawVariant>,
    /// The fields of a struct, each a table `[type.CacheConfig.field.max_entries]`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawField>", extend("propertyNames" = names()))]
    pub field: BTreeMap<Spanned<String>, RawField>,
}

/// A variant of an enum.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVariant {
    /// What it means.
    pub doc: Spanned<String>,
}

/// A field of a struct.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    /// Its type: `"Option<Duration>"`.
    pub r#type: Spanned<String>,
    /// What it says.
    pub doc: Spanned<String>,
    /// Its value unless stated: a number, `true` or `false`, a text, a duration such as `"300s"`, a variant, `"none"`, or `[]`.
    pub default: Option<Spanned<RawValue>>,
    /// The least value: an integer, or a duration such as `"1ms"`.
    pub min: Option<Spanned<RawValue>>,
    /// The greatest value, written likewise.
    pub max: Option<Spanned<RawValue>>,
    /// The capability that its value asks of the backend: the name of a `[capability.…]` of the package.
    #[schemars(extend("x-lathe-names" = ["capability"]))]
    pub needs: Option<Spanned<String>>,
}

/// A constant of the surface: `[const.MAX_KEY]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawConstant {
    /// Its type: `"u32"`.
    pub r#type: Spanned<String>,
    /// Its value.
    pub value: Spanned<RawValue>,
    /// What it means.
    pub doc: Spanned<String>,
}

/// An error of the module's own: `[error.TooLarge]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawError {
    /// When it comes.
    pub doc: Spanned<String>,
    /// What it says, with its fields in braces.
    pub message: Spanned<String>,
    /// What it carries: `["bytes: u64", "limit: u64"]`.
    #[serde(default)]
    pub fields: Vec<Spanned<String>>,
    /// Its number, 1 to 99; the C code is the module's base less this.
    #[schemars(range(min = 1, max = 99))]
    pub code: Spanned<i64>,
    /// Whether the same call may succeed later; `false` if not stated.
    #[serde(default)]
    pub retry: bool,
}

/// A function of the surface: `[fn.get]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFunction {
    /// What it does.
    pub doc: Spanned<String>,
    /// `"&self"`, which holds if not stated, for one that is called on a handle; `"none"` for a free one.
    #[schemars(extend("enum" = words(RECEIVERS)))]
    pub receiver: Option<Spanned<String>>,
    /// Its parameters: `["key: &[u8]"]`.
    #[serde(default)]
    pub params: Vec<Spanned<String>>,
    /// What it gives: `"Option<Bytes>"`; nothing if not stated.
    pub returns: Option<Spanned<String>>,
    /// Whether it can fail with the module's error; `false` if not stated.
    #[serde(default)]
    pub error: bool,
    /// Whether ignoring what it gives is a warning; `false` if not stated.
    #[serde(default)]
    pub must_use: bool,
    /// Whether a free function can be called in constants; `false` if not stated.
    #[serde(default)]
    pub r#const: bool,
    /// The capability without which the call gives `Unsupported`: `"ttl"`, or `"ttl = any"` where an approximate one will do.
    #[schemars(extend("x-lathe-names" = ["capability"]))]
    pub needs: Option<Spanned<String>>,
    /// Whether it may wait for something outside the process; `false` if not stated.
    #[serde(default)]
    pub blocking: bool,
    /// What it costs, in words.
    pub cost: Option<Spanned<String>>,
    /// What it does when no backend is compiled in: `"unreachable"` where there is no handle then, `"error"`, or a table with a value that
    /// harms nobody.
    pub disabled: Option<Spanned<RawDisabled>>,
    /// Events of state machines that it can cause: `["Circuit.failure"]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["state_machine"]))]
    pub fires: Vec<Spanned<String>>,
    /// The laws that speak of it: names of `[law.…]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["law"]))]
    pub laws: Vec<Spanned<String>>,
    /// Why it should no longer be used.
    pub deprecated: Option<Spanned<String>>,
}

/// What stands behind `disabled`.
#[derive(Debug, Clone)]
pub enum RawDisabled {
    /// `"error"`
    Word(String),
    /// A table.
    Value(Box<RawDisabledValue>),
}

crate::model::schema::text_or_table!(
    RawDisabled,
    r#"a text such as "error" or a table with `value`, `reason` and `fail`"#,
    RawDisabled::Word,
    RawDisabledValue,
    |table| RawDisabled::Value(Box::new(table))
);

/// A value that harms nobody: a table under `disabled`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDisabledValue {
    /// What the call gives.
    pub value: Spanned<RawValue>,
    /// Why that harms nobody.
    pub reason: Spanned<String>,
    /// `"closed"`: the value lets nobody do what an enabled module might refuse.
    #[schemars(extend("enum" = ["closed"]))]
    pub fail: Spanned<String>,
}

/// An implementation: `[backend.moka]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBackend {
    /// What it is.
    pub doc: Spanned<String>,
    /// The library that it adapts: a dependency of the adapter crate. Absent for own code.
    #[serde(rename = "crate")]
    pub library: Option<Spanned<String>>,
    /// The folder of the adapter crate: `"runtime/abi/cache-moka"`.
    pub adapter: Spanned<String>,
    /// Cargo features of the adapter crate that it needs.
    #[serde(default)]
    pub features: Vec<Spanned<String>>,
    /// The higher, the more it is preferred.
    #[schemars(range(min = -1000, max = 1000))]
    pub priority: Spanned<i64>,
    /// Whether its Cargo feature is on by default; `false` if not stated.
    #[serde(default)]
    pub default: bool,
    /// Other Cargo features of the package that it switches on: `["storage-memory"]`.
    #[serde(default)]
    pub implies: Vec<Spanned<String>>,
    /// Other Cargo features of the package that it can't stand beside.
    #[serde(default)]
    pub conflicts: Vec<Spanned<String>>,
    /// Names of the targets on which it exists; all if not stated.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["target"]))]
    pub targets: Vec<Spanned<String>>,
    /// How well it does what: `ttl = "exact"`, `"eviction.Lru" = "approx(buffered)"`, `"eviction.*" = "exact"`, or a number. What isn't
    /// stated it can't do.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawSupport>")]
    pub capabilities: BTreeMap<Spanned<String>, Spanned<RawSupport>>,
}

/// What holds of every backend that can do what the law needs: `[law.capacity]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLaw {
    /// How it is shown: `"invariant"`, it holds after every operation; `"oracle"`, the backend does what a simple model does; `"example"`,
    /// it holds in a stated situation; `"concurrent"`, it holds under threads; `"bound"`, a measured value stays within bounds.
    #[schemars(extend("enum" = words(LAW_KINDS)))]
    pub kind: Spanned<String>,
    /// What holds.
    pub text: Spanned<String>,
    /// What a backend must be able to do for it to hold: `"ttl"` or `"ttl = exact"`, `"eviction = approx"`, `"eviction = any"`. A
    /// capability with a value for each variant makes one instance of the law for each.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["capability"]))]
    pub needs: Vec<Spanned<String>>,
    /// How many cases are tried; 1 if not stated.
    #[schemars(range(min = 1))]
    pub cases: Option<Spanned<i64>>,
    /// The seed of the choices; 1 if not stated.
    #[schemars(range(min = 0))]
    pub seed: Option<Spanned<i64>>,
    /// By how much a measured value may miss; 0 if not stated.
    #[schemars(range(min = 0))]
    pub tolerance: Option<Spanned<f64>>,
    /// What it is compared with, in words.
    pub oracle: Option<Spanned<String>>,
    /// Operations and how often each is chosen in relation to the others: `{ get = 6, put = 3 }`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, u32>")]
    pub ops: BTreeMap<Spanned<String>, Spanned<i64>>,
}

/// A state machine: `[state_machine.Circuit]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStateMachine {
    /// What it governs.
    pub doc: Spanned<String>,
    /// The states: `["Closed", "Open"]`.
    pub states: Vec<Spanned<String>>,
    /// The initial state.
    pub initial: Spanned<String>,
    /// What can happen: `["success", "failure"]`.
    pub events: Vec<Spanned<String>>,
    /// What it remembers beside its state, all zero at first: `["failures: u32"]`.
    #[serde(default)]
    pub variables: Vec<Spanned<String>>,
    /// What stays the same: `["threshold: u32"]`.
    #[serde(default)]
    pub parameters: Vec<Spanned<String>>,
    /// What is told at each step: `["now: u64"]`, say.
    #[serde(default)]
    pub inputs: Vec<Spanned<String>>,
    /// The transitions, each `[from, event, guard, to, action]`. From `"*"` is from every state. A guard is empty, a comparison such as
    /// `"failures + 1 >= threshold"`, or `"otherwise"`; an action is empty or `"failures = 0; deadline = now + reset_timeout"`.
    pub transitions: Vec<Spanned<Vec<Spanned<String>>>>,
}

/// How the C interface is named: `[c]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawC {
    /// The beginning of every name: `"abi_cache"`.
    #[schemars(extend("pattern" = crate::model::schema::NAME))]
    pub prefix: Spanned<String>,
    /// The codes of the module's own errors are this less their numbers: `-600`.
    #[schemars(range(min = -1_000_000, max = -100))]
    pub error_base: Spanned<i64>,
}

/// A comparison with a direct call: `[bench.get_hit]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBench {
    /// What is measured.
    pub doc: Spanned<String>,
    /// The backend behind the façade: the name of a `[backend.…]`.
    #[schemars(extend("x-lathe-names" = ["backend"]))]
    pub backend: Spanned<String>,
    /// The work, in words.
    pub workload: Spanned<String>,
    /// The most that the façade may take, as a multiple of the direct call: `1.05`.
    #[schemars(range(min = 1))]
    pub gate: Spanned<f64>,
}
