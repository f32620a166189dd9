//! What families of instructions remember, and what their specialised members do with it.
//!
//! A `[family.…]` of the spec names these functions in its expressions. The handlers around them are emitted: they read the inputs and the
//! words of the cache, write those words, and make an instruction one of another member. What is here is given the state first, then what the
//! expression says.
//!
//! The guard is all that stands between a cache and an object of another shape. So what is remembered must hold as long as the guard does:
//! classes never change, and a reference is remembered only of an object that lives as long as the program, since that of another may be
//! given to a new object once the collector has run.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "these are accesses to objects, as in `fast`, whose module states once what all of them rely on"
)]

use raya_facts::types::SlotKind;
use raya_facts::{MethodId, TypeId};
use raya_heap::layout::{self, Kind};
use raya_heap::{Any, Ref};
use raya_runtime::semantics;

use crate::calls::first_argument;
use crate::code::slot_kind;
use crate::object::{address, field, header_number, is_kind, null_reference};
use crate::pc::{Fetched, Fp, Pc};
use crate::state::{Fault, Notes, State};
use crate::word::Word;

// Guards.

/// Whether a reference is to an object of a class, and not of one of its subclasses.
#[inline(always)]
pub unsafe fn is_instance_of(state: &State, object: Ref, class: u32) -> bool {
    // Null needs no test of its own: the heap's first block is never used, so that no kind of object is read there.
    address(state, object).cast::<u64>().read() == layout::header(Kind::Instance, class)
}

/// Whether it is the text that was met before.
#[inline(always)]
pub unsafe fn is_text(_: &State, name: Ref, text: u32) -> bool {
    name.bits() == text
}

// Methods.

/// The class of the receiver, and the function that it has in a vtable slot.
#[inline(always)]
pub unsafe fn method_of(state: &mut State, receiver: Ref, method: MethodId) -> Option<(u32, u32)> {
    if receiver.is_null() {
        return None;
    }
    let class = header_number(state, receiver);
    Some((class, function_of(state, class, method)))
}

/// The function that a class has in a vtable slot.
#[inline(always)]
unsafe fn function_of(state: &State, class: u32, method: MethodId) -> u32 {
    let first = *state.vtables.add(class as usize);
    *state.methods.add((first + method.0) as usize)
}

/// Enters the function that was found for the receiver's class. Its arguments are where every call has them.
#[inline(always)]
pub unsafe fn enter_method(pc: Fetched, fp: Fp, state: &mut State, function: u32) -> (Pc, Fp) {
    let callee = state.callee(function);
    state.push_frame(
        pc,
        METHOD_WORDS,
        first_argument(pc, fp),
        callee,
        || Pc(callee.entry),
        Notes::default(),
    )
}

/// Looks for the function of the receiver's class, and enters it.
#[inline(always)]
pub unsafe fn enter_method_of(pc: Fetched, fp: Fp, state: &mut State, receiver: Ref, method: MethodId) -> (Pc, Fp) {
    if receiver.is_null() {
        return state.raise(pc, fp, null_reference(&"an object"));
    }
    let function = function_of(state, header_number(state, receiver), method);
    enter_method(pc, fp, state, function)
}

/// The words of a call of a method: those of every call, and one for the cache.
const METHOD_WORDS: u32 = 3;

// Properties: fields by their names.

/// The class of the object, the name, and the field that has the name. Nothing for a name that the program made, for what isn't an object of
/// a class, and where there is no such field.
pub unsafe fn property_of(state: &mut State, object: Ref, name: Ref) -> Option<(u32, u32, u32, u16)> {
    let (class, name, found) = lookup(state, object, name)?;
    let (index, of) = found?;
    Some((class, name, index, kind_of(of)))
}

/// The same, with the type of the field.
pub unsafe fn writable_property_of(state: &mut State, object: Ref, name: Ref, _: Any) -> Option<(u32, u32, u32, u32, u16)> {
    let (class, name, found) = lookup(state, object, name)?;
    let (index, of) = found?;
    Some((class, name, index, of.0, kind_of(of)))
}

/// The class of the object, the name, and whether the class has a field of that name.
pub unsafe fn presence_of(state: &mut State, object: Ref, name: Ref) -> Option<(u32, u32, bool)> {
    let (class, name, found) = lookup(state, object, name)?;
    Some((class, name, found.is_some()))
}

/// Where a field lies in objects of a class, and its type.
type Place = (u32, TypeId);

/// The class of an object, the bits of the name, and the field of that name if there is one.
unsafe fn lookup(state: &mut State, object: Ref, name: Ref) -> Option<(u32, u32, Option<Place>)> {
    if !is_kind(state, object, Kind::Instance) || !state.context().is_text(name) {
        return None;
    }
    let class = header_number(state, object);
    let found = semantics::reflect::position(state.context(), object, name).ok()?;
    Some((class, name.bits(), found))
}

/// The number of a representation, as [`State::kind`] knows it.
const fn number(kind: SlotKind) -> u16 {
    layout::slot_byte(kind) as u16
}

const I32: u16 = number(SlotKind::I32);
const F64: u16 = number(SlotKind::F64);
const BOOL: u16 = number(SlotKind::Bool);
const ANY: u16 = number(SlotKind::Any);

/// The number of the representation of a type.
fn kind_of(of: TypeId) -> u16 {
    number(slot_kind(of))
}

/// A field as an `any`.
#[inline(always)]
pub unsafe fn load_property(state: &mut State, object: Ref, index: u32, kind: u16) -> Any {
    let word = field(state, object, index).read();
    // Not by way of `Value`: at low levels of optimisation one lies in memory, and then the handler's last call stays a call.
    match kind {
        I32 => Any::from_i32(i32::from_word(word)),
        F64 => Any::from_f64(f64::from_word(word)),
        BOOL => Any::from_bool(bool::from_word(word)),
        ANY => Any::from_bits(word),
        _ => Any::from_ref(Ref::from_word(word)),
    }
}

/// Changes a field to what is in an `any`. What is no plain value may have to be looked at more closely.
#[inline(always)]
pub unsafe fn store_property(state: &mut State, object: Ref, value: Any, index: u32, of: u32, kind: u16) -> Result<(), Fault> {
    let bits = value.bits();
    // A value of a kind is one that is the same when it is made anew from its payload.
    let (fits, word) = match kind {
        I32 => (Any::from_i32(bits as i32) == value, u64::from(bits as u32)),
        F64 => (Any::from_f64(f64::from_bits(bits)) == value, bits),
        BOOL => (Any::from_bool(bits & 1 != 0) == value, bits & 1),
        ANY => (of == TypeId::ANY.0, bits),
        _ => (value == Any::NULL, Ref::NULL.into_word()),
    };
    if fits {
        field(state, object, index).write(word);
        return Ok(());
    }
    let place = u64::from(object.bits()) | u64::from(index) << 32;
    Err(state.defer(store_slowly, [place, bits, u64::from(of)]))
}

fn store_slowly(state: &mut State, [place, value, of]: [u64; 3]) -> Result<Option<u64>, Fault> {
    let (object, index) = (Ref::from_bits(place as u32), (place >> 32) as u32);
    let value = semantics::convert::unbox(state.context(), Any::from_word(value), TypeId(of as u32))?;
    // SAFETY: the guard held, so that this is an object of the class whose field it is, and the value has the field's representation.
    unsafe { field(state, object, index).write(value.word()) };
    Ok(None)
}
