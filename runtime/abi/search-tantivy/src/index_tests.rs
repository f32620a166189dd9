//! The index on a directory that fails, and after a panic.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::{io, panic};

use abi_facts::search::SearchConfig;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, OpenReadError, OpenWriteError};
use tantivy::directory::{FileHandle, RamDirectory, WatchCallback, WatchHandle, WritePtr};

use super::*;

/// A directory in memory that refuses so many of the next writes.
#[derive(Debug, Clone)]
struct Failing {
    inner: RamDirectory,
    left: Arc<AtomicU32>,
}

impl Failing {
    fn new() -> Self {
        Failing {
            inner: RamDirectory::create(),
            left: Arc::default(),
        }
    }

    fn fails(&self) -> io::Result<()> {
        let less = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match less {
            Ok(_) => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Err(_) => Ok(()),
        }
    }
}

impl Directory for Failing {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.fails()
            .map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))?;
        self.inner.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.fails()?;
        self.inner.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}

fn config() -> SearchConfig {
    SearchConfig {
        stemming: false,
        stop_words: false,
        snippet_bytes: None,
        ..SearchConfig::default()
    }
}

fn found(index: &Index, text: &str) -> Vec<String> {
    let results = index.query(text, 10, &config()).expect("a query");
    let mut ids: Vec<String> = results.into_iter().map(|result| result.document).collect();
    ids.sort();
    ids
}

#[test]
fn a_commit_that_fails_is_made_up_for() {
    let directory = Failing::new();
    let config = config();
    let index = Index::in_directory(&config, directory.clone()).expect("an index");
    index.put("kept", "old words", &config).expect("a document");
    index.put("gone", "old words", &config).expect("a document");
    assert_eq!(found(&index, "old"), ["gone", "kept"]);

    for failures in [1, 2, 3, 50] {
        let name = format!("new{failures}");
        index.put(&name, "words", &config).expect("a document");
        index
            .put("kept", &format!("words of {failures}"), &config)
            .expect("a document");
        directory.left.store(failures, Ordering::SeqCst);
        // While it fails, readers are told; nothing that was acknowledged is lost.
        while directory.left.load(Ordering::SeqCst) > 0 {
            if let Err(error) = index.query("words", 10, &config) {
                assert!(matches!(error, SearchError::Failed { .. }), "{error}");
            }
        }
        assert!(
            found(&index, "words").contains(&name),
            "the document that was written before the failure"
        );
        assert_eq!(found(&index, &failures.to_string()), ["kept"]);
    }
    assert!(index.delete("gone").expect("it is deleted"));
    directory.left.store(1, Ordering::SeqCst);
    assert_eq!(found(&index, "old"), Vec::<String>::new());
    assert_eq!(index.size().0, 5);
}

#[test]
fn what_waits_for_a_commit_is_bounded() {
    let config = config();
    let index = Index::new(&config).expect("an index");
    let largest = "word ".repeat(8_000);
    for number in 0..150 {
        index.put(&number.to_string(), "word", &config).expect("a document");
        index.put("large", &largest, &config).expect("a document");
        let documents = index.documents();
        assert!(documents.pending.len() <= MOST_PENDING);
        assert!(documents.pending_bytes <= MOST_PENDING_BYTES + largest.len() + 20);
    }
    assert!(index.documents().pending.len() < 300, "nothing was committed on the way");
    assert_eq!(index.size().0, 151);
    assert_eq!(index.query("word", 1_000, &config).expect("a query").len(), 151);
}

#[test]
fn writes_that_cannot_be_committed_are_refused_in_the_end() {
    let directory = Failing::new();
    let config = config();
    let index = Index::in_directory(&config, directory.clone()).expect("an index");
    index.put("first", "word", &config).expect("a document");
    directory.left.store(u32::MAX, Ordering::SeqCst);
    let refused = (0..2 * MOST_PENDING).position(|number| index.put(&number.to_string(), "word", &config).is_err());
    assert!(refused.is_some_and(|number| number <= MOST_PENDING), "{refused:?}");
    directory.left.store(0, Ordering::SeqCst);
    let acknowledged = refused.unwrap_or_default() + 1;
    assert_eq!(index.query("word", 10_000, &config).expect("a query").len(), acknowledged);
    assert_eq!(index.size().0, acknowledged as u64);
}

#[test]
fn a_panic_leaves_a_usable_index() {
    let config = config();
    let index = Index::new(&config).expect("an index");
    index.put("before", "word", &config).expect("a document");
    let panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let documents = index.documents();
        // As if the thread died after the writer had got a document, and before that was noted.
        if let Some(writer) = &documents.writer {
            index.pass_on(writer, "half", Some("word")).expect("the writer takes it");
        }
        panic!("on purpose");
    }));
    assert!(panicked.is_err() && index.documents.is_poisoned());
    index.put("after", "word", &config).expect("a document");
    assert_eq!(found(&index, "word"), ["after", "before"]);
    assert!(!index.documents.is_poisoned());
}
