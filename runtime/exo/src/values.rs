//! Atoms and values: the crate `halt` in an arena of the kernel's.

use exo_facts::{Error, Stage, gas, limits};
use halt::{Arena, Atom, Word, atomic_words};

use crate::boot::BootFailure;
use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::pool::Pool;

/// An atom, the capabilities to it, and the account that has left a deposit for it.
pub struct Row {
    pub references: u32,
    pub account: u32,
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
            account: 0,
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

/// Why values couldn't be made.
enum Short {
    /// The account can't leave a deposit for them.
    OfGas,
    /// There is no room in the arena.
    OfRoom,
    /// Neither helps.
    Never(Error),
}

const _: () = assert!(limits::ACCOUNTS <= 1 << u16::BITS, "values can be counted for every account");

impl<M: Machine> Kernel<M> {
    /// Makes a value for the caller, whose account leaves a deposit for its words. Where there isn't enough for that, or no room, once
    /// more after a collection.
    pub(crate) fn make(
        &mut self,
        mut make: impl FnMut(&mut Self, &mut Arena<'static>) -> Result<Word, halt::Error>,
    ) -> Result<Word, Error> {
        let mut values = self.values.take().ok_or(Error::NoSuchCall)?;
        let mut result = self.make_once(&mut values, &mut make);
        let account = &self.accounts[self.current_account];
        // What it can't pay for, only its own values can free.
        let helps = match result {
            Err(Short::OfGas) => account.words > 0,
            Err(Short::OfRoom) => true,
            _ => false,
        };
        if helps && self.charge(gas::COLLECTION).is_ok() {
            self.collect(&mut values);
            result = self.make_once(&mut values, &mut make);
        }
        self.values = Some(values);
        result.map_err(|short| match short {
            Short::OfGas => Error::NoGas,
            Short::OfRoom => Error::NoMemory,
            Short::Never(error) => error,
        })
    }

    fn make_once(
        &mut self,
        values: &mut Values,
        make: &mut impl FnMut(&mut Self, &mut Arena<'static>) -> Result<Word, halt::Error>,
    ) -> Result<Word, Short> {
        let id = self.current_account;
        let arena = &mut values.arena;
        let affordable = self.accounts[id].balance / gas::VALUE_WORD;
        arena.set_owner(id as u16);
        arena.set_limit(usize::try_from(affordable).unwrap_or(usize::MAX));
        let (before, room) = (arena.used(), arena.statistics().capacity as usize - arena.used());
        let made = make(self, arena);
        // As a position in the arena, it fits into 32 bits.
        let words = (arena.used() - before) as u32;
        arena.set_limit(usize::MAX);
        match made {
            Ok(word) => {
                let account = &mut self.accounts[id];
                account.balance -= u64::from(words) * gas::VALUE_WORD;
                account.words += words;
                Ok(word)
            }
            Err(halt::Error::Exhausted) if affordable < room as u64 => Err(Short::OfGas),
            Err(halt::Error::Exhausted) => Err(Short::OfRoom),
            Err(error) => Err(Short::Never(refusal(error))),
        }
    }

    /// Frees what no atom reaches, and gives the deposits for it back.
    fn collect(&mut self, values: &mut Values) {
        let accounts = &mut self.accounts;
        let mut rest = values.arena.used() as u32;
        let collected = values.arena.collect_counting(&mut [], |owner, words| {
            accounts[u32::from(owner)].alive += words as u32;
        });
        debug_assert!(collected.is_ok(), "there are no roots that could be wrong");
        for id in 1..self.accounts.len() {
            // Accounts behind the last one that has left deposits for words aren't looked at.
            if rest == 0 {
                break;
            }
            let account = &mut self.accounts[id];
            rest = rest.saturating_sub(account.words);
            let dead = account.words - core::mem::take(&mut account.alive);
            if dead > 0 {
                account.words -= dead;
                self.give_back(id, u64::from(dead) * gas::VALUE_WORD);
            }
        }
    }

    /// Gives a deposit back to an account, whose count of what it has one for has been set.
    pub(crate) fn give_back(&mut self, id: u32, amount: u64) {
        let account = &mut self.accounts[id];
        if account.references > 0 {
            account.balance = account.balance.saturating_add(amount);
            self.feed(id);
        } else {
            self.free_account_if_over(id);
        }
    }
}

/// A word from a caller.
pub fn word(bits: u64) -> Word {
    Word::from_bits(bits)
}
