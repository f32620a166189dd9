//! tantivy behind the module `search`, with its indexes in memory.
//!
//! tantivy shows what was written only after a commit and a reload. Writes are gathered here, and the first read after a write
//! commits: a run of writes costs one commit, and every read sees what was written before it.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod index;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use abi_facts::clock::Clock;
use abi_facts::search::{Backend, MAX_QUERY_BYTES, Ranking, SearchBackend, SearchConfig, SearchError, SearchResult, SearchStats};
use abi_search_validation::{full, valid_name, valid_size};
use tantivy::TantivyError;

use crate::index::Index;

/// The backend `tantivy`.
#[derive(Debug)]
pub struct Tantivy {
    config: SearchConfig,
    indexes: RwLock<BTreeMap<String, Arc<Index>>>,
    queries: AtomicU64,
}

impl Backend for Tantivy {
    fn open(config: &SearchConfig, _clock: Arc<dyn Clock>) -> Result<Self, SearchError> {
        if !matches!(config.ranking, Ranking::Bm25 | Ranking::Unranked) {
            let what = format!("ranking.{}", config.ranking.name());
            return Err(SearchError::Unsupported {
                backend: SearchBackend::Tantivy.name(),
                what,
            });
        }
        Ok(Tantivy {
            config: config.clone(),
            indexes: RwLock::default(),
            queries: AtomicU64::new(0),
        })
    }

    fn close(&self) {
        self.write().clear();
    }

    fn create_index(&self, index: &str) -> Result<(), SearchError> {
        valid_name("the name of the index", index)?;
        let mut indexes = self.write();
        if indexes.contains_key(index) {
            return Err(SearchError::IndexExists { index: index.to_owned() });
        }
        if indexes.len() as u64 >= u64::from(self.config.max_indexes) {
            return Err(full("max_indexes", self.config.max_indexes));
        }
        indexes.insert(index.to_owned(), Arc::new(Index::new(&self.config)?));
        Ok(())
    }

    fn delete_index(&self, index: &str) -> Result<bool, SearchError> {
        Ok(self.write().remove(index).is_some())
    }

    fn index_document(&self, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        valid_name("the id of the document", document)?;
        valid_size("the text of the document", text, self.config.max_document_bytes)?;
        self.index(index)?.put(document, text, &self.config)
    }

    fn delete_document(&self, index: &str, document: &str) -> Result<bool, SearchError> {
        self.index(index)?.delete(document)
    }

    fn query(&self, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        valid_size("the query", text, MAX_QUERY_BYTES)?;
        let index = self.index(index)?;
        self.queries.fetch_add(1, Ordering::Relaxed);
        index.query(text, limit as usize, &self.config)
    }

    fn prefix_search(&self, index: &str, prefix: &str, limit: u32) -> Result<Vec<String>, SearchError> {
        valid_size("the prefix", prefix, MAX_QUERY_BYTES)?;
        let index = self.index(index)?;
        self.queries.fetch_add(1, Ordering::Relaxed);
        index.terms_from(prefix, limit as usize)
    }

    fn indexes(&self) -> Vec<String> {
        self.read().keys().cloned().collect()
    }

    fn stats(&self) -> SearchStats {
        let indexes = self.read();
        let (documents, bytes) = indexes
            .values()
            .map(|index| index.size())
            .fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
        SearchStats {
            indexes: indexes.len() as u64,
            documents,
            bytes,
            queries: self.queries.load(Ordering::Relaxed),
        }
    }
}

impl Tantivy {
    /// An index of its own lock, so that work on one doesn't hold up the others.
    fn index(&self, name: &str) -> Result<Arc<Index>, SearchError> {
        self.read()
            .get(name)
            .cloned()
            .ok_or_else(|| SearchError::IndexNotFound { index: name.to_owned() })
    }

    // The map is whole whenever a thread lets go of the lock, also by a panic.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Arc<Index>>> {
        self.indexes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Arc<Index>>> {
        self.indexes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: impl Into<TantivyError>) -> SearchError {
    SearchError::Failed {
        reason: error.into().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use abi_facts::clock::ManualClock;

    use super::*;

    #[test]
    fn a_poisoned_lock_leaves_a_usable_backend() {
        let backend = Tantivy::open(
            &SearchConfig {
                ranking: Ranking::Unranked,
                ..SearchConfig::default()
            },
            Arc::new(ManualClock::new()),
        )
        .expect("it opens");
        backend.create_index("index").expect("an index");
        backend.index_document("index", "before", "word").expect("a document");
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _indexes = backend.write();
            panic!("on purpose");
        }));
        assert!(panicked.is_err() && backend.indexes.is_poisoned());
        backend.index_document("index", "after", "word").expect("a document");
        let found = backend.query("index", "word", 10).expect("a query");
        assert_eq!(found.len(), 2);
        assert_eq!((backend.indexes(), backend.stats().documents), (vec!["index".to_owned()], 2));
        assert_eq!(backend.delete_index("index"), Ok(true));
    }
}
