//! One index of tantivy, with what tantivy doesn't keep: which documents there are, whether a commit is due, and what was written since
//! the last one. A writer of tantivy that failed once takes nothing more and loses what it wasn't yet asked to commit: it is replaced,
//! and what was acknowledged is written again.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use abi_facts::search::{MAX_TERM_BYTES, Ranking, STOP_WORDS, SearchConfig, SearchError, SearchResult};
use abi_search_validation::full;
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByString};
use tantivy::indexer::UserOperation;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing, TextOptions, Value,
};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer};
use tantivy::{
    DocAddress, DocSet, IndexReader, IndexSettings, IndexWriter, Order, ReloadPolicy, Searcher, SegmentReader, TERMINATED, Term,
};

use crate::failed;

/// The least that tantivy takes for the documents of one commit.
const WRITER_BYTES: usize = 15_000_000;

/// The most that is written without a commit. It is held a second time until then.
const MOST_PENDING: usize = 2_000;
const MOST_PENDING_BYTES: usize = 4 << 20;

const ID: &str = "id";
const ANALYZER: &str = "module";

/// One index.
pub struct Index {
    index: tantivy::Index,
    id: Field,
    text: Field,
    reader: IndexReader,
    analyzer: TextAnalyzer,
    documents: Mutex<Documents>,
    /// Whether there are writes that readers don't see yet. It changes only under the lock of `documents`.
    dirty: AtomicBool,
}

struct Documents {
    /// None after a failure, until the next write or commit makes another.
    writer: Option<IndexWriter>,
    /// What was acknowledged since the last commit, in order: the id, and the text unless it was deleted.
    pending: Vec<(String, Option<String>)>,
    pending_bytes: usize,
    /// The bytes of each text. tantivy itself can't say whether an id is there before a commit.
    bytes_of: HashMap<String, u64>,
    bytes: u64,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Index")
            .field("dirty", &self.dirty)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// An empty index.
    pub fn new(config: &SearchConfig) -> Result<Self, SearchError> {
        Index::in_directory(config, tantivy::directory::RamDirectory::create())
    }

    fn in_directory(config: &SearchConfig, directory: impl Into<Box<dyn tantivy::Directory>>) -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field(ID, STRING | FAST);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(ANALYZER)
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing) | STORED);

        let settings = IndexSettings {
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let index = tantivy::Index::builder()
            .schema(schema.build())
            .settings(settings)
            .open_or_create(directory)
            .map_err(failed)?;
        let analyzer = analyzer(config);
        index.tokenizers().register(ANALYZER, analyzer.clone());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(failed)?;
        let documents = Mutex::new(Documents {
            writer: None,
            pending: Vec::new(),
            pending_bytes: 0,
            bytes_of: HashMap::new(),
            bytes: 0,
        });
        Ok(Index {
            index,
            id,
            text,
            reader,
            analyzer,
            documents,
            dirty: AtomicBool::new(false),
        })
    }

    /// Puts a document in, in place of one with its id.
    pub fn put(&self, id: &str, text: &str, config: &SearchConfig) -> Result<(), SearchError> {
        let mut documents = self.documents();
        let old = documents.bytes_of.get(id).copied();
        if old.is_none() && documents.bytes_of.len() as u64 >= u64::from(config.max_documents) {
            return Err(full("max_documents", config.max_documents));
        }
        let bytes = documents.bytes - old.unwrap_or(0) + text.len() as u64;
        if bytes > config.max_index_bytes {
            return Err(full("max_index_bytes", config.max_index_bytes));
        }
        self.write(&mut documents, id, Some(text))?;
        documents.bytes_of.insert(id.to_owned(), text.len() as u64);
        documents.bytes = bytes;
        Ok(())
    }

    /// Takes a document out, and says whether it was there.
    pub fn delete(&self, id: &str) -> Result<bool, SearchError> {
        let mut documents = self.documents();
        let Some(bytes) = documents.bytes_of.get(id).copied() else {
            return Ok(false);
        };
        self.write(&mut documents, id, None)?;
        documents.bytes_of.remove(id);
        documents.bytes -= bytes;
        Ok(true)
    }

    /// Writes a text under an id, or takes away what is there. Nothing is left of it if it fails.
    fn write(&self, documents: &mut Documents, id: &str, text: Option<&str>) -> Result<(), SearchError> {
        if documents.pending.len() >= MOST_PENDING || documents.pending_bytes >= MOST_PENDING_BYTES {
            self.commit(documents)?;
        }
        // A commit needs the same lock, so that no reader sees the index between the two.
        self.dirty.store(true, Ordering::Release);
        if self
            .writer(documents)
            .and_then(|writer| self.pass_on(writer, id, text))
            .is_err()
        {
            // Whatever became of it went with the writer.
            documents.writer = None;
            let again = self.writer(documents).and_then(|writer| self.pass_on(writer, id, text));
            again.inspect_err(|_| documents.writer = None)?;
        }
        documents.pending_bytes += id.len() + text.map_or(0, str::len);
        documents.pending.push((id.to_owned(), text.map(str::to_owned)));
        Ok(())
    }

    /// The writer, or a new one that has got what the last one lost.
    fn writer<'a>(&self, documents: &'a mut Documents) -> Result<&'a IndexWriter, SearchError> {
        if documents.writer.is_none() {
            let writer = self.index.writer_with_num_threads(1, WRITER_BYTES).map_err(failed)?;
            let pending = documents.pending.iter();
            pending
                .map(|(id, text)| (id, text.as_deref()))
                .try_for_each(|(id, text)| self.pass_on(&writer, id, text))?;
            documents.writer = Some(writer);
        }
        documents.writer.as_ref().ok_or_else(|| SearchError::Failed {
            reason: "the index has no writer".to_owned(),
        })
    }

    fn pass_on(&self, writer: &IndexWriter, id: &str, text: Option<&str>) -> Result<(), SearchError> {
        let delete = UserOperation::Delete(Term::from_field_text(self.id, id));
        let add = text.map(|text| {
            let mut document = TantivyDocument::default();
            document.add_text(self.id, id);
            document.add_text(self.text, text);
            UserOperation::Add(document)
        });
        // Both in one step: a failure must not take the old text away.
        let operations: Vec<UserOperation> = [delete].into_iter().chain(add).collect();
        writer.run(operations).map_err(failed).map(drop)
    }

    /// Lets readers see what was written. After a failure it is tried once more with another writer.
    fn commit(&self, documents: &mut Documents) -> Result<(), SearchError> {
        let mut once = || {
            self.writer(documents)?;
            let committed = match &mut documents.writer {
                Some(writer) => writer.commit().map_err(failed).map(drop),
                None => Ok(()),
            };
            committed.inspect_err(|_| documents.writer = None)
        };
        once().or_else(|_| once())?;
        documents.pending.clear();
        documents.pending_bytes = 0;
        self.reader.reload().map_err(failed)?;
        self.dirty.store(false, Ordering::Release);
        Ok(())
    }

    /// How many documents there are, and the bytes of their texts.
    pub fn size(&self) -> (u64, u64) {
        let documents = self.documents();
        (documents.bytes_of.len() as u64, documents.bytes)
    }

    /// The documents that fit best.
    pub fn query(&self, text: &str, limit: usize, config: &SearchConfig) -> Result<Vec<SearchResult>, SearchError> {
        let searcher = self.searcher()?;
        // tantivy takes memory for as many results as are asked for, and none at all isn't a number that it knows.
        let limit = limit.min(searcher.num_docs() as usize);
        let terms = self.terms(text);
        if limit == 0 || terms.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.any_of(terms, config.ranking);
        let order = (SortBySimilarityScore, (SortByString::for_field(ID), Order::Asc));
        let best = searcher
            .search(&query, &TopDocs::with_limit(limit).order_by(order))
            .map_err(failed)?;

        let snippets = match config.snippet_bytes {
            Some(bytes) => {
                let mut generator = SnippetGenerator::create(&searcher, &*query, self.text).map_err(failed)?;
                generator.set_max_num_chars(bytes as usize);
                Some(generator)
            }
            None => None,
        };
        let result = |((score, id), address): ((f32, Option<String>), DocAddress)| {
            let snippet = match &snippets {
                Some(generator) => self.snippet(&searcher, generator, address)?,
                None => String::new(),
            };
            Ok(SearchResult {
                document: id.unwrap_or_default(),
                score: f64::from(score),
                snippet,
            })
        };
        best.into_iter().map(result).collect()
    }

    /// The first terms that begin with a prefix.
    pub fn terms_from(&self, prefix: &str, limit: usize) -> Result<Vec<String>, SearchError> {
        let searcher = self.searcher()?;
        let prefix: String = prefix.chars().flat_map(char::to_lowercase).collect();
        let mut terms = BTreeSet::new();
        for segment in searcher.segment_readers() {
            // The first of all are among the first of each segment.
            terms.extend(self.terms_of_segment(segment, &prefix, limit)?);
        }
        Ok(terms.into_iter().take(limit).collect())
    }

    /// A segment keeps the terms of deleted documents until it is merged; those are left out here.
    fn terms_of_segment(&self, segment: &SegmentReader, prefix: &str, limit: usize) -> Result<Vec<String>, SearchError> {
        let inverted = segment.inverted_index(self.text).map_err(failed)?;
        let mut stream = inverted.terms().range().ge(prefix.as_bytes()).into_stream().map_err(failed)?;
        let mut terms = Vec::new();
        while terms.len() < limit && stream.advance() {
            if !stream.key().starts_with(prefix.as_bytes()) {
                break;
            }
            let mut postings = inverted
                .read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)
                .map_err(failed)?;
            while postings.doc() != TERMINATED && segment.is_deleted(postings.doc()) {
                postings.advance();
            }
            if postings.doc() != TERMINATED {
                terms.push(String::from_utf8_lossy(stream.key()).into_owned());
            }
        }
        Ok(terms)
    }

    /// What was written, as readers see it; commits first if something wasn't yet.
    fn searcher(&self) -> Result<Searcher, SearchError> {
        if self.dirty.load(Ordering::Acquire) {
            let mut documents = self.documents();
            if self.dirty.load(Ordering::Acquire) {
                self.commit(&mut documents)?;
            }
        }
        Ok(self.reader.searcher())
    }

    fn terms(&self, text: &str) -> BTreeSet<String> {
        let mut analyzer = self.analyzer.clone();
        let mut stream = analyzer.token_stream(text);
        let mut terms = BTreeSet::new();
        while let Some(token) = stream.next() {
            terms.insert(token.text.clone());
        }
        terms
    }

    fn any_of(&self, terms: BTreeSet<String>, ranking: Ranking) -> Box<dyn Query> {
        let clause = |term: String| {
            let term = Term::from_field_text(self.text, &term);
            let query: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, query)
        };
        let query = Box::new(BooleanQuery::new(terms.into_iter().map(clause).collect()));
        match ranking {
            Ranking::Unranked => Box::new(ConstScoreQuery::new(query, 1.0)),
            _ => query,
        }
    }

    fn snippet(&self, searcher: &Searcher, generator: &SnippetGenerator, address: DocAddress) -> Result<String, SearchError> {
        let document: TantivyDocument = searcher.doc(address).map_err(failed)?;
        let text = document
            .get_first(self.text)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        let mut snippet = generator.snippet(text);
        snippet.set_snippet_prefix_postfix("<mark>", "</mark>");
        Ok(snippet.to_html())
    }

    // What is pending and what is counted is changed last, so that after a panic only the writer may know of more.
    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(|poisoned| {
            let mut documents = PoisonError::into_inner(poisoned);
            documents.writer = None;
            self.dirty.store(true, Ordering::Release);
            self.documents.clear_poison();
            documents
        })
    }
}

/// Cuts texts as the module states it.
fn analyzer(config: &SearchConfig) -> TextAnalyzer {
    // The filter keeps what is shorter than its limit.
    let words = SimpleTokenizer::default();
    let mut analyzer = TextAnalyzer::builder(words)
        .filter(RemoveLongFilter::limit(MAX_TERM_BYTES as usize + 1))
        .filter(LowerCaser)
        .dynamic();
    if config.stop_words {
        analyzer = analyzer.filter_dynamic(StopWordFilter::remove(STOP_WORDS.split(' ').map(str::to_owned)));
    }
    if config.stemming {
        analyzer = analyzer.filter_dynamic(Stemmer::new(Language::English));
    }
    analyzer.build()
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
