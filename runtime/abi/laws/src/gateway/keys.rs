//! Laws about many keys, and about clocks.

use std::time::Duration;

use abi_facts::clock::ManualClock;
use abi_facts::gateway::{Backend, CircuitState, GatewayConfig, GatewayError, RateLimitAlgorithm};
use fastrand::Rng;

use super::Fixture;
use super::limits::ask;
use crate::{Law, Violation};

/// However many keys come, no more than `max_keys` are kept.
pub fn keys_bounded<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let max_keys = 500;
    let config = GatewayConfig {
        max_keys,
        ..fixture.limited(algorithm, 1)
    };
    let (subject, clock) = fixture.open::<B>(&config)?;
    for number in 0..law.cases {
        let answer = subject.check_rate_limit(&number.to_le_bytes());
        let is_right = match &answer {
            Ok(decision) => number < max_keys && decision.allowed,
            Err(error) => number >= max_keys && *error == GatewayError::TooManyKeys { limit: max_keys },
        };
        let kept = subject.stats().keys;
        if !is_right || kept > u64::from(max_keys) {
            return Err(Violation::new(format!(
                "the first request of key {number} of at most {max_keys} gives {answer:?}; {kept} are kept"
            )));
        }
    }
    for number in 0..max_keys {
        if ask(&subject, &number.to_le_bytes())?.allowed {
            return Err(Violation::new(format!(
                "key {number}, which had used up its limit, is admitted once the table is full"
            )));
        }
    }
    // All that was admitted is over by then.
    clock.advance(Duration::from_secs(3));
    for number in 0..max_keys {
        let decision = subject.check_rate_limit(&(u64::from(number) << 32).to_le_bytes());
        if !matches!(decision, Ok(decision) if decision.allowed) {
            return Err(Violation::new(format!(
                "when all requests are over, new key {number} of at most {max_keys} gives {decision:?}"
            )));
        }
    }
    Ok(())
}

/// A clock that jumps makes nobody wait, and lets nobody in.
pub fn clock_jumps<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let config = GatewayConfig {
            breaker_threshold: 1,
            ..fixture.limited(algorithm, rng.u32(1..5))
        };
        let (subject, clock) = fixture.open::<B>(&config)?;
        for round in 0..10 {
            let key = [round];
            exhaust(&subject, &key)?;
            let fail = subject.record_upstream_result("upstream", false, Duration::ZERO);
            let target = match rng.u8(0..4) {
                0 => 0,
                1 => rng.u64(0..2_000_000_000),
                2 => rng.u64(0..1_000_000_000_000_000),
                _ => rng.u64(..),
            };
            let before = now(&clock);
            clock.set(Duration::from_nanos(target));
            let (ahead, text) = (
                target.saturating_sub(before),
                format!("with {algorithm:?}, after the clock was set from {before} ns to {target} ns"),
            );
            if ahead == 0 {
                let decision = ask(&subject, &key)?;
                if decision.allowed {
                    return Err(Violation::new(format!(
                        "{text}, a request of a key that had used up its limit is admitted"
                    )));
                }
                if decision.retry_after > config.rate_window * 2 {
                    return Err(Violation::new(format!(
                        "{text}, one has to wait for {:?}",
                        decision.retry_after
                    )));
                }
                if subject.permit("upstream").is_ok() || fail.is_err() {
                    return Err(Violation::new(format!("{text}, an open circuit permits a call")));
                }
            }
            // Whether it went ahead or back: after the longest wait of all there is room again.
            step(&subject, &clock, config.rate_window * 2)?;
            if !ask(&subject, &key)?.allowed {
                return Err(Violation::new(format!(
                    "{text} and two windows have passed, a request is refused"
                )));
            }
            step(&subject, &clock, config.breaker_reset_timeout)?;
            if let Err(error) = subject.permit("upstream") {
                return Err(Violation::new(format!(
                    "{text} and the timeout has passed, a circuit is still open: {error}"
                )));
            }
            if subject.circuit_state("upstream") != CircuitState::HalfOpen {
                return Err(Violation::new(format!(
                    "{text} and the timeout has passed, a circuit isn't half-open"
                )));
            }
        }
    }
    Ok(())
}

/// Moves on from wherever the clock is, also from its last instant, which it can leave backwards only. What a gateway has not seen of a
/// clock hasn't happened, so that it is made to look.
fn step<B: Backend>(subject: &B, clock: &ManualClock, time: Duration) -> Result<(), Violation> {
    if now(clock) > u64::MAX / 2 {
        clock.set(Duration::ZERO);
    }
    ask(subject, b"another key")?;
    clock.advance(time);
    Ok(())
}

fn now(clock: &ManualClock) -> u64 {
    use abi_facts::clock::Clock;
    super::limiter::nanoseconds(clock.now())
}

fn exhaust<B: Backend>(subject: &B, key: &[u8]) -> Result<(), Violation> {
    for _ in 0..100 {
        if !ask(subject, key)?.allowed {
            return Ok(());
        }
    }
    Err(Violation::new(
        "a key that asks 100 times at once is admitted each time, though its limit is less",
    ))
}
