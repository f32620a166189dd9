use exo_facts::{Error, Handle, Kind, limits};

use crate::kernel::Kernel;
use crate::lifetimes::KILLED;
use crate::machine::{Machine, Registers};
use crate::process::{Process, State};
use crate::reply::{Granted, Reply};
use crate::user_memory::in_user_half;

/// What a stack pointer is a multiple of when a process starts, on every processor.
const STACK_ALIGNMENT: u64 = 16;

impl<M: Machine> Kernel<M> {
    /// Makes a process that doesn't run yet.
    pub fn process_create(&mut self, space: Granted, account: Granted) -> Result<Handle, Error> {
        if self.capabilities.available() == 0 {
            return Err(Error::TableFull);
        }
        let id = self.new_process(space.object, account.object).ok_or(Error::TableFull)?;
        self.processes[id].capabilities = 1;
        self.grant_new(Kind::Process, Kind::Process.rights(), id, 0, 0)
    }

    /// A new process in a space, paid for by an account; `None` if the table is full.
    pub(crate) fn new_process(&mut self, space: u32, account: u32) -> Option<u32> {
        let id = self.processes.take()?;
        self.spaces[space].references += 1;
        self.accounts[account].references += 1;
        let generation = self.processes[id].generation;
        let root = self.spaces[space].root;
        self.processes[id] = Process {
            state: State::New,
            space,
            root,
            account,
            generation,
            ..Process::free()
        };
        self.scheduler.admit(id);
        Some(id)
    }

    /// Lets a new process begin.
    pub fn process_start(&mut self, process: Granted, entry: u64, stack: u64, argument: u64) -> Result<(), Error> {
        let id = process.object;
        if self.processes[id].state != State::New {
            return Err(Error::BadState);
        }
        if !stack.is_multiple_of(STACK_ALIGNMENT) {
            return Err(Error::Misaligned);
        }
        if !in_user_half(entry, 1) || stack > limits::USER_END {
            return Err(Error::BadAddress);
        }
        self.processes[id].registers = M::Registers::new(entry, stack, argument);
        self.make_ready(id);
        Ok(())
    }

    /// Ends the caller.
    pub fn process_exit(&mut self, status: u64) -> Reply {
        self.end(self.current, status);
        self.settle();
        Reply::Switched
    }

    /// Waits until a process has ended.
    pub fn process_wait(&mut self, process: Granted) -> Reply {
        let id = process.object;
        if id == self.current {
            return Reply::error(Error::BadArgument);
        }
        if !self.processes[id].is_alive() {
            return Reply::value(self.processes[id].status);
        }
        let caller = self.current;
        self.processes[caller].state = State::AwaitingExit;
        self.processes[caller].awaited = id;
        self.processes[caller].slot = process.slot;
        let mut waiters = self.processes[id].waiters;
        waiters.push(&mut self.processes.view(), caller);
        self.processes[id].waiters = waiters;
        self.block_current();
        Reply::Switched
    }

    /// Hands the rest of the time slice to a process, or back to the scheduler.
    #[inline]
    pub fn process_yield(&mut self, to: Option<Granted>) -> Reply {
        match to {
            Some(process) if !self.is_ready(process.object) => Reply::error(Error::BadState),
            Some(process) => {
                self.current_registers().set_done();
                self.lend_to(process.object);
                Reply::Switched
            }
            None => {
                self.current_registers().set_done();
                self.next_turn();
                Reply::Switched
            }
        }
    }

    /// Says where the faults of a process go.
    pub fn process_on_fault(&mut self, process: Granted, endpoint: Option<Granted>) -> Result<(), Error> {
        if !self.processes[process.object].is_alive() {
            return Err(Error::BadState);
        }
        let handle = endpoint.map_or(Handle::NULL, |endpoint| self.capabilities.handle(endpoint.slot));
        self.processes[process.object].fault_endpoint = handle;
        Ok(())
    }

    /// Ends a process.
    pub fn process_kill(&mut self, process: Granted) -> Reply {
        if !self.processes[process.object].is_alive() {
            return Reply::error(Error::BadState);
        }
        self.end(process.object, KILLED);
        self.reply_or_switch(0)
    }

    /// Sets the weight of a process.
    pub fn process_weight(&mut self, process: Granted, weight: u64) -> Result<(), Error> {
        let id = process.object;
        if weight == 0 || weight > limits::WEIGHT {
            return Err(Error::BadArgument);
        }
        if !self.processes[id].is_alive() {
            return Err(Error::BadState);
        }
        self.scheduler
            .set_weight(id, weight as u32, id == self.turn)
            .map_err(|_| Error::TableFull)
    }
}
