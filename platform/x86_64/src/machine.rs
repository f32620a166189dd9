//! The processor as the kernel wants it.

use exo_facts::limits;
use exo_kernel::{Frame, Machine, PageFormat};

use crate::console::Console;
use crate::memory::{direct, image};
use crate::registers::Registers;
use crate::{controllers, cpu, fast};

const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const NO_EXECUTE: u64 = 1 << 63;
/// Entries of the topmost table below the kernel's half.
const USER_ENTRIES: usize = 256;

/// What of the processor has state that the kernel asks for.
pub struct Processor {
    pub console: Console,
    /// Interrupts of the timer so far.
    pub ticks: u64,
}

impl Machine for Processor {
    type Registers = Registers;

    /// The identifiers of spaces that newer processors have aren't used.
    const REMEMBERS_SPACES: bool = false;

    const PAGE_FORMAT: PageFormat = PageFormat {
        present: PRESENT,
        address: 0x000f_ffff_ffff_f000,
        table: PRESENT | WRITABLE | USER,
        // Every page that is there can be read; what can't be said, such as execution alone, can be read too.
        leaf: [
            0,
            PRESENT | USER | NO_EXECUTE,
            PRESENT | USER | NO_EXECUTE | WRITABLE,
            PRESENT | USER | NO_EXECUTE | WRITABLE,
            PRESENT | USER,
            PRESENT | USER,
            PRESENT | USER | WRITABLE,
            PRESENT | USER | WRITABLE,
        ],
        permissions: PRESENT | USER | WRITABLE | NO_EXECUTE,
        user_entries: USER_ENTRIES,
    };

    fn tables(&mut self, first: Frame, count: u64) -> &'static mut [u64] {
        // Safety: the frames are usable memory inside the direct map, and the kernel asks for each once and hands it to nobody else.
        unsafe { core::slice::from_raw_parts_mut(direct(first.address()).cast(), (count * limits::PAGE_BYTES / 8) as usize) }
    }

    fn frame(&mut self, frame: Frame) -> &mut [u64; 512] {
        // Safety: the kernel asks for frames of usable memory only, all inside the direct map, and none of its own image or tables. The
        // borrow of `self` keeps the slice the only one while it lives.
        unsafe { &mut *direct(frame.address()).cast() }
    }

    fn prepare_root(&mut self, root: Frame) {
        let kernel = *self.frame(Frame::holding(image::boot_root.physical()));
        self.frame(root)[USER_ENTRIES..].copy_from_slice(&kernel[USER_ENTRIES..]);
    }

    fn activate(&mut self, root: Frame) {
        // Safety: every root went through `prepare_root`, so that the kernel's half is the same in each.
        unsafe { cpu::activate(root.address()) }
    }

    fn flush(&mut self, address: u64) {
        cpu::flush(address);
    }

    #[inline(always)]
    fn caller_key(&self) -> Option<u64> {
        Some(fast::caller_key())
    }

    #[inline(always)]
    fn charge_caller(&mut self, amount: u64) -> Option<bool> {
        Some(fast::charge_caller(amount))
    }

    fn write_console(&mut self, bytes: &[u8]) {
        self.console.write(bytes);
    }

    fn ticks(&self) -> u64 {
        self.ticks
    }

    fn mask_irq(&mut self, number: u32, masked: bool) {
        controllers::mask(number, masked);
    }
}
