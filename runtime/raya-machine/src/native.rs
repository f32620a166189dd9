//! Calls functions of the host and makes closures: what takes a list of values from the frame and is executed often.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "handlers are nothing but accesses through `pc` and `fp`; `builtin` states once what all of them rely on"
)]

use std::task::Poll;

use raya_facts::{FunctionId, NativeId, TypeId};
use raya_heap::{Any, Ref, SlotKind, layout};
use raya_runtime::natives::{DirectFunction, NativeFunction, ReceiverFunction};
use raya_runtime::{Context, Trap, Value, semantics, types};

use crate::known::Known;
use crate::object::{self, address};
use crate::pc::{Fetched, Fp, Pc};
use crate::state::State;

/// How many arguments are handed over without a place on the heap of the host.
const FEW: usize = 6;

/// Calls a function of the host.
#[inline(always)]
pub unsafe fn call_native(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    if state.wants_collection() {
        return state.collect_first(pc, fp);
    }
    call(pc, fp, state)
}

#[inline(never)]
unsafe fn call(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let native = NativeId(pc.u32(8));
    let Some(Some(Known {
        direct: Some(direct), ..
    })) = state.natives.get(native.index())
    else {
        return call_with_list(pc, fp, state);
    };
    match *direct {
        DirectFunction::Float(function) => {
            fp.set::<f64>(pc.u16(2), function(fp.get(pc.u64(16) as u16)));
            (pc.next(3), fp)
        }
        DirectFunction::Receiver(function) => call_directly(pc, fp, state, function),
    }
}

/// Calls a function of the language that takes its arguments as they lie in the frame. The verifier made sure that they are what is declared.
#[inline(always)]
unsafe fn call_directly(pc: Fetched, fp: Fp, state: &mut State, function: ReceiverFunction) -> (Pc, Fp) {
    let list = pc.u64(16);
    let (first, count) = (list as u16, (list >> 16) as u16);
    let receiver = if count > 0 { fp.get(first) } else { Ref::NULL };
    let any = |index: u16| if index < count { fp.get(first + index) } else { Any::NULL };
    match function(state.context(), receiver, any(1), any(2)) {
        Ok(word) => {
            fp.set_word(pc.u16(2), word);
            (pc.next(3), fp)
        }
        Err(trap) => fail(pc, fp, state, *trap),
    }
}

#[cold]
#[inline(never)]
unsafe fn fail(pc: Fetched, fp: Fp, state: &mut State, trap: Trap) -> (Pc, Fp) {
    match semantics::call::native_result(state.context(), NativeId(pc.u32(8)), Err(trap)) {
        Err(trap) => state.raise(pc, fp, trap),
        Ok(_) => state.wait(pc, fp),
    }
}

#[inline(never)]
unsafe fn call_with_list(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let native = NativeId(pc.u32(8));
    let list = pc.u64(16);
    let count = (list >> 16) as u16;
    let given = if usize::from(count) <= FEW {
        let (first, at) = (list as u16, (list >> 32) as usize);
        let mut few = [Value::I32(0); FEW];
        let kinds = state.code.kinds.get(at..).unwrap_or_default();
        for ((value, slot), kind) in few.iter_mut().zip(first..first + count).zip(kinds) {
            *value = state.value(fp, slot, *kind);
        }
        let arguments = few.get(..usize::from(count)).unwrap_or_default();
        call_with(state, native, arguments)
    } else {
        let arguments = state.values(fp, list);
        call_with(state, native, &arguments)
    };
    match given {
        Ok(Poll::Ready(value)) => {
            fp.set_word(pc.u16(2), value.word());
            (pc.next(3), fp)
        }
        Ok(Poll::Pending) => state.wait(pc, fp),
        Err(trap) => state.raise(pc, fp, trap),
    }
}

#[inline(always)]
unsafe fn call_with(state: &mut State, native: NativeId, arguments: &[Value]) -> Result<Poll<Value>, Trap> {
    if state.natives.get(native.index()).is_none_or(Option::is_none) {
        resolve(state, native)?;
    }
    let Some(Some(known)) = state.natives.get(native.index()) else {
        // As the shared function would say.
        return semantics::call::native_call(state.context(), arguments.to_vec(), native, 0);
    };
    let (function, result): (*const NativeFunction, TypeId) = (&raw const known.function, known.result);
    // A native gets the context, and nothing that leads to the state: what is known of it stays where it is.
    let given = (*function)(state.context(), arguments);
    match given {
        Ok(Poll::Ready(value)) if is_plainly(state.context(), value, result) => Ok(Poll::Ready(value)),
        given => semantics::call::native_result(state.context(), native, given),
    }
}

#[cold]
#[inline(never)]
fn resolve(state: &mut State, native: NativeId) -> Result<(), Trap> {
    let Some(function) = state.context().native(native)? else {
        return Ok(());
    };
    let Some(result) = state.context().module.natives.get(native.index()).map(|native| native.result) else {
        return Ok(());
    };
    let direct = state.context().direct_native(native);
    if state.natives.len() <= native.index() {
        state.natives.resize_with(native.index() + 1, || None);
    }
    if let Some(place) = state.natives.get_mut(native.index()) {
        *place = Some(Known {
            function,
            direct,
            result,
        });
    }
    Ok(())
}

/// Whether a result is of its declared type, as far as that can be seen without looking into objects. A native of the host may give a
/// reference that it made up, or kept beyond its time.
fn is_plainly(context: &Context, value: Value, result: TypeId) -> bool {
    match value {
        Value::I32(_) => result == TypeId::I32,
        Value::F64(_) => result == TypeId::F64,
        Value::Bool(_) => result == TypeId::BOOL,
        Value::Any(value) => result == TypeId::ANY && types::is_alive(context, value),
        Value::Ref(reference) => reference.is_null() && crate::code::slot_kind(result) == SlotKind::Ref,
    }
}

/// Makes a closure of the values at the top of the stack.
#[inline(always)]
pub unsafe fn closure_of(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    if state.wants_collection() {
        return state.collect_first(pc, fp);
    }
    // Shapes of what functions capture come behind those of classes.
    let shape = state.classes + pc.u32(8);
    let template = *state.templates.add(shape as usize);
    if let Some(closure) = state.context().heap.bump_template(template) {
        let (first, count) = (pc.u16(4), pc.u16(6));
        let head = address(state, closure);
        head.add(layout::CLOSURE_FILLED).cast::<u32>().write(u32::from(count));
        let mut index = 0;
        while index < count {
            // Volatile, since a call of `memcpy` would cost more than it copies.
            object::capture(state, closure, index).write_volatile(fp.word(first + index));
            index += 1;
        }
        fp.set::<Ref>(pc.u16(2), closure);
        return (pc.next(3), fp);
    }
    state.run_rarely(pc, fp, closure_slowly)
}

unsafe fn closure_slowly(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let captured = state.values(fp, pc.u64(16));
    match semantics::closure::make_closure(state.context(), captured, FunctionId(pc.u32(8)), pc.u16(6)) {
        Ok(closure) => {
            fp.set_word(pc.u16(2), closure.word());
            (pc.next(3), fp)
        }
        Err(trap) => state.raise(pc, fp, trap),
    }
}
