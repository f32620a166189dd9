use exo_facts::{Error, Handle};
#[cfg(feature = "halt")]
use exo_facts::{Kind, Rights, gas};

use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::reply::Granted;
#[cfg(feature = "halt")]
use crate::{
    user_memory::{Page, in_user_half},
    values::{Row, Values, refusal, word},
};

/// How the calls find the values: halt has been started before any process runs.
#[cfg(feature = "halt")]
const STARTED: Error = Error::NoSuchCall;

#[cfg(feature = "halt")]
impl<M: Machine> Kernel<M> {
    /// Makes an atom that holds a value.
    pub fn atom_create(&mut self, value: u64) -> Result<Handle, Error> {
        let Values { arena, .. } = self.values.as_mut().ok_or(STARTED)?;
        let value = word(value);
        let atom = match arena.create(value) {
            // A collection would change the word; the slots of atoms that were dropped are free without one.
            Err(halt::Error::TableFull) if arena.recycle() > 0 => arena.create(value),
            result => result,
        };
        self.grant_atom(atom.map_err(refusal)?)
    }

    /// The value that an atom holds.
    #[inline]
    pub fn atom_load(&mut self, atom: Granted) -> Result<u64, Error> {
        let Values { arena, .. } = self.values.as_mut().ok_or(STARTED)?;
        Ok(arena.load_at(atom.first).map_err(refusal)?.bits())
    }

    /// Puts a value into an atom and returns the one before.
    #[inline]
    pub fn atom_swap(&mut self, atom: Granted, value: u64) -> Result<u64, Error> {
        let Values { arena, .. } = self.values.as_mut().ok_or(STARTED)?;
        Ok(arena.swap_at(atom.first, word(value)).map_err(refusal)?.bits())
    }

    /// Puts a value into an atom if it holds the expected one; returns what it held.
    #[inline]
    pub fn atom_compare_and_swap(&mut self, atom: Granted, expected: u64, value: u64) -> Result<u64, Error> {
        let Values { arena, .. } = self.values.as_mut().ok_or(STARTED)?;
        Ok(arena
            .compare_and_swap_at(atom.first, word(expected), word(value))
            .map_err(refusal)?
            .bits())
    }

    /// Makes an atom that holds the same value.
    pub fn atom_fork(&mut self, atom: Granted) -> Result<Handle, Error> {
        let Values { arena, atoms } = self.values.as_mut().ok_or(STARTED)?;
        let atom = atoms[atom.object].atom.ok_or(Error::BadHandle)?;
        let forked = match arena.fork(atom) {
            Err(halt::Error::TableFull) if arena.recycle() > 0 => arena.fork(atom),
            result => result,
        };
        self.grant_atom(forked.map_err(refusal)?)
    }

    /// Builds a value from its encoded form in the memory of the caller.
    pub fn value_store(&mut self, at: u64, length: u64) -> Result<u64, Error> {
        let root = self.processes[self.current].root;
        if !in_user_half(at, length) {
            return Err(Error::BadAddress);
        }
        self.check_range(root, at, length, Rights::READ)?;
        let length = usize::try_from(length).map_err(|_| Error::BadAddress)?;
        let made = self.make(|kernel, arena| {
            let mut page = Page::default();
            arena.store_from(length, |position| {
                kernel.read_user_byte(root, &mut page, at + position as u64).ok()
            })
        });
        Ok(made?.bits())
    }

    /// Writes the encoded form of a value into the memory of the caller.
    pub fn value_read(&mut self, value: u64, at: u64, capacity: u64) -> Result<u64, Error> {
        let root = self.processes[self.current].root;
        let limit = usize::try_from(capacity).unwrap_or(usize::MAX);
        let values = self.values.as_ref().ok_or(STARTED)?;
        let length = values.arena.encoded_length(word(value), limit).map_err(refusal)? as u64;
        self.check_range(root, at, length, Rights::WRITE)?;
        let values = self.values.take().ok_or(STARTED)?;
        let mut position = at;
        let mut page = Page::default();
        let result = values.arena.read_to(word(value), |byte| {
            let written = self.write_user_byte(root, &mut page, position, byte);
            position += 1;
            written.map_err(|_| halt::Error::OutOfRange)
        });
        self.values = Some(values);
        result.map_err(|_| Error::BadAddress)?;
        Ok(length)
    }

    /// Makes a capability to a new atom, for which the account of the caller leaves a deposit.
    fn grant_atom(&mut self, atom: halt::Atom) -> Result<Handle, Error> {
        let Values { arena, atoms } = self.values.as_mut().ok_or(STARTED)?;
        let account = &mut self.accounts[self.current_account];
        let row = match account.balance.checked_sub(gas::ATOM) {
            Some(rest) => atoms.take().map(|id| (id, rest)).ok_or(Error::TableFull),
            None => Err(Error::NoGas),
        };
        let (id, rest) = match row {
            Ok(row) => row,
            Err(error) => {
                arena.drop_atom(atom).map_err(refusal)?;
                return Err(error);
            }
        };
        account.balance = rest;
        account.atoms += 1;
        atoms[id] = Row {
            references: 1,
            account: self.current_account,
            atom: Some(atom),
        };
        // The capability holds the atom's place too: while there is one, the atom lives, so that its epoch needn't be looked at.
        let handle = self.grant_new(Kind::Atom, Kind::Atom.rights(), id, atom.place(), 0);
        if handle.is_err() {
            self.release_atom(id);
        }
        handle
    }

    pub(crate) fn count_atom(&mut self, id: u32) {
        if let Some(values) = &mut self.values {
            values.atoms[id].references += 1;
        }
    }

    /// A capability to an atom is gone; with the last one, the atom, whose deposit comes back.
    pub(crate) fn release_atom(&mut self, id: u32) {
        let Some(Values { arena, atoms }) = &mut self.values else {
            return;
        };
        atoms[id].references -= 1;
        if atoms[id].references > 0 {
            return;
        }
        if let Some(atom) = atoms[id].atom.take() {
            let dropped = arena.drop_atom(atom);
            debug_assert!(dropped.is_ok(), "an atom lives as long as its row");
        }
        atoms.give(id);
        let account = atoms[id].account;
        self.accounts[account].atoms -= 1;
        self.give_back(account, gas::ATOM);
    }
}

#[cfg(not(feature = "halt"))]
impl<M: Machine> Kernel<M> {
    /// Without halt there are no atoms: the call doesn't exist.
    pub fn atom_create(&mut self, _value: u64) -> Result<Handle, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn atom_load(&mut self, _atom: Granted) -> Result<u64, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn atom_swap(&mut self, _atom: Granted, _value: u64) -> Result<u64, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn atom_compare_and_swap(&mut self, _atom: Granted, _expected: u64, _value: u64) -> Result<u64, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn atom_fork(&mut self, _atom: Granted) -> Result<Handle, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn value_store(&mut self, _at: u64, _length: u64) -> Result<u64, Error> {
        Err(Error::NoSuchCall)
    }

    /// See [`atom_create`](Self::atom_create).
    pub fn value_read(&mut self, _value: u64, _at: u64, _capacity: u64) -> Result<u64, Error> {
        Err(Error::NoSuchCall)
    }

    pub(crate) fn count_atom(&mut self, _object: u32) {}

    pub(crate) fn release_atom(&mut self, _object: u32) {}
}
