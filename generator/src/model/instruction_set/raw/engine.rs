//! What the TOML says of the fast engine: its caps, its families and its superinstructions.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::syntax::Spanned;

/// The fast engine: `[engine]`. A set without this table has none.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEngine {
    /// The crate in `runtime/` with the hand-written part of the engine, as cargo knows it: `"raya-machine"`.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9_]*(-[a-z][a-z0-9_]*)*$"), example = "raya-machine")]
    pub runtime: Spanned<String>,
    /// The handlers that are written by hand there, in the order of their numbers: calls, jumps, moves, and `leave`, which ends a run.
    #[schemars(example = ["leave", "mov", "constant", "jump", "call"])]
    pub builtins: Vec<Spanned<String>>,
    /// How many handlers may be emitted at most: each costs code and time to compile.
    #[schemars(range(min = 1, max = 60000), example = 800)]
    pub handlers: Spanned<i64>,
    /// How many seconds the engine may take to compile at most; `lathe bench vm` measures it.
    #[schemars(range(min = 1, max = 3600), example = 60)]
    pub compile_seconds: Spanned<i64>,
}

/// An op whose instructions the fast engine changes while they run: `[family.get_property]`. An instruction begins as the generic member,
/// which fills a cache inside of it and makes it the specialised one. Where the guard fails, it becomes the member for misses.
///
/// Expressions name inputs of the op, its operands, and values in the cache. A call is one of a function in the engine's runtime, which is
/// given the state and what the expression says, by name alone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFamily {
    /// What is remembered, and why that is faster.
    pub doc: Spanned<String>,
    /// The op: the name of an `[op.…]`.
    #[schemars(extend("x-lathe-names" = ["op"]))]
    pub generic: Spanned<String>,
    /// What the cache holds, each with a name and its scalar: `["class: u32", "function: u32"]`. It takes 24 bytes at most.
    #[schemars(example = ["class: u32", "function: u32"])]
    pub cache: Vec<Spanned<String>>,
    /// What is written into the cache: a call that gives an `Option` of its values, in their order. Without them the instruction does what
    /// the member for misses does, and stays as it is.
    #[schemars(example = &"method_of(receiver, m)")]
    pub fill: Spanned<String>,
    /// Whether the cache holds for the inputs. It calls only functions that give a `bool`, and changes nothing.
    #[schemars(example = &"is_instance_of(receiver, class)")]
    pub guard: Spanned<String>,
    /// What is done where the guard holds: an expression that can't fail, or a call. Behind one that can fail stands `?`.
    #[schemars(example = &"enter_method(function)")]
    pub specialised: Spanned<String>,
    /// What is done from the first time on that the guard fails: `"generic"` for what the op does by itself, or an expression without the
    /// cache.
    #[schemars(example = &"generic")]
    pub on_miss: Spanned<String>,
    /// A function with one instruction of the family, for tests.
    pub site: RawSite,
    /// What tests let that instruction meet: code that pushes what the site's parameters are. Two at least.
    #[schemars(example = ["new Square", "new Cube"])]
    pub meets: Vec<Spanned<String>>,
}

/// A function with one instruction of a family: `site = { params = ["shape: object(Shape)"], result = "i32", code = "…" }`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSite {
    /// The fixture that precedes it: the name of a `[fixture.…]`.
    #[schemars(extend("x-lathe-names" = ["fixture"]))]
    pub given: Option<Spanned<String>>,
    /// Its parameters in assembly.
    pub params: Vec<Spanned<String>>,
    /// Its result type.
    pub result: Spanned<String>,
    /// Its code.
    pub code: Spanned<String>,
}

/// A sequence of ops that the fast engine runs as one: `[superinstruction.multiply_add]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSuperinstruction {
    /// Where such sequences come from, and what is gained.
    pub doc: Spanned<String>,
    /// The ops in order, each using what the one before it gave: names of `[op.…]`.
    #[schemars(example = ["fmul", "fadd"])]
    #[schemars(extend("x-lathe-names" = ["op"]))]
    pub ops: Vec<Spanned<String>>,
    /// Whether what the first op gives is stored in a local, where the second one reads it: a counter that is compared, say.
    #[serde(default)]
    #[schemars(example = true)]
    pub stores: bool,
    /// The input of the last op that is what the one before it gives. Without it, any that can be: each has handlers of its own.
    #[schemars(example = &"array")]
    pub input: Option<Spanned<String>>,
    /// The representations that type variables of the ops stand for: names of `[slot.…]`. Without it all of them.
    #[serde(default)]
    #[schemars(example = ["bool"])]
    #[schemars(extend("x-lathe-names" = ["slot"]))]
    pub kinds: Vec<Spanned<String>>,
}
