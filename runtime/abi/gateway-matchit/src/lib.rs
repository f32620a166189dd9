//! The gateway by libraries: matchit finds routes, governor keeps token buckets, HdrHistogram counts latencies. The windows of the rate
//! limiter and what bounds the memory are this crate's own; the circuit breaker is the spec's table.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bucket;
mod circuits;
mod counters;
mod keys;
mod latencies;
mod limiter;
mod pattern;
mod routes;
mod steady;
mod windows;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{
    Backend, CircuitState, GatewayConfig, GatewayError, GatewayStats, HttpMethod, MAX_NAME, RateLimitDecision, Route, RouteMatch,
};

use circuits::Circuits;
use counters::Counters;
use latencies::Latencies;
use limiter::Limiter;
use routes::Routes;
use steady::SteadyClock;

/// The backend.
#[derive(Debug)]
pub struct Matchit {
    clock: SteadyClock,
    routes: Routes,
    limiter: Limiter,
    circuits: Circuits,
    latencies: Latencies,
    counters: Counters,
}

impl Backend for Matchit {
    fn open(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Result<Self, GatewayError> {
        let clock = SteadyClock::new(clock);
        let limiter = Limiter::new(config, &clock)?;
        // Time begins here at the latest, whether the limiter has read the clock or not.
        clock.passed();
        Ok(Matchit {
            routes: Routes::new(config),
            limiter,
            circuits: Circuits::new(config),
            latencies: Latencies::new()?,
            counters: Counters::default(),
            clock,
        })
    }

    fn is_valid_pattern(pattern: &str) -> bool {
        pattern::Pattern::parse(pattern).is_ok()
    }

    fn add_route(&self, route: &Route) -> Result<(), GatewayError> {
        self.routes.add(route)
    }

    fn remove_route(&self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        self.routes.remove(method, pattern)
    }

    fn routes(&self) -> Vec<Route> {
        self.routes.list()
    }

    fn match_route(&self, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let found = self.routes.find(method, path);
        match found {
            Some(_) => self.counters.matched.fetch_add(1, Relaxed),
            None => self.counters.unmatched.fetch_add(1, Relaxed),
        };
        found
    }

    fn check_rate_limit(&self, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        check_name(key)?;
        let decision = self.limiter.check(key, &self.clock);
        match decision {
            Ok(RateLimitDecision { allowed: true, .. }) => self.counters.admitted.fetch_add(1, Relaxed),
            _ => self.counters.limited.fetch_add(1, Relaxed),
        };
        decision
    }

    fn permit(&self, upstream: &str) -> Result<(), GatewayError> {
        check_name(upstream.as_bytes())?;
        let answer = self.circuits.permit(upstream, &self.clock);
        match answer {
            Ok(()) => self.counters.permitted.fetch_add(1, Relaxed),
            Err(_) => self.counters.rejected.fetch_add(1, Relaxed),
        };
        answer
    }

    fn record_upstream_result(&self, upstream: &str, success: bool, latency: Duration) -> Result<(), GatewayError> {
        check_name(upstream.as_bytes())?;
        self.latencies.record(latency);
        match success {
            true => self.counters.successes.fetch_add(1, Relaxed),
            false => self.counters.failures.fetch_add(1, Relaxed),
        };
        self.circuits.record(upstream, success, &self.clock)
    }

    fn circuit_state(&self, upstream: &str) -> CircuitState {
        self.circuits.state(upstream)
    }

    fn reset_circuit(&self, upstream: &str) {
        self.circuits.reset(upstream);
    }

    fn stats(&self) -> GatewayStats {
        let (latency_p50, latency_p99) = self.latencies.percentiles();
        GatewayStats {
            routes: self.routes.len(),
            keys: self.limiter.len(),
            upstreams: self.circuits.len(),
            latency_p50,
            latency_p99,
            ..self.counters.stats()
        }
    }
}

fn check_name(name: &[u8]) -> Result<(), GatewayError> {
    if name.len() > MAX_NAME as usize {
        return Err(GatewayError::NameTooLong {
            bytes: name.len() as u64,
            limit: u64::from(MAX_NAME),
        });
    }
    Ok(())
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
