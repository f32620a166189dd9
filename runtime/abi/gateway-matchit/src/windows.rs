//! The windows: fixed, and sliding by a ring of counters.

use std::time::Duration;

use abi_facts::gateway::{GatewayConfig, RateLimitDecision};

use crate::keys::Meter;
use crate::nanoseconds;
use crate::steady::SteadyClock;

/// Windows that follow each other.
#[derive(Debug)]
pub struct FixedWindow {
    limit: u32,
    window: u64,
}

impl FixedWindow {
    pub fn new(config: &GatewayConfig) -> Self {
        FixedWindow {
            limit: config.rate_limit,
            window: nanoseconds(config.rate_window).max(1),
        }
    }
}

/// The window of a key's last request, and how many were admitted in it.
#[derive(Debug, Default)]
pub struct InWindow {
    number: u64,
    admitted: u32,
}

impl Meter for FixedWindow {
    type State = InWindow;

    fn fresh(&self) -> InWindow {
        InWindow::default()
    }

    fn check(&self, state: &mut InWindow, clock: &SteadyClock) -> RateLimitDecision {
        let now = clock.passed();
        let number = now / self.window;
        if state.number != number {
            *state = InWindow { number, admitted: 0 };
        }
        if state.admitted >= self.limit {
            return refused(self.window - now % self.window);
        }
        state.admitted += 1;
        admitted(self.limit - state.admitted)
    }

    fn idle_from(&self, state: &InWindow) -> u64 {
        state.number.saturating_add(1).saturating_mul(self.window)
    }
}

/// Slots of a window. A request is forgotten when its slot has left the window as a whole, hence up to a slot late: never more than the
/// limit are admitted in a window, and who asks all the time is admitted that often in 33/32 of it.
const SLOTS: u64 = 32;

/// Counters: those of a whole window, and one for the slot that is leaving it.
const COUNTERS: usize = SLOTS as usize + 1;

/// A window that ends now, to a slot.
#[derive(Debug)]
pub struct SlidingWindow {
    limit: u32,
    slot: u64,
}

impl SlidingWindow {
    pub fn new(config: &GatewayConfig) -> Self {
        SlidingWindow {
            limit: config.rate_limit,
            slot: nanoseconds(config.rate_window).div_ceil(SLOTS).max(1),
        }
    }
}

/// How many requests of a key were admitted in each slot.
#[derive(Debug)]
pub struct Ring {
    /// The slot of the last look; the counters are those of the slots up to it.
    slot: u64,
    total: u32,
    counters: [u32; COUNTERS],
}

impl Ring {
    /// Clears what has left the window at this slot.
    fn turn_to(&mut self, slot: u64) {
        let steps = slot.saturating_sub(self.slot).min(COUNTERS as u64);
        for step in 1..=steps {
            let leaving = std::mem::take(self.counter(self.slot + step));
            self.total -= leaving;
        }
        // The slot itself moves on however far it is: were it to stay behind, each look would clear counters that are in the window.
        self.slot = slot.max(self.slot);
    }

    fn counter(&mut self, slot: u64) -> &mut u32 {
        &mut self.counters[(slot % COUNTERS as u64) as usize]
    }
}

impl Meter for SlidingWindow {
    type State = Ring;

    fn fresh(&self) -> Ring {
        Ring {
            slot: 0,
            total: 0,
            counters: [0; COUNTERS],
        }
    }

    fn check(&self, ring: &mut Ring, clock: &SteadyClock) -> RateLimitDecision {
        let now = clock.passed();
        ring.turn_to(now / self.slot);
        if ring.total >= self.limit {
            return refused(self.wait(ring, now));
        }
        *ring.counter(ring.slot) += 1;
        ring.total += 1;
        admitted(self.limit - ring.total)
    }

    fn idle_from(&self, ring: &Ring) -> u64 {
        ring.slot.saturating_add(COUNTERS as u64).saturating_mul(self.slot)
    }
}

impl SlidingWindow {
    /// The time until the oldest slot that counts has left.
    fn wait(&self, ring: &mut Ring, now: u64) -> u64 {
        let oldest = ring.slot.saturating_sub(SLOTS);
        let counts = (oldest..=ring.slot)
            .find(|slot| *ring.counter(*slot) > 0)
            .unwrap_or(ring.slot);
        counts
            .saturating_add(COUNTERS as u64)
            .saturating_mul(self.slot)
            .saturating_sub(now)
    }
}

pub fn admitted(remaining: u32) -> RateLimitDecision {
    RateLimitDecision {
        allowed: true,
        remaining,
        retry_after: Duration::ZERO,
    }
}

pub fn refused(wait: u64) -> RateLimitDecision {
    RateLimitDecision {
        allowed: false,
        remaining: 0,
        retry_after: Duration::from_nanos(wait),
    }
}
