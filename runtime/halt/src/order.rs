//! Equality, order and hash of values: by what they are, not by where they lie.

use core::cmp::Ordering;

use crate::arena::Arena;
use crate::cursor::{Token, Walk};
use crate::error::Error;
use crate::scalar::Type;
use crate::word::Word;

impl Arena<'_> {
    /// Whether the values are equal: integers of one number, the same bytes, lists or vectors of equal elements in the same order,
    /// maps of equal keys with equal values. A list is never equal to a vector.
    ///
    /// # Errors
    /// [`Error::BadWord`].
    pub fn equal(&self, left: Word, right: Word) -> Result<bool, Error> {
        Ok(self.compare(left, right)? == Ordering::Equal)
    }

    /// The total order of values, in which equal ones are those of [`equal`](Self::equal).
    ///
    /// First by type: nil, false, true, integers, bytes, lists, vectors, maps. Integers by number. Bytes as dictionaries do. Of two
    /// lists, vectors or maps the one with fewer elements comes first; of two with as many, their parts decide from the first on,
    /// those of maps in the order of the hashes.
    ///
    /// # Errors
    /// [`Error::BadWord`].
    pub fn compare(&self, left: Word, right: Word) -> Result<Ordering, Error> {
        self.check(left)?;
        self.check(right)?;
        Ok(self.order(left, right))
    }

    /// A hash of 64 bits by which equal values are equal. It is the same on every machine, and no defence against who seeks
    /// collisions: maps take them into account.
    ///
    /// # Errors
    /// [`Error::BadWord`].
    pub fn hash(&self, word: Word) -> Result<u64, Error> {
        self.check(word)?;
        Ok(self.known_hash(word))
    }

    pub(crate) fn order(&self, left: Word, right: Word) -> Ordering {
        if left == right {
            return Ordering::Equal;
        }
        // Most keys have no parts, and need no stacks.
        match self.order_first(left, right) {
            Ordering::Equal => {}
            different => return different,
        }
        if self.depth(left) == 0 {
            return Ordering::Equal;
        }
        let (mut left, mut right) = (Walk::new(self, left), Walk::new(self, right));
        // The walks end together, since collections of different sizes differ when they begin.
        while let (Some(one), Some(other)) = (left.next(), right.next()) {
            match (one, other) {
                (Token::Begin(one), Token::Begin(other)) if one == other => {
                    left.pass_over();
                    right.pass_over();
                }
                (Token::Leaf(one) | Token::Begin(one), Token::Leaf(other) | Token::Begin(other)) => {
                    match self.order_first(one, other) {
                        Ordering::Equal => {}
                        different => return different,
                    }
                }
                _ => {}
            }
        }
        Ordering::Equal
    }

    /// Compares the values without the parts of collections.
    fn order_first(&self, left: Word, right: Word) -> Ordering {
        let kind = self.known_type(left);
        kind.cmp(&self.known_type(right)).then_with(|| match kind {
            Type::Nil => Ordering::Equal,
            Type::Boolean => left.bits().cmp(&right.bits()),
            Type::Integer => self.known_integer(left).cmp(&self.known_integer(right)),
            Type::Bytes => {
                // Big-endian words order like their bytes. What pads the shorter one is zero, so that the length decides last.
                let bytes = self.packed_bytes(left).map(u64::swap_bytes);
                bytes
                    .cmp(self.packed_bytes(right).map(u64::swap_bytes))
                    .then(self.known_count(left).cmp(&self.known_count(right)))
            }
            Type::List | Type::Vector | Type::Map => self.known_count(left).cmp(&self.known_count(right)),
        })
    }

    pub(crate) fn known_hash(&self, word: Word) -> u64 {
        let mut hash = self.mix_first(0x6861_6c74, word);
        if self.depth(word) > 0 {
            for token in Walk::new(self, word).skip(1) {
                if let Token::Leaf(part) | Token::Begin(part) = token {
                    hash = self.mix_first(hash, part);
                }
            }
        }
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^ hash >> 32
    }

    /// Mixes in the value without the parts of a collection.
    fn mix_first(&self, hash: u64, word: Word) -> u64 {
        let kind = self.known_type(word);
        let number = match kind {
            Type::Nil => 0,
            Type::Boolean => word.bits(),
            Type::Integer => self.known_integer(word) as u64,
            _ => self.known_count(word) as u64,
        };
        let mut hash = mix(mix(hash, kind as u64), number);
        if kind == Type::Bytes {
            for packed in self.packed_bytes(word) {
                hash = mix(hash, packed);
            }
        }
        hash
    }
}

fn mix(hash: u64, number: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 32
}
