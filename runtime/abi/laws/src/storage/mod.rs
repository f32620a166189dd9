//! Laws of the module `storage`.

pub mod broken;
mod fixture;
mod keys;
mod metadata;
mod objects;
mod server;
mod trouble;
pub mod workload;

pub use fixture::Fixture;
pub use keys::{conflicting_keys, flat_keys, hostile_keys, odd_keys, symbolic_links};
pub use metadata::{invalid_metadata, metadata_round_trip};
pub use objects::{copy_is_independent, list_is_filter, read_your_write};
pub use trouble::{capacity, concurrent_puts, delete_once, failing_store, limits, outlives_the_handle};
