//! The kernel exo, independent of the processor.
//!
//! A platform implements [`Machine`], makes a [`Kernel`] from what it found out about the machine, and calls it: through the emitted
//! gate for each system call, and through [`Kernel::tick`], [`Kernel::fault`] and [`Kernel::irq`]. Before each of these three, and before a
//! system call that may switch processes, it saves the registers of the interrupted process into [`Kernel::current_registers`]; after
//! them, and after any system call that replies [`Reply::Switched`], it goes on with the registers of whoever is current then.
//!
//! While nobody is current ([`ProcessId::IDLE`]), the platform asks for the [outcome](Kernel::outcome) and, if there is none, waits for
//! an interrupt.
//!
//! Where to begin reading: [`kernel`] has the tables, `start` makes them, `capabilities` is the table that authority lives in,
//! `switching` says who runs, `lifetimes` how things end, and `calls` has the handlers of the system calls by their groups.
#![no_std]

pub mod boot;
pub mod kernel;
pub mod machine;
pub mod reply;

mod start;

mod carve;
mod frames;
mod memory_map;
mod pool;
mod rows;

pub mod capabilities;
mod lifetimes;
pub mod objects;
pub mod process;
mod root;
pub mod wait_queue;

pub mod space_identifiers;
pub mod tables;

mod mappings;
mod paging;
mod user_memory;

mod deadlines;
pub mod scheduler;
mod switching;

mod calls;
pub mod direct;
mod faults;
#[cfg(feature = "halt")]
mod values;

#[cfg(any(test, feature = "hosted", feature = "self-tests"))]
mod call_tests;
#[cfg(any(test, feature = "hosted"))]
pub mod hosted;
mod invariants;
#[cfg(any(test, feature = "hosted", feature = "self-tests"))]
mod self_tests;
#[cfg(any(test, feature = "hosted"))]
pub mod snapshot;

pub use boot::{BootFailure, BootInformation, Configuration, MemoryRange};
pub use kernel::{Kernel, Outcome, ProcessId};
pub use lifetimes::{KILLED, status_of_fault};
pub use machine::{Frame, Machine, PageFormat, Registers};
pub use reply::{Granted, Reply};
pub use scheduler::Policy;
#[cfg(any(test, feature = "hosted", feature = "self-tests"))]
pub use self_tests::self_tests;
