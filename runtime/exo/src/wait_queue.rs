//! Queues of processes that wait. A process waits for one thing at a time, so that one pair of links is enough for all of them.

use crate::pool::Pool;
use crate::process::Process;
use crate::rows::View;

/// A queue, linked through the processes in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct WaitQueue {
    /// The first, or 0. What it has for a previous one means nothing, so that taking out the first changes this word alone.
    pub head: u32,
    /// The last, if there is one.
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
    pub fn push<R>(&mut self, processes: &mut View<Process<R>>, id: u32) {
        let tail = core::mem::replace(&mut self.tail, id);
        processes[id].next = 0;
        if self.head == 0 {
            self.head = id;
        } else {
            processes[id].previous = tail;
            processes[tail].next = id;
        }
    }

    /// Takes out the first; the queue isn't empty.
    #[inline]
    pub fn pop<R>(&mut self, processes: &mut View<Process<R>>) -> u32 {
        let id = self.head;
        self.head = processes[id].next;
        id
    }

    /// Takes out any.
    pub fn remove<R>(&mut self, processes: &mut View<Process<R>>, id: u32) {
        let (next, previous) = (processes[id].next, processes[id].previous);
        if self.head == id {
            self.head = next;
            return;
        }
        processes[previous].next = next;
        if next == 0 {
            self.tail = previous;
        } else {
            processes[next].previous = previous;
        }
    }

    /// The length, after a check of the links and of each process by `fits`.
    pub fn check<R>(&self, processes: &Pool<Process<R>>, fits: impl FnMut(&Process<R>) -> bool) -> Result<usize, &'static str> {
        let (count, last) = check_links(self.head, processes, fits)?;
        if count == 0 || last == self.tail {
            Ok(count)
        } else {
            Err("a queue of waiting processes has the wrong end")
        }
    }
}

/// Processes that wait, the last that came is the first to go. They are linked as in a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct WaitStack {
    /// The first, or 0.
    pub head: u32,
}

impl WaitStack {
    /// Nobody waits.
    pub const EMPTY: WaitStack = WaitStack { head: 0 };

    /// Whether nobody waits.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.head == 0
    }

    /// The stack after one has come in.
    #[inline(always)]
    pub fn pushed<R>(self, processes: &mut View<Process<R>>, id: u32) -> WaitStack {
        processes[id].next = self.head;
        if self.head != 0 {
            processes[self.head].previous = id;
        }
        WaitStack { head: id }
    }

    /// The first, and the stack without it; it isn't empty.
    #[inline(always)]
    pub fn popped<R>(self, processes: &mut View<Process<R>>) -> (u32, WaitStack) {
        let head = processes[self.head].next;
        (self.head, WaitStack { head })
    }

    /// The stack without any.
    pub fn removed<R>(self, processes: &mut View<Process<R>>, id: u32) -> WaitStack {
        let (next, previous) = (processes[id].next, processes[id].previous);
        if self.head == id {
            return WaitStack { head: next };
        }
        processes[previous].next = next;
        if next != 0 {
            processes[next].previous = previous;
        }
        self
    }

    /// The length, after a check of the links and of each process by `fits`.
    pub fn check<R>(self, processes: &Pool<Process<R>>, fits: impl FnMut(&Process<R>) -> bool) -> Result<usize, &'static str> {
        check_links(self.head, processes, fits).map(|(count, _)| count)
    }
}

/// How many processes are linked from `head` on, and the last of them.
fn check_links<R>(
    head: u32,
    processes: &Pool<Process<R>>,
    mut fits: impl FnMut(&Process<R>) -> bool,
) -> Result<(usize, u32), &'static str> {
    let (mut count, mut id, mut previous) = (0, head, 0);
    while id != 0 {
        let process = &processes[id];
        let linked = count == 0 || process.previous == previous;
        if !linked || count > processes.len() as usize || !fits(process) {
            return Err("a queue of waiting processes is broken");
        }
        count += 1;
        (previous, id) = (id, process.next);
    }
    Ok((count, previous))
}
