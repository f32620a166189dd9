//! Stage 3: the specs, typed, resolved and immutable.
//!
//! Each spec kind keeps its own type here; [`Model`] holds one of each, found by type, so that a new kind needs no field.

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};

mod page_table;

pub mod artefact;
pub mod blessed;
pub mod circle;
pub mod feature;
pub mod feature_model;
pub mod freedom;
pub mod instruction_set;
pub mod item;
pub mod kernel;
pub mod manifest;
pub mod module;
pub mod names;
pub mod package;
pub mod schema;
pub mod syscall_convention;
pub mod target;

pub use page_table::PAGES;

/// What all specs of a run say, one part per spec kind.
#[derive(Default)]
pub struct Model {
    parts: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    /// Entries that stand in the specs and could not be read.
    unread: BTreeSet<Name>,
}

/// The spec, the table and the name of an entry: `raya`, `op`, `iadd`.
type Name = (Option<String>, String, String);

impl Model {
    /// Adds the part of a spec kind.
    pub fn insert<T: Any + Send + Sync>(&mut self, part: T) {
        self.parts.insert(TypeId::of::<T>(), Box::new(part));
    }

    /// Notes entries that stand in the specs and could not be read.
    pub fn note_unread(&mut self, names: impl IntoIterator<Item = Name>) {
        self.unread.extend(names);
    }

    /// Whether there is an entry of this name that could not be read: naming it is no mistake, though the model lacks it.
    pub fn is_unread(&self, owner: &str, table: &str, name: &str) -> bool {
        let name = (Some(owner.to_owned()), table.to_owned(), name.to_owned());
        self.unread.contains(&name)
    }

    /// Whether a table of a spec has entries that could not be read, so that something that names others may be missing.
    pub fn lacks(&self, owner: &str, table: &str) -> bool {
        let mut unread = self.unread.iter();
        unread.any(|(of, name, _)| of.as_deref() == Some(owner) && name == table)
    }

    /// The part of a spec kind.
    ///
    /// # Panics
    ///
    /// When the kind has no row in the registry; loading inserts a part, possibly empty, for every row.
    pub fn part<T: Any + Send + Sync>(&self) -> &T {
        self.parts
            .get(&TypeId::of::<T>())
            .and_then(|part| part.downcast_ref())
            .expect("every spec kind in the registry has its part in the model")
    }
}
