//! The operations that programs execute so often that they have code of their own, beside the functions that all engines share.
//!
//! They read objects at the offsets of [`raya_heap::layout`] and check what the language checks: null and bounds. Where one of them fails,
//! the shared function says how, so that the traps of all engines are the same by construction.
//!
//! All of them rely on the same: a reference that isn't null is to a live object of the kind that the verifier proved for it, since lowering
//! keeps every value where the collector is told of it; numbers of fields, elements, variables and classes were checked by the verifier.
//!
//! What is inlined into a handler must not need memory of its own, not even on a path that is never taken: while something has an address on
//! the stack, the compiler can't make a jump of the handler's last call. Nor should it call a function on a path that is seldom taken, since
//! the handler would save registers on every path. So slow ends of instructions are [deferred](State::defer).

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "these are nothing but accesses to objects; the module states once what all of them rely on"
)]

use raya_facts::{ClassId, ElementId, FieldId, GlobalId, ShortFieldId, StaticId, TypeId};
use raya_heap::{Any, AnyKind, Ref, SlotKind, layout};
use raya_runtime::{Value, semantics};

use crate::object::{address, field, header_number, is_kind, null_reference};
use crate::state::{Fault, State};
use crate::word::Word;

pub use crate::number::{float_to_int, idiv, imod, nadd, nge, ngt, nle, nlt, nmul, nsub};
pub use crate::text::{int_to_string, sconcat, seq, slen, sne};

// Arrays.

/// Where an element lies, if there is one.
#[inline(always)]
unsafe fn element<T: Word>(state: &State, array: Ref, index: i32) -> Option<*mut u8> {
    // Null needs no test of its own: the heap's first block is never used, so that a length of 0 is read there.
    let array = address(state, array);
    let length: u32 = array.add(layout::ARRAY_LENGTH).cast::<u32>().read();
    if index.cast_unsigned() >= length {
        return None;
    }
    let buffer = Ref::from_bits(array.add(layout::ARRAY_BUFFER).cast::<u32>().read());
    Some(at::<T>(address(state, buffer), index.cast_unsigned()))
}

/// Where an element lies in a buffer.
#[inline(always)]
unsafe fn at<T: Word>(buffer: *mut u8, index: u32) -> *mut u8 {
    buffer.add(layout::BODY + index as usize * layout::element_bytes(T::KIND))
}

#[inline(always)]
unsafe fn read<T: Word>(place: *mut u8) -> T {
    T::from_word(match T::KIND {
        SlotKind::I32 => u64::from(place.cast::<u32>().read()),
        SlotKind::Bool => u64::from(place.read()),
        SlotKind::F64 | SlotKind::Any | SlotKind::Ref => place.cast::<u64>().read(),
    })
}

#[inline(always)]
unsafe fn write<T: Word>(place: *mut u8, value: T) {
    let word = value.into_word();
    match T::KIND {
        SlotKind::I32 => place.cast::<u32>().write(word as u32),
        SlotKind::Bool => place.write(word as u8),
        SlotKind::F64 | SlotKind::Any | SlotKind::Ref => place.cast::<u64>().write(word),
    }
}

/// An element.
#[inline(always)]
pub unsafe fn load_elem<T: Word>(state: &mut State, array: Ref, index: i32) -> Result<T, Fault> {
    match element::<T>(state, array, index) {
        Some(place) => Ok(read(place)),
        None => Err(state.defer(no_element, [array.into_word(), index.into_word(), 0])),
    }
}

/// Changes an element.
#[inline(always)]
pub unsafe fn store_elem<T: Word>(state: &mut State, array: Ref, index: i32, value: T) -> Result<(), Fault> {
    match element::<T>(state, array, index) {
        Some(place) => {
            write(place, value);
            Ok(())
        }
        None => Err(state.defer(no_element, [array.into_word(), index.into_word(), 0])),
    }
}

fn no_element(state: &mut State, [array, index, _]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let (array, index) = (Ref::from_word(array), i32::from_word(index));
    Err(Fault::expected(semantics::array::load_elem(state.context(), array, index)))
}

/// The number of elements.
#[inline(always)]
pub unsafe fn array_len(state: &mut State, array: Ref) -> Result<i32, Fault> {
    if array.is_null() {
        return Err(null_reference(&"an array"));
    }
    Ok(address(state, array).add(layout::ARRAY_LENGTH).cast::<i32>().read())
}

/// Appends an element.
#[inline(always)]
pub unsafe fn array_push<T: Word>(state: &mut State, array: Ref, value: T) -> Result<(), Fault> {
    // What is read of null is 0, as for `element`.
    let head = address(state, array);
    let length = head.add(layout::ARRAY_LENGTH).cast::<u32>();
    let room = head.add(layout::ARRAY_CAPACITY).cast::<u32>().read();
    let count = length.read();
    if count < room.min(state.array_limit) {
        let buffer = Ref::from_bits(head.add(layout::ARRAY_BUFFER).cast::<u32>().read());
        write(at::<T>(address(state, buffer), count), value);
        length.write(count + 1);
        return Ok(());
    }
    Err(state.defer(push_slowly::<T>, [array.into_word(), value.into_word(), 0]))
}

fn push_slowly<T: Word>(state: &mut State, [array, word, _]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let (array, value) = (Ref::from_word(array), Value::from_word(word, T::KIND));
    semantics::array::array_push(state.context(), array, value)?;
    Ok(None)
}

/// Removes the last element.
#[inline(always)]
pub unsafe fn array_pop<T: Word>(state: &mut State, array: Ref) -> Result<T, Fault> {
    // What is read of null is 0, as for `element`.
    let head = address(state, array);
    let length = head.add(layout::ARRAY_LENGTH).cast::<u32>();
    if let Some(last) = length.read().checked_sub(1) {
        let buffer = Ref::from_bits(head.add(layout::ARRAY_BUFFER).cast::<u32>().read());
        length.write(last);
        return Ok(read(at::<T>(address(state, buffer), last)));
    }
    Err(state.defer(nothing_to_pop, [array.into_word(), 0, 0]))
}

fn nothing_to_pop(state: &mut State, [array, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    Err(Fault::expected(semantics::array::array_pop(
        state.context(),
        Ref::from_word(array),
    )))
}

// Objects, tuples, cells, variables.

/// A field.
#[inline(always)]
pub unsafe fn load_field(state: &mut State, object: Ref, of: FieldId) -> Result<u64, Fault> {
    if object.is_null() {
        return Err(null_reference(&"an object"));
    }
    Ok(field(state, object, of.0).read())
}

/// Changes a field.
#[inline(always)]
pub unsafe fn store_field(state: &mut State, object: Ref, value: u64, of: FieldId) -> Result<(), Fault> {
    if object.is_null() {
        return Err(null_reference(&"an object"));
    }
    field(state, object, of.0).write(value);
    Ok(())
}

/// A field.
#[inline(always)]
pub unsafe fn load_field_fast(state: &mut State, object: Ref, of: ShortFieldId) -> Result<u64, Fault> {
    load_field(state, object, FieldId(of.0))
}

/// Changes a field.
#[inline(always)]
pub unsafe fn store_field_fast(state: &mut State, object: Ref, value: u64, of: ShortFieldId) -> Result<(), Fault> {
    store_field(state, object, value, FieldId(of.0))
}

/// A new object.
#[inline(always)]
pub unsafe fn new(state: &mut State, class: ClassId) -> Result<Ref, Fault> {
    let template = state.templates.add(class.index());
    match state.context().heap.bump_template(*template) {
        Some(object) => Ok(object),
        // Not the class: it would take a register until here.
        None => Err(state.defer(new_slowly, [(*template).header, 0, 0])),
    }
}

/// A new object, for its fields to be filled.
#[inline(always)]
pub unsafe fn object_literal(state: &mut State, class: ClassId, _n: u16) -> Result<u64, Fault> {
    Ok(new(state, class)?.into_word())
}

fn new_slowly(state: &mut State, [header, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let object = semantics::object::new(state.context(), ClassId(layout::number_in(header)))?;
    Ok(Some(object.into_word()))
}

/// The element of a tuple at a fixed place.
#[inline(always)]
pub unsafe fn tuple_field(state: &mut State, tuple: Ref, element: ElementId) -> Result<u64, Fault> {
    if tuple.is_null() {
        return Err(null_reference(&"a tuple"));
    }
    Ok(field(state, tuple, element.0).read())
}

/// What is in a cell.
#[inline(always)]
pub unsafe fn load_refcell<T: Word>(state: &mut State, cell: Ref) -> Result<T, Fault> {
    if cell.is_null() {
        return Err(null_reference(&"a cell"));
    }
    Ok(T::from_word(field(state, cell, 0).read()))
}

/// Changes what is in a cell.
#[inline(always)]
pub unsafe fn store_refcell<T: Word>(state: &mut State, cell: Ref, value: T) -> Result<(), Fault> {
    if cell.is_null() {
        return Err(null_reference(&"a cell"));
    }
    field(state, cell, 0).write(value.into_word());
    Ok(())
}

/// A variable of the module.
#[inline(always)]
pub unsafe fn load_global(state: &mut State, global: GlobalId) -> u64 {
    state.globals.add(global.index()).read()
}

/// Changes a variable of the module.
#[inline(always)]
pub unsafe fn store_global(state: &mut State, value: u64, global: GlobalId) {
    state.globals.add(global.index()).write(value);
}

/// A static field.
#[inline(always)]
pub unsafe fn load_static(state: &mut State, of: StaticId) -> u64 {
    state.statics.add(of.index()).read()
}

/// Changes a static field.
#[inline(always)]
pub unsafe fn store_static(state: &mut State, value: u64, of: StaticId) {
    state.statics.add(of.index()).write(value);
}

/// Whether a reference is to an object of a class or of one of its subclasses.
#[inline(always)]
pub unsafe fn is_class(state: &mut State, value: Ref, class: ClassId) -> bool {
    if value.is_null() || !is_kind(state, value, layout::Kind::Instance) {
        return false;
    }
    header_number(state, value) == class.0 || is_subclass(state, value, class)
}

#[inline(never)]
fn is_subclass(state: &mut State, value: Ref, class: ClassId) -> bool {
    semantics::convert::is_class(state.context(), value, class)
}

// Equality, truth, null.

/// Whether two values are equal.
#[inline(always)]
pub unsafe fn eq<T: Word>(state: &mut State, a: T, b: T) -> bool {
    let (left, right) = (a.into_word(), b.into_word());
    match T::KIND {
        SlotKind::I32 | SlotKind::Bool => left == right,
        SlotKind::F64 => f64::from_word(left) == f64::from_word(right),
        SlotKind::Ref if left == right => true,
        SlotKind::Ref if left == 0 || right == 0 => false,
        SlotKind::Any | SlotKind::Ref => equal(state, left, right, T::KIND),
    }
}

#[inline(never)]
fn equal(state: &mut State, a: u64, b: u64, kind: SlotKind) -> bool {
    semantics::logic::eq(state.context(), Value::from_word(a, kind), Value::from_word(b, kind))
}

/// Whether two values differ.
#[inline(always)]
pub unsafe fn ne<T: Word>(state: &mut State, a: T, b: T) -> bool {
    !eq(state, a, b)
}

/// Whether two values are equal.
#[inline(always)]
pub unsafe fn strict_eq<T: Word>(state: &mut State, a: T, b: T) -> bool {
    eq(state, a, b)
}

/// Whether two values differ.
#[inline(always)]
pub unsafe fn strict_ne<T: Word>(state: &mut State, a: T, b: T) -> bool {
    !eq(state, a, b)
}

#[inline(always)]
unsafe fn is_true<T: Word>(state: &mut State, condition: T) -> bool {
    let word = condition.into_word();
    match T::KIND {
        SlotKind::I32 | SlotKind::Bool => word != 0,
        SlotKind::F64 => {
            let number = f64::from_word(word);
            number != 0.0 && !number.is_nan()
        }
        SlotKind::Ref => {
            let reference = Ref::from_word(word);
            !reference.is_null() && (!is_kind(state, reference, layout::Kind::Str) || header_number(state, reference) != 0)
        }
        SlotKind::Any => is_any_true(state, Any::from_word(word)),
    }
}

#[inline(never)]
fn is_any_true(state: &mut State, condition: Any) -> bool {
    semantics::logic::is_true(state.context(), Value::Any(condition))
}

/// Whether a value counts as false.
#[inline(always)]
pub unsafe fn not<T: Word>(state: &mut State, value: T) -> bool {
    !is_true(state, value)
}

/// Whether to jump.
#[inline(always)]
pub unsafe fn jmp_if_true<T: Word>(state: &mut State, condition: T) -> bool {
    is_true(state, condition)
}

/// Whether to jump.
#[inline(always)]
pub unsafe fn jmp_if_false<T: Word>(state: &mut State, condition: T) -> bool {
    !is_true(state, condition)
}

/// Whether to jump.
#[inline(always)]
pub unsafe fn jmp_if_null<T: Word>(_state: &mut State, value: T) -> bool {
    match T::KIND {
        SlotKind::Ref => value.into_word() == 0,
        SlotKind::Any => value.into_word() == Any::NULL.bits(),
        SlotKind::I32 | SlotKind::F64 | SlotKind::Bool => false,
    }
}

/// Whether to jump.
#[inline(always)]
pub unsafe fn jmp_if_not_null<T: Word>(state: &mut State, value: T) -> bool {
    !jmp_if_null(state, value)
}

// Values that carry their kind.

/// A value with its kind.
#[inline(always)]
pub unsafe fn box_value<T: Word>(_state: &mut State, value: T) -> Any {
    let word = value.into_word();
    match T::KIND {
        SlotKind::I32 => Any::from_i32(i32::from_word(word)),
        SlotKind::F64 => Any::from_f64(f64::from_word(word)),
        SlotKind::Bool => Any::from_bool(bool::from_word(word)),
        SlotKind::Any => Any::from_word(word),
        SlotKind::Ref => Any::from_ref(Ref::from_word(word)),
    }
}

/// The value of a type that an `any` holds.
#[inline(always)]
pub unsafe fn unbox(state: &mut State, value: Any, of: TypeId) -> Result<u64, Fault> {
    match (value.kind(), of) {
        (AnyKind::I32(value), TypeId::I32) => Ok(value.into_word()),
        (AnyKind::F64(value), TypeId::F64) => Ok(value.into_word()),
        (AnyKind::Bool(value), TypeId::BOOL) => Ok(value.into_word()),
        _ => Err(state.defer(unbox_slowly, [value.into_word(), u64::from(of.0), 0])),
    }
}

fn unbox_slowly(state: &mut State, [value, of, _]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let value = semantics::convert::unbox(state.context(), Any::from_word(value), TypeId(of as u32))?;
    Ok(Some(value.word()))
}
