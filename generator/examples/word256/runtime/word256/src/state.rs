//! Memory, storage and input.

use std::collections::BTreeMap;

use word256_facts::TrapKind;

use crate::{Trap, U256};

/// Bytes of memory that a program may use: 64 KiB.
pub const MOST_MEMORY: usize = 1 << 16;

/// Bytes of a word.
const WORD: usize = 32;

/// What a program keeps beside the variables of its functions.
#[derive(Debug, Default)]
pub struct State {
    /// What the host gives the program.
    pub input: Vec<u8>,
    memory: Vec<u8>,
    storage: BTreeMap<U256, U256>,
    /// What storage held before each change since the last commit, the latest change last.
    undo: Vec<(U256, Option<U256>)>,
}

impl State {
    /// Ends a call: what was stored stays, and memory is given back.
    pub fn commit(&mut self) {
        self.undo.clear();
        self.memory.clear();
    }

    /// Undoes what was stored since the last commit.
    pub fn roll_back(&mut self) {
        while let Some((key, value)) = self.undo.pop() {
            match value {
                Some(value) => self.storage.insert(key, value),
                None => self.storage.remove(&key),
            };
        }
        self.memory.clear();
    }

    /// The word of a key.
    pub fn stored(&self, key: U256) -> U256 {
        self.storage.get(&key).copied().unwrap_or_default()
    }

    /// Stores a word; zero needs no room.
    pub fn store(&mut self, key: U256, value: U256) {
        let before = if value == U256::ZERO {
            self.storage.remove(&key)
        } else {
            self.storage.insert(key, value)
        };
        self.undo.push((key, before));
    }

    /// How many bytes of memory there are.
    pub fn memory_size(&self) -> usize {
        self.memory.len()
    }

    /// Bytes of memory from an offset on, which grows to hold them, in whole words.
    ///
    /// # Errors
    ///
    /// [`TrapKind::MemoryLimit`].
    pub fn memory(&mut self, at: U256, count: usize) -> Result<&mut [u8], Trap> {
        let start = usize::try_from(at).ok().filter(|start| *start <= MOST_MEMORY - count);
        let Some(start) = start else {
            let message = format!("{count} bytes at {at} are beyond the {MOST_MEMORY} that there may be");
            return Err(Trap::new(TrapKind::MemoryLimit, message));
        };
        let end = start + count;
        if self.memory.len() < end {
            self.memory.resize(end.next_multiple_of(WORD), 0);
        }
        Ok(&mut self.memory[start..end])
    }
}
