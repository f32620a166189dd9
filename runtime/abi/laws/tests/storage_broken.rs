//! The laws of `storage` hold for the honest backends, and reject those that are broken on purpose.

use std::sync::Arc;

use abi_facts::clock::Clock;
use abi_facts::storage::{
    Backend, StorageBackend, StorageConfig, StorageEntry, StorageError, StorageInfo, StorageMetadata, StorageObject, StorageStats,
};
use abi_laws::storage::broken::{
    AcknowledgesEarly, Broken, Climbs, DropsMetadata, ListsBySegments, ListsFirstPage, ListsUnsorted, TearsWrites,
};
use abi_laws::storage::{self, Fixture};
use abi_laws::{Law, Violation};
use abi_storage_object_store::objects::Objects;
use abi_storage_object_store::{Local, Memory, S3};
use object_store::local::LocalFileSystem;

const OPS: &[(&str, u32)] = &[
    ("put", 6),
    ("get", 4),
    ("head", 1),
    ("exists", 1),
    ("delete", 2),
    ("copy", 2),
    ("list", 1),
];

fn law(cases: u32) -> Law {
    Law {
        id: "under test",
        cases,
        seed: 1,
        tolerance: 0.0,
        ops: OPS,
    }
}

fn holds(name: &str, result: Result<(), Violation>) {
    if let Err(violation) = result {
        panic!("{name}: {violation}");
    }
}

fn rejects(name: &str, result: Result<(), Violation>) {
    let violation = result.expect_err(name);
    println!("{name} rejects it: {violation}");
}

/// The laws that ask for nothing that a backend may lack.
fn common_laws<B: Backend>(fixture: &Fixture) {
    holds("read_your_write", storage::read_your_write::<B>(&law(10), fixture));
    holds("list_is_filter", storage::list_is_filter::<B>(&law(1_050), fixture));
    holds("copy_is_independent", storage::copy_is_independent::<B>(&law(1), fixture));
    holds("hostile_keys", storage::hostile_keys::<B>(&law(300), fixture));
    holds("odd_keys", storage::odd_keys::<B>(&law(1), fixture));
    holds("conflicting_keys", storage::conflicting_keys::<B>(&law(1), fixture));
    holds("concurrent_puts", storage::concurrent_puts::<B>(&law(40), fixture));
    holds("delete_once", storage::delete_once::<B>(&law(10), fixture));
    holds("limits", storage::limits::<B>(&law(1), fixture));
    holds("capacity", storage::capacity::<B>(&law(60), fixture));
}

#[test]
fn memory_holds() {
    let fixture = Fixture::new(StorageBackend::Memory);
    common_laws::<Memory>(&fixture);
    holds("flat_keys", storage::flat_keys::<Memory>(&law(1), &fixture));
    holds(
        "metadata_round_trip",
        storage::metadata_round_trip::<Memory>(&law(20), &fixture),
    );
    holds("invalid_metadata", storage::invalid_metadata::<Memory>(&law(1), &fixture));
}

#[test]
fn local_holds() {
    let fixture = Fixture::new(StorageBackend::Local);
    common_laws::<Local>(&fixture);
    holds("symbolic_links", storage::symbolic_links::<Local>(&law(1), &fixture));
    holds("failing_store", storage::failing_store::<Local>(&law(1), &fixture));
    holds(
        "outlives_the_handle",
        storage::outlives_the_handle::<Local>(&law(1), &fixture),
    );
}

#[test]
fn s3_holds() {
    let fixture = Fixture::new(StorageBackend::S3);
    common_laws::<S3>(&fixture);
    holds("metadata_round_trip", storage::metadata_round_trip::<S3>(&law(20), &fixture));
    holds("invalid_metadata", storage::invalid_metadata::<S3>(&law(1), &fixture));
    holds("failing_store", storage::failing_store::<S3>(&law(1), &fixture));
    holds("outlives_the_handle", storage::outlives_the_handle::<S3>(&law(1), &fixture));
}

/// What a backend lacks it refuses, rather than do something like it.
#[test]
fn a_directory_has_no_metadata() {
    let fixture = Fixture::new(StorageBackend::Local);
    let local: Local = fixture.open().expect("a directory");
    let result = local.put_with_metadata("a", b"1", &StorageMetadata::default());
    assert!(
        matches!(result, Err(StorageError::Unsupported { backend: "local", .. })),
        "{result:?}"
    );
    assert_eq!(local.exists("a"), Ok(false));
}

/// Calls may come from inside a runtime, where waiting for another one is a panic unless it is done beside it.
#[test]
fn calls_inside_a_runtime_are_calls() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let fixture = Fixture::new(StorageBackend::Local);
        let local: Local = fixture.open().expect("a directory");
        assert_eq!(local.put("a", b"1"), Ok(()));
        assert_eq!(local.get("a").map(|object| object.data.to_vec()), Ok(b"1".to_vec()));
    });
    let fixture = Fixture::new(StorageBackend::S3);
    runtime.block_on(async {
        let s3: S3 = fixture.open().expect("a bucket");
        assert_eq!(s3.put("a", b"1"), Ok(()));
        assert_eq!(s3.get("a").map(|object| object.data.to_vec()), Ok(b"1".to_vec()));
    });
}

#[test]
fn a_backend_that_climbs_is_rejected() {
    let fixture = Fixture::new(StorageBackend::Local);
    rejects(
        "hostile_keys",
        storage::hostile_keys::<Broken<Local, Climbs>>(&law(300), &fixture),
    );
    assert!(
        fixture.trespass().is_some(),
        "it was to climb, so that the fixture is shown to see it"
    );
}

#[test]
fn dropped_metadata_is_rejected() {
    let fixture = Fixture::new(StorageBackend::Memory);
    rejects(
        "metadata_round_trip",
        storage::metadata_round_trip::<Broken<Memory, DropsMetadata>>(&law(20), &fixture),
    );
}

#[test]
fn an_early_acknowledgement_is_rejected() {
    let fixture = Fixture::new(StorageBackend::Local);
    rejects(
        "outlives_the_handle",
        storage::outlives_the_handle::<Broken<Local, AcknowledgesEarly>>(&law(1), &fixture),
    );
    rejects(
        "failing_store",
        storage::failing_store::<Broken<Local, AcknowledgesEarly>>(&law(1), &fixture),
    );
}

#[test]
fn torn_writes_are_rejected() {
    let fixture = Fixture::new(StorageBackend::Memory);
    rejects(
        "concurrent_puts",
        storage::concurrent_puts::<Broken<Memory, TearsWrites>>(&law(2_000), &fixture),
    );
}

#[test]
fn wrong_lists_are_rejected() {
    let fixture = Fixture::new(StorageBackend::Memory);
    rejects(
        "list_is_filter",
        storage::list_is_filter::<Broken<Memory, ListsUnsorted>>(&law(10), &fixture),
    );
    rejects(
        "list_is_filter",
        storage::list_is_filter::<Broken<Memory, ListsBySegments>>(&law(10), &fixture),
    );
    rejects(
        "list_is_filter",
        storage::list_is_filter::<Broken<Memory, ListsFirstPage>>(&law(1_050), &fixture),
    );
}

/// A directory without what the adapter adds to object_store.
#[derive(Debug)]
struct Unguarded(Objects);

impl Backend for Unguarded {
    fn open(config: &StorageConfig, _clock: Arc<dyn Clock>) -> Result<Self, StorageError> {
        let store = LocalFileSystem::new_with_prefix(config.root.as_deref().unwrap_or_default()).expect("the directory is there");
        Ok(Unguarded(Objects::new(Arc::new(store), config)))
    }
    fn put(&self, key: &str, data: &[u8]) -> Result<(), StorageError> {
        self.0.put(key, data, &StorageMetadata::default())
    }
    fn put_with_metadata(&self, key: &str, data: &[u8], metadata: &StorageMetadata) -> Result<(), StorageError> {
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

#[test]
fn links_that_are_followed_are_rejected() {
    let fixture = Fixture::new(StorageBackend::Local);
    rejects("symbolic_links", storage::symbolic_links::<Unguarded>(&law(1), &fixture));
}
