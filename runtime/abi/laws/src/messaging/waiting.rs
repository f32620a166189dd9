//! Laws about calls that wait.

use std::thread;
use std::time::{Duration, Instant};

use abi_facts::messaging::{Backend, MessagingConfig, MessagingError, Outcome};

use super::{Fixture, demand, expect, expect_delivery, number, payload};
use crate::{Law, Violation};

/// Longer than any machine takes for a step, however busy it is.
const PATIENCE: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(30);

/// Publishes wait for room.
pub fn waiting_publish<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = MessagingConfig {
        queue_capacity: 1,
        publish_timeout: Some(PATIENCE),
        ..fixture.config()
    };
    let (backend, _) = fixture.open::<B>(&config)?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    thread::scope(|scope| {
        let publisher = scope.spawn(|| -> Result<(), Violation> {
            for message in 0..u64::from(law.cases) {
                expect(
                    "publishing while a consumer makes room",
                    backend.publish(b"a", &payload(message)),
                )?;
            }
            Ok(())
        });
        for message in 0..u64::from(law.cases) {
            let delivery = expect("receiving", backend.receive(subscription, PATIENCE))?;
            let Some(delivery) = delivery else {
                return Err(Violation::new(format!("message {message} never came")));
            };
            demand!(
                number(&delivery.payload)? == message,
                "instead of message {message} came {delivery:?}"
            );
            // Let the publisher run into the full queue.
            thread::sleep(Duration::from_millis(message % 3));
            expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
        }
        publisher
            .join()
            .unwrap_or_else(|_| Err(Violation::new("publishing panicked")))
    })?;

    // A settlement makes room by itself, without another call after it.
    for outcome in [Outcome::Accept, Outcome::Reject] {
        let (backend, _) = fixture.open::<B>(&config)?;
        let subscription = expect("subscribing", backend.subscribe(b"a"))?;
        expect("publishing", backend.publish(b"a", b""))?;
        let delivery = expect_delivery(&backend, subscription, "it was published")?;
        let begin = Instant::now();
        thread::scope(|scope| {
            let publisher = scope.spawn(|| backend.publish(b"a", b""));
            thread::sleep(SHORT);
            expect("settling", backend.settle(subscription, delivery.id, outcome))?;
            let published = publisher.join().map_err(|_| Violation::new("publishing panicked"))?;
            expect("publishing when there is room", published)
        })?;
        demand!(
            begin.elapsed() < PATIENCE,
            "publishing went on waiting after {outcome:?} had made room"
        );
    }

    let (backend, _) = fixture.open::<B>(&MessagingConfig {
        publish_timeout: Some(SHORT),
        ..config.clone()
    })?;
    expect("subscribing", backend.subscribe(b"a"))?;
    expect("publishing", backend.publish(b"a", b""))?;
    let begin = Instant::now();
    let refused = backend.publish(b"a", b"");
    demand!(
        matches!(refused, Err(MessagingError::QueueFull { .. })),
        "publishing into a full queue gives {refused:?}, must be QueueFull"
    );
    demand!(
        begin.elapsed() >= SHORT,
        "publishing gave up after {:?}, must wait for {SHORT:?}",
        begin.elapsed()
    );

    // Those that wait give up when their subscription ends, or the broker is closed.
    let (backend, _) = fixture.open::<B>(&config)?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    expect("publishing", backend.publish(b"a", b""))?;
    let begin = Instant::now();
    thread::scope(|scope| {
        let publisher = scope.spawn(|| backend.publish(b"a", b""));
        thread::sleep(SHORT);
        expect("unsubscribing", backend.unsubscribe(subscription))?;
        match publisher.join() {
            Ok(Ok(0)) => Ok(()),
            other => Err(Violation::new(format!(
                "a publish whose only subscription ended gives {other:?}, must be 0 subscriptions"
            ))),
        }
    })?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    expect("publishing", backend.publish(b"a", b""))?;
    thread::scope(|scope| {
        let publisher = scope.spawn(|| backend.publish(b"a", b""));
        let receiver = scope.spawn(|| {
            // The first takes what is there, the second waits.
            let first = backend.receive(subscription, PATIENCE);
            first.and_then(|_| backend.receive(subscription, PATIENCE))
        });
        thread::sleep(SHORT);
        backend.close();
        let (published, received) = (publisher.join(), receiver.join());
        demand!(
            matches!(published, Ok(Err(_))),
            "a publish that waits when the broker is closed gives {published:?}"
        );
        demand!(
            matches!(received, Ok(Err(_))),
            "a receive that waits when the broker is closed gives {received:?}"
        );
        Ok(())
    })?;
    demand!(
        begin.elapsed() < PATIENCE,
        "calls went on waiting for {:?} after the end",
        begin.elapsed()
    );
    Ok(())
}

/// Consumers wait for messages.
pub fn waiting_receive<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let (backend, clock) = fixture.open::<B>(&fixture.config())?;
    let subscription = expect("subscribing", backend.subscribe(b"a"))?;
    let begin = Instant::now();
    let nothing = expect("receiving", backend.receive(subscription, SHORT))?;
    demand!(
        nothing.is_none() && begin.elapsed() >= SHORT,
        "receiving gave {nothing:?} after {:?}, must wait for {SHORT:?}",
        begin.elapsed()
    );
    thread::scope(|scope| {
        let publisher = scope.spawn(|| -> Result<(), Violation> {
            for message in 0..u64::from(law.cases) {
                thread::sleep(Duration::from_millis(message % 3));
                expect("publishing", backend.publish(b"a", &payload(message)))?;
            }
            Ok(())
        });
        for message in 0..u64::from(law.cases) {
            let delivery = expect("receiving", backend.receive(subscription, PATIENCE))?;
            let Some(delivery) = delivery else {
                return Err(Violation::new(format!("message {message} never came")));
            };
            demand!(
                number(&delivery.payload)? == message,
                "instead of message {message} came {delivery:?}"
            );
            expect("accepting", backend.settle(subscription, delivery.id, Outcome::Accept))?;
        }
        publisher
            .join()
            .unwrap_or_else(|_| Err(Violation::new("publishing panicked")))
    })?;
    // A retry that falls due while somebody waits, by a clock that wakes nobody.
    expect("publishing", backend.publish(b"a", b""))?;
    let delivery = expect_delivery(&backend, subscription, "it was published")?;
    expect(
        "asking for another attempt",
        backend.settle(subscription, delivery.id, Outcome::Retry),
    )?;
    thread::scope(|scope| {
        let receiver = scope.spawn(|| backend.receive(subscription, PATIENCE));
        thread::sleep(SHORT);
        clock.advance(fixture.config().retry_delay);
        match receiver.join() {
            Ok(Ok(Some(delivery))) if delivery.attempt == 2 => Ok(()),
            other => Err(Violation::new(format!("waiting for a retry that falls due gives {other:?}"))),
        }
    })?;
    demand!(
        begin.elapsed() < PATIENCE,
        "receiving took {:?} where messages were there",
        begin.elapsed()
    );
    Ok(())
}
