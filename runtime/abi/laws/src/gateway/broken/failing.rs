//! A backend of which no call succeeds.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{
    Backend, CircuitState, GatewayConfig, GatewayError, GatewayStats, HttpMethod, RateLimitDecision, Route, RouteMatch,
};

/// Every call fails, and what can't fail finds nothing.
#[derive(Debug)]
pub struct AlwaysFails;

impl Backend for AlwaysFails {
    fn open(_: &GatewayConfig, _: Arc<dyn Clock>) -> Result<Self, GatewayError> {
        Ok(AlwaysFails)
    }

    fn is_valid_pattern(_: &str) -> bool {
        false
    }

    fn add_route(&self, _: &Route) -> Result<(), GatewayError> {
        Err(GatewayError::Closed)
    }

    fn remove_route(&self, _: HttpMethod, _: &str) -> Result<(), GatewayError> {
        Err(GatewayError::Closed)
    }

    fn routes(&self) -> Vec<Route> {
        Vec::new()
    }

    fn match_route(&self, _: HttpMethod, _: &str) -> Option<RouteMatch> {
        None
    }

    fn check_rate_limit(&self, _: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        Err(GatewayError::Closed)
    }

    fn permit(&self, _: &str) -> Result<(), GatewayError> {
        Err(GatewayError::Closed)
    }

    fn record_upstream_result(&self, _: &str, _: bool, _: Duration) -> Result<(), GatewayError> {
        Err(GatewayError::Closed)
    }

    fn circuit_state(&self, _: &str) -> CircuitState {
        CircuitState::Closed
    }

    fn reset_circuit(&self, _: &str) {}

    fn stats(&self) -> GatewayStats {
        GatewayStats::default()
    }
}
