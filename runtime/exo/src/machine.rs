//! What the kernel needs of a processor.

use core::fmt;

use exo_facts::Rights;

/// Words of a page table, and of a frame read as words.
pub const WORDS_PER_FRAME: usize = 512;

/// Bytes of a frame.
pub const FRAME_BYTES: u64 = 4096;

/// The number of a frame of physical memory: its address divided by the size of a frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Frame(pub u64);

impl Frame {
    /// The frame that holds a physical address.
    pub const fn holding(address: u64) -> Frame {
        Frame(address / FRAME_BYTES)
    }

    /// The physical address of its first byte.
    pub const fn address(self) -> u64 {
        self.0 * FRAME_BYTES
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "frame {:#x}", self.0)
    }
}

/// How the processor writes the entries of its page tables, as data: the walker is the same for all that walk four levels of 512
/// entries.
#[derive(Clone, Copy, Debug)]
pub struct PageFormat {
    /// Bits of which one is set in every entry that is present, and none in one that isn't.
    pub present: u64,
    /// The bits of an entry that hold the physical address of a frame.
    pub address: u64,
    /// What is added to the address of a table in an entry that leads to it.
    pub table: u64,
    /// What is added to the address of a frame in an entry of the lowest level, by the bits of its [`Rights`]: read 1, write 2,
    /// execute 4. Zero where the processor can't express the combination; index 0 is always that.
    pub leaf: [u64; 8],
    /// The bits of `leaf` that say what is allowed. The processor may set others (accessed, dirty).
    pub permissions: u64,
    /// Entries of the topmost level that belong to users, counted from the first. The rest is the kernel's.
    pub user_entries: usize,
}

impl PageFormat {
    /// Whether an entry of the lowest level allows users all of `needed`.
    pub fn allows(&self, entry: u64, needed: Rights) -> bool {
        entry & self.present != 0
            && (1..8u8).any(|bits| {
                let leaf = self.leaf[usize::from(bits)];
                leaf != 0 && (leaf ^ entry) & self.permissions == 0 && Rights::from_bits(bits).contains(needed)
            })
    }
}

/// What the kernel needs of a processor. Hosted tests implement it over plain memory.
pub trait Machine: Sized {
    /// A stopped user thread.
    type Registers: Registers;

    /// How entries of page tables are written.
    const PAGE_FORMAT: PageFormat;

    /// Memory for the tables of the kernel, as one slice: `count` frames from `first` on. The kernel asks once for each frame, before it
    /// hands any out, and never asks for these frames by [`frame`](Machine::frame).
    fn tables(&mut self, first: Frame, count: u64) -> &'static mut [u64];

    /// A frame of physical memory, through the direct map.
    fn frame(&mut self, frame: Frame) -> &mut [u64; WORDS_PER_FRAME];

    /// Fills the kernel's part of the topmost table of a new space. The user's part is empty.
    fn prepare_root(&mut self, root: Frame);

    /// Whether the processor remembers translations of spaces that aren't active.
    const REMEMBERS_SPACES: bool;

    /// Lets the processor translate by this topmost table from now on.
    fn activate(&mut self, root: Frame);

    /// Forgets what the processor remembers of an address: in the space that is active, or in all if it [remembers
    /// more](Machine::REMEMBERS_SPACES).
    fn flush(&mut self, address: u64);

    /// Makes instructions that were written to a frame visible to the fetch of instructions, where a processor needs that.
    fn publish_code(&mut self, frame: Frame) {
        let _ = frame;
    }

    /// What the capabilities of whoever called have in their identity, if the platform knows the caller better than the kernel: a fast
    /// path may have switched since the kernel ran.
    #[inline(always)]
    fn caller_key(&self) -> Option<u64> {
        None
    }

    /// Takes gas from the account of whoever called, and says whether it was enough; under the same condition.
    #[inline(always)]
    fn charge_caller(&mut self, amount: u64) -> Option<bool> {
        let _ = amount;
        None
    }

    /// Writes to the serial line.
    fn write_console(&mut self, bytes: &[u8]);

    /// Ticks of the timer since the start.
    fn ticks(&self) -> u64;

    /// Masks or unmasks a line of the interrupt controller.
    fn mask_irq(&mut self, number: u32, masked: bool);
}

/// Words that [`Registers::save`] fills at most: those of an upcall area.
pub const AREA_WORDS: usize = exo_facts::limits::UPCALL_AREA_BYTES as usize / 8;

/// The registers of a stopped user thread.
pub trait Registers: Clone + 'static {
    /// A thread that is about to begin: everything else is zero, interrupts are on, the privilege is the user's.
    fn new(entry: u64, stack: u64, argument: u64) -> Self;

    /// The address of the next instruction.
    fn program_counter(&self) -> u64;

    /// Sets the address of the next instruction. The address is one that a user may have.
    fn set_program_counter(&mut self, address: u64);

    /// Whether the platform can let the thread go on by a direct path, if it is in a call. While it waits for a message or a reply, one that
    /// can't be any more has to be [watched](crate::process::Process::watch).
    #[inline(always)]
    fn can_go_on_directly(&self) -> bool {
        true
    }

    /// Sets the first result register.
    fn set_status(&mut self, status: u64);

    /// Sets the second result register.
    fn set_value(&mut self, value: u64);

    /// Sets both result registers of a thread that is in a call which returns nothing but success.
    #[inline(always)]
    fn set_done(&mut self) {
        self.set_status(0);
        self.set_value(0);
    }

    /// Sets the registers in which a message arrives.
    fn set_message(&mut self, words: [u64; 4], page: u64);

    /// Goes on at `entry` as if it had just been called with `area` as its only argument: the stack pointer is moved below what the
    /// interrupted code may use without saying so (a red zone), and aligned. All other registers stay.
    fn enter_upcall(&mut self, entry: u64, area: u64);

    /// Writes all registers into an upcall area.
    fn save(&self, area: &mut [u64; AREA_WORDS]);

    /// Reads all registers from an upcall area that a user may have written anything into: privileged flags are made harmless, and an
    /// address that the processor would fault on when it returns to the user becomes one that the user faults on.
    fn restore(&mut self, area: &[u64; AREA_WORDS]);
}
