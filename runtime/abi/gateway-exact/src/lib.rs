//! The reference backend of the gateway: it does what the spec says in the plainest way. Each route is tried, each request that a
//! sliding window admits is remembered, and one lock guards everything.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod circuits;
mod latencies;
mod limiter;
mod pattern;
mod routes;
mod steady;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{
    Backend, CircuitState, GatewayConfig, GatewayError, GatewayStats, HttpMethod, MAX_NAME, RateLimitDecision, Route, RouteMatch,
};

use circuits::Circuits;
use latencies::Latencies;
use limiter::Limiter;
use pattern::Pattern;
use routes::Routes;
use steady::Steady;

/// The reference backend.
#[derive(Debug)]
pub struct Exact {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    time: Steady,
    routes: Routes,
    limiter: Limiter,
    circuits: Circuits,
    latencies: Latencies,
    /// The counters; what can be counted when it is asked for is zero here.
    counted: GatewayStats,
}

impl Exact {
    /// Whatever panicked while it held the lock: the state is changed by whole steps, each after the clock was read, so that it is
    /// whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Exact {
    fn open(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Result<Self, GatewayError> {
        let state = State {
            time: Steady::new(clock),
            routes: Routes::new(config),
            limiter: Limiter::new(config)?,
            circuits: Circuits::new(config),
            latencies: Latencies::default(),
            counted: GatewayStats::default(),
        };
        Ok(Exact {
            state: Mutex::new(state),
        })
    }

    fn is_valid_pattern(pattern: &str) -> bool {
        Pattern::parse(pattern).is_ok()
    }

    fn add_route(&self, route: &Route) -> Result<(), GatewayError> {
        self.state().routes.add(route)
    }

    fn remove_route(&self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        self.state().routes.remove(method, pattern)
    }

    fn routes(&self) -> Vec<Route> {
        self.state().routes.list()
    }

    fn match_route(&self, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        let mut state = self.state();
        let found = state.routes.find(method, path);
        match found {
            Some(_) => state.counted.matched += 1,
            None => state.counted.unmatched += 1,
        }
        found
    }

    fn check_rate_limit(&self, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        let mut state = self.state();
        check_name(key)?;
        let now = state.time.now();
        let decision = state.limiter.check(key, now);
        match decision {
            Ok(RateLimitDecision { allowed: true, .. }) => state.counted.admitted += 1,
            _ => state.counted.limited += 1,
        }
        decision
    }

    fn permit(&self, upstream: &str) -> Result<(), GatewayError> {
        let mut state = self.state();
        check_name(upstream.as_bytes())?;
        let now = state.time.now();
        let answer = state.circuits.permit(upstream, now);
        match answer {
            Ok(()) => state.counted.permitted += 1,
            Err(_) => state.counted.rejected += 1,
        }
        answer
    }

    fn record_upstream_result(&self, upstream: &str, success: bool, latency: Duration) -> Result<(), GatewayError> {
        let mut state = self.state();
        check_name(upstream.as_bytes())?;
        let now = state.time.now();
        state.latencies.record(latency);
        match success {
            true => state.counted.successes += 1,
            false => state.counted.failures += 1,
        }
        state.circuits.record(upstream, success, now)
    }

    fn circuit_state(&self, upstream: &str) -> CircuitState {
        self.state().circuits.state(upstream)
    }

    fn reset_circuit(&self, upstream: &str) {
        self.state().circuits.reset(upstream);
    }

    fn stats(&self) -> GatewayStats {
        let state = self.state();
        GatewayStats {
            routes: state.routes.len(),
            keys: state.limiter.len(),
            upstreams: state.circuits.len(),
            latency_p50: state.latencies.percentile(50),
            latency_p99: state.latencies.percentile(99),
            ..state.counted
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
