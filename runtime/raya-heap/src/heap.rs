//! Owns the objects of a program and accounts their bytes against a limit.

use core::fmt;
use core::marker::PhantomData;

use raya_facts::{ClassId, FunctionId, TypeId};

use crate::error::{Exhausted, NoRegion};
use crate::marker::Marker;
use crate::shape::{Shape, ShapeId};
use crate::statistics::Statistics;
use crate::value::{Ref, SlotKind};
use crate::view::{Object, ObjectMut};

/// A Rust value that lives in the heap: a handle of a task, a mutex, a channel, a map, …
pub trait Boxed {
    /// Marks every reference that it holds.
    fn trace(&self, marker: &mut Marker);

    /// The bytes that it is accounted with, beside those of the object that stands for it. Looked at when it is allocated and in
    /// every collection; growth between is accounted with [`Heap::reserve`].
    fn bytes(&self) -> usize;
}

/// The objects of a program.
///
/// Allocation never collects: whoever holds references asks [`wants_collection`](Heap::wants_collection) where all of them are
/// known, and then calls [`collect`](Heap::collect). A collection never moves an object.
pub struct Heap<X> {
    of: PhantomData<X>,
}

/// What every new object of a shape looks like: what the fast engine needs to allocate one without looking at the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The first 8 bytes.
    pub header: u64,
    /// The granules that it takes, its header included, rounded up to those of its size class.
    pub granules: u32,
    /// The number of its size class.
    pub class: u8,
}

impl<X: Boxed> Heap<X> {
    /// An empty heap that holds at most `limit` bytes. Shapes of classes come first in order of their numbers, then those of
    /// functions in order of theirs, then any of tuples and cells.
    ///
    /// # Errors
    ///
    /// When the operating system grants no address space.
    pub fn new(limit: usize, shapes: Vec<Shape>) -> Result<Heap<X>, NoRegion> {
        let _ = (limit, shapes);
        todo!()
    }

    /// The largest number of bytes.
    pub fn limit(&self) -> usize {
        todo!()
    }

    /// The bytes in use, objects that nothing reaches any more included: objects are accounted with the bytes of their size class,
    /// large ones with whole blocks.
    pub fn used(&self) -> usize {
        todo!()
    }

    /// What it did so far.
    pub fn statistics(&self) -> Statistics {
        todo!()
    }

    /// Whether to collect at every safepoint and to overwrite what is dead, so that a missed root shows.
    pub fn set_stress(&mut self, stress: bool) {
        let _ = stress;
        todo!()
    }

    // Shapes.

    /// All shapes, by number.
    pub fn shapes(&self) -> &[Shape] {
        todo!()
    }

    /// The shape with a number.
    pub fn shape(&self, id: ShapeId) -> Option<&Shape> {
        let _ = id;
        todo!()
    }

    /// The shape of a class's instances.
    pub fn shape_of_class(&self, class: ClassId) -> ShapeId {
        let _ = class;
        todo!()
    }

    /// The shape of a function's closures.
    pub fn shape_of_captures(&self, function: FunctionId) -> ShapeId {
        let _ = function;
        todo!()
    }

    /// The shape of the tuples of a type; it is added when it is first needed.
    pub fn shape_of_tuple(&mut self, of: TypeId, slots: &[SlotKind]) -> ShapeId {
        let _ = (of, slots);
        todo!()
    }

    /// The shape of the cells whose content has a type; it is added when it is first needed.
    pub fn shape_of_cell(&mut self, content: TypeId, slot: SlotKind) -> ShapeId {
        let _ = (content, slot);
        todo!()
    }

    // Looking at objects.

    /// The object behind a reference; `None` for null and for references at which no object starts.
    pub fn get(&self, reference: Ref) -> Option<Object<'_, X>> {
        let _ = reference;
        todo!()
    }

    /// The object behind a reference, to change it.
    pub fn get_mut(&mut self, reference: Ref) -> Option<ObjectMut<'_, X>> {
        let _ = reference;
        todo!()
    }

    /// The text behind a reference, if it is a string.
    pub fn text(&self, reference: Ref) -> Option<&str> {
        let _ = reference;
        todo!()
    }

    // Allocating. None of these collects.

    /// Adds a string.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn allocate_string(&mut self, text: &str) -> Result<Ref, Exhausted> {
        let _ = text;
        todo!()
    }

    /// Adds a string made of two others, without a copy between. What isn't a string counts as an empty one.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn concatenate(&mut self, first: Ref, second: Ref) -> Result<Ref, Exhausted> {
        let _ = (first, second);
        todo!()
    }

    /// Adds an array of `count` zeros.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn allocate_array(&mut self, element: TypeId, slot: SlotKind, count: usize) -> Result<Ref, Exhausted> {
        let _ = (element, slot, count);
        todo!()
    }

    /// Adds a tuple, an instance, a closure or a cell, as its shape says, whose words are zeros. A closure has neither a receiver
    /// nor a capture that was filled.
    ///
    /// # Errors
    ///
    /// When the limit would be passed, or there is no such shape.
    pub fn allocate_record(&mut self, shape: ShapeId) -> Result<Ref, Exhausted> {
        let _ = shape;
        todo!()
    }

    /// Adds a Rust value.
    ///
    /// # Errors
    ///
    /// When the limit would be passed; the value is dropped.
    pub fn allocate_boxed(&mut self, value: X) -> Result<Ref, Exhausted> {
        let _ = value;
        todo!()
    }

    /// Accounts `bytes` by which a boxed value is about to grow. The next collection asks the value itself.
    ///
    /// # Errors
    ///
    /// When the limit would be passed; nothing is accounted then.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let _ = bytes;
        todo!()
    }

    /// Gives bytes back that [`reserve`](Heap::reserve) accounted.
    pub fn release(&mut self, bytes: usize) {
        let _ = bytes;
        todo!()
    }

    /// Fails early when `bytes` more would pass the limit, without accounting them.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn check_room(&self, bytes: usize) -> Result<(), Exhausted> {
        let _ = bytes;
        todo!()
    }

    // Collecting.

    /// Whether it is time to collect at the next safepoint.
    #[inline]
    pub fn wants_collection(&self) -> bool {
        todo!()
    }

    /// Frees everything that can't be reached from the references that `roots` marks.
    ///
    /// A context that owns its heap and its roots takes the heap out for the time: `let mut heap = mem::take(&mut self.heap);`
    pub fn collect(&mut self, roots: impl FnOnce(&mut Marker)) {
        let _ = roots;
        todo!()
    }

    // For engines that skip checks.

    /// The address to which references are offsets: an object is at `base + 8 * reference.bits()`. It never changes.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        todo!()
    }

    /// What a new object of a shape looks like; `None` for shapes that need [`allocate_record`](Heap::allocate_record): objects too
    /// large for a size class, and those with words of slot `any`, whose null isn't zero.
    pub fn template(&self, shape: ShapeId) -> Option<Template> {
        let _ = shape;
        todo!()
    }

    /// Adds an object of a template: a compare, an add, the header's store, and zeroing of the words.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    ///
    /// # Safety
    ///
    /// The template comes from [`template`](Heap::template) of this heap.
    #[inline]
    pub unsafe fn allocate_template(&mut self, template: Template) -> Result<Ref, Exhausted> {
        let _ = template;
        todo!()
    }
}

/// A heap without room, for the time that the real one is elsewhere.
impl<X> Default for Heap<X> {
    fn default() -> Self {
        todo!()
    }
}

impl<X> fmt::Debug for Heap<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heap")
    }
}
