//! Messaging by a trie of topic patterns and a bounded queue for each subscription.
//!
//! # Locks
//!
//! | lock | what it guards |
//! |---|---|
//! | one for each share of first words, and one more | the tries |
//! | one for each share of numbers | the table of subscriptions |
//! | one for each subscription | its queue |
//! | one for each share of topics | statistics of topics |
//! | one | dead letters |
//!
//! A publish reads two tries, then locks all queues that it reaches, in the order of their numbers, so that two publishes never wait for
//! each other in a circle. If one of them is full it lets go of all, so that nobody gets the message, and nobody sees that it was tried.
//! Everybody else locks one queue at a time; the lock of the dead letters alone is taken while that of a queue is held. The clock, which is
//! the caller's, is read while no lock is held. A lock that a panic has poisoned is used on: nothing that is changed under one can be left
//! half done by anything but a failed allocation, which ends the process.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod pattern;
pub mod topic_trie;

mod dead;
mod elapsed;
mod queue;
mod routes;
mod subscription;
mod topics;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use abi_facts::clock::Clock;
use abi_facts::messaging::{
    Backend, DeadLetter, Delivery, MAX_TOPIC_BYTES, MessagingConfig, MessagingError, MessagingStats, Outcome, PatternSyntax,
    TopicStats,
};
use bytes::Bytes;

use dead::DeadLetters;
use pattern::{Pattern, check_topic};
use queue::{Counters, Message, Queue};
use routes::Routes;
use subscription::Subscription;
use topics::{Topic, Topics};

/// How many shares the tables are split into. More than processors that publish at the same time are of no use.
const SHARDS: usize = 16;

/// A broker.
#[derive(Debug)]
pub struct Trie {
    config: MessagingConfig,
    clock: Arc<dyn Clock>,
    closed: AtomicBool,
    routes: Routes,
    subscriptions: [RwLock<HashMap<u64, Arc<Subscription>>>; SHARDS],
    subscription_count: AtomicU32,
    last_subscription: AtomicU64,
    last_message: AtomicU64,
    topics: Topics,
    published: AtomicU64,
    refused: AtomicU64,
    unrouted: AtomicU64,
    /// What happened in subscriptions that have ended.
    ended: Mutex<Counters>,
    dead: DeadLetters,
}

impl Backend for Trie {
    fn open(config: &MessagingConfig, clock: Arc<dyn Clock>) -> Result<Self, MessagingError> {
        config.validate()?;
        Ok(Trie {
            clock,
            closed: AtomicBool::new(false),
            routes: Routes::new(config.pattern_syntax),
            subscriptions: Default::default(),
            subscription_count: AtomicU32::new(0),
            last_subscription: AtomicU64::new(0),
            last_message: AtomicU64::new(0),
            topics: Topics::new(config.max_topics),
            published: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            unrouted: AtomicU64::new(0),
            ended: Mutex::default(),
            dead: DeadLetters::new(config.max_dead_letters),
            config: config.clone(),
        })
    }

    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for shard in &self.subscriptions {
            let subscriptions: Vec<u64> = read(shard).keys().copied().collect();
            // One that ended meanwhile has counted what it held already.
            subscriptions.into_iter().for_each(|id| drop(self.unsubscribe(id)));
        }
    }

    fn subscribe(&self, pattern: &[u8]) -> Result<u64, MessagingError> {
        let refuse = |reason: String| MessagingError::PatternInvalid {
            pattern: show(pattern),
            reason,
        };
        self.check_length(pattern).map_err(refuse)?;
        let pattern = Pattern::parse(self.config.pattern_syntax, pattern).map_err(|reason| refuse(reason.to_owned()))?;
        let now = self.clock.now();
        let limit = self.config.max_subscriptions;
        let room = |count: u32| (count < limit).then(|| count + 1);
        if self
            .subscription_count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
            .is_err()
        {
            return Err(MessagingError::TooManySubscriptions { limit });
        }
        let id = self.last_subscription.fetch_add(1, Ordering::Relaxed) + 1;
        let subscription = Arc::new(Subscription::new(id, pattern, Queue::new(id, &self.config, now)));
        // Only what is in the table can be unsubscribed: by then it must be among the routes, or it would stay there for ever.
        self.routes.insert(Arc::clone(&subscription));
        write(self.shard(id)).insert(id, subscription);
        // One that `close` didn't see would hold its copies for ever.
        if self.closed.load(Ordering::SeqCst) {
            drop(self.unsubscribe(id));
            return Err(MessagingError::Closed);
        }
        Ok(id)
    }

    fn unsubscribe(&self, subscription: u64) -> Result<u64, MessagingError> {
        let removed = write(self.shard(subscription)).remove(&subscription);
        let ended = removed.ok_or(MessagingError::SubscriptionNotFound { subscription })?;
        self.routes.remove(&ended);
        let mut queue = ended.queue();
        let (discarded, copies) = queue.close();
        let counters = *queue.counters();
        drop(queue);
        lock(&self.ended).add(&counters);
        ended.tell_all();
        drop(copies);
        self.subscription_count.fetch_sub(1, Ordering::Relaxed);
        Ok(discarded)
    }

    fn publish(&self, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        let refuse = |reason: String| MessagingError::TopicInvalid {
            topic: show(topic),
            reason,
        };
        self.check_length(topic).map_err(refuse)?;
        check_topic(self.config.pattern_syntax, topic).map_err(|reason| refuse(reason.to_owned()))?;
        let (bytes, limit) = (payload.len() as u64, u64::from(self.config.max_payload_bytes));
        if bytes > limit {
            return Err(MessagingError::PayloadTooLarge { bytes, limit });
        }
        let entry = self.topics.entry(topic);
        let payload = Bytes::copy_from_slice(payload);
        let mut deadline = None;
        loop {
            let reached = self.routes.find(topic);
            let mut queues: Vec<MutexGuard<'_, Queue>> = reached.iter().map(|subscription| subscription.queue()).collect();
            // Asked under the locks: `close` comes to the queues afterwards, and finds what is put there.
            if self.closed.load(Ordering::SeqCst) {
                return Err(MessagingError::Closed);
            }
            let is_full = |queue: &MutexGuard<'_, Queue>| !queue.has_room() && !queue.is_closed();
            let Some(full) = queues.iter().position(is_full) else {
                return Ok(self.deliver(&entry, payload, &reached, &mut queues));
            };
            let (queue, full) = (queues.swap_remove(full), &reached[full]);
            // Nobody sleeps or counts with the locks of others.
            drop(queues);
            let left = self
                .config
                .publish_timeout
                .map_or(Duration::ZERO, |timeout| time_left(&mut deadline, timeout));
            if left.is_zero() {
                drop(queue);
                self.refused.fetch_add(1, Ordering::Relaxed);
                entry.count_refused();
                return Err(MessagingError::QueueFull {
                    subscription: full.id,
                    capacity: self.config.queue_capacity,
                });
            }
            full.wait_room(queue, left);
        }
    }

    fn receive(&self, subscription: u64, wait: Duration) -> Result<Option<Delivery>, MessagingError> {
        let receiver = self.subscription(subscription)?;
        let mut deadline = None;
        loop {
            let now = self.clock.now();
            let mut queue = receiver.queue();
            if self.closed.load(Ordering::SeqCst) {
                return Err(MessagingError::Closed);
            }
            if queue.is_closed() {
                return Err(MessagingError::SubscriptionNotFound { subscription });
            }
            let delivery = queue.receive(now, &self.dead);
            // What has become a dead letter has made room.
            receiver.tell_room(&queue);
            if delivery.is_some() || wait.is_zero() {
                return Ok(delivery);
            }
            let left = time_left(&mut deadline, wait);
            if left.is_zero() {
                return Ok(None);
            }
            receiver.wait_ready(queue, left);
        }
    }

    fn settle(&self, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        let receiver = self.subscription(subscription)?;
        let now = self.clock.now();
        let mut queue = receiver.queue();
        if queue.is_closed() {
            return Err(MessagingError::SubscriptionNotFound { subscription });
        }
        let settled = queue.settle(delivery, outcome, now, &self.dead);
        receiver.tell_room(&queue);
        if outcome == Outcome::Retry {
            receiver.tell_ready(&queue);
        }
        settled
    }

    fn dead_letters(&self) -> Vec<DeadLetter> {
        self.dead.all()
    }

    fn take_dead_letters(&self, limit: u32) -> Vec<DeadLetter> {
        self.dead.take(limit)
    }

    fn clear_dead_letters(&self) -> u64 {
        self.dead.clear()
    }

    fn topics(&self) -> Vec<Bytes> {
        self.topics.names()
    }

    fn topic_stats(&self, topic: &[u8]) -> Option<TopicStats> {
        self.topics.stats(topic)
    }

    fn stats(&self) -> MessagingStats {
        let mut counters = *lock(&self.ended);
        let (mut queued, mut in_flight) = (0, 0);
        for shard in &self.subscriptions {
            let subscriptions: Vec<_> = read(shard).values().cloned().collect();
            for subscription in subscriptions {
                let queue = subscription.queue();
                counters.add(queue.counters());
                queued += queue.queued() as u64;
                in_flight += queue.in_flight() as u64;
            }
        }
        let Counters {
            copies,
            accepted,
            dead,
            discarded,
            retried,
            timed_out,
        } = counters;
        MessagingStats {
            published: self.published.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            unrouted: self.unrouted.load(Ordering::Relaxed),
            copies,
            accepted,
            dead,
            discarded,
            retried,
            timed_out,
            queued,
            in_flight,
            dead_letters: self.dead.len() as u64,
            subscriptions: u64::from(self.subscription_count.load(Ordering::Relaxed)),
            topics: u64::from(self.topics.len()),
        }
    }

    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        let longest = MAX_TOPIC_BYTES as usize;
        pattern.len() <= longest
            && topic.len() <= longest
            && check_topic(syntax, topic).is_ok()
            && Pattern::parse(syntax, pattern).is_ok_and(|pattern| pattern.matches(topic))
    }
}

impl Trie {
    fn check_length(&self, text: &[u8]) -> Result<(), String> {
        let limit = self.config.max_topic_bytes;
        if text.len() as u64 <= u64::from(limit) {
            return Ok(());
        }
        Err(format!(
            "it takes {} bytes, more than the {limit} of `max_topic_bytes`",
            text.len()
        ))
    }

    fn shard(&self, subscription: u64) -> &RwLock<HashMap<u64, Arc<Subscription>>> {
        &self.subscriptions[subscription as usize % SHARDS]
    }

    fn subscription(&self, subscription: u64) -> Result<Arc<Subscription>, MessagingError> {
        let found = read(self.shard(subscription)).get(&subscription).cloned();
        found.ok_or(MessagingError::SubscriptionNotFound { subscription })
    }

    /// Puts the message into the queues that are locked, and gives how many subscriptions got it: not those that have ended.
    fn deliver(&self, topic: &Topic, payload: Bytes, reached: &[Arc<Subscription>], queues: &mut [MutexGuard<'_, Queue>]) -> u32 {
        let number = self.last_message.fetch_add(1, Ordering::Relaxed) + 1;
        let message = Message {
            number,
            topic: topic.name.clone(),
            payload,
        };
        let mut copies = 0;
        for (subscription, queue) in reached.iter().zip(queues) {
            if queue.push(message.clone()) {
                copies += 1;
                subscription.tell_ready(queue);
            }
        }
        self.published.fetch_add(1, Ordering::Relaxed);
        if copies == 0 {
            self.unrouted.fetch_add(1, Ordering::Relaxed);
        }
        topic.count_published(u64::from(copies));
        copies
    }
}

/// How much is left of the time that a call may wait, which begins with the first question. A time beyond what the system can tell is one
/// without end.
fn time_left(deadline: &mut Option<Option<Instant>>, wait: Duration) -> Duration {
    let now = Instant::now();
    let deadline = deadline.get_or_insert_with(|| now.checked_add(wait));
    deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(now))
}

/// The beginning of a topic or pattern, for messages.
fn show(text: &[u8]) -> String {
    const LONGEST: usize = 64;
    match text.get(..LONGEST) {
        Some(beginning) if text.len() > LONGEST => format!("{}…", beginning.escape_ascii()),
        _ => text.escape_ascii().to_string(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
