//! Laws about the circuit breaker.

use std::thread;
use std::time::Duration;

use abi_facts::gateway::{Backend, CircuitState, GatewayConfig, GatewayError};

use super::Fixture;
use crate::{Law, Violation};

const TIMEOUT: u64 = 30_000_000_000;
const THRESHOLD: u32 = 2;
const PROBES: u32 = 2;

/// What is done to a circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Permit,
    Success,
    Failure,
    Reset,
    /// Waits until a timeout that began now is over.
    Wait,
    /// Waits for all of a timeout but a nanosecond.
    WaitLess,
}

const ACTS: [Act; 6] = [Act::Permit, Act::Success, Act::Failure, Act::Reset, Act::Wait, Act::WaitLess];

/// A circuit by its definition, which knows when things happened rather than when they end.
#[derive(Debug, Clone, Copy)]
enum Model {
    Closed { in_a_row: u32 },
    Open { since: u64 },
    HalfOpen { since: u64, permitted: u32, good: u32 },
}

impl Model {
    /// Whether a call is permitted.
    fn permit(&mut self, now: u64) -> bool {
        if let Model::Open { since } = *self
            && now - since >= TIMEOUT
        {
            *self = Model::HalfOpen {
                since: now,
                permitted: 0,
                good: 0,
            };
        }
        match self {
            Model::Closed { .. } => true,
            Model::Open { .. } => false,
            Model::HalfOpen { since, permitted, .. } => {
                if now - *since >= TIMEOUT {
                    (*since, *permitted) = (now, 0);
                }
                *permitted += 1;
                *permitted <= PROBES
            }
        }
    }

    fn record(&mut self, success: bool, now: u64) {
        *self = match (*self, success) {
            (Model::Closed { .. }, true) => Model::Closed { in_a_row: 0 },
            (Model::Closed { in_a_row }, false) if in_a_row + 1 == THRESHOLD => Model::Open { since: now },
            (Model::Closed { in_a_row }, false) => Model::Closed { in_a_row: in_a_row + 1 },
            (Model::Open { since }, _) => Model::Open { since },
            (Model::HalfOpen { good, .. }, true) if good + 1 == PROBES => Model::Closed { in_a_row: 0 },
            (Model::HalfOpen { since, permitted, good }, true) => Model::HalfOpen {
                since,
                permitted,
                good: good + 1,
            },
            (Model::HalfOpen { .. }, false) => Model::Open { since: now },
        };
    }

    fn state(self) -> CircuitState {
        match self {
            Model::Closed { .. } => CircuitState::Closed,
            Model::Open { .. } => CircuitState::Open,
            Model::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }
}

/// Every sequence of calls does what the definition says, the shortest first.
pub fn circuit_sequences<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = GatewayConfig {
        breaker_threshold: THRESHOLD,
        breaker_probes: PROBES,
        breaker_reset_timeout: Duration::from_nanos(TIMEOUT),
        ..GatewayConfig::default()
    };
    let (subject, clock) = fixture.open::<B>(&config)?;
    let mut now = 0;
    for length in 1..=law.cases {
        let mut acts = vec![0; length as usize];
        loop {
            subject.reset_circuit("upstream");
            let mut model = Model::Closed { in_a_row: 0 };
            for act in acts.iter().map(|number| ACTS[*number]) {
                let (mut expected, mut answer) = (true, true);
                match act {
                    Act::Permit => {
                        expected = model.permit(now);
                        answer = permit(&subject, "upstream")?;
                    }
                    Act::Success | Act::Failure => {
                        model.record(act == Act::Success, now);
                        let recorded = subject.record_upstream_result("upstream", act == Act::Success, Duration::ZERO);
                        recorded.map_err(|error| Violation::new(format!("a result isn't taken: {error}")))?;
                    }
                    Act::Reset => {
                        model = Model::Closed { in_a_row: 0 };
                        subject.reset_circuit("upstream");
                    }
                    Act::Wait | Act::WaitLess => {
                        let time = TIMEOUT - u64::from(act == Act::WaitLess);
                        clock.advance(Duration::from_nanos(time));
                        now += time;
                    }
                }
                let state = subject.circuit_state("upstream");
                if answer != expected || state != model.state() {
                    let acts: Vec<Act> = acts.iter().map(|number| ACTS[*number]).collect();
                    return Err(Violation::new(format!(
                        "with {THRESHOLD} failures to open and {PROBES} probes, {acts:?} ends in {state:?}, the last call permitted: {answer}; \
                         it should be {:?} and {expected}",
                        model.state()
                    )));
                }
            }
            if !next(&mut acts) {
                break;
            }
        }
    }
    Ok(())
}

/// Counts up; false if that was the last.
fn next(acts: &mut [usize]) -> bool {
    for act in acts.iter_mut().rev() {
        *act += 1;
        if *act < ACTS.len() {
            return true;
        }
        *act = 0;
    }
    false
}

/// Threads get no more probes than one.
pub fn probes_threads<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const THREADS: usize = 8;
    let probes = 5;
    let config = GatewayConfig {
        breaker_threshold: 1,
        breaker_probes: probes,
        ..GatewayConfig::default()
    };
    let (subject, clock) = fixture.open::<B>(&config)?;
    subject
        .record_upstream_result("upstream", false, Duration::ZERO)
        .map_err(|error| Violation::new(format!("a failure isn't taken: {error}")))?;
    for round in 0..law.cases {
        clock.advance(config.breaker_reset_timeout);
        let permitted = thread::scope(|scope| {
            let asks = || (0..50).filter(|_| subject.permit("upstream").is_ok()).count();
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(asks)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum::<usize>()
        });
        if permitted != probes as usize {
            return Err(Violation::new(format!(
                "in round {round}, {THREADS} threads that ask 50 times each get {permitted} permits of a half-open circuit, not {probes}"
            )));
        }
    }
    Ok(())
}

/// However many upstreams fail, no more than `max_upstreams` are kept.
pub fn upstreams_bounded<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let max_upstreams = 100;
    let config = GatewayConfig {
        max_upstreams,
        ..GatewayConfig::default()
    };
    let (subject, _) = fixture.open::<B>(&config)?;
    let fail = |number: u32| subject.record_upstream_result(&format!("upstream {number}"), false, Duration::ZERO);
    for number in 0..law.cases {
        let answer = fail(number);
        let is_right = match &answer {
            Ok(()) => number < max_upstreams,
            Err(error) => number >= max_upstreams && *error == GatewayError::TooManyUpstreams { limit: max_upstreams },
        };
        let stats = subject.stats();
        if !is_right || stats.upstreams > u64::from(max_upstreams) || stats.failures != u64::from(number) + 1 {
            return Err(Violation::new(format!(
                "the failure of upstream {number} of at most {max_upstreams} gives {answer:?}; {} are kept, {} failures counted",
                stats.upstreams, stats.failures
            )));
        }
    }
    subject.reset_circuit("upstream 7");
    match fail(law.cases) {
        Ok(()) => Ok(()),
        Err(error) => Err(Violation::new(format!(
            "after one of the upstreams was reset, there is still no room: {error}"
        ))),
    }
}

/// Whether a call is permitted; an error other than that it isn't breaks the laws.
fn permit<B: Backend>(subject: &B, upstream: &str) -> Result<bool, Violation> {
    match subject.permit(upstream) {
        Ok(()) => Ok(true),
        Err(GatewayError::CircuitOpen { upstream: named, .. }) if named == upstream => Ok(false),
        Err(error) => Err(Violation::new(format!("asking to call `{upstream}` gives `{error}`"))),
    }
}
