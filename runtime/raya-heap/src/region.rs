//! Reserves the one piece of memory in which all objects of a heap lie.
//!
//! It is asked for zeroed, so that the operating system commits its pages only when they are written to.

use core::alloc::Layout;
use core::ptr::NonNull;

use crate::classes::CLASSES;
use crate::error::NoRegion;
use crate::layout::{BLOCK_BYTES, BLOCK_GRANULES, GRANULE};

/// How many times the limit is reserved. Blocks that a few survivors keep from other size classes, and holes between large
/// objects, take address space without being in use.
const FACTOR: usize = 4;
/// The most blocks that references can reach: 32 GiB.
const MOST_BLOCKS: usize = (u32::MAX as usize).div_ceil(BLOCK_GRANULES);
/// What processors like best for rows of floats, and allocators give anyway.
const ALIGN: usize = 16;

/// The memory of a heap.
#[derive(Debug)]
pub(crate) struct Region {
    base: NonNull<u8>,
    /// How it was allocated; `None` for a region without any block.
    layout: Option<Layout>,
    blocks: u32,
}

// SAFETY: the region owns its memory as a box would. Nothing else holds its address for longer than a borrow of the heap, but
// engines, which run where the heap is.
unsafe impl Send for Region {}

impl Region {
    /// A region without any block.
    pub(crate) const EMPTY: Region = Region {
        base: NonNull::<u128>::dangling().cast(),
        layout: None,
        blocks: 0,
    };

    /// A region in which objects of `limit` bytes find room.
    pub(crate) fn new(limit: usize) -> Result<Region, NoRegion> {
        // Block 0 stays empty, so that no object is at 0, and each size class may have a block that it barely uses.
        let needed = limit.div_ceil(BLOCK_BYTES).saturating_add(CLASSES + 1).min(MOST_BLOCKS);
        let mut blocks = needed.saturating_mul(FACTOR).min(MOST_BLOCKS);
        loop {
            if let Some(region) = Region::reserve(blocks) {
                return Ok(region);
            }
            if blocks == needed {
                return Err(NoRegion { limit });
            }
            blocks = needed.max(blocks / 2);
        }
    }

    fn reserve(blocks: usize) -> Option<Region> {
        let bytes = blocks.checked_mul(BLOCK_BYTES)?;
        let layout = Layout::from_size_align(bytes, ALIGN).ok()?;
        // SAFETY: the layout isn't empty: there are blocks for at least each size class.
        let memory = unsafe { std::alloc::alloc_zeroed(layout) };
        Some(Region {
            base: NonNull::new(memory)?,
            layout: Some(layout),
            blocks: u32::try_from(blocks).ok()?,
        })
    }

    /// The address of granule 0.
    #[inline]
    pub(crate) fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// How many blocks it has.
    pub(crate) fn blocks(&self) -> u32 {
        self.blocks
    }

    /// The address of a granule.
    ///
    /// # Safety
    ///
    /// The granule lies in the region.
    #[inline]
    pub(crate) unsafe fn at(&self, granule: u32) -> *mut u8 {
        // SAFETY: the caller says that the granule lies in the region.
        unsafe { self.base.as_ptr().add(granule as usize * GRANULE) }
    }

    /// Overwrites granules with one byte.
    ///
    /// # Safety
    ///
    /// They lie in the region, and no live object in them.
    pub(crate) unsafe fn fill(&self, start: u32, granules: u32, byte: u8) {
        // SAFETY: the caller says that the granules lie in the region, and that nobody needs what is in them.
        unsafe { self.at(start).write_bytes(byte, granules as usize * GRANULE) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if let Some(layout) = self.layout {
            // SAFETY: `reserve` allocated it with this layout, and nobody else frees it.
            unsafe { std::alloc::dealloc(self.base.as_ptr(), layout) }
        }
    }
}
