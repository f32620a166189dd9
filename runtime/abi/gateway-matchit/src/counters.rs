//! How often each thing was answered.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use abi_facts::gateway::GatewayStats;

/// The counters, each by itself: a reader may see one that has been counted up and another that hasn't yet.
#[derive(Debug, Default)]
pub struct Counters {
    pub matched: AtomicU64,
    pub unmatched: AtomicU64,
    pub admitted: AtomicU64,
    pub limited: AtomicU64,
    pub permitted: AtomicU64,
    pub rejected: AtomicU64,
    pub successes: AtomicU64,
    pub failures: AtomicU64,
}

impl Counters {
    /// What has been counted; all else is zero.
    pub fn stats(&self) -> GatewayStats {
        GatewayStats {
            matched: self.matched.load(Relaxed),
            unmatched: self.unmatched.load(Relaxed),
            admitted: self.admitted.load(Relaxed),
            limited: self.limited.load(Relaxed),
            permitted: self.permitted.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
            successes: self.successes.load(Relaxed),
            failures: self.failures.load(Relaxed),
            ..GatewayStats::default()
        }
    }
}
