//! The queue of a subscription: what waits, what is in flight, and when it is due again.
//!
//! What is new, what is to be tried again and what is in flight all count against one bound and change it together, so that this is a
//! structure under the subscription's lock and no channel.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use abi_facts::messaging::{DeadLetter, DeadReason, Delivery, MessagingConfig, MessagingError, Outcome};
use bytes::Bytes;

use crate::dead::DeadLetters;
use crate::elapsed::Elapsed;

/// What was published. Its copies share the bytes.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its number.
    pub number: u64,
    /// What it was published on.
    pub topic: Bytes,
    /// What was published.
    pub payload: Bytes,
}

/// A copy that was delivered at least once.
#[derive(Debug)]
struct Copy {
    message: Message,
    attempts: u32,
}

/// A copy that is delivered and not settled.
#[derive(Debug)]
struct InFlight {
    copy: Copy,
    deadline: Option<Duration>,
}

/// What happened to the copies of a queue.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    pub copies: u64,
    pub accepted: u64,
    pub dead: u64,
    pub discarded: u64,
    pub retried: u64,
    pub timed_out: u64,
}

impl Counters {
    /// Adds those of another queue.
    pub fn add(&mut self, other: &Counters) {
        self.copies += other.copies;
        self.accepted += other.accepted;
        self.dead += other.dead;
        self.discarded += other.discarded;
        self.retried += other.retried;
        self.timed_out += other.timed_out;
    }
}

/// What a queue takes from the configuration.
#[derive(Debug, Clone, Copy)]
struct Settings {
    capacity: usize,
    max_attempts: u32,
    retry_delay: Duration,
    visibility_timeout: Option<Duration>,
}

/// The queue of one subscription.
#[derive(Debug)]
pub struct Queue {
    subscription: u64,
    settings: Settings,
    /// Copies that were never delivered, in the order of publishing.
    fresh: VecDeque<Message>,
    /// Copies that wait for another attempt, by the time when they are due; the number keeps those of one time in order.
    due: BTreeMap<(Duration, u64), Copy>,
    in_flight: HashMap<u64, InFlight>,
    /// When deliveries in flight must be settled, as long as that is in the future. Those that are settled are taken out.
    deadlines: BTreeSet<(Duration, u64)>,
    /// Deliveries past the deadline of their last attempt, oldest first, for which there may be no room among the dead letters. They are
    /// still in flight and can be settled; those that are settled are taken out.
    overdue: BTreeSet<u64>,
    last_delivery: u64,
    last_scheduled: u64,
    elapsed: Elapsed,
    closed: bool,
    /// Threads that wait for a delivery, and for room: nobody is woken where nobody waits.
    pub receivers: u32,
    /// See `receivers`.
    pub publishers: u32,
    counters: Counters,
}

impl Queue {
    /// An empty queue; `now` is what the clock reads.
    pub fn new(subscription: u64, config: &MessagingConfig, now: Duration) -> Self {
        Queue {
            subscription,
            settings: Settings {
                capacity: config.queue_capacity as usize,
                max_attempts: config.max_attempts,
                retry_delay: config.retry_delay,
                visibility_timeout: config.visibility_timeout,
            },
            fresh: VecDeque::new(),
            due: BTreeMap::new(),
            in_flight: HashMap::new(),
            deadlines: BTreeSet::new(),
            overdue: BTreeSet::new(),
            last_delivery: 0,
            last_scheduled: 0,
            elapsed: Elapsed::from(now),
            closed: false,
            receivers: 0,
            publishers: 0,
            counters: Counters::default(),
        }
    }

    /// Whether the subscription has ended.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether a copy more fits.
    pub fn has_room(&self) -> bool {
        self.queued() + self.in_flight() < self.settings.capacity
    }

    /// How many copies wait.
    pub fn queued(&self) -> usize {
        self.fresh.len() + self.due.len()
    }

    /// How many are in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether something will happen by the clock alone.
    pub fn is_scheduled(&self) -> bool {
        !(self.due.is_empty() && self.deadlines.is_empty() && self.overdue.is_empty())
    }

    /// What happened so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Takes a copy, for which there must be room. False if the subscription has ended.
    pub fn push(&mut self, message: Message) -> bool {
        if !self.closed {
            self.fresh.push_back(message);
            self.counters.copies += 1;
        }
        !self.closed
    }

    /// The next delivery at a reading of the clock.
    pub fn receive(&mut self, now: Duration, dead: &DeadLetters) -> Option<Delivery> {
        let now = self.elapsed.at(now);
        self.expire(now, dead);
        let copy = match self.due.first_entry() {
            Some(entry) if entry.key().0 <= now => entry.remove(),
            _ => Copy {
                message: self.fresh.pop_front()?,
                attempts: 0,
            },
        };
        self.last_delivery += 1;
        let id = self.last_delivery;
        let Copy { message, attempts } = copy;
        let attempt = attempts + 1;
        let deadline = self.settings.visibility_timeout.map(|timeout| now.saturating_add(timeout));
        self.deadlines.extend(deadline.map(|deadline| (deadline, id)));
        self.in_flight.insert(
            id,
            InFlight {
                copy: Copy {
                    message: message.clone(),
                    attempts: attempt,
                },
                deadline,
            },
        );
        let Message { number, topic, payload } = message;
        Some(Delivery {
            subscription: self.subscription,
            id,
            message: number,
            attempt,
            topic,
            payload,
        })
    }

    /// Settles a delivery.
    pub fn settle(&mut self, id: u64, outcome: Outcome, now: Duration, dead: &DeadLetters) -> Result<(), MessagingError> {
        let now = self.elapsed.at(now);
        let Some(InFlight { copy, .. }) = self.in_flight.get(&id) else {
            return Err(MessagingError::DeliveryNotFound {
                subscription: self.subscription,
                delivery: id,
            });
        };
        match outcome {
            Outcome::Accept => {
                self.forget(id);
                self.counters.accepted += 1;
                Ok(())
            }
            Outcome::Retry if copy.attempts < self.settings.max_attempts => {
                self.counters.retried += 1;
                self.schedule(id, now.saturating_add(self.settings.retry_delay));
                Ok(())
            }
            // Whatever outcomes come to be: an unknown one mustn't lose the copy.
            _ => {
                let reason = if outcome == Outcome::Retry {
                    DeadReason::Exhausted
                } else {
                    DeadReason::Rejected
                };
                let full = MessagingError::DeadLettersFull { limit: dead.limit() };
                if self.bury(id, reason, dead) { Ok(()) } else { Err(full) }
            }
        }
    }

    /// Ends the subscription, and gives how many copies are discarded and what they were, for the caller to drop without the lock.
    pub fn close(&mut self) -> (u64, impl Sized + use<>) {
        self.closed = true;
        let held = self.queued() + self.in_flight();
        self.counters.discarded += held as u64;
        self.deadlines.clear();
        self.overdue.clear();
        let copies = (
            std::mem::take(&mut self.fresh),
            std::mem::take(&mut self.due),
            std::mem::take(&mut self.in_flight),
        );
        (held as u64, copies)
    }

    /// Queues again what wasn't settled in time, or makes dead letters of it.
    fn expire(&mut self, now: Duration, dead: &DeadLetters) {
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            let attempts = self.in_flight.get(&id).map_or(0, |delivery| delivery.copy.attempts);
            if attempts < self.settings.max_attempts {
                self.counters.timed_out += 1;
                self.schedule(id, deadline);
            } else {
                self.overdue.insert(id);
            }
        }
        while let Some(&id) = self.overdue.first() {
            if !self.bury(id, DeadReason::Abandoned, dead) {
                break;
            }
        }
    }

    fn schedule(&mut self, id: u64, due: Duration) {
        let Some(copy) = self.forget(id) else { return };
        self.last_scheduled += 1;
        self.due.insert((due, self.last_scheduled), copy);
    }

    /// Makes a dead letter of a delivery in flight, if there is room for it.
    fn bury(&mut self, id: u64, reason: DeadReason, dead: &DeadLetters) -> bool {
        let Some(InFlight {
            copy: Copy { message, attempts },
            ..
        }) = self.in_flight.get(&id)
        else {
            return false;
        };
        let room = dead.keep(|| {
            let Message { number, topic, payload } = message.clone();
            DeadLetter {
                subscription: self.subscription,
                message: number,
                attempts: *attempts,
                reason,
                topic,
                payload,
            }
        });
        if room {
            self.forget(id);
            self.counters.dead += 1;
        }
        room
    }

    fn forget(&mut self, id: u64) -> Option<Copy> {
        let InFlight { copy, deadline } = self.in_flight.remove(&id)?;
        if let Some(deadline) = deadline {
            self.deadlines.remove(&(deadline, id));
        }
        self.overdue.remove(&id);
        Some(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(queue_capacity: u32) -> Queue {
        Queue::new(
            1,
            &MessagingConfig {
                queue_capacity,
                ..MessagingConfig::default()
            },
            Duration::ZERO,
        )
    }

    fn message() -> Message {
        Message {
            number: 1,
            topic: Bytes::new(),
            payload: Bytes::new(),
        }
    }

    #[test]
    fn a_copy_takes_up_room_until_it_is_settled() {
        let (mut queue, dead) = (queue(1), DeadLetters::new(1));
        assert!(queue.has_room() && queue.push(message()) && !queue.has_room());
        let delivery = queue.receive(Duration::ZERO, &dead).expect("it was published");
        assert!(!queue.has_room());
        assert_eq!(queue.settle(delivery.id, Outcome::Accept, Duration::ZERO, &dead), Ok(()));
        assert!(queue.has_room());
    }

    #[test]
    fn what_has_ended_takes_nothing() {
        let mut queue = queue(2);
        assert!(queue.push(message()));
        assert_eq!(queue.close().0, 1);
        assert!(!queue.push(message()));
        assert_eq!(
            (queue.queued(), queue.counters().copies, queue.counters().discarded),
            (0, 1, 1)
        );
    }

    #[test]
    fn nothing_stays_of_what_is_settled() {
        let (mut queue, dead) = (queue(1), DeadLetters::new(1));
        for outcome in [Outcome::Accept, Outcome::Retry, Outcome::Reject] {
            assert!(queue.push(message()));
            let delivery = queue.receive(Duration::ZERO, &dead).expect("it was published");
            assert!(queue.is_scheduled());
            assert_eq!(queue.settle(delivery.id, outcome, Duration::ZERO, &dead), Ok(()));
            assert!(queue.deadlines.is_empty() && queue.in_flight.is_empty());
            queue.due.clear();
        }
    }

    /// While there is no room among the dead letters for the first that nobody settled, those behind it can be settled without a trace.
    #[test]
    fn nothing_stays_of_what_is_settled_late() {
        let dead = DeadLetters::new(0);
        let mut queue = queue(3);
        queue.settings.max_attempts = 1;
        for _ in 0..3 {
            assert!(queue.push(message()));
        }
        let ids: Vec<u64> = std::iter::from_fn(|| queue.receive(Duration::ZERO, &dead))
            .map(|delivery| delivery.id)
            .collect();
        let late = Duration::from_secs(1_000_000);
        assert!(queue.receive(late, &dead).is_none() && queue.overdue.len() == 3);
        for id in &ids[1..] {
            assert_eq!(queue.settle(*id, Outcome::Accept, late, &dead), Ok(()));
        }
        assert_eq!(queue.overdue.iter().copied().collect::<Vec<_>>(), ids[..1]);
        assert_eq!(queue.settle(ids[0], Outcome::Accept, late, &dead), Ok(()));
        assert!(queue.overdue.is_empty() && !queue.is_scheduled());
    }
}
