//! Cuts texts into terms, as the module states it.

use std::collections::HashSet;

use abi_facts::search::{MAX_TERM_BYTES, STOP_WORDS};
use frostem::{Algorithm, Stemmer};

/// What texts are cut with.
#[derive(Debug)]
pub struct Analyzer {
    stemming: bool,
    stop_words: HashSet<&'static str>,
}

/// A term and where it stands in the text.
#[derive(Debug)]
pub struct Token {
    /// The term that the index knows.
    pub term: String,
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

impl Analyzer {
    /// An analyser.
    pub fn new(stemming: bool, stop_words: bool) -> Self {
        let stop_words = if stop_words {
            STOP_WORDS.split(' ').collect()
        } else {
            HashSet::new()
        };
        Analyzer { stemming, stop_words }
    }

    /// The terms of a text, in its order.
    pub fn tokens<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Token> + 'a {
        let stemmer = self.stemming.then(|| Stemmer::new(Algorithm::English));
        runs(text).filter_map(move |(from, to)| {
            if to - from > MAX_TERM_BYTES as usize {
                return None;
            }
            let word = lower_case(&text[from..to]);
            if self.stop_words.contains(word.as_str()) {
                return None;
            }
            let term = match &stemmer {
                Some(stemmer) => stemmer.stem(&word).into_owned(),
                None => word,
            };
            Some(Token { term, from, to })
        })
    }
}

/// A text in lower case, character by character: what stands beside a character makes no difference, as it would for a final sigma.
pub fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Where the runs of alphanumeric characters begin and end.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text[at..].find(char::is_alphanumeric)?;
        let to = text[from..]
            .find(|c: char| !c.is_alphanumeric())
            .map_or(text.len(), |length| from + length);
        at = to;
        Some((from, to))
    })
}
