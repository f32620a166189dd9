//! The oracle of the rate limiter: each algorithm as it is defined, over all that was admitted.

use std::time::Duration;

use abi_facts::gateway::{GatewayConfig, RateLimitAlgorithm, RateLimitDecision};
use fastrand::Rng;

/// What a caller does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Makes a request of the key of this number.
    Ask(u8),
    /// Waits for so many nanoseconds.
    Wait(u64),
}

/// All that was admitted of a key.
#[derive(Debug)]
pub struct Model {
    algorithm: RateLimitAlgorithm,
    limit: usize,
    window: u64,
    interval: u64,
    full: u64,
    admitted: Vec<u64>,
}

impl Model {
    /// A key that has made no request.
    pub fn new(config: &GatewayConfig) -> Self {
        let window = nanoseconds(config.rate_window);
        let interval = interval(config);
        Model {
            algorithm: config.rate_limit_algorithm,
            limit: config.rate_limit as usize,
            window,
            interval,
            full: interval * u64::from(config.burst),
            admitted: Vec::new(),
        }
    }

    /// What the definition says to a request now.
    pub fn ask(&mut self, now: u64) -> RateLimitDecision {
        if !self.admits(now) {
            return RateLimitDecision {
                allowed: false,
                remaining: 0,
                retry_after: Duration::from_nanos(self.wait(now)),
            };
        }
        self.admitted.push(now);
        let before = self.admitted.len();
        while self.admits(now) {
            self.admitted.push(now);
        }
        let remaining = (self.admitted.len() - before) as u32;
        self.admitted.truncate(before);
        RateLimitDecision {
            allowed: true,
            remaining,
            retry_after: Duration::ZERO,
        }
    }

    fn admits(&self, now: u64) -> bool {
        let within = |inside: &dyn Fn(u64) -> bool| self.admitted.iter().filter(|time| inside(**time)).count() < self.limit;
        match self.algorithm {
            RateLimitAlgorithm::SlidingWindow => within(&|time| time + self.window > now),
            RateLimitAlgorithm::FixedWindow => within(&|time| time / self.window == now / self.window),
            _ => {
                let (mut content, mut at) = (self.full, 0);
                for time in &self.admitted {
                    content = (content + (time - at)).min(self.full) - self.interval;
                    at = *time;
                }
                (content + (now - at)).min(self.full) >= self.interval
            }
        }
    }

    /// How long until a request would be admitted: once it is, it stays so, which allows halving.
    fn wait(&self, now: u64) -> u64 {
        let (mut refused, mut admitted) = (0, self.window.max(self.full) * 2);
        while admitted - refused > 1 {
            let middle = refused + (admitted - refused) / 2;
            match self.admits(now + middle) {
                true => admitted = middle,
                false => refused = middle,
            }
        }
        admitted
    }
}

/// After how many nanoseconds a token comes back.
pub fn interval(config: &GatewayConfig) -> u64 {
    nanoseconds(config.rate_window).div_ceil(u64::from(config.rate_limit))
}

/// A configuration with a few requests in a window of any length.
pub fn config(rng: &mut Rng, algorithm: RateLimitAlgorithm) -> GatewayConfig {
    GatewayConfig {
        rate_limit_algorithm: algorithm,
        rate_limit: rng.u32(1..9),
        rate_window: Duration::from_nanos(rng.u64(1_000_000_000..3_000_000_000)),
        burst: rng.u32(1..9),
        ..GatewayConfig::default()
    }
}

/// A history whose waits are of the order of all times that matter, and one less and more than them.
pub fn history(rng: &mut Rng, config: &GatewayConfig, keys: u8) -> Vec<Step> {
    let (window, interval) = (nanoseconds(config.rate_window), interval(config));
    let mut steps = Vec::new();
    for _ in 0..rng.usize(1..60) {
        let wait = match rng.u8(0..12) {
            0 => interval,
            1 => interval - 1,
            2 => window,
            3 => window - 1,
            4 => window + 1,
            5 => window / 7,
            6 => rng.u64(0..window * 3),
            7 => rng.u64(0..interval),
            8 => 1,
            _ => {
                steps.push(Step::Ask(rng.u8(0..keys)));
                continue;
            }
        };
        steps.push(Step::Wait(wait));
        for _ in 0..rng.u8(0..6) {
            steps.push(Step::Ask(rng.u8(0..keys)));
        }
    }
    steps
}

/// A time as the whole number that the model reckons with; all of the laws' are short.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
