//! What is kept of a process that doesn't run.

/// The registers of a stopped process, laid out for `vectors.s`.
#[derive(Clone)]
#[repr(C, align(16))]
pub struct Registers {
    general: [u64; 31],
    stack: u64,
    program_counter: u64,
    flags: u64,
    thread: u64,
    float_control: u64,
    float_status: u64,
    /// One where everything was saved; zero after a call, of which only x0 to x5, the stack, the program counter and the flags last.
    whole: u64,
    /// 16 bytes for each of the 32 vector registers.
    vectors: [u128; 32],
}

impl Registers {
    #[expect(dead_code, reason = "the first process comes next")]
    /// At `entry`, with one argument and everything else zero.
    pub const fn new(entry: u64, stack: u64, argument: u64) -> Self {
        let mut general = [0; 31];
        general[0] = argument;
        Self {
            general,
            stack,
            program_counter: entry,
            // EL0, 64-bit, nothing masked.
            flags: 0,
            thread: 0,
            float_control: 0,
            float_status: 0,
            whole: 1,
            vectors: [0; 32],
        }
    }
}

const _: () = {
    assert!(core::mem::offset_of!(Registers, stack) == 248);
    assert!(core::mem::offset_of!(Registers, program_counter) == 256);
    assert!(core::mem::offset_of!(Registers, thread) == 272);
    assert!(core::mem::offset_of!(Registers, whole) == 296);
    assert!(core::mem::offset_of!(Registers, vectors) == 304);
};
