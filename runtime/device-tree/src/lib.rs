//! Reads the flattened device tree that a loader leaves in memory: what memory there is, and where the devices are.
//!
//! The tree comes from outside, so nothing in it is trusted: every offset is checked against the blob, nesting is bounded, and a tree
//! that is cut off or contradicts itself is an error with the place where it shows, never a panic. Nothing is allocated and nothing
//! recurses; the kernel reads it before it has memory to give. [`DeviceTree::new`] walks the whole tree once, and what the queries
//! answer afterwards comes from a tree that was found sound.
//!
//! Addresses are those of the bus that the device is on. Translation by `ranges` is left out: on the machines we boot on, memory and
//! the devices of the kernel are children of the root.
#![no_std]
#![forbid(unsafe_code)]

mod error;
mod node;
mod tokens;

pub use error::{Error, Problem};
pub use node::{Node, Nodes, Region, Regions};

use tokens::{Tokens, word};

const MAGIC: u32 = 0xd00d_feed;

/// The version that readers of today's trees have to understand; writers name it as `last compatible`.
const VERSION: u32 = 16;

/// The header's fields that are read, in bytes from its start.
mod header {
    pub const TOTAL_SIZE: usize = 4;
    pub const STRUCTURE: usize = 8;
    pub const STRINGS: usize = 12;
    pub const RESERVATIONS: usize = 16;
    pub const LAST_COMPATIBLE: usize = 24;
    pub const STRINGS_SIZE: usize = 32;
    pub const STRUCTURE_SIZE: usize = 36;
    pub const SIZE: usize = 40;
}

/// A device tree that was found sound.
#[derive(Clone, Copy, Debug)]
pub struct DeviceTree<'t> {
    tokens: Tokens<'t>,
    reservations: &'t [u8],
    size: usize,
}

impl<'t> DeviceTree<'t> {
    /// The tree at the start of `bytes`, which may be longer than it.
    ///
    /// # Errors
    ///
    /// Where `bytes` don't hold a device tree, or one that is cut off, badly nested or nested deeper than 16 nodes.
    pub fn new(bytes: &'t [u8]) -> Result<Self, Error> {
        if word(bytes, 0) != Some(MAGIC) {
            return Err(Error::new(0, Problem::Magic));
        }
        let field = |at: usize| {
            word(bytes, at)
                .map(|value| value as usize)
                .ok_or(Error::new(at, Problem::CutOff))
        };
        let size = field(header::TOTAL_SIZE)?;
        if size < header::SIZE || size > bytes.len() {
            return Err(Error::new(header::TOTAL_SIZE, Problem::Size));
        }
        if field(header::LAST_COMPATIBLE)? > VERSION as usize {
            return Err(Error::new(header::LAST_COMPATIBLE, Problem::Version));
        }
        let bytes = &bytes[..size];
        let block = |offset: usize, length: usize| {
            let start = field(offset)?;
            let end = start.checked_add(field(length)?).ok_or(Error::new(length, Problem::Size))?;
            bytes.get(start..end).ok_or(Error::new(offset, Problem::Size))
        };
        let structure = block(header::STRUCTURE, header::STRUCTURE_SIZE)?;
        let strings = block(header::STRINGS, header::STRINGS_SIZE)?;
        let reservations = bytes
            .get(field(header::RESERVATIONS)?..)
            .ok_or(Error::new(header::RESERVATIONS, Problem::Size))?;
        let tokens = Tokens::new(structure, strings, field(header::STRUCTURE)?);
        let mut walk = tokens;
        while walk.next()?.is_some() {}
        Ok(Self {
            tokens,
            reservations,
            size,
        })
    }

    /// The tree's own length in bytes: memory that is taken while the tree is read.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// All nodes, parents before their children.
    #[must_use]
    pub fn nodes(&self) -> Nodes<'t> {
        Nodes::new(self.tokens)
    }

    /// The first node that is compatible with `name` and isn't disabled.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<Node<'t>> {
        self.nodes().find(|node| node.is_compatible(name) && node.is_enabled())
    }

    /// The memory there is.
    pub fn memory(&self) -> impl Iterator<Item = Region> + use<'t> {
        self.nodes()
            .filter(|node| node.device_type() == Some(b"memory") && node.is_enabled())
            .flat_map(|node| node.regions())
    }

    /// The memory that the firmware keeps.
    #[must_use]
    pub fn reserved(&self) -> Regions<'t> {
        Regions::reservations(self.reservations)
    }
}
