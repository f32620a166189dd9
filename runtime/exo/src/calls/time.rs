use exo_facts::{Error, Handle, Kind, Rights, Trap, limits};

use crate::kernel::Kernel;
use crate::machine::{AREA_WORDS, Machine, Registers};
use crate::objects::{ALL_LINES, Irq, Timer};
use crate::process::State;
use crate::reply::{Granted, Reply};
use crate::user_memory::in_user_half;

/// What an upcall area is aligned to.
const AREA_ALIGNMENT: u64 = 16;

impl<M: Machine> Kernel<M> {
    /// Makes a timer.
    pub fn timer_create(&mut self) -> Result<Handle, Error> {
        let id = self.timers.take().ok_or(Error::TableFull)?;
        match self.grant_new(Kind::Timer, Kind::Timer.rights(), id, 0, 0) {
            Ok(handle) => {
                self.timers[id] = Timer {
                    references: 1,
                    ..Timer::FREE
                };
                Ok(handle)
            }
            Err(error) => {
                self.timers.give(id);
                Err(error)
            }
        }
    }

    /// Calls the caller up after some ticks; with zero, no more.
    pub fn timer_upcall(&mut self, timer: Granted, entry: u64, area: u64, ticks: u64) -> Result<(), Error> {
        let id = timer.object;
        if ticks == 0 {
            self.disarm(id);
            return Ok(());
        }
        check_area(area)?;
        if !in_user_half(entry, 1) {
            return Err(Error::BadAddress);
        }
        self.disarm(id);
        let generation = self.processes[self.current].generation;
        let row = &mut self.timers[id];
        row.process = self.current;
        row.generation = generation;
        row.entry = entry;
        row.area = area;
        let when = self.machine.ticks().saturating_add(ticks);
        self.deadlines.insert(self.processes.len() + id, when);
        Ok(())
    }

    /// Loads all registers of the caller from an area.
    pub fn upcall_return(&mut self, area: u64) -> Reply {
        if let Err(error) = check_area(area) {
            return Reply::error(error);
        }
        let mut words = [0; AREA_WORDS];
        let root = self.processes[self.current].root;
        if let Err(error) = self.read_user_words(root, area, &mut words) {
            return Reply::error(error);
        }
        let process = &mut self.processes[self.current];
        process.registers.restore(&words);
        process.in_upcall = false;
        if process.due != 0 {
            self.deliver_upcall(self.current);
            self.settle();
        }
        Reply::Switched
    }

    /// Ticks since the start.
    #[inline]
    pub fn clock(&mut self) -> Result<u64, Error> {
        Ok(self.machine.ticks())
    }

    /// What was due at this tick, or before, happens.
    pub(crate) fn expire(&mut self) {
        let now = self.machine.ticks();
        while let Some(who) = self.deadlines.pop_due(now) {
            if who < self.processes.len() {
                self.leave_wait(who);
                self.wake(who, Err(Error::Timeout));
            } else {
                self.timer_expired(who - self.processes.len());
            }
        }
    }

    fn timer_expired(&mut self, id: u32) {
        let (process, generation) = (self.timers[id].process, self.timers[id].generation);
        if self.processes[process].generation != generation || !self.processes[process].is_alive() {
            return;
        }
        self.timers[id].is_due = true;
        self.timers[id].next_due = core::mem::replace(&mut self.processes[process].due, id);
        // One that waits is called up when its wait is over.
        if self.is_ready(process) {
            self.deliver_upcall(process);
        } else {
            self.processes[process].watch();
        }
    }

    /// Stores the registers of a ready process and lets it go on at the entry of its timer, unless it is in an upcall. If the area can't
    /// be written, that is a fault of the process.
    pub(crate) fn deliver_upcall(&mut self, id: u32) {
        if self.processes[id].in_upcall {
            return;
        }
        let timer = self.processes[id].due;
        let Timer {
            entry, area, next_due, ..
        } = self.timers[timer];
        self.processes[id].due = next_due;
        self.timers[timer].is_due = false;
        let mut words = [0; AREA_WORDS];
        let process = &mut self.processes[id];
        process.registers.save(&mut words);
        let root = process.root;
        if self.write_user_words(root, area, &words).is_err() {
            self.leave_scheduler(id);
            return self.stop_with_fault(id, Trap::WriteFault, area);
        }
        let process = &mut self.processes[id];
        process.in_upcall = true;
        process.registers.enter_upcall(entry, area);
    }

    /// A timer isn't to expire any more, and if it has, that is forgotten.
    pub(crate) fn disarm(&mut self, id: u32) {
        self.deadlines.remove(self.processes.len() + id);
        if !core::mem::take(&mut self.timers[id].is_due) {
            return;
        }
        let process = self.timers[id].process;
        let next = self.timers[id].next_due;
        let mut at = self.processes[process].due;
        if at == id {
            self.processes[process].due = next;
            return;
        }
        while at != 0 {
            if self.timers[at].next_due == id {
                self.timers[at].next_due = next;
                return;
            }
            at = self.timers[at].next_due;
        }
    }

    /// A process ends: its timers that are due are forgotten.
    pub(crate) fn forget_due(&mut self, id: u32) {
        let mut timer = core::mem::take(&mut self.processes[id].due);
        while timer != 0 {
            self.timers[timer].is_due = false;
            timer = core::mem::take(&mut self.timers[timer].next_due);
        }
    }

    /// Makes a capability to one line.
    pub fn irq_allocate(&mut self, root: Granted, number: u64) -> Result<Handle, Error> {
        if root.object != ALL_LINES || number >= limits::IRQ_LINES {
            return Err(Error::OutOfRange);
        }
        if self.irqs[number as usize].references > 0 {
            return Err(Error::Busy);
        }
        let rights = Rights::READ | Rights::WRITE | Rights::GRANT;
        let handle = self.grant_new(Kind::Irq, rights, number as u32, 0, 0)?;
        self.irqs[number as usize] = Irq {
            references: 1,
            ..Irq::FREE
        };
        self.machine.mask_irq(number as u32, false);
        Ok(handle)
    }

    /// Waits for an interrupt.
    pub fn irq_wait(&mut self, irq: Granted) -> Reply {
        let Some(line) = self.irqs.get_mut(irq.object as usize) else {
            return Reply::error(Error::BadState);
        };
        if line.pending > 0 {
            return Reply::value(core::mem::take(&mut line.pending));
        }
        if line.waiter != 0 {
            return Reply::error(Error::Busy);
        }
        line.waiter = self.current;
        let process = &mut self.processes[self.current];
        process.state = State::AwaitingIrq;
        process.awaited = irq.object;
        process.slot = irq.slot;
        self.block_current();
        Reply::Switched
    }

    /// Lets a line interrupt again.
    pub fn irq_acknowledge(&mut self, irq: Granted) -> Result<(), Error> {
        if irq.object == ALL_LINES {
            return Err(Error::BadState);
        }
        self.machine.mask_irq(irq.object, false);
        Ok(())
    }
}

fn check_area(area: u64) -> Result<(), Error> {
    if !area.is_multiple_of(AREA_ALIGNMENT) {
        return Err(Error::Misaligned);
    }
    if in_user_half(area, limits::UPCALL_AREA_BYTES) {
        Ok(())
    } else {
        Err(Error::BadAddress)
    }
}
