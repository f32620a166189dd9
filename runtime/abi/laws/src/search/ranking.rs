//! Laws on which documents come, and in which order.

use std::collections::HashMap;

use abi_facts::search::{Backend, Ranking};
use fastrand::Rng;

use super::corpus::Corpus;
use super::fixture::{ALL, Fixture, INDEX, demand, done, ids};
use super::oracle::Oracle;
use crate::{Law, Violation};

/// `query` gives what BM25 over the raw texts gives.
pub fn rank_exact<B: Backend>(law: &Law, fixture: &Fixture, ranking: Ranking) -> Result<(), Violation> {
    let corpus = Corpus::new(60);
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let backend = fixture.open::<B>(&fixture.ranked(ranking))?;
        let mut oracle = Oracle::default();
        let mut history: Vec<String> = Vec::new();
        // Histories grow from case to case, so that the first that fails is among the shortest.
        for _ in 0..=case {
            match operation(law, &mut random) {
                "query" => {
                    let words = random.usize(1..4);
                    let text = corpus.text(words, &mut random);
                    let limit = random.choice([1, 2, 5, 10, ALL]).unwrap_or(ALL);
                    history.push(format!("query({text:?}, {limit})"));
                    agrees(&backend, &oracle, &text, ranking, limit).map_err(|problem| after(&history, &problem))?;
                }
                "delete" => {
                    let Some(id) = random.choice(oracle.documents.keys()).cloned() else {
                        continue;
                    };
                    history.push(format!("delete_document({id:?})"));
                    done("delete_document", backend.delete_document(INDEX, &id))?;
                    oracle.documents.remove(&id);
                }
                operation => {
                    let known = random.choice(oracle.documents.keys()).cloned();
                    let id = known
                        .filter(|_| operation == "reindex")
                        .unwrap_or_else(|| format!("d{}", random.u16(..)));
                    let words = random.usize(0..12);
                    let text = corpus.text(words, &mut random);
                    history.push(format!("index_document({id:?}, {text:?})"));
                    done("index_document", backend.index_document(INDEX, &id, &text))?;
                    oracle.documents.insert(id, text);
                }
            }
        }
        let text = corpus.words()[..3].join(" ");
        history.push(format!("query({text:?}, {ALL})"));
        agrees(&backend, &oracle, &text, ranking, ALL).map_err(|problem| after(&history, &problem))?;
    }
    Ok(())
}

fn agrees<B: Backend>(backend: &B, oracle: &Oracle, text: &str, ranking: Ranking, limit: u32) -> Result<(), Violation> {
    let expected = oracle.query(text, ranking);
    let results = done("query", backend.query(INDEX, text, limit))?;
    let count = expected.len().min(limit as usize);
    demand(results.len() == count, || {
        format!(
            "{} documents were given: {:?}; {count} were expected: {expected:?}",
            results.len(),
            ids(&results)
        )
    })?;
    let scores: HashMap<&str, f64> = expected.iter().map(|(id, score)| (id.as_str(), *score)).collect();
    for (rank, (result, (id, score))) in results.iter().zip(&expected).enumerate() {
        // Sums that differ in their last digit put equal documents in another order; `top_of_all` looks at the order of those.
        let own = scores.get(result.document.as_str()).copied().unwrap_or(f64::NAN);
        demand(close(result.score, own) && close(result.score, *score), || {
            format!(
                "rank {rank} has `{}` with {}, where `{id}` with {score} belongs; alone it has {own}",
                result.document, result.score
            )
        })?;
    }
    Ok(())
}

/// Near results agree with exact ones in most of the first ten, and in most of their order.
pub fn rank_agreement<B: Backend>(law: &Law, fixture: &Fixture, ranking: Ranking) -> Result<(), Violation> {
    let corpus = Corpus::new(400);
    let mut random = Rng::with_seed(law.seed);
    let backend = fixture.open::<B>(&fixture.ranked(ranking))?;
    let mut oracle = Oracle::default();
    for number in 0..600 {
        // Lengths on both sides of what fits a byte exactly, and some documents replaced.
        let id = format!(
            "d{}",
            if random.u8(..20) == 0 {
                random.u32(..number + 1)
            } else {
                number
            }
        );
        let words = random.usize(3..160);
        let text = corpus.text(words, &mut random);
        done("index_document", backend.index_document(INDEX, &id, &text))?;
        oracle.documents.insert(id, text);
    }
    let (mut overlap, mut tau) = (0.0, 0.0);
    for _ in 0..law.cases {
        let words = random.usize(1..4);
        let text = corpus.text(words, &mut random);
        let expected = oracle.query(&text, ranking);
        let given = done("query", backend.query(INDEX, &text, 10))?;
        let all = done("query", backend.query(INDEX, &text, ALL))?;
        demand(all.len() == expected.len(), || {
            format!("{text:?} matches {} documents, and gives {}", expected.len(), all.len())
        })?;
        let best = &expected[..expected.len().min(10)];
        let shared = given
            .iter()
            .filter(|result| best.iter().any(|(id, _)| *id == result.document))
            .count();
        overlap += if best.is_empty() {
            1.0
        } else {
            shared as f64 / best.len() as f64
        };
        tau += kendall(&ids(&given), &expected);
    }
    let (overlap, tau) = (overlap / f64::from(law.cases), tau / f64::from(law.cases));
    demand(overlap >= 1.0 - law.tolerance && tau >= 1.0 - law.tolerance, || {
        format!(
            "the first ten share {overlap:.3} with the exact ones, and Kendall's tau is {tau:.3}; {:.3} is demanded of both",
            1.0 - law.tolerance
        )
    })
}

/// Pairs in the right order less those in the wrong one, of all that aren't equal.
fn kendall(given: &[&str], expected: &[(String, f64)]) -> f64 {
    let scores: HashMap<&str, f64> = expected.iter().map(|(id, score)| (id.as_str(), *score)).collect();
    let scores: Vec<f64> = given.iter().filter_map(|id| scores.get(id).copied()).collect();
    let (mut right, mut wrong) = (0u32, 0u32);
    for (rank, better) in scores.iter().enumerate() {
        for worse in &scores[rank + 1..] {
            match () {
                () if close(*better, *worse) => {}
                () if better > worse => right += 1,
                () => wrong += 1,
            }
        }
    }
    if right + wrong == 0 {
        1.0
    } else {
        (f64::from(right) - f64::from(wrong)) / f64::from(right + wrong)
    }
}

/// A limit takes the beginning of all results; scores never rise, and equal ones come by id.
pub fn top_of_all<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let corpus = Corpus::new(30);
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let ranking = random.choice(Ranking::ALL.iter().copied()).unwrap_or_default();
        let backend = fixture.open::<B>(&fixture.ranked(ranking))?;
        let mut texts: Vec<String> = Vec::new();
        for number in 0..=u64::from(case) * 2 {
            // Equal texts have equal scores, and ids don't come in their order.
            let again = random.choice(&texts).cloned().filter(|_| random.bool());
            let words = random.usize(1..9);
            let text = again.unwrap_or_else(|| corpus.text(words, &mut random));
            let id = format!("d{:04}", number.wrapping_mul(7919) % 10_000);
            done("index_document", backend.index_document(INDEX, &id, &text))?;
            texts.push(text);
            if number % 16 == 5 {
                // A read in between makes a backend settle what it has so far.
                done("query", backend.query(INDEX, "none", 1))?;
            }
        }
        let text = format!("{} {}", corpus.words()[0], corpus.word(&mut random));
        let all = done("query", backend.query(INDEX, &text, ALL))?;
        for pair in all.windows(2) {
            let (first, second) = (&pair[0], &pair[1]);
            demand(
                first.score > second.score || (first.score == second.score && first.document < second.document),
                || {
                    format!(
                        "of {} texts {texts:?}, {text:?} gives {first:?} before {second:?}",
                        texts.len()
                    )
                },
            )?;
        }
        for limit in [0, 1, 2, 3, 10, all.len() as u32, u32::MAX] {
            let top = done("query", backend.query(INDEX, &text, limit))?;
            let expected = &all[..all.len().min(limit as usize)];
            demand(top == expected, || {
                format!(
                    "of {} texts, {text:?} with the limit {limit} gives {:?}, and without it {:?}",
                    texts.len(),
                    ids(&top),
                    ids(&all)
                )
            })?;
        }
    }
    Ok(())
}

/// Many documents are all counted and found.
pub fn ten_thousand<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let corpus = Corpus::new(500);
    let mut random = Rng::with_seed(law.seed);
    let backend = fixture.open::<B>(&fixture.ranked(Ranking::Bm25))?;
    let common = corpus.words()[0].as_str();
    let mut matching = 0;
    for number in 0..law.cases {
        let text = corpus.text(8, &mut random);
        matching += usize::from(
            text.to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == common),
        );
        done("index_document", backend.index_document(INDEX, &number.to_string(), &text))?;
    }
    let counted = backend.stats().documents;
    demand(counted == u64::from(law.cases), || {
        format!("{} documents were put, and `stats` counts {counted}", law.cases)
    })?;
    let all = done("query", backend.query(INDEX, common, ALL))?;
    demand(all.len() == matching, || {
        format!("{matching} documents have {common:?}, and {} are found", all.len())
    })?;
    let top = done("query", backend.query(INDEX, common, 10))?;
    demand(top == all[..10.min(all.len())], || {
        format!("the first ten are {:?}, and of all {:?}", ids(&top), ids(&all[..10]))
    })
}

fn operation(law: &Law, random: &mut Rng) -> &'static str {
    const DEFAULT: &[(&str, u32)] = &[("index", 1)];
    let operations = if law.ops.is_empty() { DEFAULT } else { law.ops };
    let mut at = random.u32(..operations.iter().map(|(_, weight)| weight).sum::<u32>().max(1));
    for (name, weight) in operations {
        match at.checked_sub(*weight) {
            Some(rest) => at = rest,
            None => return name,
        }
    }
    operations[0].0
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1e-3)
}

fn after(history: &[String], problem: &Violation) -> Violation {
    Violation::new(format!("{}\n  after: {}", problem.text, history.join("\n         ")))
}
