//! Physical memory as the kernel sees it: the direct map and the places of the image.

/// Where physical address 0 appears.
pub const DIRECT_MAP: u64 = 0xffff_8000_0000_0000;
/// The direct map reaches this far; memory above it isn't used.
pub const PHYSICAL_LIMIT: u64 = 4 << 30;
/// The image is linked this far above its physical address.
pub const KERNEL_BASE: u64 = 0xffff_ffff_8000_0000;
pub const PAGE: u64 = 4096;

pub fn direct(physical: u64) -> *mut u8 {
    (DIRECT_MAP + physical) as *mut u8
}

/// Bytes at a physical address that nothing writes to any more: what the loader left.
pub fn physical_bytes(address: u64, length: usize) -> Option<&'static [u8]> {
    let end = address.checked_add(length as u64)?;
    if address == 0 || end > PHYSICAL_LIMIT {
        return None;
    }
    // Safety: the direct map covers every address below the limit, and reads of what isn't memory give ones. The frames
    // handed out later leave these ranges out, so nothing writes here while the slice lives.
    Some(unsafe { core::slice::from_raw_parts(direct(address), length) })
}

/// A place that the linker script names; only its address means something.
#[repr(C)]
pub struct Symbol([u8; 0]);

impl Symbol {
    pub fn address(&self) -> u64 {
        core::ptr::from_ref(self) as u64
    }

    pub fn physical(&self) -> u64 {
        self.address() - KERNEL_BASE
    }
}

/// The parts of the image, from the linker script.
pub mod image {
    use super::Symbol;

    // Safety: each is a symbol of the linker script or of `boot.s`, and only its address is taken.
    unsafe extern "C" {
        pub safe static kernel_start: Symbol;
        pub safe static kernel_text_end: Symbol;
        pub safe static kernel_constants_end: Symbol;
        pub safe static kernel_end: Symbol;
        pub safe static kernel_guard: Symbol;
        pub safe static trap_guard: Symbol;
        pub safe static double_fault_guard: Symbol;
        pub safe static trap_stack: Symbol;
        pub safe static double_fault_stack: Symbol;
        pub safe static boot_root: Symbol;
        pub safe static boot_high: Symbol;
    }
}
