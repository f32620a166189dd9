//! Which process runs next.
//!
//! A *turn* is one slice of time. The one that has the turn isn't in the queue; at the end of its turn it comes back
//! ([`requeue`](Scheduler::requeue)) or, if it isn't ready any more, leaves ([`retire`](Scheduler::retire)). On whose behalf it runs
//! meanwhile, the scheduler needn't know.

pub mod beatty;
mod measure;
mod queue;
mod weights;

use exo_facts::limits;

use crate::carve::Carver;
use crate::rows::Rows;
use beatty::Word;
use queue::{Links, Queue};
use weights::Weights;

/// How the next process is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// One after the other.
    RoundRobin,
    /// The most urgent level that has a ready process; within a level one after the other. The level follows from the weight.
    Priority,
    /// Two ready processes by complementary Beatty sequences, any other number by weights.
    Beatty,
    /// In proportion to weights: after every k decisions each count is within one of its share.
    Weights,
}

/// Too many different weights are in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyWeights;

/// A scheduler on memory of its own, for tests and measurements.
#[cfg(any(test, feature = "hosted"))]
pub fn hosted(count: usize, policy: Policy) -> Scheduler {
    extern crate std;
    let memory = std::vec![0; count * Scheduler::BYTES_PER_PROCESS / 8 + 1].leak();
    Scheduler::carve(&mut Carver::new(memory), count, policy).expect("the memory was measured")
}

/// What the scheduler knows of a process.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    links: Links,
    queued: bool,
    /// The class of its weight.
    class: u8,
    /// When its next turn begins in virtual time; the fraction is in units of one by its weight.
    start: u64,
    fraction: u32,
}

/// The queue of those that are ready.
pub struct Scheduler {
    policy: Policy,
    nodes: Rows<Node>,
    queued: u32,
    /// Those who wait under round-robin and, by levels, under priorities.
    levels: [Queue; limits::PRIORITIES as usize],
    filled: u32,
    weights: Weights,
    word: Word,
    pair: (u32, u32),
}

impl Scheduler {
    /// Bytes of table for each process.
    pub const BYTES_PER_PROCESS: usize = size_of::<Node>();

    /// A scheduler for `count` processes, row 0 included.
    pub(crate) fn carve(carver: &mut Carver, count: usize, policy: Policy) -> Option<Scheduler> {
        let node = Node {
            links: Links::NONE,
            queued: false,
            class: 0,
            start: 0,
            fraction: 0,
        };
        Some(Scheduler {
            policy,
            nodes: carver.rows(count, |_| node)?,
            queued: 0,
            levels: [Queue::EMPTY; limits::PRIORITIES as usize],
            filled: 0,
            weights: Weights::new(),
            word: Word::new(),
            pair: (0, 0),
        })
    }

    /// A process begins to exist, with weight 1.
    pub fn admit(&mut self, id: u32) {
        self.nodes[id as usize].class = Weights::CLASS_OF_ONE;
        self.nodes[id as usize].start = self.weights.now();
        self.nodes[id as usize].fraction = 0;
    }

    /// A process ceases to exist. It is neither queued nor has it the turn.
    pub fn dismiss(&mut self, id: u32) {
        self.weights.leave_class(self.nodes[id as usize].class);
        self.nodes[id as usize].class = Weights::CLASS_OF_ONE;
    }

    /// Sets the weight of a process, from 1 to [`limits::WEIGHT`]; `has_turn` if the turn is its.
    #[inline]
    pub fn set_weight(&mut self, id: u32, weight: u32, has_turn: bool) -> Result<(), TooManyWeights> {
        let class = self.weights.join_class(weight).ok_or(TooManyWeights)?;
        let node = &mut self.nodes[id as usize];
        if node.queued {
            self.remove(id);
            self.change_class(id, class);
            self.enqueue(id);
        } else if has_turn && matches!(self.policy, Policy::Beatty | Policy::Weights) {
            // Other policies don't add the weights up.
            self.weights.leave(node.class);
            self.change_class(id, class);
            self.weights.enter(class);
        } else {
            self.change_class(id, class);
        }
        Ok(())
    }

    #[inline]
    fn change_class(&mut self, id: u32, class: u8) {
        let node = &mut self.nodes[id as usize];
        self.weights.leave_class(node.class);
        node.class = class;
        node.fraction = 0;
    }

    /// The weight of a process.
    pub fn weight(&self, id: u32) -> u32 {
        self.weights.weight(self.nodes[id as usize].class)
    }

    /// Whether a process is in the queue.
    #[inline(always)]
    pub fn queued(&self, id: u32) -> bool {
        self.nodes[id as usize].queued
    }

    /// How many are in the queue.
    pub fn len(&self) -> u32 {
        self.queued
    }

    /// Whether nobody is in the queue.
    pub fn is_empty(&self) -> bool {
        self.queued == 0
    }

    /// A process has become ready.
    pub fn enqueue(&mut self, id: u32) {
        self.queued += 1;
        self.nodes[id as usize].queued = true;
        match self.policy {
            Policy::RoundRobin | Policy::Priority => self.push_level(id),
            Policy::Beatty | Policy::Weights => {
                self.weights.enter(self.nodes[id as usize].class);
                self.weights.push_new(&mut self.nodes, id);
            }
        }
    }

    /// A process in the queue isn't ready any more.
    pub fn remove(&mut self, id: u32) {
        self.queued -= 1;
        self.nodes[id as usize].queued = false;
        match self.policy {
            Policy::RoundRobin | Policy::Priority => {
                let level = self.level(id);
                self.levels[level].remove(&mut self.nodes, id);
                self.filled &= !(u32::from(self.levels[level].is_empty()) << level);
            }
            Policy::Beatty | Policy::Weights => {
                self.weights.leave(self.nodes[id as usize].class);
                self.weights.remove(&mut self.nodes, id);
            }
        }
    }

    /// The decision: takes the one whose turn is next out of the queue.
    pub fn pick(&mut self) -> Option<u32> {
        let id = match self.policy {
            Policy::RoundRobin | Policy::Priority => {
                if self.filled == 0 {
                    return None;
                }
                let level = self.filled.trailing_zeros() as usize;
                let id = self.levels[level].pop(&mut self.nodes);
                self.filled &= !(u32::from(self.levels[level].is_empty()) << level);
                id
            }
            Policy::Beatty if self.queued == 2 => self.pick_of_two(),
            Policy::Beatty | Policy::Weights => self.weights.pick(&mut self.nodes)?,
        };
        self.queued -= 1;
        self.nodes[id as usize].queued = false;
        Some(id)
    }

    /// The turn of a process is over, and it is ready for another.
    pub fn requeue(&mut self, id: u32) {
        self.queued += 1;
        self.nodes[id as usize].queued = true;
        match self.policy {
            Policy::RoundRobin | Policy::Priority => self.push_level(id),
            Policy::Beatty | Policy::Weights => self.weights.push_again(&mut self.nodes, id),
        }
    }

    /// The turn of a process is over, and it isn't ready.
    pub fn retire(&mut self, id: u32) {
        if matches!(self.policy, Policy::Beatty | Policy::Weights) {
            self.weights.advance(&mut self.nodes[id as usize]);
            self.weights.leave(self.nodes[id as usize].class);
        }
    }

    /// The word of Beatty's theorem goes on as long as the same two are chosen from; the heavier one, or the first, has the larger share.
    fn pick_of_two(&mut self) -> u32 {
        let (one, other) = self.weights.two(&self.nodes);
        let pair = if (self.weight(other), one) > (self.weight(one), other) {
            (other, one)
        } else {
            (one, other)
        };
        if pair != self.pair {
            self.pair = pair;
            self.word = Word::new();
        }
        let id = if self.word.next_is_first() { pair.0 } else { pair.1 };
        self.weights.take(&mut self.nodes, id);
        id
    }

    fn push_level(&mut self, id: u32) {
        let level = self.level(id);
        self.levels[level].push(&mut self.nodes, id);
        self.filled |= 1 << level;
    }

    /// The heavier, the more urgent: each level has twice the weight of the one below.
    fn level(&self, id: u32) -> usize {
        if self.policy == Policy::RoundRobin {
            return 0;
        }
        (limits::PRIORITIES as usize - 1).saturating_sub(self.weight(id).ilog2() as usize)
    }

    /// Checks that what is queued is in a list and the other way round.
    pub fn check(&self, has_turn: u32) -> Result<(), &'static str> {
        let flagged = self.nodes.iter().filter(|node| node.queued).count();
        let mut listed = 0;
        for (level, queue) in self.levels.iter().enumerate() {
            if queue.is_empty() != (self.filled & 1 << level == 0) {
                return Err("the bitmap of the scheduler disagrees with a queue");
            }
            listed += queue.check(&self.nodes)?;
        }
        listed += self.weights.check(&self.nodes)?;
        if matches!(self.policy, Policy::Beatty | Policy::Weights) {
            let turn = if has_turn == 0 { 0 } else { u64::from(self.weight(has_turn)) };
            let queued = (0..self.nodes.len() as u32)
                .filter(|&id| self.queued(id))
                .map(|id| u64::from(self.weight(id)))
                .sum::<u64>();
            if self.weights.total() != queued + turn {
                return Err("the sum of the weights is wrong");
            }
        }
        if listed == flagged && listed == self.queued as usize {
            Ok(())
        } else {
            Err("a queued process isn't in a queue")
        }
    }
}
