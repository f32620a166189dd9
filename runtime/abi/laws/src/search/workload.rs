//! What the benchmarks do, through the module and by calls of tantivy itself.

use std::collections::BTreeSet;
use std::hint::black_box;

use abi_facts::search::{Backend, Ranking, SearchConfig};
use fastrand::Rng;
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByString};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, Order, ReloadPolicy, Term};

use super::corpus::Corpus;

const INDEX: &str = "articles";
const DOCUMENTS: usize = 2_000;
const LIMIT: u32 = 10;

/// The configuration that the subjects of both workloads are opened with.
pub fn config() -> SearchConfig {
    let config = SearchConfig {
        ranking: Ranking::Bm25,
        stemming: false,
        stop_words: false,
        ..SearchConfig::default()
    };
    SearchConfig {
        snippet_bytes: None,
        ..config
    }
}

/// Queries of two common terms.
pub fn query_common<B: Backend>(subject: &B) -> impl FnMut() {
    fill(subject);
    let mut queries = queries();
    move || {
        black_box(subject.query(INDEX, &queries(), LIMIT)).ok();
    }
}

/// The same by tantivy's own interface.
pub fn query_common_library() -> impl FnMut() {
    let (index, id, text) = tantivy_index();
    let analyzer = index.tokenizer_for_field(text).expect("the analyser is registered");
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()
        .expect("a reader in memory");
    let mut writer = index.writer_with_num_threads(1, 15_000_000).expect("a writer in memory");
    for (name, content) in documents() {
        let mut document = TantivyDocument::default();
        document.add_text(id, name);
        document.add_text(text, content);
        writer.add_document(document).expect("the writer takes a document");
    }
    writer.commit().expect("a commit in memory");
    let reader: tantivy::IndexReader = reader;
    reader.reload().expect("a reload in memory");
    let mut queries = queries();
    move || {
        let query = queries();
        let mut analyzer = analyzer.clone();
        let mut stream = analyzer.token_stream(&query);
        let mut terms = BTreeSet::new();
        while let Some(token) = stream.next() {
            terms.insert(token.text.clone());
        }
        let clause = |term: String| -> (Occur, Box<dyn Query>) {
            (
                Occur::Should,
                Box::new(TermQuery::new(
                    Term::from_field_text(text, &term),
                    IndexRecordOption::WithFreqs,
                )),
            )
        };
        let query = BooleanQuery::new(terms.into_iter().map(clause).collect());
        let order = (SortBySimilarityScore, (SortByString::for_field("id"), Order::Asc));
        black_box(
            reader
                .searcher()
                .search(&query, &TopDocs::with_limit(LIMIT as usize).order_by(order)),
        )
        .ok();
    }
}

/// Queries of two common terms.
pub fn query_exact<B: Backend>(subject: &B) -> impl FnMut() {
    query_common(subject)
}

fn fill<B: Backend>(subject: &B) {
    // The subject may have been filled by a run before.
    subject.delete_index(INDEX).ok();
    subject.create_index(INDEX).ok();
    for (id, text) in documents() {
        subject.index_document(INDEX, &id, &text).ok();
    }
    // So that what a first query has to do is done.
    subject.query(INDEX, "none", 1).ok();
}

fn documents() -> impl Iterator<Item = (String, String)> {
    let corpus = Corpus::new(2_000);
    let mut random = Rng::with_seed(1);
    (0..DOCUMENTS).map(move |number| (number.to_string(), corpus.text(30, &mut random)))
}

fn queries() -> impl FnMut() -> String {
    let corpus = Corpus::new(100);
    let mut random = Rng::with_seed(2);
    move || {
        format!(
            "{} {}",
            corpus.words()[random.usize(..100)],
            corpus.words()[random.usize(..100)]
        )
    }
}

fn tantivy_index() -> (Index, tantivy::schema::Field, tantivy::schema::Field) {
    let mut schema = Schema::builder();
    let id = schema.add_text_field("id", STRING | FAST);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("plain")
        .set_index_option(IndexRecordOption::WithFreqs);
    let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing) | STORED);
    let index = Index::create_in_ram(schema.build());
    let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(256))
        .filter(LowerCaser)
        .build();
    index.tokenizers().register("plain", analyzer);
    (index, id, text)
}
