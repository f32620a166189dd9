//! The operations on texts that programs execute so often that they have code of their own. [`fast`](crate::fast) says what all of it relies
//! on.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "these are nothing but accesses to objects; `fast` states once what all of them rely on"
)]

use raya_heap::{Ref, ShortText, layout};
use raya_runtime::semantics;

use crate::object::{address, header_number, null_reference};
use crate::state::{Fault, State};
use crate::word::Word;

/// The length of a text in bytes.
#[inline(always)]
pub unsafe fn slen(state: &mut State, text: Ref) -> Result<i32, Fault> {
    if text.is_null() {
        return Err(null_reference(&"a string"));
    }
    // No text is longer than the heap's region, which has fewer bytes than references can count; longer ones are said to have the most.
    Ok(i32::try_from(header_number(state, text)).unwrap_or(i32::MAX))
}

/// Whether two texts have the same bytes; null equals only null.
#[inline(always)]
pub unsafe fn seq(state: &mut State, a: Ref, b: Ref) -> bool {
    if a == b {
        return true;
    }
    if a.is_null() || b.is_null() || header_number(state, a) != header_number(state, b) {
        return false;
    }
    same_text(state, a, b)
}

/// The same for two of the same length.
#[inline(never)]
unsafe fn same_text(state: &mut State, a: Ref, b: Ref) -> bool {
    let length = header_number(state, a) as usize;
    let bytes = |text| core::slice::from_raw_parts(address(state, text).add(layout::BODY).cast_const(), length);
    bytes(a) == bytes(b)
}

/// Whether two texts differ.
#[inline(always)]
pub unsafe fn sne(state: &mut State, a: Ref, b: Ref) -> bool {
    !seq(state, a, b)
}

/// Both texts, one behind the other, in a new one.
#[inline(always)]
pub unsafe fn sconcat(state: &mut State, a: Ref, b: Ref) -> Result<Ref, Fault> {
    match joined(state, a, b) {
        Some(text) => Ok(text),
        None => Err(state.defer(sconcat_slowly, [a.into_word(), b.into_word(), 0])),
    }
}

#[inline(never)]
unsafe fn joined(state: &mut State, a: Ref, b: Ref) -> Option<Ref> {
    state.context().heap.concatenate_known(a, b)
}

fn sconcat_slowly(state: &mut State, [a, b, _]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let text = semantics::string::sconcat(state.context(), Ref::from_word(a), Ref::from_word(b))?;
    Ok(Some(text.into_word()))
}

/// An integer in decimal.
#[inline(always)]
pub unsafe fn int_to_string(state: &mut State, a: i32) -> Result<Ref, Fault> {
    match decimal(state, a) {
        Some(text) => Ok(text),
        None => Err(state.defer(int_to_string_slowly, [a.into_word(), 0, 0])),
    }
}

#[inline(never)]
fn decimal(state: &mut State, a: i32) -> Option<Ref> {
    state.context().heap.allocate_short(ShortText::decimal(a)).ok()
}

fn int_to_string_slowly(state: &mut State, [a, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let text = semantics::string::int_to_string(state.context(), i32::from_word(a))?;
    Ok(Some(text.into_word()))
}
