//! Owns the objects of a program and accounts their bytes against a limit.

use core::fmt;
use std::collections::BTreeMap;

use raya_facts::{ClassId, FunctionId, TypeId};

use crate::blocks::Blocks;
use crate::error::{Exhausted, NoRegion};
use crate::layout::GRANULE;
use crate::marker::Marker;
use crate::region::Region;
use crate::runs::Runs;
use crate::shape::{Shape, ShapeId, ShapeOf};
use crate::slab::Slab;
use crate::statistics::Statistics;
use crate::value::SlotKind;

/// The bytes in use at which the first collection is wanted.
pub(crate) const FIRST_THRESHOLD: usize = 1 << 20;

/// A Rust value that lives in the heap: a handle of a task, a mutex, a channel, a map, …
pub trait Boxed {
    /// Marks every reference that it holds.
    fn trace(&self, marker: &mut Marker<'_>);

    /// The bytes that it is accounted with, beside those of the object that stands for it. Looked at when it is allocated and in
    /// every collection; growth between is accounted with [`Heap::reserve`].
    fn bytes(&self) -> usize;
}

/// The objects of a program.
///
/// Allocation never collects: whoever holds references asks [`wants_collection`](Heap::wants_collection) where all of them are
/// known, and then calls [`collect`](Heap::collect). A collection never moves an object.
///
/// An object is accounted with the bytes of its size class, a large one with whole blocks of 16 KiB. The sum never passes the limit,
/// and an allocation fails only if it would, or if the region, four times as large, is too fragmented.
pub struct Heap<X> {
    pub(crate) runs: Runs,
    pub(crate) wants: bool,
    pub(crate) stress: bool,
    pub(crate) region: Region,
    pub(crate) blocks: Blocks,
    pub(crate) limit: usize,
    /// The bytes of all objects, and of the rows of places that are to become objects.
    pub(crate) claimed: usize,
    /// The claimed bytes at which a collection is wanted.
    pub(crate) threshold: usize,
    pub(crate) slab: Slab<X>,
    pub(crate) shapes: Vec<Shape>,
    /// The number of the first shape of a function.
    first_captures: u32,
    /// The shapes of types.
    of_types: BTreeMap<ShapeOf, ShapeId>,
    pub(crate) statistics: Statistics,
    pub(crate) most_waiting: Option<usize>,
}

impl<X> Heap<X> {
    /// An empty heap that holds at most `limit` bytes. Shapes of classes come first in order of their numbers, then those of
    /// functions in order of theirs, then any of tuples and cells.
    ///
    /// # Errors
    ///
    /// When the operating system grants no address space.
    pub fn new(limit: usize, shapes: Vec<Shape>) -> Result<Heap<X>, NoRegion> {
        let region = Region::new(limit)?;
        let is_class = |shape: &&Shape| matches!(shape.of(), ShapeOf::Class(_));
        let first_captures = shapes.iter().take_while(is_class).count() as u32;
        let of_types = (0..)
            .zip(&shapes)
            .filter(|(_, shape)| matches!(shape.of(), ShapeOf::Tuple(_) | ShapeOf::Cell(_)))
            .map(|(id, shape)| (shape.of(), ShapeId(id)))
            .collect();
        Ok(Heap {
            blocks: Blocks::new(region.blocks()),
            region,
            limit,
            threshold: FIRST_THRESHOLD.min(limit),
            shapes,
            first_captures,
            of_types,
            ..Heap::default()
        })
    }

    /// The largest number of bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The bytes in use, objects that nothing reaches any more included.
    pub fn used(&self) -> usize {
        self.claimed.saturating_sub(self.runs.unused_granules() * GRANULE)
    }

    /// How many collections there were: as long as the number stays the same, no object takes the place of another.
    #[inline]
    pub fn collections(&self) -> u64 {
        self.statistics.collections
    }

    /// What it did so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            allocated: self
                .statistics
                .allocated
                .saturating_sub((self.runs.unused_granules() * GRANULE) as u64),
            ..self.statistics
        }
    }

    /// Whether to collect at every safepoint and to overwrite what is dead, so that a missed root shows.
    pub fn set_stress(&mut self, stress: bool) {
        self.stress = stress;
        self.wants |= stress;
    }

    // Shapes.

    /// All shapes, by number.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The shape with a number.
    pub fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id.index())
    }

    /// The shape of a class's instances.
    pub fn shape_of_class(&self, class: ClassId) -> ShapeId {
        ShapeId(class.0)
    }

    /// The shape of a function's closures.
    pub fn shape_of_captures(&self, function: FunctionId) -> ShapeId {
        ShapeId(self.first_captures.saturating_add(function.0))
    }

    /// The shape of the tuples of a type; it is added when it is first needed.
    pub fn shape_of_tuple(&mut self, of: TypeId, slots: &[SlotKind]) -> ShapeId {
        self.shape_of(ShapeOf::Tuple(of), slots)
    }

    /// The shape of the cells whose content has a type; it is added when it is first needed.
    pub fn shape_of_cell(&mut self, content: TypeId, slot: SlotKind) -> ShapeId {
        self.shape_of(ShapeOf::Cell(content), &[slot])
    }

    fn shape_of(&mut self, of: ShapeOf, slots: &[SlotKind]) -> ShapeId {
        if let Some(known) = self.of_types.get(&of) {
            return *known;
        }
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(Shape::new(of, slots));
        self.of_types.insert(of, id);
        id
    }

    // Accounting.

    /// Accounts `bytes` by which a boxed value is about to grow. The next collection asks the value itself.
    ///
    /// # Errors
    ///
    /// When the limit would be passed; nothing is accounted then.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.make_room(bytes)?;
        self.claim(bytes);
        Ok(())
    }

    /// Gives bytes back that [`reserve`](Heap::reserve) accounted.
    pub fn release(&mut self, bytes: usize) {
        self.claimed = self.claimed.saturating_sub(bytes);
    }

    /// Fails early when `bytes` more would pass the limit, without accounting them.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn check_room(&self, bytes: usize) -> Result<(), Exhausted> {
        match self.used().checked_add(bytes) {
            Some(sum) if sum <= self.limit => Ok(()),
            _ => Err(self.exhausted(bytes)),
        }
    }

    /// Sees to it that `bytes` more can be claimed. Places that were claimed and not used yet are given back if need be.
    pub(crate) fn make_room(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let fits = |claimed: usize| claimed.checked_add(bytes).is_some_and(|sum| sum <= self.limit);
        if fits(self.claimed) {
            return Ok(());
        }
        if !fits(self.used()) {
            return Err(self.exhausted(bytes));
        }
        self.give_back_runs();
        Ok(())
    }

    pub(crate) fn claim(&mut self, bytes: usize) {
        self.claimed += bytes;
        self.statistics.allocated += bytes as u64;
        // At the limit it is left to whoever finds no room: what was claimed and isn't used yet would ask for one collection after
        // the other.
        self.wants |= self.claimed >= self.threshold && self.threshold < self.limit;
    }

    pub(crate) fn exhausted(&self, wanted: usize) -> Exhausted {
        Exhausted {
            wanted,
            used: self.used(),
            limit: self.limit,
        }
    }

    /// The address to which references are offsets: an object is at `base + 8 * reference.bits()`. It never changes.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        self.region.base()
    }
}

/// A heap without room, for the time that the real one is elsewhere.
impl<X> Default for Heap<X> {
    fn default() -> Self {
        Heap {
            runs: Runs::default(),
            wants: false,
            stress: false,
            region: Region::EMPTY,
            blocks: Blocks::default(),
            limit: 0,
            claimed: 0,
            threshold: 0,
            slab: Slab::default(),
            shapes: Vec::new(),
            first_captures: 0,
            of_types: BTreeMap::new(),
            statistics: Statistics::default(),
            most_waiting: None,
        }
    }
}

impl<X> fmt::Debug for Heap<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heap({} of {} bytes in use)", self.used(), self.limit)
    }
}
