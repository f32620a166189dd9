//! How capabilities, objects and processes end.
//!
//! Everything here is a loop: a tree of any depth and width, and a chain of processes that end each other, take time but no stack.

use exo_facts::{Error, Kind};

use crate::capabilities::SlotId;
use crate::kernel::{Kernel, ROOT};
use crate::machine::{Frame, Machine, Registers};
use crate::objects::{ALL_LINES, Account, Endpoint, Irq, Space, Timer};
use crate::paging;
use crate::process::{Process, State};

/// What a process ends with that was killed, or whose last capability is gone: the highest status.
pub const KILLED: u64 = u64::MAX;

/// What a process ends with that nobody handles a fault of: the highest status less the number of the trap.
pub const fn status_of_fault(trap: u64) -> u64 {
    KILLED - trap
}

impl<M: Machine> Kernel<M> {
    /// Removes all descendants of a capability, leaves first, and returns how many there were.
    pub(crate) fn remove_descendants(&mut self, slot: SlotId) -> u64 {
        let (mut count, mut at) = (0, slot);
        loop {
            // From a leaf the way goes to its parent and down to the next one, so that each link is followed once.
            at = self.capabilities.first_leaf(at);
            if at == slot {
                return count;
            }
            let parent = self.capabilities.slot(at).parent;
            self.release(at);
            count += 1;
            at = parent;
        }
    }

    /// Removes a capability and all its descendants.
    pub(crate) fn remove_tree(&mut self, slot: SlotId) {
        self.remove_descendants(slot);
        self.release(slot);
    }

    /// Removes one capability that has no children: its mappings go, a wait through it ends, and its object ends with its last one.
    fn release(&mut self, slot: SlotId) {
        self.remove_mappings(slot);
        let row = self.capabilities.slot(slot);
        let Some(kind) = row.kind() else { return };
        let (owner, object, first, count) = (row.owner(), row.object, row.first, row.count);
        let is_origin = row.parent == 0;
        self.capabilities.remove(slot);
        if self.processes[owner].slot == slot && self.processes[owner].state.waits_through_capability() {
            self.leave_wait(owner);
            self.wake(owner, Err(Error::BadHandle));
        }
        match kind {
            // All other capabilities to these frames came from this one, so that none is left, and no mapping.
            Kind::Page if is_origin => {
                let given = self.frames.give(Frame(u64::from(first)), u64::from(count));
                debug_assert!(given.is_ok(), "the frames of an original capability are taken");
            }
            Kind::Page | Kind::Block | Kind::Console => {}
            Kind::Space => self.release_space(object),
            Kind::Process => {
                self.processes[object].capabilities -= 1;
                if self.processes[object].capabilities == 0 {
                    self.end(object, KILLED);
                    self.free_process_if_over(object);
                }
            }
            Kind::Endpoint => self.release_endpoint(object),
            Kind::Timer => self.release_timer(object),
            Kind::Irq if object == ALL_LINES => {}
            Kind::Irq => {
                let line = &mut self.irqs[object as usize];
                line.references -= 1;
                if line.references == 0 {
                    *line = Irq::FREE;
                    self.machine.mask_irq(object, true);
                }
            }
            Kind::Account => self.release_account(object),
            Kind::Atom => self.release_atom(object),
        }
    }

    /// Takes away the pages that were mapped through a capability.
    pub(crate) fn remove_mappings(&mut self, slot: SlotId) {
        loop {
            let mapping = self.capabilities.slot(slot).mappings;
            if mapping == 0 {
                return;
            }
            let (space, address) = self.mappings.place(mapping);
            self.remove_mapping(space, address);
        }
    }

    /// Takes away what is mapped at an address; `None` if nothing is.
    pub(crate) fn remove_mapping(&mut self, space: u32, address: u64) -> Option<()> {
        let root = self.spaces[space].root;
        paging::unmap(&mut self.machine, &mut self.frames, root, address)?;
        if M::REMEMBERS_SPACES || root == self.active {
            self.machine.flush(address);
        }
        self.mappings.remove(&mut self.capabilities, space, address);
        Some(())
    }

    /// A reference to a space is gone.
    pub(crate) fn release_space(&mut self, id: u32) {
        self.spaces[id].references -= 1;
        if self.spaces[id].references > 0 {
            return;
        }
        let root = self.spaces[id].root;
        if root == self.active {
            self.active = self.idle_root;
            self.machine.activate(self.idle_root);
        }
        let (mappings, capabilities) = (&mut self.mappings, &mut self.capabilities);
        paging::for_each(&mut self.machine, root, &mut |_, address, _| {
            mappings.remove(capabilities, id, address);
            true
        });
        paging::destroy(&mut self.machine, &mut self.frames, root);
        self.spaces[id] = Space::FREE;
        self.spaces.give(id);
    }

    /// A capability to an endpoint is gone. With the last one, nobody can be waiting through one; but faults may wait.
    fn release_endpoint(&mut self, id: u32) {
        self.endpoints[id].references -= 1;
        if self.endpoints[id].references > 0 {
            return;
        }
        while !self.endpoints[id].senders.is_empty() {
            let mut senders = self.endpoints[id].senders;
            let sender = senders.pop(&mut self.processes.view());
            self.endpoints[id].senders = senders;
            if self.processes[sender].state == State::Faulted {
                let trap = self.processes[sender].message[0];
                self.processes[sender].state = State::New;
                self.end(sender, status_of_fault(trap));
            } else {
                self.wake(sender, Err(Error::BadHandle));
            }
        }
        self.endpoints[id] = Endpoint::FREE;
        self.endpoints.give(id);
    }

    fn release_timer(&mut self, id: u32) {
        self.timers[id].references -= 1;
        if self.timers[id].references == 0 {
            self.disarm(id);
            self.timers[id] = Timer::FREE;
            self.timers.give(id);
        }
    }

    /// A reference to an account is gone. What is left in it is lost with the last one; what it has a deposit for keeps the row, so that
    /// the next account there isn't given it back.
    pub(crate) fn release_account(&mut self, id: u32) {
        let account = &mut self.accounts[id];
        account.references -= 1;
        if account.references == 0 {
            account.balance = 0;
            self.free_account_if_over(id);
        }
    }

    /// Frees the row of an account that nothing refers to and that has left no deposit.
    pub(crate) fn free_account_if_over(&mut self, id: u32) {
        if self.accounts[id].is_over() {
            self.accounts[id] = Account::FREE;
            self.accounts.give(id);
        }
    }

    /// A process is to end. It stops at once; what it holds goes when the list of troubles is dealt with.
    pub(crate) fn end(&mut self, id: u32, status: u64) {
        if !self.processes[id].is_alive() {
            return;
        }
        self.leave_wait(id);
        self.leave_scheduler(id);
        let process = &mut self.processes[id];
        process.state = State::Dying;
        process.status = status;
        let mut troubled = self.troubled;
        troubled.push(&mut self.processes.view(), id);
        self.troubled = troubled;
    }

    /// The rest of the end of a process, in a loop over all that end.
    pub(crate) fn finish_end(&mut self, id: u32) {
        if id == self.turn {
            self.turn = 0;
            self.scheduler.retire(id);
        }
        if id == self.current {
            self.run(0);
        }
        while !self.processes[id].callers.is_empty() {
            let caller = self.take_client(id);
            if core::mem::take(&mut self.processes[caller].faulted) {
                let trap = self.processes[caller].message[0];
                self.processes[caller].state = State::New;
                self.end(caller, status_of_fault(trap));
            } else {
                self.wake(caller, Err(Error::NoReply));
            }
        }
        let status = self.processes[id].status;
        while !self.processes[id].waiters.is_empty() {
            let mut waiters = self.processes[id].waiters;
            let waiter = waiters.pop(&mut self.processes.view());
            self.processes[id].waiters = waiters;
            self.wake(waiter, Ok(status));
        }
        self.forget_due(id);
        loop {
            let slot = self.capabilities.first_owned(id);
            if slot == 0 {
                break;
            }
            self.remove_tree(slot);
        }
        let (space, account) = (self.processes[id].space, self.processes[id].account);
        self.release_space(space);
        self.release_account(account);
        self.scheduler.dismiss(id);
        if id == ROOT && self.root_status.is_none() {
            self.root_status = Some(status);
        }
        let process = &mut self.processes[id];
        process.state = State::Ended;
        process.space = 0;
        process.account = 0;
        process.generation = process.generation.wrapping_add(1);
        self.free_process_if_over(id);
    }

    fn free_process_if_over(&mut self, id: u32) {
        let process = &mut self.processes[id];
        if process.state == State::Ended && process.capabilities == 0 {
            let generation = process.generation;
            *process = Process {
                generation,
                ..Process::free()
            };
            process.registers = M::Registers::new(0, 0, 0);
            self.processes.give(id);
        }
    }
}
