//! Laws on documents and indexes: written, replaced, deleted, refused.

use std::collections::BTreeSet;
use std::thread;

use abi_facts::search::{Backend, SearchConfig, SearchError};
use fastrand::Rng;

use super::corpus::Corpus;
use super::fixture::{ALL, Fixture, INDEX, demand, done, found, ids};
use super::oracle::terms;
use crate::{Law, Violation};

/// Each write is seen by the next read.
pub fn read_your_write<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open_empty::<B>(&fixture.plain())?;
    demand(backend.indexes().is_empty(), || {
        format!("a new module has the indexes {:?}", backend.indexes())
    })?;
    let missing = SearchError::IndexNotFound { index: INDEX.to_owned() };
    demand(backend.query(INDEX, "a", 1) == Err(missing), || {
        "a query without its index isn't `IndexNotFound`".to_owned()
    })?;
    for name in ["b", INDEX, "a"] {
        done("create_index", backend.create_index(name))?;
    }
    demand(backend.indexes() == ["a", INDEX, "b"], || {
        format!("the indexes a, {INDEX} and b are given as {:?}", backend.indexes())
    })?;
    let again = backend.create_index("a");
    demand(again == Err(SearchError::IndexExists { index: "a".to_owned() }), || {
        format!("making an index twice gives {again:?}")
    })?;

    let mut bytes = 0;
    for number in 0..law.cases {
        let text = format!("common word{number}");
        bytes += text.len() as u64;
        done("index_document", backend.index_document(INDEX, &number.to_string(), &text))?;
        let one = found(&backend, &format!("word{number}"))?;
        demand(one.iter().eq([&number.to_string()]), || {
            format!("document {number} was put, and its word finds {one:?}")
        })?;
        let all = found(&backend, "common")?.len();
        demand(all == number as usize + 1, || {
            format!("{} documents were put, and {all} are found", number + 1)
        })?;
        let stats = backend.stats();
        let expected = (3, u64::from(number) + 1, bytes, 2 * (u64::from(number) + 1));
        demand(
            (stats.indexes, stats.documents, stats.bytes, stats.queries) == expected,
            || format!("after {number} documents and twice as many queries `stats` is {stats:?}; {expected:?} was expected"),
        )?;
    }
    let other = done("query", backend.query("a", "common", ALL))?;
    demand(other.is_empty(), || format!("an empty index gives {:?}", ids(&other)))?;
    demand(done("delete_index", backend.delete_index(INDEX))?, || {
        "`delete_index` says that an index wasn't there".to_owned()
    })?;
    demand(!done("delete_index", backend.delete_index(INDEX))?, || {
        "`delete_index` says twice that it was there".to_owned()
    })?;
    done("create_index", backend.create_index(INDEX))?;
    let left = found(&backend, "common")?;
    demand(left.is_empty(), || {
        format!("an index that was dropped and made again has {left:?}")
    })
}

/// A deleted document is never found again, and its terms go with it.
pub fn deleted_is_gone<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let backend = fixture.open::<B>(&fixture.plain())?;
        for number in 0..=case {
            done(
                "index_document",
                backend.index_document(INDEX, &number.to_string(), &format!("common own{number}")),
            )?;
            if random.bool() {
                found(&backend, "common")?;
            }
        }
        let mut kept: BTreeSet<String> = (0..=case).map(|number| number.to_string()).collect();
        for number in 0..=case {
            if random.bool() {
                continue;
            }
            let (id, own) = (number.to_string(), format!("own{number}"));
            let was = done("delete_document", backend.delete_document(INDEX, &id))?;
            let again = done("delete_document", backend.delete_document(INDEX, &id))?;
            demand(was && !again, || format!("deleting {id} twice says {was}, then {again}"))?;
            kept.remove(&id);
            let found_now = found(&backend, "common")?;
            demand(found_now == kept, || {
                format!("after deleting {id}, {found_now:?} is found; {kept:?} is left")
            })?;
            let terms = done("prefix_search", backend.prefix_search(INDEX, &own, ALL))?;
            demand(!terms.contains(&own), || {
                format!("after deleting {id}, {own:?} is still a term")
            })?;
        }
        let documents = backend.stats().documents;
        demand(documents == kept.len() as u64, || {
            format!("{} documents are left, and `stats` counts {documents}", kept.len())
        })?;
    }
    Ok(())
}

/// A document that is put again has its new terms only.
pub fn reindex_replaces<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let corpus = Corpus::new(12);
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let backend = fixture.open::<B>(&fixture.plain())?;
        let mut texts: Vec<String> = Vec::new();
        for _ in 0..=case {
            let words = random.usize(0..6);
            texts.push(corpus.text(words, &mut random));
            done(
                "index_document",
                backend.index_document(INDEX, "one", &texts[texts.len() - 1]),
            )?;
            if random.bool() {
                found(&backend, &corpus.words()[0])?;
            }
        }
        let last = &texts[texts.len() - 1];
        let has = terms(last);
        for word in corpus.words() {
            let found = found(&backend, word)?;
            demand(found.contains("one") == has.contains(word), || {
                format!("after the texts {texts:?}, {word:?} finds {found:?}")
            })?;
        }
        let stats = backend.stats();
        demand((stats.documents, stats.bytes) == (1, last.len() as u64), || {
            format!("after the texts {texts:?}, `stats` is {stats:?}")
        })?;
    }
    Ok(())
}

/// What exceeds a limit is refused, and what was there stays.
pub fn limits<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = SearchConfig {
        max_indexes: 2,
        max_documents: 3,
        max_document_bytes: 64,
        max_index_bytes: 100,
        ..fixture.plain()
    };
    let backend = fixture.open::<B>(&config)?;
    done("create_index", backend.create_index("second"))?;
    refused("a third index of two", backend.create_index("third"), |error| {
        is_full(error, "max_indexes", 2)
    })?;
    for id in ["a", "b", "c"] {
        done("index_document", backend.index_document(INDEX, id, "common words"))?;
    }
    let before = backend.stats();
    refused(
        "a fourth document of three",
        backend.index_document(INDEX, "d", "common"),
        |error| is_full(error, "max_documents", 3),
    )?;
    let long = "common ".repeat(10);
    refused(
        "a text of 70 bytes of 64",
        backend.index_document(INDEX, "a", &long),
        |error| {
            matches!(
                error,
                SearchError::TooLarge {
                    bytes: 70,
                    limit: 64,
                    ..
                }
            )
        },
    )?;
    done("index_document", backend.index_document(INDEX, "a", &"common ".repeat(9)))?;
    refused(
        "text of 115 bytes of 100",
        backend.index_document(INDEX, "b", &"common ".repeat(6)),
        |error| is_full(error, "max_index_bytes", 100),
    )?;
    done("index_document", backend.index_document(INDEX, "a", "common words"))?;
    let all = found(&backend, "common")?;
    demand(all.iter().eq(["a", "b", "c"]), || {
        format!("after refusals {all:?} is found; a, b and c were put")
    })?;
    let words = found(&backend, "words")?;
    demand(words.len() == 3, || {
        format!("after refusals `words` finds {words:?}; a, b and c have it")
    })?;
    let after = backend.stats();
    demand((before.documents, before.bytes) == (after.documents, after.bytes), || {
        format!("refusals turned {before:?} into {after:?}")
    })?;
    done("delete_document", backend.delete_document(INDEX, "c"))?;
    done("index_document", backend.index_document(INDEX, "d", "common"))?;
    done("delete_index", backend.delete_index("second"))?;
    done("create_index", backend.create_index("third"))
}

fn is_full(error: &SearchError, name: &str, number: u64) -> bool {
    matches!(error, SearchError::Full { limit, value } if limit == name && *value == number)
}

fn refused(what: &str, result: Result<(), SearchError>, expected: impl Fn(&SearchError) -> bool) -> Result<(), Violation> {
    demand(result.as_ref().is_err_and(expected), || format!("{what} gives {result:?}"))
}

/// Any name, id, text and limit gives a value or an error, and what is refused changes nothing.
pub fn any_text<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    // Stems and stop words too: they see the same texts.
    let backend = fixture.open::<B>(&SearchConfig::default())?;
    let mut random = Rng::with_seed(law.seed);
    let long_word = "ǅ".repeat(400);
    let huge = "word ".repeat(1_000_000 / 5);
    let too_large = "x".repeat(2_000_000);
    let odd = [
        "",
        " ",
        "\0",
        "a",
        "A\u{0}b",
        "\u{feff}",
        "İstanbul ΣΑΣ straße ﬀ",
        "e\u{301}\u{301}",
        "👩‍👩‍👧 🏳️‍🌈",
        "\u{202e}abc",
        "日本語のテキスト",
        "\"phrase\" AND (x OR -y)~2 id:a *",
        "../../etc",
        "<b>&amp;</b>",
        "'''''s yyyyed ing",
        "ied ss s' 's",
        "٣٤٥ ½ ⅷ",
        &long_word,
        &huge,
        &too_large,
    ];
    for _ in 0..law.cases {
        let mut pick = || match random.u8(..4) {
            0 => (0..random.usize(..12)).map(|_| random.char(..)).collect::<String>(),
            _ => random.choice(odd).unwrap_or_default().to_owned(),
        };
        let (index, document, text) = (pick(), pick(), pick());
        let index = if random.u8(..3) > 0 { INDEX } else { index.as_str() };
        let limit = random.choice([0, 1, 10, u32::MAX]).unwrap_or(0);
        let before = backend.stats();
        let error = match random.u8(..7) {
            0 => backend.create_index(index).err(),
            1 if index != INDEX => backend.delete_index(index).err(),
            2 => backend.delete_document(index, &document).err(),
            3 => within(backend.query(index, &text, limit), limit)?,
            4 => within(backend.prefix_search(index, &text, limit), limit)?,
            _ => backend.index_document(index, &document, &text).err(),
        };
        if let Some(error) = error {
            let after = backend.stats();
            let same = (before.indexes, before.documents, before.bytes) == (after.indexes, after.documents, after.bytes);
            demand(same, || format!("`{error}` was given, and {before:?} became {after:?}"))?;
            demand(!matches!(error, SearchError::Failed { .. }), || {
                format!("index {index:?}, a text of {} bytes: {error}", text.len())
            })?;
        }
    }
    let all = done("prefix_search", backend.prefix_search(INDEX, "", ALL))?;
    demand(all.windows(2).all(|pair| pair[0] < pair[1]), || {
        "the terms of any texts aren't sorted".to_owned()
    })
}

fn within<T>(result: Result<Vec<T>, SearchError>, limit: u32) -> Result<Option<SearchError>, Violation> {
    match result {
        Ok(results) if results.len() > limit as usize => {
            Err(Violation::new(format!("the limit {limit} gives {} results", results.len())))
        }
        Ok(_) => Ok(None),
        Err(error) => Ok(Some(error)),
    }
}

/// Threads that put, replace and delete lose nothing, and a reader never sees a document twice.
pub fn concurrent_writes<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const WRITERS: u32 = 4;
    let backend = fixture.open::<B>(&fixture.plain())?;
    let write = |writer: u32| -> Result<(), Violation> {
        for number in 0..law.cases / WRITERS {
            let id = format!("{writer}-{number}");
            for text in ["common first", "common second"] {
                done("index_document", backend.index_document(INDEX, &id, text))?;
            }
            if number % 3 == 0 {
                let was = done("delete_document", backend.delete_document(INDEX, &id))?;
                demand(was, || format!("the document {id}, which its thread has put, wasn't there"))?;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let mut threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        threads.push(scope.spawn(|| (0..20).try_for_each(|_| found(&backend, "common").map(drop))));
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Violation::new("a thread panicked"))))
    })?;
    let expected: BTreeSet<String> = (0..WRITERS)
        .flat_map(|writer| {
            (0..law.cases / WRITERS)
                .filter(|number| number % 3 != 0)
                .map(move |number| format!("{writer}-{number}"))
        })
        .collect();
    for (word, expected) in [("common", &expected), ("second", &expected), ("first", &BTreeSet::new())] {
        let found = found(&backend, word)?;
        demand(found == *expected, || {
            format!(
                "{word:?} finds {} documents; {} were put and not deleted",
                found.len(),
                expected.len()
            )
        })?;
    }
    Ok(())
}
