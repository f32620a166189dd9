//! A store whose disk is full at any one call, or at all of them: errors that say so, and nothing lost that was acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::{fmt, io};

use abi_facts::storage::{StorageConfig, StorageError, StorageMetadata};
use abi_storage_object_store::objects::Objects;
use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

/// A map that fails at one of its calls, before or after it has done it.
#[derive(Debug, Default)]
struct Failing {
    honest: InMemory,
    calls: AtomicU32,
    /// The number of the call that fails; all do if it is 0.
    at: AtomicU32,
    /// Whether what was asked is done all the same.
    late: AtomicBool,
    mended: AtomicBool,
}

impl Failing {
    fn fails(&self) -> bool {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let at = self.at.load(Ordering::SeqCst);
        !self.mended.load(Ordering::SeqCst) && (at == 0 || at == call)
    }
}

fn failure() -> Error {
    Error::Generic {
        store: "failing",
        source: Box::new(io::Error::from(io::ErrorKind::StorageFull)),
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("failing")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if self.fails() {
            if self.late.load(Ordering::SeqCst) {
                self.honest.put_opts(location, payload, options).await?;
            }
            return Err(failure());
        }
        self.honest.put_opts(location, payload, options).await
    }
    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(failure())
    }
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if self.fails() {
            Err(failure())
        } else {
            self.honest.get_opts(location, options).await
        }
    }
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        if self.fails() {
            return stream::once(async { Err(failure()) }).boxed();
        }
        self.honest.delete_stream(locations)
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        // A list may also break off in the middle.
        let fails = self.fails();
        let end = stream::iter(fails.then(|| Err(failure())));
        self.honest
            .list(prefix)
            .take(if fails { 1 } else { usize::MAX })
            .chain(end)
            .boxed()
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.honest.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        if self.fails() {
            Err(failure())
        } else {
            self.honest.copy_opts(from, to, options).await
        }
    }
}

fn config() -> StorageConfig {
    StorageConfig {
        capacity_bytes: Some(10_000),
        ..StorageConfig::default()
    }
}

/// Some of everything. What is there afterwards: the value, or both if a write failed.
fn script(objects: &Objects) -> BTreeMap<String, Vec<Option<Vec<u8>>>> {
    let mut there: BTreeMap<String, Vec<Option<Vec<u8>>>> = BTreeMap::new();
    let mut wrote = |key: &str, value: Option<Vec<u8>>, result: std::result::Result<(), StorageError>| {
        let values = there.entry(key.to_owned()).or_insert_with(|| vec![None]);
        match result {
            Ok(()) => *values = vec![value],
            Err(StorageError::Failed { reason }) => {
                assert!(
                    reason.contains("no storage space"),
                    "`{reason}` doesn't say that the disk is full"
                );
                values.push(value);
            }
            Err(error) => panic!("`{key}`: {error} isn't `Failed`"),
        }
    };
    for round in 0..3u8 {
        for key in ["a", "a/b", "c/d e"] {
            let value = vec![round; 100 * (usize::from(round) + 1)];
            wrote(
                key,
                Some(value.clone()),
                objects.put(key, &value, &StorageMetadata::default()),
            );
        }
        if let Ok(object) = objects.get("a") {
            wrote("copy", Some(object.data.to_vec()), objects.copy("a", "copy"));
        }
        wrote("a/b", None, objects.delete("a/b").map(drop));
        objects.list("a").ok();
    }
    there
}

fn check(failing: &Failing, objects: &Objects, there: &BTreeMap<String, Vec<Option<Vec<u8>>>>, at: u32) {
    failing.mended.store(true, Ordering::SeqCst);
    let mut bytes = 0;
    for (key, values) in there {
        let value = match objects.get(key) {
            Ok(object) => Some(object.data.to_vec()),
            Err(StorageError::NotFound { .. }) => None,
            Err(error) => panic!("`{key}` after call {at} failed: {error}"),
        };
        assert!(values.contains(&value), "`{key}` is lost or torn after call {at} failed");
        bytes += value.map_or(0, |value| value.len() as u64);
    }
    assert_eq!(objects.stats().map(|stats| stats.bytes), Ok(bytes), "after call {at} failed");
    // The count of bytes is right again: exactly what is left fits.
    let rest = vec![0; 10_000 - bytes as usize];
    assert_eq!(
        objects.put("rest", &rest, &StorageMetadata::default()),
        Ok(()),
        "after call {at} failed"
    );
    let more = objects.put("one more", &[0], &StorageMetadata::default());
    assert_eq!(
        more,
        Err(StorageError::Full {
            bytes: 10_001,
            limit: 10_000
        }),
        "after call {at} failed"
    );
}

#[test]
fn any_one_call_may_fail() {
    for late in [false, true] {
        let mut failed = 0;
        for at in 1..200 {
            let failing = Arc::new(Failing {
                at: at.into(),
                late: late.into(),
                ..Failing::default()
            });
            let objects = Objects::new(failing.clone(), &config());
            let there = script(&objects);
            failed += u32::from(failing.calls.load(Ordering::SeqCst) >= at);
            check(&failing, &objects, &there, at);
        }
        assert!(failed > 30, "only {failed} calls were made to fail");
    }
}

#[test]
fn every_call_may_fail() {
    let failing = Arc::new(Failing::default());
    let objects = Objects::new(failing.clone(), &config());
    let failed = |error: Option<StorageError>| assert!(matches!(error, Some(StorageError::Failed { .. })), "{error:?}");
    failed(objects.put("a", b"1", &StorageMetadata::default()).err());
    failed(objects.get("a").err());
    failed(objects.head("a").err());
    failed(objects.exists("a").err());
    failed(objects.delete("a").err());
    failed(objects.list("").err());
    failed(objects.copy("a", "b").err());
    failed(objects.stats().err());
    check(&failing, &objects, &BTreeMap::new(), 0);
}
