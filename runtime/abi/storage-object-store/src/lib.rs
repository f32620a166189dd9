//! object_store behind the module `storage`: three backends, of which each has a feature of its own.
//!
//! What the module demands of all of them alike (keys, metadata, limits, whole values, lists by any prefix) is in [`objects`], over
//! any store. Each backend only opens its store.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod directory;
mod error;
mod key;
mod metadata;
pub mod objects;
mod runner;
#[cfg(feature = "s3")]
mod s3;

use std::sync::Arc;

use abi_facts::clock::Clock;
use abi_facts::storage::{
    Backend, StorageBackend, StorageCapability, StorageConfig, StorageEntry, StorageError, StorageInfo, StorageMetadata,
    StorageObject, StorageStats,
};
use abi_facts::support::Support;

use crate::objects::Objects;

/// A backend is its name and how it opens its store; what it can do, the spec says.
macro_rules! backend {
    ($(#[$attribute:meta])* $name:ident, $open:expr) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub struct $name(Objects);

        $(#[$attribute])*
        impl Backend for $name {
            fn open(config: &StorageConfig, _clock: Arc<dyn Clock>) -> Result<Self, StorageError> {
                let open: fn(&StorageConfig) -> Result<Objects, StorageError> = $open;
                open(config).map($name)
            }
            fn put(&self, key: &str, data: &[u8]) -> Result<(), StorageError> {
                self.0.put(key, data, &StorageMetadata::default())
            }
            fn put_with_metadata(&self, key: &str, data: &[u8], metadata: &StorageMetadata) -> Result<(), StorageError> {
                if StorageBackend::$name.support(StorageCapability::Metadata) == Support::None {
                    let what = "put_with_metadata needs metadata".to_owned();
                    return Err(StorageError::Unsupported { backend: StorageBackend::$name.name(), what });
                }
                self.0.put(key, data, metadata)
            }
            fn get(&self, key: &str) -> Result<StorageObject, StorageError> {
                self.0.get(key)
            }
            fn head(&self, key: &str) -> Result<StorageInfo, StorageError> {
                self.0.head(key)
            }
            fn exists(&self, key: &str) -> Result<bool, StorageError> {
                self.0.exists(key)
            }
            fn delete(&self, key: &str) -> Result<bool, StorageError> {
                self.0.delete(key)
            }
            fn list(&self, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
                self.0.list(prefix)
            }
            fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
                self.0.copy(from, to)
            }
            fn stats(&self) -> Result<StorageStats, StorageError> {
                self.0.stats()
            }
        }
    };
}

backend!(
    /// The backend `memory`.
    #[cfg(feature = "memory")]
    Memory,
    |config| Ok(Objects::new(Arc::new(object_store::memory::InMemory::new()), config))
);

backend!(
    /// The backend `local`.
    #[cfg(feature = "local")]
    Local,
    |config| {
        let Some(root) = &config.root else {
            let reason = "is missing: the backend `local` needs the directory that holds the objects".to_owned();
            return Err(StorageError::InvalidConfig { field: "root", reason });
        };
        let store = object_store::local::LocalFileSystem::new_with_prefix(root).map_err(|error| {
            let reason = format!("names `{root}`, which can't be opened; make the directory first: {}", error::chain(&error));
            StorageError::InvalidConfig { field: "root", reason }
        })?;
        // Flushed, so that what is acknowledged outlives a loss of power. Empty directories go, so that they don't stand in the
        // way of keys.
        let store = store.with_fsync(true).with_automatic_cleanup(true);
        Objects::new(Arc::new(store), config).in_directory(root)
    }
);

backend!(
    /// The backend `s3`.
    #[cfg(feature = "s3")]
    S3,
    s3::open
);
