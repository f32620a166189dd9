//! The processor and its devices as the kernel wants them.

use exo_facts::limits;
use exo_kernel::machine::WORDS_PER_FRAME;
use exo_kernel::space_identifiers::SpaceIdentifiers;
use exo_kernel::{Frame, Machine, PageFormat};

use crate::mmu::{self, bit};
use crate::registers::{self, Registers};
use crate::{console, fast, interrupts};

/// Of the 512 entries of the topmost table those below the end of users' addresses.
const USER_ENTRIES: usize = limits::USER_END.div_ceil(1 << 39) as usize;

/// Every page of a user: the kernel reads and writes it through the direct map, and never runs it.
const USER: u64 = bit::TABLE | bit::NORMAL | bit::USER | bit::NOT_GLOBAL | bit::KERNEL_EXECUTES_NEVER;
const READ: u64 = USER | bit::READ_ONLY | bit::USER_EXECUTES_NEVER;
const READ_WRITE: u64 = USER | bit::USER_EXECUTES_NEVER;
const READ_EXECUTE: u64 = USER | bit::READ_ONLY;
const ALL: u64 = USER;

/// What of the machine has state that the kernel asks for.
#[repr(C)]
pub struct Virt {
    /// Who runs or, in the kernel, ran last. Fast paths change it.
    pub current: *mut registers::Frame,
    /// Whom the kernel takes for current, or last did.
    pub known: *mut registers::Frame,
    /// Interrupts of the timer so far.
    pub ticks: u64,
    identifiers: SpaceIdentifiers,
}

impl Virt {
    pub fn new() -> Self {
        Self {
            current: core::ptr::null_mut(),
            known: core::ptr::null_mut(),
            ticks: 0,
            identifiers: SpaceIdentifiers::new(mmu::identifier_bits()),
        }
    }
}

/// Where the topmost table of a space holds the tag of its identifier: in the last entry, which is for addresses behind those of users.
const TAG: usize = WORDS_PER_FRAME - 1;
const _: () = assert!(USER_ENTRIES <= TAG);

impl Machine for Virt {
    type Registers = Registers;

    const PAGE_FORMAT: PageFormat = PageFormat {
        present: 1,
        address: 0x0000_ffff_ffff_f000,
        table: bit::TABLE,
        // As on other processors, every page that is there can be read.
        leaf: [0, READ, READ_WRITE, READ_WRITE, READ_EXECUTE, READ_EXECUTE, ALL, ALL],
        permissions: 1 | bit::USER | bit::READ_ONLY | bit::USER_EXECUTES_NEVER,
        user_entries: USER_ENTRIES,
    };

    fn tables(&mut self, first: Frame, count: u64) -> &'static mut [u64] {
        // SAFETY: the frames are usable memory inside the direct map, and the kernel asks for each once and hands it to nobody else.
        unsafe { core::slice::from_raw_parts_mut(mmu::direct(first.address()).cast(), count as usize * WORDS_PER_FRAME) }
    }

    fn frame(&mut self, frame: Frame) -> &mut [u64; WORDS_PER_FRAME] {
        // SAFETY: the kernel asks for frames of usable memory only, all inside the direct map, and none of its own image or tables. The
        // borrow of `self` keeps the slice the only one while it lives.
        unsafe { &mut *mmu::direct(frame.address()).cast() }
    }

    /// The kernel's half has a root of its own. The space has no identifier yet.
    fn prepare_root(&mut self, root: Frame) {
        self.frame(root)[TAG] = 0;
    }

    const REMEMBERS_SPACES: bool = true;

    #[inline(always)]
    fn activate(&mut self, root: Frame) {
        // SAFETY: a topmost table, which nobody else holds. The processor reads the entry too, for which it is none.
        let tag = unsafe { &mut *mmu::direct(root.address()).cast::<u64>().add(TAG) };
        let identifier = self.identifiers.identify(tag, || {
            mmu::forget_spaces();
            fast::forget_spaces();
        });
        mmu::activate(root.address(), identifier);
    }

    fn flush(&mut self, address: u64) {
        mmu::flush(address);
    }

    fn publish_code(&mut self, frame: Frame) {
        mmu::publish_code(frame.address());
    }

    #[inline(always)]
    fn caller_key(&self) -> Option<u64> {
        Some(fast::caller_key(self))
    }

    #[inline(always)]
    fn charge_caller(&mut self, amount: u64) -> Option<bool> {
        Some(fast::charge_caller(self, amount))
    }

    fn write_console(&mut self, bytes: &[u8]) {
        console::write(bytes);
    }

    fn ticks(&self) -> u64 {
        self.ticks
    }

    fn mask_irq(&mut self, number: u32, masked: bool) {
        interrupts::set_masked(interrupts::FIRST_LINE + number, masked);
    }
}
