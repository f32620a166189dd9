//! What the benchmarks do, through the module and by calls of object_store itself.

use std::hint::black_box;

use abi_facts::storage::{Backend, StorageConfig};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};

const VALUE: [u8; 1_024] = [7; 1_024];

/// How what is measured is opened.
pub fn config() -> StorageConfig {
    StorageConfig::default()
}

/// Objects got, one after the other.
pub fn get_small<B: Backend>(subject: &B) -> impl FnMut() {
    for key in keys() {
        subject.put(&key, &VALUE).ok();
    }
    let mut keys = keys().into_iter().cycle();
    move || {
        let key = keys.next().unwrap_or_default();
        black_box(subject.get(&key)).ok();
    }
}

/// The same by object_store's own interface.
pub fn get_small_library() -> impl FnMut() {
    let store = InMemory::new();
    for key in keys() {
        pollster::block_on(store.put(&Path::from(key), PutPayload::from_static(&VALUE))).ok();
    }
    let mut keys = keys().into_iter().cycle();
    move || {
        let key = keys.next().unwrap_or_default();
        let object = Path::parse(key).map(|path| pollster::block_on(async { store.get(&path).await?.bytes().await }));
        black_box(object).ok();
    }
}

/// Objects put, one after the other.
pub fn put_small<B: Backend>(subject: &B) -> impl FnMut() {
    let mut keys = keys().into_iter().cycle();
    move || {
        let key = keys.next().unwrap_or_default();
        black_box(subject.put(&key, black_box(&VALUE))).ok();
    }
}

/// The same by object_store's own interface.
pub fn put_small_library() -> impl FnMut() {
    let store = InMemory::new();
    let mut keys = keys().into_iter().cycle();
    move || {
        let key = keys.next().unwrap_or_default();
        let data = PutPayload::from(black_box(&VALUE).to_vec());
        let put = Path::parse(key).map(|path| pollster::block_on(store.put(&path, data)));
        black_box(put).ok();
    }
}

fn keys() -> Vec<String> {
    (0..1_000).map(|number| format!("objects/{number:04}")).collect()
}
