//! Laws about what the rate limiter admits.

use std::thread;
use std::time::Duration;

use abi_facts::gateway::{Backend, GatewayConfig, GatewayError, RateLimitAlgorithm, RateLimitDecision};
use fastrand::Rng;

use super::Fixture;
use super::limiter::{Model, Step, config, history, interval, nanoseconds};
use super::shortest::shortest;
use crate::{Law, Violation};

/// Every decision is the oracle's.
pub fn limiter_oracle<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let config = config(&mut rng, algorithm);
        let steps = history(&mut rng, &config, 2);
        let broken = |steps: &[Step]| compare::<B>(fixture, &config, steps).err().map(|violation| violation.text);
        if broken(&steps).is_some() {
            return Err(shortest(&steps, broken));
        }
    }
    Ok(())
}

fn compare<B: Backend>(fixture: &Fixture, config: &GatewayConfig, steps: &[Step]) -> Result<(), Violation> {
    let (subject, clock) = fixture.open::<B>(config)?;
    let mut models = [Model::new(config), Model::new(config)];
    let mut now = 0;
    for step in steps {
        match step {
            Step::Wait(time) => {
                clock.advance(Duration::from_nanos(*time));
                now += time;
            }
            Step::Ask(key) => {
                let expected = models[usize::from(*key) % 2].ask(now);
                let answer = ask(&subject, &[*key % 2])?;
                if answer != expected {
                    return Err(Violation::new(format!(
                        "with {config:?}, {now} ns after the start, {answer:?}, not {expected:?}"
                    )));
                }
            }
        }
    }
    Ok(())
}

/// No window sees more than the algorithm allows.
pub fn limiter_bound<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for case in 0..law.cases {
        let config = match case {
            0 => fixture.limited(algorithm, 2),
            1 => fixture.limited(algorithm, 100),
            _ => config(&mut rng, algorithm),
        };
        let window = nanoseconds(config.rate_window);
        // Whoever asks all the time, at an even pace, or as the random history has it.
        let steps = match case % 3 {
            0 => steady(window / rng.u64(3..40), 80, config.rate_limit.max(config.burst) + 1),
            1 => steady(rng.u64(1..window), 80, config.rate_limit.max(config.burst) + 1),
            _ => history(&mut rng, &config, 1),
        };
        let broken = |steps: &[Step]| over_bound::<B>(fixture, &config, steps).err().map(|violation| violation.text);
        if broken(&steps).is_some() {
            return Err(shortest(&steps, broken));
        }
    }
    Ok(())
}

/// Asks so often, waits, and again.
fn steady(wait: u64, rounds: u32, asks: u32) -> Vec<Step> {
    let round = || std::iter::repeat_n(Step::Ask(0), asks as usize).chain([Step::Wait(wait)]);
    (0..rounds).flat_map(|_| round()).collect()
}

fn over_bound<B: Backend>(fixture: &Fixture, config: &GatewayConfig, steps: &[Step]) -> Result<(), Violation> {
    let (subject, clock) = fixture.open::<B>(config)?;
    let mut admitted: Vec<u64> = Vec::new();
    let mut now = 0;
    for step in steps {
        match step {
            Step::Wait(time) => {
                clock.advance(Duration::from_nanos(*time));
                now += time;
            }
            Step::Ask(_) => {
                if ask(&subject, b"key")?.allowed {
                    admitted.push(now);
                }
            }
        }
    }
    let window = nanoseconds(config.rate_window);
    let limit = config.rate_limit as usize;
    for (first, start) in admitted.iter().enumerate() {
        let in_window = admitted[first..].iter().take_while(|time| *time - start < window).count();
        let (allowed, count, time) = match config.rate_limit_algorithm {
            RateLimitAlgorithm::SlidingWindow => (limit, in_window, window),
            RateLimitAlgorithm::FixedWindow => (limit * 2, in_window, window),
            // In every time from here; the one in which it is worst has the most over what came back.
            _ => {
                let over = |place: usize| (place as u64).saturating_sub((admitted[first + place] - start) / interval(config));
                let worst = (0..admitted.len() - first).max_by_key(|place| over(*place)).unwrap_or(0);
                let time = admitted[first + worst] - start;
                (config.burst as usize + (time / interval(config)) as usize, worst + 1, time)
            }
        };
        if count > allowed {
            return Err(Violation::new(format!(
                "with {config:?}, {count} requests are admitted in {time} ns from {start} ns after the start, not at most {allowed}"
            )));
        }
    }
    Ok(())
}

/// Who asks all the time gets what the limit says.
pub fn limiter_floor<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let config = config(&mut rng, algorithm);
        let (subject, clock) = fixture.open::<B>(&config)?;
        let window = nanoseconds(config.rate_window);
        // An asker who comes that often loses a four-hundredth of a window with each request, hence some of the tolerance.
        let step = window / 400;
        let mut admitted: Vec<u64> = Vec::new();
        for round in 0..1_300 {
            for _ in 0..=config.burst.max(config.rate_limit) {
                if !ask(&subject, b"key")?.allowed {
                    break;
                }
                admitted.push(round * step);
            }
            clock.advance(Duration::from_nanos(step));
        }
        let longer = (window as f64 * (1.0 + law.tolerance)) as u64;
        for start in (0..1_300 * step - longer).step_by(step as usize) {
            let count = admitted.iter().filter(|time| (start..start + longer).contains(*time)).count();
            if count < config.rate_limit as usize {
                return Err(Violation::new(format!(
                    "with {config:?}, of requests that come every {step} ns only {count} are admitted in the {longer} ns from {start} ns \
                     after the start"
                )));
            }
        }
    }
    Ok(())
}

/// Threads together are admitted as often as one.
pub fn limiter_threads<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    const THREADS: u32 = 4;
    let limit = 500;
    let config = fixture.limited(algorithm, limit);
    for _ in 0..law.cases {
        let (subject, _clock) = fixture.open::<B>(&config)?;
        let admitted = thread::scope(|scope| {
            let asks = || {
                (0..limit)
                    .filter(|_| matches!(subject.check_rate_limit(b"key"), Ok(decision) if decision.allowed))
                    .count()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(asks)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum::<usize>()
        });
        if admitted != limit as usize {
            return Err(Violation::new(format!(
                "{THREADS} threads that ask {limit} times each, while the clock stands, are admitted {admitted} times, not {limit}"
            )));
        }
    }
    Ok(())
}

/// The wait that is given is just long enough.
pub fn retry_after<B: Backend>(law: &Law, fixture: &Fixture, algorithm: RateLimitAlgorithm) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    for _ in 0..law.cases {
        let config = config(&mut rng, algorithm);
        let steps = history(&mut rng, &config, 1);
        let broken = |steps: &[Step]| {
            waits_too_long::<B>(fixture, &config, steps)
                .err()
                .map(|violation| violation.text)
        };
        if broken(&steps).is_some() {
            return Err(shortest(&steps, broken));
        }
    }
    Ok(())
}

fn waits_too_long<B: Backend>(fixture: &Fixture, config: &GatewayConfig, steps: &[Step]) -> Result<(), Violation> {
    let (subject, clock) = fixture.open::<B>(config)?;
    for step in steps {
        let Step::Ask(_) = step else {
            if let Step::Wait(time) = step {
                clock.advance(Duration::from_nanos(*time));
            }
            continue;
        };
        let decision = ask(&subject, b"key")?;
        if decision.allowed != decision.retry_after.is_zero() {
            return Err(Violation::new(format!("{decision:?} contradicts itself")));
        }
        if decision.allowed {
            continue;
        }
        let nanosecond = Duration::from_nanos(1);
        clock.advance(decision.retry_after - nanosecond);
        if decision.retry_after > nanosecond && ask(&subject, b"key")?.allowed {
            return Err(Violation::new(format!(
                "with {config:?}, a nanosecond before the end of {decision:?} a request is admitted"
            )));
        }
        clock.advance(nanosecond);
        let later = ask(&subject, b"key")?;
        if !later.allowed {
            return Err(Violation::new(format!(
                "with {config:?}, at the end of {decision:?} the answer is {later:?}"
            )));
        }
    }
    Ok(())
}

/// A decision, which these laws take for granted.
pub fn ask<B: Backend>(subject: &B, key: &[u8]) -> Result<RateLimitDecision, Violation> {
    subject
        .check_rate_limit(key)
        .map_err(|error: GatewayError| Violation::new(format!("a request of {key:?} gives `{error}`")))
}
