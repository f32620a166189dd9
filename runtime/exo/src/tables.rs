//! What fast paths of a platform go by: where the tables are, and how the kernel learns what a fast path did.
//!
//! A fast path takes the place of a call whose outcome is plain: a directed yield to a process that is ready, or a message to the only
//! receiver that waits at an endpoint, without a page capability, a deadline or an upcall due. It makes the checks of the gate, takes the
//! gas, and changes what the handler would have changed. It must not switch away from a [lone guest](Kernel::is_lone_guest).

use crate::capabilities::Slot;
use crate::kernel::{Kernel, ProcessId};
use crate::machine::{Frame, Machine};
use crate::objects::Endpoint;
use crate::process::{LAST_STALE, Process};

/// Where the tables are. They never move.
#[derive(Clone, Copy, Debug)]
pub struct Tables<R> {
    /// The table of capabilities.
    pub slots: *mut Slot,
    /// Its rows.
    pub slot_count: u64,
    /// The table of processes.
    pub processes: *mut Process<R>,
    /// Its rows.
    pub process_count: u32,
    /// The table of endpoints.
    pub endpoints: *mut Endpoint,
}

impl<M: Machine> Kernel<M> {
    /// Where the tables are.
    pub fn tables(&mut self) -> Tables<M::Registers> {
        let (slots, slot_count) = self.capabilities.rows();
        Tables {
            slots,
            slot_count,
            processes: self.processes.as_mut_ptr(),
            process_count: self.processes.len(),
            endpoints: self.endpoints.as_mut_ptr(),
        }
    }

    /// A fast path has let this process run, and made its space active.
    #[inline]
    pub fn adopt(&mut self, process: ProcessId) {
        self.set_current(process.0);
        self.active = self.processes[process.0].root;
        if self.stale != LAST_STALE {
            self.inform_scheduler();
        }
    }

    /// Whether the turn is a process's.
    #[inline(always)]
    pub fn has_turn(&self, process: ProcessId) -> bool {
        self.turn == process.0
    }

    /// Whether the current process is ready only because it is current: it runs on the turn of another and isn't in the queue of the
    /// scheduler.
    #[inline]
    pub fn is_lone_guest(&self) -> bool {
        self.current != self.turn && !self.scheduler.queued(self.current)
    }

    /// The balance of the account that pays for the calls of the current process.
    pub fn current_balance(&mut self) -> &mut u64 {
        &mut self.accounts[self.current_account].balance
    }

    /// The topmost page table of the current process.
    pub fn current_root(&self) -> Frame {
        if self.current == 0 {
            self.idle_root
        } else {
            self.processes[self.current].root
        }
    }
}
