//! Backends that are broken on purpose: an honest one, and a fault in front of it.

mod breaker;
mod failing;
mod limiter;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{
    Backend, CircuitState, GatewayConfig, GatewayError, GatewayStats, HttpMethod, RateLimitDecision, Route, RouteMatch,
};

pub use breaker::{EndlessProbes, NeverHalfOpen, NoLatency};
pub use failing::AlwaysFails;
pub use limiter::{AlwaysAllows, CountsRefused, CutKeys, SevenfoldWindow, StaysPoisoned, TrustsClock, Unbounded};
pub use routes::{FirstMatchWins, LastMethodWins, NeverTurnsBack, SharedNames};

/// What goes wrong; everything else is left to the honest backend.
pub trait Fault: Send + Sync + Unpin + Sized + 'static {
    /// The fault as it is at first.
    fn new(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Self;

    /// The configuration that the honest backend gets.
    fn config(config: &GatewayConfig) -> GatewayConfig {
        config.clone()
    }

    /// Adds a route.
    fn add_route<B: Backend>(&self, honest: &B, route: &Route) -> Result<(), GatewayError> {
        honest.add_route(route)
    }

    /// Removes a route.
    fn remove_route<B: Backend>(&self, honest: &B, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        honest.remove_route(method, pattern)
    }

    /// Finds a route.
    fn match_route<B: Backend>(&self, honest: &B, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        honest.match_route(method, path)
    }

    /// Decides about a request.
    fn check_rate_limit<B: Backend>(&self, honest: &B, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        honest.check_rate_limit(key)
    }

    /// Permits a call, or not.
    fn permit<B: Backend>(&self, honest: &B, upstream: &str) -> Result<(), GatewayError> {
        honest.permit(upstream)
    }

    /// Counts what was done.
    fn stats<B: Backend>(&self, honest: &B) -> GatewayStats {
        honest.stats()
    }
}

/// An honest backend with a fault.
#[derive(Debug)]
pub struct Broken<B, F> {
    honest: B,
    fault: F,
}

impl<B: Backend, F: Fault> Backend for Broken<B, F> {
    fn open(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Result<Self, GatewayError> {
        Ok(Broken {
            honest: B::open(&F::config(config), clock.clone())?,
            fault: F::new(config, clock),
        })
    }

    fn is_valid_pattern(pattern: &str) -> bool {
        B::is_valid_pattern(pattern)
    }

    fn add_route(&self, route: &Route) -> Result<(), GatewayError> {
        self.fault.add_route(&self.honest, route)
    }

    fn remove_route(&self, method: HttpMethod, pattern: &str) -> Result<(), GatewayError> {
        self.fault.remove_route(&self.honest, method, pattern)
    }

    fn routes(&self) -> Vec<Route> {
        self.honest.routes()
    }

    fn match_route(&self, method: HttpMethod, path: &str) -> Option<RouteMatch> {
        self.fault.match_route(&self.honest, method, path)
    }

    fn check_rate_limit(&self, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        self.fault.check_rate_limit(&self.honest, key)
    }

    fn permit(&self, upstream: &str) -> Result<(), GatewayError> {
        self.fault.permit(&self.honest, upstream)
    }

    fn record_upstream_result(&self, upstream: &str, success: bool, latency: Duration) -> Result<(), GatewayError> {
        self.honest.record_upstream_result(upstream, success, latency)
    }

    fn circuit_state(&self, upstream: &str) -> CircuitState {
        self.honest.circuit_state(upstream)
    }

    fn reset_circuit(&self, upstream: &str) {
        self.honest.reset_circuit(upstream);
    }

    fn stats(&self) -> GatewayStats {
        self.fault.stats(&self.honest)
    }
}
