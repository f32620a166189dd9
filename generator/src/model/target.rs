//! CPU targets: the facts of a processor and its environment that other specs and emitted code depend on.

use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::source::Span;
use crate::syntax::Document;

/// All targets by name.
#[derive(Debug, Default)]
pub struct Targets {
    /// In order of their names.
    pub targets: Vec<Target>,
}

/// One target.
#[derive(Debug, Clone)]
pub struct Target {
    /// `x86_64`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Names that the field uses for it: `amd64`.
    pub aliases: Vec<String>,
    /// The value of `cfg(target_arch)`.
    pub arch: String,
    /// Triples of rustc that it covers.
    pub triples: Vec<String>,
    /// Bits of a pointer: 16, 32 or 64.
    pub pointer_width: u32,
    /// Whether the least significant byte comes first.
    pub little_endian: bool,
    /// Bytes of the smallest page; none without a memory management unit.
    pub page_size: Option<u32>,
    /// Bytes of the larger pages.
    pub large_pages: Vec<u64>,
    /// Bytes of a cache line, by which data is kept apart to avoid false sharing.
    pub cache_line: u32,
    /// Bits of the widest atomic operation that stable Rust offers.
    pub atomic_width: u32,
    /// Levels of the instruction set in ascending order, each including the ones before: x86-64-v1, v2, …
    pub levels: Vec<Level>,
    /// The spec file, root-relative.
    pub file: String,
    /// The name of the entry.
    pub span: Span,
}

/// A level: a set of CPU features that is asked for as a whole.
#[derive(Debug, Clone)]
pub struct Level {
    /// `v3`.
    pub name: String,
    /// What it brings.
    pub doc: String,
    /// Names of rustc's target features that it adds to the level before.
    pub features: Vec<String>,
    /// Bits of the widest vector register.
    pub vector_width: u32,
    /// The entry.
    pub span: Span,
}

/// Loads the targets of the specs.
pub fn load(_documents: &[&Document], model: &mut Model, _diagnostics: &mut Diagnostics) {
    model.insert(Targets::default());
}

/// The number of targets.
pub fn count(model: &Model) -> usize {
    model.part::<Targets>().targets.len()
}
