//! Mutexes, semaphores and channels.
//!
//! An op that has to wait puts its task into a [`Line`] of the object and gives `Pending`. Whoever makes it possible to go on wakes the first
//! of the line, whose op is tried again at its next turn. A task that comes later can't overtake one that waits.

use std::collections::VecDeque;
use std::task::Poll;

use raya_facts::{TrapKind, TypeId};

use crate::context::Context;
use crate::opaque::{Channel, Mutex, Opaque, Semaphore};
use crate::tasks::{Line, Task};
use crate::trap::Trap;
use crate::types;
use crate::value::{Ref, Value};
use crate::{object, object_mut};

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
    let me = context.tasks.current();
    let served = context.tasks.is_served(Line::Take(mutex));
    let number = context.tasks.running().map_or(0, |task| task.locks);
    let lock = object_mut!(context, mutex, Object::Boxed(Opaque::Mutex), "a mutex");
    match lock.owner {
        Some((owner, _)) if owner == me => {
            return Err(Trap::new(
                TrapKind::NotOwner,
                "the task holds the mutex already and would wait for itself",
            ));
        }
        None if served => lock.owner = Some((me, number)),
        _ => {
            context.tasks.stand_in(Line::Take(mutex));
            return Ok(Poll::Pending);
        }
    }
    context.tasks.served();
    if let Some(task) = context.tasks.running() {
        task.held.insert(number, mutex);
        task.locks += 1;
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
    let Some((_, number)) = lock.owner.take_if(|(owner, _)| *owner == me) else {
        return Err(Trap::new(TrapKind::NotOwner, "the task doesn't hold the mutex"));
    };
    if let Some(task) = context.tasks.running() {
        task.held.remove(&number);
    }
    context.tasks.wake_first(Line::Take(mutex));
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
    Ok(context.heap.allocate_boxed(Opaque::Semaphore(Semaphore { permits }))?)
}

/// Takes so many permits at once, or waits for them.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::InvalidArgument`] for a negative number.
#[raya_macros::op(sem_acquire)]
pub fn sem_acquire(context: &mut Context, semaphore: Ref, permits: i32) -> Result<Poll<()>, Trap> {
    let line = Line::Take(semaphore);
    let served = context.tasks.is_served(line);
    let counter = object_mut!(context, semaphore, Object::Boxed(Opaque::Semaphore), "a semaphore");
    if permits < 0 {
        return Err(negative("permits", permits));
    }
    if counter.permits >= permits && served {
        counter.permits -= permits;
        context.tasks.served();
        // There may be enough for the next one too, which knows what it needs.
        context.tasks.wake_first(line);
        return Ok(Poll::Ready(()));
    }
    context.tasks.stand_in(line);
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
            context.tasks.wake_first(Line::Take(semaphore));
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
    let line = Line::Send(channel);
    let element = object!(context, channel, Object::Boxed(Opaque::Channel), "a channel").element;
    let value = context.fit_slot(value, types::slot(element));
    if context.tasks.running().is_some_and(|task| std::mem::take(&mut task.sent)) {
        return Ok(Poll::Ready(()));
    }
    let (waits, others_wait) = (context.tasks.stands_in(line), context.tasks.first_in(line).is_some());
    let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    if waits {
        if !queue.closed {
            return Ok(Poll::Pending);
        }
        context.tasks.served();
        if let Some(task) = context.tasks.running() {
            task.offer = None;
        }
        return Err(closed("the channel was closed while the task waited to send"));
    }
    if queue.closed {
        return Err(closed("nothing can be sent to a closed channel"));
    }
    let has_room = queue.queue.len() < queue.capacity && !others_wait;
    if has_room {
        queue.queue.push_back(value);
    } else {
        context.tasks.stand_in(line);
        if let Some(task) = context.tasks.running() {
            task.offer = Some(value);
        }
    }
    context.tasks.wake_first(Line::Take(channel));
    Ok(if has_room { Poll::Ready(()) } else { Poll::Pending })
}

/// Takes what the task that waited longest to send offers; that task goes on.
fn accept(context: &mut Context, channel: Ref) -> Option<Value> {
    let sender = context.tasks.first_in(Line::Send(channel))?;
    context.tasks.wake_first(Line::Send(channel));
    context.tasks.leave_line(sender);
    let Task { offer, sent, .. } = context.tasks.get_mut(sender)?;
    *sent = true;
    offer.take()
}

/// Takes the oldest value out of a channel, or waits for one.
///
/// # Errors
///
/// [`TrapKind::NullReference`]; [`TrapKind::ClosedChannel`] when it is closed and empty.
#[raya_macros::op(channel_receive)]
pub fn channel_receive(context: &mut Context, channel: Ref) -> Result<Poll<Value>, Trap> {
    let line = Line::Take(channel);
    let served = context.tasks.is_served(line);
    let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    let closed_now = queue.closed;
    if served {
        let oldest = queue.queue.pop_front();
        // Senders that wait count only while the channel is open: afterwards they are told that it is closed.
        let offered = if closed_now { None } else { accept(context, channel) };
        // The room that is free now goes to the sender that waited longest.
        let (value, moves_up) = match oldest {
            Some(oldest) => (Some(oldest), offered),
            None => (offered, None),
        };
        if let Some(value) = value {
            let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
            queue.queue.extend(moves_up);
            let more = !queue.queue.is_empty();
            context.tasks.served();
            if closed_now && !more {
                // Those behind have nothing to wait for.
                context.tasks.wake_all(line);
            } else if more || context.tasks.first_in(Line::Send(channel)).is_some() {
                context.tasks.wake_first(line);
            }
            return Ok(Poll::Ready(value));
        }
    }
    let queue = object!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    if closed_now && queue.queue.is_empty() {
        context.tasks.served();
        return Err(closed("the channel is closed and empty"));
    }
    context.tasks.stand_in(line);
    Ok(Poll::Pending)
}

/// Closes a channel.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(channel_close)]
pub fn channel_close(context: &mut Context, channel: Ref) -> Result<(), Trap> {
    let queue = object_mut!(context, channel, Object::Boxed(Opaque::Channel), "a channel");
    if std::mem::replace(&mut queue.closed, true) {
        return Ok(());
    }
    context.tasks.wake_all(Line::Send(channel));
    context.tasks.wake_all(Line::Take(channel));
    Ok(())
}
