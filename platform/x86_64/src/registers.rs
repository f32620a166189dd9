//! A stopped thread of ring 3, laid out as `entry.s` pushes and pops it.

use exo_facts::limits;
use exo_kernel::machine::AREA_WORDS;

use crate::descriptors::{USER_CODE, USER_DATA};
use crate::fast::Link;
use crate::vectors::Vectors;

/// What a function may use below its stack pointer.
const RED_ZONE: u64 = 128;
/// Carry, parity, adjust, zero, sign, trap, direction and overflow: what a program may set by itself.
const USER_FLAGS: u64 = 0xdd5;
/// Interrupts on, and the bit that is always set.
pub const FIXED_FLAGS: u64 = 0x202;
/// In the last page below the addresses that aren't canonical. Nothing is ever mapped there: going on from here is a page fault of the
/// program, where one from a non-canonical address would be a fault of the kernel.
const NOWHERE: u64 = limits::USER_END;

/// What `entry.s` pushes and pops, in the order in which it pops.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Frame {
    pub r15: u64,
    pub r14: u64,
    pub r13: u64,
    pub r12: u64,
    pub r11: u64,
    pub r10: u64,
    pub r9: u64,
    pub r8: u64,
    pub rbp: u64,
    pub rdi: u64,
    pub rsi: u64,
    pub rdx: u64,
    pub rcx: u64,
    pub rbx: u64,
    pub rax: u64,
    /// Which trap or interrupt stopped the thread, and the processor's error code.
    pub vector: u64,
    pub error: u64,
    pub program_counter: u64,
    pub code_segment: u64,
    pub flags: u64,
    pub stack: u64,
    pub stack_segment: u64,
}

/// A stopped thread, and what the fast paths need to know of its process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Registers {
    pub frame: Frame,
    pub vectors: Vectors,
    /// See `fast.rs`.
    pub link: Link,
}

impl Frame {
    /// What an upcall area holds, in its order.
    fn saved(&mut self) -> [&mut u64; 18] {
        [
            &mut self.rax,
            &mut self.rbx,
            &mut self.rcx,
            &mut self.rdx,
            &mut self.rsi,
            &mut self.rdi,
            &mut self.rbp,
            &mut self.stack,
            &mut self.r8,
            &mut self.r9,
            &mut self.r10,
            &mut self.r11,
            &mut self.r12,
            &mut self.r13,
            &mut self.r14,
            &mut self.r15,
            &mut self.program_counter,
            &mut self.flags,
        ]
    }
}

impl exo_kernel::Registers for Registers {
    fn new(entry: u64, stack: u64, argument: u64) -> Self {
        let frame = Frame {
            stack,
            rdi: argument,
            flags: FIXED_FLAGS,
            code_segment: USER_CODE,
            stack_segment: USER_DATA,
            ..Frame::default()
        };
        let mut registers = Self {
            frame,
            link: Link::NEW,
            vectors: Vectors::INITIAL,
        };
        registers.set_program_counter(entry);
        registers
    }

    fn program_counter(&self) -> u64 {
        self.frame.program_counter
    }

    fn set_program_counter(&mut self, address: u64) {
        self.frame.program_counter = address.min(NOWHERE);
    }

    fn set_status(&mut self, status: u64) {
        self.frame.rax = status;
        self.link.whole |= u8::from(status != 0);
    }

    fn set_value(&mut self, value: u64) {
        self.frame.rdx = value;
        self.link.whole = 1;
    }

    /// These are what counts of a thread that stopped in a call, if nothing else does.
    #[inline(always)]
    fn set_done(&mut self) {
        self.frame.rax = 0;
        self.frame.rdx = 0;
    }

    fn set_message(&mut self, words: [u64; 4], page: u64) {
        let Frame {
            rsi, rdx, r10, r8, r9, ..
        } = &mut self.frame;
        [*rsi, *rdx, *r10, *r8] = words;
        *r9 = page;
        self.link.whole = 1;
    }

    fn enter_upcall(&mut self, entry: u64, area: u64) {
        // As behind a call: a word below a multiple of 16. User programs are compiled without a red zone, others are not.
        self.frame.stack = (self.frame.stack.wrapping_sub(RED_ZONE) & !15).wrapping_sub(8);
        self.frame.rdi = area;
        self.frame.flags = FIXED_FLAGS;
        self.set_program_counter(entry);
        self.link.whole = 1;
    }

    fn save(&self, area: &mut [u64; AREA_WORDS]) {
        let mut frame = self.frame;
        if self.link.whole == 0 {
            (frame.rax, frame.rdx) = (0, 0);
        }
        let saved = frame.saved().map(|register| *register);
        for (word, register) in area.iter_mut().zip(saved.iter().chain(self.vectors.words())) {
            *word = *register;
        }
    }

    fn restore(&mut self, area: &[u64; AREA_WORDS]) {
        let saved = self.frame.saved();
        self.vectors.restore(&area[saved.len()..]);
        for (register, word) in saved.into_iter().zip(area) {
            *register = *word;
        }
        self.frame.flags = self.frame.flags & USER_FLAGS | FIXED_FLAGS;
        self.set_program_counter(self.frame.program_counter);
        self.link.whole = 1;
    }
}
