//! How many uses a policy serves.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::cache::{Backend, CacheConfig, CacheError, EvictionPolicy};
use abi_facts::clock::ManualClock;

use super::Fixture;
use super::model::Model;
use super::traces::{self, Trace};
use crate::{Law, Violation};

const CAPACITY: u32 = 500;

/// On every trace the hit ratio is within the tolerance of that of the oracle of the same policy. A case is a use of a key.
pub fn hit_ratio<B: Backend>(law: &Law, fixture: &Fixture, policy: EvictionPolicy) -> Result<(), Violation> {
    let config = fixture.config(CAPACITY, 1 << 28, policy);
    for trace in traces::all(law.cases as usize, CAPACITY, law.seed) {
        let found = measure::<B>(&config, &trace).map_err(|error| Violation::new(error.to_string()))?;
        let expected = of_model(&config, &trace);
        let difference = found - expected;
        let wrong = if policy == EvictionPolicy::Any {
            difference < -law.tolerance
        } else {
            difference.abs() > law.tolerance
        };
        if wrong {
            return Err(Violation::new(format!(
                "on trace `{}` policy {} serves {:.1} % of the uses; the oracle {:.1} %",
                trace.name,
                policy.name(),
                found * 100.0,
                expected * 100.0
            )));
        }
    }
    Ok(())
}

/// The part of the uses of a trace that a backend serves, where each miss is followed by a put.
pub fn measure<B: Backend>(config: &CacheConfig, trace: &Trace) -> Result<f64, CacheError> {
    let cache = B::open(config, Arc::new(ManualClock::new()))?;
    let mut hits = 0_u32;
    for number in &trace.keys {
        let key = bytes(*number);
        match cache.get(&key) {
            Some(_) => hits += 1,
            None => cache.put(&key, b"value")?,
        }
    }
    Ok(f64::from(hits) / trace.keys.len().max(1) as f64)
}

fn of_model(config: &CacheConfig, trace: &Trace) -> f64 {
    let mut model = Model::new(config);
    let mut hits = 0_u32;
    for number in &trace.keys {
        let key = bytes(*number);
        match model.get(&key, Duration::ZERO) {
            Some(_) => hits += 1,
            None => model.put(&key, b"value", None),
        }
    }
    f64::from(hits) / trace.keys.len().max(1) as f64
}

fn bytes(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}
