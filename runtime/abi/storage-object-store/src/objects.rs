//! What all backends have in common, over any store.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use abi_facts::storage::{StorageConfig, StorageEntry, StorageError, StorageInfo, StorageMetadata, StorageObject, StorageStats};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{Attributes, GetOptions, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutOptions, PutPayload};

use crate::directory::{Access, Directory};
use crate::runner::Runner;
use crate::{error, key, metadata};

/// Objects in a store.
#[derive(Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    runner: Runner,
    directory: Option<Directory>,
    max_object_bytes: u64,
    capacity: Option<Capacity>,
    /// Held while an object is deleted, so that two don't both find it. The key decides on which.
    deleting: [Mutex<()>; 16],
}

/// How much fits, and how much there is; that is unknown at first and after a failure, and counted when it is needed.
#[derive(Debug)]
struct Capacity {
    limit: u64,
    used: Mutex<Option<u64>>,
}

impl Objects {
    /// The objects of a store, whose futures run on the calling thread.
    pub fn new(store: Arc<dyn ObjectStore>, config: &StorageConfig) -> Self {
        Objects {
            store,
            runner: Runner::Caller,
            directory: None,
            max_object_bytes: config.max_object_bytes,
            capacity: config.capacity_bytes.map(|limit| Capacity {
                limit,
                used: Mutex::new(None),
            }),
            deleting: Default::default(),
        }
    }

    /// The same, whose futures run elsewhere.
    #[cfg(feature = "s3")]
    pub(crate) fn on(self, runner: Runner) -> Self {
        Objects { runner, ..self }
    }

    /// The same, of which the store is a directory.
    pub fn in_directory(self, root: &str) -> Result<Self, StorageError> {
        let directory = Directory::new(root)?;
        directory.sweep(SystemTime::now());
        Ok(Objects {
            directory: Some(directory),
            ..self
        })
    }

    /// Puts an object.
    pub fn put(&self, key: &str, data: &[u8], metadata: &StorageMetadata) -> Result<(), StorageError> {
        let path = key::parse(key)?;
        let attributes = metadata::to_attributes(metadata)?;
        self.fits(data.len() as u64)?;
        self.changing(key, &path, data.len() as u64, || {
            self.write(key, &path, PutPayload::from(data.to_vec()), attributes)
        })
    }

    /// Gets an object.
    pub fn get(&self, key: &str) -> Result<StorageObject, StorageError> {
        let path = self.readable(key)?;
        let (result, data) = self.read(key, &path)?;
        Ok(StorageObject {
            entry: entry(&result.0),
            metadata: metadata::from_attributes(&result.1),
            data,
        })
    }

    /// Gets what an object is.
    pub fn head(&self, key: &str) -> Result<StorageInfo, StorageError> {
        let path = self.readable(key)?;
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let result = self
            .runner
            .wait(self.store.get_opts(&path, options))
            .map_err(|error| error::of_call(key, error))?;
        Ok(StorageInfo {
            entry: entry(&result.meta),
            metadata: metadata::from_attributes(&result.attributes),
        })
    }

    /// Whether there is an object.
    pub fn exists(&self, key: &str) -> Result<bool, StorageError> {
        let found = self.readable(key).and_then(|path| self.size(key, &path));
        or_absent(found.map(|_| true), false)
    }

    /// Deletes an object.
    pub fn delete(&self, key: &str) -> Result<bool, StorageError> {
        let mut used = self.capacity.as_ref().map(|capacity| lock(&capacity.used));
        let _deleting = lock(&self.deleting[stripe(key, self.deleting.len())]);
        // Some stores say nothing of what wasn't there.
        let found = self.readable(key).and_then(|path| Ok((self.size(key, &path)?, path)));
        let Some((bytes, path)) = or_absent(found.map(Some), None)? else {
            return Ok(false);
        };
        let deleted = self
            .runner
            .wait(self.store.delete(&path))
            .map_err(|error| error::of_call(key, error));
        if let Some(used) = &mut used {
            **used = if deleted.is_ok() {
                used.map(|used| used.saturating_sub(bytes))
            } else {
                None
            };
        }
        or_absent(deleted.map(|()| true), false)
    }

    /// Lists objects.
    pub fn list(&self, prefix: &str) -> Result<Vec<StorageEntry>, StorageError> {
        // Stores list by whole segments; the rest is for this filter.
        let below = match prefix.rsplit_once('/') {
            Some((below, _)) => match key::parse(below) {
                Ok(path) => Some(path),
                // No key begins with what isn't one.
                Err(_) => return Ok(Vec::new()),
            },
            None => None,
        };
        let mut entries = match &self.directory {
            Some(directory) => directory.list(below.as_ref().map(Path::as_ref))?,
            None => {
                let found: Vec<ObjectMeta> = self
                    .runner
                    .wait(self.store.list(below.as_ref()).try_collect())
                    .map_err(error::of_store)?;
                found
                    .iter()
                    .map(entry)
                    .filter(|entry| key::parse(&entry.key).is_ok())
                    .collect()
            }
        };
        entries.retain(|entry| entry.key.starts_with(prefix));
        entries.sort_by(|left, right| left.key.cmp(&right.key));
        Ok(entries)
    }

    /// Copies an object.
    pub fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        let (source, target) = (self.readable(from)?, key::parse(to)?);
        let bytes = self.size(from, &source)?;
        self.fits(bytes)?;
        if from == to {
            return Ok(());
        }
        if self.directory.is_none() {
            let copy = || {
                self.runner
                    .wait(self.store.copy(&source, &target))
                    .map_err(|error| error::of_call(from, error))
            };
            return self.changing(to, &target, bytes, copy);
        }
        // object_store copies a file by a second name for it. A program that writes into the file in place would change both,
        // and copying again leaves a third name behind: renaming a name of a file over another name of it does nothing.
        let ((_, attributes), data) = self.read(from, &source)?;
        let bytes = data.len() as u64;
        self.changing(to, &target, bytes, || {
            self.write(to, &target, PutPayload::from(data), attributes)
        })
    }

    /// Counts objects.
    pub fn stats(&self) -> Result<StorageStats, StorageError> {
        let entries = self.list("")?;
        Ok(StorageStats {
            objects: entries.len() as u64,
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
        })
    }

    /// The path of a key from which something is to be read.
    fn readable(&self, key: &str) -> Result<Path, StorageError> {
        let path = key::parse(key)?;
        if let Some(directory) = &self.directory {
            directory.admit(key, Access::Read)?;
        }
        Ok(path)
    }

    fn fits(&self, bytes: u64) -> Result<(), StorageError> {
        let limit = self.max_object_bytes;
        if bytes > limit {
            Err(StorageError::TooLarge { bytes, limit })
        } else {
            Ok(())
        }
    }

    fn size(&self, key: &str, path: &Path) -> Result<u64, StorageError> {
        let found = self
            .runner
            .wait(self.store.head(path))
            .map_err(|error| error::of_call(key, error))?;
        Ok(found.size)
    }

    fn read(&self, key: &str, path: &Path) -> Result<((ObjectMeta, Attributes), Bytes), StorageError> {
        let failed = |error| error::of_call(key, error);
        let result: GetResult = self
            .runner
            .wait(self.store.get_opts(path, GetOptions::default()))
            .map_err(failed)?;
        // What others have put there may be larger than memory.
        self.fits(result.meta.size)?;
        let about = (result.meta.clone(), result.attributes.clone());
        let data = self.runner.wait(result.bytes()).map_err(failed)?;
        Ok((about, data))
    }

    fn write(&self, key: &str, path: &Path, data: PutPayload, attributes: Attributes) -> Result<(), StorageError> {
        let options = PutOptions {
            attributes,
            ..PutOptions::default()
        };
        match self.runner.wait(self.store.put_opts(path, data, options)) {
            Ok(_) => Ok(()),
            // What a write doesn't find is the store.
            Err(error @ object_store::Error::NotFound { .. }) => Err(error::of_store(error)),
            Err(error) => Err(error::of_call(key, error)),
        }
    }

    /// Does a write if there is room for it, and keeps count.
    fn changing(
        &self,
        key: &str,
        path: &Path,
        bytes: u64,
        write: impl FnOnce() -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if let Some(directory) = &self.directory {
            directory.admit(key, Access::Write)?;
        }
        let Some(capacity) = &self.capacity else { return write() };
        let mut used = lock(&capacity.used);
        let before = match *used {
            Some(used) => used,
            None => self.stats()?.bytes,
        };
        let old = or_absent(self.size(key, path), 0)?;
        let after = before.saturating_sub(old).saturating_add(bytes);
        if after > capacity.limit {
            *used = Some(before);
            return Err(StorageError::Full {
                bytes: after,
                limit: capacity.limit,
            });
        }
        let result = write();
        // A write that failed may have been done nevertheless, for instance if only the answer got lost.
        *used = result.is_ok().then_some(after);
        result
    }
}

fn entry(found: &ObjectMeta) -> StorageEntry {
    let modified_ms = u64::try_from(found.last_modified.timestamp_millis()).unwrap_or(0);
    StorageEntry {
        key: found.location.as_ref().to_owned(),
        bytes: found.size,
        modified_ms,
    }
}

/// A value in place of `NotFound`.
fn or_absent<T>(result: Result<T, StorageError>, absent: T) -> Result<T, StorageError> {
    match result {
        Err(StorageError::NotFound { .. }) => Ok(absent),
        other => other,
    }
}

fn stripe(key: &str, stripes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % stripes as u64) as usize
}

/// A lock whose holder panicked guards nothing half-done: counts are set in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn poisoned_locks_leave_a_usable_store() {
        let config = StorageConfig {
            capacity_bytes: Some(10),
            ..StorageConfig::default()
        };
        let objects = Objects::new(Arc::new(object_store::memory::InMemory::new()), &config);
        objects.put("a", &[1; 4], &StorageMetadata::default()).expect("there is room");
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _deleting: Vec<MutexGuard<'_, ()>> = objects.deleting.iter().map(lock).collect();
            let _used = objects.capacity.as_ref().map(|capacity| lock(&capacity.used));
            panic!("on purpose");
        }));
        assert!(panicked.is_err() && objects.deleting.iter().all(Mutex::is_poisoned));
        objects.put("b", &[2; 4], &StorageMetadata::default()).expect("there is room");
        let full = objects.put("c", &[3; 4], &StorageMetadata::default());
        assert!(matches!(full, Err(StorageError::Full { bytes: 12, limit: 10 })), "{full:?}");
        assert_eq!(objects.delete("a"), Ok(true));
        objects
            .put("c", &[3; 4], &StorageMetadata::default())
            .expect("there is room again");
    }
}
