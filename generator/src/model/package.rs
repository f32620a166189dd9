//! Packages: crates of feature-gated modules, with the words that their modules share.

use crate::arena::Arena;
use crate::source::Span;

/// All packages by name.
#[derive(Debug, Default)]
pub struct Packages {
    /// In order of their names.
    pub packages: Arena<Package>,
    /// The names of those that have errors: naming one is no further error.
    pub broken: Vec<String>,
}

/// A crate of feature-gated modules.
#[derive(Debug, Clone)]
pub struct Package {
    /// `abi`: the crate with the façades; `abi-facts` and so on stand beside it.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Which combinations of its features are tested.
    pub matrix: Matrix,
    /// Crates that types of the surfaces come from, by name.
    pub libraries: Vec<Library>,
    /// What backends may be able to do, by name.
    pub capabilities: Arena<Capability>,
    /// The spec file, root-relative.
    pub file: String,
    /// The name of the file.
    pub span: Span,
}

/// Which combinations of features are tested.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// How many features are combined in every way, for a change: 2 or 3.
    pub strength: u32,
    /// The same for a nightly run.
    pub nightly: u32,
    /// Rows that stand in every matrix.
    pub always: Vec<Row>,
    /// The most rows at `strength`.
    pub budget: u32,
    /// The seed of the search.
    pub seed: u64,
}

/// A row that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// No feature.
    None,
    /// The features that are on by default.
    Default,
    /// Every feature.
    All,
}

/// A crate that types of the surfaces come from.
#[derive(Debug, Clone)]
pub struct Library {
    /// `bytes`.
    pub name: String,
    /// A version requirement of Cargo: `1`.
    pub version: String,
    /// `Bytes`.
    pub types: Vec<String>,
    /// The entry.
    pub span: Span,
}

/// Something that backends may be able to do.
#[derive(Debug, Clone)]
pub struct Capability {
    /// `ttl_resolution_ms`.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// The enum of the module for each variant of which it has a value of its own: `EvictionPolicy`.
    pub per: Option<String>,
    /// Whether its value is a number rather than a level.
    pub is_number: bool,
    /// The entry.
    pub span: Span,
}
