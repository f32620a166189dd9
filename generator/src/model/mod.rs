//! Stage 3: the specs, typed, resolved and immutable.
//!
//! Each spec kind keeps its own type here; [`Model`] holds one of each, found by type, so that a new kind needs no field.

use std::any::{Any, TypeId};
use std::collections::HashMap;

mod page_table;

pub mod artefact;
pub mod blessed;
pub mod circle;
pub mod feature;
pub mod freedom;
pub mod instruction_set;
pub mod item;
pub mod names;
pub mod schema;
pub mod target;

pub use page_table::PAGES;

/// What all specs of a run say, one part per spec kind.
#[derive(Default)]
pub struct Model {
    parts: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

impl Model {
    /// Adds the part of a spec kind.
    pub fn insert<T: Any + Send + Sync>(&mut self, part: T) {
        self.parts.insert(TypeId::of::<T>(), Box::new(part));
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
