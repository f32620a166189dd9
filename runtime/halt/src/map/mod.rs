//! Maps: tries over the bits of the keys' hashes, the bits that differ first at the top.
//!
//! The shape follows from the entries alone, in whatever order they came: a node exists exactly where two keys or more agree in all
//! bits above it. So equal maps have the same shape, and are compared, hashed and encoded node by node.

mod build;
mod node;

use core::cmp::Ordering;

use crate::arena::Arena;
use crate::error::Error;
use crate::object::Kind;
use crate::scalar::{MAX_COUNT, Type};
use crate::word::Word;

pub(crate) use build::RECORD_WORDS;
pub(crate) use node::branch_bit;
use node::{Change, LEVELS, Node, ROOT_WORDS, collision_words, node_words};

/// What the place of a key's hash in a node holds, or where a search ended.
enum Found {
    /// The key is there, with this value.
    Here(Word),
    /// Another key is alone there.
    Other(Word),
    Nothing,
}

/// The nodes on the way to a key, and what the last of them has for it.
struct Path {
    nodes: [usize; LEVELS],
    /// The level of the last node.
    level: usize,
    hash: u32,
    found: Found,
}

impl Arena<'_> {
    /// The map of the entries. Of entries with equal keys the last one counts.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`]: what the smaller maps on the way took up is
    /// free after the next collection. [`store`](Self::store) makes a map at once.
    pub fn map(&self, entries: &[(Word, Word)]) -> Result<Word, Error> {
        let mut map = Word::EMPTY_MAP;
        for &(key, value) in entries {
            map = self.map_insert(map, key, value)?;
        }
        Ok(map)
    }

    /// The value of the key, if the map has it.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`].
    pub fn map_get(&self, map: Word, key: Word) -> Result<Option<Word>, Error> {
        self.map_count(map)?;
        self.check(key)?;
        Ok(match self.search(map, key) {
            Some(Path {
                found: Found::Here(value),
                ..
            }) => Some(value),
            _ => None,
        })
    }

    /// The map in which the key has the value, whether it was there or not.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn map_insert(&self, map: Word, key: Word, value: Word) -> Result<Word, Error> {
        let count = self.map_count(map)?;
        for part in [key, value] {
            self.check(part)?;
            self.check_depth(part)?;
        }
        if count >= MAX_COUNT {
            return Err(Error::TooLarge);
        }
        let Some(path) = self.search(map, key) else {
            let mut at = self.claim(node_words(1, 0) + ROOT_WORDS)?;
            let change = Change::Entry(key, value);
            let root = self.write_node(&mut at, Node::EMPTY, 0, branch_bit(self.short_hash(key), 0), change);
            return Ok(self.map_root(at, root, 1));
        };
        let last = self.map_node(path.nodes[path.level]);
        let bit = branch_bit(path.hash, path.level);
        let (total, other_hash, split) = match path.found {
            Found::Here(_) => (last.words(), 0, path.level),
            Found::Nothing if last.kind == Kind::Collision => (last.words() + 2, 0, path.level),
            Found::Nothing => (node_words(last.entries() + 1, last.children()), 0, path.level),
            Found::Other(other) => {
                // The other key moves down to where the two differ: a node with both, and nodes of one child between.
                let other_hash = self.short_hash(other);
                let mut level = path.level + 1;
                while level < LEVELS - 1 && branch_bit(other_hash, level) == branch_bit(path.hash, level) {
                    level += 1;
                }
                let pair = if level == LEVELS - 1 {
                    collision_words(2)
                } else {
                    node_words(2, 0)
                };
                let between = level - path.level - 1;
                (
                    node_words(last.entries() - 1, last.children() + 1) + pair + between * node_words(0, 1),
                    other_hash,
                    level,
                )
            }
        };
        let above: usize = path.nodes[..path.level].iter().map(|&node| self.map_node(node).words()).sum();
        let mut at = self.claim(total + above + ROOT_WORDS)?;
        let mut node = match path.found {
            _ if last.kind == Kind::Collision => self.write_collision(&mut at, last, Some(key), Some((key, value))),
            Found::Other(_) => {
                let other = self.entry(last, bit);
                let mut below = if split == LEVELS - 1 {
                    let (first, second) = if self.order(key, other.0) == Ordering::Less {
                        ((key, value), other)
                    } else {
                        (other, (key, value))
                    };
                    self.write_pair(&mut at, first, second)
                } else {
                    let one = Node::of_one(other, branch_bit(other_hash, split));
                    self.write_node(&mut at, one, split, branch_bit(path.hash, split), Change::Entry(key, value))
                };
                for level in (path.level + 1..split).rev() {
                    below = self.write_node(
                        &mut at,
                        Node::EMPTY,
                        level,
                        branch_bit(path.hash, level),
                        Change::Child(below),
                    );
                }
                self.write_node(&mut at, last, path.level, bit, Change::Child(below))
            }
            Found::Here(_) | Found::Nothing => self.write_node(&mut at, last, path.level, bit, Change::Entry(key, value)),
        };
        for level in (0..path.level).rev() {
            let change = Change::Child(node);
            node = self.write_node(
                &mut at,
                self.map_node(path.nodes[level]),
                level,
                branch_bit(path.hash, level),
                change,
            );
        }
        let grown = usize::from(!matches!(path.found, Found::Here(_)));
        Ok(self.map_root(at, node, count + grown))
    }

    /// The map without the key, and itself if it hasn't the key.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::Exhausted`].
    pub fn map_remove(&self, map: Word, key: Word) -> Result<Word, Error> {
        let count = self.map_count(map)?;
        self.check(key)?;
        let Some(
            path @ Path {
                found: Found::Here(_), ..
            },
        ) = self.search(map, key)
        else {
            return Ok(map);
        };
        if count == 1 {
            return Ok(Word::EMPTY_MAP);
        }
        let last = self.map_node(path.nodes[path.level]);
        // A node other than the root that would be left with one entry goes, and the entry moves up to where it isn't alone.
        let mut level = path.level;
        let left_alone = if last.kind == Kind::Collision {
            last.length == 4
        } else {
            last.entries() == 2 && last.children() == 0
        };
        let survivor = if level > 0 && left_alone {
            Some(self.other_entry(last, key))
        } else {
            None
        };
        if survivor.is_some() {
            level -= 1;
            while level > 0 && self.map_node(path.nodes[level]).is_only_child() {
                level -= 1;
            }
        }
        let node = self.map_node(path.nodes[level]);
        let bit = branch_bit(path.hash, level);
        let changed = match survivor {
            Some(_) => node_words(node.entries() + 1, node.children() - 1),
            None => node.words() - 2,
        };
        let above: usize = path.nodes[..level].iter().map(|&node| self.map_node(node).words()).sum();
        let mut at = self.claim(changed + above + ROOT_WORDS)?;
        let mut word = match survivor {
            Some((key, value)) => self.write_node(&mut at, node, level, bit, Change::Entry(key, value)),
            None if node.kind == Kind::Collision => self.write_collision(&mut at, node, Some(key), None),
            None => self.write_node(&mut at, node, level, bit, Change::Nothing),
        };
        for level in (0..level).rev() {
            let change = Change::Child(word);
            word = self.write_node(
                &mut at,
                self.map_node(path.nodes[level]),
                level,
                branch_bit(path.hash, level),
                change,
            );
        }
        Ok(self.map_root(at, word, count - 1))
    }

    fn map_count(&self, map: Word) -> Result<usize, Error> {
        match self.type_of(map)? {
            Type::Map => Ok(self.known_count(map)),
            _ => Err(Error::TypeMismatch),
        }
    }

    /// The part of a key's hash that maps use: 32 bits.
    pub(crate) fn short_hash(&self, key: Word) -> u32 {
        self.known_hash(key) as u32
    }

    /// The way to the key; none in the empty map.
    fn search(&self, map: Word, key: Word) -> Option<Path> {
        let (at, _) = self.object(map)?;
        let mut word = Word::from_bits(self.read(at + 1));
        let hash = self.short_hash(key);
        let mut nodes = [0; LEVELS];
        for level in 0..LEVELS {
            let (at, _) = self.object(word)?;
            nodes[level] = at;
            let node = self.map_node(at);
            let found = if node.kind == Kind::Collision {
                match self
                    .collision_entries(node)
                    .find(|&(other, _)| self.order(other, key) == Ordering::Equal)
                {
                    Some((_, value)) => Found::Here(value),
                    None => Found::Nothing,
                }
            } else {
                let bit = branch_bit(hash, level);
                if node.child_bits & bit != 0 {
                    word = self.child_at(node, bit);
                    continue;
                }
                if node.entry_bits & bit == 0 {
                    Found::Nothing
                } else {
                    let (other, value) = self.entry(node, bit);
                    if self.order(other, key) == Ordering::Equal {
                        Found::Here(value)
                    } else {
                        Found::Other(other)
                    }
                }
            };
            return Some(Path {
                nodes,
                level,
                hash,
                found,
            });
        }
        None
    }
}
