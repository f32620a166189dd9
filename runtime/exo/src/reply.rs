//! What the gate hands to a handler, and what a handler hands back.

use exo_facts::{Error, Handle, Rights};

/// A capability that the gate has checked: it exists, is of the kind asked for, belongs to the caller and has the rights needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Granted {
    /// Its row in the table.
    pub slot: u32,
    /// The number of its kind.
    pub kind: u8,
    /// The object, a number that its kind gives meaning to.
    pub object: u32,
    /// All rights that it has.
    pub rights: Rights,
    /// The first frame or block of its range.
    pub first: u32,
    /// The length of its range; zero where the kind has none.
    pub count: u32,
}

/// What a system call returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Reply {
    /// The caller goes on with these two result registers.
    Value {
        /// Zero, or the negated number of an error.
        status: u64,
        /// The value, the handle or the word.
        value: u64,
    },
    /// The platform goes on with the registers of whichever process is current. Results are in them already.
    Switched,
}

impl Reply {
    /// Success without a value.
    pub const DONE: Reply = Reply::Value { status: 0, value: 0 };

    /// Success with a value.
    #[inline(always)]
    pub const fn value(value: u64) -> Reply {
        Reply::Value { status: 0, value }
    }

    /// Success with a handle.
    #[inline(always)]
    pub const fn handle(handle: Handle) -> Reply {
        Reply::Value {
            status: 0,
            value: handle.0,
        }
    }

    /// An error.
    #[inline(always)]
    pub const fn error(error: Error) -> Reply {
        Reply::Value {
            status: exo_facts::status(Err(error)),
            value: 0,
        }
    }
}

impl From<Result<(), Error>> for Reply {
    #[inline(always)]
    fn from(result: Result<(), Error>) -> Reply {
        match result {
            Ok(()) => Reply::DONE,
            Err(error) => Reply::error(error),
        }
    }
}

impl From<Result<u64, Error>> for Reply {
    #[inline(always)]
    fn from(result: Result<u64, Error>) -> Reply {
        match result {
            Ok(value) => Reply::value(value),
            Err(error) => Reply::error(error),
        }
    }
}

impl From<Result<Handle, Error>> for Reply {
    #[inline(always)]
    fn from(result: Result<Handle, Error>) -> Reply {
        match result {
            Ok(handle) => Reply::handle(handle),
            Err(error) => Reply::error(error),
        }
    }
}

impl From<Result<Reply, Error>> for Reply {
    #[inline(always)]
    fn from(result: Result<Reply, Error>) -> Reply {
        match result {
            Ok(reply) => reply,
            Err(error) => Reply::error(error),
        }
    }
}
