//! A check of everything that must always hold between the tables. It walks all of them; tests call it after each step.

use exo_facts::Kind;

use crate::frames::Use;
use crate::kernel::Kernel;
use crate::machine::{Frame, Machine};
use crate::objects::ALL_LINES;
use crate::paging;
use crate::process::{LAST_STALE, State};

impl<M: Machine> Kernel<M> {
    /// Sets the epoch of a row that is free, so that tests see the last ones.
    #[cfg(any(test, feature = "hosted"))]
    pub fn age_row(&mut self, row: u32, epoch: u32) {
        self.capabilities.age(row, epoch);
    }

    /// Says what is wrong, if anything is. To be called between calls.
    pub fn check_invariants(&mut self) -> Result<(), &'static str> {
        if self.stale != LAST_STALE {
            return Err("the scheduler wasn't told of a process");
        }
        self.capabilities.check_table()?;
        self.frames.check()?;
        self.deadlines.check()?;
        self.scheduler.check(self.turn)?;
        self.check_references()?;
        self.check_deposits()?;
        self.check_processes()?;
        self.check_queues()?;
        self.check_frames()?;
        self.check_mappings()
    }

    /// Each object counts the capabilities to it, and what else refers to it: when all of these are taken off, nothing is left.
    fn check_references(&mut self) -> Result<(), &'static str> {
        self.count_all(u32::MAX);
        let zero = (0..self.spaces.len()).all(|id| self.spaces[id].references == 0)
            && (0..self.processes.len()).all(|id| self.processes[id].capabilities == 0)
            && (0..self.endpoints.len()).all(|id| self.endpoints[id].references == 0)
            && (0..self.timers.len()).all(|id| self.timers[id].references == 0)
            && (0..self.accounts.len()).all(|id| self.accounts[id].references == 0)
            && self.irqs.iter().all(|line| line.references == 0);
        self.count_all(1);
        if !zero {
            return Err("an object counts its references wrongly");
        }
        let free = |free: &[u32], used: &dyn Fn(u32) -> bool| free.iter().any(|&row| used(row));
        if free(self.spaces.free_rows(), &|row| self.spaces[row].references > 0)
            || free(self.endpoints.free_rows(), &|row| self.endpoints[row].references > 0)
            || free(self.timers.free_rows(), &|row| self.timers[row].references > 0)
            || free(self.accounts.free_rows(), &|row| !self.accounts[row].is_over())
            || free(self.processes.free_rows(), &|row| self.processes[row].state != State::Free)
        {
            return Err("an object is in use and free");
        }
        Ok(())
    }

    /// There is a deposit for every word that values take up, dead or alive, and for every atom.
    fn check_deposits(&self) -> Result<(), &'static str> {
        #[cfg(feature = "halt")]
        if let Some(values) = &self.values {
            let (mut words, mut atoms) = (0, 0);
            for id in 1..self.accounts.len() {
                words += u64::from(self.accounts[id].words);
                atoms += u64::from(self.accounts[id].atoms);
            }
            let there_are = values.arena.statistics();
            if words != there_are.used || atoms != there_are.atoms {
                return Err("a value or an atom has no deposit, or two");
            }
        }
        Ok(())
    }

    /// Adds a number to the count of each object for each reference to it.
    fn count_all(&mut self, amount: u32) {
        let add = |count: &mut u32| *count = count.wrapping_add(amount);
        for slot in 1..self.capabilities.row_count() {
            let (kind, object) = (self.capabilities.slot(slot).kind(), self.capabilities.slot(slot).object);
            match kind {
                Some(Kind::Space) => add(&mut self.spaces[object].references),
                Some(Kind::Process) => add(&mut self.processes[object].capabilities),
                Some(Kind::Endpoint) => add(&mut self.endpoints[object].references),
                Some(Kind::Timer) => add(&mut self.timers[object].references),
                Some(Kind::Account) => add(&mut self.accounts[object].references),
                Some(Kind::Irq) if object != ALL_LINES => add(&mut self.irqs[object as usize].references),
                _ => {}
            }
        }
        for id in 1..self.processes.len() {
            let process = &self.processes[id];
            if !matches!(process.state, State::Free | State::Ended) {
                add(&mut self.spaces[process.space].references);
                add(&mut self.accounts[process.account].references);
            }
        }
    }

    /// A process that is ready is in the queue, or has the turn, or is current; no other process is any of these, but for the owner of a
    /// turn that waits for its guest.
    fn check_processes(&mut self) -> Result<(), &'static str> {
        for id in 0..self.processes.len() {
            let (queued, process) = (self.scheduler.queued(id), &self.processes[id]);
            let ready = process.state == State::Ready;
            if ready && !queued && id != self.turn && id != self.current {
                return Err("a ready process is lost");
            }
            if queued && (!ready || id == self.turn) {
                return Err("a process is queued that mustn't be");
            }
            if id == self.current && id != 0 && !ready {
                return Err("the current process isn't ready");
            }
            if id != 0 && process.state != State::Free && process.state != State::Ended {
                let root = self.spaces[process.space].root;
                if process.root != root {
                    return Err("a process has the tables of another space");
                }
            }
            if matches!(process.state, State::Ended | State::Free | State::New)
                && self.capabilities.first_owned(id) != 0
                && process.state != State::New
            {
                return Err("a process that has ended holds a capability");
            }
            let timed = self.deadlines.contains(id);
            if timed && process.state != State::ReceivingWatched {
                return Err("a process that doesn't wait for a message has a deadline");
            }
            let watched = !matches!(process.state, State::Ready | State::Receiving | State::AwaitingReply);
            if process.due != 0 && !process.in_upcall && !watched {
                return Err("nobody will know that an upcall is due");
            }
            if process.faulted && process.state == State::AwaitingReply {
                return Err("the reply to a fault would be taken for one to a call");
            }
            if process.next_stale != 0 {
                return Err("the scheduler wasn't told of a process");
            }
        }
        let expected = if self.current == 0 {
            self.idle_root
        } else {
            self.processes[self.current].root
        };
        if self.current == 0 && !self.scheduler.is_empty() {
            return Err("nobody runs though somebody could");
        }
        if expected != self.active {
            Err("another space is active than that of the current process")
        } else {
            Ok(())
        }
    }

    /// Each process that waits is in exactly one queue: that of what it waits for.
    fn check_queues(&self) -> Result<(), &'static str> {
        let mut listed = 0;
        for id in 1..self.endpoints.len() {
            let endpoint = &self.endpoints[id];
            let sends = |state| matches!(state, State::Sending | State::Calling | State::Faulted);
            listed += endpoint
                .senders
                .check(&self.processes, |process| sends(process.state) && process.awaited == id)?;
            let receives = |state| matches!(state, State::Receiving | State::ReceivingWatched);
            listed += endpoint
                .receivers
                .check(&self.processes, |process| receives(process.state) && process.awaited == id)?;
            if !endpoint.senders.is_empty() && !endpoint.receivers.is_empty() {
                return Err("sender and receiver wait at the same endpoint");
            }
        }
        for id in 1..self.processes.len() {
            let process = &self.processes[id];
            listed += process.callers.check(&self.processes, |other| {
                matches!(other.state, State::AwaitingReply | State::AwaitingReplyWatched) && other.awaited == id
            })?;
            listed += process.waiters.check(&self.processes, |other| {
                other.state == State::AwaitingExit && other.awaited == id
            })?;
        }
        for id in 1..self.accounts.len() {
            listed += self.accounts[id].starved.check(&self.processes, |process| {
                process.state == State::Starved && process.account == id
            })?;
        }
        listed += self.troubled.check(&self.processes, |process| {
            matches!(process.state, State::Faulting | State::Dying)
        })?;
        listed += self.irqs.iter().filter(|irq| irq.waiter != 0).count();
        let waits = |state| !matches!(state, State::Free | State::New | State::Ready | State::Ended);
        let waiting = (1..self.processes.len())
            .filter(|&id| waits(self.processes[id].state))
            .count();
        if listed == waiting {
            Ok(())
        } else {
            Err("a waiting process is in no queue")
        }
    }

    /// Every taken frame is a page table, or covered by one original capability, or the kernel's own; and each is only one of these.
    pub fn check_frames(&mut self) -> Result<(), &'static str> {
        let mut taken = 1;
        for id in 1..self.spaces.len() {
            if self.spaces[id].references > 0 {
                let root = self.spaces[id].root;
                taken += paging::count_tables(&mut self.machine, root);
            }
        }
        for slot in 1..self.capabilities.row_count() {
            let row = self.capabilities.slot(slot);
            if row.kind() == Some(Kind::Page) && row.parent == 0 {
                taken += u64::from(row.count);
                let (first, end) = (u64::from(row.first), u64::from(row.first) + u64::from(row.count));
                if (first..end).any(|frame| self.frames.usage(Frame(frame)) != Use::Taken) {
                    return Err("a capability covers a frame that isn't taken");
                }
            }
        }
        let span = self.frames.span();
        if self.disk_blocks > 0 && self.frames.usage(self.disk) == Use::Taken {
            taken += self.disk_blocks;
        }
        let all = span.filter(|&frame| self.frames.usage(Frame(frame)) == Use::Taken).count() as u64;
        if all == taken {
            Ok(())
        } else {
            Err("a frame is lost, or in use twice")
        }
    }

    /// Every entry of a page table has its mapping, which came from a capability that covers the frame with such rights.
    fn check_mappings(&mut self) -> Result<(), &'static str> {
        let mut listed = 0;
        for slot in 1..self.capabilities.row_count() {
            let head = self.capabilities.slot(slot).mappings;
            if head != 0 && self.capabilities.slot(slot).kind() != Some(Kind::Page) {
                return Err("a capability that isn't of pages has mappings");
            }
            listed += self.mappings.check_list(slot, head)?;
        }
        if listed != self.mappings.count() {
            return Err("a mapping is in no list");
        }
        let mut found = 0;
        for id in 1..self.spaces.len() {
            if self.spaces[id].references == 0 {
                continue;
            }
            let root = self.spaces[id].root;
            let (mappings, capabilities) = (&self.mappings, &self.capabilities);
            let mut wrong = None;
            paging::for_each(&mut self.machine, root, &mut |_, address, entry| {
                found += 1;
                let frame = paging::mapped_frame::<M>(entry).0;
                let fits = mappings.origin(id, address).is_some_and(|slot| {
                    let row = capabilities.slot(slot);
                    let covers = (u64::from(row.first)..u64::from(row.first) + u64::from(row.count)).contains(&frame);
                    covers
                        && M::PAGE_FORMAT.leaf.iter().enumerate().any(|(bits, &leaf)| {
                            leaf != 0
                                && (leaf ^ entry) & M::PAGE_FORMAT.permissions == 0
                                && bits as u8 & row.rights.bits() == bits as u8
                        })
                });
                if !fits {
                    wrong = Some("a page is mapped without a capability that allows it");
                }
                wrong.is_none()
            });
            if let Some(wrong) = wrong {
                return Err(wrong);
            }
        }
        if found == listed {
            Ok(())
        } else {
            Err("a mapping has no entry in a page table")
        }
    }
}
