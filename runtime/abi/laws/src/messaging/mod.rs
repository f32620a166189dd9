//! The laws of messaging.
//!
//! Laws about patterns take the syntax as their third argument. All others use topics of one word and `#`, which every syntax has.

pub mod broken;
mod closing;
mod conservation;
mod delivery;
mod limits;
mod matching;
pub mod oracle;
mod waiting;
pub mod workload;

pub use closing::{closing, refusal_threads};
pub use conservation::{conservation, conservation_threads, order_threads};
pub use delivery::{back_pressure, dead_letter_bound, order, retry_limit, visibility_timeout};
pub use limits::{clock_jumps, limits, panicking_clock, topic_table};
pub use matching::{any_bytes, matching_random, matching_small, routing_random, routing_small, ten_thousand_patterns};
pub use waiting::{waiting_publish, waiting_receive};

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::{Clock, ManualClock};
use abi_facts::messaging::{
    Backend, Delivery, MessagingBackend, MessagingCapability, MessagingConfig, MessagingError, PatternSyntax,
};
use abi_facts::support::Support;

use crate::Violation;

/// What the laws need to open a backend.
#[derive(Debug)]
pub struct Fixture {
    backend: MessagingBackend,
}

impl Fixture {
    /// A fixture for a backend.
    pub fn new(backend: MessagingBackend) -> Fixture {
        Fixture { backend }
    }

    /// A configuration that asks for nothing that the backend can't do.
    pub fn config(&self) -> MessagingConfig {
        let can = |capability| self.backend.support(capability) == Support::Exact;
        let mut config = MessagingConfig::default();
        let syntax = PatternSyntax::ALL
            .iter()
            .copied()
            .find(|syntax| can(MessagingCapability::Pattern(*syntax)));
        config.pattern_syntax = syntax.unwrap_or(config.pattern_syntax);
        if !can(MessagingCapability::VisibilityTimeout) {
            config.visibility_timeout = None;
        }
        config
    }

    /// Opens the backend, with the clock that it goes by.
    fn open<B: Backend>(&self, config: &MessagingConfig) -> Result<(B, Arc<ManualClock>), Violation> {
        let clock = Arc::new(ManualClock::new());
        clock.set(Duration::from_secs(1_000_000));
        let backend = expect("opening", B::open(config, Arc::clone(&clock) as Arc<dyn Clock>))?;
        Ok((backend, clock))
    }
}

/// Demands that a condition holds; otherwise the law is violated as the text says.
macro_rules! demand {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(crate::Violation::new(format!($($text)+)));
        }
    };
}
use demand;

/// Demands that a call succeeds.
fn expect<T>(what: &str, result: Result<T, MessagingError>) -> Result<T, Violation> {
    result.map_err(|error| Violation::new(format!("{what} must succeed, but gives: {error}")))
}

/// Demands that there is a delivery now.
fn expect_delivery<B: Backend>(backend: &B, subscription: u64, why: &str) -> Result<Delivery, Violation> {
    let delivery = expect("receiving", backend.receive(subscription, Duration::ZERO))?;
    delivery.ok_or_else(|| Violation::new(format!("subscription {subscription} must have a delivery: {why}")))
}

/// Demands that there is no delivery now.
fn expect_none<B: Backend>(backend: &B, subscription: u64, why: &str) -> Result<(), Violation> {
    match expect("receiving", backend.receive(subscription, Duration::ZERO))? {
        None => Ok(()),
        Some(delivery) => Err(Violation::new(format!(
            "subscription {subscription} must have no delivery, but has {delivery:?}: {why}"
        ))),
    }
}

/// A number as a payload.
fn payload(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

/// The number in a payload.
fn number(payload: &[u8]) -> Result<u64, Violation> {
    let bytes = payload
        .try_into()
        .map_err(|_| Violation::new(format!("the payload {payload:?} was never published")))?;
    Ok(u64::from_le_bytes(bytes))
}
