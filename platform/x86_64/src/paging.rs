//! The kernel's own map: code may not be written, data may not be executed, and the loader's low addresses are gone.

use crate::cpu;
use crate::memory::{KERNEL_BASE, PAGE, PHYSICAL_LIMIT, Symbol, direct, image};

const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
const UNCACHED: u64 = 3 << 3;
const LARGE: u64 = 1 << 7;
const GLOBAL: u64 = 1 << 8;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const LARGE_PAGE: u64 = 2 << 20;
/// Firmware and devices lie above this; nothing there may be cached.
const DEVICES: u64 = 3 << 30;

const EXTENDED_FEATURES: u32 = 0x8000_0001;
const NO_EXECUTE_FEATURE: u32 = 1 << 20;
const EXTENDED_FEATURE_REGISTER: u32 = 0xc000_0080;
const STRUCTURED_FEATURES: u32 = 7;

/// Tables of four KiB pages for the image itself. The linker script places it within the first four MiB.
#[repr(C, align(4096))]
struct Table([u64; 512]);

static mut IMAGE_TABLES: [Table; 2] = [const { Table([0; 512]) }; 2];
static mut HIGH_DIRECTORY: Table = Table([0; 512]);

/// Replaces the loader's map. Fails on a processor that can't refuse execution, or with an image that is too large.
pub fn protect_kernel() -> Result<(), &'static str> {
    if cpu::identify(EXTENDED_FEATURES)[2] & NO_EXECUTE_FEATURE == 0 {
        return Err("the processor can't keep pages from being executed");
    }
    if image::kernel_end.physical() > 2 * LARGE_PAGE {
        return Err("the image is larger than its tables");
    }
    // Safety: no-execute is there (asked above), and no entry carries its bit yet.
    unsafe {
        let features = cpu::read_model_register(EXTENDED_FEATURE_REGISTER);
        cpu::write_model_register(EXTENDED_FEATURE_REGISTER, features | 1 << 11);
    }
    // Safety: the kernel runs alone here; these statics are touched nowhere else. The new entries map what the image uses at
    // the address where it is, only with fewer permissions. The stacks' guard pages are never part of a live object.
    unsafe {
        let tables = &raw mut IMAGE_TABLES;
        let start = image::kernel_start.physical();
        for index in 0..1024 {
            let physical = index as u64 * PAGE;
            (*tables)[index / 512].0[index % 512] = if physical >= start { image_page(physical) } else { 0 };
        }
        let directory = &raw mut HIGH_DIRECTORY;
        for (index, table) in (*tables).iter().enumerate() {
            (*directory).0[index] = core::ptr::from_ref(table) as u64 - KERNEL_BASE + (PRESENT | WRITABLE);
        }
        entry(
            image::boot_high.physical(),
            510,
            directory as u64 - KERNEL_BASE + (PRESENT | WRITABLE),
        );
        restrict_direct_map();
        entry(image::boot_root.physical(), 0, 0);
        cpu::activate(image::boot_root.physical());
    }
    let features = cpu::identify(STRUCTURED_FEATURES);
    // Bits of leaf 7 and of cr4: supervisor-mode execution and access prevention, user-mode instruction prevention.
    let wanted = [(features[0], 7, 20), (features[0], 20, 21), (features[1], 2, 11)];
    cpu::restrict(
        wanted
            .iter()
            .filter(|(have, bit, _)| have >> bit & 1 != 0)
            .map(|(_, _, bit)| 1 << bit)
            .sum(),
    );
    Ok(())
}

fn image_page(physical: u64) -> u64 {
    let within = |end: &Symbol| physical < end.physical();
    let guards = [&image::kernel_guard, &image::trap_guard, &image::double_fault_guard];
    if guards.iter().any(|guard| guard.physical() == physical) || !within(&image::kernel_end) {
        0
    } else if within(&image::kernel_text_end) {
        physical | PRESENT | GLOBAL
    } else if within(&image::kernel_constants_end) {
        physical | PRESENT | GLOBAL | NO_EXECUTE
    } else {
        physical | PRESENT | GLOBAL | WRITABLE | NO_EXECUTE
    }
}

/// No execution through the direct map, no caching of devices.
///
/// # Safety
/// As for `entry`, for the tables that `boot.s` made.
unsafe fn restrict_direct_map() {
    let root = image::boot_root.physical();
    for page in 0..PHYSICAL_LIMIT / LARGE_PAGE {
        let physical = page * LARGE_PAGE;
        let devices = if physical >= DEVICES { UNCACHED } else { 0 };
        // Safety: the caller's promise; the tables on the way are those of `boot.s`.
        unsafe {
            let directories = direct(*direct(root).cast::<u64>().add(256) & ADDRESS).cast::<u64>();
            let directory = *directories.add((page / 512) as usize) & ADDRESS;
            entry(
                directory,
                (page % 512) as usize,
                physical | PRESENT | WRITABLE | LARGE | GLOBAL | NO_EXECUTE | devices,
            );
        }
    }
}

/// # Safety
/// `table` must be a table of the kernel's map, and what `value` maps must be what the kernel expects there.
unsafe fn entry(table: u64, index: usize, value: u64) {
    // Safety: the caller's promise; tables lie in the direct map.
    unsafe { direct(table).cast::<u64>().add(index).write(value) }
}
