//! All of what a kernel on a [hosted](crate::hosted) machine knows of processes and messages, to compare two kernels by.

extern crate std;

use std::vec::Vec;

use crate::hosted::{Hosted, HostedRegisters};
use crate::kernel::{Kernel, ProcessId};
use crate::machine::Frame;
use crate::process::State;

/// What is known of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProcessSnapshot {
    /// What it does.
    pub state: State,
    /// Its registers.
    pub registers: HostedRegisters,
    /// What it waits for and through which capability, where its state says that it does.
    pub awaits: Option<(u32, u32)>,
    /// The message that it is about to send, and the page.
    pub message: Option<([u64; 4], u64)>,
    /// Whose calls it has to answer, the latest first.
    pub callers: Vec<u32>,
    /// Whether it is in an upcall, the timer that is due, whether it awaits a reply to a fault, and what it owes.
    pub rest: (bool, u32, bool, u64),
}

/// What is known of all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The processes that there are.
    pub processes: Vec<(u32, ProcessSnapshot)>,
    /// Who waits at each endpoint that there is: senders and receivers, the first first.
    pub endpoints: Vec<(u32, Vec<u32>, Vec<u32>)>,
    /// The balance of each account that there is.
    pub balances: Vec<(u32, u64)>,
    /// The row and the identity of each capability.
    pub capabilities: Vec<(u32, u64)>,
    /// Who runs, and who has the turn.
    pub current: u32,
    pub turn: u32,
    /// The topmost table that is active.
    pub active: Frame,
    /// Who is in the queue of the scheduler.
    pub queued: Vec<u32>,
}

impl Kernel<Hosted> {
    /// What is known of all processes.
    pub fn snapshot(&self) -> Snapshot {
        let ids = || 0..self.processes.len();
        Snapshot {
            processes: ids()
                .filter(|&id| self.processes[id].state != State::Free)
                .map(|id| (id, self.process_snapshot(id)))
                .collect(),
            endpoints: (1..self.endpoints.len())
                .filter(|&id| self.endpoints[id].references > 0)
                .map(|id| {
                    let endpoint = &self.endpoints[id];
                    (id, self.linked(endpoint.senders.head), self.linked(endpoint.receivers.head))
                })
                .collect(),
            balances: (1..self.accounts.len())
                .filter(|&id| self.accounts[id].references > 0)
                .map(|id| (id, self.accounts[id].balance))
                .collect(),
            capabilities: (1..self.capabilities.row_count())
                .filter(|&slot| self.capabilities.slot(slot).kind().is_some())
                .map(|slot| (slot, self.capabilities.slot(slot).identity))
                .collect(),
            current: self.current,
            turn: self.turn,
            active: self.active,
            queued: ids().filter(|&id| self.scheduler.queued(id)).collect(),
        }
    }

    /// The registers of any process.
    pub fn registers_of(&mut self, process: ProcessId) -> &mut HostedRegisters {
        &mut self.processes[process.0].registers
    }

    fn process_snapshot(&self, id: u32) -> ProcessSnapshot {
        let process = &self.processes[id];
        let waits = !matches!(process.state, State::Free | State::New | State::Ready | State::Ended);
        let sends = matches!(process.state, State::Sending | State::Calling);
        ProcessSnapshot {
            state: process.state,
            registers: process.registers,
            awaits: waits.then_some((
                process.awaited,
                if process.state.waits_through_capability() {
                    process.slot
                } else {
                    0
                },
            )),
            message: sends.then_some((process.message, process.page.0)),
            callers: self.linked(process.callers.head),
            rest: (process.in_upcall, process.due, process.faulted, process.debt),
        }
    }

    fn linked(&self, head: u32) -> Vec<u32> {
        let link = |&id: &u32| Some(self.processes[id].next).filter(|&next| next != 0);
        core::iter::successors(Some(head).filter(|&id| id != 0), link).collect()
    }
}
