//! Immutable values and atoms in one arena that the caller gives.
//!
//! A value never changes: a new one shares what it has in common with the old. The only thing that changes is an atom, which holds
//! one value; an update makes a value and puts it there in one step. So a reader sees a complete value whatever others do, and a fork
//! copies atoms and shares everything else.
//!
//! ```
//! use halt::{Arena, Word, atomic_words};
//!
//! let mut memory = [0; 1024];
//! let mut arena = Arena::new(atomic_words(&mut memory), 8)?;
//! let primes = arena.vector(&[2.into(), 3.into(), 5.into()])?;
//! let atom = arena.create(primes)?;
//! let more = arena.vector_push(primes, 7.into())?;
//! assert_eq!(arena.compare_and_swap(atom, primes, more)?, primes);
//! let fork = arena.fork(atom)?;
//! arena.swap(atom, Word::NIL)?;
//! arena.collect(&mut [])?;
//! assert_eq!(arena.vector_get(arena.load(fork)?, 3)?, 7.into());
//! # Ok::<(), halt::Error>(())
//! ```
//!
//! There is no allocation but in the arena, no dependency, and one block of `unsafe` ([`atomic_words`]), without which a caller who
//! has atomic words can do. Nothing panics, whatever words, handles, bytes or images it is given. `docs/halt.md` in the repository
//! says more, with figures.
//!
//! # Words
//!
//! A [`Word`] is an integer of 62 bits, a constant (nil, false, true, the four empty collections), or where in the arena an object
//! starts together with the generation of the arena. No word holds an address, so the bytes of an arena mean the same wherever they
//! are: [`Arena::attach`] takes a copy over. Each operation checks the words that it is given against a bitmap of where values start;
//! a forged one, or one kept across a collection, is [`Error::BadWord`].
//!
//! # Values
//!
//! Integers of 64 bits, bytes, lists (cells that share their rest), vectors (tries of 32 branches over the index), maps (tries over
//! the hash of the keys, whose shape follows from the entries alone). Any value can be a key. Collections are nested [`MAX_DEPTH`]
//! deep at most; every walk over a value has a stack of fixed size. [`Arena::equal`], [`Arena::compare`] and [`Arena::hash`] go by what
//! values are; they take as long as the value is large when all that is shared is counted each time it occurs.
//!
//! [`Arena::store`] and [`Arena::read_value`] exchange values as bytes. Equal values have equal bytes.
//!
//! # Threads
//!
//! Threads that share an arena claim words with one exchange of the top, so no lock is taken and no room is lost between them; what
//! they pay for it is that all write the same word. They publish with release and read with acquire. An operation that makes several
//! objects claims all their words first: it has room, or it changes nothing. Making a map of many entries claims for each.
//!
//! [`Arena::collect`], [`Arena::store`], [`Arena::fork_all`] and [`Arena::recycle`] take the arena by mutable reference: they are
//! alone. With several threads, that is a lock for reading around steps, and for writing around these.
//!
//! # Collection
//!
//! [`Arena::collect`] copies what atoms and roots reach into the other of two semispaces. A pause takes time in proportion to the words
//! that live, whatever there is of garbage, and to a 64th of what was allocated. Half of the room lies idle (a reader of encoded forms
//! keeps its stack there). Nothing is recorded when an atom changes. Allocation never collects: the caller decides when.
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
pub use encode::code;
pub use error::Error;
pub use scalar::{MAX_COUNT, Type};
#[cfg(not(loom))]
pub use self_tests::self_tests;
#[cfg(not(any(loom, target_arch = "x86")))]
pub use sync::atomic_words;
pub use sync::{AtomicU64, Ordering};
pub use word::{MAX_WORDS, Word};

// The examples of the guide are tests too.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/halt.md")]
struct Guide;
