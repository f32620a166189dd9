//! Laws about what is counted and measured.

use std::thread;
use std::time::Duration;

use abi_facts::gateway::{Backend, GatewayConfig, GatewayStats, HttpMethod, MAX_LATENCY_SECONDS, Route};
use fastrand::Rng;

use super::Fixture;
use super::limiter::nanoseconds;
use crate::{Law, Violation};

/// Percentiles are those of the sorted list, but for the error that is stated.
pub fn latency_percentiles<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for case in 0..law.cases {
        let (subject, _) = fixture.open::<B>(&GatewayConfig::default())?;
        let mut sorted: Vec<u64> = Vec::new();
        let count = rng.usize(1..if case % 4 == 0 { 5 } else { 2_000 });
        for _ in 0..count {
            let latency = latency(&mut rng, case);
            let longest = Duration::from_secs(u64::from(MAX_LATENCY_SECONDS));
            sorted.push(nanoseconds(latency.min(longest)));
            subject
                .record_upstream_result("upstream", true, latency)
                .map_err(|error| Violation::new(format!("a latency of {latency:?} isn't taken: {error}")))?;
        }
        sorted.sort_unstable();
        let stats = subject.stats();
        for (percent, measured) in [(50, stats.latency_p50), (99, stats.latency_p99)] {
            let exact = sorted[(sorted.len() * percent).div_ceil(100) - 1];
            let allowed = (u128::from(exact) * u128::from(fixture.latency_error())).div_ceil(1_000_000) as u64;
            if nanoseconds(measured).abs_diff(exact) > allowed {
                return Err(Violation::new(format!(
                    "p{percent} of {count} latencies is {measured:?}, not {exact} ns; at most {allowed} ns beside it are stated"
                )));
            }
        }
    }
    Ok(())
}

/// A latency of one of several distributions.
fn latency(rng: &mut Rng, case: u32) -> Duration {
    match case % 6 {
        0 => Duration::from_nanos(rng.u64(0..1_000_000_000)),
        1 => Duration::from_nanos(1_u64 << rng.u32(0..63)),
        2 => Duration::from_micros((-rng.f64().ln() * 5_000.0) as u64),
        3 => Duration::from_millis(if rng.u8(0..100) < 98 { 2 } else { 900 }),
        4 => Duration::from_nanos(123_456_789),
        _ => rng
            .choice([
                Duration::MAX,
                Duration::ZERO,
                Duration::from_nanos(1),
                Duration::from_secs(3_600),
            ])
            .unwrap_or_default(),
    }
}

/// The counters add up to the answers that were given.
pub fn accounting<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = GatewayConfig {
        breaker_threshold: 3,
        max_keys: 3,
        burst: 20,
        ..GatewayConfig::default()
    };
    for case in 0..law.cases {
        let (subject, _clock) = fixture.open::<B>(&config)?;
        let route = Route {
            method: HttpMethod::Get,
            pattern: "/a/{b}".to_owned(),
            upstream: "upstream".to_owned(),
        };
        subject
            .add_route(&route)
            .map_err(|error| Violation::new(format!("`/a/{{b}}` is refused: {error}")))?;
        let count = |seed: u64| {
            let mut rng = Rng::with_seed(seed);
            let mut given = GatewayStats::default();
            for _ in 0..500 {
                let (counter, other, first) = match rng.u8(0..4) {
                    0 => {
                        let found = subject
                            .match_route(HttpMethod::Get, ["/a/b", "/a"][rng.usize(0..2)])
                            .is_some();
                        (&mut given.matched, &mut given.unmatched, found)
                    }
                    1 => {
                        let decision = subject.check_rate_limit(&[rng.u8(0..5)]);
                        (
                            &mut given.admitted,
                            &mut given.limited,
                            matches!(decision, Ok(decision) if decision.allowed),
                        )
                    }
                    2 => (&mut given.permitted, &mut given.rejected, subject.permit("upstream").is_ok()),
                    _ => {
                        let success = rng.bool();
                        // Whether there is room for its circuit or not, a result is counted.
                        let _ = subject.record_upstream_result("upstream", success, Duration::ZERO);
                        (&mut given.successes, &mut given.failures, success)
                    }
                };
                *(if first { counter } else { other }) += 1;
            }
            given
        };
        let given = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|thread| scope.spawn(move || count(u64::from(case) * 4 + thread)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_default())
                .fold(GatewayStats::default(), sum)
        });
        let stats = subject.stats();
        let counted = GatewayStats {
            routes: 0,
            keys: 0,
            upstreams: 0,
            ..stats
        };
        if counted != given || stats.routes != 1 {
            return Err(Violation::new(format!("{stats:?} doesn't add up: given were {given:?}")));
        }
    }
    Ok(())
}

fn sum(one: GatewayStats, another: GatewayStats) -> GatewayStats {
    GatewayStats {
        matched: one.matched + another.matched,
        unmatched: one.unmatched + another.unmatched,
        admitted: one.admitted + another.admitted,
        limited: one.limited + another.limited,
        permitted: one.permitted + another.permitted,
        rejected: one.rejected + another.rejected,
        successes: one.successes + another.successes,
        failures: one.failures + another.failures,
        ..one
    }
}
