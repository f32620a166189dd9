//! The handlers of calls: of functions, methods, constructors and closures. [`builtin`](crate::builtin) says what all of them rely on.
//!
//! The first word of a call says where its arguments begin and how many there are, the last one what `calls` in lowering says.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "handlers are nothing but accesses through `pc` and `fp`; `builtin` states once what all of them rely on"
)]

use raya_heap::{Any, Ref};
use raya_runtime::{Call, Then, Value, semantics};

use crate::code::Callee;
use crate::object::{self, null_reference};
use crate::pc::{Fetched, Fp, Pc};
use crate::state::{Notes, State};
use crate::word::Word;

/// Where the arguments of a call begin.
#[inline(always)]
pub(crate) unsafe fn first_argument(pc: Fetched, fp: Fp) -> *mut u64 {
    fp.0.add(usize::from(pc.u16(2)))
}

/// Calls a function.
#[inline(always)]
pub unsafe fn call(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    enter_function(pc, fp, state, Notes::default())
}

/// Enters the function of a call that says where it begins. Its number would do, but whatever comes next waits for the place.
#[inline(always)]
unsafe fn enter_function(pc: Fetched, fp: Fp, state: &mut State, notes: Notes) -> (Pc, Fp) {
    let callee = state.callee(pc.u32(20));
    state.push_frame(pc, 3, first_argument(pc, fp), callee, || pc.target(8), notes)
}

/// Calls a function that may have more arguments than parameters. The further ones are put below its frame.
#[inline(never)]
pub unsafe fn call_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let callee = state.callee(pc.u32(12));
    push_rest(pc, fp, state, 2, usize::from(pc.u16(4)), callee, Notes::default())
}

/// Enters a function with `count` arguments, of which those beyond its parameters are put below its frame.
unsafe fn push_rest(pc: Fetched, fp: Fp, state: &mut State, words: u32, count: usize, callee: &Callee, notes: Notes) -> (Pc, Fp) {
    let first = first_argument(pc, fp);
    let rest = count - usize::from(callee.params);
    core::slice::from_raw_parts_mut(first, count).rotate_left(usize::from(callee.params));
    let notes = Notes {
        rest: Some(rest as u32),
        ..notes
    };
    state.push_frame(pc, words, first.add(rest), callee, || Pc(callee.entry), notes)
}

/// Calls the method that the receiver's class has in a vtable slot, which may have more arguments than parameters. Methods that take exactly
/// their parameters are called by the family of `call_method`; whatever overrides a method takes further arguments if the method does.
#[inline(never)]
pub unsafe fn call_method_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let receiver: Ref = fp.get(pc.u16(2));
    if receiver.is_null() {
        return state.raise(pc, fp, null_reference(&"an object"));
    }
    let first = *state.vtables.add(object::header_number(state, receiver) as usize);
    let function = *state.methods.add((first + pc.u32(12)) as usize);
    let callee = state.callee(function);
    push_rest(pc, fp, state, 2, usize::from(pc.u16(4)), callee, Notes::default())
}

/// Runs a constructor on an object, which the record of the call keeps.
#[inline(always)]
pub unsafe fn call_constructor(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let object: Ref = fp.get(pc.u16(2));
    if object.is_null() {
        return state.raise(pc, fp, null_reference(&"an object to construct"));
    }
    enter_function(pc, fp, state, keeping(object))
}

/// The same for a constructor that may have more arguments than parameters.
#[inline(never)]
pub unsafe fn call_constructor_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let object: Ref = fp.get(pc.u16(2));
    if object.is_null() {
        return state.raise(pc, fp, null_reference(&"an object to construct"));
    }
    let callee = state.callee(pc.u32(12));
    push_rest(pc, fp, state, 2, usize::from(pc.u16(4)), callee, keeping(object))
}

#[inline(always)]
fn keeping(object: Ref) -> Notes {
    Notes {
        receiver: Some(object),
        ..Notes::default()
    }
}

/// Runs the constructor of a parent class.
#[inline(always)]
pub unsafe fn call_super(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let object: Ref = fp.get(pc.u16(2));
    if object.is_null() {
        return state.raise(pc, fp, null_reference(&"an object to construct"));
    }
    call(pc, fp, state)
}

/// The same for a constructor that may have more arguments than parameters.
#[inline(never)]
pub unsafe fn call_super_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let object: Ref = fp.get(pc.u16(2));
    if object.is_null() {
        return state.raise(pc, fp, null_reference(&"an object to construct"));
    }
    call_rest(pc, fp, state)
}

/// Calls a closure: the receiver of a bound method takes its place among the arguments, otherwise these move down by one.
///
/// The instruction remembers the header of the closure that it met last, with the number and the first instruction of its function: what is
/// behind a header never changes, and what is guessed right need not be waited for.
#[inline(always)]
pub unsafe fn call_closure(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let first = first_argument(pc, fp);
    let closure = Ref::from_bits(*first as u32);
    if object::header(state, closure) != pc.u64(8) {
        core::hint::cold_path();
        return meet_closure(pc, fp, state, closure, call_closure_rest);
    }
    take_closure(pc, fp, state, closure, pc.u16(4));
    enter_closure(pc, state, first, closure)
}

/// Calls a closure with one argument. Both are taken from where they lie.
#[inline(always)]
pub unsafe fn call_closure_with_one(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let closure: Ref = fp.get(pc.u16(6));
    if object::header(state, closure) != pc.u64(8) {
        core::hint::cold_path();
        return meet_closure(pc, fp, state, closure, call_closure_with_one_rest);
    }
    let first = first_argument(pc, fp);
    let argument = fp.word(pc.u16(4));
    let receiver = object::closure_receiver(state, closure);
    if receiver.is_null() {
        *first = argument;
    } else {
        *first = receiver.into_word();
        *first.add(1) = argument;
    }
    enter_closure(pc, state, first, closure)
}

/// Has a call of a closure remember one, and begin again; `rest` is what calls the ones that may have more arguments than parameters.
#[inline(always)]
unsafe fn meet_closure(
    pc: Fetched,
    fp: Fp,
    state: &mut State,
    closure: Ref,
    rest: unsafe fn(Fetched, Fp, &mut State) -> (Pc, Fp),
) -> (Pc, Fp) {
    // Where no closure was met before, null is met here; later, too, since no header is read there.
    if closure.is_null() {
        return state.raise(pc, fp, null_reference(&"a function"));
    }
    let function = object::header_number(state, closure) - state.classes;
    let callee = state.callee(function);
    if callee.rest {
        return state.run_rarely(pc, fp, rest);
    }
    pc.put_u64(8, object::header(state, closure));
    pc.put_target(16, Pc(callee.entry));
    pc.put_u32(28, function);
    (pc.place(), fp)
}

/// Enters the function that a call of a closure remembers.
#[inline(always)]
unsafe fn enter_closure(pc: Fetched, state: &mut State, first: *mut u64, closure: Ref) -> (Pc, Fp) {
    let callee = state.callee(pc.u32(28));
    state.push_frame(pc, CLOSURE_WORDS, first, callee, || pc.target(16), of_closure(closure))
}

/// The words of a call of a closure: those of every call, and two for what it remembers.
const CLOSURE_WORDS: u32 = 4;

/// Makes arguments of a closure and those that it is called with; says how many there are.
#[inline(always)]
unsafe fn take_closure(pc: Fetched, fp: Fp, state: &State, closure: Ref, count: u16) -> usize {
    let first = first_argument(pc, fp);
    let receiver = object::closure_receiver(state, closure);
    let count = usize::from(count);
    if receiver.is_null() {
        // Volatile for the reason that `push_frame` states.
        let (mut to, end) = (first, first.add(count - 1));
        while to < end {
            to.write_volatile(to.add(1).read());
            to = to.add(1);
        }
        count - 1
    } else {
        *first = u64::from(receiver.bits());
        count
    }
}

/// The same for a function that may have more arguments than parameters.
unsafe fn call_closure_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let closure = Ref::from_bits(*first_argument(pc, fp) as u32);
    let callee = state.callee(object::header_number(state, closure) - state.classes);
    let count = take_closure(pc, fp, state, closure, pc.u16(4));
    push_rest(pc, fp, state, CLOSURE_WORDS, count, callee, of_closure(closure))
}

/// The same for a call with one argument, which is put where other calls have it.
unsafe fn call_closure_with_one_rest(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    let first = first_argument(pc, fp);
    let (argument, closure): (u64, Ref) = (fp.word(pc.u16(4)), fp.get(pc.u16(6)));
    *first.add(1) = argument;
    let callee = state.callee(object::header_number(state, closure) - state.classes);
    let count = take_closure(pc, fp, state, closure, 2);
    push_rest(pc, fp, state, CLOSURE_WORDS, count, callee, of_closure(closure))
}

#[inline(always)]
fn of_closure(closure: Ref) -> Notes {
    Notes {
        closure: Some(closure),
        ..Notes::default()
    }
}

/// Constructs an object of a class that is known only now, with arguments that carry their kinds.
#[cold]
#[inline(never)]
pub unsafe fn reflect_construct(pc: Fetched, fp: Fp, state: &mut State) -> (Pc, Fp) {
    if state.wants_collection() {
        return state.collect_first(pc, fp);
    }
    let (first, count) = (pc.u16(2), pc.u16(4));
    let info = fp.get(first);
    let arguments = (first + 1..first + count).map(|slot| Value::Any(fp.get(slot))).collect();
    match semantics::reflect::reflect_construct(state.context(), info, arguments, count - 1) {
        Err(trap) => state.raise(pc, fp, trap),
        Ok(Call::Enter {
            function,
            arguments,
            closure: _,
            then,
        }) => {
            for (slot, value) in (first..).zip(&arguments) {
                fp.set_word(slot, value.word());
            }
            let receiver = match then {
                Then::PushReceiver(receiver) | Then::PushReceiverBoxed(receiver) => Some(receiver),
                Then::Push | Then::PushOptional | Then::Discard => None,
            };
            let notes = Notes {
                receiver,
                ..Notes::default()
            };
            let callee = state.callee(function.0);
            push_rest(pc, fp, state, 2, arguments.len(), callee, notes)
        }
        Ok(call) => {
            // Nothing runs; the instruction behind, which would bring back the object, says where the value goes.
            let value = match call {
                Call::Value(value) => value.to_any(),
                _ => Any::NULL,
            };
            let behind = pc.next(2).fetch();
            fp.set(behind.u16(2), value);
            (behind.next(1), fp)
        }
    }
}
