//! What laws are given beside numbers and rights: calls with arguments of all sorts, and values in memory.

use exo_facts::Syscall;
use exo_facts::formats::value::{BYTES, LIST};

use super::Bytes;
use crate::random::Random;

/// A call with its arguments. What these are is chosen when it is made, out of what the second process holds then.
#[derive(Debug, Clone, Copy)]
pub struct Wild {
    /// From which the choices follow.
    pub seed: u64,
    /// Its number, once it has been made.
    pub number: u64,
    /// Its arguments, likewise.
    pub arguments: [u64; 6],
}

impl Wild {
    /// One that has still to be made.
    pub fn new(seed: u64) -> Wild {
        Wild { seed, number: 0, arguments: [0; 6] }
    }

    /// What it costs.
    pub fn price(&self) -> u64 {
        Syscall::from_number(self.number).map_or(0, |call| call.price(&self.arguments))
    }
}

/// The encoded form of a value, in the memory of the caller.
#[derive(Debug, Clone)]
pub struct Value {
    /// Where it is.
    pub at: u64,
    /// Its length.
    pub length: u64,
    /// The bytes.
    pub bytes: Bytes,
}

/// Memory of the caller that may be written.
#[derive(Debug, Clone, Copy)]
pub struct Buffer {
    /// Where it is.
    pub at: u64,
    /// Its length.
    pub length: u64,
}


/// A list of strings of bytes, all of which have the same bytes: parts of two such values can't be taken for one.
pub fn value(random: &mut Random) -> Bytes {
    let mut bytes = Bytes::new();
    let (count, byte) = (random.below(6), random.word() as u8);
    for _ in 0..count {
        let length = random.below(60) as u8;
        for part in [BYTES as u8, length].into_iter().chain((0..length).map(|_| byte)) {
            bytes.push(part);
        }
    }
    bytes.push(LIST as u8);
    bytes.push(count as u8);
    bytes
}
