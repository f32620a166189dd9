//! Faults of user programs.

use exo_facts::{Handle, Kind, Trap, gas};

use crate::direct::await_reply;
use crate::kernel::Kernel;
use crate::lifetimes::status_of_fault;
use crate::machine::{Machine, Registers};
use crate::process::State;

impl<M: Machine> Kernel<M> {
    /// The current process did what the processor doesn't allow. It waits for whoever handles its faults, or ends.
    pub fn fault(&mut self, trap: Trap, address: u64) {
        let id = self.current;
        if id == 0 {
            return;
        }
        let balance = &mut self.accounts[self.current_account].balance;
        *balance -= (*balance).min(gas::FAULT);
        self.leave_scheduler(id);
        self.stop_with_fault(id, trap, address);
        self.settle();
    }

    /// Stops a process that is ready and not in the queue. Who is told, and who runs instead, is decided when troubles are dealt with.
    pub(crate) fn stop_with_fault(&mut self, id: u32, trap: Trap, address: u64) {
        let process = &mut self.processes[id];
        process.message = [trap.code(), address, process.registers.program_counter(), 0];
        process.page = Handle::NULL;
        process.state = State::Faulting;
        let mut troubled = self.troubled;
        troubled.push(&mut self.processes.view(), id);
        self.troubled = troubled;
    }

    /// Makes a fault a call to the endpoint that was named for it.
    pub(crate) fn tell_fault(&mut self, id: u32) {
        let process = &mut self.processes[id];
        let (handle, message) = (process.fault_endpoint, process.message);
        let slot = self
            .capabilities
            .is_live(handle)
            .then(|| self.capabilities.slot(handle.index()));
        let Some(endpoint) = slot
            .filter(|slot| slot.kind() == Some(Kind::Endpoint))
            .map(|slot| slot.object)
        else {
            process.state = State::New;
            return self.end(id, status_of_fault(message[0]));
        };
        process.awaited = endpoint;
        if self.endpoints[endpoint].receivers.is_empty() {
            process.state = State::Faulted;
            self.endpoints[endpoint].senders.push(&mut self.processes.view(), id);
            return;
        }
        let receiver = self.endpoints[endpoint].receivers.pop(&mut self.processes.view());
        self.deadlines.remove(receiver);
        let registers = &mut self.processes[receiver].registers;
        registers.set_status(0);
        registers.set_message(message, 0);
        self.await_reply(id, receiver, true);
        self.make_ready(receiver);
    }

    /// A process waits for the reply of another, which has received its call or its fault.
    #[inline]
    pub(crate) fn await_reply(&mut self, id: u32, replier: u32, faulted: bool) {
        await_reply(&mut self.processes.view(), id, replier);
        let process = &mut self.processes[id];
        // Nobody is called up out of an upcall.
        let is_due = process.due != 0 && !process.in_upcall;
        if faulted || is_due || !process.registers.can_go_on_directly() {
            process.state = State::AwaitingReplyWatched;
            process.faulted = faulted;
        }
    }
}
