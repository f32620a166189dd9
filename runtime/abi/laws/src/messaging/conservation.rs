//! Laws about what becomes of each copy: nothing that was acknowledged is lost, and nothing ends twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use abi_facts::messaging::{Backend, MessagingConfig, MessagingError, Outcome};
use fastrand::Rng;

use super::{Fixture, demand, expect, number, payload};
use crate::{Law, Violation};

/// One step of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Publish(&'static str),
    Receive(usize),
    Settle(usize, Outcome),
    Advance(u64),
    Subscribe(&'static str),
    Unsubscribe(usize),
    Take(u32),
}

/// A random step; the weights are those of the law.
fn step(law: &Law, random: &mut Rng) -> Step {
    let total: u32 = law.ops.iter().map(|(_, weight)| weight).sum();
    let mut chosen = random.u32(..total.max(1));
    let mut name = "publish";
    for (operation, weight) in law.ops {
        if chosen < *weight {
            name = operation;
            break;
        }
        chosen -= weight;
    }
    let topic = *random.choice(&["a", "b"]).unwrap_or(&"a");
    let pattern = *random.choice(&["a", "b", "#"]).unwrap_or(&"#");
    let which = random.usize(..64);
    match name {
        "receive" => Step::Receive(which),
        "accept" => Step::Settle(which, Outcome::Accept),
        "retry" => Step::Settle(which, Outcome::Retry),
        "reject" => Step::Settle(which, Outcome::Reject),
        "advance" => Step::Advance(random.u64(..12)),
        "subscribe" => Step::Subscribe(pattern),
        "unsubscribe" => Step::Unsubscribe(which),
        "take" => Step::Take(random.u32(..4)),
        _ => Step::Publish(topic),
    }
}

/// What is known of a run: which copies are owed, by subscription and number of the message.
#[derive(Default)]
struct Books {
    subscriptions: Vec<(u64, &'static str)>,
    owed: BTreeSet<(u64, u64)>,
    in_flight: BTreeMap<(u64, u64), u64>,
    published: u64,
    copies: u64,
}

impl Books {
    /// Notes that a copy ended.
    fn end(&mut self, subscription: u64, message: u64, how: &str) -> Result<(), Violation> {
        demand!(
            self.owed.remove(&(subscription, message)),
            "message {message} of subscription {subscription} {how}, but had ended before"
        );
        Ok(())
    }
}

/// Random operations, with books kept beside.
pub fn conservation<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let mut random = Rng::with_seed(law.seed);
    for _ in 0..law.cases.div_ceil(200) {
        let mut history: Vec<Step> = (0..200).map(|_| step(law, &mut random)).collect();
        let Err(mut violation) = run::<B>(fixture, &history) else {
            continue;
        };
        // Leave out what the violation doesn't need, in ever smaller pieces.
        let mut piece = history.len() / 2;
        while piece > 0 {
            let mut at = 0;
            while at < history.len() {
                let mut shorter = history.clone();
                shorter.drain(at..(at + piece).min(history.len()));
                match run::<B>(fixture, &shorter) {
                    Err(found) => (history, violation) = (shorter, found),
                    Ok(()) => at += piece,
                }
            }
            piece /= 2;
        }
        return Err(Violation::new(format!("{violation}; after subscribing to `#`: {history:?}")));
    }
    Ok(())
}

fn run<B: Backend>(fixture: &Fixture, history: &[Step]) -> Result<(), Violation> {
    let config = MessagingConfig {
        queue_capacity: 12,
        max_attempts: 3,
        retry_delay: Duration::from_secs(2),
        visibility_timeout: fixture.config().visibility_timeout.map(|_| Duration::from_secs(10)),
        max_dead_letters: 5,
        ..fixture.config()
    };
    let (backend, clock) = fixture.open::<B>(&config)?;
    let mut books = Books::default();
    books
        .subscriptions
        .push((expect("subscribing", backend.subscribe(b"#"))?, "#"));
    for &step in history {
        match step {
            Step::Publish(topic) => match backend.publish(topic.as_bytes(), &payload(books.published)) {
                Ok(count) => {
                    let reached: Vec<u64> = books
                        .subscriptions
                        .iter()
                        .filter(|(_, pattern)| *pattern == "#" || *pattern == topic)
                        .map(|(id, _)| *id)
                        .collect();
                    demand!(
                        count as usize == reached.len(),
                        "a message reached {count} subscriptions, must reach {}",
                        reached.len()
                    );
                    books.owed.extend(reached.into_iter().map(|id| (id, books.published)));
                    books.published += 1;
                    books.copies += u64::from(count);
                }
                Err(MessagingError::QueueFull { .. }) => {}
                Err(error) => return Err(Violation::new(format!("publishing gives: {error}"))),
            },
            Step::Receive(which) if !books.subscriptions.is_empty() => {
                let (id, _) = books.subscriptions[which % books.subscriptions.len()];
                if let Some(delivery) = expect("receiving", backend.receive(id, Duration::ZERO))? {
                    let message = number(&delivery.payload)?;
                    demand!(
                        books.owed.contains(&(id, message)),
                        "message {message} was delivered to {id} after it had ended, or never sent there"
                    );
                    books.in_flight.insert((id, delivery.id), message);
                }
            }
            Step::Settle(which, outcome) if !books.in_flight.is_empty() => {
                let nth = books.in_flight.iter().nth(which % books.in_flight.len());
                let Some((&(id, delivery), &message)) = nth else { continue };
                match backend.settle(id, delivery, outcome) {
                    Ok(()) => {
                        books.in_flight.remove(&(id, delivery));
                        if outcome == Outcome::Accept {
                            books.end(id, message, "was accepted")?;
                        }
                    }
                    Err(MessagingError::DeliveryNotFound { .. }) => {
                        books.in_flight.remove(&(id, delivery));
                    }
                    Err(MessagingError::DeadLettersFull { .. }) if outcome != Outcome::Accept => {}
                    Err(error) => return Err(Violation::new(format!("settling with {outcome:?} gives: {error}"))),
                }
            }
            Step::Advance(seconds) => clock.advance(Duration::from_secs(seconds)),
            Step::Subscribe(pattern) if books.subscriptions.len() < 4 => {
                books
                    .subscriptions
                    .push((expect("subscribing", backend.subscribe(pattern.as_bytes()))?, pattern));
            }
            Step::Unsubscribe(which) if !books.subscriptions.is_empty() => {
                let (id, _) = books.subscriptions.swap_remove(which % books.subscriptions.len());
                // Those of its copies that are dead letters already aren't its own any more.
                let letters = backend.dead_letters();
                let dead: BTreeSet<u64> = letters
                    .iter()
                    .filter(|letter| letter.subscription == id)
                    .map(|letter| number(&letter.payload))
                    .collect::<Result<_, _>>()?;
                let discarded = expect("unsubscribing", backend.unsubscribe(id))?;
                let held: Vec<_> = books
                    .owed
                    .iter()
                    .copied()
                    .filter(|(owner, message)| *owner == id && !dead.contains(message))
                    .collect();
                demand!(
                    discarded == held.len() as u64,
                    "ending {id} discarded {discarded} copies; it held {}",
                    held.len()
                );
                books.owed.retain(|copy| !held.contains(copy));
                books.in_flight.retain(|(owner, _), _| *owner != id);
            }
            Step::Take(limit) => take(&backend, &mut books, limit)?,
            _ => {}
        }
        let stats = backend.stats();
        let ended = stats.accepted + stats.dead + stats.discarded;
        demand!(
            stats.copies == ended + stats.queued + stats.in_flight,
            "after {step:?} copies are missing or too many: {stats:?}"
        );
        demand!(
            stats.copies == books.copies && stats.published == books.published,
            "after {step:?} the counts are wrong: {stats:?}"
        );
    }
    // Drain: whatever is owed must come yet.
    for _ in 0..8 {
        clock.advance(Duration::from_secs(10));
        for (id, _) in books.subscriptions.clone() {
            while let Some(delivery) = expect("receiving", backend.receive(id, Duration::ZERO))? {
                expect("accepting", backend.settle(id, delivery.id, Outcome::Accept))?;
                books.end(id, number(&delivery.payload)?, "was accepted")?;
            }
        }
        take(&backend, &mut books, u32::MAX)?;
    }
    demand!(
        books.owed.is_empty(),
        "copies were acknowledged and never came (subscription, message): {:?}",
        books.owed
    );
    Ok(())
}

fn take<B: Backend>(backend: &B, books: &mut Books, limit: u32) -> Result<(), Violation> {
    for letter in backend.take_dead_letters(limit) {
        books.end(letter.subscription, number(&letter.payload)?, "became a dead letter")?;
    }
    Ok(())
}

const PUBLISHERS: u64 = 4;
const TOPICS: [&[u8]; 2] = [b"a", b"b"];

/// Publishers and consumers at the same time; then each copy is looked for.
pub fn conservation_threads<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = MessagingConfig {
        queue_capacity: 32,
        max_attempts: 3,
        retry_delay: Duration::ZERO,
        max_dead_letters: 64,
        ..fixture.config()
    };
    let (backend, _) = fixture.open::<B>(&config)?;
    let patterns: [&[u8]; 3] = [b"a", b"b", b"#"];
    let subscriptions = patterns.map(|pattern| backend.subscribe(pattern));
    let subscriptions: Vec<u64> = subscriptions
        .into_iter()
        .map(|id| expect("subscribing", id))
        .collect::<Result<_, _>>()?;
    let acknowledged = Mutex::new(BTreeSet::new());
    let ended = Mutex::new(Vec::new());
    let refused = AtomicU64::new(0);
    // Copies for a subscription that comes and goes all the time and never receives, and those that it discarded.
    let (passing, discarded) = (AtomicU64::new(0), AtomicU64::new(0));
    let done = AtomicBool::new(false);
    let each = u64::from(law.cases) / PUBLISHERS;

    let publisher = |which: u64| -> Result<(), Violation> {
        for message in which * each..(which + 1) * each {
            let topic = (message % 2) as usize;
            match backend.publish(TOPICS[topic], &payload(message)) {
                Ok(count) => {
                    demand!(
                        (2..=3).contains(&count),
                        "a message reached {count} subscriptions, must reach 2, or 3 with the one that comes and goes"
                    );
                    passing.fetch_add(u64::from(count) - 2, Ordering::Relaxed);
                    lock(&acknowledged).extend([(subscriptions[topic], message), (subscriptions[2], message)]);
                }
                Err(MessagingError::QueueFull { .. }) => {
                    refused.fetch_add(2, Ordering::Relaxed);
                    thread::yield_now();
                }
                Err(error) => return Err(Violation::new(format!("publishing gives: {error}"))),
            }
        }
        Ok(())
    };
    let letters = || -> Result<(), Violation> {
        for letter in backend.take_dead_letters(u32::MAX) {
            lock(&ended).push((letter.subscription, number(&letter.payload)?));
        }
        Ok(())
    };
    let visitor = || -> Result<(), Violation> {
        while !done.load(Ordering::SeqCst) {
            let subscription = expect("subscribing", backend.subscribe(b"#"))?;
            thread::yield_now();
            discarded.fetch_add(expect("unsubscribing", backend.unsubscribe(subscription))?, Ordering::Relaxed);
        }
        Ok(())
    };
    let consumer = |which: u64| -> Result<(), Violation> {
        let mut random = Rng::with_seed(law.seed + which);
        let subscription = subscriptions[which as usize % subscriptions.len()];
        loop {
            // Read before: what was published till then is seen by the following call.
            let last = done.load(Ordering::SeqCst);
            let Some(delivery) = expect("receiving", backend.receive(subscription, Duration::ZERO))? else {
                if last {
                    return Ok(());
                }
                thread::yield_now();
                continue;
            };
            let outcome = match random.u8(..8) {
                0 => Outcome::Reject,
                1 | 2 => Outcome::Retry,
                _ => Outcome::Accept,
            };
            let mut settled = backend.settle(subscription, delivery.id, outcome);
            for _ in 0..10_000 {
                if !matches!(settled, Err(MessagingError::DeadLettersFull { .. })) {
                    break;
                }
                letters()?;
                settled = backend.settle(subscription, delivery.id, outcome);
            }
            expect(&format!("settling with {outcome:?}"), settled)?;
            if outcome == Outcome::Accept {
                lock(&ended).push((subscription, number(&delivery.payload)?));
            }
        }
    };
    thread::scope(|scope| {
        let consumer = &consumer;
        let publisher = &publisher;
        let consumers: Vec<_> = (0..6).map(|which| scope.spawn(move || consumer(which))).collect();
        let visitor = scope.spawn(visitor);
        let publishers: Vec<_> = (0..PUBLISHERS).map(|which| scope.spawn(move || publisher(which))).collect();
        let published = publishers.into_iter().map(join).fold(Ok(()), Result::and);
        done.store(true, Ordering::SeqCst);
        let consumed = consumers.into_iter().map(join).fold(Ok(()), Result::and);
        published.and(consumed).and(join(visitor))
    })?;

    // A consumer may have gone while another held what was tried again afterwards.
    for &subscription in &subscriptions {
        while let Some(delivery) = expect("receiving", backend.receive(subscription, Duration::ZERO))? {
            expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
            lock(&ended).push((subscription, number(&delivery.payload)?));
        }
    }
    letters()?;
    let (acknowledged, ended) = (lock(&acknowledged), lock(&ended));
    let mut once = BTreeSet::new();
    for copy in ended.iter() {
        demand!(once.insert(*copy), "the copy {copy:?} (subscription, message) ended twice");
    }
    let lost: Vec<_> = acknowledged.difference(&once).take(5).collect();
    demand!(
        lost.is_empty(),
        "{} of {} acknowledged copies were lost, as {lost:?}",
        acknowledged.len() - once.len(),
        acknowledged.len()
    );
    let strange: Vec<_> = once.difference(&acknowledged).take(5).collect();
    demand!(
        strange.is_empty(),
        "copies were delivered of messages that were refused: {strange:?}"
    );
    let (refused, attempted) = (refused.load(Ordering::Relaxed), each * PUBLISHERS * 2);
    demand!(
        once.len() as u64 + refused == attempted,
        "{} delivered or dead + {refused} refused, must be {attempted}",
        once.len()
    );
    let (passing, discarded) = (passing.load(Ordering::Relaxed), discarded.load(Ordering::Relaxed));
    demand!(
        passing == discarded,
        "a subscription that came and went got {passing} copies and discarded {discarded}"
    );
    let stats = backend.stats();
    let ended = stats.accepted + stats.dead;
    demand!(
        stats.queued + stats.in_flight == 0,
        "drained, copies are still held: {stats:?}"
    );
    demand!(
        ended == once.len() as u64 && stats.discarded == discarded && stats.copies == ended + discarded,
        "the counts are wrong: {stats:?}"
    );
    demand!(
        stats.refused * 2 == refused,
        "{refused} copies were refused, of twice as few messages: {stats:?}"
    );
    Ok(())
}

/// Each publisher's messages come in its order.
pub fn order_threads<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let (backend, _) = fixture.open::<B>(&MessagingConfig {
        queue_capacity: 16,
        ..fixture.config()
    })?;
    let subscriptions = [
        expect("subscribing", backend.subscribe(b"#"))?,
        expect("subscribing", backend.subscribe(b"a"))?,
    ];
    let each = u64::from(law.cases) / PUBLISHERS;
    let done = AtomicBool::new(false);
    let publisher = |which: u64| -> Result<(), Violation> {
        for message in 0..each {
            let mut result = backend.publish(b"a", &payload(which << 32 | message));
            while matches!(result, Err(MessagingError::QueueFull { .. })) && !done.load(Ordering::SeqCst) {
                thread::yield_now();
                result = backend.publish(b"a", &payload(which << 32 | message));
            }
            expect("publishing", result)?;
        }
        Ok(())
    };
    let consumer = |subscription: u64| -> Result<(), Violation> {
        let mut next = [0; PUBLISHERS as usize];
        while next.iter().any(|next| *next < each) {
            let patience = Duration::from_secs(5);
            let delivery = expect("receiving", backend.receive(subscription, patience))?;
            let Some(delivery) = delivery else {
                return Err(Violation::new(format!(
                    "subscription {subscription} waits in vain; it got {next:?} of {each} each"
                )));
            };
            let message = number(&delivery.payload)?;
            let (which, message) = ((message >> 32) as usize, message & 0xffff_ffff);
            let expected = next
                .get_mut(which)
                .ok_or_else(|| Violation::new("a message that was never published"))?;
            demand!(
                *expected == message,
                "message {message} of publisher {which} came when it was the turn of {expected}"
            );
            *expected += 1;
            expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let consumer = &consumer;
        let publisher = &publisher;
        let consumers = subscriptions.map(|subscription| scope.spawn(move || consumer(subscription)));
        let publishers: Vec<_> = (0..PUBLISHERS).map(|which| scope.spawn(move || publisher(which))).collect();
        let consumed = consumers.into_iter().map(join).fold(Ok(()), Result::and);
        // Publishers give up when nobody consumes any more.
        done.store(true, Ordering::SeqCst);
        let published = publishers.into_iter().map(join).fold(Ok(()), Result::and);
        consumed.and(published)
    })
}

pub(super) fn join(thread: thread::ScopedJoinHandle<'_, Result<(), Violation>>) -> Result<(), Violation> {
    thread.join().unwrap_or_else(|_| Err(Violation::new("a call panicked")))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
