//! What the module states, computed in the plainest way from the raw texts.

use std::collections::{BTreeMap, BTreeSet};

use abi_facts::search::Ranking;

/// The documents of an index, and nothing else.
#[derive(Debug, Default, Clone)]
pub struct Oracle {
    /// The text of each id.
    pub documents: BTreeMap<String, String>,
}

impl Oracle {
    /// All documents that match, the best first, without stemming and stop words.
    pub fn query(&self, text: &str, ranking: Ranking) -> Vec<(String, f64)> {
        let asked: BTreeSet<String> = terms(text).into_iter().collect();
        let cut: Vec<(&String, Vec<String>)> = self.documents.iter().map(|(id, text)| (id, terms(text))).collect();
        let count = cut.len() as f64;
        let mean = cut.iter().map(|(_, terms)| terms.len()).sum::<usize>() as f64 / count;

        let mut scores: BTreeMap<&String, f64> = BTreeMap::new();
        for term in &asked {
            let having = cut.iter().filter(|(_, terms)| terms.contains(term)).count() as f64;
            let idf = (1.0 + (count - having + 0.5) / (having + 0.5)).ln();
            for (id, terms) in &cut {
                let frequency = terms.iter().filter(|other| *other == term).count() as f64;
                if frequency == 0.0 {
                    continue;
                }
                let score = scores.entry(id).or_default();
                match ranking {
                    Ranking::Unranked => *score = 1.0,
                    _ => *score += idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * terms.len() as f64 / mean)),
                }
            }
        }
        let mut ranked: Vec<(String, f64)> = scores.into_iter().map(|(id, score)| (id.clone(), score)).collect();
        ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        ranked
    }

    /// All terms of all documents.
    pub fn terms(&self) -> BTreeSet<String> {
        self.documents.values().flat_map(|text| terms(text)).collect()
    }
}

/// The terms of a text, without stemming and stop words.
pub fn terms(text: &str) -> Vec<String> {
    spans(text)
        .into_iter()
        .map(|(from, to)| text[from..to].chars().flat_map(char::to_lowercase).collect())
        .collect()
}

/// Where the terms of a text stand.
pub fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut from = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (character.is_alphanumeric(), from) {
            (true, None) => from = Some(at),
            (false, Some(begin)) => {
                if at - begin <= 255 {
                    spans.push((begin, at));
                }
                from = None;
            }
            _ => {}
        }
    }
    spans
}
