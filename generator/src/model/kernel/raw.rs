//! What the TOML of a kernel says, entry by entry.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::schema;
use crate::syntax::Spanned;

/// The keys at the top of a file.
pub const TOP: &[&str] = &[
    "kind", "name", "doc", "runtime", "rule", "right", "object", "error", "trap", "stage", "outcome", "gas", "limit", "format",
    "initial", "budget", "law", "group", "syscall",
];

/// A file of a kernel. A kernel may have several, all with its name; `doc` and `runtime` stand in one of them.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is the schema of a file; entries are read one by one")]
pub struct RawFile {
    /// What the file describes: `"kernel"`.
    #[schemars(extend("const" = "kernel"))]
    kind: String,
    /// Its name: `"exo"`. The crates are named by it.
    #[schemars(extend("pattern" = schema::NAME))]
    name: String,
    /// What the kernel is.
    #[serde(default)]
    doc: Option<String>,
    /// The folder of the crate whose methods `sem` names: `"runtime/exo"`.
    #[serde(default)]
    runtime: Option<String>,
    /// Decisions with their reasons, each a table `[rule.overlap]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    rule: BTreeMap<String, RawRule>,
    /// Rights, each a table `[right.read]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    right: BTreeMap<String, RawRight>,
    /// Kinds of objects, each a table `[object.page]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    object: BTreeMap<String, RawObject>,
    /// Errors, each a table `[error.bad_handle]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    error: BTreeMap<String, RawCoded>,
    /// Faults of user programs, each a table `[trap.write_fault]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    trap: BTreeMap<String, RawCoded>,
    /// Stages of booting, each a table `[stage.frames]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    stage: BTreeMap<String, RawStatus>,
    /// How a run ends after booting, each a table `[outcome.success]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    outcome: BTreeMap<String, RawStatus>,
    /// Amounts of gas beside the prices of calls, each a table `[gas.tick]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    gas: BTreeMap<String, RawGas>,
    /// Sizes and limits, each a table `[limit.processes]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    limit: BTreeMap<String, RawLimit>,
    /// Numbers that words and bytes are made of, each a table `[format.word_tag]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    format: BTreeMap<String, RawFormat>,
    /// What the first process holds, each a table `[initial.console]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    initial: BTreeMap<String, RawInitial>,
    /// What is measured beside the calls, each a table `[budget.ipc_fast]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    budget: BTreeMap<String, RawBudget>,
    /// What always holds, each a table `[law.gas_is_conserved]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    law: BTreeMap<String, RawLaw>,
    /// Groups of calls, each a table `[group.pages]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    group: BTreeMap<String, RawGroup>,
    /// The calls, each a table `[syscall.page_map]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    syscall: BTreeMap<String, RawCall>,
}

/// A decision: `[rule.overlap]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// The rule.
    pub doc: Spanned<String>,
    /// Why it is so and not otherwise.
    pub reason: Spanned<String>,
}

/// A right: `[right.read]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRight {
    /// Its bit in a set of rights.
    #[schemars(range(min = 0, max = 7))]
    pub bit: Spanned<i64>,
    /// What it means at large.
    pub doc: Spanned<String>,
}

/// A kind of object: `[object.page]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawObject {
    /// Its number, from 1.
    #[schemars(range(min = 1, max = 255))]
    pub code: Spanned<i64>,
    /// What it is.
    pub doc: Spanned<String>,
    /// The rights that mean something for it, and what each lets its holder do: `{ read = "map readable" }`.
    #[schemars(extend("x-lathe-names" = ["right"]))]
    pub rights: BTreeMap<String, Spanned<String>>,
}

/// An error or a trap: `[error.bad_handle]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCoded {
    /// Its number, from 1.
    #[schemars(range(min = 1, max = 4095))]
    pub code: Spanned<i64>,
    /// What it says.
    pub doc: Spanned<String>,
}

/// A stage of booting or the end of a run: `[stage.frames]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStatus {
    /// What the machine ends with: here, or when the stage fails.
    #[schemars(range(min = 1, max = 255))]
    pub status: Spanned<i64>,
    /// What has happened.
    pub doc: Spanned<String>,
}

/// An amount of gas: `[gas.tick]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGas {
    /// How many units.
    #[schemars(range(min = 0))]
    pub amount: Spanned<i64>,
    /// What costs or holds that much.
    pub doc: Spanned<String>,
}

/// A size or a limit: `[limit.processes]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLimit {
    /// The number.
    #[schemars(range(min = 0))]
    pub value: Spanned<i64>,
    /// What it is the size or the limit of.
    pub doc: Spanned<String>,
}

/// Numbers that words and bytes are made of: `[format.word_tag]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFormat {
    /// What they say, and where.
    pub doc: Spanned<String>,
    /// Each with its name and what it means: `["integer", 0, "An integer of 62 bits."]`.
    pub codes: Vec<Spanned<RawCode>>,
}

/// A number with its name before it and what it means behind it.
pub type RawCode = (Spanned<String>, Spanned<i64>, Spanned<String>);

/// A capability that the first process holds: `[initial.console]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawInitial {
    /// The row of the table of capabilities, from 1.
    #[schemars(range(min = 1, max = 65_535))]
    pub index: Spanned<i64>,
    /// The kind of its object: `"console"`.
    #[schemars(extend("x-lathe-names" = ["object"]))]
    pub object: Spanned<String>,
    /// Its rights.
    #[schemars(extend("x-lathe-names" = ["right"]))]
    pub rights: Vec<Spanned<String>>,
    /// What it gives access to.
    pub doc: Spanned<String>,
}

/// Something that is measured: `[budget.ipc_fast]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBudget {
    /// What is counted: `"instructions"` or `"bytes"`.
    #[schemars(extend("enum" = ["instructions", "bytes"]))]
    pub unit: Spanned<String>,
    /// The most, by target: `{ x86_64 = 55 }`.
    pub most: BTreeMap<String, Spanned<i64>>,
    /// What is measured.
    pub doc: Spanned<String>,
}

/// A law: `[law.gas_is_conserved]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLaw {
    /// What always holds.
    pub doc: Spanned<String>,
    /// How many cases are tried; 64 if nothing is said.
    #[schemars(range(min = 1, max = 10_000))]
    pub cases: Option<Spanned<i64>>,
    /// From which all choices follow; 1 if nothing is said.
    #[schemars(range(min = 0))]
    pub seed: Option<Spanned<i64>>,
    /// What is chosen anew for each case: `{ amount = "0..=1000", weights = "[1..=9; 2..=5]", held = "rights<page>", wild = "call",
    /// first = "value" }`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub given: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What is done, in order: calls as Rust writes them, `page = page_allocate(4)?`. One that ends in a question mark has to succeed.
    pub steps: Vec<Spanned<String>>,
    /// What must hold afterwards: expressions of Rust over what is given and over the results of steps.
    pub expect: Vec<Spanned<String>>,
    /// A method of the kernel that looks at its tables after the steps, where these can be reached: `"check_frames"`.
    pub observer: Option<Spanned<String>>,
}

/// A group of calls: `[group.pages]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGroup {
    /// The first number that its calls may have.
    #[schemars(range(min = 0, max = 65_535))]
    pub first: Spanned<i64>,
    /// The last one.
    #[schemars(range(min = 0, max = 65_535))]
    pub last: Spanned<i64>,
    /// What its calls have in common.
    pub doc: Spanned<String>,
}

/// A call: `[syscall.page_map]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCall {
    /// Its number.
    #[schemars(range(min = 0, max = 65_535))]
    pub code: Spanned<i64>,
    /// The group that it belongs to.
    #[schemars(extend("x-lathe-names" = ["group"]))]
    pub group: Spanned<String>,
    /// What it does.
    pub doc: Spanned<String>,
    /// Its parameters, each `"name: type"`. Types: `cap<page>`, or `cap<page>?` where null is allowed; `cap` for any kind; `word`,
    /// `count`, `index`, `address`, `length`, `rights`, `ticks`, `gas`.
    #[serde(default)]
    pub params: Vec<Spanned<String>>,
    /// What it gives: `unit`, `never`, `message`, or a type of a parameter.
    pub returns: Spanned<String>,
    /// The rights that each capability needs: `{ page = ["grant", "permissions"] }`. The name of a parameter of type `rights` stands for
    /// the rights that it holds.
    #[serde(default)]
    pub needs: BTreeMap<String, Spanned<Vec<Spanned<String>>>>,
    /// The errors of the handler. Those of the checks before it need not be stated.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["error"]))]
    pub errors: Vec<Spanned<String>>,
    /// What it costs, in units of gas.
    #[schemars(range(min = 0))]
    pub gas: Spanned<i64>,
    /// What it costs beside: a unit for every so many of an argument that are begun: `["length", 16]`.
    pub gas_per: Option<Spanned<(Spanned<String>, Spanned<i64>)>>,
    /// The most instructions that it may take in the smallest case, by target: `{ x86_64 = 60 }`.
    #[serde(default)]
    pub budget: BTreeMap<String, Spanned<i64>>,
    /// Whether another process may run before it returns. Such a call keeps only the stack pointer of the caller.
    #[serde(default)]
    pub switches: bool,
    /// The method of the kernel that does it.
    pub sem: Spanned<String>,
    /// The version of the interface that it came with.
    #[schemars(range(min = 1))]
    pub since: Spanned<i64>,
    /// Why it is as it is, where that isn't plain.
    pub reason: Option<Spanned<String>>,
}
