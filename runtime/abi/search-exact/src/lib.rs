//! A small full-text index of its own behind the module `search`: exact BM25, snippets, prefixes.
//!
//! It is the backend for those who want what the module states and not nearly that, and the measure for the others. Every query
//! looks at all documents that match; there is nothing that it skips, and so nothing that it can miss.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod index;
mod snippet;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use abi_facts::clock::Clock;
use abi_facts::search::{Backend, MAX_QUERY_BYTES, Ranking, SearchBackend, SearchConfig, SearchError, SearchResult, SearchStats};
use abi_search_validation::{full, valid_name, valid_size};

use crate::index::Index;
use crate::text::Analyzer;

/// The backend `exact`.
#[derive(Debug)]
pub struct Exact {
    config: SearchConfig,
    analyzer: Analyzer,
    indexes: RwLock<BTreeMap<String, Index>>,
    queries: AtomicU64,
}

impl Backend for Exact {
    fn open(config: &SearchConfig, _clock: Arc<dyn Clock>) -> Result<Self, SearchError> {
        if !matches!(config.ranking, Ranking::Bm25 | Ranking::Unranked) {
            let what = format!("ranking.{}", config.ranking.name());
            return Err(SearchError::Unsupported {
                backend: SearchBackend::Exact.name(),
                what,
            });
        }
        Ok(Exact {
            config: config.clone(),
            analyzer: Analyzer::new(config.stemming, config.stop_words),
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
        indexes.insert(index.to_owned(), Index::default());
        Ok(())
    }

    fn delete_index(&self, index: &str) -> Result<bool, SearchError> {
        Ok(self.write().remove(index).is_some())
    }

    fn index_document(&self, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        valid_name("the id of the document", document)?;
        valid_size("the text of the document", text, self.config.max_document_bytes)?;
        let mut indexes = self.write();
        let index = indexes.get_mut(index).ok_or_else(|| not_found(index))?;
        let old = index.text(document);
        if old.is_none() && index.documents() >= u64::from(self.config.max_documents) {
            return Err(full("max_documents", self.config.max_documents));
        }
        // The old text is part of the sum, so that this can't fall below zero.
        let bytes = index.bytes() - old.map_or(0, |text| text.len() as u64) + text.len() as u64;
        if bytes > self.config.max_index_bytes {
            return Err(full("max_index_bytes", self.config.max_index_bytes));
        }
        index.remove(document, &self.analyzer);
        index.insert(document, text, &self.analyzer);
        Ok(())
    }

    fn delete_document(&self, index: &str, document: &str) -> Result<bool, SearchError> {
        let mut indexes = self.write();
        let index = indexes.get_mut(index).ok_or_else(|| not_found(index))?;
        Ok(index.remove(document, &self.analyzer))
    }

    fn query(&self, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        valid_size("the query", text, MAX_QUERY_BYTES)?;
        let indexes = self.read();
        let index = indexes.get(index).ok_or_else(|| not_found(index))?;
        self.queries.fetch_add(1, Ordering::Relaxed);
        // In order, because the sum of floating-point numbers depends on it.
        let terms: BTreeSet<String> = self.analyzer.tokens(text).map(|token| token.term).collect();
        let best = index.best(&terms, self.config.ranking, limit as usize);
        let result = |(score, id, text): (f64, &str, &str)| SearchResult {
            document: id.to_owned(),
            score,
            snippet: match self.config.snippet_bytes {
                Some(bytes) => snippet::densest(text, &self.analyzer, &terms, bytes as usize),
                None => String::new(),
            },
        };
        Ok(best.into_iter().map(result).collect())
    }

    fn prefix_search(&self, index: &str, prefix: &str, limit: u32) -> Result<Vec<String>, SearchError> {
        valid_size("the prefix", prefix, MAX_QUERY_BYTES)?;
        let indexes = self.read();
        let index = indexes.get(index).ok_or_else(|| not_found(index))?;
        self.queries.fetch_add(1, Ordering::Relaxed);
        let prefix = text::lower_case(prefix);
        Ok(index.terms_from(&prefix).take(limit as usize).map(str::to_owned).collect())
    }

    fn indexes(&self) -> Vec<String> {
        self.read().keys().cloned().collect()
    }

    fn stats(&self) -> SearchStats {
        let indexes = self.read();
        SearchStats {
            indexes: indexes.len() as u64,
            documents: indexes.values().map(Index::documents).sum(),
            bytes: indexes.values().map(Index::bytes).sum(),
            queries: self.queries.load(Ordering::Relaxed),
        }
    }
}

impl Exact {
    // Nothing in here panics half-way through a change, so that what a poisoned lock holds is whole.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Index>> {
        self.indexes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Index>> {
        self.indexes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(index: &str) -> SearchError {
    SearchError::IndexNotFound { index: index.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use abi_facts::clock::ManualClock;

    use super::*;

    #[test]
    fn a_poisoned_lock_leaves_a_usable_backend() {
        let backend = Exact::open(&SearchConfig::default(), Arc::new(ManualClock::new())).expect("it opens");
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
