//! A subscription: its pattern, and its queue under a lock of its own.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lock;
use crate::pattern::Pattern;
use crate::queue::Queue;

/// How long a thread sleeps at most while the clock alone may bring something: the clock may be any, and wakes nobody.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(10);
/// How long it sleeps at most otherwise; the system's wait takes no time without end.
const LONG: Duration = Duration::from_secs(3_600);

/// A subscription.
#[derive(Debug)]
pub struct Subscription {
    /// Its number.
    pub id: u64,
    /// What it subscribes to.
    pub pattern: Pattern,
    queue: Mutex<Queue>,
    ready: Condvar,
    room: Condvar,
}

impl Subscription {
    /// A subscription with a queue.
    pub fn new(id: u64, pattern: Pattern, queue: Queue) -> Self {
        Subscription {
            id,
            pattern,
            queue: Mutex::new(queue),
            ready: Condvar::new(),
            room: Condvar::new(),
        }
    }

    /// Its queue. Nothing of the caller's runs while it is locked.
    pub fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }

    /// Wakes those that wait for a delivery.
    pub fn tell_ready(&self, queue: &Queue) {
        if queue.receivers > 0 {
            self.ready.notify_all();
        }
    }

    /// Wakes those that wait for room, if there is some.
    pub fn tell_room(&self, queue: &Queue) {
        if queue.publishers > 0 && (queue.has_room() || queue.is_closed()) {
            self.room.notify_all();
        }
    }

    /// Wakes all.
    pub fn tell_all(&self) {
        let _queue = self.queue();
        self.ready.notify_all();
        self.room.notify_all();
    }

    /// Sleeps until there may be a delivery, or for at most so long.
    pub fn wait_ready(&self, mut queue: MutexGuard<'_, Queue>, at_most: Duration) {
        let sleep = at_most.min(if queue.is_scheduled() { LOOK_AT_CLOCK } else { LONG });
        queue.receivers += 1;
        let (mut queue, _) = self.ready.wait_timeout(queue, sleep).unwrap_or_else(PoisonError::into_inner);
        queue.receivers -= 1;
    }

    /// Sleeps until there may be room, or for at most so long.
    pub fn wait_room(&self, mut queue: MutexGuard<'_, Queue>, at_most: Duration) {
        queue.publishers += 1;
        let (mut queue, _) = self
            .room
            .wait_timeout(queue, at_most.min(LONG))
            .unwrap_or_else(PoisonError::into_inner);
        queue.publishers -= 1;
    }
}
