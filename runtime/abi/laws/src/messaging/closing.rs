//! Laws about what threads do to each other: while one closes the broker, and while publishes are refused.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use abi_facts::messaging::{Backend, MessagingConfig, MessagingError, Outcome};

use super::conservation::join;
use super::{Fixture, demand, expect};
use crate::{Law, Violation};

/// What threads were told while the broker was being closed.
#[derive(Default)]
struct Told {
    published: AtomicU64,
    copies: AtomicU64,
    refused: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
}

impl Told {
    /// Counts what a publish gives; false if that is the end of the broker.
    fn publish(&self, result: Result<u32, MessagingError>) -> Result<bool, Violation> {
        match result {
            Ok(copies) => {
                self.published.fetch_add(1, Ordering::SeqCst);
                self.copies.fetch_add(u64::from(copies), Ordering::SeqCst);
                Ok(true)
            }
            Err(MessagingError::QueueFull { .. }) => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                Ok(true)
            }
            Err(MessagingError::Closed) => Ok(false),
            Err(error) => Err(Violation::new(format!(
                "publishing while the broker is closed gives: {error}"
            ))),
        }
    }

    fn settle(&self, result: Result<(), MessagingError>, outcome: Outcome) {
        if result.is_ok() {
            let counter = match outcome {
                Outcome::Accept => &self.accepted,
                _ => &self.rejected,
            };
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// What is queued or in flight at the end is discarded, and counted: of what was acknowledged nothing is missing.
pub fn closing<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    // Small enough for publishes to be refused.
    let config = MessagingConfig {
        queue_capacity: 8,
        ..fixture.config()
    };
    for case in 0..law.cases {
        let (backend, _) = fixture.open::<B>(&config)?;
        let told = Told::default();
        let held = expect("subscribing", backend.subscribe(b"a"))?;
        told.publish(backend.publish(b"a", b"queued"))?;
        told.publish(backend.publish(b"a", b"in flight"))?;
        expect("receiving", backend.receive(held, Duration::ZERO))?;
        let end = AtomicBool::new(false);
        let publisher = || -> Result<(), Violation> {
            while !end.load(Ordering::SeqCst) && told.publish(backend.publish(b"a", b"payload"))? {
                thread::yield_now();
            }
            Ok(())
        };
        let consumer = || -> Result<(), Violation> {
            while !end.load(Ordering::SeqCst) {
                let Ok(delivery) = backend.receive(held, Duration::ZERO) else {
                    break;
                };
                let Some(delivery) = delivery else { continue };
                let outcome = if delivery.id % 4 == 0 {
                    Outcome::Reject
                } else {
                    Outcome::Accept
                };
                told.settle(backend.settle(held, delivery.id, outcome), outcome);
            }
            Ok(())
        };
        let subscriber = || -> Result<(), Violation> {
            while !end.load(Ordering::SeqCst) {
                let Ok(id) = backend.subscribe(b"a") else { break };
                if let Ok(Some(delivery)) = backend.receive(id, Duration::ZERO)
                    && case % 2 == 0
                {
                    told.settle(backend.settle(id, delivery.id, Outcome::Accept), Outcome::Accept);
                }
                if case % 4 == 0 {
                    let _ = backend.unsubscribe(id);
                }
            }
            Ok(())
        };
        // Whoever comes last, no copy is left over.
        let called = thread::scope(|scope| {
            let threads = [
                scope.spawn(publisher),
                scope.spawn(publisher),
                scope.spawn(consumer),
                scope.spawn(subscriber),
            ];
            thread::sleep(Duration::from_micros(u64::from(case % 8) * 200));
            backend.close();
            let late = (backend.subscribe(b"a").is_ok(), backend.publish(b"a", b"").is_ok());
            end.store(true, Ordering::SeqCst);
            threads.into_iter().map(join).fold(Ok(()), Result::and).map(|()| late)
        })?;
        demand!(
            called == (false, false),
            "a broker that was closed still takes subscriptions or messages"
        );
        let stats = backend.stats();
        demand!(
            stats.queued == 0 && stats.in_flight == 0 && stats.subscriptions == 0,
            "a broker that was closed still holds copies: {stats:?}"
        );
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let acknowledged = (count(&told.published), count(&told.copies), count(&told.refused));
        demand!(
            (stats.published, stats.copies, stats.refused) == acknowledged,
            "publishes were told {acknowledged:?} (messages, copies, refused) while the broker was closed, it counts {stats:?}"
        );
        let settled = (count(&told.accepted), count(&told.rejected));
        demand!(
            (stats.accepted, stats.dead) == settled,
            "consumers were told {settled:?} (accepted, rejected) while the broker was closed, it counts {stats:?}"
        );
        demand!(
            stats.copies == stats.accepted + stats.dead + stats.discarded,
            "copies that were held at the end are not counted: {stats:?}"
        );
    }
    Ok(())
}

/// What is refused takes no room from others, not for a moment.
pub fn refusal_threads<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = MessagingConfig {
        queue_capacity: 1,
        ..fixture.config()
    };
    let (backend, _) = fixture.open::<B>(&config)?;
    // A publish to `b` reaches all, and is always refused for the last; one to `a` reaches the first alone. Those between take time.
    let open = expect("subscribing", backend.subscribe(b"#"))?;
    let between = (0..200).map(|_| expect("subscribing", backend.subscribe(b"b")));
    let between = between.collect::<Result<Vec<u64>, Violation>>()?;
    expect("subscribing", backend.subscribe(b"b"))?;
    expect("publishing", backend.publish(b"b", b"fills"))?;
    for id in between.into_iter().chain([open]) {
        let delivery = super::expect_delivery(&backend, id, "it was published")?;
        expect("accepting", backend.settle(id, delivery.id, Outcome::Accept))?;
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let refused = || -> Result<(), Violation> {
            while !done.load(Ordering::SeqCst) {
                let result = backend.publish(b"b", b"refused");
                demand!(
                    matches!(result, Err(MessagingError::QueueFull { .. })),
                    "publishing to a full queue gives {result:?}"
                );
            }
            Ok(())
        };
        let others = [scope.spawn(refused), scope.spawn(refused)];
        let result = (0..law.cases).try_for_each(|message| room(&backend, open, message));
        done.store(true, Ordering::SeqCst);
        others.into_iter().map(join).fold(result, Result::and)
    })
}

/// The one queue that it reaches has room each time.
fn room<B: Backend>(backend: &B, open: u64, message: u32) -> Result<(), Violation> {
    let published = backend.publish(b"a", b"has room");
    demand!(
        published == Ok(1),
        "message {message}, which reaches one queue that has room, gives {published:?} while other publishes are refused"
    );
    let delivery = super::expect_delivery(backend, open, "it was published")?;
    expect("accepting", backend.settle(open, delivery.id, Outcome::Accept))
}
