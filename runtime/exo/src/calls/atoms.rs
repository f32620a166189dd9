use exo_facts::{Error, Handle};

use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::reply::Granted;

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
