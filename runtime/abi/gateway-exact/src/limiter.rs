//! The rate limiter: each algorithm by its definition.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use abi_facts::gateway::{GatewayBackend, GatewayConfig, GatewayError, RateLimitAlgorithm, RateLimitDecision};

use crate::nanoseconds;

#[derive(Debug)]
pub struct Limiter {
    rules: Rules,
    max_keys: u32,
    keys: HashMap<Vec<u8>, History>,
    /// Before this, no key becomes idle, so that a table that is full isn't searched in vain again and again.
    next_idle: u64,
}

#[derive(Debug)]
struct Rules {
    limit: u32,
    window: u64,
    /// After how long a token comes back.
    interval: u64,
    /// The content of a full bucket.
    full: u64,
    /// What is known of a key that has made no request.
    fresh: History,
}

/// What is known of a key's requests.
#[derive(Debug, Clone)]
enum History {
    /// What is in the bucket, as the time in which it would have come back, and when that was so.
    Bucket { content: u64, at: u64 },
    /// When each request was admitted that lies in the window.
    Log(VecDeque<u64>),
    /// How many were admitted in a window.
    Window { number: u64, admitted: u32 },
}

impl Limiter {
    pub fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let window = nanoseconds(config.rate_window);
        let interval = window.div_ceil(u64::from(config.rate_limit));
        let full = interval.saturating_mul(u64::from(config.burst));
        let fresh = match config.rate_limit_algorithm {
            RateLimitAlgorithm::TokenBucket => History::Bucket { content: full, at: 0 },
            RateLimitAlgorithm::SlidingWindow => History::Log(VecDeque::new()),
            RateLimitAlgorithm::FixedWindow => History::Window { number: 0, admitted: 0 },
            // The enum may grow.
            other => {
                let what = format!("limiter.{}", other.name());
                return Err(GatewayError::Unsupported {
                    backend: GatewayBackend::Exact.name(),
                    what,
                });
            }
        };
        let rules = Rules {
            limit: config.rate_limit,
            window,
            interval,
            full,
            fresh,
        };
        Ok(Limiter {
            rules,
            max_keys: config.max_keys,
            keys: HashMap::new(),
            next_idle: 0,
        })
    }

    pub fn check(&mut self, key: &[u8], now: u64) -> Result<RateLimitDecision, GatewayError> {
        if !self.keys.contains_key(key) {
            if self.keys.len() >= self.max_keys as usize && now >= self.next_idle {
                self.next_idle = u64::MAX;
                self.keys.retain(|_, history| {
                    let idle_from = self.rules.idle_from(history);
                    if idle_from > now {
                        self.next_idle = self.next_idle.min(idle_from);
                    }
                    idle_from > now
                });
            }
            if self.keys.len() >= self.max_keys as usize {
                return Err(GatewayError::TooManyKeys { limit: self.max_keys });
            }
        }
        let history = self.keys.entry(key.to_vec()).or_insert_with(|| self.rules.fresh.clone());
        let decision = self.rules.check(history, now);
        // Of a key that is known it only gets later.
        self.next_idle = self.next_idle.min(self.rules.idle_from(history));
        Ok(decision)
    }

    pub fn len(&self) -> u64 {
        self.keys.len() as u64
    }
}

impl Rules {
    /// From when on it makes no difference if the key is forgotten.
    fn idle_from(&self, history: &History) -> u64 {
        match history {
            History::Bucket { content, at } => at.saturating_add(self.full - content),
            History::Log(log) => log.back().map_or(0, |last| last + self.window),
            History::Window { number, .. } => number.saturating_add(1).saturating_mul(self.window),
        }
    }

    fn check(&self, history: &mut History, now: u64) -> RateLimitDecision {
        match history {
            History::Bucket { content, at } => {
                *content = content.saturating_add(now - *at).min(self.full);
                *at = now;
                if *content < self.interval {
                    return refused(self.interval - *content);
                }
                *content -= self.interval;
                admitted(*content / self.interval)
            }
            History::Log(log) => {
                while log.front().is_some_and(|first| first + self.window <= now) {
                    log.pop_front();
                }
                if let Some(first) = log.front()
                    && log.len() >= self.limit as usize
                {
                    return refused(first + self.window - now);
                }
                log.push_back(now);
                admitted(u64::from(self.limit) - log.len() as u64)
            }
            History::Window { number, admitted: count } => {
                if *number != now / self.window {
                    (*number, *count) = (now / self.window, 0);
                }
                if *count >= self.limit {
                    return refused(self.window - now % self.window);
                }
                *count += 1;
                admitted(u64::from(self.limit - *count))
            }
        }
    }
}

fn admitted(remaining: u64) -> RateLimitDecision {
    RateLimitDecision {
        allowed: true,
        remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
        retry_after: Duration::ZERO,
    }
}

fn refused(wait: u64) -> RateLimitDecision {
    RateLimitDecision {
        allowed: false,
        remaining: 0,
        retry_after: Duration::from_nanos(wait),
    }
}
