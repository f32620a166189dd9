//! Laws about deliveries of one thread: order, attempts, bounds.

use std::time::Duration;

use abi_facts::messaging::{Backend, DeadReason, MessagingConfig, MessagingError, Outcome};
use fastrand::Rng;

use super::{Fixture, demand, expect, expect_delivery, expect_none, number, payload};
use crate::{Law, Violation};

const NANOSECOND: Duration = Duration::from_nanos(1);
const DELAY: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(20);

/// First attempts come in the order of publishing.
pub fn order<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let mut random = Rng::with_seed(law.seed);
    for case in 0..law.cases {
        let (backend, clock) = fixture.open::<B>(&MessagingConfig {
            retry_delay: DELAY,
            ..fixture.config()
        })?;
        let subscription = expect("subscribing", backend.subscribe(b"#"))?;
        let (mut published, mut seen) = (0, 0);
        for _ in 0..60 {
            match random.u8(..4) {
                0 | 1 => {
                    expect("publishing", backend.publish(b"a", &payload(published)))?;
                    published += 1;
                }
                2 => clock.advance(Duration::from_secs(random.u64(..3))),
                _ => {
                    let Some(delivery) = expect("receiving", backend.receive(subscription, Duration::ZERO))? else {
                        continue;
                    };
                    if delivery.attempt == 1 {
                        let came = number(&delivery.payload)?;
                        demand!(
                            came == seen,
                            "case {case}: message {came} came first when it was the turn of {seen}"
                        );
                        seen += 1;
                    }
                    let outcome = if random.bool() { Outcome::Retry } else { Outcome::Accept };
                    expect("settling", backend.settle(subscription, delivery.id, outcome))?;
                }
            }
        }
    }
    Ok(())
}

/// Attempts come after the delay, up to the limit, and end in one dead letter.
pub fn retry_limit<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for max_attempts in 1..=law.cases {
        let (backend, clock) = fixture.open::<B>(&MessagingConfig {
            retry_delay: DELAY,
            max_attempts,
            ..fixture.config()
        })?;
        let subscription = expect("subscribing", backend.subscribe(b"a"))?;
        expect("publishing", backend.publish(b"a", &payload(7)))?;
        for attempt in 1..=max_attempts {
            let delivery = expect_delivery(&backend, subscription, &format!("attempt {attempt} of {max_attempts} is due"))?;
            demand!(
                delivery.attempt == attempt,
                "attempt {attempt} of {max_attempts} says that it is attempt {}",
                delivery.attempt
            );
            demand!(
                number(&delivery.payload)? == 7 && delivery.topic == b"a"[..],
                "attempt {attempt} delivers {delivery:?}"
            );
            let letters = backend.dead_letters().len();
            demand!(
                letters == 0,
                "{letters} dead letters before the last of {max_attempts} attempts"
            );
            expect(
                "asking for another attempt",
                backend.settle(subscription, delivery.id, Outcome::Retry),
            )?;
            expect_none(&backend, subscription, "the delay has just begun")?;
            clock.advance(DELAY - NANOSECOND);
            expect_none(&backend, subscription, "the delay has a nanosecond to go")?;
            clock.advance(NANOSECOND);
        }
        expect_none(&backend, subscription, &format!("all {max_attempts} attempts were made"))?;
        let letters = backend.dead_letters();
        demand!(
            letters.len() == 1,
            "{} dead letters after {max_attempts} attempts, must be 1",
            letters.len()
        );
        let letter = &letters[0];
        let right =
            letter.reason == DeadReason::Exhausted && letter.attempts == max_attempts && letter.subscription == subscription;
        demand!(
            right && number(&letter.payload)? == 7,
            "the dead letter after {max_attempts} attempts is {letter:?}"
        );
        demand!(
            backend.take_dead_letters(9).len() == 1 && backend.dead_letters().is_empty(),
            "a taken dead letter is still there"
        );
        expect("publishing", backend.publish(b"a", &payload(8)))?;
        let delivery = expect_delivery(&backend, subscription, "it was published")?;
        expect("rejecting", backend.settle(subscription, delivery.id, Outcome::Reject))?;
        let letters = backend.dead_letters();
        demand!(
            letters.len() == 1 && letters[0].reason == DeadReason::Rejected,
            "after a rejection the dead letters are {letters:?}"
        );
        clock.advance(DELAY + TIMEOUT);
        expect_none(&backend, subscription, "it was rejected")?;
    }
    Ok(())
}

/// Deliveries that nobody settles come again.
pub fn visibility_timeout<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for max_attempts in 1..=law.cases {
        let config = MessagingConfig {
            visibility_timeout: Some(TIMEOUT),
            max_attempts,
            ..fixture.config()
        };
        let (backend, clock) = fixture.open::<B>(&config)?;
        let subscription = expect("subscribing", backend.subscribe(b"a"))?;
        expect("publishing", backend.publish(b"a", &payload(7)))?;
        let mut late = None;
        for attempt in 1..=max_attempts {
            let delivery = expect_delivery(&backend, subscription, &format!("attempt {attempt} of {max_attempts} is due"))?;
            demand!(
                delivery.attempt == attempt,
                "attempt {attempt} says that it is attempt {}",
                delivery.attempt
            );
            if let Some(late) = late.replace(delivery.id) {
                let settled = backend.settle(subscription, late, Outcome::Accept);
                let refused = matches!(settled, Err(MessagingError::DeliveryNotFound { .. }));
                demand!(
                    refused,
                    "a settlement after the copy was delivered again gives {settled:?}, must be DeliveryNotFound"
                );
            }
            clock.advance(TIMEOUT - NANOSECOND);
            expect_none(&backend, subscription, "the time to settle has a nanosecond to go")?;
            clock.advance(NANOSECOND);
        }
        expect_none(&backend, subscription, &format!("all {max_attempts} attempts were made"))?;
        let letters = backend.dead_letters();
        let right = letters.len() == 1 && letters[0].reason == DeadReason::Abandoned && letters[0].attempts == max_attempts;
        demand!(
            right,
            "after {max_attempts} attempts that nobody settled the dead letters are {letters:?}"
        );
        expect("publishing", backend.publish(b"a", &payload(8)))?;
        let delivery = expect_delivery(&backend, subscription, "it was published")?;
        clock.advance(TIMEOUT - NANOSECOND);
        expect(
            "accepting in time",
            backend.settle(subscription, delivery.id, Outcome::Accept),
        )?;
        clock.advance(TIMEOUT * 2);
        expect_none(&backend, subscription, "it was accepted in time")?;
    }
    Ok(())
}

/// No queue holds more than its capacity, and a refused message reaches nobody.
pub fn back_pressure<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let mut random = Rng::with_seed(law.seed);
    for round in 0..law.cases.div_ceil(100) {
        let queue_capacity = round % 7 + 1;
        let config = MessagingConfig {
            queue_capacity,
            retry_delay: DELAY,
            max_attempts: 1_000,
            ..fixture.config()
        };
        let (backend, clock) = fixture.open::<B>(&config)?;
        // One gets only `a`, the other `a` and `b`: the first may have room when the second hasn't.
        let subscriptions = [
            expect("subscribing", backend.subscribe(b"a"))?,
            expect("subscribing", backend.subscribe(b"#"))?,
        ];
        let mut held = [0; 2];
        let mut in_flight: Vec<(usize, u64)> = Vec::new();
        for step in 0..100 {
            let what = format!("step {step} with a capacity of {queue_capacity} and {held:?} copies held");
            match random.u8(..8) {
                0..4 => {
                    let topic = *random.choice([b"a", b"b"].iter()).unwrap_or(&b"a");
                    let reached = if topic == b"a" { 0..2 } else { 1..2 };
                    let room = held[reached.clone()].iter().all(|held| *held < queue_capacity);
                    match backend.publish(topic, b"") {
                        Ok(count) => {
                            demand!(room, "{what}: a message was taken that has no room");
                            demand!(count as usize == reached.len(), "{what}: it reached {count} subscriptions");
                            held[reached].iter_mut().for_each(|held| *held += 1);
                        }
                        Err(MessagingError::QueueFull { capacity, .. }) => {
                            demand!(
                                !room && capacity == queue_capacity,
                                "{what}: refused for a full queue of {capacity}"
                            );
                        }
                        Err(error) => return Err(Violation::new(format!("{what}: {error}"))),
                    }
                }
                4 | 5 => {
                    let index = random.usize(..2);
                    if let Some(delivery) = expect(&what, backend.receive(subscriptions[index], Duration::ZERO))? {
                        in_flight.push((index, delivery.id));
                    }
                }
                6 if !in_flight.is_empty() => {
                    let (index, id) = in_flight.swap_remove(random.usize(..in_flight.len()));
                    let outcome = *random
                        .choice(&[Outcome::Accept, Outcome::Reject, Outcome::Retry])
                        .unwrap_or(&Outcome::Accept);
                    expect(&what, backend.settle(subscriptions[index], id, outcome))?;
                    held[index] -= u32::from(outcome != Outcome::Retry);
                }
                _ => clock.advance(Duration::from_millis(100)),
            }
            let stats = backend.stats();
            let found = stats.queued + stats.in_flight;
            demand!(
                found == u64::from(held[0] + held[1]),
                "{what}: {found} copies are held, must be {held:?}"
            );
        }
    }
    Ok(())
}

/// Dead letters are bounded, and none is dropped.
pub fn dead_letter_bound<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for case in 0..law.cases {
        let max_dead_letters = case % 5 + 1;
        let more = u64::from(case % 3 + 1);
        let (backend, _) = fixture.open::<B>(&MessagingConfig {
            max_dead_letters,
            max_attempts: 1,
            ..fixture.config()
        })?;
        let subscription = expect("subscribing", backend.subscribe(b"a"))?;
        let limit = u64::from(max_dead_letters);
        let outcome = if case % 2 == 0 { Outcome::Reject } else { Outcome::Retry };
        let mut ids = Vec::new();
        for message in 0..limit + more {
            expect("publishing", backend.publish(b"a", &payload(message)))?;
            ids.push(expect_delivery(&backend, subscription, "it was published")?.id);
        }
        for (message, &id) in ids.iter().enumerate() {
            let settled = backend.settle(subscription, id, outcome);
            let full = matches!(settled, Err(MessagingError::DeadLettersFull { .. }));
            let wanted = message as u64 >= limit;
            demand!(
                full == wanted && (full || settled.is_ok()),
                "rejection {message} with room for {limit} gives {settled:?}"
            );
        }
        let kept: Vec<u64> = backend
            .dead_letters()
            .iter()
            .map(|letter| number(&letter.payload))
            .collect::<Result<_, _>>()?;
        demand!(
            kept.iter().copied().eq(0..limit),
            "of {} rejected messages with room for {limit}, {kept:?} are kept",
            limit + more
        );
        let in_flight = backend.stats().in_flight;
        demand!(
            in_flight == more,
            "{in_flight} deliveries are in flight, must be the {more} whose rejection was refused"
        );
        let mut seen = Vec::new();
        for &id in &ids[limit as usize..] {
            seen.extend(backend.take_dead_letters(1));
            expect("rejecting when there is room", backend.settle(subscription, id, outcome))?;
        }
        seen.extend(backend.dead_letters());
        let seen: Vec<u64> = seen.iter().map(|letter| number(&letter.payload)).collect::<Result<_, _>>()?;
        demand!(
            seen.iter().copied().eq(0..limit + more),
            "the dead letters were {seen:?}, must be 0..{}",
            limit + more
        );
        let cleared = backend.clear_dead_letters();
        demand!(
            cleared == limit && backend.dead_letters().is_empty(),
            "{cleared} dead letters cleared, must be {limit}"
        );
    }
    Ok(())
}
