//! Queues whose links lie in the table of the scheduler.

use super::Node;
use crate::rows::Rows;

/// A process's place in a queue.
#[derive(Clone, Copy)]
pub struct Links {
    next: u32,
    previous: u32,
}

impl Links {
    pub const NONE: Links = Links { next: 0, previous: 0 };
}

/// A queue: first in, first out, and any can leave.
#[derive(Clone, Copy)]
pub struct Queue {
    head: u32,
    tail: u32,
}

impl Queue {
    pub const EMPTY: Queue = Queue { head: 0, tail: 0 };

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.head == 0
    }

    /// The first, or 0.
    #[inline]
    pub fn first(&self) -> u32 {
        self.head
    }

    /// The last, or 0.
    #[inline]
    pub fn last(&self) -> u32 {
        self.tail
    }

    /// The one behind `id`, or 0.
    #[inline]
    pub fn behind(&self, nodes: &Rows<Node>, id: u32) -> u32 {
        nodes[id as usize].links.next
    }

    #[inline]
    pub fn push(&mut self, nodes: &mut Rows<Node>, id: u32) {
        nodes[id as usize].links = Links {
            next: 0,
            previous: self.tail,
        };
        if self.tail == 0 {
            self.head = id;
        } else {
            nodes[self.tail as usize].links.next = id;
        }
        self.tail = id;
    }

    /// Takes out the first; the queue isn't empty.
    #[inline]
    pub fn pop(&mut self, nodes: &mut Rows<Node>) -> u32 {
        let id = self.head;
        self.head = nodes[id as usize].links.next;
        if self.head == 0 {
            self.tail = 0;
        } else {
            nodes[self.head as usize].links.previous = 0;
        }
        id
    }

    pub fn remove(&mut self, nodes: &mut Rows<Node>, id: u32) {
        let Links { next, previous } = nodes[id as usize].links;
        if previous == 0 {
            self.head = next;
        } else {
            nodes[previous as usize].links.next = next;
        }
        if next == 0 {
            self.tail = previous;
        } else {
            nodes[next as usize].links.previous = previous;
        }
    }

    /// The length, after a check of the links.
    pub fn check(&self, nodes: &Rows<Node>) -> Result<usize, &'static str> {
        let (mut count, mut id, mut previous) = (0, self.head, 0);
        while id != 0 {
            let node = &nodes[id as usize];
            if !node.queued || node.links.previous != previous || count > nodes.len() {
                return Err("a queue of the scheduler is broken");
            }
            count += 1;
            (previous, id) = (id, node.links.next);
        }
        if previous == self.tail {
            Ok(count)
        } else {
            Err("a queue of the scheduler has the wrong end")
        }
    }
}
