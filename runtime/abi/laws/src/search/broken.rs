//! Backends that are broken on purpose: each is the exact one with a mistake that has been made somewhere.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use abi_facts::clock::Clock;
use abi_facts::search::{Backend, SearchConfig, SearchError, SearchResult, SearchStats};
use abi_search_exact::Exact;

/// A mistake: the calls that it gets wrong. The others go to the honest backend.
pub trait Fault: Debug + Default + Send + Sync + Unpin + 'static {
    /// `index_document`.
    fn index_document(&self, honest: &Exact, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        honest.index_document(index, document, text)
    }
    /// `delete_document`.
    fn delete_document(&self, honest: &Exact, index: &str, document: &str) -> Result<bool, SearchError> {
        honest.delete_document(index, document)
    }
    /// `query`.
    fn query(&self, honest: &Exact, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        honest.query(index, text, limit)
    }
}

/// The exact backend with a mistake.
#[derive(Debug)]
pub struct Broken<F> {
    honest: Exact,
    fault: F,
}

/// Takes the first matches that it comes across, and sorts those.
#[derive(Debug, Default)]
pub struct TopBeforeSorting;

/// Deleted documents are found no more, but still count in how many documents have a term.
#[derive(Debug, Default)]
pub struct CountsDeleted {
    texts: Mutex<BTreeMap<(String, String), String>>,
}

/// Puts the text into the snippet as it is, so that a document can bring its own markup.
#[derive(Debug, Default)]
pub struct UnescapedSnippet;

/// Adds the new text of a document to the old one.
#[derive(Debug, Default)]
pub struct ReindexAdds {
    texts: Mutex<BTreeMap<(String, String), String>>,
}

/// Shows a write only after the one that follows.
#[derive(Debug, Default)]
pub struct OneWriteLate {
    waiting: Mutex<Option<(String, String, String)>>,
}

impl Fault for TopBeforeSorting {
    fn query(&self, honest: &Exact, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        let mut results = honest.query(index, text, u32::MAX)?;
        results.sort_by(|left, right| left.document.cmp(&right.document));
        results.truncate(limit as usize);
        results.sort_by(|left, right| {
            right
                .score
                .total_cmp(&left.score)
                .then_with(|| left.document.cmp(&right.document))
        });
        Ok(results)
    }
}

/// No document of a law has an id that begins so.
const DELETED: char = '\u{1}';

impl Fault for CountsDeleted {
    fn index_document(&self, honest: &Exact, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.insert((index.to_owned(), document.to_owned()), text.to_owned());
        honest.index_document(index, document, text)
    }

    fn delete_document(&self, honest: &Exact, index: &str, document: &str) -> Result<bool, SearchError> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.remove(&(index.to_owned(), document.to_owned())) {
            honest.index_document(index, &format!("{DELETED}{document}"), &text)?;
        }
        honest.delete_document(index, document)
    }

    fn query(&self, honest: &Exact, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        let mut results = honest.query(index, text, u32::MAX)?;
        results.retain(|result| !result.document.starts_with(DELETED));
        results.truncate(limit as usize);
        Ok(results)
    }
}

impl Fault for UnescapedSnippet {
    fn query(&self, honest: &Exact, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        let mut results = honest.query(index, text, limit)?;
        for result in &mut results {
            result.snippet = result.snippet.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        }
        Ok(results)
    }
}

impl Fault for ReindexAdds {
    fn index_document(&self, honest: &Exact, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let all = texts.entry((index.to_owned(), document.to_owned())).or_default();
        all.push(' ');
        all.push_str(text);
        honest.index_document(index, document, all)
    }
}

impl Fault for OneWriteLate {
    fn index_document(&self, honest: &Exact, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        let next = Some((index.to_owned(), document.to_owned(), text.to_owned()));
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *waiting, next) {
            Some((index, document, text)) => honest.index_document(&index, &document, &text),
            None => Ok(()),
        }
    }
}

impl<F: Fault> Backend for Broken<F> {
    fn open(config: &SearchConfig, clock: Arc<dyn Clock>) -> Result<Self, SearchError> {
        Ok(Broken {
            honest: Exact::open(config, clock)?,
            fault: F::default(),
        })
    }
    fn create_index(&self, index: &str) -> Result<(), SearchError> {
        self.honest.create_index(index)
    }
    fn delete_index(&self, index: &str) -> Result<bool, SearchError> {
        self.honest.delete_index(index)
    }
    fn index_document(&self, index: &str, document: &str, text: &str) -> Result<(), SearchError> {
        self.fault.index_document(&self.honest, index, document, text)
    }
    fn delete_document(&self, index: &str, document: &str) -> Result<bool, SearchError> {
        self.fault.delete_document(&self.honest, index, document)
    }
    fn query(&self, index: &str, text: &str, limit: u32) -> Result<Vec<SearchResult>, SearchError> {
        self.fault.query(&self.honest, index, text, limit)
    }
    fn prefix_search(&self, index: &str, prefix: &str, limit: u32) -> Result<Vec<String>, SearchError> {
        self.honest.prefix_search(index, prefix, limit)
    }
    fn indexes(&self) -> Vec<String> {
        self.honest.indexes()
    }
    fn stats(&self) -> SearchStats {
        self.honest.stats()
    }
}

/// Every call fails.
#[derive(Debug)]
pub struct AlwaysFails;

fn failure<T>() -> Result<T, SearchError> {
    Err(SearchError::Failed {
        reason: "no call of this backend succeeds".to_owned(),
    })
}

impl Backend for AlwaysFails {
    fn open(_: &SearchConfig, _: Arc<dyn Clock>) -> Result<Self, SearchError> {
        Ok(AlwaysFails)
    }
    fn create_index(&self, _: &str) -> Result<(), SearchError> {
        failure()
    }
    fn delete_index(&self, _: &str) -> Result<bool, SearchError> {
        failure()
    }
    fn index_document(&self, _: &str, _: &str, _: &str) -> Result<(), SearchError> {
        failure()
    }
    fn delete_document(&self, _: &str, _: &str) -> Result<bool, SearchError> {
        failure()
    }
    fn query(&self, _: &str, _: &str, _: u32) -> Result<Vec<SearchResult>, SearchError> {
        failure()
    }
    fn prefix_search(&self, _: &str, _: &str, _: u32) -> Result<Vec<String>, SearchError> {
        failure()
    }
    fn indexes(&self) -> Vec<String> {
        Vec::new()
    }
    fn stats(&self) -> SearchStats {
        SearchStats::default()
    }
}
