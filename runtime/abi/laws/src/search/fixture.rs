//! What the laws open backends with.

use std::collections::BTreeSet;
use std::sync::Arc;

use abi_facts::clock::ManualClock;
use abi_facts::search::{Backend, Ranking, SearchBackend, SearchConfig, SearchError, SearchResult};

use crate::Violation;

/// The name of the index that laws work on.
pub const INDEX: &str = "articles";
/// More than any law has documents.
pub const ALL: u32 = 1_000_000;

/// Configurations for a backend.
#[derive(Debug)]
pub struct Fixture {
    backend: SearchBackend,
}

impl Fixture {
    /// The fixture of a backend.
    pub fn new(backend: SearchBackend) -> Fixture {
        Fixture { backend }
    }

    /// The backend.
    pub fn backend(&self) -> SearchBackend {
        self.backend
    }

    /// Terms as they stand in the text, but for their case: what an oracle can compute without a stemmer.
    pub fn plain(&self) -> SearchConfig {
        SearchConfig {
            stemming: false,
            stop_words: false,
            ..SearchConfig::default()
        }
    }

    /// The same, without what a law doesn't look at and a backend may not have.
    pub fn ranked(&self, ranking: Ranking) -> SearchConfig {
        SearchConfig {
            ranking,
            snippet_bytes: None,
            ..self.plain()
        }
    }

    /// A backend with one empty index.
    pub fn open<B: Backend>(&self, config: &SearchConfig) -> Result<B, Violation> {
        let backend = self.open_empty::<B>(config)?;
        done("create_index", backend.create_index(INDEX))?;
        Ok(backend)
    }

    /// A backend without an index.
    pub fn open_empty<B: Backend>(&self, config: &SearchConfig) -> Result<B, Violation> {
        done("open", B::open(config, Arc::new(ManualClock::new())))
    }
}

/// The value of a call that has to succeed.
pub fn done<T>(call: &str, result: Result<T, SearchError>) -> Result<T, Violation> {
    result.map_err(|error| Violation::new(format!("`{call}` has to succeed, and gave: {error}")))
}

/// A violation unless a condition holds.
pub fn demand(holds: bool, text: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation::new(text())) }
}

/// The ids of results, in their order.
pub fn ids(results: &[SearchResult]) -> Vec<&str> {
    results.iter().map(|result| result.document.as_str()).collect()
}

/// All documents that a text finds; none may come twice.
pub fn found<B: Backend>(backend: &B, text: &str) -> Result<BTreeSet<String>, Violation> {
    let results = done("query", backend.query(INDEX, text, ALL))?;
    let found: BTreeSet<String> = results.iter().map(|result| result.document.clone()).collect();
    demand(found.len() == results.len(), || {
        format!("the query {text:?} gives a document twice: {:?}", ids(&results))
    })?;
    Ok(found)
}
