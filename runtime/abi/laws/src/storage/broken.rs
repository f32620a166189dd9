//! Backends that are broken on purpose: each is an honest one with a mistake that has been made somewhere.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::storage::{
    Backend, StorageConfig, StorageEntry, StorageError, StorageInfo, StorageMetadata, StorageObject, StorageStats,
};

/// A mistake: the calls that it gets wrong. The others go to the honest backend.
pub trait Fault: Debug + Send + Sync + Unpin + Sized + 'static {
    /// The mistake, ready to be made.
    fn new(config: &StorageConfig) -> Self;
    /// `put`.
    fn put(&self, honest: &impl Backend, key: &str, data: &[u8]) -> Result<(), StorageError> {
        honest.put(key, data)
    }
    /// `put_with_metadata`.
    fn put_with_metadata(
        &self,
        honest: &impl Backend,
        key: &str,
        data: &[u8],
        metadata: &StorageMetadata,
    ) -> Result<(), StorageError> {
        honest.put_with_metadata(key, data, metadata)
    }
    /// `get`.
    fn get(&self, honest: &impl Backend, key: &str) -> Result<StorageObject, StorageError> {
        honest.get(key)
    }
    /// `list`.
    fn list(&self, honest: &impl Backend, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        honest.list(prefix)
    }
}

/// An honest backend with a mistake.
#[derive(Debug)]
pub struct Broken<B, F> {
    honest: B,
    fault: F,
}

/// Joins the key to its directory, whatever it is.
#[derive(Debug)]
pub struct Climbs {
    root: PathBuf,
}

/// Takes metadata, and forgets it.
#[derive(Debug)]
pub struct DropsMetadata;

/// Acknowledges a value that it has yet to write.
#[derive(Debug)]
pub struct AcknowledgesEarly {
    waiting: Mutex<Option<(String, Vec<u8>)>>,
}

/// Writes a value in two steps.
#[derive(Debug)]
pub struct TearsWrites;

/// Lists in the order in which a hash table would.
#[derive(Debug)]
pub struct ListsUnsorted;

/// Lists what comes in the first answer of a server, and asks for no second.
#[derive(Debug)]
pub struct ListsFirstPage;

/// Takes a prefix for whole segments.
#[derive(Debug)]
pub struct ListsBySegments;

impl Fault for Climbs {
    fn new(config: &StorageConfig) -> Self {
        Climbs {
            root: PathBuf::from(config.root.clone().unwrap_or_default()),
        }
    }
    fn put(&self, honest: &impl Backend, key: &str, data: &[u8]) -> Result<(), StorageError> {
        if !key.contains("..") {
            return honest.put(key, data);
        }
        let path = self.root.join(key);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))
            .and_then(|()| fs::write(path, data))
            .map_err(|error| StorageError::InvalidKey {
                key: key.to_owned(),
                reason: error.to_string(),
            })
    }
}

impl Fault for DropsMetadata {
    fn new(_config: &StorageConfig) -> Self {
        DropsMetadata
    }
    fn put_with_metadata(
        &self,
        honest: &impl Backend,
        key: &str,
        data: &[u8],
        _metadata: &StorageMetadata,
    ) -> Result<(), StorageError> {
        honest.put(key, data)
    }
}

impl AcknowledgesEarly {
    fn settle(&self, honest: &impl Backend) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Whoever put it was told long ago that it is there.
        waiting.map(|(key, data)| honest.put(&key, &data));
    }
}

impl Fault for AcknowledgesEarly {
    fn new(_config: &StorageConfig) -> Self {
        AcknowledgesEarly {
            waiting: Mutex::new(None),
        }
    }
    fn put(&self, honest: &impl Backend, key: &str, data: &[u8]) -> Result<(), StorageError> {
        self.settle(honest);
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some((key.to_owned(), data.to_vec()));
        Ok(())
    }
    fn get(&self, honest: &impl Backend, key: &str) -> Result<StorageObject, StorageError> {
        self.settle(honest);
        honest.get(key)
    }
    fn list(&self, honest: &impl Backend, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        self.settle(honest);
        honest.list(prefix)
    }
}

impl Fault for TearsWrites {
    fn new(_config: &StorageConfig) -> Self {
        TearsWrites
    }
    fn put(&self, honest: &impl Backend, key: &str, data: &[u8]) -> Result<(), StorageError> {
        honest.put(key, &data[..data.len() / 2])?;
        // So long that readers come by, however busy the processors are.
        thread::sleep(Duration::from_micros(20));
        honest.put(key, data)
    }
}

impl Fault for ListsUnsorted {
    fn new(_config: &StorageConfig) -> Self {
        ListsUnsorted
    }
    fn list(&self, honest: &impl Backend, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        let mut entries = honest.list(prefix)?;
        entries.sort_by_key(|entry| entry.key.bytes().rev().collect::<Vec<u8>>());
        Ok(entries)
    }
}

impl Fault for ListsFirstPage {
    fn new(_config: &StorageConfig) -> Self {
        ListsFirstPage
    }
    fn list(&self, honest: &impl Backend, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        let mut entries = honest.list(prefix)?;
        entries.truncate(1_000);
        Ok(entries)
    }
}

impl Fault for ListsBySegments {
    fn new(_config: &StorageConfig) -> Self {
        ListsBySegments
    }
    fn list(&self, honest: &impl Backend, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        let mut entries = honest.list(prefix)?;
        let begins = |key: &str| {
            prefix.is_empty()
                || key
                    .strip_prefix(prefix.trim_end_matches('/'))
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        entries.retain(|entry| begins(&entry.key));
        Ok(entries)
    }
}

impl<B: Backend, F: Fault> Backend for Broken<B, F> {
    fn open(config: &StorageConfig, clock: Arc<dyn Clock>) -> Result<Self, StorageError> {
        Ok(Broken {
            honest: B::open(config, clock)?,
            fault: F::new(config),
        })
    }
    fn put(&self, key: &str, data: &[u8]) -> Result<(), StorageError> {
        self.fault.put(&self.honest, key, data)
    }
    fn put_with_metadata(&self, key: &str, data: &[u8], metadata: &StorageMetadata) -> Result<(), StorageError> {
        self.fault.put_with_metadata(&self.honest, key, data, metadata)
    }
    fn get(&self, key: &str) -> Result<StorageObject, StorageError> {
        self.fault.get(&self.honest, key)
    }
    fn head(&self, key: &str) -> Result<StorageInfo, StorageError> {
        self.honest.head(key)
    }
    fn exists(&self, key: &str) -> Result<bool, StorageError> {
        self.honest.exists(key)
    }
    fn delete(&self, key: &str) -> Result<bool, StorageError> {
        self.honest.delete(key)
    }
    fn list(&self, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        self.fault.list(&self.honest, prefix)
    }
    fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        self.honest.copy(from, to)
    }
    fn stats(&self) -> Result<StorageStats, StorageError> {
        self.honest.stats()
    }
}
