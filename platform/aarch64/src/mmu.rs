//! Translation: the kernel's own tables, the direct map, and which tables EL0 runs on.
//!
//! The upper half has two parts. The direct map is all of physical memory from `DIRECT` on, never executable; the image lies at
//! −2 GiB, each section with the rights that it needs. The lower half belongs to whichever space is active.

use core::arch::asm;
use core::cell::UnsafeCell;

/// Where physical address 0 is in the direct map.
const DIRECT: u64 = 0xffff_0000_0000_0000;

/// What lies between the addresses of the image and where it is in memory (linker.ld).
const IMAGE_OFFSET: u64 = 0xffff_ffff_4000_0000;

const GIGABYTE: u64 = 1 << 30;

/// How much memory the direct map has room for: its one table has an entry for each GiB.
const DIRECT_LIMIT: u64 = 512 * GIGABYTE;

/// Bits of a descriptor.
pub mod bit {
    pub const BLOCK: u64 = 1;
    /// A table, and on the last level a page.
    pub const TABLE: u64 = 3;
    pub const DEVICE: u64 = 1 << 2;
    /// EL0 too.
    pub const USER: u64 = 1 << 6;
    pub const READ_ONLY: u64 = 1 << 7;
    pub const INNER_SHAREABLE: u64 = 3 << 8;
    pub const ACCESSED: u64 = 1 << 10;
    /// Holds for one space only.
    pub const NOT_GLOBAL: u64 = 1 << 11;
    pub const KERNEL_EXECUTES_NEVER: u64 = 1 << 53;
    pub const USER_EXECUTES_NEVER: u64 = 1 << 54;
    pub const EXECUTES_NEVER: u64 = KERNEL_EXECUTES_NEVER | USER_EXECUTES_NEVER;
    pub const NORMAL: u64 = INNER_SHAREABLE | ACCESSED;
}

#[repr(C, align(4096))]
struct Table(UnsafeCell<[u64; 512]>);

// SAFETY: there is one processor, and only `start` and the entry write to the tables, before anything else runs.
unsafe impl Sync for Table {}

impl Table {
    const fn new() -> Self {
        Self(UnsafeCell::new([0; 512]))
    }

    fn physical(&self) -> u64 {
        self.0.get() as u64 - IMAGE_OFFSET
    }

    fn set(&self, index: usize, entry: u64) {
        // SAFETY: see `Sync` above. The walker may read the entry at any time: it is written at once.
        unsafe { (&raw mut (*self.0.get())[index]).write_volatile(entry) }
    }
}

// The first three are filled by the entry.
#[unsafe(export_name = "root_table")]
static ROOT: Table = Table::new();
#[unsafe(export_name = "direct_table")]
static DIRECT_MAP: Table = Table::new();
#[unsafe(export_name = "image_table")]
static IMAGE: Table = Table::new();
static IMAGE_MEGABYTES: Table = Table::new();
static IMAGE_PAGES: Table = Table::new();
/// The lower half while no space is active.
static EMPTY: Table = Table::new();

unsafe extern "C" {
    static image_start: u8;
    static text_end: u8;
    static rodata_end: u8;
    static stack_guard: u8;
    static image_end: u8;
}

/// The physical addresses that the image and the kernel's stack take.
pub fn image() -> core::ops::Range<u64> {
    (&raw const image_start) as u64 - IMAGE_OFFSET..(&raw const image_end) as u64 - IMAGE_OFFSET
}

/// Replaces what the entry mapped: the image page by page with no page both writable and executable, memory up to `memory_end` for
/// data only, and nothing in the lower half.
///
/// # Errors
///
/// Where there is more memory than the direct map can hold.
pub fn start(memory_end: u64) -> Result<(), &'static str> {
    if memory_end > DIRECT_LIMIT {
        return Err("more than 512 GiB of memory");
    }
    let image = image();
    let [text, constants, guard] =
        [&raw const text_end, &raw const rodata_end, &raw const stack_guard].map(|at| at as u64 - IMAGE_OFFSET);
    for page in image.clone().step_by(4096) {
        let rights = match page {
            _ if page < text => bit::READ_ONLY | bit::USER_EXECUTES_NEVER,
            _ if page < constants => bit::READ_ONLY | bit::EXECUTES_NEVER,
            _ if page == guard => continue,
            _ => bit::EXECUTES_NEVER,
        };
        IMAGE_PAGES.set(
            ((page - image.start) / 4096) as usize,
            page | rights | bit::NORMAL | bit::TABLE,
        );
    }
    IMAGE_MEGABYTES.set(((image.start % GIGABYTE) >> 21) as usize, IMAGE_PAGES.physical() | bit::TABLE);
    DIRECT_MAP.set(0, bit::DEVICE | bit::ACCESSED | bit::EXECUTES_NEVER | bit::BLOCK);
    for gigabyte in 1..memory_end.div_ceil(GIGABYTE) {
        DIRECT_MAP.set(
            gigabyte as usize,
            (gigabyte * GIGABYTE) | bit::NORMAL | bit::EXECUTES_NEVER | bit::BLOCK,
        );
    }
    // The table replaces the block that the kernel runs in, with the same translation: between the two there is nothing to break on
    // a processor that has no other running.
    IMAGE.set(510, IMAGE_MEGABYTES.physical() | bit::TABLE);
    leave();
    flush_all();
    Ok(())
}

/// Makes the lower half empty.
pub fn leave() {
    activate(EMPTY.physical(), 0);
}

/// Lets EL0 run on the tables at `root`. What was translated by others is remembered, under their identifiers.
#[inline(always)]
pub fn activate(root: u64, identifier: u64) {
    // SAFETY: the kernel itself has nothing in the lower half. The return to EL0 is the barrier for the instructions there.
    unsafe { asm!("msr ttbr0_el1, {}", in(reg) identifier << 48 | root, options(nostack, preserves_flags)) }
}

/// How many bits the identifiers of spaces have; the entry has asked for 16.
pub fn identifier_bits() -> u32 {
    let features: u64;
    // SAFETY: reads a constant of the processor.
    unsafe { asm!("mrs {}, id_aa64mmfr0_el1", out(reg) features, options(nomem, nostack, preserves_flags)) }
    if features >> 4 & 0xf == 2 { 16 } else { 8 }
}

/// Forgets all translations, so that identifiers can be given to other spaces. None is active meanwhile, lest something be remembered
/// under the old identifier again.
#[cold]
pub fn forget_spaces() {
    leave();
    // SAFETY: only costs walks.
    unsafe { asm!("isb", "tlbi vmalle1", "dsb nsh", "isb", options(nostack, preserves_flags)) }
}

/// Forgets how an address is translated, in all spaces.
pub fn flush(address: u64) {
    // SAFETY: only costs walks.
    unsafe { asm!("dsb ishst", "tlbi vaae1, {}", "dsb nsh", in(reg) address << 8 >> 20, options(nostack, preserves_flags)) }
}

/// Makes instructions that were written to a frame visible to the fetch of instructions.
pub fn publish_code(frame: u64) {
    const LINE: usize = 64;
    for offset in (0..4096).step_by(LINE) {
        // SAFETY: writes a line of the cache back to where instructions are fetched from.
        unsafe { asm!("dc cvau, {}", in(reg) direct(frame).wrapping_add(offset), options(nostack, preserves_flags)) }
    }
    // SAFETY: only costs fetches.
    unsafe { asm!("dsb ish", "ic iallu", "dsb ish", "isb", options(nostack, preserves_flags)) }
}

/// Forgets all translations.
fn flush_all() {
    // SAFETY: only costs walks.
    unsafe {
        asm!(
            "dsb ishst",
            "tlbi vmalle1",
            "dsb ish",
            "isb",
            options(nostack, preserves_flags)
        )
    }
}

/// Where a physical address is in the direct map.
pub fn direct(physical: u64) -> *mut u8 {
    (DIRECT + physical) as *mut u8
}

/// Reads a register of a device in the first GiB.
pub fn read_device(physical: u64) -> u32 {
    debug_assert!(physical < GIGABYTE);
    // SAFETY: the first GiB of `virt` is devices, mapped as such; where none is, the access is an exception that names the stage.
    unsafe { direct(physical).cast::<u32>().read_volatile() }
}

/// Writes a register of a device in the first GiB.
pub fn write_device(physical: u64, value: u32) {
    debug_assert!(physical < GIGABYTE);
    // SAFETY: as in `read_device`.
    unsafe { direct(physical).cast::<u32>().write_volatile(value) }
}
