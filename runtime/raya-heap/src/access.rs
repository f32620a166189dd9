//! Follows references in safe code.

use crate::blocks::Blocks;
use crate::heap::{Boxed, Heap};
use crate::layout::{self, Kind};
use crate::object::{ArrayHead, Raw};
use crate::reference::Ref;
use crate::region::Region;
use crate::shape::{Shape, ShapeId};
use crate::text::text_in;
use crate::view::{Array, ArrayMut, Closure, ClosureMut, Object, ObjectMut, Record, RecordMut};

/// The place that a reference leads to, if objects can start there. The blocks are those of the region.
#[inline]
pub(crate) fn raw(region: &Region, blocks: &Blocks, object: Ref) -> Option<Raw> {
    let room = blocks.room_at(object.bits())?;
    // SAFETY: the blocks are those of the region. What is made of it borrows the heap, for writing if it writes.
    Some(unsafe { Raw::new(region.base(), object, room) })
}

impl<X> Heap<X> {
    /// The place that a reference leads to, if objects can start there.
    #[inline]
    pub(crate) fn raw(&self, object: Ref) -> Option<Raw> {
        raw(&self.region, &self.blocks, object)
    }

    /// The object behind a reference; `None` for null and for references at which no object starts.
    pub fn get(&self, reference: Ref) -> Option<Object<'_, X>> {
        let raw = self.raw(reference)?;
        Some(match raw.kind()? {
            Kind::Str => Object::Str(text_in(raw)?),
            Kind::Buffer => return None,
            Kind::Array => Object::Array(self.array_of(raw.array_head()?)?),
            Kind::Tuple => Object::Tuple(self.record(raw, Kind::Tuple)?),
            Kind::Instance => Object::Instance(self.record(raw, Kind::Instance)?),
            Kind::Cell => Object::Cell(self.record(raw, Kind::Cell)?),
            Kind::Closure => Object::Closure(Closure {
                receiver: Ref::from_bits(raw.u32_at(layout::CLOSURE_RECEIVER)),
                filled: raw.u32_at(layout::CLOSURE_FILLED),
                captures: self.record(raw, Kind::Closure)?,
            }),
            Kind::Boxed => Object::Boxed(self.slab.get(raw.aux(), reference)?),
        })
    }

    /// Whether an object starts at a reference that was alive in the last collection, or was made since. What is dead and not yet
    /// overwritten can still be read, but what it refers to may be anything by now. Null refers to nothing that is dead.
    pub fn is_alive(&self, reference: Ref) -> bool {
        reference.is_null() || (self.blocks.may_be_alive(reference.bits()) && self.get(reference).is_some())
    }

    /// The Rust value behind a reference, if it leads to one.
    #[inline]
    pub fn boxed(&self, reference: Ref) -> Option<&X> {
        let raw = self.raw(reference)?;
        if raw.kind()? != Kind::Boxed {
            return None;
        }
        self.slab.get(raw.aux(), reference)
    }

    /// The same, to be changed.
    #[inline]
    pub fn boxed_mut(&mut self, reference: Ref) -> Option<&mut X> {
        let raw = self.raw(reference)?;
        if raw.kind()? != Kind::Boxed {
            return None;
        }
        self.slab.get_mut(raw.aux(), reference)
    }

    /// The array behind a reference.
    pub(crate) fn array(&self, reference: Ref) -> Option<Array<'_>> {
        self.array_of(self.raw(reference)?.array_head()?)
    }

    fn array_of(&self, head: ArrayHead) -> Option<Array<'_>> {
        let ArrayHead {
            element, slot, length, ..
        } = head;
        let bytes = match length {
            0 => &[],
            length => {
                let buffer = self.buffer(head)?;
                let count = length as usize * layout::element_bytes(slot);
                // SAFETY: the view borrows the heap, so that nobody writes meanwhile.
                unsafe { buffer.bytes(layout::BODY, count)? }
            }
        };
        Some(Array { element, slot, bytes })
    }

    /// The buffer of an array.
    pub(crate) fn buffer(&self, head: ArrayHead) -> Option<Raw> {
        self.raw(head.buffer).filter(|buffer| buffer.holds(head))
    }

    /// The shape of an object, if it is one of a kind.
    fn shape_in(&self, raw: Raw, kind: Kind) -> Option<(ShapeId, &Shape)> {
        let id = ShapeId(raw.aux());
        let shape = self.shape(id).filter(|shape| shape.kind() == kind)?;
        Some((id, shape))
    }

    fn record(&self, raw: Raw, kind: Kind) -> Option<Record<'_>> {
        let (id, shape) = self.shape_in(raw, kind)?;
        // SAFETY: the view borrows the heap, so that nobody writes meanwhile, and gives out no reference to change the words.
        let words = unsafe { raw.words(shape.first_word(), shape.slots().len())? };
        Some(Record { id, shape, words })
    }
}

impl<X: Boxed> Heap<X> {
    /// The object behind a reference, to change it.
    pub fn get_mut(&mut self, reference: Ref) -> Option<ObjectMut<'_, X>> {
        let raw = self.raw(reference)?;
        Some(match raw.kind()? {
            Kind::Str => ObjectMut::Str(text_in(raw)?),
            Kind::Buffer => return None,
            Kind::Array => {
                self.array(reference)?;
                ObjectMut::Array(ArrayMut {
                    heap: self,
                    array: reference,
                })
            }
            Kind::Tuple => ObjectMut::Tuple(self.record_mut(raw, Kind::Tuple)?),
            Kind::Instance => ObjectMut::Instance(self.record_mut(raw, Kind::Instance)?),
            Kind::Cell => ObjectMut::Cell(self.record_mut(raw, Kind::Cell)?),
            Kind::Closure => {
                // SAFETY: the view borrows the heap for writing. Receiver, count and captures don't overlap.
                let (receiver, filled) =
                    unsafe { (raw.u32_mut(layout::CLOSURE_RECEIVER)?, raw.u32_mut(layout::CLOSURE_FILLED)?) };
                ObjectMut::Closure(ClosureMut {
                    receiver,
                    filled,
                    captures: self.record_mut(raw, Kind::Closure)?,
                })
            }
            Kind::Boxed => ObjectMut::Boxed(self.slab.get_mut(raw.aux(), reference)?),
        })
    }

    fn record_mut(&mut self, raw: Raw, kind: Kind) -> Option<RecordMut<'_>> {
        let (id, shape) = self.shape_in(raw, kind)?;
        // SAFETY: the view borrows the heap for writing, so that nobody else reads or writes meanwhile.
        let words = unsafe { raw.words_mut(shape.first_word(), shape.slots().len())? };
        Some(RecordMut { id, shape, words })
    }
}
