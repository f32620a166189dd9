//! The table of spec kinds. A new kind is one row here, one file in `model/`, one in `check/` and one in `emit/`.

use schemars::Schema;

use crate::check::Rule;
use crate::diagnostic::{Diagnostics, Page};
use crate::emit::Emitter;
use crate::emit::manual::Chapter;
use crate::model::Model;
use crate::model::item::Item;
use crate::model::names::Use;
use crate::source::SourceMap;
use crate::syntax::Document;

/// One kind of spec.
pub struct SpecKind {
    /// What stands behind `kind =` in its files: `instruction-set`.
    pub name: &'static str,
    /// What it describes, in one line.
    pub summary: &'static str,
    /// The JSON Schema of its files.
    pub schema: fn() -> Schema,
    /// Resolves its files into its part of the model. Rows are loaded in the order of the table, so that it may refer to parts above.
    /// Called once in each run, with no documents when there is no such file; it must insert its part in any case.
    pub load: fn(&[&Document], &mut Model, &mut Diagnostics),
    /// The tables that say what other entries are made of. As long as one of their entries can't be read, no rule can judge the others.
    pub foundations: &'static [&'static str],
    /// What loading it reports beside what [`crate::model::PAGES`] says of every kind.
    pub pages: &'static [Page],
    /// What the checker demands of it.
    pub rules: &'static [Rule],
    /// What comes out of it.
    pub emitters: &'static [Emitter],
    /// Its chapters of the manual.
    pub manual: fn(&Model, &SourceMap) -> Vec<Chapter>,
    /// Its entries in the form that every tool reads.
    pub items: fn(&Model) -> Vec<Item>,
    /// Where its files name entries, of whatever kind.
    pub uses: fn(&Model) -> &[Use],
}

/// Every kind of spec, in the order in which they are loaded, checked and emitted.
pub static KINDS: &[SpecKind] = &[
    SpecKind {
        name: "target",
        summary: "the facts of a CPU target",
        schema: crate::model::target::schema,
        load: crate::model::target::load,
        foundations: &[],
        pages: crate::model::target::PAGES,
        rules: crate::check::target::RULES,
        emitters: crate::emit::target::EMITTERS,
        manual: crate::emit::target::manual::chapters,
        items: crate::model::target::items,
        uses: |_| &[],
    },
    SpecKind {
        name: "feature",
        summary: "feature flags, what they imply and what they exclude",
        schema: crate::model::feature::schema,
        load: crate::model::feature::load,
        foundations: &[],
        pages: crate::model::feature::PAGES,
        rules: crate::check::feature::RULES,
        emitters: crate::emit::feature::EMITTERS,
        manual: crate::emit::feature::manual::chapters,
        items: crate::model::feature::items,
        uses: crate::model::feature::uses,
    },
    SpecKind {
        name: "package",
        summary: "a crate of feature-gated modules, and the words that these share",
        schema: crate::model::package::schema,
        load: crate::model::package::load,
        foundations: &[],
        pages: &[],
        rules: &[],
        emitters: &[],
        manual: |_, _| Vec::new(),
        items: crate::model::package::items,
        uses: |_| &[],
    },
    SpecKind {
        name: "module",
        summary: "one public surface, its laws, and the backends behind it",
        schema: crate::model::module::schema,
        load: crate::model::module::load,
        foundations: crate::model::module::FOUNDATIONS,
        pages: crate::model::module::PAGES,
        rules: crate::check::module::RULES,
        emitters: crate::emit::module::EMITTERS,
        manual: crate::emit::module::manual::chapters,
        items: crate::model::module::items,
        uses: crate::model::module::uses,
    },
    SpecKind {
        name: "instruction-set",
        summary: "the types, ops and module format of a virtual machine",
        schema: crate::model::instruction_set::schema,
        load: crate::model::instruction_set::load,
        foundations: crate::model::instruction_set::FOUNDATIONS,
        pages: crate::model::instruction_set::PAGES,
        rules: crate::check::instruction_set::RULES,
        emitters: crate::emit::instruction_set::EMITTERS,
        manual: crate::emit::instruction_set::manual::chapters,
        items: crate::model::instruction_set::items,
        uses: crate::model::instruction_set::uses,
    },
    SpecKind {
        name: "kernel",
        summary: "the objects, rights, errors and system calls of a kernel",
        schema: crate::model::kernel::schema,
        load: crate::model::kernel::load,
        foundations: crate::model::kernel::FOUNDATIONS,
        pages: crate::model::kernel::PAGES,
        rules: crate::check::kernel::RULES,
        emitters: crate::emit::kernel::EMITTERS,
        manual: crate::emit::kernel::manual::chapters,
        items: crate::model::kernel::items,
        uses: crate::model::kernel::uses,
    },
    SpecKind {
        name: crate::model::blessed::KIND,
        summary: "the numbers, shapes and effects of the last release, written by `lathe bless`",
        schema: crate::model::blessed::schema,
        load: crate::model::blessed::load,
        foundations: &[],
        pages: &[],
        rules: crate::check::blessed::RULES,
        emitters: &[],
        manual: |_, _| Vec::new(),
        items: |_| Vec::new(),
        uses: |_| &[],
    },
];

/// The entries of all kinds, in the order of the table.
pub fn items(model: &Model) -> Vec<Item> {
    KINDS.iter().flat_map(|kind| (kind.items)(model)).collect()
}

/// The places that name entries, in the specs of all kinds.
pub fn uses(model: &Model) -> Vec<&Use> {
    KINDS.iter().flat_map(|kind| (kind.uses)(model)).collect()
}
