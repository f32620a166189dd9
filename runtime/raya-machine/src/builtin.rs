//! The handlers that every engine has: moves, jumps, calls, returns, handlers of exceptions, and what looks into the record of a call.
//!
//! All of them rely on the same: `pc` is the beginning of an instruction that lowering wrote for the handler, `fp` the frame of the function
//! that it belongs to, and `state` holds the program and the task that runs. What lowering wrote names slots of the frame, with values of the
//! representations that the verifier proved, and places of the same code.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "handlers are nothing but accesses through `pc` and `fp`; the module states once what all of them rely on"
)]

use raya_facts::TypeId;
use raya_heap::{Any, Ref, SlotKind};
use raya_runtime::semantics;

use crate::object::{self, null_reference};
use crate::pc::{Fetched, Fp, Pc};
use crate::state::State;
use crate::word::Word;

pub use crate::calls::{
    call, call_closure, call_closure_with_one, call_constructor, call_constructor_rest, call_method_rest, call_rest, call_super,
    call_super_rest, reflect_construct,
};
pub use crate::fill::{fill_elements, fill_words};
pub use crate::native::{call_native, closure_of};

/// Ends the run. Dispatchers stop at this instruction; as a handler it stays where it is.
#[inline(always)]
pub unsafe fn leave(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    (pc.place(), fp)
}

/// Copies a slot.
#[inline(always)]
pub unsafe fn mov(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    fp.set_word(pc.u16(2), fp.word(pc.u16(4)));
    (pc.next(1), fp)
}

/// Copies two slots, one after the other.
#[inline(always)]
pub unsafe fn mov_two(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    fp.set_word(pc.u16(2), fp.word(pc.u16(4)));
    fp.set_word(pc.u16(6), fp.word(pc.u16(8)));
    (pc.next(2), fp)
}

/// Exchanges two slots.
#[inline(always)]
pub unsafe fn swap(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    let (one, other) = (pc.u16(2), pc.u16(4));
    let word = fp.word(one);
    fp.set_word(one, fp.word(other));
    fp.set_word(other, word);
    (pc.next(1), fp)
}

/// Puts a constant into a slot.
#[inline(always)]
pub unsafe fn constant(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    fp.set_word(pc.u16(2), pc.u64(8));
    (pc.next(2), fp)
}

/// Puts a constant of 32 bits into a slot.
#[inline(always)]
pub unsafe fn constant_short(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    fp.set_word(pc.u16(2), u64::from(pc.u32(4)));
    (pc.next(1), fp)
}

/// Jumps, and charges for the block at the target.
#[inline(always)]
pub unsafe fn jump(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.enter_block(pc.target(8), fp, u32::from(pc.u16(2)))
}

/// Charges for the block behind it.
#[inline(always)]
pub unsafe fn fuel(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.enter_block(pc.next(1), fp, pc.u32(4))
}

/// Takes the object from the record of the call that has just returned: nothing has used its place since.
#[inline(always)]
pub unsafe fn take_receiver(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    fp.set(pc.u16(2), (*state.record.add(1)).receiver);
    (pc.next(1), fp)
}

/// The same as a value that carries its kind.
#[inline(always)]
pub unsafe fn take_receiver_boxed(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    fp.set(pc.u16(2), Any::from_ref((*state.record.add(1)).receiver));
    (pc.next(1), fp)
}

/// Begins a function with slots that the portable machine doesn't count.
#[inline(always)]
pub unsafe fn enter_guarded(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.hidden += u64::from(pc.u16(2));
    (pc.next(1), fp)
}

/// Ends such a function; a return follows.
#[inline(always)]
pub unsafe fn leave_guarded(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.hidden -= u64::from(pc.u16(2));
    (pc.next(1), fp)
}

/// Returns what is in a slot.
#[inline(always)]
pub unsafe fn return_slot(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.return_word(fp.word(pc.u16(2)))
}

/// Returns a constant.
#[inline(always)]
pub unsafe fn return_constant(pc: Fetched, _: Fp, state: &mut State) -> (Pc, Fp) {
    state.return_word(pc.u64(8))
}

/// Ends a task whose outermost function has returned, or does what a handler left to be done because it is rare.
#[cold]
#[inline(never)]
pub unsafe fn rare(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.rare(pc.place(), fp)
}

// Exceptions.

/// Installs a handler: lowering knows where it is installed, but not what is locked by then.
#[inline(always)]
pub unsafe fn try_enter(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    fp.set_word(pc.u16(2), state.locks());
    (pc.next(1), fp)
}

/// Throws a value.
#[cold]
#[inline(never)]
pub unsafe fn throw(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.throw(pc.place(), fp, fp.get(pc.u16(2)), false)
}

/// Throws a value with the trace of its first throw.
#[cold]
#[inline(never)]
pub unsafe fn rethrow(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.throw(pc.place(), fp, fp.get(pc.u16(2)), true)
}

/// Ends the program with a code.
#[cold]
#[inline(never)]
pub unsafe fn abort(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    state.raise(pc, fp, semantics::exception::trap(pc.u16(2)))
}

// What belongs to the call that runs.

/// Loads a captured variable.
#[inline(always)]
pub unsafe fn load_captured(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let word = object::capture(state, (*state.record).closure, pc.u16(4)).read();
    fp.set_word(pc.u16(2), word);
    (pc.next(1), fp)
}

/// Loads what is in a captured cell.
#[inline(always)]
pub unsafe fn load_captured_cell(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let cell = Ref::from_bits(object::capture(state, (*state.record).closure, pc.u16(4)).read() as u32);
    if cell.is_null() {
        return state.raise_in(pc, fp, 1, null_reference(&"a cell"));
    }
    fp.set_word(pc.u16(2), object::field(state, cell, 0).read());
    (pc.next(2), fp)
}

/// Changes a captured variable.
#[inline(always)]
pub unsafe fn store_captured(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    object::capture(state, (*state.record).closure, pc.u16(4)).write(fp.word(pc.u16(2)));
    (pc.next(1), fp)
}

/// Copies a variable into the next capture of a closure that has no value yet. The closure stays where it is.
#[cold]
#[inline(never)]
pub unsafe fn close_var(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let closure: Ref = fp.get(pc.u16(2));
    let value = state.value(fp, pc.u16(4), State::kind(pc.u16(6)));
    let of = TypeId(pc.u32(8));
    match semantics::closure::close(state.context(), closure, value, Some(of)) {
        Ok(()) => (pc.next(2), fp),
        Err(trap) => state.raise(pc, fp, trap),
    }
}

/// How many arguments the function was called with.
#[cold]
#[inline(never)]
pub unsafe fn get_arg_count(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let (params, rest) = arguments(state);
    fp.set(pc.u16(2), i32::try_from(params + rest).unwrap_or(i32::MAX));
    (pc.next(1), fp)
}

/// How many parameters the function has, and how many arguments beyond them.
unsafe fn arguments(state: &State) -> (usize, usize) {
    let record = &*state.record;
    let callee = state.callee(record.function);
    let rest = if callee.rest { record.rest as usize } else { 0 };
    (usize::from(callee.params), rest)
}

/// Loads an argument beyond the parameters.
#[cold]
#[inline(never)]
pub unsafe fn load_arg_local(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let index: i32 = fp.get(pc.u16(4));
    let (params, rest) = arguments(state);
    let position = usize::try_from(index).ok().and_then(|index| index.checked_sub(params));
    match position.filter(|position| *position < rest) {
        Some(position) => {
            fp.set_word(pc.u16(2), fp.0.sub(rest - position).read());
            (pc.next(1), fp)
        }
        None => state.raise(pc, fp, semantics::local::no_such_argument(params, rest, index)),
    }
}

/// Puts null into a slot and jumps if the receiver of a null-safe call is null.
#[inline(always)]
pub unsafe fn null_to(pc: Fetched, fp: Fp, _: &mut State) -> (Pc, Fp) {
    let receiver: Ref = fp.get(pc.u16(2));
    if !receiver.is_null() {
        return (pc.next(2), fp);
    }
    let null = match State::kind(pc.u16(6)) {
        SlotKind::Any => Any::NULL.into_word(),
        _ => Ref::NULL.into_word(),
    };
    fp.set_word(pc.u16(4), null);
    (pc.target(8), fp)
}
