//! Counts what a context used.

use crate::context::Context;

/// What a context used since it was made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// The fuel of the blocks that were entered.
    pub fuel_used: u64,
    /// The bytes of heap objects, those that nothing reaches any more included.
    pub heap_bytes: usize,
    /// The largest number of bytes that the heap may have.
    pub heap_limit: usize,
    /// Collections, what survived them, and how long they took.
    pub heap: raya_heap::Statistics,
    /// Tasks that were started, the calls of the host among them.
    pub tasks_started: u64,
    /// Turns that tasks were given.
    pub turns: u64,
    /// Tasks that are not done.
    pub tasks_live: u32,
    /// Tasks of which the context still knows something: those that are not done, and the results that somebody can still ask for.
    pub tasks_known: usize,
}

impl Context {
    /// What it used so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            fuel_used: self.fuel.used(),
            heap_bytes: self.heap.used(),
            heap_limit: self.heap.limit(),
            heap: self.heap.statistics(),
            tasks_started: self.tasks.started(),
            turns: self.tasks.turns,
            tasks_live: self.tasks.live(),
            tasks_known: self.tasks.known(),
        }
    }
}
