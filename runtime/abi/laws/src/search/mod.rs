//! Laws of the module `search`.

pub mod broken;
mod corpus;
mod documents;
mod fixture;
mod oracle;
mod ranking;
mod snippets;
mod terms;
pub mod workload;

pub use documents::{any_text, concurrent_writes, deleted_is_gone, limits, read_your_write, reindex_replaces};
pub use fixture::Fixture;
pub use ranking::{rank_agreement, rank_exact, ten_thousand, top_of_all};
pub use snippets::{snippet_densest, snippet_well_formed};
pub use terms::{prefix_is_filter, stemming_joins, stop_words_dropped};
