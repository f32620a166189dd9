//! Modules: one public surface each, and the backends behind it.

pub mod c_names;
mod items;
pub mod law_kind;
pub mod raw;
pub mod resolve;
pub mod state_machine;
pub mod surface;

use std::collections::BTreeMap;

use schemars::Schema;

use crate::arena::{Arena, Id};
use crate::model::Model;
use crate::model::names::Use;
use crate::model::package::{Capability, Package};
use crate::source::Span;

pub use items::items;
pub use law_kind::LawKind;
pub use resolve::{PAGES, load};
pub use state_machine::StateMachine;
pub use surface::{AutoTraits, Constant, ErrorVariant, Field, Function, Type, TypeKind, TypeReference};

/// All modules.
#[derive(Debug, Default)]
pub struct Modules {
    /// In order of their names.
    pub modules: Arena<Module>,
    /// The names of those that have errors: naming one is no further error.
    pub broken: Vec<String>,
    /// Where their specs name entries.
    pub uses: Vec<Use>,
}

/// One module: a surface that is the same whatever is compiled in.
#[derive(Debug, Clone)]
pub struct Module {
    /// `cache`; also the name of its umbrella feature.
    pub name: String,
    /// The package that it is a module of.
    pub package: Id<Package>,
    /// What it is.
    pub doc: String,
    /// The version of the surface: `1.0`.
    pub version: String,
    /// The struct that configures it, in [`Module::types`].
    pub config: Id<Type>,
    /// What holds of its handle in every build.
    pub auto_traits: AutoTraits,
    /// The types of the surface, in the order of the file.
    pub types: Arena<Type>,
    /// The constants of the surface, in the order of the file.
    pub constants: Vec<Constant>,
    /// The errors of its own, in the order of the file; the common ones come before them.
    pub errors: Vec<ErrorVariant>,
    /// The functions, in the order of the file.
    pub functions: Arena<Function>,
    /// The backends, by falling priority, then by name.
    pub backends: Arena<Backend>,
    /// The laws, in the order of the file.
    pub laws: Arena<Law>,
    /// The state machines, in the order of the file.
    pub state_machines: Arena<StateMachine>,
    /// The C interface; none if the spec has no `[c]`.
    pub c: Option<CInterface>,
    /// The benchmarks, in the order of the file.
    pub benches: Vec<Bench>,
    /// The spec file, root-relative.
    pub file: String,
    /// The name of the file.
    pub span: Span,
}

impl Module {
    /// The type that users hold: `Cache`. Names of derived types begin with it: `CacheError`.
    pub fn handle(&self) -> String {
        heck::AsUpperCamelCase(&self.name).to_string()
    }

    /// The Cargo feature of a backend: `cache-moka`.
    pub fn feature_of(&self, backend: &Backend) -> String {
        format!("{}-{}", self.name, backend.name.replace('_', "-"))
    }
}

/// One implementation of a module.
#[derive(Debug, Clone)]
pub struct Backend {
    /// `moka`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// The library that it adapts; none for own code.
    pub library: Option<String>,
    /// The folder of the adapter crate, root-relative: `runtime/abi/cache-moka`.
    pub adapter: String,
    /// The version requirement of the library, from the manifest of the adapter.
    pub library_version: Option<String>,
    /// Cargo features of the adapter crate that it needs.
    pub adapter_features: Vec<String>,
    /// The higher, the more it is preferred.
    pub priority: i32,
    /// Whether its Cargo feature is on by default.
    pub default: bool,
    /// Other Cargo features of the package that it switches on.
    pub implies: Vec<String>,
    /// Other Cargo features of the package that it can't stand beside.
    pub conflicts: Vec<String>,
    /// Names of the targets on which it exists; empty for all.
    pub targets: Vec<String>,
    /// What it says of each capability. One without an entry is [`Support::None`].
    pub support: BTreeMap<CapabilityValue, Support>,
    /// The entry.
    pub span: Span,
}

impl Backend {
    /// The name of its type in the adapter crate and of its variant: `Moka`.
    pub fn type_name(&self) -> String {
        heck::AsUpperCamelCase(&self.name).to_string()
    }

    /// How well it does something.
    pub fn support(&self, value: &CapabilityValue) -> &Support {
        self.support.get(value).unwrap_or(&Support::None)
    }
}

/// A capability, and the variant of its enum where it has a value for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapabilityValue {
    /// The capability, in the registry of the package.
    pub capability: Id<Capability>,
    /// `Lru`, where the capability is one of each variant.
    pub variant: Option<String>,
}

/// How well a backend does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// As the documentation of the module says.
    Exact,
    /// Nearly so, in the way that is named.
    Approximate(String),
    /// A measure.
    Number(u64),
    /// Not at all.
    None,
}

/// What holds of every backend that can do what it needs.
#[derive(Debug, Clone)]
pub struct Law {
    /// `read_your_write`: its function in the crate of laws.
    pub name: String,
    /// How it is shown.
    pub kind: LawKind,
    /// What holds.
    pub text: String,
    /// What a backend must be able to do for it to hold.
    pub needs: Vec<Need>,
    /// How many cases are tried.
    pub cases: u32,
    /// The seed of the choices.
    pub seed: u64,
    /// By how much a measured value may miss.
    pub tolerance: f64,
    /// What it is compared with, in words.
    pub oracle: Option<String>,
    /// Operations and their weights, in the order of the file.
    pub operations: Vec<(String, u32)>,
    /// The entry.
    pub span: Span,
}

/// What a law or a function needs of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The capability. One that has a value for each variant makes one instance of the law for each.
    pub capability: Id<Capability>,
    /// How well.
    pub level: Level,
}

/// How well something must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Exactly.
    Exact,
    /// Approximately, and not exactly.
    Approximate,
    /// Either way.
    Any,
}

/// How the C interface is named.
#[derive(Debug, Clone)]
pub struct CInterface {
    /// `abi_cache`: the beginning of every name.
    pub prefix: String,
    /// The codes of the module's own errors are this less their numbers: −600.
    pub error_base: i32,
    /// The table.
    pub span: Span,
}

/// A comparison of the façade with a direct call.
#[derive(Debug, Clone)]
pub struct Bench {
    /// `get_hit`: its two functions in the crate of laws.
    pub name: String,
    /// What is measured.
    pub doc: String,
    /// The backend behind the façade.
    pub backend: Id<Backend>,
    /// The work, in words.
    pub workload: String,
    /// The most that the façade may take, as a multiple of the direct call.
    pub gate: f64,
    /// The entry.
    pub span: Span,
}

/// The tables that say what others are made of.
pub const FOUNDATIONS: &[&str] = &["library", "capability", "type", "state_machine"];

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    crate::model::schema::of::<raw::RawFile>()
}

/// Where the specs of all modules name entries.
pub fn uses(model: &Model) -> &[Use] {
    &model.part::<Modules>().uses
}
