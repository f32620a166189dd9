//! Scheduling by weights, with the law that after every k decisions each count is within one of k times its share.
//!
//! The n-th turn of a process of weight w begins at n/w in virtual time and ends at (n + 1)/w; virtual time advances by one by the sum of
//! the weights with each decision. Of the turns that have begun, the one that ends first is chosen. Begun turns alone keep a process from
//! being more than one ahead, and earliest end first keeps it from being more than one behind: unit jobs with such windows can always be
//! met, and that order meets whatever can be met.
//!
//! Processes of the same weight form a *class*. Within it, the order of the queue is that of both beginnings and ends, so that only the
//! first of each class has to be looked at: a decision costs as much as there are different weights, not processes.
//!
//! Times are integers in units of 2^-40 with the exact remainder beside. Two different times n/w and k/W differ by at least 1/(w·W), which is
//! more than a unit for weights up to 1,000 and 16,384 processes, and equal ones are equal after rounding down; so that comparing the
//! integers alone is exact.

use exo_facts::limits;

use super::Node;
use super::queue::Queue;
use crate::rows::Rows;

/// Different weights that can be in use at once.
const CLASSES: usize = 16;

/// A unit of weight in virtual time.
const UNIT: u64 = 1 << 40;

const _: () = assert!(limits::WEIGHT * limits::WEIGHT * limits::PROCESSES < UNIT);

/// The processes of one weight.
#[derive(Clone, Copy)]
struct Class {
    queue: Queue,
    /// Beginning and end of the turn of the first in the queue.
    start: u64,
    end: u64,
    /// The length of a turn, and its fraction in units of one by the weight.
    length: u64,
    fraction: u32,
    weight: u32,
    /// Processes that have this weight, ready or not. Weight 1 isn't counted: its class is always there.
    members: u32,
}

/// The queue by weights.
pub struct Weights {
    classes: [Class; CLASSES],
    /// Bit n: the queue of class n isn't empty.
    filled: u32,
    /// Bit n: class n has members. That of weight 1 isn't among them.
    used: u32,
    /// Virtual time; the fraction is in units of one by the sum of the weights.
    time: u64,
    fraction: u64,
    /// The sum of the weights of all that are queued or have the turn.
    total: u64,
    /// What a decision adds to the time.
    step: u64,
    step_fraction: u64,
}

/// Whether a time is before another. Times wrap.
#[inline(always)]
fn before(one: u64, other: u64) -> bool {
    (one.wrapping_sub(other) as i64) < 0
}

impl Weights {
    /// The class that new processes are in.
    pub const CLASS_OF_ONE: u8 = 0;

    pub fn new() -> Weights {
        let class = Class {
            queue: Queue::EMPTY,
            start: 0,
            end: 0,
            length: UNIT,
            fraction: 0,
            weight: 1,
            members: 0,
        };
        Weights {
            classes: [class; CLASSES],
            filled: 0,
            used: 0,
            time: 0,
            fraction: 0,
            total: 0,
            step: 0,
            step_fraction: 0,
        }
    }

    /// Virtual time.
    pub fn now(&self) -> u64 {
        self.time
    }

    /// The sum of the weights of all that are queued or have the turn.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The weight of a class.
    pub fn weight(&self, class: u8) -> u32 {
        self.classes[usize::from(class)].weight
    }

    /// The class of a weight, which has one member more now. `None` if too many different weights are in use.
    #[inline]
    pub fn join_class(&mut self, weight: u32) -> Option<u8> {
        if weight == 1 {
            return Some(Self::CLASS_OF_ONE);
        }
        let mut rest = self.used;
        while rest != 0 {
            let number = rest.trailing_zeros() as usize % CLASSES;
            if self.classes[number].weight == weight {
                self.classes[number].members += 1;
                return Some(number as u8);
            }
            rest &= rest - 1;
        }
        self.open_class(weight)
    }

    /// A class for a weight that none has, with its first member.
    fn open_class(&mut self, weight: u32) -> Option<u8> {
        let number = (!self.used & !1).trailing_zeros() as usize;
        let class = self.classes.get_mut(number)?;
        self.used |= 1 << number;
        class.weight = weight;
        class.members = 1;
        class.length = UNIT / u64::from(weight);
        class.fraction = (UNIT % u64::from(weight)) as u32;
        Some(number as u8)
    }

    /// A class has one member less.
    #[inline]
    pub fn leave_class(&mut self, class: u8) {
        if class != Self::CLASS_OF_ONE {
            let number = usize::from(class) % CLASSES;
            self.classes[number].members -= 1;
            if self.classes[number].members == 0 {
                self.used &= !(1 << number);
            }
        }
    }

    /// A process of a class is ready from now on.
    pub fn enter(&mut self, class: u8) {
        self.set_total(self.total + u64::from(self.weight(class)));
    }

    /// A process of a class isn't ready any more.
    pub fn leave(&mut self, class: u8) {
        self.set_total(self.total - u64::from(self.weight(class)));
    }

    fn set_total(&mut self, total: u64) {
        self.total = total;
        self.fraction = 0;
        self.step = UNIT.checked_div(total).unwrap_or(0);
        self.step_fraction = UNIT.checked_rem(total).unwrap_or(0);
    }

    /// Queues a process that wasn't ready: behind its class, and with no claim on turns that it has slept through.
    pub fn push_new(&mut self, nodes: &mut Rows<Node>, id: u32) {
        let class = &self.classes[usize::from(nodes[id as usize].class)];
        let mut earliest = self.time;
        if !class.queue.is_empty() {
            let last = nodes[class.queue.last() as usize].start;
            earliest = if before(last, earliest) { earliest } else { last };
        }
        let node = &mut nodes[id as usize];
        // A turn that is still to come keeps its beginning. One further ahead than a turn is long is from long ago, when times have wrapped.
        let ahead = node.start.wrapping_sub(self.time);
        if before(node.start, earliest) || ahead > class.length + 1 {
            node.start = earliest;
            node.fraction = 0;
        }
        self.push(nodes, id);
    }

    /// Queues a process whose turn is over.
    #[inline]
    pub fn push_again(&mut self, nodes: &mut Rows<Node>, id: u32) {
        self.advance(&mut nodes[id as usize]);
        self.push(nodes, id);
    }

    /// The turn of a process is over: its next one begins where that ended.
    #[inline]
    pub fn advance(&self, node: &mut Node) {
        let class = &self.classes[usize::from(node.class)];
        node.fraction += class.fraction;
        let carry = node.fraction >= class.weight;
        node.fraction -= if carry { class.weight } else { 0 };
        node.start = node.start.wrapping_add(class.length + u64::from(carry));
    }

    #[inline]
    fn push(&mut self, nodes: &mut Rows<Node>, id: u32) {
        let number = nodes[id as usize].class;
        let class = &mut self.classes[usize::from(number)];
        // The order of the queue is that of the beginnings. Only where the set has changed can one want to stand further in front.
        let last = nodes[class.queue.last() as usize];
        if !class.queue.is_empty() && before(nodes[id as usize].start, last.start) {
            nodes[id as usize].start = last.start;
            nodes[id as usize].fraction = last.fraction;
        }
        class.queue.push(nodes, id);
        if class.queue.first() == id {
            self.filled |= 1 << number;
            class.look_at_first(nodes);
        }
    }

    /// Takes a process out of the queue, wherever it stands.
    pub fn remove(&mut self, nodes: &mut Rows<Node>, id: u32) {
        let number = nodes[id as usize].class;
        let class = &mut self.classes[usize::from(number)];
        class.queue.remove(nodes, id);
        if class.queue.is_empty() {
            self.filled &= !(1 << number);
        } else {
            class.look_at_first(nodes);
        }
    }

    /// The decision.
    #[inline]
    pub fn pick(&mut self, nodes: &mut Rows<Node>) -> Option<u32> {
        if self.filled == 0 {
            return None;
        }
        self.advance_time();
        let (mut best, mut best_end) = (CLASSES, 0);
        let mut rest = self.filled;
        while rest != 0 {
            let number = rest.trailing_zeros() as usize % CLASSES;
            rest &= rest - 1;
            let class = &self.classes[number];
            if before(class.start, self.time) && (best == CLASSES || before(class.end, best_end)) {
                (best, best_end) = (number, class.end);
            }
        }
        if best == CLASSES {
            best = self.earliest_start();
        }
        let class = &mut self.classes[best];
        let id = class.queue.pop(nodes);
        if class.queue.is_empty() {
            self.filled &= !(1 << best);
        } else {
            class.look_at_first(nodes);
        }
        Some(id)
    }

    /// Takes out a process that something else has chosen.
    pub fn take(&mut self, nodes: &mut Rows<Node>, id: u32) {
        self.advance_time();
        self.remove(nodes, id);
    }

    /// The two that are queued, when two are.
    pub fn two(&self, nodes: &Rows<Node>) -> (u32, u32) {
        let first = self.filled.trailing_zeros() as usize % CLASSES;
        let one = self.classes[first].queue.first();
        let other = match self.classes[first].queue.behind(nodes, one) {
            0 => {
                let rest = self.filled & (self.filled - 1);
                self.classes[rest.trailing_zeros() as usize % CLASSES].queue.first()
            }
            other => other,
        };
        (one, other)
    }

    #[inline]
    fn advance_time(&mut self) {
        self.time = self.time.wrapping_add(self.step);
        self.fraction += self.step_fraction;
        if self.fraction >= self.total {
            self.fraction -= self.total;
            self.time = self.time.wrapping_add(1);
        }
    }

    /// Where no turn has begun: after others have left with turns that they hadn't had.
    #[cold]
    fn earliest_start(&self) -> usize {
        let mut best = self.filled.trailing_zeros() as usize % CLASSES;
        let mut rest = self.filled & self.filled.wrapping_sub(1);
        while rest != 0 {
            let number = rest.trailing_zeros() as usize % CLASSES;
            rest &= rest - 1;
            if before(self.classes[number].start, self.classes[best].start) {
                best = number;
            }
        }
        best
    }

    /// Processes queued, after a check of the queues.
    pub fn check(&self, nodes: &Rows<Node>) -> Result<usize, &'static str> {
        let mut sum = 0;
        for (number, class) in self.classes.iter().enumerate() {
            if (class.members == 0) != (self.used & 1 << number == 0) {
                return Err("the bitmap of the weights in use disagrees with their members");
            }
            if class.queue.is_empty() != (self.filled & 1 << number == 0) {
                return Err("the bitmap of the weights disagrees with a queue");
            }
            sum += class.queue.check(nodes)?;
            let mut id = class.queue.first();
            while id != 0 {
                let next = class.queue.behind(nodes, id);
                if usize::from(nodes[id as usize].class) != number {
                    return Err("a process is queued in the class of another weight");
                }
                if next != 0 && before(nodes[next as usize].start, nodes[id as usize].start) {
                    return Err("the queue of a weight is out of order");
                }
                id = next;
            }
        }
        Ok(sum)
    }
}

impl Class {
    #[inline]
    fn look_at_first(&mut self, nodes: &Rows<Node>) {
        let node = &nodes[self.queue.first() as usize];
        self.start = node.start;
        self.end = node
            .start
            .wrapping_add(self.length + u64::from(node.fraction + self.fraction >= self.weight));
    }
}
