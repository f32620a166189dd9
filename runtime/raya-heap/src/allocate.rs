//! Makes objects.

use raya_facts::TypeId;

use crate::any::Any;
use crate::blocks::first_granule;
use crate::classes::{CLASSES, Class};
use crate::error::Exhausted;
use crate::heap::{Boxed, Heap};
use crate::layout::{self, BLOCK_BYTES, GRANULE, Kind};
use crate::object::Raw;
use crate::reference::Ref;
use crate::shape::ShapeId;
use crate::value::SlotKind;

/// What every new object of a shape looks like: what the fast engine needs to allocate one without looking at the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// The first 8 bytes.
    pub header: u64,
    /// The granules that it takes, its header included, rounded up to those of its size class.
    pub granules: u32,
    /// The number of its size class.
    pub class: u32,
}

impl Template {
    /// The template of a shape that has none: a row of places never has room for it. So whoever looks it up has one test less to make.
    pub const fn unfit(shape: ShapeId) -> Template {
        Template {
            header: layout::header(Kind::Instance, shape.0),
            granules: u32::MAX,
            class: 0,
        }
    }
}

/// The bytes that an object is accounted with.
pub(crate) fn rounded(bytes: usize) -> usize {
    match u32::try_from(bytes.div_ceil(GRANULE)).ok().and_then(Class::of) {
        Some(class) => class.bytes(),
        None => bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES),
    }
}

impl<X> Heap<X> {
    /// A place for an object of this many bytes, with its header. `zeroed` says whether the rest must be zero bits; they are in any
    /// case for small objects.
    #[inline]
    pub(crate) fn allocate(&mut self, bytes: usize, header: u64, zeroed: bool) -> Result<(Ref, Raw), Exhausted> {
        let class = u32::try_from(bytes.div_ceil(GRANULE)).ok().and_then(Class::of);
        let (granule, room) = match class {
            Some(class) => (self.place(class)?, class.bytes()),
            None => self.allocate_large(bytes, zeroed)?,
        };
        let object = Ref::from_bits(granule);
        // SAFETY: the place was free until now, and this is the only one who knows of it.
        let raw = unsafe { Raw::new(self.region.base(), object, room) };
        raw.set_u64(0, header);
        Ok((object, raw))
    }

    #[inline(never)]
    fn allocate_large(&mut self, bytes: usize, zeroed: bool) -> Result<(u32, usize), Exhausted> {
        let room = rounded(bytes);
        self.make_room(room)?;
        let count = u32::try_from(room / BLOCK_BYTES).map_err(|_| self.exhausted(bytes))?;
        let taken = self.blocks.take(count).ok_or_else(|| self.exhausted(bytes))?;
        self.blocks.use_large(taken.start, count);
        self.claim(room);
        let granule = first_granule(taken.start);
        if zeroed && !taken.pristine {
            // SAFETY: the blocks were free until now. The object takes no more than they have.
            unsafe { self.region.fill(granule, bytes.div_ceil(GRANULE) as u32, 0) };
        }
        Ok((granule, room))
    }

    /// Adds an array of `count` zeros.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn allocate_array(&mut self, element: TypeId, slot: SlotKind, count: usize) -> Result<Ref, Exhausted> {
        let (buffer, capacity) = match count {
            0 => (Ref::NULL, 0),
            count => {
                // Both or none: a buffer without its array would be in use for nothing.
                let wanted = rounded(buffer_bytes(slot, count)).saturating_add(rounded(layout::ARRAY_BYTES));
                self.make_room(wanted)?;
                self.allocate_buffer(slot, count, count)?
            }
        };
        let (array, raw) = self.allocate(layout::ARRAY_BYTES, layout::header(Kind::Array, element.0), true)?;
        raw.set_u32(layout::ARRAY_LENGTH, count as u32);
        raw.set_u32(layout::ARRAY_CAPACITY, capacity);
        raw.set_u32(layout::ARRAY_BUFFER, buffer.bits());
        raw.set_u32(layout::ARRAY_SLOT, u32::from_ne_bytes([layout::slot_byte(slot), 0, 0, 0]));
        Ok(array)
    }

    /// A buffer with room for `count` elements or some more, the first `zeros` of which are zeros. Also gives the number of elements
    /// for which there is room.
    pub(crate) fn allocate_buffer(&mut self, slot: SlotKind, count: usize, zeros: usize) -> Result<(Ref, u32), Exhausted> {
        let bytes = buffer_bytes(slot, count);
        let room = rounded(bytes);
        let capacity = (room - layout::BODY) / layout::element_bytes(slot);
        let (Ok(granules), Ok(capacity)) = (u32::try_from(room / GRANULE), u32::try_from(capacity)) else {
            return Err(self.exhausted(bytes));
        };
        let zeroed = zeros > 0 && slot != SlotKind::Any;
        let (buffer, raw) = self.allocate(bytes, layout::header(Kind::Buffer, granules), zeroed)?;
        if slot == SlotKind::Any {
            fill_nulls(raw, layout::BODY, zeros);
        }
        Ok((buffer, capacity))
    }

    /// Adds a tuple, an instance, a closure or a cell, as its shape says, whose words are zeros. A closure has neither a receiver
    /// nor a capture that was filled. Null for a shape that doesn't exist.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn allocate_record(&mut self, shape: ShapeId) -> Result<Ref, Exhausted> {
        let Some(known) = self.shape(shape) else {
            return Ok(Ref::NULL);
        };
        let (bytes, header) = (known.bytes(), layout::header(known.kind(), shape.0));
        let (record, raw) = self.allocate(bytes, header, true)?;
        if let Some(known) = self.shape(shape)
            && !known.starts_as_zeros()
        {
            for (index, slot) in known.slots().iter().enumerate() {
                if *slot == SlotKind::Any {
                    fill_nulls(raw, known.first_word() + index * layout::WORD, 1);
                }
            }
        }
        Ok(record)
    }

    /// What a new object of a shape looks like; `None` for shapes that need [`allocate_record`](Heap::allocate_record): objects too
    /// large for a size class, and those with words of slot `any`, whose null isn't zero.
    pub fn template(&self, shape: ShapeId) -> Option<Template> {
        let known = self.shape(shape).filter(|shape| shape.starts_as_zeros())?;
        let class = Class::of(u32::try_from(known.bytes() / GRANULE).ok()?)?;
        Some(Template {
            header: layout::header(known.kind(), shape.0),
            granules: class.granules(),
            class: class.index() as u32,
        })
    }

    /// Adds an object of a template. The fast path is a compare, an add and the header's store: a row of places is zeroed as a whole
    /// when it is claimed, so that the words are zeros already.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    ///
    /// # Safety
    ///
    /// The template comes from [`template`](Heap::template) of this heap.
    #[inline(always)]
    pub unsafe fn allocate_template(&mut self, template: Template) -> Result<Ref, Exhausted> {
        let class = Class::from_number(template.class);
        // SAFETY: by the caller's word.
        if let Some(object) = unsafe { self.bump_template(template) } {
            return Ok(object);
        }
        let place = self.place_in_next_run(class)?;
        // SAFETY: as in the fast path.
        unsafe { self.region.at(place).cast::<u64>().write(template.header) };
        Ok(Ref::from_bits(place))
    }

    /// The fast path of [`allocate_template`](Heap::allocate_template) alone: none where the row of places is used up. Nothing here
    /// needs memory on the stack, for those who inline it where that matters.
    ///
    /// # Safety
    ///
    /// As for [`allocate_template`](Heap::allocate_template), but that the template may be [unfit](Template::unfit).
    #[inline(always)]
    pub unsafe fn bump_template(&mut self, template: Template) -> Option<Ref> {
        let place = self.runs.bump(template.class as usize % CLASSES, template.granules)?;
        // SAFETY: the place is one of the region's that nobody else has. The caller says that the template is of this heap, so that
        // it takes the granules of its class, and that the header's shape has as many words as there is room for.
        unsafe { self.region.at(place).cast::<u64>().write(template.header) };
        Some(Ref::from_bits(place))
    }
}

impl<X: Boxed> Heap<X> {
    /// Adds a Rust value.
    ///
    /// # Errors
    ///
    /// When the limit would be passed; the value is dropped.
    pub fn allocate_boxed(&mut self, value: X) -> Result<Ref, Exhausted> {
        let bytes = value.bytes();
        let position = self.slab.next().ok_or_else(|| self.exhausted(bytes))?;
        self.make_room(bytes.saturating_add(rounded(layout::HEADER)))?;
        let (object, _) = self.allocate(layout::HEADER, layout::header(Kind::Boxed, position), true)?;
        self.slab.insert(value, object);
        // The row of places that was claimed above may have taken the room that was seen to.
        self.make_room(bytes)?;
        self.claim(bytes);
        Ok(object)
    }
}

/// The bytes of a buffer.
fn buffer_bytes(slot: SlotKind, count: usize) -> usize {
    count.saturating_mul(layout::element_bytes(slot)).saturating_add(layout::BODY)
}

/// Writes the null of slot `any` into words.
fn fill_nulls(raw: Raw, offset: usize, count: usize) {
    for index in 0..count {
        raw.set_u64(offset + index * layout::WORD, Any::NULL.bits());
    }
}
