//! The laws of `search` hold for the honest backends, and reject those that are broken on purpose.

use abi_facts::search::{Backend, Ranking, SearchBackend};
use abi_laws::search::broken::{
    AlwaysFails, Broken, CountsDeleted, OneWriteLate, ReindexAdds, TopBeforeSorting, UnescapedSnippet,
};
use abi_laws::search::{self, Fixture};
use abi_laws::{Law, Violation};
use abi_search_exact::Exact;
use abi_search_tantivy::Tantivy;

const OPS: &[(&str, u32)] = &[("index", 8), ("reindex", 2), ("delete", 2), ("query", 4)];

fn law(cases: u32) -> Law {
    Law {
        id: "under test",
        cases,
        seed: 1,
        tolerance: 0.15,
        ops: OPS,
    }
}

fn holds(name: &str, result: Result<(), Violation>) {
    if let Err(violation) = result {
        panic!("{name}: {violation}");
    }
}

fn rejects(name: &str, result: Result<(), Violation>) {
    let violation = result.expect_err(name);
    println!("{name} rejects it: {violation}");
}

/// The laws that ask for nothing that a backend may lack.
fn common_laws<B: Backend>(backend: SearchBackend) {
    let fixture = Fixture::new(backend);
    holds("read_your_write", search::read_your_write::<B>(&law(20), &fixture));
    holds(
        "rank_exact of Unranked",
        search::rank_exact::<B>(&law(30), &fixture, Ranking::Unranked),
    );
    holds("top_of_all", search::top_of_all::<B>(&law(40), &fixture));
    holds("deleted_is_gone", search::deleted_is_gone::<B>(&law(12), &fixture));
    holds("reindex_replaces", search::reindex_replaces::<B>(&law(12), &fixture));
    holds("prefix_is_filter", search::prefix_is_filter::<B>(&law(40), &fixture));
    holds("stemming_joins", search::stemming_joins::<B>(&law(1), &fixture));
    holds("stop_words_dropped", search::stop_words_dropped::<B>(&law(1), &fixture));
    holds("snippet_well_formed", search::snippet_well_formed::<B>(&law(60), &fixture));
    holds("any_text", search::any_text::<B>(&law(200), &fixture));
    holds("limits", search::limits::<B>(&law(1), &fixture));
    holds("concurrent_writes", search::concurrent_writes::<B>(&law(100), &fixture));
}

#[test]
fn exact_holds() {
    common_laws::<Exact>(SearchBackend::Exact);
    let fixture = Fixture::new(SearchBackend::Exact);
    holds("rank_exact", search::rank_exact::<Exact>(&law(60), &fixture, Ranking::Bm25));
    holds(
        "rank_agreement",
        search::rank_agreement::<Exact>(&law(20), &fixture, Ranking::Bm25),
    );
    holds("snippet_densest", search::snippet_densest::<Exact>(&law(80), &fixture));
    holds("ten_thousand", search::ten_thousand::<Exact>(&law(10_000), &fixture));
}

#[test]
fn tantivy_holds() {
    common_laws::<Tantivy>(SearchBackend::Tantivy);
    let fixture = Fixture::new(SearchBackend::Tantivy);
    holds(
        "rank_agreement",
        search::rank_agreement::<Tantivy>(&law(60), &fixture, Ranking::Bm25),
    );
    holds("ten_thousand", search::ten_thousand::<Tantivy>(&law(10_000), &fixture));
}

/// What tantivy does only nearly is rightly not claimed as exact.
#[test]
fn tantivy_is_not_exact() {
    let fixture = Fixture::new(SearchBackend::Tantivy);
    rejects("rank_exact", search::rank_exact::<Tantivy>(&law(60), &fixture, Ranking::Bm25));
    rejects("snippet_densest", search::snippet_densest::<Tantivy>(&law(60), &fixture));
}

#[test]
fn the_top_taken_before_sorting_is_rejected() {
    let fixture = Fixture::new(SearchBackend::Exact);
    rejects(
        "top_of_all",
        search::top_of_all::<Broken<TopBeforeSorting>>(&law(60), &fixture),
    );
    rejects(
        "rank_exact",
        search::rank_exact::<Broken<TopBeforeSorting>>(&law(60), &fixture, Ranking::Bm25),
    );
}

#[test]
fn frequencies_that_count_deleted_documents_are_rejected() {
    let fixture = Fixture::new(SearchBackend::Exact);
    rejects(
        "rank_exact",
        search::rank_exact::<Broken<CountsDeleted>>(&law(60), &fixture, Ranking::Bm25),
    );
    holds("top_of_all", search::top_of_all::<Broken<CountsDeleted>>(&law(40), &fixture));
}

#[test]
fn a_snippet_without_escapes_is_rejected() {
    let fixture = Fixture::new(SearchBackend::Exact);
    rejects(
        "snippet_well_formed",
        search::snippet_well_formed::<Broken<UnescapedSnippet>>(&law(60), &fixture),
    );
}

#[test]
fn a_document_that_keeps_its_old_text_is_rejected() {
    let fixture = Fixture::new(SearchBackend::Exact);
    rejects(
        "reindex_replaces",
        search::reindex_replaces::<Broken<ReindexAdds>>(&law(12), &fixture),
    );
}

#[test]
fn a_write_that_shows_late_is_rejected() {
    let fixture = Fixture::new(SearchBackend::Exact);
    rejects(
        "read_your_write",
        search::read_your_write::<Broken<OneWriteLate>>(&law(12), &fixture),
    );
}

/// A backend that fails at every call is rejected by every law, without a panic.
#[test]
fn a_backend_that_fails_at_every_call() {
    let fixture = Fixture::new(SearchBackend::Exact);
    type Subject = AlwaysFails;
    let law = law(4);
    rejects("read_your_write", search::read_your_write::<Subject>(&law, &fixture));
    for ranking in [Ranking::Bm25, Ranking::Unranked] {
        rejects("rank_exact", search::rank_exact::<Subject>(&law, &fixture, ranking));
        rejects("rank_agreement", search::rank_agreement::<Subject>(&law, &fixture, ranking));
    }
    rejects("top_of_all", search::top_of_all::<Subject>(&law, &fixture));
    rejects("deleted_is_gone", search::deleted_is_gone::<Subject>(&law, &fixture));
    rejects("reindex_replaces", search::reindex_replaces::<Subject>(&law, &fixture));
    rejects("prefix_is_filter", search::prefix_is_filter::<Subject>(&law, &fixture));
    rejects("stemming_joins", search::stemming_joins::<Subject>(&law, &fixture));
    rejects("stop_words_dropped", search::stop_words_dropped::<Subject>(&law, &fixture));
    rejects("snippet_well_formed", search::snippet_well_formed::<Subject>(&law, &fixture));
    rejects("snippet_densest", search::snippet_densest::<Subject>(&law, &fixture));
    rejects("any_text", search::any_text::<Subject>(&law, &fixture));
    rejects("limits", search::limits::<Subject>(&law, &fixture));
    rejects("ten_thousand", search::ten_thousand::<Subject>(&law, &fixture));
    rejects("concurrent_writes", search::concurrent_writes::<Subject>(&law, &fixture));
}
