//! Queues of processes that wait. A process waits for one thing at a time, so that one pair of links is enough for all of them.

use crate::pool::Pool;
use crate::process::Process;

/// A queue, linked through the processes in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct WaitQueue {
    /// The first, or 0.
    pub head: u32,
    /// The last, or 0.
    pub tail: u32,
}

impl WaitQueue {
    /// Nobody waits.
    pub const EMPTY: WaitQueue = WaitQueue { head: 0, tail: 0 };

    /// Whether nobody waits.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.head == 0
    }

    /// The last comes in.
    #[inline]
    pub fn push<R>(&mut self, processes: &mut Pool<Process<R>>, id: u32) {
        let tail = core::mem::replace(&mut self.tail, id);
        processes[id].next = 0;
        processes[id].previous = tail;
        if tail == 0 {
            self.head = id;
        } else {
            processes[tail].next = id;
        }
    }

    /// One comes in before all others.
    #[inline]
    pub fn push_first<R>(&mut self, processes: &mut Pool<Process<R>>, id: u32) {
        let head = core::mem::replace(&mut self.head, id);
        processes[id].next = head;
        processes[id].previous = 0;
        if head == 0 {
            self.tail = id;
        } else {
            processes[head].previous = id;
        }
    }

    /// Takes out the first; the queue isn't empty.
    #[inline]
    pub fn pop<R>(&mut self, processes: &mut Pool<Process<R>>) -> u32 {
        let id = self.head;
        self.head = processes[id].next;
        if self.head == 0 {
            self.tail = 0;
        } else {
            processes[self.head].previous = 0;
        }
        id
    }

    /// Takes out any.
    pub fn remove<R>(&mut self, processes: &mut Pool<Process<R>>, id: u32) {
        let (next, previous) = (processes[id].next, processes[id].previous);
        if previous == 0 {
            self.head = next;
        } else {
            processes[previous].next = next;
        }
        if next == 0 {
            self.tail = previous;
        } else {
            processes[next].previous = previous;
        }
    }

    /// The length, after a check of the links and of each process by `fits`.
    pub fn check<R>(
        &self,
        processes: &Pool<Process<R>>,
        mut fits: impl FnMut(&Process<R>) -> bool,
    ) -> Result<usize, &'static str> {
        let (mut count, mut id, mut previous) = (0, self.head, 0);
        while id != 0 {
            let process = &processes[id];
            if process.previous != previous || count > processes.len() as usize || !fits(process) {
                return Err("a queue of waiting processes is broken");
            }
            count += 1;
            (previous, id) = (id, process.next);
        }
        if previous == self.tail {
            Ok(count)
        } else {
            Err("a queue of waiting processes has the wrong end")
        }
    }
}
