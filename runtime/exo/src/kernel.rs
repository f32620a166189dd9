//! The kernel: its tables, and the ways into it that are no system calls.

use exo_facts::{Error, Handle, Kind, Rights, Stage, gas};

use crate::boot::{Configuration, MemoryRange};
use crate::capabilities::{Capabilities, key};
use crate::deadlines::Deadlines;
use crate::frames::Frames;
use crate::machine::{Frame, Machine};
use crate::mappings::Mappings;
use crate::objects::{Account, Endpoint, Irq, Space, Timer};
use crate::pool::Pool;
use crate::process::{Process, State};
use crate::reply::Granted;
use crate::scheduler::Scheduler;
use crate::wait_queue::WaitQueue;

pub use exo_facts::Outcome;

/// A row of the table of processes. Row 0 stands for nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct ProcessId(pub u32);

impl ProcessId {
    /// Nobody runs: the processor waits for an interrupt.
    pub const IDLE: ProcessId = ProcessId(0);
}

/// The root process is the first in the table.
pub(crate) const ROOT: u32 = 1;

/// The kernel. One of its calls runs at a time, with interrupts off.
///
/// A process that is *ready* is exactly one of these: in the queue of the scheduler; the owner of the turn; or current, as the guest of
/// a turn that another has lent it. The owner pays for the turn. A guest that stops running while it is ready goes into the queue.
///
/// The fields stand in memory as they do here: what every call reads lies at small offsets, which fit into an instruction.
#[repr(C)]
pub struct Kernel<M: Machine> {
    /// The processor.
    pub machine: M,
    pub(crate) current: u32,
    /// Who has the turn, or 0. It may be blocked while a guest runs.
    pub(crate) turn: u32,
    pub(crate) current_key: u64,
    pub(crate) current_account: u32,
    /// The topmost table that the processor translates by.
    pub(crate) active: Frame,
    /// The topmost table without any user's entry, for when nobody runs.
    pub(crate) idle_root: Frame,
    /// Processes to be ended and faults to be told. Looked at before a call returns, so that nothing recurses.
    pub(crate) troubled: WaitQueue,
    /// The first of those that became ready, or stopped being so, without the scheduler: see [`crate::direct`].
    pub(crate) stale: u32,
    pub(crate) capabilities: Capabilities,
    pub(crate) processes: Pool<Process<M::Registers>>,
    pub(crate) scheduler: Scheduler,
    pub(crate) accounts: Pool<Account>,
    pub(crate) endpoints: Pool<Endpoint>,
    pub(crate) spaces: Pool<Space>,
    pub(crate) mappings: Mappings,
    pub(crate) frames: Frames,
    pub(crate) timers: Pool<Timer>,
    /// Of processes by their numbers, and of timers behind them.
    pub(crate) deadlines: Deadlines,
    pub(crate) irqs: [Irq; exo_facts::limits::IRQ_LINES as usize],
    pub(crate) disk: Frame,
    pub(crate) disk_blocks: u64,
    #[cfg(feature = "halt")]
    pub(crate) values: Option<crate::values::Values>,
    #[cfg(feature = "halt")]
    pub(crate) arena_memory: Option<(&'static mut [u64], Pool<crate::values::Row>)>,
    pub(crate) module: MemoryRange,
    pub(crate) argument: u64,
    pub(crate) configuration: Configuration,
    /// The status of the root process, once it has ended.
    pub(crate) root_status: Option<u64>,
}

impl<M: Machine> Kernel<M> {
    /// Prints the marker of a stage.
    pub fn marker(&mut self, stage: Stage) {
        self.machine.write_console(stage.marker().as_bytes());
        self.machine.write_console(b"\n");
    }

    /// The process that runs, or [`ProcessId::IDLE`].
    #[inline(always)]
    pub fn current(&self) -> ProcessId {
        ProcessId(self.current)
    }

    /// The registers of the process that runs. While nobody runs, these are registers that nobody reads.
    #[inline(always)]
    pub fn current_registers(&mut self) -> &mut M::Registers {
        &mut self.processes[self.current].registers
    }

    /// How it ended, once it has: when the root process has ended, or when nobody is current and nothing can ever change that.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.root_status {
            Some(0) => Some(Outcome::Success),
            Some(_) => Some(Outcome::RootFailed),
            None => {
                let waits_for_irq = self.irqs.iter().any(|irq| irq.waiter != 0);
                let idle = self.current == 0 && self.scheduler.is_empty();
                (idle && self.deadlines.is_empty() && !waits_for_irq).then_some(Outcome::Deadlock)
            }
        }
    }

    /// The status that the root process ended with.
    pub fn root_status(&self) -> Option<u64> {
        self.root_status
    }

    /// Frames that are free.
    pub fn free_frames(&self) -> u64 {
        self.frames.available()
    }

    /// Bytes of table for each process: its row, and those of the scheduler, its deadline and its capabilities' list.
    pub const BYTES_PER_PROCESS: usize =
        size_of::<Process<M::Registers>>() + Scheduler::BYTES_PER_PROCESS + size_of::<(u64, u32)>() + 3 * size_of::<u32>();

    /// Checks a handle of the caller: in the table; kind, epoch and owner; rights.
    #[inline(always)]
    pub fn check(&self, handle: Handle, kind: Kind, rights: Rights) -> Result<Granted, Error> {
        self.capabilities.check(handle, self.caller_key(), kind, rights)
    }

    /// The same for a parameter that takes any kind.
    #[inline(always)]
    pub fn check_any(&self, handle: Handle, rights: Rights) -> Result<Granted, Error> {
        self.capabilities.check_any(handle, self.caller_key(), rights)
    }

    /// The same for a parameter that may be null: the whole word is zero.
    #[inline(always)]
    pub fn check_optional(&self, handle: Handle, kind: Kind, rights: Rights) -> Result<Option<Granted>, Error> {
        if handle.0 == 0 {
            Ok(None)
        } else {
            self.check(handle, kind, rights).map(Some)
        }
    }

    #[inline(always)]
    fn caller_key(&self) -> u64 {
        self.machine.caller_key().unwrap_or(self.current_key)
    }

    /// Takes gas from the caller's account, all of it or none.
    #[inline(always)]
    pub fn charge(&mut self, amount: u64) -> Result<(), Error> {
        let paid = match self.machine.charge_caller(amount) {
            Some(paid) => paid,
            None => self.accounts[self.current_account].take(amount),
        };
        if paid { Ok(()) } else { Err(Error::NoGas) }
    }

    /// The timer interrupted: the owner of the turn pays, what is due happens, and the next turn begins.
    pub fn tick(&mut self) {
        if self.turn != 0 {
            let process = &mut self.processes[self.turn];
            let account = &mut self.accounts[process.account];
            let paid = account.balance.min(gas::TICK);
            account.balance -= paid;
            process.debt += gas::TICK - paid;
        }
        self.expire();
        self.settle_trouble();
        self.next_turn();
    }

    /// A line of the interrupt controller interrupted. It is masked until somebody acknowledges it.
    pub fn irq(&mut self, number: u32) {
        let Some(line) = self.irqs.get_mut(number as usize) else {
            return;
        };
        self.machine.mask_irq(number, true);
        if line.references == 0 {
            return;
        }
        line.pending = line.pending.saturating_add(1);
        let waiter = core::mem::take(&mut line.waiter);
        if waiter != 0 {
            let count = core::mem::take(&mut line.pending);
            self.wake(waiter, Ok(count));
        }
        self.settle();
    }

    /// Makes a new capability of the current process, without a parent and with all rights of its kind.
    pub(crate) fn grant_new(&mut self, kind: Kind, rights: Rights, object: u32, first: u32, count: u32) -> Result<Handle, Error> {
        let owner = self.current;
        let new = crate::capabilities::Description {
            owner,
            kind,
            rights,
            object,
            first,
            count,
        };
        self.capabilities.insert(0, new).map(|slot| self.capabilities.handle(slot))
    }

    /// Sets who is current, and what is kept beside for speed.
    #[inline(always)]
    pub(crate) fn set_current(&mut self, id: u32) {
        self.current = id;
        self.current_key = key(id);
        self.current_account = self.processes[id].account;
    }

    #[inline(always)]
    pub(crate) fn is_ready(&self, id: u32) -> bool {
        self.processes[id].state == State::Ready
    }
}
