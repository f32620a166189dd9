//! The laws of `spec/abi/cache.toml`.
//!
//! The oracle of the policies is [`model::Model`]: a list of entries that is searched from end to end, which shares no code with any
//! backend. The laws that follow a random history shorten one that breaks them before they report it.

pub mod broken;
pub mod model;
pub mod traces;
pub mod workload;

mod concurrent;
mod history;
mod hit_ratio;
mod kept;
mod oracle;
mod single;

use std::sync::Arc;
use std::time::Duration;

use abi_facts::cache::{Backend, CacheBackend, CacheConfig, EvictionPolicy};
use abi_facts::clock::{Clock, ManualClock};

pub use concurrent::{accounting, isolation};
pub use hit_ratio::{hit_ratio, measure};
pub use kept::keeps_used;
pub use oracle::{evicts_exact, no_stale};
pub use single::{capacity, read_your_write, refusal, survives_panic};

use crate::Violation;

/// What the laws of the cache run in. A cache needs nothing around it.
#[derive(Debug)]
pub struct Fixture {
    backend: CacheBackend,
}

impl Fixture {
    /// For the laws of a backend.
    pub fn new(backend: CacheBackend) -> Self {
        Fixture { backend }
    }

    /// Entries that don't expire, under a policy.
    pub fn config(&self, max_entries: u32, max_memory_bytes: u64, eviction_policy: EvictionPolicy) -> CacheConfig {
        CacheConfig {
            max_entries,
            max_memory_bytes,
            default_ttl: None,
            eviction_policy,
        }
    }

    /// Room for all that a law puts, whose entries live for a time.
    pub fn roomy(&self, default_ttl: Option<Duration>) -> CacheConfig {
        CacheConfig {
            default_ttl,
            ..self.config(10_000, 1 << 28, EvictionPolicy::Any)
        }
    }

    fn open<B: Backend>(&self, config: &CacheConfig, clock: Arc<dyn Clock>) -> Result<B, Violation> {
        B::open(config, clock).map_err(|error| {
            let backend = self.backend.name();
            Violation::new(format!(
                "{backend} refuses {config:?}, which it says that it supports: {error}"
            ))
        })
    }

    fn open_still<B: Backend>(&self, config: &CacheConfig) -> Result<B, Violation> {
        self.open(config, Arc::new(ManualClock::new()))
    }
}
