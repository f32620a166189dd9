//! The heap of the raya machine.
//!
//! [`Heap`] owns the objects of one context: it allocates them, holds the program to its limit exactly, and finds what is dead. All
//! its functions are safe but [`Heap::allocate_template`], by which an engine skips checks. An engine that also follows references
//! itself does so from [`Heap::base`] with the offsets in [`layout`].
//!
//! # Memory
//!
//! All objects lie in one region, which is reserved when the heap is made and whose pages the operating system commits when they are
//! first written to. It consists of blocks of 16 KiB. A block holds objects of one size class, or is part of a larger object. What is
//! known of a block lies outside of it: 300 bytes for each block that was ever used. Pages are not given back before the heap is dropped.
//!
//! # Limit
//!
//! An object counts with the bytes of its size class: at least 16, up to 2 KiB at most a quarter more than it needs, up to 8 KiB at
//! most half more. A larger one counts with whole blocks. The sum never passes the limit: the same program meets its limit at the same
//! allocation in every engine, provided that they collect at the same places.
//!
//! Objects never move, so memory can be fragmented: a block with one survivor serves no other size class, and a large object needs
//! adjacent blocks. The region is four times as large as the limit for this reason. A program that fills the heap to its limit with
//! one size class after the other, and each time keeps one object of every block, has used the region up after four of them: objects
//! of further sizes are refused then, although little is in use, and the host has committed four times the limit. Nothing worse can
//! happen. Where no block has survivors, all room is as good as new.
//!
//! # Collection
//!
//! Allocation never collects, so that functions hold plain references. At a safepoint, [`Heap::collect`] marks what the roots reach;
//! places of dead objects are found when an allocation looks for some. Marking needs a stack of 256 KiB at most, however deep a
//! structure is. The stress mode ([`Heap::set_stress`]) overwrites what is dead and checks every reference against what was alive.

pub mod any;
pub mod error;
pub mod layout;
pub mod reference;
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
mod text;

pub use allocate::Template;
pub use any::{Any, AnyKind};
pub use error::{Exhausted, NoRegion, PushError, WrongSlot};
pub use heap::{Boxed, Heap};
pub use marker::Marker;
pub use reference::Ref;
pub use shape::{Shape, ShapeId, ShapeOf};
pub use statistics::Statistics;
pub use text::{ShortText, Text, Texts};
pub use value::{Slot, SlotKind, Value};
pub use view::{Array, ArrayMut, Closure, ClosureMut, Object, ObjectMut, Record, RecordMut};
