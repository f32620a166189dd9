//! The nodes of maps: reading them, and writing changed copies.

use core::cmp::Ordering;

use crate::arena::Arena;
use crate::object::{Header, Kind};
use crate::vector::depth_after;
use crate::word::Word;

/// Bits of the hash that one level takes.
const BITS: usize = 5;
/// Levels of nodes: seven for the 32 bits of a hash, and one for keys that agree in all of them.
pub(super) const LEVELS: usize = 8;
pub(super) const ROOT_WORDS: usize = 2;

/// The bit of the branch that a hash takes at the level. The highest bits decide at the root; the last level has two bits left.
pub(crate) const fn branch_bit(hash: u32, level: usize) -> u32 {
    1 << (((hash as u64) << 3) >> (30 - BITS * if level < LEVELS - 1 { level } else { 0 }) & 31)
}

pub(super) const fn node_words(entries: usize, children: usize) -> usize {
    2 + 2 * entries + children
}

pub(super) const fn collision_words(entries: usize) -> usize {
    1 + 2 * entries
}

/// A node as it lies in the arena, or one that was never written.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub kind: Kind,
    at: usize,
    /// Words that are references.
    pub length: usize,
    /// Which branches hold an entry, and which a child.
    pub entry_bits: u32,
    pub child_bits: u32,
    /// The only entry of a node that was never written.
    entry: (Word, Word),
}

impl Node {
    pub(super) const EMPTY: Self = Self {
        kind: Kind::MapNode,
        at: 0,
        length: 0,
        entry_bits: 0,
        child_bits: 0,
        entry: (Word::NIL, Word::NIL),
    };

    /// A node with one entry, which exists in no map.
    pub(super) const fn of_one(entry: (Word, Word), bit: u32) -> Self {
        Self {
            length: 2,
            entry_bits: bit,
            entry,
            ..Self::EMPTY
        }
    }

    pub(super) const fn entries(&self) -> usize {
        self.entry_bits.count_ones() as usize
    }

    pub(super) const fn children(&self) -> usize {
        self.child_bits.count_ones() as usize
    }

    pub(super) const fn words(&self) -> usize {
        match self.kind {
            Kind::Collision => 1 + self.length,
            _ => 2 + self.length,
        }
    }

    /// Whether it has one child and nothing else.
    pub(super) const fn is_only_child(&self) -> bool {
        self.entries() == 0 && self.children() == 1
    }
}

/// What a branch of a node becomes.
#[derive(Clone, Copy)]
pub(super) enum Change {
    Nothing,
    Entry(Word, Word),
    Child(Word),
}

impl Arena<'_> {
    pub(super) fn map_node(&self, at: usize) -> Node {
        let header = self.header(at);
        let bits = if header.kind == Kind::MapNode { self.read(at + 1) } else { 0 };
        let (entry_bits, child_bits) = (bits as u32, (bits >> 32) as u32);
        Node {
            kind: header.kind,
            at,
            length: header.length as usize,
            entry_bits,
            child_bits,
            ..Node::EMPTY
        }
    }

    /// The entry of the branch.
    pub(super) fn entry(&self, node: Node, bit: u32) -> (Word, Word) {
        self.entry_from(node, node.at + 2 + 2 * rank(node.entry_bits, bit))
    }

    fn entry_from(&self, node: Node, from: usize) -> (Word, Word) {
        match node.at {
            0 => node.entry,
            _ => (Word::from_bits(self.read(from)), Word::from_bits(self.read(from + 1))),
        }
    }

    pub(super) fn child_at(&self, node: Node, bit: u32) -> Word {
        Word::from_bits(self.read(node.at + 2 + 2 * node.entries() + rank(node.child_bits, bit)))
    }

    pub(super) fn collision_entries(&self, node: Node) -> impl Iterator<Item = (Word, Word)> {
        let at = node.at + 1;
        (at..at + node.length)
            .step_by(2)
            .map(|at| (Word::from_bits(self.read(at)), Word::from_bits(self.read(at + 1))))
    }

    /// The entry of a node with two that isn't the key's.
    pub(super) fn other_entry(&self, node: Node, key: Word) -> (Word, Word) {
        let differs = |&(other, _): &(Word, Word)| self.order(other, key) != Ordering::Equal;
        if node.kind == Kind::Collision {
            return self.collision_entries(node).find(differs).unwrap_or((Word::NIL, Word::NIL));
        }
        bits_of(node.entry_bits)
            .map(|bit| self.entry(node, bit))
            .find(differs)
            .unwrap_or((Word::NIL, Word::NIL))
    }

    /// Writes a copy of the node in which one branch is another, to words that were claimed.
    pub(super) fn write_node(&self, at: &mut usize, node: Node, level: usize, bit: u32, change: Change) -> Word {
        let (mut entry_bits, mut child_bits) = (node.entry_bits & !bit, node.child_bits & !bit);
        match change {
            Change::Nothing => {}
            Change::Entry(..) => entry_bits |= bit,
            Change::Child(_) => child_bits |= bit,
        }
        let mut to = *at + 2;
        let mut put = |word: Word| {
            self.write(to, word.bits());
            to += 1;
        };
        // Entries and children lie in the order of their bits, in the old node and in the new one.
        let mut from = node.at + 2;
        for branch in bits_of(node.entry_bits | entry_bits) {
            if node.entry_bits & branch != 0 {
                let (key, value) = self.entry_from(node, from);
                from += 2;
                if branch != bit {
                    put(key);
                    put(value);
                }
            }
            if let Change::Entry(key, value) = change
                && branch == bit
            {
                put(key);
                put(value);
            }
        }
        for branch in bits_of(node.child_bits | child_bits) {
            if node.child_bits & branch != 0 {
                let child = Word::from_bits(self.read(from));
                from += 1;
                if branch != bit {
                    put(child);
                }
            }
            if let Change::Child(child) = change
                && branch == bit
            {
                put(child);
            }
        }
        let (gone, new) = (self.branch_depth(node, bit), self.change_depth(change));
        let old = if node.at == 0 { gone } else { self.header(node.at).depth };
        self.finish_node(at, level, entry_bits, child_bits, depth_after(old, gone, new))
    }

    /// How deep collections are nested in what the branch holds; of a node that was never written, in its entry.
    fn branch_depth(&self, node: Node, bit: u32) -> u8 {
        if node.child_bits & bit != 0 {
            self.depth(self.child_at(node, bit))
        } else if node.entry_bits & bit != 0 || node.at == 0 {
            let (key, value) = self.entry(node, bit);
            self.depth(key).max(self.depth(value))
        } else {
            0
        }
    }

    fn change_depth(&self, change: Change) -> u8 {
        match change {
            Change::Nothing => 0,
            Change::Entry(key, value) => self.depth(key).max(self.depth(value)),
            Change::Child(child) => self.depth(child),
        }
    }

    /// Finishes the node whose references are written. Where its depth isn't known they are looked at.
    pub(super) fn finish_node(&self, at: &mut usize, level: usize, entry_bits: u32, child_bits: u32, depth: Option<u8>) -> Word {
        let length = 2 * entry_bits.count_ones() + child_bits.count_ones();
        self.write(*at + 1, u64::from(child_bits) << 32 | u64::from(entry_bits));
        let depth = depth.unwrap_or_else(|| self.deepest(*at + 2, length as usize));
        let header = Header {
            kind: Kind::MapNode,
            depth,
            shift: (level * BITS) as u16,
            length,
        };
        let word = self.publish(*at, header);
        *at += header.words();
        word
    }

    /// Writes a copy of a collision node without the one key, and with the entry, at its place in the order of the keys.
    pub(super) fn write_collision(&self, at: &mut usize, node: Node, without: Option<Word>, with: Option<(Word, Word)>) -> Word {
        let mut to = *at + 1;
        let mut put = |(key, value): (Word, Word)| {
            self.write(to, key.bits());
            self.write(to + 1, value.bits());
            to += 2;
        };
        let mut pending = with;
        for entry in self.collision_entries(node) {
            if without.is_some_and(|key| self.order(key, entry.0) == Ordering::Equal) {
                continue;
            }
            if let Some(new) = pending
                && self.order(new.0, entry.0) == Ordering::Less
            {
                put(new);
                pending = None;
            }
            put(entry);
        }
        if let Some(new) = pending {
            put(new);
        }
        self.finish_collision(at, to - *at - 1)
    }

    pub(super) fn write_pair(&self, at: &mut usize, first: (Word, Word), second: (Word, Word)) -> Word {
        for (offset, word) in [first.0, first.1, second.0, second.1].into_iter().enumerate() {
            self.write(*at + 1 + offset, word.bits());
        }
        self.finish_collision(at, 4)
    }

    /// Finishes the collision node whose references are written.
    pub(super) fn finish_collision(&self, at: &mut usize, length: usize) -> Word {
        let depth = self.deepest(*at + 1, length);
        let header = Header {
            kind: Kind::Collision,
            depth,
            shift: ((LEVELS - 1) * BITS) as u16,
            length: length as u32,
        };
        let word = self.publish(*at, header);
        *at += header.words();
        word
    }

    pub(super) fn map_root(&self, at: usize, node: Word, count: usize) -> Word {
        self.write(at + 1, node.bits());
        let depth = self.depth(node) + 1;
        self.publish(
            at,
            Header {
                kind: Kind::Map,
                depth,
                shift: 0,
                length: count as u32,
            },
        )
    }
}

/// How many of the bits are below the bit.
const fn rank(bits: u32, bit: u32) -> usize {
    (bits & (bit - 1)).count_ones() as usize
}

/// The single bits, the lowest first.
fn bits_of(mut bits: u32) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        let bit = bits & bits.wrapping_neg();
        bits ^= bit;
        (bit != 0).then_some(bit)
    })
}
