//! Changes arrays: elements in place, and the room for them.

use crate::blocks::{Use, block_of};
use crate::error::{Exhausted, PushError, WrongSlot};
use crate::heap::{Boxed, Heap};
use crate::layout::{self, BLOCK_BYTES};
use crate::object::{ArrayHead, Raw};
use crate::reference::Ref;
use crate::value::{SlotKind, Value};
use crate::view::{Array, ArrayMut};

/// The room of an array that gets its first element.
const FIRST_CAPACITY: u32 = 4;

impl<X> Heap<X> {
    /// Gives an array more room: twice as much as it has. What isn't an array stays as it is.
    ///
    /// # Errors
    ///
    /// When the limit would be passed; the array stays as it is.
    pub fn grow_array(&mut self, array: Ref) -> Result<(), Exhausted> {
        let Some(raw) = self.raw(array) else { return Ok(()) };
        let Some(head) = raw.array_head() else { return Ok(()) };
        let wanted = head.capacity.saturating_mul(2).max(FIRST_CAPACITY);
        if wanted == head.capacity {
            return Err(self.exhausted(wanted as usize * layout::element_bytes(head.slot)));
        }
        let (buffer, capacity) = self.allocate_buffer(head.slot, wanted as usize, 0)?;
        if let (Some(old), Some(new)) = (self.buffer(head), self.raw(buffer)) {
            let count = head.length as usize * layout::element_bytes(head.slot);
            // SAFETY: both are places of the region, and not the same one. Nobody else has the new one.
            if let Some(bytes) = unsafe { old.bytes(layout::BODY, count) } {
                new.set_bytes(layout::BODY, bytes);
            }
        }
        raw.set_u32(layout::ARRAY_CAPACITY, capacity);
        raw.set_u32(layout::ARRAY_BUFFER, buffer.bits());
        self.free_large_buffer(head);
        Ok(())
    }

    /// Frees the buffer that an array had, if it has blocks for itself: only this array pointed to it. A small one waits for the next
    /// collection.
    fn free_large_buffer(&mut self, head: ArrayHead) {
        let block = block_of(head.buffer.bits());
        if let (Some(_), Use::Large(count)) = (self.buffer(head), self.blocks.usage(block)) {
            self.blocks.release(block, count);
            self.claimed = self.claimed.saturating_sub(count as usize * BLOCK_BYTES);
        }
    }
}

impl<X: Boxed> ArrayMut<'_, X> {
    /// Its elements.
    pub fn view(&self) -> Array<'_> {
        // A view to change an array is only made of one that has all its elements.
        self.heap.array(self.array).unwrap_or(Array::EMPTY)
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// The element at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.view().get(index)
    }

    fn parts(&self) -> Option<(Raw, ArrayHead)> {
        let raw = self.heap.raw(self.array)?;
        Some((raw, raw.array_head()?))
    }

    /// Replaces the element at `index`; says whether there is one.
    ///
    /// # Errors
    ///
    /// [`WrongSlot`] when the value has another representation than the elements.
    pub fn set(&mut self, index: usize, value: Value) -> Result<bool, WrongSlot> {
        let Some((_, head)) = self.parts() else { return Ok(false) };
        let value = value.fit(head.slot)?;
        if index >= head.length as usize {
            return Ok(false);
        }
        let Some(buffer) = self.heap.buffer(head) else {
            return Ok(false);
        };
        write(buffer, head.slot, index, value);
        Ok(true)
    }

    /// Appends an element. The room doubles when it is full.
    ///
    /// # Errors
    ///
    /// When the value has another representation than the elements, or the heap has no room.
    pub fn push(&mut self, value: Value) -> Result<(), PushError> {
        let Some((raw, mut head)) = self.parts() else { return Ok(()) };
        let value = value.fit(head.slot)?;
        if head.length == head.capacity {
            self.heap.grow_array(self.array)?;
            if let Some((_, grown)) = self.parts() {
                head = grown;
            }
        }
        if let Some(buffer) = self.heap.buffer(head) {
            write(buffer, head.slot, head.length as usize, value);
            raw.set_u32(layout::ARRAY_LENGTH, head.length + 1);
        }
        Ok(())
    }

    /// Removes the last element. The room stays.
    pub fn pop(&mut self) -> Option<Value> {
        let (raw, head) = self.parts()?;
        let last = self.view().get((head.length as usize).checked_sub(1)?)?;
        raw.set_u32(layout::ARRAY_LENGTH, head.length - 1);
        Some(last)
    }
}

/// Writes an element into a buffer.
fn write(buffer: Raw, slot: SlotKind, index: usize, value: Value) {
    let width = layout::element_bytes(slot);
    let offset = layout::BODY + index * width;
    let word = value.word();
    match width {
        1 => buffer.set_bytes(offset, &[word as u8]),
        4 => buffer.set_u32(offset, word as u32),
        _ => buffer.set_u64(offset, word),
    }
}
