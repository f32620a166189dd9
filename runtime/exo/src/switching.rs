//! Who runs: turns, guests, blocking and waking.

use exo_facts::{Error, gas, status};

use crate::kernel::Kernel;
use crate::machine::{Machine, Registers};
use crate::process::State;

impl<M: Machine> Kernel<M> {
    /// Lets a process run. It is ready, and not in the queue unless it is a guest.
    pub(crate) fn run(&mut self, id: u32) {
        self.set_current(id);
        let root = if id == 0 { self.idle_root } else { self.processes[id].root };
        if root != self.active {
            self.active = root;
            self.machine.activate(root);
        }
    }

    /// The current process, which stays ready, gives way to another on the same turn: a guest that isn't queued goes into the queue.
    pub(crate) fn lend_to(&mut self, id: u32) {
        let current = self.current;
        if current != 0 && current != self.turn && !self.scheduler.queued(current) {
            self.scheduler.enqueue(current);
        }
        self.run(id);
    }

    /// The current process waits for something: its state and what it waits for have been set. Another runs.
    pub(crate) fn block_current(&mut self) {
        self.leave_scheduler(self.current);
        self.dispatch();
    }

    /// A process that was ready isn't any more. Its turn, if it has it, goes on without it.
    #[inline]
    pub(crate) fn leave_scheduler(&mut self, id: u32) {
        if self.scheduler.queued(id) {
            self.scheduler.remove(id);
        }
    }

    /// Chooses who goes on when the current process can't: the owner of the turn, to whom what is left of it returns; or a new turn.
    pub(crate) fn dispatch(&mut self) {
        if self.turn != 0 && self.turn != self.current && self.is_ready(self.turn) {
            return self.run(self.turn);
        }
        self.next_turn();
    }

    /// Ends the turn and begins the next one.
    pub(crate) fn next_turn(&mut self) {
        let owner = core::mem::take(&mut self.turn);
        if owner != 0 {
            if self.is_ready(owner) {
                self.scheduler.requeue(owner);
            } else {
                self.scheduler.retire(owner);
            }
        }
        let current = self.current;
        if current != 0 && current != owner && self.is_ready(current) && !self.scheduler.queued(current) {
            self.scheduler.enqueue(current);
        }
        while let Some(id) = self.scheduler.pick() {
            let process = &mut self.processes[id];
            let account = &mut self.accounts[process.account];
            if account.balance >= gas::TICK + process.debt {
                account.balance -= core::mem::take(&mut process.debt);
                self.turn = id;
                return self.run(id);
            }
            self.scheduler.retire(id);
            self.starve(id);
        }
        self.run(0);
    }

    /// A ready process that can't pay a tick waits at its account.
    fn starve(&mut self, id: u32) {
        self.processes[id].state = State::Starved;
        let account = self.processes[id].account;
        self.accounts[account].starved.push(&mut self.processes.view(), id);
    }

    /// An account has gained gas: those that wait for it try again.
    pub(crate) fn feed(&mut self, account: u32) {
        if self.accounts[account].balance < gas::TICK {
            return;
        }
        while !self.accounts[account].starved.is_empty() {
            let id = self.accounts[account].starved.pop(&mut self.processes.view());
            self.make_ready(id);
        }
    }

    /// A process that waited, and has been taken out of the queue that it waited in, is ready.
    pub(crate) fn make_ready(&mut self, id: u32) {
        self.set_ready(id);
        if id != self.turn && self.is_ready(id) {
            self.scheduler.enqueue(id);
        }
    }

    /// The same for one that runs at once, as a guest.
    pub(crate) fn set_ready(&mut self, id: u32) {
        let process = &mut self.processes[id];
        process.state = State::Ready;
        if process.due != 0 {
            self.deliver_upcall(id);
        }
    }

    /// Ends the wait of a process with a result.
    pub(crate) fn wake(&mut self, id: u32, result: Result<u64, Error>) {
        let registers = &mut self.processes[id].registers;
        registers.set_status(status(result.map(drop)));
        registers.set_value(result.unwrap_or(0));
        self.make_ready(id);
    }

    /// Takes a process out of whatever it waits in. Its state stays.
    pub(crate) fn leave_wait(&mut self, id: u32) {
        let process = &self.processes[id];
        let (awaited, account) = (process.awaited, process.account);
        match process.state {
            State::Starved => self.accounts[account].starved.remove(&mut self.processes.view(), id),
            State::Sending | State::Calling | State::Faulted => {
                self.endpoints[awaited].senders.remove(&mut self.processes.view(), id)
            }
            State::Receiving => self.endpoints[awaited].receivers.remove(&mut self.processes.view(), id),
            State::ReceivingWatched => {
                self.endpoints[awaited].receivers.remove(&mut self.processes.view(), id);
                self.deadlines.remove(id);
            }
            State::AwaitingReply | State::AwaitingReplyWatched => {
                let callers = self.processes[awaited].callers;
                self.processes[awaited].callers = callers.removed(&mut self.processes.view(), id);
            }
            State::AwaitingExit => {
                let mut waiters = self.processes[awaited].waiters;
                waiters.remove(&mut self.processes.view(), id);
                self.processes[awaited].waiters = waiters;
            }
            State::AwaitingIrq => self.irqs[awaited as usize].waiter = 0,
            State::Faulting | State::Dying => {
                let mut troubled = self.troubled;
                troubled.remove(&mut self.processes.view(), id);
                self.troubled = troubled;
            }
            State::Free | State::New | State::Ready | State::Ended => {}
        }
    }

    /// Before a way into the kernel is left: what came up is dealt with, and somebody runs.
    pub(crate) fn settle(&mut self) {
        if !self.troubled.is_empty() {
            self.settle_trouble();
        }
        if !self.is_ready(self.current) {
            self.dispatch();
        }
    }

    /// Ends what is to be ended and tells of faults, one after the other; each may add to the list.
    pub(crate) fn settle_trouble(&mut self) {
        while !self.troubled.is_empty() {
            let mut troubled = self.troubled;
            let id = troubled.pop(&mut self.processes.view());
            self.troubled = troubled;
            match self.processes[id].state {
                State::Faulting => self.tell_fault(id),
                _ => self.finish_end(id),
            }
        }
    }
}
