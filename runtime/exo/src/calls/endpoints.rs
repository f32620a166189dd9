use exo_facts::{Error, Handle, Kind};

use crate::kernel::Kernel;
use crate::machine::{Machine, Registers};
use crate::objects::Endpoint;
use crate::process::State;
use crate::reply::{Granted, Reply};

impl<M: Machine> Kernel<M> {
    /// Makes an endpoint.
    pub fn endpoint_create(&mut self) -> Result<Handle, Error> {
        let id = self.endpoints.take().ok_or(Error::TableFull)?;
        match self.grant_new(Kind::Endpoint, Kind::Endpoint.rights(), id, 0, 0) {
            Ok(handle) => {
                self.endpoints[id] = Endpoint {
                    references: 1,
                    ..Endpoint::FREE
                };
                Ok(handle)
            }
            Err(error) => {
                self.endpoints.give(id);
                Err(error)
            }
        }
    }

    /// Hands a message to a receiver, which runs at once, or waits for one.
    #[inline]
    pub fn endpoint_send(&mut self, endpoint: Granted, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        let receivers = self.endpoints[endpoint.object].receivers;
        if receivers.is_empty() {
            return self.queue_message(endpoint, State::Sending, [w0, w1, w2, w3], page);
        }
        let receiver = self.take_receiver(endpoint.object);
        self.current_registers().set_done();
        self.deliver(receiver, [w0, w1, w2, w3], page.map_or(0, |page| page.slot));
        self.set_ready(receiver);
        self.lend_to(receiver);
        self.settle_after_switch()
    }

    /// Sends a message and waits for the reply.
    #[inline]
    pub fn endpoint_call(&mut self, endpoint: Granted, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        let receivers = self.endpoints[endpoint.object].receivers;
        if receivers.is_empty() {
            return self.queue_message(endpoint, State::Calling, [w0, w1, w2, w3], page);
        }
        let receiver = self.take_receiver(endpoint.object);
        self.deliver(receiver, [w0, w1, w2, w3], page.map_or(0, |page| page.slot));
        self.leave_scheduler(self.current);
        self.await_reply(self.current, receiver, false);
        self.set_ready(receiver);
        self.run(receiver);
        self.settle_after_switch()
    }

    /// Answers the latest call; the one who called runs at once.
    #[inline]
    pub fn endpoint_reply(&mut self, w0: u64, w1: u64, w2: u64, w3: u64, page: Option<Granted>) -> Reply {
        if self.processes[self.current].callers.is_empty() {
            return Reply::error(Error::NoReply);
        }
        self.current_registers().set_done();
        let client = self.answer([w0, w1, w2, w3], page);
        self.lend_to(client);
        self.settle_after_switch()
    }

    /// Answers the latest call and waits for a message; the one who called runs at once, even if a message waits already.
    pub fn endpoint_reply_receive(
        &mut self,
        endpoint: Granted,
        w0: u64,
        w1: u64,
        w2: u64,
        w3: u64,
        page: Option<Granted>,
    ) -> Reply {
        if self.processes[self.current].callers.is_empty() {
            return Reply::error(Error::NoReply);
        }
        let client = self.answer([w0, w1, w2, w3], page);
        if self.take_message(endpoint.object) {
            self.lend_to(client);
        } else {
            self.wait_for_message(endpoint);
            self.leave_scheduler(self.current);
            self.run(client);
        }
        self.settle_after_switch()
    }

    /// Waits for a message.
    #[inline]
    pub fn endpoint_receive(&mut self, endpoint: Granted) -> Reply {
        if self.take_message(endpoint.object) {
            return self.settle_after_switch();
        }
        self.wait_for_message(endpoint);
        self.block_current();
        self.settle_after_switch()
    }

    /// Waits for a message for a while.
    pub fn endpoint_receive_timed(&mut self, endpoint: Granted, ticks: u64) -> Reply {
        if self.take_message(endpoint.object) {
            return self.settle_after_switch();
        }
        if ticks == 0 {
            self.settle();
            return Reply::error(Error::Timeout);
        }
        self.wait_for_message(endpoint);
        self.processes[self.current].state = State::ReceivingWatched;
        self.deadlines
            .insert(self.current, self.machine.ticks().saturating_add(ticks));
        self.block_current();
        self.settle_after_switch()
    }

    /// Answers the latest call: the one who made it is ready, and neither runs nor is in the queue.
    #[inline(always)]
    fn answer(&mut self, words: [u64; 4], page: Option<Granted>) -> u32 {
        let client = self.take_client(self.current);
        let slot = page.map_or(0, |page| page.slot);
        if core::mem::take(&mut self.processes[client].faulted) {
            // It goes on where it was, with all its registers; a page capability is its all the same.
            self.move_page(slot, client);
        } else {
            self.deliver(client, words, slot);
        }
        self.set_ready(client);
        client
    }

    /// A receiver that waits, taken out of its queue.
    #[inline]
    fn take_receiver(&mut self, endpoint: u32) -> u32 {
        let receiver = self.endpoints[endpoint].receivers.pop(&mut self.processes.view());
        self.deadlines.remove(receiver);
        receiver
    }

    /// The latest whose call a process has received, taken out of its queue.
    #[inline(always)]
    pub(crate) fn take_client(&mut self, server: u32) -> u32 {
        let (client, rest) = self.processes[server].callers.popped(&mut self.processes.view());
        self.processes[server].callers = rest;
        client
    }

    /// Puts a message into the registers of the one who gets it.
    #[inline]
    fn deliver(&mut self, receiver: u32, words: [u64; 4], page: u32) {
        let handle = self.move_page(page, receiver);
        let registers = &mut self.processes[receiver].registers;
        registers.set_status(0);
        registers.set_message(words, handle.0);
    }

    /// A page capability goes over to a process; what was mapped through it so far isn't any more. A row that can't age doesn't move.
    #[inline]
    fn move_page(&mut self, slot: u32, to: u32) -> Handle {
        if slot == 0 {
            return Handle::NULL;
        }
        self.remove_mappings(slot);
        self.capabilities.pass_on(slot, to).unwrap_or(Handle::NULL)
    }

    /// The caller waits for a receiver.
    fn queue_message(&mut self, endpoint: Granted, state: State, message: [u64; 4], page: Option<Granted>) -> Reply {
        let handle = page.map_or(Handle::NULL, |page| self.capabilities.handle(page.slot));
        let process = &mut self.processes[self.current];
        process.state = state;
        process.message = message;
        process.page = handle;
        process.awaited = endpoint.object;
        process.slot = endpoint.slot;
        self.endpoints[endpoint.object]
            .senders
            .push(&mut self.processes.view(), self.current);
        self.block_current();
        self.settle_after_switch()
    }

    /// The caller waits for a message.
    #[inline]
    fn wait_for_message(&mut self, endpoint: Granted) {
        let process = &mut self.processes[self.current];
        // An upcall can be due to one that runs, but only as long as it is in another.
        process.state = State::Receiving;
        process.awaited = endpoint.object;
        process.slot = endpoint.slot;
        self.endpoints[endpoint.object]
            .receivers
            .push(&mut self.processes.view(), self.current);
    }

    /// Takes the message of the first sender that waits; `false` if none does.
    fn take_message(&mut self, endpoint: u32) -> bool {
        while !self.endpoints[endpoint].senders.is_empty() {
            let sender = self.endpoints[endpoint].senders.pop(&mut self.processes.view());
            let process = &self.processes[sender];
            let (state, message, page) = (process.state, process.message, process.page);
            // The page capability was the sender's when it began to wait. It may have been revoked since; then there is no message.
            let slot = page.index();
            if slot != 0 && !(self.capabilities.is_live(page) && self.capabilities.slot(slot).owner() == sender) {
                self.wake(sender, Err(Error::BadHandle));
                continue;
            }
            self.deliver(self.current, message, slot);
            match state {
                State::Sending => {
                    self.processes[sender].registers.set_done();
                    self.make_ready(sender);
                }
                _ => self.await_reply(sender, self.current, state == State::Faulted),
            }
            return true;
        }
        false
    }

    /// The results are in the registers of whoever runs now.
    #[inline]
    fn settle_after_switch(&mut self) -> Reply {
        if !self.troubled.is_empty() {
            self.settle();
        }
        Reply::Switched
    }
}
