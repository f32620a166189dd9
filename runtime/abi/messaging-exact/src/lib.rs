//! Messaging as the reference: each message goes through the list of all patterns, and everything is under one lock.
//!
//! Nothing here is shared with the other backend, so that the two can't be wrong in the same way. The clock, which is the caller's, is read
//! before the lock is taken. A lock that a panic has poisoned is used on: what is done under it doesn't fail half-way.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod matching;
mod state;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use abi_facts::clock::Clock;
use abi_facts::messaging::{
    Backend, DeadLetter, Delivery, MAX_TOPIC_BYTES, MessagingConfig, MessagingError, MessagingStats, Outcome, PatternSyntax,
    TopicStats,
};
use bytes::Bytes;

use state::State;

/// How long a thread sleeps at most while the clock alone may bring something: the clock may be any, and wakes nobody.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(10);
/// How long it sleeps at most otherwise.
const LONG: Duration = Duration::from_secs(3_600);

/// A broker.
#[derive(Debug)]
pub struct Exact {
    config: MessagingConfig,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Told of every change that somebody may wait for.
    changed: Condvar,
}

impl Backend for Exact {
    fn open(config: &MessagingConfig, clock: Arc<dyn Clock>) -> Result<Self, MessagingError> {
        config.validate()?;
        let state = Mutex::new(State::new(config, clock.now()));
        Ok(Exact {
            config: config.clone(),
            clock,
            state,
            changed: Condvar::new(),
        })
    }

    fn close(&self) {
        self.state().close();
        self.changed.notify_all();
    }

    fn subscribe(&self, pattern: &[u8]) -> Result<u64, MessagingError> {
        let fault = self.length_fault(pattern);
        if let Some(reason) = fault.or_else(|| matching::pattern_fault(self.config.pattern_syntax, pattern).map(str::to_owned)) {
            return Err(MessagingError::PatternInvalid {
                pattern: show(pattern),
                reason,
            });
        }
        self.state().subscribe(pattern)
    }

    fn unsubscribe(&self, subscription: u64) -> Result<u64, MessagingError> {
        let discarded = self.state().unsubscribe(subscription);
        self.changed.notify_all();
        discarded
    }

    fn publish(&self, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        let fault = self.length_fault(topic);
        if let Some(reason) = fault.or_else(|| matching::topic_fault(self.config.pattern_syntax, topic).map(str::to_owned)) {
            return Err(MessagingError::TopicInvalid {
                topic: show(topic),
                reason,
            });
        }
        let (bytes, limit) = (payload.len() as u64, u64::from(self.config.max_payload_bytes));
        if bytes > limit {
            return Err(MessagingError::PayloadTooLarge { bytes, limit });
        }
        let begin = Instant::now();
        let mut state = self.state();
        loop {
            if state.closed {
                return Err(MessagingError::Closed);
            }
            let full = match state.publish(topic, payload) {
                Ok(copies) => {
                    drop(state);
                    self.changed.notify_all();
                    return Ok(copies);
                }
                Err(subscription) => subscription,
            };
            let left = self
                .config
                .publish_timeout
                .unwrap_or_default()
                .saturating_sub(begin.elapsed());
            if left.is_zero() {
                state.count_refused(topic);
                return Err(MessagingError::QueueFull {
                    subscription: full,
                    capacity: self.config.queue_capacity,
                });
            }
            state = self.wait(state, left.min(LONG));
        }
    }

    fn receive(&self, subscription: u64, wait: Duration) -> Result<Option<Delivery>, MessagingError> {
        let begin = Instant::now();
        loop {
            let now = self.clock.now();
            let mut state = self.state();
            if state.closed {
                return Err(MessagingError::Closed);
            }
            let dead = state.dead_count();
            let delivery = state.receive(subscription, now)?;
            // What has become a dead letter has made room.
            if state.dead_count() > dead {
                self.changed.notify_all();
            }
            if delivery.is_some() || wait.is_zero() {
                return Ok(delivery);
            }
            let left = wait.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            let sleep = if state.is_scheduled(subscription) {
                LOOK_AT_CLOCK
            } else {
                LONG
            };
            drop(self.wait(state, left.min(sleep)));
        }
    }

    fn settle(&self, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        let now = self.clock.now();
        let settled = self.state().settle(subscription, delivery, outcome, now);
        self.changed.notify_all();
        settled
    }

    fn dead_letters(&self) -> Vec<DeadLetter> {
        self.state().dead_letters()
    }

    fn take_dead_letters(&self, limit: u32) -> Vec<DeadLetter> {
        self.state().take_dead_letters(limit)
    }

    fn clear_dead_letters(&self) -> u64 {
        self.state().take_dead_letters(u32::MAX).len() as u64
    }

    fn topics(&self) -> Vec<Bytes> {
        self.state().topics()
    }

    fn topic_stats(&self, topic: &[u8]) -> Option<TopicStats> {
        self.state().topic_stats(topic)
    }

    fn stats(&self) -> MessagingStats {
        self.state().stats()
    }

    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        let longest = MAX_TOPIC_BYTES as usize;
        pattern.len() <= longest
            && topic.len() <= longest
            && matching::pattern_fault(syntax, pattern).is_none()
            && matching::topic_fault(syntax, topic).is_none()
            && matching::matches(syntax, pattern, topic)
    }
}

impl Exact {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, at_most: Duration) -> MutexGuard<'a, State> {
        self.changed
            .wait_timeout(state, at_most)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    fn length_fault(&self, text: &[u8]) -> Option<String> {
        let limit = self.config.max_topic_bytes;
        (text.len() > limit as usize)
            .then(|| format!("it takes {} bytes, more than the {limit} of `max_topic_bytes`", text.len()))
    }
}

/// The beginning of a topic or pattern, for messages.
fn show(text: &[u8]) -> String {
    const LONGEST: usize = 64;
    let mut shown = text[..text.len().min(LONGEST)].escape_ascii().to_string();
    if text.len() > LONGEST {
        shown.push('…');
    }
    shown
}
