//! Laws on terms: prefixes, stems, stop words.

use abi_facts::search::{Backend, STOP_WORDS, SearchConfig};
use fastrand::Rng;

use super::corpus::Corpus;
use super::fixture::{ALL, Fixture, INDEX, demand, done, found};
use super::oracle::Oracle;
use crate::{Law, Violation};

/// `prefix_search` filters the terms of all documents.
pub fn prefix_is_filter<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let corpus = Corpus::new(200);
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let backend = fixture.open::<B>(&fixture.plain())?;
        let mut oracle = Oracle::default();
        for number in 0..=case {
            let words = random.usize(0..20);
            let (id, text) = (format!("d{}", number % 40), corpus.text(words, &mut random));
            done("index_document", backend.index_document(INDEX, &id, &text))?;
            oracle.documents.insert(id, text);
            if random.u8(..4) == 0 {
                let id = format!("d{}", random.u32(..number + 1));
                done("delete_document", backend.delete_document(INDEX, &id))?;
                oracle.documents.remove(&id);
                done("query", backend.query(INDEX, "none", 1))?;
            }
        }
        let terms = oracle.terms();
        let word = corpus.word(&mut random).to_owned();
        let some = &word[..word.char_indices().nth(2).map_or(word.len(), |(at, _)| at)];
        for prefix in ["", "b", "BK", "bka", "é", "zz", &word, some, &format!("{word}x")] {
            for limit in [0, 1, 5, ALL] {
                let lower = prefix.to_lowercase();
                let expected: Vec<&String> = terms
                    .iter()
                    .filter(|term| term.starts_with(&lower))
                    .take(limit as usize)
                    .collect();
                let given = done("prefix_search", backend.prefix_search(INDEX, prefix, limit))?;
                demand(given.iter().eq(expected.iter().copied()), || {
                    format!(
                        "of {:?} the prefix {prefix:?} with the limit {limit} gives {given:?}; {expected:?} was expected",
                        oracle.documents
                    )
                })?;
            }
        }
    }
    Ok(())
}

/// Forms of a word find each other if `stemming` is set, and only then.
pub fn stemming_joins<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const FORMS: [(&str, &str, &str); 6] = [
        ("running", "Runs", "run"),
        ("connections", "connected", "connect"),
        ("ponies", "pony", "poni"),
        ("relational", "relate", "relat"),
        ("hopping", "hopped", "hop"),
        ("fruitlessly", "fruitless", "fruitless"),
    ];
    for stemming in [true, false] {
        let backend = fixture.open::<B>(&SearchConfig {
            stemming,
            ..fixture.plain()
        })?;
        for (text, ..) in FORMS {
            done("index_document", backend.index_document(INDEX, text, text))?;
        }
        for (text, form, stem) in FORMS {
            let found = found(&backend, form)?;
            demand(found.contains(text) == stemming, || {
                format!("with stemming = {stemming}, {form:?} finds {found:?}")
            })?;
            let terms = done("prefix_search", backend.prefix_search(INDEX, stem, ALL))?;
            let expected = if stemming { stem } else { text };
            demand(terms.iter().any(|term| term == expected), || {
                format!("with stemming = {stemming}, the terms that begin with {stem:?} are {terms:?}; {expected:?} is missing")
            })?;
        }
    }
    Ok(())
}

/// Stop words find nothing and don't count if `stop_words` is set, and are words like others if not.
pub fn stop_words_dropped<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for stop_words in [true, false] {
        let backend = fixture.open::<B>(&SearchConfig {
            stop_words,
            ..fixture.plain()
        })?;
        done(
            "index_document",
            backend.index_document(INDEX, "long", &format!("quartz {STOP_WORDS}")),
        )?;
        done("index_document", backend.index_document(INDEX, "short", "quartz"))?;
        for word in STOP_WORDS.split(' ') {
            for word in [word.to_owned(), word.to_uppercase()] {
                let found = found(&backend, &word)?;
                demand(found.contains("long") != stop_words, || {
                    format!("with stop_words = {stop_words}, {word:?} finds {found:?}")
                })?;
            }
        }
        let results = done("query", backend.query(INDEX, "quartz", ALL))?;
        let equal = results.len() == 2 && results[0].score == results[1].score;
        demand(equal == stop_words, || {
            format!(
                "with stop_words = {stop_words}, a text with all of them and one without score {results:?}: their length is wrong"
            )
        })?;
    }
    Ok(())
}
