//! The kernel: its tables, its start, and the ways into it.

use exo_facts::{Error, Handle, Kind, Rights, Stage, Trap};

use crate::boot::{BootFailure, BootInformation, Configuration};
use crate::machine::Machine;
use crate::reply::{Granted, Reply};

/// A row of the table of processes. Row 0 stands for nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct ProcessId(pub u32);

impl ProcessId {
    /// Nobody runs: the processor waits for an interrupt.
    pub const IDLE: ProcessId = ProcessId(0);
}

/// How it all ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The root process has ended.
    RootEnded {
        /// Its status.
        status: u64,
    },
    /// No process can ever run again.
    Deadlock,
}

/// The kernel.
pub struct Kernel<M: Machine> {
    /// The processor.
    pub machine: M,
}

#[expect(unused_variables, reason = "the bodies follow")]
impl<M: Machine> Kernel<M> {
    /// Stages `memory_map`, `frames`, `paging`: everything that only needs memory. Prints their markers. The platform then does
    /// `interrupts` and `timer`.
    pub fn new(machine: M, boot: &BootInformation, configuration: Configuration) -> Result<Self, BootFailure> {
        todo!()
    }

    /// Stages `capabilities`, `halt`, `blocks` and `root`. Prints their markers; afterwards the root process is current.
    pub fn start(&mut self) -> Result<(), BootFailure> {
        todo!()
    }

    /// Prints the marker of a stage.
    pub fn marker(&mut self, stage: Stage) {
        todo!()
    }

    /// The process that runs, or [`ProcessId::IDLE`].
    pub fn current(&self) -> ProcessId {
        todo!()
    }

    /// The registers of the process that runs. While nobody runs, these are registers that nobody reads.
    pub fn current_registers(&mut self) -> &mut M::Registers {
        todo!()
    }

    /// How it ended, once it has: the platform asks whenever nobody is current.
    pub fn outcome(&self) -> Option<Outcome> {
        todo!()
    }

    /// The timer interrupted.
    pub fn tick(&mut self) {
        todo!()
    }

    /// The current process did what the processor doesn't allow.
    pub fn fault(&mut self, trap: Trap, address: u64) {
        todo!()
    }

    /// A line of the interrupt controller interrupted.
    pub fn irq(&mut self, number: u32) {
        todo!()
    }

    // ---- what the gate calls

    /// Checks a handle of the caller: in the table, kind, epoch and owner, rights.
    #[inline(always)]
    pub fn check(&self, handle: Handle, kind: Kind, rights: Rights) -> Result<Granted, Error> {
        todo!()
    }

    /// The same for a parameter that takes any kind.
    #[inline(always)]
    pub fn check_any(&self, handle: Handle, rights: Rights) -> Result<(Granted, Kind), Error> {
        todo!()
    }

    /// The same for a parameter that may be null.
    #[inline(always)]
    pub fn check_optional(&self, handle: Handle, kind: Kind, rights: Rights) -> Result<Option<Granted>, Error> {
        todo!()
    }

    /// Takes gas from the caller's account, all of it or none.
    #[inline(always)]
    pub fn charge(&mut self, amount: u64) -> Result<(), Error> {
        todo!()
    }
}

/// The handlers, named by `sem` in the spec. Parameters: `Granted` for a capability, `Option<Granted>` for one that may be null, `u64`
/// for all else but `Rights` (the gate has refused bits that are no right).
#[expect(unused_variables, reason = "the bodies follow")]
impl<M: Machine> Kernel<M> {
    pub fn null(&mut self) -> Result<(), Error> {
        Ok(())
    }
    pub fn cap_copy(&mut self, capability: Granted, to: Option<Granted>) -> Result<Handle, Error> {
        todo!()
    }
    pub fn cap_derive(&mut self, capability: Granted, rights: Rights) -> Result<Handle, Error> {
        todo!()
    }
    pub fn cap_drop(&mut self, capability: Granted) -> Reply {
        todo!()
    }
    pub fn cap_revoke(&mut self, capability: Granted) -> Reply {
        todo!()
    }
    pub fn cap_inspect(&mut self, capability: Granted) -> Result<u64, Error> {
        todo!()
    }
    pub fn page_allocate(&mut self, count: u64) -> Result<Handle, Error> {
        todo!()
    }
    pub fn page_map(&mut self, space: Granted, page: Granted, index: u64, at: u64, permissions: Rights) -> Result<(), Error> {
        todo!()
    }
    pub fn page_unmap(&mut self, space: Granted, at: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn page_derive(&mut self, page: Granted, first: u64, count: u64, rights: Rights) -> Result<Handle, Error> {
        todo!()
    }
    pub fn page_revoke(&mut self, page: Granted) -> Reply {
        todo!()
    }
    pub fn space_create(&mut self) -> Result<Handle, Error> {
        todo!()
    }
    pub fn process_create(&mut self, space: Granted, account: Granted) -> Result<Handle, Error> {
        todo!()
    }
    pub fn process_start(&mut self, process: Granted, entry: u64, stack: u64, argument: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn process_exit(&mut self, status: u64) -> Reply {
        todo!()
    }
    pub fn process_wait(&mut self, process: Granted) -> Reply {
        todo!()
    }
    pub fn process_yield(&mut self, to: Option<Granted>) -> Reply {
        todo!()
    }
    pub fn process_on_fault(&mut self, process: Granted, endpoint: Option<Granted>) -> Result<(), Error> {
        todo!()
    }
    pub fn process_kill(&mut self, process: Granted) -> Reply {
        todo!()
    }
    pub fn process_weight(&mut self, process: Granted, weight: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn endpoint_create(&mut self) -> Result<Handle, Error> {
        todo!()
    }
    #[expect(clippy::too_many_arguments, reason = "the six of the system call")]
    pub fn endpoint_send(&mut self, endpoint: Granted, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        todo!()
    }
    pub fn endpoint_receive(&mut self, endpoint: Granted) -> Reply {
        todo!()
    }
    #[expect(clippy::too_many_arguments, reason = "the six of the system call")]
    pub fn endpoint_call(&mut self, endpoint: Granted, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        todo!()
    }
    pub fn endpoint_reply(&mut self, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        todo!()
    }
    pub fn endpoint_receive_timed(&mut self, endpoint: Granted, ticks: u64) -> Reply {
        todo!()
    }
    pub fn timer_create(&mut self) -> Result<Handle, Error> {
        todo!()
    }
    pub fn timer_upcall(&mut self, timer: Granted, entry: u64, area: u64, ticks: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn upcall_return(&mut self, area: u64) -> Reply {
        todo!()
    }
    pub fn clock(&mut self) -> Result<u64, Error> {
        todo!()
    }
    pub fn irq_allocate(&mut self, root: Granted, number: u64) -> Result<Handle, Error> {
        todo!()
    }
    pub fn irq_wait(&mut self, irq: Granted) -> Reply {
        todo!()
    }
    pub fn irq_acknowledge(&mut self, irq: Granted) -> Result<(), Error> {
        todo!()
    }
    pub fn account_create(&mut self) -> Result<Handle, Error> {
        todo!()
    }
    pub fn account_transfer(&mut self, from: Granted, to: Granted, amount: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn account_query(&mut self, account: Granted) -> Result<u64, Error> {
        todo!()
    }
    pub fn account_mint(&mut self, account: Granted, amount: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn atom_create(&mut self, value: u64) -> Result<Handle, Error> {
        todo!()
    }
    pub fn atom_load(&mut self, atom: Granted) -> Result<u64, Error> {
        todo!()
    }
    pub fn atom_swap(&mut self, atom: Granted, value: u64) -> Result<u64, Error> {
        todo!()
    }
    pub fn atom_compare_and_swap(&mut self, atom: Granted, expected: u64, value: u64) -> Result<u64, Error> {
        todo!()
    }
    pub fn atom_fork(&mut self, atom: Granted) -> Result<Handle, Error> {
        todo!()
    }
    pub fn value_store(&mut self, at: u64, length: u64) -> Result<u64, Error> {
        todo!()
    }
    pub fn value_read(&mut self, value: u64, at: u64, capacity: u64) -> Result<u64, Error> {
        todo!()
    }
    pub fn block_read(&mut self, block: Granted, index: u64, page: Granted, page_index: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn block_write(&mut self, block: Granted, index: u64, page: Granted, page_index: u64) -> Result<(), Error> {
        todo!()
    }
    pub fn block_derive(&mut self, block: Granted, first: u64, count: u64, rights: Rights) -> Result<Handle, Error> {
        todo!()
    }
    pub fn console_write(&mut self, console: Granted, at: u64, length: u64) -> Result<(), Error> {
        todo!()
    }
}
