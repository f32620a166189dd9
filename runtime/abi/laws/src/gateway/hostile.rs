//! Laws about bad input, and about what panics elsewhere.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{
    Backend, CircuitState, GatewayConfig, GatewayError, HttpMethod, MAX_NAME, MAX_PATTERN, RateLimitAlgorithm, Route,
};
use fastrand::Rng;

use super::{Fixture, table};
use crate::{Law, Violation};

/// What is put together to patterns and paths.
const PIECES: &[&str] = &[
    "/", "/", "/", "{", "}", "*", "a", "{a}", "{b}", "/{c}", "_", "%2F", "\0", "é", "😀", ".", "..", " ", "\\", "?", "//",
];

/// Any characters in any number are matched or refused.
pub fn hostile_routes<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let mut rng = Rng::with_seed(law.seed);
    let mut texts: Vec<String> = (0..law.cases).map(|_| junk(&mut rng)).collect();
    let longest = MAX_PATTERN as usize;
    texts.extend([
        String::new(),
        "/".repeat(longest),
        "/".repeat(longest + 1),
        format!("/{}", "a".repeat(longest - 1)),
        "/a".repeat(500_000),
    ]);
    texts.extend([16, 17].map(|count| (0..count).map(|number| format!("/{{p{number}}}")).collect()));
    let (mut subject, _) = fixture.open::<B>(&GatewayConfig::default())?;
    for (number, text) in texts.iter().enumerate() {
        if number % 50 == 49 {
            (subject, _) = fixture.open::<B>(&GatewayConfig::default())?;
        }
        let shown: String = text.chars().take(60).collect();
        let expected = table::read(text).is_some();
        if B::is_valid_pattern(text) != expected {
            return Err(Violation::new(format!(
                "`is_valid_pattern` gives {} for {shown:?} of {} bytes",
                !expected,
                text.len()
            )));
        }
        let before = subject.routes();
        let route = Route {
            method: HttpMethod::Get,
            pattern: text.clone(),
            upstream: "u".to_owned(),
        };
        let answer = subject.add_route(&route);
        let is_right = match &answer {
            Ok(()) | Err(GatewayError::Conflict { .. }) => expected,
            Err(GatewayError::InvalidRoute { .. }) => !expected,
            Err(_) => false,
        };
        if !is_right || (answer.is_err() && subject.routes() != before) {
            return Err(Violation::new(format!(
                "adding {shown:?} of {} bytes gives {answer:?}, or changes the table all the same",
                text.len()
            )));
        }
        let found = subject.match_route(HttpMethod::Get, text);
        // A pattern that is taken matches itself at least. The oracle descends a segment at a time, too deep for the longest.
        let is_right = match text.len() > 1_000 {
            true => found.is_some() || answer.is_err(),
            false => found == table::find(&subject.routes(), text),
        };
        if !is_right {
            return Err(Violation::new(format!(
                "{shown:?} of {} bytes takes {found:?} of {:?}",
                text.len(),
                subject.routes()
            )));
        }
    }
    let upstream = "u".repeat(MAX_NAME as usize + 1);
    let answer = subject.add_route(&Route {
        method: HttpMethod::Put,
        pattern: "/long".to_owned(),
        upstream,
    });
    match answer {
        Err(GatewayError::InvalidRoute { .. }) => Ok(()),
        answer => Err(Violation::new(format!(
            "an upstream's name of {} bytes gives {answer:?}",
            MAX_NAME + 1
        ))),
    }
}

fn junk(rng: &mut Rng) -> String {
    let start = if rng.u8(0..4) == 0 { "" } else { "/" };
    let pieces = (0..rng.usize(0..12)).filter_map(|_| rng.choice(PIECES).copied());
    std::iter::once(start).chain(pieces.collect::<Vec<_>>()).collect()
}

/// Keys and names of any bytes are told apart.
pub fn hostile_keys<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = GatewayConfig {
        breaker_threshold: 1,
        ..fixture.limited(RateLimitAlgorithm::TokenBucket, 1)
    };
    let (subject, _) = fixture.open::<B>(&config)?;
    let mut rng = Rng::with_seed(law.seed);
    let longest = MAX_NAME as usize;
    let mut keys: BTreeSet<Vec<u8>> = [
        vec![],
        vec![0],
        vec![0, 0],
        vec![255],
        vec![b'k'; longest],
        vec![b'k'; longest - 1],
    ]
    .into();
    while keys.len() < law.cases as usize {
        let bytes: Vec<u8> = (0..rng.usize(0..40)).map(|_| rng.u8(..)).collect();
        keys.extend([[&bytes[..], b"0"].concat(), [&bytes[..], b"1"].concat(), bytes]);
    }
    for key in &keys {
        let decisions = [subject.check_rate_limit(key), subject.check_rate_limit(key)];
        if !matches!(&decisions, [Ok(first), Ok(second)] if first.allowed && !second.allowed) {
            return Err(Violation::new(format!(
                "the first two requests of key {key:?}, one of which is allowed, give {decisions:?}"
            )));
        }
        let name: String = key.iter().take(longest / 2).map(|byte| char::from(*byte)).collect();
        let states = |name: &str| (subject.circuit_state(name), subject.permit(name).is_ok());
        let before = states(&name);
        let failed = subject.record_upstream_result(&name, false, Duration::ZERO);
        let after = states(&name);
        subject.reset_circuit(&name);
        if (before, after, &failed) != ((CircuitState::Closed, true), (CircuitState::Open, false), &Ok(())) {
            return Err(Violation::new(format!(
                "upstream {name:?} is {before:?}; after its failure ({failed:?}) {after:?}"
            )));
        }
    }
    let long = "k".repeat(longest + 1);
    let expected = GatewayError::NameTooLong {
        bytes: longest as u64 + 1,
        limit: u64::from(MAX_NAME),
    };
    let errors = [
        subject.check_rate_limit(long.as_bytes()).err(),
        subject.permit(&long).err(),
        subject.record_upstream_result(&long, false, Duration::ZERO).err(),
    ];
    subject.reset_circuit(&long);
    match errors.iter().all(|error| error.as_ref() == Some(&expected)) && subject.circuit_state(&long) == CircuitState::Closed {
        true => Ok(()),
        false => Err(Violation::new(format!("names of {} bytes give {errors:?}", long.len()))),
    }
}

/// Values out of range are refused, and named.
pub fn config_refused<B: Backend>(_: &Law, _: &Fixture) -> Result<(), Violation> {
    let good = GatewayConfig::default;
    let cases = [
        ("max_routes", GatewayConfig { max_routes: 0, ..good() }),
        (
            "max_routes",
            GatewayConfig {
                max_routes: u32::MAX,
                ..good()
            },
        ),
        ("rate_limit", GatewayConfig { rate_limit: 0, ..good() }),
        (
            "rate_window",
            GatewayConfig {
                rate_window: Duration::ZERO,
                ..good()
            },
        ),
        (
            "rate_window",
            GatewayConfig {
                rate_window: Duration::MAX,
                ..good()
            },
        ),
        ("burst", GatewayConfig { burst: 0, ..good() }),
        ("max_keys", GatewayConfig { max_keys: 0, ..good() }),
        (
            "max_upstreams",
            GatewayConfig {
                max_upstreams: 0,
                ..good()
            },
        ),
        (
            "breaker_threshold",
            GatewayConfig {
                breaker_threshold: 0,
                ..good()
            },
        ),
        (
            "breaker_reset_timeout",
            GatewayConfig {
                breaker_reset_timeout: Duration::ZERO,
                ..good()
            },
        ),
        (
            "breaker_probes",
            GatewayConfig {
                breaker_probes: 0,
                ..good()
            },
        ),
    ];
    for (wrong, config) in cases {
        let clock = Arc::new(abi_facts::clock::ManualClock::new());
        match config.validate().and_then(|()| B::open(&config, clock).map(drop)) {
            Err(GatewayError::InvalidConfig { field, .. }) if field == wrong => {}
            answer => {
                return Err(Violation::new(format!(
                    "{config:?} gives {answer:?}, not `InvalidConfig` of `{wrong}`"
                )));
            }
        }
    }
    Ok(())
}

/// A clock that panics when it is told to.
#[derive(Debug, Default)]
struct Panicking {
    armed: AtomicBool,
}

impl Clock for Panicking {
    fn now(&self) -> Duration {
        assert!(!self.armed.load(SeqCst), "the clock panics, as the law has told it to");
        Duration::from_secs(1)
    }
}

/// A panic in the middle of a call breaks no other call.
pub fn survives_panic<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let clock = Arc::new(Panicking::default());
    let config = GatewayConfig {
        breaker_threshold: 1,
        ..fixture.limited(RateLimitAlgorithm::TokenBucket, 2)
    };
    let subject = B::open(&config, clock.clone()).map_err(|error| Violation::new(format!("it isn't opened: {error}")))?;
    let calls: [(&str, &dyn Fn() -> bool); 7] = [
        ("add_route", &|| {
            let route = Route {
                method: HttpMethod::Get,
                pattern: "/a".to_owned(),
                upstream: "u".to_owned(),
            };
            subject.add_route(&route).is_ok()
        }),
        (
            "check_rate_limit",
            &|| matches!(subject.check_rate_limit(b"key"), Ok(decision) if decision.allowed),
        ),
        ("record_upstream_result", &|| {
            subject.record_upstream_result("u", false, Duration::ZERO).is_ok()
        }),
        ("permit", &|| {
            matches!(subject.permit("u"), Err(GatewayError::CircuitOpen { .. }))
        }),
        ("circuit_state", &|| subject.circuit_state("u") == CircuitState::Open),
        ("match_route", &|| subject.match_route(HttpMethod::Get, "/a").is_some()),
        ("stats", &|| subject.stats().routes == 1),
    ];
    for (name, call) in calls {
        if !catch_unwind(AssertUnwindSafe(call)).unwrap_or(false) {
            return Err(Violation::new(format!(
                "`{name}` doesn't answer as it should, before anything has panicked"
            )));
        }
    }
    // Each of them may panic or not. None is asked for what it gives.
    clock.armed.store(true, SeqCst);
    for (_, call) in calls.iter().skip(1) {
        let _ = catch_unwind(AssertUnwindSafe(call));
    }
    clock.armed.store(false, SeqCst);
    for (name, call) in calls.iter().skip(1) {
        if !catch_unwind(AssertUnwindSafe(call)).unwrap_or(false) {
            return Err(Violation::new(format!(
                "after the clock has panicked in calls of all functions, `{name}` fails for ever"
            )));
        }
    }
    Ok(())
}
