//! The dead letters that are kept.

use std::collections::VecDeque;
use std::sync::Mutex;

use abi_facts::messaging::DeadLetter;

use crate::lock;

/// A bounded list of dead letters. Its lock is the last that is taken: nothing else is locked while it is held.
#[derive(Debug)]
pub struct DeadLetters {
    limit: u32,
    letters: Mutex<VecDeque<DeadLetter>>,
}

impl DeadLetters {
    /// An empty list for at most so many.
    pub fn new(limit: u32) -> Self {
        DeadLetters {
            limit,
            letters: Mutex::default(),
        }
    }

    /// How many there may be.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Keeps a letter, or says that there is no room for it. The letter is only made if there is.
    pub fn keep(&self, letter: impl FnOnce() -> DeadLetter) -> bool {
        let mut letters = lock(&self.letters);
        let room = letters.len() < self.limit as usize;
        if room {
            letters.push_back(letter());
        }
        room
    }

    /// All of them, oldest first.
    pub fn all(&self) -> Vec<DeadLetter> {
        lock(&self.letters).iter().cloned().collect()
    }

    /// Takes the oldest out.
    pub fn take(&self, limit: u32) -> Vec<DeadLetter> {
        let mut letters = lock(&self.letters);
        let count = letters.len().min(limit as usize);
        letters.drain(..count).collect()
    }

    /// Forgets them.
    pub fn clear(&self) -> u64 {
        // Dropped after the lock is released: it may take a while.
        let letters = std::mem::take(&mut *lock(&self.letters));
        letters.len() as u64
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        lock(&self.letters).len()
    }
}
