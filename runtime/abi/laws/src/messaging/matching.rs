//! Laws about which topics a pattern matches.

use std::time::Duration;

use abi_facts::messaging::{Backend, MessagingConfig, MessagingError, Outcome, PatternSyntax};
use fastrand::Rng;

use super::oracle::{self, Expression};
use super::{Fixture, demand, expect, expect_delivery};
use crate::{Law, Violation};

fn show(text: &[u8]) -> String {
    if text.len() > 200 {
        format!("{}… ({} bytes)", text[..200].escape_ascii(), text.len())
    } else {
        text.escape_ascii().to_string()
    }
}

fn demand_match<B: Backend>(syntax: PatternSyntax, pattern: &[u8], topic: &[u8], wanted: bool) -> Result<(), Violation> {
    let found = B::matches(syntax, pattern, topic);
    demand!(
        found == wanted,
        "{syntax:?}: `{}` matches `{}`: {found}, must be {wanted}",
        show(pattern),
        show(topic)
    );
    Ok(())
}

/// All small patterns and topics, through `matches`.
pub fn matching_small<B: Backend>(_: &Law, _: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    let (patterns, topics) = oracle::small(syntax);
    for pattern in &patterns {
        for topic in &topics {
            demand_match::<B>(syntax, pattern, topic, oracle::matches(syntax, pattern, topic))?;
        }
    }
    Ok(())
}

/// Random patterns, through `matches`.
pub fn matching_random<B: Backend>(law: &Law, _: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    let mut random = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let pattern = oracle::random_pattern(syntax, &mut random, 12);
        let expression = oracle::expression(syntax, &pattern);
        for _ in 0..4 {
            let topic = oracle::random_topic(syntax, &mut random, &pattern);
            let wanted = expression.as_ref().is_some_and(|expression| expression.matches(&topic));
            demand_match::<B>(syntax, &pattern, &topic, wanted)?;
        }
    }
    Ok(())
}

fn config(fixture: &Fixture, syntax: PatternSyntax) -> MessagingConfig {
    MessagingConfig {
        pattern_syntax: syntax,
        ..fixture.config()
    }
}

/// Publishes on a topic and demands that exactly these subscriptions get it.
fn publish_to<B: Backend>(backend: &B, topic: &[u8], wanted: &[u64]) -> Result<(), Violation> {
    let before = backend.stats();
    let what = format!("publishing on `{}`", show(topic));
    let count = expect(&what, backend.publish(topic, b"payload"))?;
    demand!(
        count as usize == wanted.len(),
        "{what} reached {count} subscriptions, must reach {}",
        wanted.len()
    );
    for &subscription in wanted {
        let delivery = expect_delivery(backend, subscription, &format!("`{}` was published and matches", show(topic)))?;
        demand!(
            delivery.topic == topic && delivery.payload == b"payload"[..],
            "{what} delivered {delivery:?}"
        );
        expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
    }
    let after = backend.stats();
    let copies = after.copies - before.copies;
    demand!(
        copies == wanted.len() as u64,
        "{what} made {copies} copies, must make {}",
        wanted.len()
    );
    demand!(
        after.queued == 0,
        "{what} left {} copies with subscriptions that don't match",
        after.queued
    );
    Ok(())
}

/// A subscription to each small pattern, and a publish on each small topic.
pub fn routing_small<B: Backend>(_: &Law, fixture: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    let (backend, _) = fixture.open::<B>(&config(fixture, syntax))?;
    let (patterns, topics) = oracle::small(syntax);
    let mut subscriptions = Vec::new();
    for pattern in &patterns {
        match backend.subscribe(pattern) {
            Ok(id) => {
                demand!(
                    oracle::allows_pattern(syntax, pattern),
                    "the pattern `{}` must be refused",
                    show(pattern)
                );
                subscriptions.push((id, pattern));
            }
            Err(MessagingError::PatternInvalid { .. }) if !oracle::allows_pattern(syntax, pattern) => {}
            Err(error) => return Err(Violation::new(format!("subscribing to `{}` gives: {error}", show(pattern)))),
        }
    }
    for topic in &topics {
        if oracle::allows_topic(syntax, topic) {
            let reached = subscriptions
                .iter()
                .filter(|(_, pattern)| oracle::matches(syntax, pattern, topic));
            publish_to(&backend, topic, &reached.map(|(id, _)| *id).collect::<Vec<u64>>())?;
        } else {
            let refused = matches!(backend.publish(topic, b""), Err(MessagingError::TopicInvalid { .. }));
            demand!(refused, "publishing on `{}` must be refused as an invalid topic", show(topic));
        }
    }
    Ok(())
}

/// Random publishes while subscriptions begin and end.
pub fn routing_random<B: Backend>(law: &Law, fixture: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    let (backend, _) = fixture.open::<B>(&config(fixture, syntax))?;
    let mut random = Rng::with_seed(law.seed);
    let mut subscriptions: Vec<(u64, Vec<u8>, Expression)> = Vec::new();
    for _ in 0..law.cases {
        match random.u8(..4) {
            0 | 1 if subscriptions.len() < 200 => {
                let pattern = oracle::random_pattern(syntax, &mut random, 8);
                let Some(expression) = oracle::expression(syntax, &pattern) else {
                    continue;
                };
                let id = expect(&format!("subscribing to `{}`", show(&pattern)), backend.subscribe(&pattern))?;
                demand!(
                    subscriptions.iter().all(|(other, ..)| *other != id),
                    "two subscriptions have the number {id}"
                );
                subscriptions.push((id, pattern, expression));
            }
            2 if !subscriptions.is_empty() => {
                let (id, ..) = subscriptions.swap_remove(random.usize(..subscriptions.len()));
                let discarded = expect("unsubscribing", backend.unsubscribe(id))?;
                demand!(discarded == 0, "{discarded} copies discarded where none were held");
            }
            _ if !subscriptions.is_empty() => {
                let (_, pattern, _) = &subscriptions[random.usize(..subscriptions.len())];
                let topic = oracle::random_topic(syntax, &mut random, pattern);
                if oracle::allows_topic(syntax, &topic) {
                    let reached = subscriptions.iter().filter(|(.., expression)| expression.matches(&topic));
                    publish_to(&backend, &topic, &reached.map(|(id, ..)| *id).collect::<Vec<u64>>())?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Ten thousand subscriptions, half of which end.
pub fn ten_thousand_patterns<B: Backend>(law: &Law, fixture: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    let (backend, _) = fixture.open::<B>(&MessagingConfig {
        max_subscriptions: 10_000,
        ..config(fixture, syntax)
    })?;
    let mut random = Rng::with_seed(law.seed);
    let mut subscriptions = Vec::new();
    while subscriptions.len() < 10_000 {
        let pattern = oracle::random_pattern(syntax, &mut random, 6);
        if oracle::allows_pattern(syntax, &pattern) {
            let what = format!("subscription {} of 10,000", subscriptions.len() + 1);
            subscriptions.push((expect(&what, backend.subscribe(&pattern))?, pattern));
        }
    }
    for half in 0..2 {
        for _ in 0..law.cases {
            let (_, pattern) = &subscriptions[random.usize(..subscriptions.len())];
            let topic = oracle::random_topic(syntax, &mut random, pattern);
            if oracle::allows_topic(syntax, &topic) {
                let reached = subscriptions
                    .iter()
                    .filter(|(_, pattern)| oracle::matches(syntax, pattern, &topic));
                publish_to(&backend, &topic, &reached.map(|(id, _)| *id).collect::<Vec<u64>>())?;
            }
        }
        if half == 0 {
            random.shuffle(&mut subscriptions);
            for (id, _) in subscriptions.drain(5_000..) {
                expect("unsubscribing", backend.unsubscribe(id))?;
            }
        }
    }
    Ok(())
}

/// Random bytes of lengths around the limits.
fn bytes(random: &mut Rng, limit: usize) -> Vec<u8> {
    let length = match random.u8(..8) {
        0 => limit - 1,
        1 => limit,
        2 => limit + 1,
        3 => random.usize(..3 * limit),
        4 => 70_000,
        _ => random.usize(..24),
    };
    let alphabet: &[u8] = random
        .choice([&b"./#*+$a\0\xff\xc3\xa4"[..], b"a.", b"a/", b"#.*", b"+/a"].iter())
        .unwrap_or(&&b"a"[..]);
    let any = random.u8(..4) == 0;
    (0..length)
        .map(|_| {
            if any {
                random.u8(..)
            } else {
                alphabet[random.usize(..alphabet.len())]
            }
        })
        .collect()
}

/// Topics, patterns and messages of any bytes and length.
pub fn any_bytes<B: Backend>(law: &Law, fixture: &Fixture, syntax: PatternSyntax) -> Result<(), Violation> {
    const LIMIT: u32 = 100;
    let small = MessagingConfig {
        max_topic_bytes: LIMIT,
        max_payload_bytes: LIMIT,
        ..config(fixture, syntax)
    };
    let (backend, _) = fixture.open::<B>(&small)?;
    let all = expect("subscribing to `#`", backend.subscribe(b"#"))?;
    let mut random = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let [topic, payload, pattern] = [(); 3].map(|()| bytes(&mut random, LIMIT as usize));
        let fits = |text: &[u8]| text.len() <= LIMIT as usize;
        let what = format!("publishing {} bytes on `{}`", payload.len(), show(&topic));
        match backend.publish(&topic, &payload) {
            Ok(reached) => {
                let allowed = fits(&topic) && oracle::allows_topic(syntax, &topic) && fits(&payload);
                demand!(allowed, "{what} must be refused");
                demand!(
                    reached == u32::from(oracle::matches(syntax, b"#", &topic)),
                    "{what} reached {reached} subscriptions to `#`"
                );
                if reached == 1 {
                    let delivery = expect_delivery(&backend, all, &what)?;
                    demand!(
                        delivery.topic == topic && delivery.payload == payload,
                        "{what} delivered {delivery:?}"
                    );
                    expect("accepting", backend.settle(all, delivery.id, Outcome::Accept))?;
                }
            }
            Err(MessagingError::TopicInvalid { .. }) => {
                demand!(
                    !fits(&topic) || !oracle::allows_topic(syntax, &topic),
                    "{what}: the topic must be allowed"
                );
            }
            Err(MessagingError::PayloadTooLarge { bytes, limit }) => {
                demand!(
                    !fits(&payload) && bytes == payload.len() as u64,
                    "{what} gives {bytes} bytes, more than {limit}"
                );
            }
            Err(error) => return Err(Violation::new(format!("{what} gives: {error}"))),
        }
        let what = format!("subscribing to `{}`", show(&pattern));
        match backend.subscribe(&pattern) {
            Ok(subscription) => {
                demand!(
                    fits(&pattern) && oracle::allows_pattern(syntax, &pattern),
                    "{what} must be refused"
                );
                expect("unsubscribing", backend.unsubscribe(subscription))?;
            }
            Err(MessagingError::PatternInvalid { .. }) => {
                demand!(
                    !fits(&pattern) || !oracle::allows_pattern(syntax, &pattern),
                    "{what} must be allowed"
                );
            }
            Err(error) => return Err(Violation::new(format!("{what} gives: {error}"))),
        }
        if fits(&topic) && fits(&pattern) {
            let wanted = oracle::expression(syntax, &pattern).is_some_and(|expression| expression.matches(&topic));
            demand_match::<B>(syntax, &pattern, &topic, wanted)?;
        } else {
            // Beyond the oracle's reach: it must answer.
            let _ = B::matches(syntax, &pattern, &topic);
        }
    }
    let held = expect("receiving", backend.receive(all, Duration::ZERO))?;
    demand!(held.is_none(), "a refused message was delivered: {held:?}");
    Ok(())
}
