//! Immutable values and atoms in one arena that the caller gives.
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]

mod arena;
mod atoms;
mod collect;
mod cursor;
mod decode;
mod encode;
mod error;
mod layout;
mod list;
mod map;
mod object;
mod order;
mod scalar;
#[cfg(not(loom))]
mod self_tests;
mod sync;
mod vector;
mod verify;
mod word;

pub use arena::Arena;
pub use atoms::Atom;
pub use collect::{Collection, Statistics};
pub use cursor::{MAX_DEPTH, Parts};
pub use error::Error;
pub use scalar::{MAX_COUNT, Type};
#[cfg(not(loom))]
pub use self_tests::self_tests;
#[cfg(not(loom))]
pub use sync::atomic_words;
pub use sync::{AtomicU64, Ordering};
pub use word::{MAX_WORDS, Word};
