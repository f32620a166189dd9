//! Mutexes, semaphores and channels.
//!
//! An op that has to wait puts its task into the object's queue, gives `Pending`, and is tried again at each turn of the task. Whoever stands
//! first is served first: a task that comes later can't overtake one that waits.

use std::collections::VecDeque;
use std::task::Poll;

use raya_facts::{TrapKind, TypeId};

use crate::context::Context;
use crate::opaque::{Channel, Mutex, Offer, Opaque, Semaphore};
use crate::tasks::TaskId;
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};
use crate::{object, object_mut};

/// Whether it is the task's turn in a queue: it stands first, or nobody stands there.
fn is_first(queue: &VecDeque<TaskId>, task: TaskId) -> bool {
    queue.front().is_none_or(|first| *first == task)
}

/// Puts a task at the end of a queue, unless `stands` says that it stands there already: looking for it at each of its turns would take
/// the longer the more wait.
fn stand(queue: &mut VecDeque<TaskId>, task: TaskId, stands: bool) {
    if !stands {
        queue.push_back(task);
    }
}

/// Whether the running task stands in an object's queue.
fn stands_at(context: &mut Context, object: Ref) -> bool {
    context.tasks.running().is_some_and(|task| task.waits_for == object)
}

/// Remembers in which object's queue the running task stands, so that a request to stop takes it out.
fn waits_for(context: &mut Context, object: Ref) {
    if let Some(task) = context.tasks.running() {
        task.waits_for = object;
    }
}

fn negative(what: &str, number: i32) -> Trap {
    Trap::new(TrapKind::InvalidArgument, format!("{what} can't be negative: {number}"))
}

/// A mutex that nobody holds.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(new_mutex)]
pub fn new_mutex(context: &mut Context) -> Result<Ref, Trap> {
    Ok(context.heap.allocate_boxed(Opaque::Mutex(Mutex::default()))?)
}

/// Takes a mutex, or waits for it.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::NotOwner`] when the task holds it already.
#[raya_macros::op(mutex_lock)]
pub fn mutex_lock(context: &mut Context, mutex: Ref) -> Result<Poll<()>, Trap> {
    let (me, stands) = (context.tasks.current(), stands_at(context, mutex));
    let lock = object_mut!(context, mutex, Object::Boxed(Opaque::Mutex), "a mutex");
    match lock.owner {
        Some(owner) if owner == me => {
            return Err(Trap::new(
                TrapKind::NotOwner,
                "the task holds the mutex already and would wait for itself",
            ));
        }
        None if is_first(&lock.queue, me) => {}
        _ => {
            stand(&mut lock.queue, me, stands);
            waits_for(context, mutex);
            return Ok(Poll::Pending);
        }
    }
    lock.owner = Some(me);
    lock.queue.pop_front();
    if let Some(task) = context.tasks.running() {
        task.held.push((mutex, task.locks));
        task.locks += 1;
        task.waits_for = Ref::NULL;
    }
    Ok(Poll::Ready(()))
}

/// Gives a mutex back. Who waited longest takes it at its next turn; nobody else can.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::NotOwner`] when the task doesn't hold it.
#[raya_macros::op(mutex_unlock)]
pub fn mutex_unlock(context: &mut Context, mutex: Ref) -> Result<(), Trap> {
    let me = context.tasks.current();
    let lock = object_mut!(context, mutex, Object::Boxed(Opaque::Mutex), "a mutex");
    if lock.owner != Some(me) {
        return Err(Trap::new(TrapKind::NotOwner, "the task doesn't hold the mutex"));
    }
    lock.owner = None;
    if let Some(task) = context.tasks.running() {
        task.held.retain(|(held, _)| *held != mutex);
    }
    Ok(())
}

/// A semaphore with so many permits.
///
/// # Errors
///
/// [`TrapKind::InvalidArgument`] for a negative number, [`TrapKind::HeapLimit`].
#[raya_macros::op(new_semaphore)]
pub fn new_semaphore(context: &mut Context, permits: i32) -> Result<Ref, Trap> {
    if permits < 0 {
        return Err(negative("permits", permits));
    }
    Ok(context.heap.allocate_boxed(Opaque::Semaphore(Semaphore {
        permits,
        queue: VecDeque::new(),
    }))?)
}

/// Takes so many permits at once, or waits for them.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::InvalidArgument`] for a negative number.
#[raya_macros::op(sem_acquire)]
pub fn sem_acquire(context: &mut Context, semaphore: Ref, permits: i32) -> Result<Poll<()>, Trap> {
    let (me, stands) = (context.tasks.current(), stands_at(context, semaphore));
    let counter = object_mut!(context, semaphore, Object::Boxed(Opaque::Semaphore), "a semaphore");
    if permits < 0 {
        return Err(negative("permits", permits));
    }
    if counter.permits >= permits && is_first(&counter.queue, me) {
        counter.permits -= permits;
        counter.queue.pop_front();
        waits_for(context, Ref::NULL);
        return Ok(Poll::Ready(()));
    }
    stand(&mut counter.queue, me, stands);
    waits_for(context, semaphore);
    Ok(Poll::Pending)
}

/// Gives back so many permits.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::InvalidArgument`] for a negative number and for a sum that is no integer.
#[raya_macros::op(sem_release)]
pub fn sem_release(context: &mut Context, semaphore: Ref, permits: i32) -> Result<(), Trap> {
    let counter = object_mut!(context, semaphore, Object::Boxed(Opaque::Semaphore), "a semaphore");
    if permits < 0 {
        return Err(negative("permits", permits));
    }
    match counter.permits.checked_add(permits) {
        Some(sum) => {
            counter.permits = sum;
            Ok(())
        }
        None => Err(Trap::new(
            TrapKind::InvalidArgument,
            format!("{} permits and {permits} more are too many", counter.permits),
        )),
    }
}

/// A channel that keeps so many values.
///
/// # Errors
///
/// [`TrapKind::InvalidArgument`] for a negative capacity, [`TrapKind::HeapLimit`] for one above the limit of arrays.
#[raya_macros::op(new_channel)]
pub fn new_channel(context: &mut Context, capacity: i32, t: TypeId) -> Result<Ref, Trap> {
    let Ok(capacity) = usize::try_from(capacity) else {
        return Err(negative("the capacity of a channel", capacity));
    };
    let limit = context.limits.array;
    if capacity > limit {
        return Err(Trap::new(
            TrapKind::HeapLimit,
            format!("a channel for {capacity} values; the limit is {limit}"),
        ));
    }
    Ok(context.heap.allocate_boxed(Opaque::Channel(Channel {
        element: t,
        capacity,
        queue: VecDeque::new(),
        closed: false,
        offers: VecDeque::new(),
        receivers: VecDeque::new(),
    }))?)
}

fn closed(what: &str) -> Trap {
    Trap::new(TrapKind::ClosedChannel, what)
}

/// Puts a value into a channel, or waits until there is room for it or, with a capacity of zero, until somebody takes it.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::ClosedChannel`].
#[raya_macros::op(channel_send)]
pub fn channel_send(context: &mut Context, channel: Ref, value: Value) -> Result<Poll<()>, Trap> {
    let me = context.tasks.current();
    let element = object!(context, channel, Object::Boxed(Opaque::Channel), "a channel").element;
    let value = context.fit_slot(value, types::slot(element));
    let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    if let Some(position) = queue.offers.iter().position(|offer| offer.sender == me) {
        // It waits already: its value may have been taken since.
        let taken = queue.offers.get(position).is_some_and(|offer| offer.taken);
        if !taken && !queue.closed {
            return Ok(Poll::Pending);
        }
        queue.offers.remove(position);
        waits_for(context, Ref::NULL);
        return if taken {
            Ok(Poll::Ready(()))
        } else {
            Err(closed("the channel was closed while the task waited to send"))
        };
    }
    if queue.closed {
        return Err(closed("nothing can be sent to a closed channel"));
    }
    let waiting = queue.offers.iter().any(|offer| !offer.taken);
    if queue.queue.len() < queue.capacity && !waiting {
        queue.queue.push_back(value);
        return Ok(Poll::Ready(()));
    }
    queue.offers.push_back(Offer {
        sender: me,
        value,
        taken: false,
    });
    waits_for(context, channel);
    Ok(Poll::Pending)
}

/// Takes the oldest value out of a channel, or waits for one.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::ClosedChannel`] when it is closed and empty.
#[raya_macros::op(channel_receive)]
pub fn channel_receive(context: &mut Context, channel: Ref) -> Result<Poll<Value>, Trap> {
    let (me, stands) = (context.tasks.current(), stands_at(context, channel));
    let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    // Values of senders that wait count only while the channel is open: afterwards those senders are told that it is closed.
    let offered = !queue.closed && queue.offers.iter().any(|offer| !offer.taken);
    let available = !queue.queue.is_empty() || offered;
    if available && is_first(&queue.receivers, me) {
        let waiting = if offered {
            queue.offers.iter_mut().find(|offer| !offer.taken)
        } else {
            None
        };
        let value = match (queue.queue.pop_front(), waiting) {
            (Some(value), Some(offer)) => {
                // The room that is free now goes to the sender that waited longest.
                offer.taken = true;
                queue.queue.push_back(offer.value);
                Some(value)
            }
            (Some(value), None) => Some(value),
            (None, Some(offer)) => {
                offer.taken = true;
                Some(offer.value)
            }
            (None, None) => None,
        };
        if let Some(value) = value {
            queue.receivers.pop_front();
            waits_for(context, Ref::NULL);
            return Ok(Poll::Ready(value));
        }
    }
    if queue.closed && queue.queue.is_empty() {
        queue.receivers.retain(|waiting| *waiting != me);
        waits_for(context, Ref::NULL);
        return Err(closed("the channel is closed and empty"));
    }
    stand(&mut queue.receivers, me, stands);
    waits_for(context, channel);
    Ok(Poll::Pending)
}

/// Closes a channel.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(channel_close)]
pub fn channel_close(context: &mut Context, channel: Ref) -> Result<(), Trap> {
    object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel").closed = true;
    Ok(())
}
