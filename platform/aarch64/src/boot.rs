//! What the loader left in memory.
//!
//! The image is an ELF file that QEMU loads by its program headers, and the user image a file that `-device loader` copies to a fixed
//! place. The other way, an image with the header of Linux and `-initrd`, would be a second format for the linker to write, with
//! neither symbols nor sections for sizes and debuggers; all that it would bring is the length of the user image, which the headers
//! of an ELF file tell anyway. For an ELF file QEMU puts the device tree at the start of memory. A loader that follows the protocol of
//! Linux names another place in x0.

use core::ops::Range;

use device_tree::{DeviceTree, Region};

use crate::mmu;

/// Where memory starts on `virt`.
const MEMORY: u64 = 0x4000_0000;

/// What QEMU gives a device tree at most.
const TREE_LIMIT: u64 = 0x10_0000;

/// Where the user image has to be loaded; it may reach to the kernel's own image.
#[expect(dead_code, reason = "the first process comes next")]
pub const PROGRAMS: u64 = MEMORY + TREE_LIMIT;

/// The device tree, at `address` or, where that is zero, at the start of memory.
///
/// # Errors
///
/// Where there is none, or a broken one.
pub fn device_tree(address: u64) -> Result<DeviceTree<'static>, device_tree::Error> {
    let address = if address == 0 { MEMORY } else { address };
    // A loader's word isn't enough to read what isn't mapped.
    let room = if (MEMORY..2 * MEMORY - TREE_LIMIT).contains(&address) {
        TREE_LIMIT as usize
    } else {
        0
    };
    // SAFETY: mapped by the entry; the frames in use are kept out of what the kernel gives away, so that nothing writes there.
    DeviceTree::new(unsafe { core::slice::from_raw_parts(mmu::direct(address), room) })
}

/// The memory that the image lies in, from its first byte to its last.
///
/// # Errors
///
/// Where the tree names no memory, or none that has room for the kernel.
pub fn memory(tree: &DeviceTree<'_>) -> Result<Range<u64>, &'static str> {
    if tree.memory().next().is_none() {
        return Err("the device tree names no memory");
    }
    let image = mmu::image();
    let holds = |region: &Region| region.start <= image.start && region.start.saturating_add(region.length) >= image.end;
    let region = tree
        .memory()
        .find(holds)
        .ok_or("the memory that the device tree names doesn't hold the kernel")?;
    Ok(region.start..region.start.saturating_add(region.length) & !0xfff)
}
