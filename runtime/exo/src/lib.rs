//! The kernel exo, independent of the processor.
//!
//! A platform implements [`Machine`], makes a [`Kernel`] from what it found out about the machine, and calls it: through the emitted
//! gate for each system call, and through [`Kernel::tick`], [`Kernel::fault`] and [`Kernel::irq`]. Whenever one of them may have chosen
//! another process, the platform goes on with [`Kernel::current_registers`].
#![no_std]

pub mod boot;
pub mod kernel;
pub mod machine;
pub mod reply;
pub mod scheduler;

pub use boot::{BootFailure, BootInformation, Configuration, MemoryRange};
pub use kernel::{Kernel, Outcome, ProcessId};
pub use machine::{Frame, Machine, PageFormat, Registers};
pub use reply::{Granted, Reply};
pub use scheduler::Policy;
