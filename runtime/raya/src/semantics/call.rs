//! Calls of functions, methods, constructors, closures and natives.

use std::task::Poll;

use raya_facts::{FunctionId, MethodId, NativeId, TrapKind};

use crate::any::Any;
use crate::call::{Call, Then};
use crate::context::Context;
use crate::layout;
use crate::object;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};

/// Enters a function. (That calls nest too deeply is noticed when it is entered.)
///
/// # Errors
///
/// None here.
#[raya_macros::op(call)]
pub fn call(arguments: Vec<Value>, f: FunctionId, _argc: u16) -> Result<Call, Trap> {
    Ok(Call::plain(f, arguments))
}

/// Enters a static method.
///
/// # Errors
///
/// None here.
#[raya_macros::op(call_static)]
pub fn call_static(arguments: Vec<Value>, f: FunctionId, argc: u16) -> Result<Call, Trap> {
    call(arguments, f, argc)
}

/// The function in a slot of the vtable of an object's class.
fn method(context: &Context, receiver: Ref, slot: MethodId) -> Result<FunctionId, Trap> {
    let instance = object!(context, receiver, Object::Instance, "an object");
    let class = types::class_of_instance(&instance);
    layout::method(context, class, slot).ok_or_else(|| {
        context.bad_index("method", slot.0, layout::method_count(context, class));
        Trap::new(TrapKind::NullReference, "no such method")
    })
}

fn with_receiver(receiver: Value, arguments: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::with_capacity(arguments.len() + 1);
    all.push(receiver);
    all.extend(arguments);
    all
}

/// Enters the method that the receiver's class has in a slot.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(call_method)]
pub fn call_method(context: &Context, receiver: Ref, arguments: Vec<Value>, m: MethodId, _argc: u16) -> Result<Call, Trap> {
    let function = method(context, receiver, m)?;
    Ok(Call::plain(function, with_receiver(Value::Ref(receiver), arguments)))
}

/// The same, but null for a null receiver.
///
/// # Errors
///
/// None here.
#[raya_macros::op(optional_call_method)]
pub fn optional_call_method(
    context: &Context,
    receiver: Ref,
    arguments: Vec<Value>,
    m: MethodId,
    _argc: u16,
) -> Result<Call, Trap> {
    if receiver.is_null() {
        return Ok(Call::Value(Value::Any(Any::NULL)));
    }
    let function = method(context, receiver, m)?;
    let arguments = with_receiver(Value::Ref(receiver), arguments);
    Ok(Call::Enter {
        function,
        arguments,
        closure: Ref::NULL,
        then: Then::PushOptional,
    })
}

/// What constructors of new objects and of parents have in common.
fn constructor(object: Value, arguments: Vec<Value>, function: FunctionId, then: fn(Ref) -> Then) -> Result<Call, Trap> {
    match object {
        Value::Ref(receiver) if !receiver.is_null() => Ok(Call::Enter {
            function,
            arguments: with_receiver(object, arguments),
            closure: Ref::NULL,
            then: then(receiver),
        }),
        _ => Err(crate::context::null("an object to construct")),
    }
}

/// Runs a constructor on a new object, which remains.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(call_constructor)]
pub fn call_constructor(object: Value, arguments: Vec<Value>, f: FunctionId, _argc: u16) -> Result<Call, Trap> {
    constructor(object, arguments, f, Then::PushReceiver)
}

/// Runs the constructor of the parent class; nothing remains.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(call_super)]
pub fn call_super(object: Value, arguments: Vec<Value>, f: FunctionId, _argc: u16) -> Result<Call, Trap> {
    constructor(object, arguments, f, |_| Then::Discard)
}

/// What running a closure begins with: the function, all its arguments, and the closure whose captures it sees.
pub(crate) fn closure_entry(
    context: &Context,
    closure: Value,
    arguments: Vec<Value>,
) -> Result<(FunctionId, Vec<Value>, Ref), Trap> {
    let reference = context.reference(closure);
    let target = object!(context, reference, Object::Closure, "a function");
    let receiver = target.receiver();
    let arguments = if receiver.is_null() {
        arguments
    } else {
        with_receiver(Value::Ref(receiver), arguments)
    };
    Ok((target.function(), arguments, reference))
}

/// Enters a closure.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(call_closure)]
pub fn call_closure(context: &Context, closure: Value, arguments: Vec<Value>, _argc: u16) -> Result<Call, Trap> {
    let (function, arguments, closure) = closure_entry(context, closure, arguments)?;
    Ok(Call::Enter {
        function,
        arguments,
        closure,
        then: Then::Push,
    })
}

/// Null, for a function without a result.
#[raya_macros::op(return_void)]
pub fn return_void() -> Value {
    Value::Ref(Ref::NULL)
}

/// Calls a function of the host.
///
/// # Errors
///
/// [`TrapKind::MissingNative`], [`TrapKind::NativeFailed`], [`TrapKind::Exception`] when it throws, [`TrapKind::HeapLimit`].
#[raya_macros::op(native_call)]
pub fn native_call(context: &mut Context, arguments: Vec<Value>, f: NativeId, _argc: u16) -> Result<Poll<Value>, Trap> {
    let Some(function) = context.native(f)? else {
        context.bad_index("native", f.0, context.module.natives.len());
        return Ok(Poll::Pending);
    };
    let given = function(context, &arguments);
    native_result(context, f, given)
}

/// What a call of a native function gives, once what the host gave is checked.
///
/// # Errors
///
/// As [`native_call`].
pub fn native_result(context: &Context, f: NativeId, given: Result<Poll<Value>, Trap>) -> Result<Poll<Value>, Trap> {
    let Some(declaration) = context.module.natives.get(f.index()) else {
        return Ok(Poll::Pending);
    };
    let value = match given {
        Ok(Poll::Ready(value)) => value,
        Ok(Poll::Pending) => return Ok(Poll::Pending),
        Err(trap) => return Err(from_native(context, &declaration.name, trap)),
    };
    // Natives are written by the host: what they give is checked like what comes from outside.
    if types::belongs(context, value, declaration.result) {
        return Ok(Poll::Ready(value));
    }
    let (expected, found) = (
        types::name(context, declaration.result),
        types::describe(context, value.to_any()),
    );
    let message = format!(
        "`{}` gave a value of type {found}, its declaration says {expected}",
        declaration.name
    );
    Err(Trap::new(TrapKind::NativeFailed, message))
}

/// A native may fail in any way; the program sees one of those that the op lists.
fn from_native(context: &Context, name: &str, trap: Trap) -> Trap {
    if let Some(raised) = &trap.handed_on
        && !types::is_alive(context, raised.exception)
    {
        return Trap::new(TrapKind::NativeFailed, format!("`{name}` threw a reference to nothing"));
    }
    match trap.kind {
        TrapKind::NativeFailed | TrapKind::Exception | TrapKind::HeapLimit | TrapKind::MissingNative => trap,
        _ => Trap::new(TrapKind::NativeFailed, format!("`{name}`: {trap}")),
    }
}
