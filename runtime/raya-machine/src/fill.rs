//! Fills objects, tuples and arrays with values from the frame, one behind another.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "handlers are nothing but accesses through `pc` and `fp`; `builtin` states once what all of them rely on"
)]

use raya_heap::{Ref, layout};
use raya_runtime::semantics;

use crate::object::{address, field, null_reference};
use crate::pc::{Fetched, Fp, Pc};
use crate::state::State;

/// Puts values into all words of the object or the tuple below them, the first lowest.
#[inline(always)]
pub unsafe fn fill_words(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let (first, count) = (pc.u16(4), pc.u16(6));
    let record: Ref = fp.get(first);
    if record.is_null() {
        let expected = if pc.u32(8) == 0 { &"an object" } else { &"a tuple" };
        return state.raise(pc, fp, null_reference(expected));
    }
    let mut index = 1;
    while index < count {
        // Volatile, since a call of `memcpy` would cost more than it copies.
        field(state, record, u32::from(index - 1)).write_volatile(fp.word(first + index));
        index += 1;
    }
    fp.set::<Ref>(pc.u16(2), record);
    (pc.next(3), fp)
}

/// Puts values into the first elements of the array below them, the first lowest.
#[inline(always)]
pub unsafe fn fill_elements(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let (first, count) = (pc.u16(4), pc.u16(6));
    let array: Ref = fp.get(first);
    let head = address(state, array);
    // What is read of null is 0: the heap's first block is never used.
    let length: u32 = head.add(layout::ARRAY_LENGTH).cast::<u32>().read();
    if array.is_null() || length < u32::from(count - 1) {
        return state.run_rarely(pc, fp, cannot_fill);
    }
    let buffer = Ref::from_bits(head.add(layout::ARRAY_BUFFER).cast::<u32>().read());
    let elements = address(state, buffer).add(layout::BODY);
    let slot = layout::slot_from_byte(head.add(layout::ARRAY_SLOT).read());
    let bytes = slot.map_or(layout::WORD, layout::element_bytes);
    let mut index = 1;
    while index < count {
        let (word, element) = (fp.word(first + index), elements.add(usize::from(index - 1) * bytes));
        match bytes {
            1 => element.write_volatile(word as u8),
            4 => element.cast::<u32>().write_volatile(word as u32),
            _ => element.cast::<u64>().write_volatile(word),
        }
        index += 1;
    }
    fp.set::<Ref>(pc.u16(2), array);
    (pc.next(3), fp)
}

/// Says why an array can't be filled, as the shared function does.
#[cold]
#[inline(never)]
unsafe fn cannot_fill(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let (first, n) = (pc.u16(4), pc.u16(6) - 1);
    let mut values = state.values(fp, pc.u64(16));
    values.drain(..1);
    match semantics::array::init_array(state.context(), fp.get(first), values, n) {
        Ok(array) => {
            fp.set::<Ref>(pc.u16(2), array);
            (pc.next(3), fp)
        }
        Err(trap) => state.raise(pc, fp, trap),
    }
}
