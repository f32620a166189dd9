//! Atoms and values: the crate `halt` in an arena of the kernel's.

use exo_facts::{Error, Stage, limits};
use halt::{Arena, Atom, Word, atomic_words};

use crate::boot::BootFailure;
use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::pool::Pool;

/// An atom, and the capabilities to it.
pub struct Row {
    pub references: u32,
    pub atom: Option<Atom>,
}

/// The arena, and which atom each object is.
pub struct Values {
    pub arena: Arena<'static>,
    pub atoms: Pool<Row>,
}

/// Atoms that there can be, where there are so many capabilities.
fn most_atoms(capabilities: usize) -> usize {
    (capabilities / 2).min(limits::ATOMS as usize - 1)
}

/// Words of the arena: state, two for each atom, and for the values so many bytes, with a bit for each word.
pub fn arena_words(capabilities: usize, bytes: u64) -> usize {
    let values = (bytes as usize / 8).max(256);
    64 + 2 * (most_atoms(capabilities) + 1) + values + values / 32
}

/// Bytes of the table of atoms.
pub fn table_bytes(capabilities: usize) -> usize {
    (most_atoms(capabilities) + 1) * (size_of::<Row>() + size_of::<u32>()) + 4 * size_of::<u64>()
}

impl Values {
    pub fn carve(carver: &mut crate::carve::Carver, capabilities: usize) -> Option<Pool<Row>> {
        Pool::carve(carver, most_atoms(capabilities), || Row {
            references: 0,
            atom: None,
        })
    }
}

impl<M: Machine> Kernel<M> {
    /// Makes the arena.
    pub(crate) fn start_values(&mut self) -> Result<(), BootFailure> {
        let fail = |reason| BootFailure::new(Stage::Halt, reason);
        let (memory, atoms) = self.arena_memory.take().ok_or(fail("the arena is in use"))?;
        let arena = Arena::new(atomic_words(memory), atoms.len()).map_err(|_| fail("the memory of the arena is too small"))?;
        self.values = Some(Values { arena, atoms });
        Ok(())
    }
}

/// What an error of halt is for the caller of the kernel. An atom is never stale here: capabilities end before it does.
pub fn refusal(error: halt::Error) -> Error {
    match error {
        halt::Error::Exhausted => Error::NoMemory,
        halt::Error::TableFull => Error::TableFull,
        halt::Error::TooLarge => Error::Overflow,
        _ => Error::BadValue,
    }
}

/// Does what may need room in the arena; if there is none, once more after a collection, which keeps `word` if one is given.
pub fn with_room<T>(
    arena: &mut Arena<'static>,
    mut attempt: impl FnMut(&mut Arena<'static>) -> Result<T, halt::Error>,
) -> Result<T, Error> {
    match attempt(arena) {
        Err(halt::Error::Exhausted | halt::Error::TableFull) => {
            arena.collect(&mut []).map_err(refusal)?;
            attempt(arena).map_err(refusal)
        }
        result => result.map_err(refusal),
    }
}

/// A word from a caller.
pub fn word(bits: u64) -> Word {
    Word::from_bits(bits)
}
