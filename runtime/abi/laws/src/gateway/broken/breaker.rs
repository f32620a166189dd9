//! Faults of the circuit breaker and of what is measured.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{Backend, CircuitState, GatewayConfig, GatewayError, GatewayStats};

use super::Fault;

/// A circuit that opens for good: that it becomes half-open is written down, but no function leads there.
#[derive(Debug)]
pub struct NeverHalfOpen;

impl Fault for NeverHalfOpen {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        NeverHalfOpen
    }

    fn permit<B: Backend>(&self, honest: &B, upstream: &str) -> Result<(), GatewayError> {
        match honest.circuit_state(upstream) {
            CircuitState::Closed => honest.permit(upstream),
            _ => Err(GatewayError::CircuitOpen {
                upstream: upstream.to_owned(),
                retry_after_ms: 0,
            }),
        }
    }
}

/// A half-open circuit that permits every call.
#[derive(Debug)]
pub struct EndlessProbes;

impl Fault for EndlessProbes {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        EndlessProbes
    }

    fn permit<B: Backend>(&self, honest: &B, upstream: &str) -> Result<(), GatewayError> {
        let answer = honest.permit(upstream);
        match honest.circuit_state(upstream) {
            CircuitState::HalfOpen => Ok(()),
            _ => answer,
        }
    }
}

/// A histogram into which nothing is ever recorded.
#[derive(Debug)]
pub struct NoLatency;

impl Fault for NoLatency {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        NoLatency
    }

    fn stats<B: Backend>(&self, honest: &B) -> GatewayStats {
        GatewayStats {
            latency_p50: Duration::ZERO,
            latency_p99: Duration::ZERO,
            ..honest.stats()
        }
    }
}
