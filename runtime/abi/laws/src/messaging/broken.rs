//! Brokers that are broken on purpose. Each is the reference with one fault; the laws must reject all of them.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::messaging::{
    Backend, DeadLetter, Delivery, MessagingConfig, MessagingError, MessagingStats, Outcome, PatternSyntax, TopicStats,
};
use abi_messaging_exact::Exact;
use bytes::Bytes;

/// What a broken broker does otherwise than the reference; by default nothing.
pub trait Fault: Send + Sync + Unpin + Sized + 'static {
    /// Changes the configuration.
    fn configure(_: &mut MessagingConfig) {}
    /// Changes the clock.
    fn clock(clock: Arc<dyn Clock>) -> Arc<dyn Clock> {
        clock
    }
    /// Does something before a call, or fails it.
    fn before(_: &Broken<Self>) -> Result<(), MessagingError> {
        Ok(())
    }
    /// Closes.
    fn close(broken: &Broken<Self>) {
        broken.reference.close();
    }
    /// Changes a pattern.
    fn pattern(pattern: &[u8]) -> &[u8] {
        pattern
    }
    /// Publishes.
    fn publish(broken: &Broken<Self>, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        broken.reference.publish(topic, payload)
    }
    /// Receives.
    fn receive(broken: &Broken<Self>, subscription: u64, wait: Duration) -> Result<Option<Delivery>, MessagingError> {
        broken.reference.receive(subscription, wait)
    }
    /// Settles.
    fn settle(broken: &Broken<Self>, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        broken.reference.settle(subscription, delivery, outcome)
    }
    /// Matches.
    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        Exact::matches(syntax, Self::pattern(pattern), topic)
    }
}

/// A broken broker.
#[derive(Debug)]
pub struct Broken<F> {
    reference: Exact,
    config: MessagingConfig,
    clock: Arc<dyn Clock>,
    /// Threads that publish at the moment.
    publishing: AtomicU32,
    gate: Mutex<()>,
    fault: PhantomData<fn() -> F>,
}

impl<F: Fault> Backend for Broken<F> {
    fn open(config: &MessagingConfig, clock: Arc<dyn Clock>) -> Result<Self, MessagingError> {
        let mut config = config.clone();
        F::configure(&mut config);
        let clock = F::clock(clock);
        let reference = Exact::open(&config, Arc::clone(&clock))?;
        Ok(Broken {
            reference,
            config,
            clock,
            publishing: AtomicU32::new(0),
            gate: Mutex::default(),
            fault: PhantomData,
        })
    }

    fn close(&self) {
        F::close(self);
    }

    fn subscribe(&self, pattern: &[u8]) -> Result<u64, MessagingError> {
        F::before(self)?;
        self.reference.subscribe(F::pattern(pattern))
    }

    fn unsubscribe(&self, subscription: u64) -> Result<u64, MessagingError> {
        F::before(self)?;
        self.reference.unsubscribe(subscription)
    }

    fn publish(&self, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        F::before(self)?;
        F::publish(self, topic, payload)
    }

    fn receive(&self, subscription: u64, wait: Duration) -> Result<Option<Delivery>, MessagingError> {
        F::before(self)?;
        F::receive(self, subscription, wait)
    }

    fn settle(&self, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        F::before(self)?;
        F::settle(self, subscription, delivery, outcome)
    }

    fn dead_letters(&self) -> Vec<DeadLetter> {
        self.reference.dead_letters()
    }

    fn take_dead_letters(&self, limit: u32) -> Vec<DeadLetter> {
        self.reference.take_dead_letters(limit)
    }

    fn clear_dead_letters(&self) -> u64 {
        self.reference.clear_dead_letters()
    }

    fn topics(&self) -> Vec<Bytes> {
        self.reference.topics()
    }

    fn topic_stats(&self, topic: &[u8]) -> Option<TopicStats> {
        self.reference.topic_stats(topic)
    }

    fn stats(&self) -> MessagingStats {
        self.reference.stats()
    }

    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        F::matches(syntax, pattern, topic)
    }
}

/// `#` ends the match at once: `a.#.b` accepts `a.x`.
#[derive(Debug)]
pub struct HashEndsMatch;

impl Fault for HashEndsMatch {
    fn pattern(pattern: &[u8]) -> &[u8] {
        let starts = |at: usize| at == 0 || pattern[at - 1] == b'.';
        let ends = |at: usize| pattern.get(at + 1) == Some(&b'.');
        let hash = (0..pattern.len()).find(|&at| pattern[at] == b'#' && starts(at) && ends(at));
        &pattern[..hash.map_or(pattern.len(), |at| at + 1)]
    }
}

/// MQTT's `a/#` doesn't match `a`.
#[derive(Debug)]
pub struct HashForgetsParent;

impl Fault for HashForgetsParent {
    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        pattern.strip_suffix(b"/#") != Some(topic) && Exact::matches(syntax, pattern, topic)
    }
}

/// MQTT's `#` shows `$SYS/load`.
#[derive(Debug)]
pub struct HashShowsSystem;

impl Fault for HashShowsSystem {
    fn matches(syntax: PatternSyntax, pattern: &[u8], topic: &[u8]) -> bool {
        pattern == b"#" && topic.starts_with(b"$") || Exact::matches(syntax, pattern, topic)
    }
}

/// Another attempt is asked for, and there is none: the copy counts as done.
#[derive(Debug)]
pub struct RetryNeverComes;

impl Fault for RetryNeverComes {
    fn settle(broken: &Broken<Self>, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        let outcome = if outcome == Outcome::Retry { Outcome::Accept } else { outcome };
        broken.reference.settle(subscription, delivery, outcome)
    }
}

/// What is queued when the broker is closed is neither delivered nor counted.
#[derive(Debug)]
pub struct CloseForgets;

impl Fault for CloseForgets {
    fn close(_: &Broken<Self>) {}
}

/// The next attempt comes at once.
#[derive(Debug)]
pub struct RetryWithoutDelay;

impl Fault for RetryWithoutDelay {
    fn configure(config: &mut MessagingConfig) {
        config.retry_delay = Duration::ZERO;
    }
}

/// A message is acknowledged and lost when another is published at the same time.
#[derive(Debug)]
pub struct LosesUnderThreads;

impl Fault for LosesUnderThreads {
    fn publish(broken: &Broken<Self>, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        let others = broken.publishing.fetch_add(1, Ordering::SeqCst);
        // A race that comes about on any machine.
        thread::sleep(Duration::from_micros(50));
        let published = if others == 0 {
            broken.reference.publish(topic, payload)
        } else {
            Ok(2)
        };
        broken.publishing.fetch_sub(1, Ordering::SeqCst);
        published
    }
}

/// The oldest dead letter makes room for the next, and nobody is told.
#[derive(Debug)]
pub struct DropsOldestDeadLetter;

impl Fault for DropsOldestDeadLetter {
    fn settle(broken: &Broken<Self>, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        let settled = broken.reference.settle(subscription, delivery, outcome);
        if !matches!(settled, Err(MessagingError::DeadLettersFull { .. })) {
            return settled;
        }
        drop(broken.reference.take_dead_letters(1));
        broken.reference.settle(subscription, delivery, outcome)
    }
}

/// Queues grow without bound.
#[derive(Debug)]
pub struct IgnoresQueueBound;

impl Fault for IgnoresQueueBound {
    fn configure(config: &mut MessagingConfig) {
        config.queue_capacity = config.queue_capacity.saturating_mul(1_000).min(1_000_000);
    }
}

/// A message that has no room is acknowledged.
#[derive(Debug)]
pub struct AcknowledgesRefused;

impl Fault for AcknowledgesRefused {
    fn publish(broken: &Broken<Self>, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        match broken.reference.publish(topic, payload) {
            Err(MessagingError::QueueFull { .. }) => Ok(1),
            other => other,
        }
    }
}

/// A publish takes its places before it knows whether it gets all of them, and others find no room until it has given them back.
#[derive(Debug)]
pub struct ReservesBeforeRefusing;

impl Fault for ReservesBeforeRefusing {
    fn publish(broken: &Broken<Self>, topic: &[u8], payload: &[u8]) -> Result<u32, MessagingError> {
        let others = broken.publishing.fetch_add(1, Ordering::SeqCst);
        // A race that comes about on any machine.
        thread::sleep(Duration::from_micros(50));
        let published = if others == 0 {
            broken.reference.publish(topic, payload)
        } else {
            Err(MessagingError::QueueFull {
                subscription: 1,
                capacity: broken.config.queue_capacity,
            })
        };
        broken.publishing.fetch_sub(1, Ordering::SeqCst);
        published
    }
}

/// Of two copies that wait, the second comes first.
#[derive(Debug)]
pub struct SecondFirst;

impl Fault for SecondFirst {
    fn receive(broken: &Broken<Self>, subscription: u64, wait: Duration) -> Result<Option<Delivery>, MessagingError> {
        let Some(first) = broken.reference.receive(subscription, wait)? else {
            return Ok(None);
        };
        let Some(second) = broken.reference.receive(subscription, Duration::ZERO)? else {
            return Ok(Some(first));
        };
        broken.reference.settle(subscription, first.id, Outcome::Retry)?;
        Ok(Some(Delivery { attempt: 1, ..second }))
    }
}

/// What is accepted comes again.
#[derive(Debug)]
pub struct AcceptComesAgain;

impl Fault for AcceptComesAgain {
    fn settle(broken: &Broken<Self>, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        let outcome = if outcome == Outcome::Accept { Outcome::Retry } else { outcome };
        broken.reference.settle(subscription, delivery, outcome)
    }
}

/// A settlement that comes too late seems to succeed.
#[derive(Debug)]
pub struct LateSettlementSucceeds;

impl Fault for LateSettlementSucceeds {
    fn settle(broken: &Broken<Self>, subscription: u64, delivery: u64, outcome: Outcome) -> Result<(), MessagingError> {
        match broken.reference.settle(subscription, delivery, outcome) {
            Err(MessagingError::DeliveryNotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

/// Deliveries that nobody settles are lost.
#[derive(Debug)]
pub struct NeverRedelivers;

impl Fault for NeverRedelivers {
    fn configure(config: &mut MessagingConfig) {
        config.visibility_timeout = None;
    }
}

/// Publishing and receiving never wait.
#[derive(Debug)]
pub struct NeverWaits;

impl Fault for NeverWaits {
    fn configure(config: &mut MessagingConfig) {
        config.publish_timeout = None;
    }

    fn receive(broken: &Broken<Self>, subscription: u64, _: Duration) -> Result<Option<Delivery>, MessagingError> {
        broken.reference.receive(subscription, Duration::ZERO)
    }
}

/// A capacity of zero is taken for one.
#[derive(Debug)]
pub struct TakesZeroForOne;

impl Fault for TakesZeroForOne {
    fn configure(config: &mut MessagingConfig) {
        config.queue_capacity = config.queue_capacity.max(1);
    }
}

/// Statistics are kept for any number of topics.
#[derive(Debug)]
pub struct KeepsAllTopics;

impl Fault for KeepsAllTopics {
    fn configure(config: &mut MessagingConfig) {
        config.max_topics = 16_777_216;
    }
}

/// The latest reading of a clock.
#[derive(Debug)]
struct Latest {
    clock: Arc<dyn Clock>,
    nanoseconds: AtomicU64,
}

impl Clock for Latest {
    fn now(&self) -> Duration {
        let now = u64::try_from(self.clock.now().as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.nanoseconds.fetch_max(now, Ordering::SeqCst).max(now))
    }
}

/// After the clock went back, time stands still until it has caught up.
#[derive(Debug)]
pub struct WaitsForClock;

impl Fault for WaitsForClock {
    fn clock(clock: Arc<dyn Clock>) -> Arc<dyn Clock> {
        Arc::new(Latest {
            clock,
            nanoseconds: AtomicU64::new(0),
        })
    }
}

/// The clock is read under a lock that is of no use any more once the clock has panicked.
#[derive(Debug)]
pub struct PoisonedForGood;

impl Fault for PoisonedForGood {
    fn before(broken: &Broken<Self>) -> Result<(), MessagingError> {
        let Ok(_gate) = broken.gate.lock() else {
            return Err(MessagingError::Closed);
        };
        broken.clock.now();
        Ok(())
    }
}

/// Every call fails.
#[derive(Debug)]
pub struct AlwaysFails;

impl Fault for AlwaysFails {
    fn before(broken: &Broken<Self>) -> Result<(), MessagingError> {
        Err(MessagingError::QueueFull {
            subscription: 0,
            capacity: broken.config.queue_capacity,
        })
    }

    fn matches(_: PatternSyntax, _: &[u8], _: &[u8]) -> bool {
        false
    }
}
