//! Compares the entries of two states of the specs, and says what their difference means for those who use the older one.
//!
//! [`entry`] is an entry in the form that is compared, whether it was read from a spec or from a blessed file; [`compare()`] finds what
//! changed, as [differences](difference); [`verdict`] says which part of the version has to move; [`record`] is the text of a blessed file. Everything here reads
//! [items](crate::model::item::Item) and knows no kind of spec.

pub mod compare;
pub mod difference;
pub mod entry;
pub mod record;
pub mod verdict;

pub use compare::compare;
pub use difference::{Difference, FactChange, Happened, Moves};
pub use entry::Entry;
pub use verdict::{Group, groups};
