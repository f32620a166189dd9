//! The smaller objects. Each counts what refers to it and is free when nothing does.

use crate::machine::Frame;
use crate::wait_queue::WaitQueue;

/// An address space.
pub struct Space {
    /// Capabilities to it and processes in it.
    pub references: u32,
    /// Its topmost table.
    pub root: Frame,
}

/// A meeting point of senders and receivers. One of the queues is empty.
#[repr(C)]
pub struct Endpoint {
    /// Capabilities to it.
    pub references: u32,
    /// Processes whose message waits.
    pub senders: WaitQueue,
    /// Processes that wait for a message.
    pub receivers: WaitQueue,
    /// Makes the size a power of two: a row is found by a shift.
    pub room: [u32; 3],
}

/// An amount of gas.
pub struct Account {
    /// Capabilities to it and processes that it pays for.
    pub references: u32,
    /// What it holds.
    pub balance: u64,
    /// Words of values that it has a deposit for. While there are any, or atoms, the row isn't free, though nothing refers to it.
    pub words: u32,
    /// Of those, the ones that the collection under way has found alive.
    pub alive: u32,
    /// Atoms that it has a deposit for.
    pub atoms: u32,
    /// Processes that wait until it can pay a tick.
    pub starved: WaitQueue,
}

/// An upcall at a later time.
pub struct Timer {
    /// Capabilities to it.
    pub references: u32,
    /// The process that will be called, and which use of its row that was.
    pub process: u32,
    pub generation: u32,
    /// Where it goes on.
    pub entry: u64,
    /// Where its registers are stored.
    pub area: u64,
    /// The next that is due for the same process.
    pub next_due: u32,
    /// Whether it has expired and hasn't been delivered.
    pub is_due: bool,
}

/// A line of the interrupt controller.
#[derive(Clone, Copy)]
pub struct Irq {
    /// Capabilities to it. The line is allocated while there are any.
    pub references: u32,
    /// How often it has interrupted since somebody waited for it.
    pub pending: u64,
    /// The process that waits for it, or 0.
    pub waiter: u32,
}

/// What a capability to all lines has for an object.
pub const ALL_LINES: u32 = u32::MAX;

impl Space {
    pub(crate) const FREE: Space = Space {
        references: 0,
        root: Frame(0),
    };
}

impl Endpoint {
    pub(crate) const FREE: Endpoint = Endpoint {
        references: 0,
        senders: WaitQueue::EMPTY,
        receivers: WaitQueue::EMPTY,
        room: [0; 3],
    };
}

impl Account {
    /// Takes gas, all of it or none, and says whether it was enough.
    #[inline(always)]
    pub fn take(&mut self, amount: u64) -> bool {
        let rest = self.balance.checked_sub(amount);
        self.balance = rest.unwrap_or(self.balance);
        rest.is_some()
    }

    /// Whether nothing refers to it and nothing is left that it had a deposit for.
    pub(crate) fn is_over(&self) -> bool {
        self.references == 0 && self.words == 0 && self.atoms == 0
    }

    pub(crate) const FREE: Account = Account {
        references: 0,
        balance: 0,
        words: 0,
        alive: 0,
        atoms: 0,
        starved: WaitQueue::EMPTY,
    };
}

impl Timer {
    pub(crate) const FREE: Timer = Timer {
        references: 0,
        process: 0,
        generation: 0,
        entry: 0,
        area: 0,
        next_due: 0,
        is_due: false,
    };
}

impl Irq {
    pub(crate) const FREE: Irq = Irq {
        references: 0,
        pending: 0,
        waiter: 0,
    };
}
