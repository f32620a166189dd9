//! What the kernel knows of a process.

use exo_facts::Handle;

use crate::machine::{Frame, Registers};
use crate::wait_queue::{WaitQueue, WaitStack};

/// Ends the list of those of whom the scheduler doesn't know how they stand.
pub const LAST_STALE: u32 = u32::MAX;

/// What a process does.
///
/// It is a word, and zero stands for the state in which a process runs: fast paths find it together with the word before it, and that way
/// check both by one comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum State {
    /// Runs, has the turn, or waits in the queue of the scheduler.
    Ready,
    /// The row is free.
    Free,
    /// Made, and not started yet.
    New,
    /// Would run if its account could pay a tick.
    Starved,
    /// Waits for a receiver.
    Sending,
    /// Waits for a receiver of its call.
    Calling,
    /// Waits for a receiver of its fault.
    Faulted,
    /// Its call was received.
    AwaitingReply,
    /// Its fault was received; or its call, and something else is watched.
    AwaitingReplyWatched,
    /// Waits for a message, and for nothing else.
    Receiving,
    /// Waits for a message while something else is watched: a deadline, an upcall that is due, or what the platform needs.
    ReceivingWatched,
    /// Waits for the end of a process.
    AwaitingExit,
    /// Waits for an interrupt.
    AwaitingIrq,
    /// Stopped by a fault that nobody has been told of yet.
    Faulting,
    /// To be ended.
    Dying,
    /// Over; its status is kept as long as there are capabilities to it.
    Ended,
}

impl State {
    /// Whether it waits through a capability: the wait ends with that.
    pub fn waits_through_capability(self) -> bool {
        matches!(
            self,
            State::Sending
                | State::Calling
                | State::Receiving
                | State::ReceivingWatched
                | State::AwaitingExit
                | State::AwaitingIrq
        )
    }
}

/// A process.
#[repr(C)]
pub struct Process<R> {
    /// Its registers while it doesn't run.
    pub registers: R,
    /// What it does.
    pub state: State,
    /// Whether what it awaits a reply to is a fault: then its registers stay as they are.
    pub faulted: bool,
    /// Whether it is in an upcall: then the next one waits.
    pub in_upcall: bool,
    /// The space it runs in.
    pub space: u32,
    /// The topmost table of that space.
    pub root: Frame,
    /// The account that pays.
    pub account: u32,
    /// Capabilities to it.
    pub capabilities: u32,
    /// What it waits for: an endpoint, a process or an interrupt line, by its state.
    pub awaited: u32,
    /// The capability through which it waits, if its state says that it does.
    pub slot: u32,
    /// Its place in the queue of what it waits for.
    pub next: u32,
    pub previous: u32,
    /// The message that it is about to send.
    pub message: [u64; 4],
    /// The page capability that goes with it.
    pub page: Handle,
    /// Those whose calls it has received and not answered, the latest first.
    pub callers: WaitStack,
    /// The next of those of whom the scheduler doesn't know how they stand, [`LAST_STALE`] behind the last, 0 if it isn't one of them.
    pub next_stale: u32,
    /// Those that wait for its end.
    pub waiters: WaitQueue,
    /// Where its faults go. The capability is its setter's and may be gone.
    pub fault_endpoint: Handle,
    /// The first of its timers that have expired and not been delivered.
    pub due: u32,
    /// Rises with every use of the row, so that a timer knows whether its process is still the same.
    pub generation: u32,
    /// What it still has to pay for ticks that its account couldn't.
    pub debt: u64,
    /// With what it ended.
    pub status: u64,
}

impl<R: Registers> Process<R> {
    /// A free row.
    pub fn free() -> Self {
        Process {
            registers: R::new(0, 0, 0),
            state: State::Free,
            faulted: false,
            in_upcall: false,
            space: 0,
            root: Frame(0),
            account: 0,
            capabilities: 0,
            awaited: 0,
            slot: 0,
            next: 0,
            previous: 0,
            message: [0; 4],
            page: Handle::NULL,
            callers: WaitStack::EMPTY,
            next_stale: 0,
            waiters: WaitQueue::EMPTY,
            fault_endpoint: Handle::NULL,
            due: 0,
            generation: 0,
            debt: 0,
            status: 0,
        }
    }

    /// Whether it exists and hasn't ended.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, State::Free | State::Dying | State::Ended)
    }

    /// From now on no direct path may end its wait.
    pub fn watch(&mut self) {
        match self.state {
            State::Receiving => self.state = State::ReceivingWatched,
            State::AwaitingReply => self.state = State::AwaitingReplyWatched,
            _ => {}
        }
    }

    /// One that waited, and has no upcall due, is ready.
    #[inline(always)]
    pub fn begin(&mut self) -> &mut R {
        self.state = State::Ready;
        &mut self.registers
    }
}
