//! What the broker holds: lists that are gone through from the beginning.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use abi_facts::messaging::{
    DeadLetter, DeadReason, Delivery, MessagingConfig, MessagingError, MessagingStats, Outcome, TopicStats,
};
use bytes::Bytes;

use crate::matching;

/// A copy of a message in a subscription.
#[derive(Debug, Clone)]
struct Copy {
    message: u64,
    topic: Bytes,
    payload: Bytes,
    attempts: u32,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    /// Waits for another attempt; the number orders those that are due at the same time.
    Due {
        at: Duration,
        number: u64,
    },
    InFlight {
        delivery: u64,
        deadline: Option<Duration>,
    },
}

#[derive(Debug)]
struct Subscription {
    pattern: Vec<u8>,
    /// In the order of publishing.
    copies: Vec<Copy>,
    last_delivery: u64,
}

/// All that the lock guards.
#[derive(Debug)]
pub struct State {
    config: MessagingConfig,
    subscriptions: BTreeMap<u64, Subscription>,
    topics: BTreeMap<Bytes, TopicStats>,
    dead: VecDeque<DeadLetter>,
    last_subscription: u64,
    last_scheduled: u64,
    stats: MessagingStats,
    /// The latest reading of the clock, and the sum of its forward steps.
    latest: Duration,
    elapsed: Duration,
    /// The broker is being closed: those that wait give up.
    pub closed: bool,
}

impl State {
    pub fn new(config: &MessagingConfig, now: Duration) -> Self {
        State {
            config: config.clone(),
            subscriptions: BTreeMap::new(),
            topics: BTreeMap::new(),
            dead: VecDeque::new(),
            last_subscription: 0,
            last_scheduled: 0,
            stats: MessagingStats::default(),
            latest: now,
            elapsed: Duration::ZERO,
            closed: false,
        }
    }

    /// Ends every subscription, and takes no further one.
    pub fn close(&mut self) {
        self.closed = true;
        let ended = std::mem::take(&mut self.subscriptions);
        let held: usize = ended.values().map(|subscription| subscription.copies.len()).sum();
        self.stats.discarded += held as u64;
    }

    pub fn subscribe(&mut self, pattern: &[u8]) -> Result<u64, MessagingError> {
        if self.closed {
            return Err(MessagingError::Closed);
        }
        let limit = self.config.max_subscriptions;
        if self.subscriptions.len() >= limit as usize {
            return Err(MessagingError::TooManySubscriptions { limit });
        }
        self.last_subscription += 1;
        let subscription = Subscription {
            pattern: pattern.to_vec(),
            copies: Vec::new(),
            last_delivery: 0,
        };
        self.subscriptions.insert(self.last_subscription, subscription);
        Ok(self.last_subscription)
    }

    pub fn unsubscribe(&mut self, subscription: u64) -> Result<u64, MessagingError> {
        let ended = self
            .subscriptions
            .remove(&subscription)
            .ok_or(MessagingError::SubscriptionNotFound { subscription })?;
        self.stats.discarded += ended.copies.len() as u64;
        Ok(ended.copies.len() as u64)
    }

    /// Publishes, or gives the number of a subscription that is full.
    pub fn publish(&mut self, topic: &[u8], payload: &[u8]) -> Result<u32, u64> {
        let syntax = self.config.pattern_syntax;
        let reached: Vec<u64> = self
            .subscriptions
            .iter()
            .filter(|(_, s)| matching::matches(syntax, &s.pattern, topic))
            .map(|(id, _)| *id)
            .collect();
        let full = |id: &&u64| self.subscriptions[*id].copies.len() >= self.config.queue_capacity as usize;
        if let Some(id) = reached.iter().find(full) {
            return Err(*id);
        }
        self.stats.published += 1;
        self.stats.unrouted += u64::from(reached.is_empty());
        self.stats.copies += reached.len() as u64;
        let copies = reached.len() as u64;
        self.count(topic, |stats| {
            stats.published += 1;
            stats.copies += copies;
        });
        let (topic, payload) = (Bytes::copy_from_slice(topic), Bytes::copy_from_slice(payload));
        let copy = Copy {
            message: self.stats.published,
            topic,
            payload,
            attempts: 0,
            stage: Stage::Fresh,
        };
        for id in &reached {
            if let Some(subscription) = self.subscriptions.get_mut(id) {
                subscription.copies.push(copy.clone());
            }
        }
        Ok(copies as u32)
    }

    /// Counts a message that was refused for want of room.
    pub fn count_refused(&mut self, topic: &[u8]) {
        self.stats.refused += 1;
        self.count(topic, |stats| stats.refused += 1);
    }

    pub fn receive(&mut self, subscription: u64, reading: Duration) -> Result<Option<Delivery>, MessagingError> {
        let now = self.now(reading);
        self.expire(subscription, now)?;
        let Some(receiver) = self.subscriptions.get_mut(&subscription) else {
            return Ok(None);
        };
        let due = receiver
            .copies
            .iter()
            .enumerate()
            .filter_map(|(index, copy)| match copy.stage {
                Stage::Due { at, number } if at <= now => Some((at, number, index)),
                _ => None,
            });
        let next = due.min().map(|(_, _, index)| index);
        let next = next.or_else(|| receiver.copies.iter().position(|copy| copy.stage == Stage::Fresh));
        let Some(copy) = next.map(|index| &mut receiver.copies[index]) else {
            return Ok(None);
        };
        receiver.last_delivery += 1;
        let delivery = receiver.last_delivery;
        copy.attempts += 1;
        copy.stage = Stage::InFlight {
            delivery,
            deadline: self.config.visibility_timeout.map(|timeout| now.saturating_add(timeout)),
        };
        Ok(Some(Delivery {
            subscription,
            id: delivery,
            message: copy.message,
            attempt: copy.attempts,
            topic: copy.topic.clone(),
            payload: copy.payload.clone(),
        }))
    }

    /// Whether something in the subscription will happen by the clock alone.
    pub fn is_scheduled(&self, subscription: u64) -> bool {
        let waits = |copy: &Copy| !matches!(copy.stage, Stage::Fresh | Stage::InFlight { deadline: None, .. });
        self.subscriptions
            .get(&subscription)
            .is_some_and(|subscription| subscription.copies.iter().any(waits))
    }

    pub fn settle(
        &mut self,
        subscription: u64,
        delivery: u64,
        outcome: Outcome,
        reading: Duration,
    ) -> Result<(), MessagingError> {
        let now = self.now(reading);
        let receiver = self
            .subscriptions
            .get_mut(&subscription)
            .ok_or(MessagingError::SubscriptionNotFound { subscription })?;
        let wanted = |copy: &Copy| matches!(copy.stage, Stage::InFlight { delivery: other, .. } if other == delivery);
        let index = receiver
            .copies
            .iter()
            .position(wanted)
            .ok_or(MessagingError::DeliveryNotFound { subscription, delivery })?;
        match outcome {
            Outcome::Accept => {
                receiver.copies.remove(index);
                self.stats.accepted += 1;
            }
            Outcome::Retry if receiver.copies[index].attempts < self.config.max_attempts => {
                self.last_scheduled += 1;
                let at = now.saturating_add(self.config.retry_delay);
                receiver.copies[index].stage = Stage::Due {
                    at,
                    number: self.last_scheduled,
                };
                self.stats.retried += 1;
            }
            Outcome::Retry => self.bury(subscription, index, DeadReason::Exhausted)?,
            _ => self.bury(subscription, index, DeadReason::Rejected)?,
        }
        Ok(())
    }

    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.dead.iter().cloned().collect()
    }

    pub fn take_dead_letters(&mut self, limit: u32) -> Vec<DeadLetter> {
        let count = self.dead.len().min(limit as usize);
        self.dead.drain(..count).collect()
    }

    pub fn topics(&self) -> Vec<Bytes> {
        self.topics.keys().cloned().collect()
    }

    pub fn topic_stats(&self, topic: &[u8]) -> Option<TopicStats> {
        self.topics.get(topic).copied()
    }

    /// How many copies became dead letters so far.
    pub fn dead_count(&self) -> u64 {
        self.stats.dead
    }

    pub fn stats(&self) -> MessagingStats {
        let held = || self.subscriptions.values().flat_map(|subscription| &subscription.copies);
        let in_flight = held().filter(|copy| matches!(copy.stage, Stage::InFlight { .. })).count() as u64;
        MessagingStats {
            queued: held().count() as u64 - in_flight,
            in_flight,
            dead_letters: self.dead.len() as u64,
            subscriptions: self.subscriptions.len() as u64,
            topics: self.topics.len() as u64,
            ..self.stats
        }
    }

    /// Queues again what wasn't settled in time, the oldest deadline first, or makes dead letters of it as long as there is room.
    fn expire(&mut self, subscription: u64, now: Duration) -> Result<(), MessagingError> {
        let receiver = self
            .subscriptions
            .get_mut(&subscription)
            .ok_or(MessagingError::SubscriptionNotFound { subscription })?;
        let mut overdue: Vec<(Duration, u64)> = Vec::new();
        for copy in &receiver.copies {
            if let Stage::InFlight {
                delivery,
                deadline: Some(deadline),
            } = copy.stage
                && deadline <= now
            {
                overdue.push((deadline, delivery));
            }
        }
        overdue.sort_unstable();
        for (deadline, delivery) in overdue {
            let Some(receiver) = self.subscriptions.get_mut(&subscription) else {
                break;
            };
            let wanted = |copy: &Copy| matches!(copy.stage, Stage::InFlight { delivery: other, .. } if other == delivery);
            let Some(index) = receiver.copies.iter().position(wanted) else {
                continue;
            };
            if receiver.copies[index].attempts < self.config.max_attempts {
                self.last_scheduled += 1;
                receiver.copies[index].stage = Stage::Due {
                    at: deadline,
                    number: self.last_scheduled,
                };
                self.stats.timed_out += 1;
            } else {
                // Without room it stays in flight.
                let _ = self.bury(subscription, index, DeadReason::Abandoned);
            }
        }
        Ok(())
    }

    fn bury(&mut self, subscription: u64, index: usize, reason: DeadReason) -> Result<(), MessagingError> {
        let limit = self.config.max_dead_letters;
        if self.dead.len() >= limit as usize {
            return Err(MessagingError::DeadLettersFull { limit });
        }
        if let Some(holder) = self.subscriptions.get_mut(&subscription) {
            let Copy {
                message,
                topic,
                payload,
                attempts,
                ..
            } = holder.copies.remove(index);
            self.dead.push_back(DeadLetter {
                subscription,
                message,
                attempts,
                reason,
                topic,
                payload,
            });
            self.stats.dead += 1;
        }
        Ok(())
    }

    fn count(&mut self, topic: &[u8], change: impl FnOnce(&mut TopicStats)) {
        if let Some(stats) = self.topics.get_mut(topic) {
            change(stats);
        } else if self.topics.len() < self.config.max_topics as usize {
            change(self.topics.entry(Bytes::copy_from_slice(topic)).or_default());
        }
    }

    /// Time goes on by the forward steps of the clock. Threads read it before they take the lock, so that readings come a little out of
    /// order; only a step back by more than a second is one of the clock.
    fn now(&mut self, reading: Duration) -> Duration {
        if reading >= self.latest || self.latest - reading > Duration::from_secs(1) {
            self.elapsed = self.elapsed.saturating_add(reading.saturating_sub(self.latest));
            self.latest = reading;
        }
        self.elapsed
    }
}
