//! A machine of plain memory, on which tests run the kernel.
//!
//! Nothing executes instructions here: a test plays the processes. It makes calls as whoever is current, and looks at registers and
//! memory from outside.

extern crate std;

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use exo_facts::limits;

use crate::boot::{BootFailure, BootInformation, Configuration, MemoryRange};
use crate::kernel::Kernel;
use crate::machine::{AREA_WORDS, FRAME_BYTES, Frame, Machine, PageFormat, Registers, WORDS_PER_FRAME};

/// Where the memory of the machine begins: not at zero, as on most machines.
pub const MEMORY_START: u64 = 0x10_0000;

/// Marks an entry of a page table as present.
const PRESENT: u64 = 1;

/// The machine.
pub struct Hosted {
    memory: Vec<[u64; WORDS_PER_FRAME]>,
    /// Frames that are the kernel's tables, and not to be reached otherwise.
    tables: core::ops::Range<u64>,
    /// What was written to the serial line.
    pub console: Vec<u8>,
    /// The clock, which tests advance.
    pub now: u64,
    /// The topmost table that is active.
    pub active: Frame,
    /// How often another table became active.
    pub activations: u64,
    /// Which addresses were to be forgotten in all spaces.
    pub flushed: Vec<u64>,
    /// Which lines of the interrupt controller are masked.
    pub masked: [bool; limits::IRQ_LINES as usize],
}

impl Hosted {
    /// A machine with so much memory.
    pub fn new(bytes: u64) -> Hosted {
        let frames = (bytes / FRAME_BYTES) as usize;
        Hosted {
            // Memory holds anything at the start.
            memory: std::vec![[0xa5a5_a5a5_a5a5_a5a5; WORDS_PER_FRAME]; frames],
            tables: 0..0,
            console: Vec::new(),
            now: 0,
            active: Frame(0),
            activations: 0,
            flushed: Vec::new(),
            masked: [true; limits::IRQ_LINES as usize],
        }
    }

    /// All of the memory.
    pub fn range(&self) -> MemoryRange {
        MemoryRange {
            start: MEMORY_START,
            end: MEMORY_START + self.memory.len() as u64 * FRAME_BYTES,
        }
    }

    /// What was written to the serial line.
    pub fn transcript(&self) -> String {
        String::from_utf8_lossy(&self.console).into_owned()
    }

    /// Writes bytes to physical memory.
    pub fn write_physical(&mut self, address: u64, bytes: &[u8]) {
        for (at, &byte) in (address..).zip(bytes) {
            let word = &mut self.frame(Frame::holding(at))[(at % FRAME_BYTES / 8) as usize];
            let shift = at % 8 * 8;
            *word = *word & !(0xff << shift) | u64::from(byte) << shift;
        }
    }
}

/// The registers that calls and messages use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HostedRegisters {
    /// The next instruction.
    pub program_counter: u64,
    /// The stack pointer.
    pub stack: u64,
    /// The argument at the start, or of an upcall.
    pub argument: u64,
    /// The first result register.
    pub status: u64,
    /// The second result register.
    pub value: u64,
    /// Where a message arrives.
    pub words: [u64; 4],
    /// Where the page capability of a message arrives.
    pub page: u64,
}

impl Registers for HostedRegisters {
    fn new(entry: u64, stack: u64, argument: u64) -> Self {
        HostedRegisters {
            program_counter: entry,
            stack,
            argument,
            ..HostedRegisters::default()
        }
    }

    fn program_counter(&self) -> u64 {
        self.program_counter
    }

    fn set_program_counter(&mut self, address: u64) {
        self.program_counter = address;
    }

    fn set_status(&mut self, status: u64) {
        self.status = status;
    }

    fn set_value(&mut self, value: u64) {
        self.value = value;
    }

    fn set_message(&mut self, words: [u64; 4], page: u64) {
        self.words = words;
        self.page = page;
    }

    fn enter_upcall(&mut self, entry: u64, area: u64) {
        self.program_counter = entry;
        self.argument = area;
        self.stack = self.stack.wrapping_sub(128) & !15;
    }

    fn save(&self, area: &mut [u64; AREA_WORDS]) {
        let words = [
            self.program_counter,
            self.stack,
            self.argument,
            self.status,
            self.value,
            self.page,
        ];
        area[..6].copy_from_slice(&words);
        area[6..10].copy_from_slice(&self.words);
    }

    fn restore(&mut self, area: &[u64; AREA_WORDS]) {
        let [program_counter, stack, argument, status, value, page, w0, w1, w2, w3, ..] = *area;
        // As a processor would fault when it returns to such an address.
        let program_counter = if program_counter < limits::USER_END {
            program_counter
        } else {
            0
        };
        *self = HostedRegisters {
            program_counter,
            stack,
            argument,
            status,
            value,
            words: [w0, w1, w2, w3],
            page,
        };
    }
}

/// Entries with a bit for each right: everything but "write or execute without read" can be expressed.
const fn leaf(bits: u64) -> u64 {
    if bits & 1 == 0 { 0 } else { PRESENT | bits << 1 }
}

impl Machine for Hosted {
    type Registers = HostedRegisters;

    const PAGE_FORMAT: PageFormat = PageFormat {
        present: PRESENT,
        address: 0x000f_ffff_ffff_f000,
        table: PRESENT,
        leaf: [leaf(0), leaf(1), leaf(2), leaf(3), leaf(4), leaf(5), leaf(6), leaf(7)],
        permissions: 0b1110,
        user_entries: 256,
    };

    fn tables(&mut self, first: Frame, count: u64) -> &'static mut [u64] {
        let start = first.0 - MEMORY_START / FRAME_BYTES;
        assert!(start + count <= self.memory.len() as u64, "tables outside the memory");
        self.tables = first.0..first.0 + count;
        // Beside the memory, and for as long as the kernel would have it.
        Box::leak(std::vec![0; count as usize * WORDS_PER_FRAME].into_boxed_slice())
    }

    fn frame(&mut self, frame: Frame) -> &mut [u64; WORDS_PER_FRAME] {
        assert!(!self.tables.contains(&frame.0), "{frame:?} is part of the tables");
        let index = frame
            .0
            .checked_sub(MEMORY_START / FRAME_BYTES)
            .expect("a frame before the memory");
        &mut self.memory[index as usize]
    }

    fn prepare_root(&mut self, root: Frame) {
        // The kernel's half, which must never be touched.
        self.frame(root)[256..].fill(u64::MAX);
    }

    const REMEMBERS_SPACES: bool = true;

    fn activate(&mut self, root: Frame) {
        self.active = root;
        self.activations += 1;
    }

    fn flush(&mut self, address: u64) {
        self.flushed.push(address);
    }

    fn write_console(&mut self, bytes: &[u8]) {
        self.console.extend_from_slice(bytes);
    }

    fn ticks(&self) -> u64 {
        self.now
    }

    fn mask_irq(&mut self, number: u32, masked: bool) {
        self.masked[number as usize] = masked;
    }
}

/// The smallest program: one page, executable, that does nothing.
pub fn smallest_program() -> Vec<u8> {
    program(&[(5, limits::PROGRAM_START, &[0x90; 16], 16)], limits::PROGRAM_START)
}

/// An ELF file of segments: flags (1 execute, 2 write, 4 read), address, bytes in the file, bytes in memory.
pub fn program(segments: &[(u32, u64, &[u8], u64)], entry: u64) -> Vec<u8> {
    let mut file = std::vec![0u8; 64 + 56 * segments.len()];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16..18].copy_from_slice(&2u16.to_le_bytes());
    file[24..32].copy_from_slice(&entry.to_le_bytes());
    file[32..40].copy_from_slice(&64u64.to_le_bytes());
    file[54..56].copy_from_slice(&56u16.to_le_bytes());
    file[56..58].copy_from_slice(&(segments.len() as u16).to_le_bytes());
    for (index, &(flags, address, bytes, length)) in segments.iter().enumerate() {
        let offset = file.len() as u64;
        let row = &mut file[64 + 56 * index..][..56];
        row[0..4].copy_from_slice(&1u32.to_le_bytes());
        row[4..8].copy_from_slice(&flags.to_le_bytes());
        row[8..16].copy_from_slice(&offset.to_le_bytes());
        row[16..24].copy_from_slice(&address.to_le_bytes());
        row[32..40].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        row[40..48].copy_from_slice(&length.to_le_bytes());
        file.extend_from_slice(bytes);
    }
    file
}

/// A kernel that has been started with a program as its boot module, at the end of the memory.
pub fn boot(memory_bytes: u64, program: &[u8], configuration: Configuration) -> Result<Kernel<Hosted>, BootFailure> {
    let mut machine = Hosted::new(memory_bytes);
    let all = machine.range();
    let start = (all.end - program.len() as u64) & !(FRAME_BYTES - 1);
    machine.write_physical(start, program);
    let module = MemoryRange {
        start,
        end: start + program.len() as u64,
    };
    let boot = BootInformation {
        usable: &[all],
        reserved: &[module],
        module,
        disk: MemoryRange::default(),
        argument: 0,
    };
    let mut kernel = Kernel::new(machine, &boot, configuration)?;
    kernel.start()?;
    Ok(kernel)
}

/// A kernel in 8 MiB, whose root process does nothing by itself.
pub fn kernel() -> Kernel<Hosted> {
    boot(8 << 20, &smallest_program(), Configuration::default()).expect("8 MiB are enough to start in")
}
