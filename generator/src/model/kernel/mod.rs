//! Kernels: kinds of objects, rights, errors, traps, stages of booting, gas, limits, and the system calls.
//!
//! [`raw`] is what the TOML says; this module's types are the same facts resolved: names are ids, texts are parsed. Register conventions
//! are facts of targets, see [`crate::model::syscall_convention`].

pub mod call;
pub mod items;
pub mod law;
pub mod raw;
pub mod resolve;

pub use call::{Budget, Call, GasPer, Needs, Parameter, ParameterType, Returns, Scalar};
pub use items::items;
pub use law::Law;
pub use resolve::{PAGES, load};

use schemars::Schema;

use crate::arena::{Arena, Id};
use crate::model::Model;
use crate::model::names::Use;
use crate::source::Span;

/// The tables that say what calls are made of.
pub const FOUNDATIONS: &[&str] = &["right", "object", "error", "group"];

/// All kernels of a spec folder, by name.
#[derive(Debug, Default)]
pub struct Kernels {
    /// In order of their names.
    pub kernels: Vec<Kernel>,
    /// Where their specs name entries.
    pub uses: Vec<Use>,
}

/// A kernel.
#[derive(Debug)]
pub struct Kernel {
    /// `exo`: prefix of the emitted crates and folder under `generated/`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// `runtime/exo`: the folder of the crate with the handlers.
    pub runtime: String,
    /// How things are that the model projects disagree about.
    pub rules: Arena<Decision>,
    /// Ascending by bit.
    pub rights: Arena<Right>,
    /// Ascending by code.
    pub objects: Arena<Object>,
    /// Ascending by code.
    pub errors: Arena<Numbered>,
    /// Ascending by code.
    pub traps: Arena<Numbered>,
    /// In the order of booting, which is that of the statuses.
    pub stages: Arena<Numbered>,
    /// How a run ends after booting, ascending by status.
    pub outcomes: Arena<Numbered>,
    /// Amounts of gas beside the prices of calls, in order of the spec.
    pub gas: Arena<Amount>,
    /// In order of the spec.
    pub limits: Arena<Amount>,
    /// Numbers that words and bytes are made of, in order of the spec.
    pub formats: Arena<Format>,
    /// What the first process holds, ascending by index.
    pub initial: Arena<Initial>,
    /// What is measured beside the calls, in order of the spec.
    pub budgets: Arena<Measure>,
    /// In order of the spec.
    pub laws: Arena<Law>,
    /// Ascending by their first numbers.
    pub groups: Arena<Group>,
    /// Ascending by code.
    pub calls: Arena<Call>,
    /// Names of entries that exist but have errors: where something lacks, nothing is said of what may need it.
    pub has_broken: bool,
    /// The spec files, root-relative, sorted.
    pub files: Vec<String>,
    /// The name in the main file.
    pub span: Span,
}

/// A decision with its reason: `[rule.overlap]`.
#[derive(Debug, Clone)]
pub struct Decision {
    /// `overlap`.
    pub name: String,
    /// The rule.
    pub doc: String,
    /// Why it is so.
    pub reason: String,
    /// The entry.
    pub span: Span,
}

/// A right: `[right.read]`.
#[derive(Debug, Clone)]
pub struct Right {
    /// `read`.
    pub name: String,
    /// What it means at large.
    pub doc: String,
    /// Its bit in a set, from 0.
    pub bit: u32,
    /// The entry.
    pub span: Span,
}

impl Right {
    /// Its bit as a number.
    pub fn mask(&self) -> u8 {
        1u8.checked_shl(self.bit).unwrap_or(0)
    }
}

/// A kind of object: `[object.page]`.
#[derive(Debug, Clone)]
pub struct Object {
    /// `page`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Its number.
    pub code: u32,
    /// The rights that mean something for it, and what each lets its holder do.
    pub rights: Vec<(Id<Right>, String)>,
    /// The entry.
    pub span: Span,
}

/// Something that has a number: an error, a trap, a stage of booting.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// `bad_handle`.
    pub name: String,
    /// What it says.
    pub doc: String,
    /// Its code, or the status with which the machine ends.
    pub number: u32,
    /// The entry.
    pub span: Span,
}

/// An amount that has a name: `[gas.tick]`, `[limit.processes]`.
#[derive(Debug, Clone)]
pub struct Amount {
    /// `tick`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// How much.
    pub value: u64,
    /// The entry.
    pub span: Span,
}

/// Numbers that words and bytes are made of: `[format.word_tag]`.
#[derive(Debug, Clone)]
pub struct Format {
    /// `word_tag`.
    pub name: String,
    /// What they say, and where.
    pub doc: String,
    /// In order of the spec.
    pub codes: Vec<Numbered>,
    /// The entry.
    pub span: Span,
}

/// A capability that the first process holds: `[initial.console]`.
#[derive(Debug, Clone)]
pub struct Initial {
    /// `console`.
    pub name: String,
    /// What it gives access to.
    pub doc: String,
    /// The row of the table of capabilities.
    pub index: u32,
    /// The kind of its object.
    pub object: Id<Object>,
    /// Its rights.
    pub rights: Vec<Id<Right>>,
    /// The entry.
    pub span: Span,
}

/// Something that is measured beside the calls: `[budget.ipc_fast]`.
#[derive(Debug, Clone)]
pub struct Measure {
    /// `ipc_fast`.
    pub name: String,
    /// What is measured.
    pub doc: String,
    /// `instructions` or `bytes`.
    pub unit: &'static str,
    /// The most, by target.
    pub most: Vec<Budget>,
    /// The entry.
    pub span: Span,
}

/// A group of calls with a range of numbers: `[group.pages]`.
#[derive(Debug, Clone)]
pub struct Group {
    /// `pages`.
    pub name: String,
    /// What its calls have in common.
    pub doc: String,
    /// The first number.
    pub first: u32,
    /// The last number.
    pub last: u32,
    /// The entry.
    pub span: Span,
}

impl Kernel {
    /// The name of a crate that is emitted for it: `exo-facts`.
    pub fn package(&self, part: &str) -> String {
        format!("{}-{part}", self.name)
    }

    /// Where a crate that is emitted for it stands: `generated/exo/facts`.
    pub fn folder(&self, part: &str) -> String {
        format!("generated/{}/{part}", self.name)
    }

    /// The folder of its specs, with `/` at the end.
    pub fn spec_folder(&self) -> String {
        let mut folder = self.files.first().map_or("", |file| parent(file));
        while !self.files.iter().all(|file| file.starts_with(&format!("{folder}/"))) && !folder.is_empty() {
            folder = parent(folder);
        }
        format!("{folder}/")
    }

    /// The bits of a set of rights.
    pub fn mask(&self, rights: &[Id<Right>]) -> u8 {
        rights.iter().fold(0, |sum, right| sum | self.rights[*right].mask())
    }

    /// The calls of a group.
    pub fn calls_of(&self, group: Id<Group>) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.group == group)
    }

    /// The error of a name, which the gate itself may return.
    pub fn error(&self, name: &str) -> Option<Id<Numbered>> {
        self.errors.find(|error| error.name == name)
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    crate::model::schema::of::<raw::RawFile>()
}

/// The places where kernels name entries.
pub fn uses(model: &Model) -> &[Use] {
    &model.part::<Kernels>().uses
}
