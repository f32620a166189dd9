//! The circuit breakers of the upstreams, each stepped by the spec's table.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use abi_facts::gateway::circuit::{Circuit, CircuitEvent, CircuitParameters};
use abi_facts::gateway::{CircuitState, GatewayConfig, GatewayError};

use crate::nanoseconds;
use crate::steady::SteadyClock;

#[derive(Debug)]
pub struct Circuits {
    parameters: CircuitParameters,
    limit: u32,
    /// Only those that aren't as new, so that upstreams that work take no room.
    circuits: Mutex<HashMap<Box<str>, Circuit>>,
}

impl Circuits {
    pub fn new(config: &GatewayConfig) -> Self {
        let parameters = CircuitParameters {
            threshold: config.breaker_threshold,
            reset_timeout: nanoseconds(config.breaker_reset_timeout),
            max_probes: config.breaker_probes,
        };
        Circuits {
            parameters,
            limit: config.max_upstreams,
            circuits: Mutex::default(),
        }
    }

    pub fn permit(&self, upstream: &str, clock: &SteadyClock) -> Result<(), GatewayError> {
        let mut circuits = self.lock();
        let Some(circuit) = circuits.get_mut(upstream) else {
            return Ok(());
        };
        let now = clock.passed();
        let permitted = match circuit.step(CircuitEvent::Tick, &self.parameters, now) {
            CircuitState::Closed => true,
            CircuitState::Open => false,
            CircuitState::HalfOpen => {
                let permits = circuit.permits;
                circuit.step(CircuitEvent::Permit, &self.parameters, now);
                permits > 0
            }
        };
        if permitted {
            return Ok(());
        }
        let wait = circuit.deadline.saturating_sub(now);
        Err(GatewayError::CircuitOpen {
            upstream: upstream.to_owned(),
            retry_after_ms: wait.div_ceil(1_000_000),
        })
    }

    pub fn record(&self, upstream: &str, success: bool, clock: &SteadyClock) -> Result<(), GatewayError> {
        let event = match success {
            true => CircuitEvent::Success,
            false => CircuitEvent::Failure,
        };
        let mut circuits = self.lock();
        let now = clock.passed();
        if let Some(circuit) = circuits.get_mut(upstream) {
            circuit.step(event, &self.parameters, now);
            if *circuit == Circuit::new() {
                circuits.remove(upstream);
            }
            return Ok(());
        }
        let mut circuit = Circuit::new();
        circuit.step(event, &self.parameters, now);
        if circuit == Circuit::new() {
            return Ok(());
        }
        if circuits.len() >= self.limit as usize {
            return Err(GatewayError::TooManyUpstreams { limit: self.limit });
        }
        circuits.insert(upstream.into(), circuit);
        Ok(())
    }

    pub fn state(&self, upstream: &str) -> CircuitState {
        self.lock()
            .get(upstream)
            .map_or(CircuitState::Closed, |circuit| circuit.state)
    }

    pub fn reset(&self, upstream: &str) {
        // `reset` leaves a circuit as new, whatever it was.
        self.lock().remove(upstream);
    }

    pub fn len(&self) -> u64 {
        self.lock().len() as u64
    }

    /// A clock that panics does so before a circuit is stepped, so that what a poisoned lock guards is whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Circuit>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
