//! The laws of the module `gateway`.

mod breaker;
pub mod broken;
mod fixture;
mod hostile;
mod keys;
mod limiter;
mod limits;
mod measures;
mod routes;
mod shortest;
mod table;
pub mod workload;

pub use breaker::{circuit_sequences, probes_threads, upstreams_bounded};
pub use fixture::Fixture;
pub use hostile::{config_refused, hostile_keys, hostile_routes, survives_panic};
pub use keys::{clock_jumps, keys_bounded};
pub use limits::{limiter_bound, limiter_floor, limiter_oracle, limiter_threads, retry_after};
pub use measures::{accounting, latency_percentiles};
pub use routes::{methods_apart, own_names, routes_consistent, routing, routing_mixed};
