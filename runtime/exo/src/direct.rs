//! Messages that are handed over directly: the usual case of sending, calling, replying and receiving.
//!
//! Each of these functions takes the place of the gate and the handler of its call where the outcome is plain: words alone, a partner that
//! waits, and nothing due for it. It makes the same checks and takes the same gas; whatever isn't so it leaves to the general path, by
//! `None`, before it has changed anything. What it changes is what the handler would have, but for two things. Who runs is known to the
//! platform, which tells the kernel when it is entered next ([`Kernel::adopt`]). And the scheduler isn't told of those that became ready or
//! stopped being so: they are listed, and looked after at that time. Between two processes that call and answer each other there is
//! nothing to do for it.
//!
//! The words don't pass through here. They are in registers already, and the platform leaves them there for the one who goes on.
//!
//! The tables are looked at through [`View`], each row once where that is possible: every look costs three instructions.

use exo_facts::{Handle, Kind, Rights, Syscall};

use crate::capabilities::key;
use crate::kernel::{Kernel, ProcessId};
use crate::machine::{Machine, Registers};
use crate::objects::Account;
use crate::pool::Pool;
use crate::process::{LAST_STALE, Process, State};
use crate::reply::Granted;
use crate::rows::View;

impl<M: Machine> Kernel<M> {
    /// [`Syscall::EndpointSend`] of `caller`: the registers of the receiver, which goes on with the message. The results of the caller are
    /// zeros.
    #[inline(always)]
    pub fn send_directly(&mut self, caller: ProcessId, endpoint: Handle) -> Option<&mut M::Registers> {
        let endpoint = self.check_directly(caller, endpoint, Rights::WRITE)?.object;
        let endpoint = &mut self.endpoints[endpoint];
        let mut processes = self.processes.view();
        let receiver = endpoint.receivers.head;
        // Row 0, if nobody waits, is in another state.
        let row = &processes[receiver];
        if row.state != State::Receiving {
            return None;
        }
        let next = row.next;
        pay(
            &mut self.machine,
            &mut self.accounts,
            &processes,
            caller,
            Syscall::EndpointSend,
        )?;
        miss(&mut processes, &mut self.stale, self.turn, caller.0);
        endpoint.receivers.head = next;
        Some(processes.into_row(receiver).begin())
    }

    /// [`Syscall::EndpointCall`] of `caller`: the registers of the receiver, which goes on with the message.
    #[inline(always)]
    pub fn call_directly(&mut self, caller: ProcessId, endpoint: Handle) -> Option<&mut M::Registers> {
        let endpoint = self.check_directly(caller, endpoint, Rights::WRITE)?.object;
        let endpoint = &mut self.endpoints[endpoint];
        let mut processes = self.processes.view();
        let receiver = endpoint.receivers.head;
        // Row 0, if nobody waits, is in another state.
        let row = &processes[receiver];
        if row.state != State::Receiving {
            return None;
        }
        let next = row.next;
        pay(
            &mut self.machine,
            &mut self.accounts,
            &processes,
            caller,
            Syscall::EndpointCall,
        )?;
        miss(&mut processes, &mut self.stale, self.turn, caller.0);
        endpoint.receivers.head = next;
        await_reply(&mut processes, caller.0, receiver);
        Some(processes.into_row(receiver).begin())
    }

    /// [`Syscall::EndpointReply`] of `caller`: the registers of the one who called, which goes on with the message. The results of the
    /// caller are zeros.
    #[inline(always)]
    pub fn reply_directly(&mut self, caller: ProcessId) -> Option<&mut M::Registers> {
        let mut processes = self.processes.view();
        let client = processes[caller.0].callers.head;
        let row = &processes[client];
        if row.state != State::AwaitingReply {
            return None;
        }
        let next = row.next;
        pay(
            &mut self.machine,
            &mut self.accounts,
            &processes,
            caller,
            Syscall::EndpointReply,
        )?;
        miss(&mut processes, &mut self.stale, self.turn, caller.0);
        processes[caller.0].callers.head = next;
        Some(processes.into_row(client).begin())
    }

    /// [`Syscall::EndpointReplyReceive`] of `caller`: the registers of the one who called, which goes on with the message. The caller waits
    /// for the next one.
    #[inline(always)]
    pub fn reply_receive_directly(&mut self, caller: ProcessId, endpoint: Handle) -> Option<&mut M::Registers> {
        let endpoint = self.check_directly(caller, endpoint, Rights::READ)?;
        let slot = endpoint.slot;
        let id = endpoint.object;
        let endpoint = &mut self.endpoints[id];
        let mut processes = self.processes.view();
        let client = processes[caller.0].callers.head;
        let row = &processes[client];
        if row.state != State::AwaitingReply {
            return None;
        }
        let next = row.next;
        if !endpoint.senders.is_empty() {
            return None;
        }
        pay(
            &mut self.machine,
            &mut self.accounts,
            &processes,
            caller,
            Syscall::EndpointReplyReceive,
        )?;
        miss(&mut processes, &mut self.stale, self.turn, caller.0);
        let server = &mut processes[caller.0];
        server.callers.head = next;
        server.state = State::Receiving;
        server.awaited = id;
        server.slot = slot;
        endpoint.receivers.push(&mut processes, caller.0);
        Some(processes.into_row(client).begin())
    }

    /// [`Syscall::EndpointReceive`] or its like with a time limit: the message of a sender or caller that waits. The caller goes on with
    /// it.
    #[inline(always)]
    pub fn receive_directly(&mut self, caller: ProcessId, endpoint: Handle, call: Syscall) -> Option<&[u64; 4]> {
        let endpoint = self.check_directly(caller, endpoint, Rights::READ)?.object;
        let endpoint = &mut self.endpoints[endpoint];
        let mut processes = self.processes.view();
        let sender = endpoint.senders.head;
        let row = &processes[sender];
        if !matches!(row.state, State::Sending | State::Calling) || row.due != 0 || row.page != Handle::NULL {
            return None;
        }
        if !row.registers.can_go_on_directly() {
            return None;
        }
        let (state, next) = (row.state, row.next);
        pay(&mut self.machine, &mut self.accounts, &processes, caller, call)?;
        endpoint.senders.head = next;
        if state == State::Calling {
            await_reply(&mut processes, sender, caller.0);
        } else {
            miss(&mut processes, &mut self.stale, self.turn, sender);
            processes[sender].begin().set_done();
        }
        Some(&processes.into_row(sender).message)
    }

    /// The check of the gate.
    #[inline(always)]
    fn check_directly(&self, caller: ProcessId, endpoint: Handle, rights: Rights) -> Option<Granted> {
        let key = self.machine.caller_key().unwrap_or(key(caller.0));
        self.capabilities.check(endpoint, key, Kind::Endpoint, rights).ok()
    }

    /// The scheduler learns of whom it has missed.
    #[cold]
    pub(crate) fn inform_scheduler(&mut self) {
        let mut id = core::mem::replace(&mut self.stale, LAST_STALE);
        while id != LAST_STALE {
            let next = core::mem::take(&mut self.processes[id].next_stale);
            let (ready, queued) = (self.is_ready(id), self.scheduler.queued(id));
            if queued && !ready {
                self.scheduler.remove(id);
            } else if ready && !queued && id != self.turn && id != self.current {
                self.scheduler.enqueue(id);
            }
            id = next;
        }
    }
}

/// Takes the price of a call, or nothing.
#[inline(always)]
fn pay<M: Machine>(
    machine: &mut M,
    accounts: &mut Pool<Account>,
    processes: &View<Process<M::Registers>>,
    caller: ProcessId,
    call: Syscall,
) -> Option<()> {
    let paid = machine
        .charge_caller(call.gas())
        .unwrap_or_else(|| accounts[processes[caller.0].account].take(call.gas()));
    paid.then_some(())
}

/// Lists a process that the scheduler should know of, once. How the owner of the turn stands is none of its business.
#[inline(always)]
fn miss<R>(processes: &mut View<Process<R>>, stale: &mut u32, turn: u32, id: u32) {
    if id != turn {
        let next = &mut processes[id].next_stale;
        if *next == 0 {
            *next = core::mem::replace(stale, id);
        }
    }
}

/// A process waits for the reply of another, which has received its call.
#[inline(always)]
pub(crate) fn await_reply<R>(processes: &mut View<Process<R>>, id: u32, replier: u32) {
    let process = &mut processes[id];
    process.state = State::AwaitingReply;
    process.awaited = replier;
    processes[replier].callers = processes[replier].callers.pushed(processes, id);
}
