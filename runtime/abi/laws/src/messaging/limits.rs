//! Laws about bounds, bad configurations, and clocks that misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use abi_facts::clock::{Clock, ManualClock};
use abi_facts::messaging::{Backend, Delivery, MessagingConfig, MessagingError, Outcome, TopicStats};
use fastrand::Rng;

use super::{Fixture, demand, expect, expect_delivery, number, payload};
use crate::{Law, Violation};

/// Capacities of zero are refused, and so is one subscription too many.
pub fn limits<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    type Set = fn(&mut MessagingConfig);
    let zeros: [(&str, Set); 7] = [
        ("max_subscriptions", |config| config.max_subscriptions = 0),
        ("max_topics", |config| config.max_topics = 0),
        ("max_topic_bytes", |config| config.max_topic_bytes = 0),
        ("max_payload_bytes", |config| config.max_payload_bytes = 0),
        ("queue_capacity", |config| config.queue_capacity = 0),
        ("max_attempts", |config| config.max_attempts = 0),
        ("max_dead_letters", |config| config.max_dead_letters = 0),
    ];
    for (name, set) in zeros {
        let mut config = fixture.config();
        set(&mut config);
        let opened = B::open(&config, Arc::new(ManualClock::new())).map(|_| ());
        let refused = matches!(&opened, Err(MessagingError::InvalidConfig { field, .. }) if *field == name);
        demand!(refused, "opening with `{name} = 0` gives {opened:?}, must be InvalidConfig");
    }
    let (backend, _) = fixture.open::<B>(&MessagingConfig {
        max_subscriptions: 3,
        ..fixture.config()
    })?;
    let ids: Vec<u64> = (0..3)
        .map(|_| expect("subscribing", backend.subscribe(b"a")))
        .collect::<Result<_, _>>()?;
    for _ in 0..3 {
        let fourth = backend.subscribe(b"a");
        let refused = matches!(fourth, Err(MessagingError::TooManySubscriptions { limit: 3 }));
        demand!(refused, "the fourth of 3 subscriptions gives {fourth:?}");
    }
    let unknown = |result: Result<(), MessagingError>, what: &str| -> Result<(), Violation> {
        let refused = matches!(result, Err(MessagingError::SubscriptionNotFound { .. }));
        demand!(
            refused,
            "{what} a subscription that has ended gives {result:?}, must be SubscriptionNotFound"
        );
        Ok(())
    };
    expect("unsubscribing", backend.unsubscribe(ids[1]))?;
    unknown(backend.unsubscribe(ids[1]).map(|_| ()), "ending")?;
    unknown(backend.receive(ids[1], Duration::ZERO).map(|_| ()), "receiving from")?;
    unknown(backend.settle(ids[1], 1, Outcome::Accept), "settling for")?;
    unknown(backend.receive(u64::MAX, Duration::ZERO).map(|_| ()), "receiving from")?;
    let new = expect("subscribing where one has ended", backend.subscribe(b"a"))?;
    demand!(!ids.contains(&new), "the number {new} is used again");
    let settled = backend.settle(ids[0], 1, Outcome::Accept);
    let refused = matches!(settled, Err(MessagingError::DeliveryNotFound { .. }));
    demand!(
        refused,
        "settling what was never delivered gives {settled:?}, must be DeliveryNotFound"
    );
    Ok(())
}

/// Statistics of topics are bounded and right.
pub fn topic_table<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const LIMIT: u32 = 16;
    let config = MessagingConfig {
        max_topics: LIMIT,
        queue_capacity: 5,
        ..fixture.config()
    };
    let (backend, _) = fixture.open::<B>(&config)?;
    let subscription = expect("subscribing", backend.subscribe(b"#"))?;
    let mut random = Rng::with_seed(law.seed);
    let mut wanted: BTreeMap<Vec<u8>, TopicStats> = BTreeMap::new();
    let mut held = 0;
    for _ in 0..law.cases {
        let topic = format!("t{}", random.u8(..40)).into_bytes();
        let mut unlisted = TopicStats::default();
        let full = wanted.len() >= LIMIT as usize && !wanted.contains_key(&topic);
        let stats = if full {
            &mut unlisted
        } else {
            wanted.entry(topic.clone()).or_default()
        };
        match backend.publish(&topic, &topic) {
            Ok(count) => {
                demand!(count == 1, "a message reached {count} subscriptions to `#`");
                stats.published += 1;
                stats.copies += 1;
                held += 1;
            }
            Err(MessagingError::QueueFull { .. }) if held == 5 => stats.refused += 1,
            Err(error) => return Err(Violation::new(format!("publishing gives: {error}"))),
        }
        if random.bool() && held > 0 {
            let delivery = expect_delivery(&backend, subscription, "it was published")?;
            demand!(
                delivery.topic == delivery.payload,
                "published on its payload, it is {delivery:?}"
            );
            expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
            held -= 1;
        }
        let found = backend.topic_stats(&topic);
        let right = wanted.get(&topic).copied();
        demand!(
            found == right,
            "the statistics of `{}` are {found:?}, must be {right:?}",
            topic.escape_ascii()
        );
    }
    let topics = backend.topics();
    demand!(
        topics.iter().eq(wanted.keys()),
        "the topics are {topics:?}, must be {} sorted ones",
        wanted.len()
    );
    let count = backend.stats().topics;
    demand!(
        count == wanted.len() as u64,
        "there are statistics of {count} topics, must be of {}",
        wanted.len()
    );
    Ok(())
}

/// A clock that jumps delays nothing beyond its time.
pub fn clock_jumps<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = MessagingConfig {
        max_attempts: 1_000,
        ..fixture.config()
    };
    let (backend, clock) = fixture.open::<B>(&config)?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    expect("publishing", backend.publish(b"a", &payload(7)))?;
    let retry = |delivery: &Delivery| {
        expect(
            "asking for another attempt",
            backend.settle(subscription, delivery.id, Outcome::Retry),
        )
    };
    retry(&expect_delivery(&backend, subscription, "it was published")?)?;
    // A call sees the jump; the delay goes on from there.
    clock.set(Duration::ZERO);
    super::expect_none(&backend, subscription, "the clock went back, and the delay has just begun")?;
    clock.advance(config.retry_delay);
    let delivery = expect_delivery(&backend, subscription, "the delay has passed since the clock went back")?;
    if let Some(timeout) = config.visibility_timeout {
        clock.set(Duration::from_secs(3_600));
        let delivery = expect_delivery(
            &backend,
            subscription,
            "the clock went on by an hour, beyond the time to settle",
        )?;
        clock.set(Duration::from_secs(5));
        super::expect_none(
            &backend,
            subscription,
            "the clock went back, and the time to settle has just begun",
        )?;
        clock.advance(timeout);
        let again = expect_delivery(
            &backend,
            subscription,
            "the time to settle has passed since the clock went back",
        )?;
        demand!(
            again.attempt == delivery.attempt + 1,
            "attempt {} follows {}",
            again.attempt,
            delivery.attempt
        );
        retry(&again)?;
    } else {
        retry(&delivery)?;
    }
    // To its end, twice: times are added up, and the sum must not overflow.
    for _ in 0..2 {
        clock.set(Duration::MAX);
        let delivery = expect_delivery(&backend, subscription, "the clock is at its end")?;
        demand!(
            number(&delivery.payload)? == 7,
            "at the end of the clock it delivers {delivery:?}"
        );
        retry(&delivery)?;
        clock.set(Duration::ZERO);
        expect(
            "looking at the clock",
            backend.receive(subscription, Duration::ZERO).map(|_| ()),
        )?;
    }
    clock.set(Duration::MAX);
    expect("publishing", backend.publish(b"a", &payload(8)))?;
    let stats = backend.stats();
    demand!(
        stats.queued + stats.in_flight == 2,
        "of two copies {} are held after the clock jumped",
        stats.queued + stats.in_flight
    );
    Ok(())
}

/// A clock that panics when it is told to. The panic prints nothing.
#[derive(Debug, Default)]
struct Panicking {
    clock: ManualClock,
    armed: AtomicBool,
}

impl Clock for Panicking {
    fn now(&self) -> Duration {
        if self.armed.load(Ordering::SeqCst) {
            resume_unwind(Box::new("the clock panics"));
        }
        self.clock.now()
    }
}

/// A panic of the clock leaves everything as it was, and no lock unusable.
pub fn panicking_clock<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let clock = Arc::new(Panicking::default());
    let config = MessagingConfig {
        retry_delay: Duration::ZERO,
        max_attempts: 1_000_000,
        ..fixture.config()
    };
    let backend = expect("opening", B::open(&config, Arc::clone(&clock) as Arc<dyn Clock>))?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    let mut random = Rng::with_seed(law.seed);
    for message in 0..u64::from(law.cases) {
        expect("publishing", backend.publish(b"a", &payload(message)))?;
        let delivery = expect("receiving", backend.receive(subscription, Duration::ZERO))?;
        clock.armed.store(true, Ordering::SeqCst);
        let _ = catch_unwind(AssertUnwindSafe(|| match random.u8(..4) {
            0 => drop(backend.receive(subscription, Duration::ZERO)),
            1 => drop(backend.subscribe(b"b")),
            2 => drop(backend.publish(b"b", b"")),
            _ => drop(backend.settle(
                subscription,
                delivery.as_ref().map_or(0, |delivery| delivery.id),
                Outcome::Retry,
            )),
        }));
        clock.armed.store(false, Ordering::SeqCst);
        if let Some(delivery) = delivery {
            match backend.settle(subscription, delivery.id, Outcome::Retry) {
                Ok(()) | Err(MessagingError::DeliveryNotFound { .. }) => {}
                Err(error) => return Err(Violation::new(format!("settling after the clock panicked gives: {error}"))),
            }
        }
    }
    clock.clock.advance(Duration::from_secs(3_600));
    let mut seen = BTreeSet::new();
    for _ in 0..law.cases {
        let delivery = expect_delivery(&backend, subscription, "nothing was accepted so far")?;
        seen.insert(number(&delivery.payload)?);
        expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
    }
    demand!(
        seen.len() == law.cases as usize,
        "of {} messages {} came after the clock had panicked",
        law.cases,
        seen.len()
    );
    Ok(())
}
