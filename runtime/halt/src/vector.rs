//! Vectors: tries of 32 branches over the bits of the index. The shape follows from the count alone, and no node is padded.

use crate::arena::Arena;
use crate::error::Error;
use crate::object::{Header, Kind};
use crate::scalar::{MAX_COUNT, Type};
use crate::word::Word;

/// Bits of the index that one level takes.
const BITS: u32 = 5;
const BRANCHES: usize = 1 << BITS;
/// Levels that a vector of the greatest count has.
const LEVELS: usize = 6;
const ROOT_WORDS: usize = 2;

/// The shift of the root of a vector of so many elements.
fn root_shift(count: usize) -> u32 {
    let mut shift = 0;
    while count > BRANCHES << shift {
        shift += BITS;
    }
    shift
}

/// How many parts it takes to hold so many elements, if each holds as many as the shift says. There is one element at least.
fn nodes_at(count: usize, shift: u32) -> usize {
    ((count - 1) >> shift) + 1
}

fn branch(index: usize, shift: u32) -> usize {
    index >> shift & (BRANCHES - 1)
}

impl Arena<'_> {
    /// The vector of the elements.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn vector(&self, elements: &[Word]) -> Result<Word, Error> {
        for &element in elements {
            self.check(element)?;
        }
        self.vector_from(elements.len(), |at| elements[at])
    }

    /// The vector of so many elements that are known to be values: level by level, the leaves first.
    pub(crate) fn vector_from(&self, count: usize, element: impl Fn(usize) -> Word) -> Result<Word, Error> {
        if count == 0 {
            return Ok(Word::EMPTY_VECTOR);
        }
        if count > MAX_COUNT {
            return Err(Error::TooLarge);
        }
        for at in 0..count {
            self.check_depth(element(at))?;
        }
        let mut total = ROOT_WORDS;
        for shift in (0..=root_shift(count)).step_by(BITS as usize) {
            // A level has one word for each node or element below it, and a header for each of its nodes.
            total += nodes_at(count, shift) + nodes_at(count, shift + BITS);
        }
        let mut at = self.claim(total)?;
        // Where the nodes of the level below start. All of them but the last are full, and so of one size.
        let mut below = 0;
        let mut below_full = 0;
        let mut root = Word::NIL;
        for shift in (0..=root_shift(count)).step_by(BITS as usize) {
            let level = at;
            let children = nodes_at(count, shift);
            for first in (0..children).step_by(BRANCHES) {
                let length = BRANCHES.min(children - first);
                for child in 0..length {
                    let index = first + child;
                    let word = if shift == 0 {
                        element(index)
                    } else {
                        self.word_at(below + index * below_full)
                    };
                    self.write(at + 1 + child, word.bits());
                }
                root = self.node(at, shift, length, None);
                at += 1 + length;
            }
            below = level;
            below_full = 1 + BRANCHES;
        }
        Ok(self.root(at, root, count))
    }

    /// The element at the index.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::OutOfRange`].
    pub fn vector_get(&self, vector: Word, index: usize) -> Result<Word, Error> {
        if index >= self.vector_count(vector)? {
            return Err(Error::OutOfRange);
        }
        let (mut word, mut shift) = self.known_root(vector);
        loop {
            let at = self.object(word).map_or(0, |(at, _)| at);
            word = Word::from_bits(self.read(at + 1 + branch(index, shift)));
            if shift == 0 {
                return Ok(word);
            }
            shift -= BITS;
        }
    }

    /// The vector with one more element at its end.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn vector_push(&self, vector: Word, element: Word) -> Result<Word, Error> {
        let count = self.vector_count(vector)?;
        self.vector_write(vector, count, count, element)
    }

    /// The vector with another element at the index.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::OutOfRange`], [`Error::TooDeep`], [`Error::Exhausted`].
    pub fn vector_set(&self, vector: Word, index: usize, element: Word) -> Result<Word, Error> {
        let count = self.vector_count(vector)?;
        if index >= count {
            return Err(Error::OutOfRange);
        }
        self.vector_write(vector, count, index, element)
    }

    /// The first elements of the vector, so many of them.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::OutOfRange`] when it hasn't as many, [`Error::Exhausted`].
    pub fn vector_truncate(&self, vector: Word, count: usize) -> Result<Word, Error> {
        let old = self.vector_count(vector)?;
        if count > old {
            return Err(Error::OutOfRange);
        }
        if count == old {
            return Ok(vector);
        }
        if count == 0 {
            return Ok(Word::EMPTY_VECTOR);
        }
        let last = count - 1;
        let (mut old_root, mut shift) = self.known_root(vector);
        while shift > root_shift(count) {
            old_root = self.child(old_root, 0);
            shift -= BITS;
        }
        let mut total = ROOT_WORDS;
        for level in (0..=shift).step_by(BITS as usize) {
            total += 2 + branch(last, level);
        }
        let mut at = self.claim(total)?;
        // From the leaf up, each node has the one below it as its last child.
        let mut below = None;
        for level in (0..=shift).step_by(BITS as usize) {
            let old_node = self.descend(old_root, shift, level, last);
            let final_child = branch(last, level);
            for child in 0..=final_child {
                let word = if child == final_child { below } else { None };
                self.write(at + 1 + child, word.unwrap_or_else(|| self.child(old_node, child)).bits());
            }
            below = Some(self.node(at, level, final_child + 1, depth_after(self.depth(old_node), u8::MAX, 0)));
            at += 2 + final_child;
        }
        Ok(self.root(at, below.unwrap_or(Word::NIL), count))
    }

    /// Puts an element at an index that exists, or is the count.
    fn vector_write(&self, vector: Word, count: usize, index: usize, element: Word) -> Result<Word, Error> {
        self.check(element)?;
        self.check_depth(element)?;
        let new_count = count.max(index + 1);
        if new_count > MAX_COUNT {
            return Err(Error::TooLarge);
        }
        let shift = root_shift(new_count);
        // The nodes on the way to the index, as they were; nil where there was none. A root that is full becomes the first child.
        let (old_root, old_shift) = self.known_root(vector);
        let mut path = [(Word::NIL, 0); LEVELS];
        let mut total = ROOT_WORDS;
        for (level, place) in (0..=shift).step_by(BITS as usize).zip(&mut path) {
            let (old, length) = if count == 0 {
                (Word::NIL, 0)
            } else if shift > old_shift {
                (Word::NIL, usize::from(level == shift))
            } else {
                let old = self.descend(old_root, old_shift, level, index);
                (old, self.known_count(old))
            };
            *place = (old, length.max(branch(index, level) + 1));
            total += 1 + place.1;
        }
        let mut at = self.claim(total)?;
        let mut below = element;
        for (level, (old, length)) in (0..=shift).step_by(BITS as usize).zip(path) {
            let old_at = self.object(old).map(|(at, _)| at);
            let (gone, new) = (self.child(old, branch(index, level)), below);
            for child in 0..length {
                let word = match old_at {
                    _ if child == branch(index, level) => below.bits(),
                    Some(old_at) => self.read(old_at + 1 + child),
                    None => old_root.bits(),
                };
                self.write(at + 1 + child, word);
            }
            let old_depth = self.depth(if old == Word::NIL && length > 1 { old_root } else { old });
            below = self.node(at, level, length, depth_after(old_depth, self.depth(gone), self.depth(new)));
            at += 1 + length;
        }
        Ok(self.root(at, below, new_count))
    }

    fn vector_count(&self, vector: Word) -> Result<usize, Error> {
        match self.type_of(vector)? {
            Type::Vector => Ok(self.known_count(vector)),
            _ => Err(Error::TypeMismatch),
        }
    }

    /// The root node of a vector and its shift.
    fn known_root(&self, vector: Word) -> (Word, u32) {
        match self.object(vector) {
            Some((at, header)) => (Word::from_bits(self.read(at + 1)), u32::from(header.shift)),
            None => (Word::NIL, 0),
        }
    }

    /// The node on the way to the index whose shift is that; nil when there is none yet.
    fn descend(&self, root: Word, root_shift: u32, shift: u32, index: usize) -> Word {
        let mut node = root;
        for level in (shift + BITS..=root_shift).rev().step_by(BITS as usize) {
            node = self.child(node, branch(index, level));
        }
        node
    }

    fn child(&self, node: Word, child: usize) -> Word {
        match self.object(node) {
            Some((at, header)) if child < header.length as usize => Word::from_bits(self.read(at + 1 + child)),
            _ => Word::NIL,
        }
    }

    /// Finishes the node whose children are written. Where its depth isn't known they are looked at.
    fn node(&self, at: usize, shift: u32, length: usize, depth: Option<u8>) -> Word {
        let depth = depth.unwrap_or_else(|| self.deepest(at + 1, length));
        self.publish(
            at,
            Header {
                kind: Kind::VectorNode,
                depth,
                shift: shift as u16,
                length: length as u32,
            },
        )
    }

    fn root(&self, at: usize, node: Word, count: usize) -> Word {
        self.write(at + 1, node.bits());
        let depth = self.depth(node) + 1;
        self.publish(
            at,
            Header {
                kind: Kind::Vector,
                depth,
                shift: root_shift(count) as u16,
                length: count as u32,
            },
        )
    }

    /// How deep collections are nested in so many words from there on.
    pub(crate) fn deepest(&self, at: usize, length: usize) -> u8 {
        (at..at + length)
            .map(|at| self.depth(Word::from_bits(self.read(at))))
            .max()
            .unwrap_or(0)
    }
}

/// The depth of a node in which a part gave way to another, if it follows from the three depths without a look at the other parts,
/// which may be in as many places of memory.
pub(crate) fn depth_after(old: u8, gone: u8, new: u8) -> Option<u8> {
    if new >= old {
        Some(new)
    } else if gone < old {
        Some(old)
    } else {
        None
    }
}
