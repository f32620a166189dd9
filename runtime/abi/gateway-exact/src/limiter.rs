//! The rate limiter: each algorithm by its definition.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use abi_facts::gateway::{GatewayBackend, GatewayConfig, GatewayError, RateLimitAlgorithm, RateLimitDecision};

use crate::nanoseconds;

/// How many requests sliding windows remember at most, of all keys together: a gigabyte of them.
const MOST_REMEMBERED: u64 = 1 << 27;

#[derive(Debug)]
pub struct Limiter {
    rules: Rules,
    max_keys: u32,
    keys: HashMap<Arc<[u8]>, History>,
    /// Each key once, by when it becomes idle: a full table finds room without a search.
    by_idle: BTreeSet<(u64, Arc<[u8]>)>,
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
        let remembered = u64::from(config.max_keys) * u64::from(config.rate_limit);
        if config.rate_limit_algorithm == RateLimitAlgorithm::SlidingWindow && remembered > MOST_REMEMBERED {
            return Err(GatewayError::InvalidConfig {
                field: "max_keys",
                reason: format!(
                    "`max_keys` times `rate_limit` is {remembered}, and `exact` remembers each request of a sliding window, \
                     {MOST_REMEMBERED} at most; lower one of them, or take another backend"
                ),
            });
        }
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
            by_idle: BTreeSet::new(),
        })
    }

    pub fn check(&mut self, key: &[u8], now: u64) -> Result<RateLimitDecision, GatewayError> {
        let (key, mut history) = match self.keys.remove_entry(key) {
            Some((key, history)) => {
                self.by_idle.remove(&(self.rules.idle_from(&history), Arc::clone(&key)));
                (key, history)
            }
            None => {
                self.make_room(now)?;
                (key.into(), self.rules.fresh.clone())
            }
        };
        let decision = self.rules.check(&mut history, now);
        self.by_idle.insert((self.rules.idle_from(&history), Arc::clone(&key)));
        self.keys.insert(key, history);
        Ok(decision)
    }

    /// Forgets one key that makes no difference if there is no room for another.
    fn make_room(&mut self, now: u64) -> Result<(), GatewayError> {
        if self.keys.len() < self.max_keys as usize {
            return Ok(());
        }
        match self.by_idle.first() {
            Some((idle_from, _)) if *idle_from <= now => {
                if let Some((_, key)) = self.by_idle.pop_first() {
                    self.keys.remove(&key);
                }
                Ok(())
            }
            _ => Err(GatewayError::TooManyKeys { limit: self.max_keys }),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(algorithm: RateLimitAlgorithm, max_keys: u32) -> Limiter {
        let config = GatewayConfig {
            rate_limit_algorithm: algorithm,
            rate_limit: 2,
            burst: 2,
            max_keys,
            ..GatewayConfig::default()
        };
        Limiter::new(&config).expect("the configuration is one of this backend")
    }

    /// A full table forgets one idle key for each new one, and looks at no other.
    #[test]
    fn room_is_found_without_a_search() {
        const SECOND: u64 = 1_000_000_000;
        for algorithm in RateLimitAlgorithm::ALL {
            let mut limiter = limiter(*algorithm, 100);
            for key in 0..100u8 {
                assert!(limiter.check(&[key], u64::from(key)).is_ok_and(|decision| decision.allowed));
            }
            assert_eq!(limiter.check(b"new", 200), Err(GatewayError::TooManyKeys { limit: 100 }));
            // All are idle by now; one goes, the one that has been idle longest among those that differ.
            let later = 10 * SECOND;
            assert!(limiter.check(b"new", later).is_ok());
            assert_eq!((limiter.len(), limiter.by_idle.len()), (100, 100));
            assert!(!limiter.keys.contains_key(&[0][..]) && limiter.keys.contains_key(&[99][..]));
            // One that goes on is noted anew, each time in place of the last.
            for at in later..later + 50 {
                assert!(limiter.check(&[1], at).is_ok());
            }
            assert_eq!((limiter.len(), limiter.by_idle.len()), (100, 100));
            for key in 100..198u8 {
                assert!(limiter.check(&[key], later + 50).is_ok(), "key {key} with {algorithm:?}");
            }
            assert!(limiter.keys.contains_key(&[1][..]) && limiter.keys.contains_key(&b"new"[..]));
            assert!(limiter.check(&[250], later + 50).is_err());
        }
    }

    #[test]
    fn what_sliding_windows_remember_is_bounded() {
        let config = GatewayConfig {
            rate_limit_algorithm: RateLimitAlgorithm::SlidingWindow,
            rate_limit: 1_000_000,
            ..GatewayConfig::default()
        };
        let error = Limiter::new(&config).expect_err("it would remember ten thousand million requests");
        assert!(
            matches!(error, GatewayError::InvalidConfig { field: "max_keys", .. }),
            "{error}"
        );
        let fixed = GatewayConfig {
            rate_limit_algorithm: RateLimitAlgorithm::FixedWindow,
            ..config
        };
        assert!(Limiter::new(&fixed).is_ok());
    }
}
