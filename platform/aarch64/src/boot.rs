//! What the loader left in memory.
//!
//! The image is an ELF file that QEMU loads by its program headers, and the user image a file that `-device loader` copies to a fixed
//! place. The other way, an image with the header of Linux and `-initrd`, would be a second format for the linker to write, with
//! neither symbols nor sections for sizes and debuggers; all that it would bring is the length of the user image, which the headers
//! of an ELF file tell anyway. For an ELF file QEMU puts the device tree at the start of memory. A loader that follows the protocol of
//! Linux names another place in x0.

use device_tree::DeviceTree;
use exo_kernel::{BootInformation, MemoryRange};

use crate::mmu;

/// Where memory starts on `virt`.
const MEMORY: u64 = 0x4000_0000;

/// What QEMU gives a device tree at most.
const TREE_LIMIT: u64 = 0x10_0000;

/// Where the user image has to be loaded; it may reach to the kernel's own image.
const MODULE: u64 = MEMORY + 0x20_0000;

/// More ranges of memory than any board has.
const RANGES: usize = 8;

/// More ranges that the firmware keeps than any does, besides our own three.
const RESERVED: usize = 8;

/// What was found.
pub struct Boot {
    pub tree: DeviceTree<'static>,
    usable: [MemoryRange; RANGES],
    reserved: [MemoryRange; RESERVED],
}

impl Boot {
    /// Takes the memory out of the device tree, which lies at `address`.
    ///
    /// # Errors
    ///
    /// Where it names none, or none that holds the kernel.
    pub fn read(tree: DeviceTree<'static>, address: u64) -> Result<Self, &'static str> {
        let mut usable = [MemoryRange::default(); RANGES];
        let range = |region: device_tree::Region| MemoryRange {
            start: region.start,
            end: region.start.saturating_add(region.length),
        };
        // What lies in the first GiB is mapped for devices.
        let memory = tree.memory().map(range).filter(|range| range.start >= MEMORY);
        let count = usable.iter_mut().zip(memory).map(|(place, range)| *place = range).count();
        if count == 0 {
            return Err("the device tree names no memory");
        }
        let image = mmu::image();
        if !usable
            .iter()
            .any(|range| range.start <= image.start && range.end >= image.end)
        {
            return Err("the memory that the device tree names doesn't hold the kernel");
        }
        let mut reserved = [MemoryRange::default(); RESERVED];
        let own = [
            // The tree at the start of memory, the user image and this image, one behind the other.
            MemoryRange {
                start: MEMORY,
                end: image.end,
            },
            MemoryRange {
                start: address,
                end: address + tree.size() as u64,
            },
        ];
        if tree.reserved().count() + own.len() > RESERVED {
            return Err("the firmware keeps more ranges of memory than there is room for");
        }
        for (place, range) in reserved.iter_mut().zip(own.into_iter().chain(tree.reserved().map(range))) {
            *place = range;
        }
        Ok(Self { tree, usable, reserved })
    }

    /// The end of the memory.
    pub fn memory_end(&self) -> u64 {
        self.usable.iter().map(|range| range.end).max().unwrap_or(MEMORY)
    }

    /// What the kernel is told.
    pub fn information(&self) -> BootInformation<'_> {
        BootInformation {
            usable: &self.usable,
            reserved: &self.reserved,
            module: MemoryRange {
                start: MODULE,
                end: mmu::image().start,
            },
            disk: MemoryRange::default(),
            argument: 0,
        }
    }
}

/// The device tree at `address` or, where that is zero, at the start of memory; and where it is.
///
/// # Errors
///
/// Where there is none, or a broken one.
pub fn device_tree(address: u64) -> Result<(DeviceTree<'static>, u64), device_tree::Error> {
    let address = if address == 0 { MEMORY } else { address };
    // A loader's word isn't enough to read what isn't mapped.
    let room = if (MEMORY..2 * MEMORY - TREE_LIMIT).contains(&address) {
        TREE_LIMIT as usize
    } else {
        0
    };
    // SAFETY: mapped by the entry, and reserved afterwards, so that nothing writes there.
    let bytes = unsafe { core::slice::from_raw_parts(mmu::direct(address), room) };
    DeviceTree::new(bytes).map(|tree| (tree, address))
}
