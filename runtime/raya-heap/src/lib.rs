//! The heap of the raya machine.
//!
//! [`Heap`] owns the objects of one context: it allocates them, checks the program's limit exactly, and finds what is dead. All its
//! functions are safe but the few that an engine uses to skip checks, which say what they rely on.

pub mod any;
pub mod error;
pub mod layout;
pub mod shape;
pub mod statistics;
pub mod value;
pub mod view;

mod access;
mod allocate;
mod array;
mod blocks;
mod classes;
mod collect;
mod heap;
mod marker;
mod object;
mod region;
mod runs;
mod slab;

pub use allocate::Template;
pub use any::{Any, AnyKind};
pub use error::{Exhausted, NoRegion, PushError, WrongSlot};
pub use heap::{Boxed, Heap};
pub use marker::Marker;
pub use shape::{Shape, ShapeId, ShapeOf};
pub use statistics::Statistics;
pub use value::{Ref, Slot, SlotKind, Value};
pub use view::{Array, ArrayMut, Closure, ClosureMut, Object, ObjectMut, Record, RecordMut};
