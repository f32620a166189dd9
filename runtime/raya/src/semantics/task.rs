//! Starting, awaiting and stopping tasks.

use std::task::Poll;

use raya_facts::{FunctionId, TrapKind, TypeDefinition, TypeId};

use crate::context::{Context, ObjectMut};
use crate::object;
use crate::opaque::Opaque;
use crate::semantics::array::allocate;
use crate::semantics::call::closure_entry;
use crate::tasks::{Entry, Line, State, TaskId};
use crate::trap::{Raised, Trap};
use crate::trip::Trip;
use crate::types;
use crate::value::{Ref, Value};

/// Adds a task and gives its handle.
fn start(context: &mut Context, entry: Entry) -> Result<Ref, Trap> {
    let limit = context.limits.tasks;
    if context.tasks.live() >= limit {
        return Err(Trap::new(
            TrapKind::TaskLimit,
            format!("the host allows {limit} tasks at once"),
        ));
    }
    let Some(function) = context.module.functions.get(entry.function.index()) else {
        context.bad_index("function", entry.function.0, context.module.functions.len());
        return Ok(Ref::NULL);
    };
    let result = function.result;
    // The handle comes first: without memory for it no task may start.
    let task = context.tasks.next_handle();
    let handle = context.heap.allocate_boxed(Opaque::Task(task.clone()))?;
    context.tasks.add(&task, entry, result);
    Ok(handle)
}

/// Starts a task that calls a function.
///
/// # Errors
///
/// [`TrapKind::TaskLimit`], [`TrapKind::HeapLimit`].
#[raya_macros::op(spawn)]
pub fn spawn(context: &mut Context, arguments: Vec<Value>, f: FunctionId, _argc: u16) -> Result<Ref, Trap> {
    start(
        context,
        Entry {
            function: f,
            arguments,
            closure: Ref::NULL,
            after: None,
        },
    )
}

/// Starts a task that calls a closure.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::TaskLimit`], [`TrapKind::HeapLimit`].
#[raya_macros::op(spawn_closure)]
pub fn spawn_closure(context: &mut Context, closure: Value, arguments: Vec<Value>, _argc: u16) -> Result<Ref, Trap> {
    let (function, arguments, closure) = closure_entry(context, closure, arguments)?;
    start(
        context,
        Entry {
            function,
            arguments,
            closure,
            after: None,
        },
    )
}

/// The task behind a handle.
fn task(context: &Context, handle: Ref) -> Result<TaskId, Trap> {
    Ok(object!(context, handle, Object::Boxed(Opaque::Task), "a task").id)
}

/// The failure of another task, as it is raised here.
fn delivered(raised: &Raised) -> Trap {
    match &raised.trap {
        Some(trap) if trap.kind == TrapKind::Cancelled => {
            Trap::new(TrapKind::Cancelled, "the task that was awaited had been asked to stop")
        }
        _ => Trap::handing_on(raised.clone()),
    }
}

/// What a task returned, once it is done.
fn outcome(context: &mut Context, handle: Ref) -> Result<Poll<Value>, Trap> {
    let id = task(context, handle)?;
    let Some(task) = context.tasks.get_mut(id) else {
        context.trip(Trip::BadIndex {
            what: "task",
            index: u64::from(id.0),
            count: context.tasks.known() as u64,
        });
        return Ok(Poll::Pending);
    };
    match &task.state {
        State::New(_) | State::Running => {
            context.tasks.stand_in(Line::End(id));
            Ok(Poll::Pending)
        }
        State::Done(value) => {
            task.observed = true;
            Ok(Poll::Ready(*value))
        }
        State::Failed(raised) => {
            task.observed = true;
            Err(delivered(raised))
        }
    }
}

/// Waits until a task is done and gives what it returned.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::Exception`] with the exception with which it ended; [`TrapKind::Cancelled`].
#[raya_macros::op(await)]
pub fn await_task(context: &mut Context, handle: Ref) -> Result<Poll<Value>, Trap> {
    outcome(context, handle)
}

/// Waits until all tasks of an array are done and gives an array of what they returned.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; the failure of the first in the array that failed; [`TrapKind::HeapLimit`].
#[raya_macros::op(wait_all)]
pub fn wait_all(context: &mut Context, tasks: Ref) -> Result<Poll<Ref>, Trap> {
    let array = object!(context, tasks, Object::Array, "an array");
    let element = match types::definition(context, array.element()) {
        Some(TypeDefinition::Task { result }) => *result,
        _ => TypeId::NULL,
    };
    let count = array.len();
    // Those that were done at an earlier turn still are: whoever looked at them again and again would take the square of their number.
    let mut seen = context.tasks.running().map_or(0, |task| std::mem::take(&mut task.seen));
    while seen < count {
        let Some(handle) = object!(context, tasks, Object::Array, "an array").get(seen) else {
            break;
        };
        let id = task(context, context.reference(handle))?;
        if !context.tasks.get(id).is_some_and(|task| task.is_done()) {
            context.tasks.stand_in(Line::End(id));
            if let Some(task) = context.tasks.running() {
                task.seen = seen;
            }
            return Ok(Poll::Pending);
        }
        seen += 1;
    }
    let array = object!(context, tasks, Object::Array, "an array");
    let handles: Vec<Ref> = array.iter().map(|handle| context.reference(handle)).collect();
    let mut results = Vec::with_capacity(handles.len());
    let mut failure = None;
    for handle in handles {
        // All of them are awaited, those behind a failure too.
        match outcome(context, handle) {
            Ok(Poll::Ready(value)) => results.push(value),
            // Another task has put it in the place of one that was done.
            Ok(Poll::Pending) => return Ok(Poll::Pending),
            Err(trap) => {
                failure.get_or_insert(trap);
            }
        }
    }
    if let Some(trap) = failure {
        return Err(trap);
    }
    let array = allocate(context, element, results.len())?;
    let mut fault = None;
    if let Some(ObjectMut::Array(mut array)) = context.heap.get_mut(array) {
        for (index, value) in results.into_iter().enumerate() {
            if let Err(wrong) = array.set(index, value) {
                fault = Some(wrong);
            }
        }
    }
    if let Some(wrong) = fault {
        context.trip(wrong.into());
    }
    Ok(Poll::Ready(array))
}

/// Makes a task that waits for another one and calls a function with what it returned.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::InvalidArgument`] when the function takes another number of arguments; [`TrapKind::TaskLimit`],
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(task_then)]
pub fn task_then(context: &mut Context, handle: Ref, f: FunctionId) -> Result<Ref, Trap> {
    let after = object!(context, handle, Object::Boxed(Opaque::Task), "a task").clone();
    let function = context.function(f)?;
    if function.params.len() != 1 {
        let message = format!(
            "`{}` takes {} arguments, a continuation takes one",
            function.name,
            function.params.len()
        );
        return Err(Trap::new(TrapKind::InvalidArgument, message));
    }
    start(
        context,
        Entry {
            function: f,
            arguments: Vec::new(),
            closure: Ref::NULL,
            after: Some(after),
        },
    )
}

/// Gives up the turn: waits the first time, and goes on the second.
///
/// # Errors
///
/// None here; that the task was asked to stop is noticed when its turn comes.
#[raya_macros::op(yield)]
pub fn yield_turn(context: &mut Context) -> Result<Poll<()>, Trap> {
    let Some(task) = context.tasks.running() else {
        return Ok(Poll::Ready(()));
    };
    if std::mem::replace(&mut task.yielded, true) {
        task.yielded = false;
        return Ok(Poll::Ready(()));
    }
    Ok(Poll::Pending)
}

/// Waits until the clock shows so many milliseconds more.
///
/// # Errors
///
/// None here; that the task was asked to stop is noticed when its turn comes.
#[raya_macros::op(sleep)]
pub fn sleep(context: &mut Context, milliseconds: i32) -> Result<Poll<()>, Trap> {
    let Ok(milliseconds @ 1..) = u64::try_from(milliseconds) else {
        return yield_turn(context);
    };
    let now = context.tasks.clock;
    let Some(task) = context.tasks.running() else {
        return Ok(Poll::Ready(()));
    };
    match task.wake {
        None => {
            task.wake = Some(now.saturating_add(milliseconds));
            Ok(Poll::Pending)
        }
        Some(wake) if wake > now => Ok(Poll::Pending),
        Some(_) => {
            task.wake = None;
            Ok(Poll::Ready(()))
        }
    }
}

/// Asks a task to stop.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(task_cancel)]
pub fn task_cancel(context: &mut Context, handle: Ref) -> Result<(), Trap> {
    let id = task(context, handle)?;
    if let Some(task) = context.tasks.get_mut(id)
        && !task.is_done()
    {
        task.cancelled = true;
        // It is told at its next turn.
        context.tasks.unpark(id, true);
    }
    Ok(())
}
