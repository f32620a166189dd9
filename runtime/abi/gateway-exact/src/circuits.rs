//! The circuit breakers of the upstreams, each stepped by its table.

use std::collections::HashMap;

use abi_facts::gateway::circuit::{Circuit, CircuitEvent, CircuitParameters};
use abi_facts::gateway::{CircuitState, GatewayConfig, GatewayError};

use crate::nanoseconds;

#[derive(Debug)]
pub struct Circuits {
    parameters: CircuitParameters,
    limit: u32,
    /// Only those that aren't as new: the others need no memory.
    circuits: HashMap<String, Circuit>,
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
            circuits: HashMap::new(),
        }
    }

    pub fn permit(&mut self, upstream: &str, now: u64) -> Result<(), GatewayError> {
        // One that is as new is closed.
        let Some(circuit) = self.circuits.get_mut(upstream) else {
            return Ok(());
        };
        let permitted = match circuit.step(CircuitEvent::Tick, &self.parameters, now) {
            CircuitState::Closed => true,
            CircuitState::Open => false,
            CircuitState::HalfOpen => {
                let before = circuit.permits;
                circuit.step(CircuitEvent::Permit, &self.parameters, now);
                before > 0
            }
        };
        match permitted {
            true => Ok(()),
            false => {
                let wait = circuit.deadline.saturating_sub(now);
                Err(GatewayError::CircuitOpen {
                    upstream: upstream.to_owned(),
                    retry_after_ms: wait.div_ceil(1_000_000),
                })
            }
        }
    }

    pub fn record(&mut self, upstream: &str, success: bool, now: u64) -> Result<(), GatewayError> {
        let event = match success {
            true => CircuitEvent::Success,
            false => CircuitEvent::Failure,
        };
        let known = self.circuits.get(upstream).cloned();
        let is_new = known.is_none();
        let mut circuit = known.unwrap_or(Circuit::new());
        circuit.step(event, &self.parameters, now);
        if circuit == Circuit::new() {
            self.circuits.remove(upstream);
            return Ok(());
        }
        if is_new && self.circuits.len() >= self.limit as usize {
            return Err(GatewayError::TooManyUpstreams { limit: self.limit });
        }
        self.circuits.insert(upstream.to_owned(), circuit);
        Ok(())
    }

    pub fn state(&self, upstream: &str) -> CircuitState {
        self.circuits
            .get(upstream)
            .map_or(CircuitState::Closed, |circuit| circuit.state)
    }

    pub fn reset(&mut self, upstream: &str) {
        // What `reset` leaves is as new.
        if let Some(mut circuit) = self.circuits.remove(upstream) {
            circuit.step(CircuitEvent::Reset, &self.parameters, 0);
        }
    }

    pub fn len(&self) -> u64 {
        self.circuits.len() as u64
    }
}
