//! The hosted kernel as the subject of laws: it plays the processes, each of which makes its calls in the way of the first.

extern crate std;

use std::vec::Vec;

use exo_facts::{Error, Handle, Kind, Rights, Syscall, gas, initial, limits};
use exo_kernel::scheduler::beatty::Word;
use exo_kernel::{Frame, ProcessId, Reply};

use super::{MEMORY, PATIENCE, Root, observers};
use crate::fixture::ask;
use crate::laws::{Other, Subject};

/// The second process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Second {
    shared: Other,
    /// What it holds of the first, to let it go on.
    first: u64,
    has_ended: bool,
}

/// What the second process begins with: more than calls cost.
const FUNDS: u64 = 100 * gas::TICK;

/// Where the stack of a process would be.
const STACK: u64 = 0x3fff_f000;

impl Root {
    fn initial(index: u32) -> u64 {
        initial::ALL.iter().find(|one| one.index == index).map_or(0, |one| one.handle().0)
    }

    fn process_of(&self, handle: u64) -> Option<ProcessId> {
        let found = self.kernel.check(Handle(handle), Kind::Process, Rights::NONE).ok()?;
        Some(ProcessId(found.object))
    }

    /// A call of whoever is current; what it returned, or nothing if it let another run.
    fn as_current(&mut self, call: Syscall, arguments: &[u64]) -> Option<Result<u64, Error>> {
        let mut words = [0; 6];
        for (word, argument) in words.iter_mut().zip(arguments) {
            *word = *argument;
        }
        match (self.dispatch)(&mut self.kernel, call.number(), &words) {
            Reply::Value { status, value } => Some(exo_facts::result(status).map(|()| value)),
            Reply::Switched => None,
        }
    }

    /// Lets time pass until a process runs.
    fn until(&mut self, process: ProcessId) {
        for _ in 0..PATIENCE {
            if self.kernel.current() == process {
                return;
            }
            self.kernel.machine.now += 1;
            self.kernel.tick();
        }
    }

    fn start(&mut self, space: u64, account: u64) -> Result<u64, Error> {
        let process = ask(self, Syscall::ProcessCreate, &[space, account])?;
        ask(self, Syscall::ProcessStart, &[process, limits::PROGRAM_START, STACK, 0])?;
        Ok(process)
    }

    /// The frame behind the memory of the first process.
    fn frame(&mut self) -> Option<Frame> {
        let page = self.kernel.check(Handle(self.page), Kind::Page, Rights::NONE).ok()?;
        Some(Frame(u64::from(page.first)))
    }
}

impl Subject for Root {
    fn open_other(&mut self) -> Result<Other, Error> {
        let account = ask(self, Syscall::AccountCreate, &[])?;
        ask(self, Syscall::AccountTransfer, &[Root::initial(initial::ACCOUNT), account, FUNDS])?;
        let process = self.start(Root::initial(initial::SPACE), account)?;
        let first = ask(self, Syscall::CapDerive, &[Root::initial(initial::PROCESS), EXECUTE_AND_GRANT])?;
        let first = ask(self, Syscall::CapCopy, &[first, process])?;
        let shared = Other { process, account };
        self.second = Some(Second { shared, first, has_ended: false });
        Ok(shared)
    }

    fn call_as_other(&mut self, number: u64, arguments: [u64; 6]) -> Option<(u64, u64)> {
        let second = self.second.filter(|second| !second.has_ended)?;
        let own = self.kernel.current();
        let id = self.process_of(second.shared.process)?;
        // The first process lends its turn, and has it back when the second gives way, ends or waits.
        if let Some(Err(_)) = self.as_current(Syscall::ProcessYield, &[second.shared.process]) {
            return None;
        }
        self.until(id);
        let result = match (self.dispatch)(&mut self.kernel, number, &arguments) {
            Reply::Value { status, value } => Some((status, value)),
            Reply::Switched if self.kernel.current() == id => {
                let registers = self.kernel.current_registers();
                Some((registers.status, registers.value))
            }
            Reply::Switched => None,
        };
        let mut has_paid = false;
        if self.kernel.current() == id {
            has_paid = self.as_current(Syscall::ProcessYield, &[second.first]).is_none();
            if !has_paid {
                let _ = self.as_current(Syscall::ProcessExit, &[]);
            }
        }
        self.until(own);
        if result.is_none() || !has_paid {
            self.second = Some(Second { has_ended: true, ..second });
        }
        if has_paid {
            let price = Syscall::ProcessYield.gas();
            ask(self, Syscall::AccountTransfer, &[Root::initial(initial::ACCOUNT), second.shared.account, price]).ok()?;
        }
        result
    }

    fn close_other(&mut self) {
        if let Some(second) = self.second.take() {
            for handle in [second.shared.process, second.shared.account] {
                let _ = ask(self, Syscall::CapDrop, &[handle]);
            }
            // What the second process held of the first went with it; what it was derived from is the first child of it.
            let _ = ask(self, Syscall::CapRevoke, &[Root::initial(initial::PROCESS)]);
        }
    }

    fn free_frames(&mut self) -> u64 {
        self.kernel.free_frames()
    }

    fn turns(&mut self, weights: &[u64], decisions: &mut [u8]) -> Result<(), Error> {
        let own = self.kernel.current();
        let mut processes = Vec::new();
        for weight in weights {
            let account = Root::initial(initial::ACCOUNT);
            let process = ask(self, Syscall::ProcessCreate, &[Root::initial(initial::SPACE), account])?;
            ask(self, Syscall::ProcessWeight, &[process, *weight])?;
            processes.push(process);
        }
        for process in &processes {
            ask(self, Syscall::ProcessStart, &[*process, limits::PROGRAM_START, STACK, 0])?;
        }
        let ids: Vec<_> = processes.iter().map(|process| self.process_of(*process)).collect();
        if let Some(first) = processes.first() {
            let _ = self.as_current(Syscall::ProcessWait, &[*first]);
        }
        for place in decisions {
            let current = Some(self.kernel.current());
            *place = ids.iter().position(|id| *id == current).unwrap_or(usize::from(u8::MAX)) as u8;
            let _ = self.as_current(Syscall::ProcessYield, &[]);
        }
        for _ in 0..PATIENCE {
            if self.kernel.current() == own {
                break;
            }
            let _ = self.as_current(Syscall::ProcessExit, &[]);
        }
        for process in processes {
            ask(self, Syscall::CapDrop, &[process])?;
        }
        Ok(())
    }

    fn pair(&mut self, decisions: &mut [u8]) {
        let mut word = Word::new();
        decisions.fill_with(|| u8::from(!word.next_is_first()));
    }

    fn write(&mut self, at: u64, bytes: &[u8]) {
        let Some(frame) = self.frame() else { return };
        self.kernel.machine.write_physical(frame.address() + (at - MEMORY), bytes);
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) {
        let Some(frame) = self.frame() else { return };
        for (place, byte) in ((at - MEMORY) as usize..).zip(bytes) {
            let word = exo_kernel::Machine::frame(&mut self.kernel.machine, frame).get(place / 8).copied();
            *byte = word.unwrap_or(0).to_le_bytes()[place % 8];
        }
    }

    fn observe(&mut self, method: &str) -> Result<(), &'static str> {
        observers::observe(&mut self.kernel, method)
    }
}

/// What the second process may do with the first.
const EXECUTE_AND_GRANT: u64 = Rights::EXECUTE.join(Rights::GRANT).bits() as u64;
