//! The form of the facts.

use core::fmt;

use crate::targets;

/// A processor and its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The name in specs.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Names that the field uses for it.
    pub aliases: &'static [&'static str],
    /// The value of `cfg(target_arch)`.
    pub arch: &'static str,
    /// Triples of rustc that it covers.
    pub triples: &'static [&'static str],
    /// Bits of a pointer.
    pub pointer_width: u32,
    /// The order of bytes in memory.
    pub endian: Endian,
    /// Bytes of the smallest page; none without a memory management unit. A system may use a larger one as its smallest.
    pub page_size: Option<u32>,
    /// Bytes of the larger pages, ascending.
    pub large_pages: &'static [u64],
    /// Bytes by which data is kept apart so that processors don't share a cache line.
    pub cache_line: u32,
    /// Bits of the widest atomic operation that stable Rust offers.
    pub atomic_width: u32,
    /// Levels of the instruction set, ascending; each includes those before.
    pub levels: &'static [Level],
}

/// The order of bytes in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endian {
    /// The least significant byte first.
    Little,
    /// The most significant byte first.
    Big,
}

/// A set of CPU features that is asked for as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The name in specs.
    pub name: &'static str,
    /// Its place among the levels of the target, from 1.
    pub rank: u32,
    /// What it brings.
    pub doc: &'static str,
    /// Target features of rustc that it adds to the level before.
    pub features: &'static [&'static str],
    /// Bits of the widest vector register; 0 for none.
    pub vector_width: u32,
}

impl Target {
    /// Every target, by name.
    pub const ALL: &'static [&'static Target] = &targets::ALL;

    /// The target that this crate was compiled for; none if no spec describes it.
    pub const fn current() -> Option<&'static Target> {
        targets::current()
    }

    /// The target of this name or alias.
    pub fn by_name(name: &str) -> Option<&'static Target> {
        let named = Target::ALL.iter().find(|target| target.name == name);
        named
            .or_else(|| Target::ALL.iter().find(|target| target.aliases.contains(&name)))
            .copied()
    }

    /// The target that covers a triple of rustc.
    pub fn by_triple(triple: &str) -> Option<&'static Target> {
        Target::ALL.iter().find(|target| target.triples.contains(&triple)).copied()
    }

    /// The level of this name.
    pub fn level(&self, name: &str) -> Option<&'static Level> {
        self.levels.iter().find(|level| level.name == name)
    }

    /// The target features of a level and of those that it includes.
    pub fn features(&self, level: &Level) -> impl Iterator<Item = &'static str> {
        let rank = level.rank;
        let included = self.levels.iter().filter(move |other| other.rank <= rank);
        included.flat_map(|level| level.features.iter().copied())
    }

    /// Bytes of a pointer.
    pub const fn pointer_bytes(&self) -> u32 {
        self.pointer_width / 8
    }
}

impl Level {
    /// Whether code for `other`, a level of the same target, runs where this one is.
    pub const fn includes(&self, other: &Level) -> bool {
        other.rank <= self.rank
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}
