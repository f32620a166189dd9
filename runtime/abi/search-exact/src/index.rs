//! Documents, the terms that they have, and how well they fit.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use abi_facts::search::{B, K1, Ranking};

use crate::text::Analyzer;

/// One index.
#[derive(Debug, Default)]
pub struct Index {
    /// Places for documents. Postings name a document by its place, which is shorter than its id.
    slots: Vec<Option<Document>>,
    free: Vec<u32>,
    by_id: HashMap<String, u32>,
    /// For each term the documents that have it, by ascending place; no list is empty.
    postings: BTreeMap<String, Vec<Posting>>,
    terms: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Document {
    id: String,
    text: String,
    /// How many terms it has, repeated ones counted.
    length: u32,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    slot: u32,
    /// How often the document has the term.
    frequency: u32,
}

impl Index {
    /// How many documents it has.
    pub fn documents(&self) -> u64 {
        self.by_id.len() as u64
    }

    /// How many bytes the texts have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The text of a document.
    pub fn text(&self, id: &str) -> Option<&str> {
        let slot = *self.by_id.get(id)?;
        self.document(slot).map(|document| document.text.as_str())
    }

    /// Puts a document in; there must be none with its id.
    pub fn insert(&mut self, id: &str, text: &str, analyzer: &Analyzer) {
        let mut frequencies: HashMap<String, u32> = HashMap::new();
        let mut length = 0;
        for token in analyzer.tokens(text) {
            *frequencies.entry(token.term).or_default() += 1;
            length += 1;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            // The limit on documents is far below 2³².
            (self.slots.len() - 1) as u32
        });
        for (term, frequency) in frequencies {
            let list = self.postings.entry(term).or_default();
            let at = list.partition_point(|posting| posting.slot < slot);
            list.insert(at, Posting { slot, frequency });
        }
        self.terms += u64::from(length);
        self.bytes += text.len() as u64;
        self.by_id.insert(id.to_owned(), slot);
        self.slots[slot as usize] = Some(Document {
            id: id.to_owned(),
            text: text.to_owned(),
            length,
        });
    }

    /// Takes a document out, and says whether it was there.
    pub fn remove(&mut self, id: &str, analyzer: &Analyzer) -> bool {
        let Some(slot) = self.by_id.remove(id) else { return false };
        let Some(document) = self.slots[slot as usize].take() else {
            return false;
        };
        // The text is cut again rather than its terms kept: deleting is rarer than having documents.
        let terms: BTreeSet<String> = analyzer.tokens(&document.text).map(|token| token.term).collect();
        for term in terms {
            let Some(list) = self.postings.get_mut(&term) else { continue };
            if let Ok(at) = list.binary_search_by_key(&slot, |posting| posting.slot) {
                list.remove(at);
            }
            if list.is_empty() {
                self.postings.remove(&term);
            }
        }
        self.terms -= u64::from(document.length);
        self.bytes -= document.text.len() as u64;
        self.free.push(slot);
        true
    }

    /// The terms that begin with a prefix, in order.
    pub fn terms_from<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self.postings.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.map(|(term, _)| term.as_str())
            .take_while(move |term| term.starts_with(prefix))
    }

    /// The documents that fit best, the best first: score, id, text.
    pub fn best(&self, terms: &BTreeSet<String>, ranking: Ranking, limit: usize) -> Vec<(f64, &str, &str)> {
        let mut found: Vec<(f64, &Document)> = Vec::new();
        for (slot, score) in self.scores(terms, ranking) {
            found.extend(self.document(slot).map(|document| (score, document)));
        }
        if limit == 0 {
            return Vec::new();
        }
        // All matches are known before any is left out: the best of some wouldn't be the best.
        if found.len() > limit {
            found.select_nth_unstable_by(limit - 1, better);
            found.truncate(limit);
        }
        found.sort_unstable_by(better);
        found
            .into_iter()
            .map(|(score, document)| (score, document.id.as_str(), document.text.as_str()))
            .collect()
    }

    fn scores(&self, terms: &BTreeSet<String>, ranking: Ranking) -> HashMap<u32, f64> {
        let mut scores: HashMap<u32, f64> = HashMap::new();
        let documents = self.by_id.len() as f64;
        let mean_length = self.terms as f64 / documents;
        for term in terms {
            let Some(list) = self.postings.get(term) else { continue };
            let having = list.len() as f64;
            let idf = (1.0 + (documents - having + 0.5) / (having + 0.5)).ln();
            for posting in list {
                let score = scores.entry(posting.slot).or_default();
                if ranking == Ranking::Unranked {
                    *score = 1.0;
                    continue;
                }
                let length = self.document(posting.slot).map_or(0, |document| document.length);
                let frequency = f64::from(posting.frequency);
                let norm = K1 * (1.0 - B + B * f64::from(length) / mean_length);
                *score += idf * frequency * (K1 + 1.0) / (frequency + norm);
            }
        }
        scores
    }

    fn document(&self, slot: u32) -> Option<&Document> {
        self.slots.get(slot as usize)?.as_ref()
    }
}

/// The higher score first, then the lower id, so that the order is one whatever the order of insertion.
fn better(left: &(f64, &Document), right: &(f64, &Document)) -> Ordering {
    right.0.total_cmp(&left.0).then_with(|| left.1.id.cmp(&right.1.id))
}
