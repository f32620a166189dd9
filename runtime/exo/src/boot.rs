//! What the kernel is told at its start, and how its start can fail.

use core::fmt;

use exo_facts::Stage;

use crate::scheduler::Policy;

/// A range of physical memory, in bytes. The end is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MemoryRange {
    /// The first byte.
    pub start: u64,
    /// The first byte behind it.
    pub end: u64,
}

/// What a platform found out about the machine. Nothing of it is believed: ranges may overlap, be empty, wrap or come in any order.
#[derive(Clone, Copy, Debug)]
pub struct BootInformation<'a> {
    /// The memory that the firmware calls usable.
    pub usable: &'a [MemoryRange],
    /// What in it is in use: the image of the kernel with its page tables and stacks, the boot information itself, the boot module.
    pub reserved: &'a [MemoryRange],
    /// The program of the root process, a static ELF file that lies in `reserved`.
    pub module: MemoryRange,
    /// The memory disk, in `reserved` too; empty to have one of [`Configuration::disk_blocks`] blocks made from free memory.
    pub disk: MemoryRange,
    /// What the root process finds in its argument register.
    pub argument: u64,
}

/// What is decided when the kernel is built or started, not by the machine.
#[derive(Clone, Copy, Debug)]
pub struct Configuration {
    /// How the next process is chosen.
    pub policy: Policy,
    /// Blocks of the memory disk that is made if none is given.
    pub disk_blocks: u64,
    /// Bytes of the arena of values.
    pub arena_bytes: u64,
}

impl Default for Configuration {
    fn default() -> Self {
        Configuration {
            policy: Policy::Weights,
            disk_blocks: 64,
            arena_bytes: 1 << 20,
        }
    }
}

/// Where the start of the kernel failed and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BootFailure {
    /// The stage that couldn't be finished.
    pub stage: Stage,
    /// What is wrong.
    pub reason: &'static str,
}

impl BootFailure {
    pub(crate) const fn new(stage: Stage, reason: &'static str) -> Self {
        BootFailure { stage, reason }
    }
}

impl fmt::Display for BootFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.stage.name(), self.reason)
    }
}
