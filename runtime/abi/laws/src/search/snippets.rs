//! Laws on snippets.

use std::collections::BTreeSet;

use abi_facts::search::{Backend, SearchConfig};
use fastrand::Rng;

use super::corpus::Corpus;
use super::fixture::{Fixture, INDEX, demand, done};
use super::oracle::{spans, terms};
use crate::{Law, Violation};

/// A snippet is a part of the text, marked and escaped, and nothing else.
pub fn snippet_well_formed<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    each_snippet::<B>(law, fixture, |case| {
        let Case {
            text,
            query,
            snippet,
            limit,
            ..
        } = case;
        let Some((plain, marks)) = read(snippet) else {
            return Err(Violation::new(format!(
                "{query:?} in {text:?} gives {snippet:?}, which has other markup than marks"
            )));
        };
        let asked: BTreeSet<String> = terms(query).into_iter().collect();
        let wrong = marks
            .iter()
            .find(|mark| terms(mark).first().is_none_or(|term| !asked.contains(term)));
        demand(text.contains(&plain), || {
            format!("{plain:?} of the snippet {snippet:?} isn't a part of {text:?}")
        })?;
        demand(!marks.is_empty(), || {
            format!("{query:?} in {text:?} gives {snippet:?}, which marks nothing")
        })?;
        demand(wrong.is_none(), || {
            format!("{query:?} in {text:?} gives {snippet:?}, which marks {wrong:?}")
        })?;
        let one = spans(&plain).len() <= 1;
        demand(plain.len() <= *limit || one, || {
            format!("the snippet {snippet:?} has {} bytes, more than {limit}", plain.len())
        })
    })
}

/// No window of the text has more terms of the query.
pub fn snippet_densest<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    each_snippet::<B>(law, fixture, |case| {
        let Case {
            text,
            query,
            snippet,
            limit,
            ..
        } = case;
        let asked: BTreeSet<String> = terms(query).into_iter().collect();
        let places: Vec<(usize, usize)> = spans(text)
            .into_iter()
            .filter(|&(from, to)| terms(&text[from..to]).first().is_some_and(|term| asked.contains(term)))
            .collect();
        let most = places
            .iter()
            .map(|&(begin, _)| {
                places
                    .iter()
                    .filter(|&&(from, to)| from >= begin && to - begin <= *limit)
                    .count()
                    .max(1)
            })
            .max()
            .unwrap_or(0);
        let marked = snippet.matches("<mark>").count();
        demand(marked == most, || {
            format!("{query:?} in {text:?} gives {snippet:?} with {marked} marks; {most} fit into {limit} bytes")
        })
    })
}

struct Case {
    text: String,
    query: String,
    snippet: String,
    limit: usize,
}

fn each_snippet<B: Backend>(
    law: &Law,
    fixture: &Fixture,
    check: impl Fn(&Case) -> Result<(), Violation>,
) -> Result<(), Violation> {
    let corpus = Corpus::new(25);
    let limits = [16, 40, 160, 1_000];
    for (number, limit) in limits.into_iter().enumerate() {
        let config = SearchConfig {
            snippet_bytes: Some(limit),
            ..fixture.plain()
        };
        let backend = fixture.open::<B>(&config)?;
        let mut random = Rng::with_seed(law.seed << 32 | number as u64);
        let mut texts: Vec<String> = vec![
            "<script>alert('bka & blo')</script>".to_owned(),
            format!("\"{}\" bka", "x".repeat(255)),
            format!("bka{}", "<".repeat(300)),
            "  bka  ".to_owned(),
            "&lt;mark&gt; <mark>bka</mark>".to_owned(),
            "日本 bka … blo — \u{202e}bka".to_owned(),
        ];
        for size in 0..law.cases as usize {
            texts.push(corpus.text(1 + size, &mut random));
        }
        for (id, text) in texts.iter().enumerate() {
            done("index_document", backend.index_document(INDEX, &id.to_string(), text))?;
        }
        for _ in 0..12 {
            let query = format!("bka {} {}", corpus.word(&mut random), corpus.word(&mut random));
            for result in done("query", backend.query(INDEX, &query, 1_000))? {
                let text = result
                    .document
                    .parse::<usize>()
                    .ok()
                    .and_then(|id| texts.get(id))
                    .cloned()
                    .unwrap_or_default();
                check(&Case {
                    text,
                    query: query.clone(),
                    snippet: result.snippet,
                    limit: limit as usize,
                })?;
            }
        }
    }
    Ok(())
}

/// The text of a snippet and its marked parts; nothing if there is other markup or a bare special character.
fn read(snippet: &str) -> Option<(String, Vec<String>)> {
    const ESCAPES: [(&str, char); 5] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#x27;", '\''),
    ];
    let (mut plain, mut marks) = (String::new(), Vec::new());
    let mut open: Option<usize> = None;
    let mut rest = snippet;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<mark>") {
            if open.replace(plain.len()).is_some() {
                return None;
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("</mark>") {
            marks.push(plain[open.take()?..].to_owned());
            rest = after;
        } else if let Some((escape, plainly)) = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape)) {
            plain.push(*plainly);
            rest = &rest[escape.len()..];
        } else if "&<>\"'".contains(character) {
            return None;
        } else {
            plain.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    open.is_none().then_some((plain, marks))
}
