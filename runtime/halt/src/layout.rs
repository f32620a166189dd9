//! Where things lie in the words that the caller gives: state, atoms, the bitmap of starts, two semispaces.

use crate::MAX_WORDS;
use crate::error::Error;

/// What the first word of an arena holds: "halt", and the version of the layout.
pub(crate) const MAGIC: u64 = 0x0000_0002_746c_6168;

/// The words of the state, by their position.
pub(crate) mod state {
    pub const MAGIC: usize = 0;
    /// Words of the arena (low half) and atoms in the table (high half).
    pub const GEOMETRY: usize = 1;
    pub const GENERATION: usize = 2;
    /// The first word that isn't allocated.
    pub const TOP: usize = 3;
    /// First atom of the list of free ones.
    pub const FREE: usize = 4;
    /// First atom of the list of dropped ones, which are free after the next collection.
    pub const DROPPED: usize = 5;
    pub const LIVE_ATOMS: usize = 6;
    /// Where the top was after the last collection.
    pub const SURVIVED: usize = 7;
    pub const COPIED: usize = 8;
    pub const RECLAIMED: usize = 9;
    pub const ALLOCATED: usize = 10;
    pub const COLLECTIONS: usize = 11;
    pub const WORDS: usize = 16;
}

/// Words of one atom: the value, and its epoch.
const ATOM_WORDS: usize = 2;
/// The least that a semispace may have.
const MIN_SPACE: usize = 64;

/// The parts of an arena. All follow from how many words and atoms it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub words: usize,
    pub atoms: u32,
    /// First word of the bitmap that has one bit for each word of the arena.
    pub starts: usize,
    /// First words of the semispaces.
    pub spaces: [usize; 2],
    /// Words of one semispace.
    pub space: usize,
}

impl Layout {
    pub(crate) fn new(words: usize, atoms: u32) -> Result<Self, Error> {
        if words > MAX_WORDS {
            return Err(Error::BadSize);
        }
        let starts = (atoms as usize).checked_mul(ATOM_WORDS).ok_or(Error::BadSize)? + state::WORDS;
        // Each semispace starts at a multiple of 64 words, so that no word of the bitmap belongs to both.
        let first = (starts + words.div_ceil(64)).next_multiple_of(64);
        let space = words.saturating_sub(first) / 2 / 64 * 64;
        if space < MIN_SPACE {
            return Err(Error::BadSize);
        }
        Ok(Self {
            words,
            atoms,
            starts,
            spaces: [first, first + space],
            space,
        })
    }

    /// The semispace in which a generation lives.
    pub(crate) const fn active(&self, generation: u32) -> usize {
        self.spaces[(generation & 1) as usize]
    }

    /// The other one.
    pub(crate) const fn idle(&self, generation: u32) -> usize {
        self.spaces[(!generation & 1) as usize]
    }
}
