//! A stopped thread of ring 3, laid out as `entry.s` pushes and pops it.

#[repr(C)]
#[derive(Clone)]
pub struct Registers {
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
    pub vector: u64,
    pub error: u64,
    pub program_counter: u64,
    pub code_segment: u64,
    pub flags: u64,
    pub stack: u64,
    pub stack_segment: u64,
}
