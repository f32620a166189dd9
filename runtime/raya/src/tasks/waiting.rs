//! Keeps who waits for what, so that a task that waits costs nothing until it can go on.
//!
//! A task that waits stands in a line and gets no turns. Every line is in the order of arrival: whoever stands first is served first, and
//! a task that comes later can't overtake it. Whoever makes it possible to go on wakes the first of the line, which gets a turn behind
//! the tasks that have one already, tries its instruction again, and leaves the line when that succeeds. Nothing is handed over before:
//! if it is asked to stop meanwhile, there is nothing to take back, and the next in the line is woken instead.
//!
//! Standing, leaving and waking take the same few steps however many wait. A task is its own link of the line, so that waiting needs no memory.

use std::collections::{BTreeMap, BTreeSet};

use raya_heap::Marker;

use super::{TaskId, Tasks};
use crate::value::Ref;

/// What tasks stand in line for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// To lock a mutex, to acquire permits of a semaphore, or to receive from a channel.
    Take(Ref),
    /// To send to a channel.
    Send(Ref),
    /// For the end of a task.
    End(TaskId),
}

/// Where a task stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    line: Line,
    before: Option<TaskId>,
    behind: Option<TaskId>,
}

/// Both ends of a line in which somebody stands.
#[derive(Debug, Clone, Copy)]
struct Ends {
    first: TaskId,
    last: TaskId,
}

/// All tasks that wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// The lines in which somebody stands.
    lines: BTreeMap<Line, Ends>,
    /// Those that sleep, by the time at which they wake and then in the order in which they fell asleep.
    sleepers: BTreeSet<(u64, u64, TaskId)>,
    /// How many ever fell asleep.
    naps: u64,
}

impl Place {
    /// Marks the object that the line is for.
    pub(super) fn roots(&self, marker: &mut Marker) {
        match self.line {
            Line::Take(object) | Line::Send(object) => marker.mark(object),
            Line::End(_) => {}
        }
    }
}

impl Tasks {
    /// Who stands first in a line.
    pub fn first_in(&self, line: Line) -> Option<TaskId> {
        self.waiting.lines.get(&line).map(|ends| ends.first)
    }

    /// Whether the task that runs would be served now: it stands first in a line, or nobody stands there.
    pub fn is_served(&self, line: Line) -> bool {
        self.first_in(line).is_none_or(|first| first == self.current())
    }

    /// Whether the task that runs stands in a line.
    pub fn stands_in(&self, line: Line) -> bool {
        let running = self.get(self.current());
        running.and_then(|task| task.place).is_some_and(|place| place.line == line)
    }

    /// Puts the task that runs at the end of a line, unless it stands there already.
    pub fn stand_in(&mut self, line: Line) {
        if self.stands_in(line) {
            return;
        }
        let id = self.current();
        self.leave_line(id);
        let last = self.waiting.lines.get(&line).map(|ends| ends.last);
        let Some(task) = self.get_mut(id) else { return };
        task.place = Some(Place {
            line,
            before: last,
            behind: None,
        });
        if let Some(place) = last.and_then(|last| self.place_of(last)) {
            place.behind = Some(id);
        }
        let ends = self.waiting.lines.entry(line).or_insert(Ends { first: id, last: id });
        ends.last = id;
    }

    /// Takes a task out of the line in which it stands. Gives that line if it stood first there.
    pub fn leave_line(&mut self, id: TaskId) -> Option<Line> {
        let Place { line, before, behind } = self.get_mut(id)?.place.take()?;
        if let Some(place) = before.and_then(|before| self.place_of(before)) {
            place.behind = behind;
        }
        if let Some(place) = behind.and_then(|behind| self.place_of(behind)) {
            place.before = before;
        }
        match (before, behind, self.waiting.lines.get_mut(&line)) {
            (None, None, _) => drop(self.waiting.lines.remove(&line)),
            (None, Some(behind), Some(ends)) => ends.first = behind,
            (Some(before), None, Some(ends)) => ends.last = before,
            _ => {}
        }
        before.is_none().then_some(line)
    }

    /// Takes the task that runs out of the line in which it stands: it was served.
    pub fn served(&mut self) {
        self.leave_line(self.current());
    }

    /// Gives the first of a line a turn.
    pub fn wake_first(&mut self, line: Line) {
        if let Some(first) = self.first_in(line) {
            self.unpark(first, true);
        }
    }

    /// Gives everyone in a line a turn, in the order of the line.
    pub fn wake_all(&mut self, line: Line) {
        let mut next = self.first_in(line);
        while let Some(id) = next {
            self.unpark(id, true);
            next = self.place_of(id).and_then(|place| place.behind);
        }
    }

    /// Ends a line and gives everyone in it a turn, in its order.
    pub(super) fn dissolve(&mut self, line: Line) {
        while let Some(id) = self.first_in(line) {
            self.leave_line(id);
            self.unpark(id, true);
        }
    }

    /// Notes that a task sleeps. It is given back when the clock shows that time, or by [`rouse`](Tasks::rouse).
    pub(super) fn sleep_until(&mut self, id: TaskId, wake: u64) {
        let nap = self.waiting.naps;
        self.waiting.naps += 1;
        if let Some(task) = self.get_mut(id) {
            task.nap = Some((wake, nap));
            self.waiting.sleepers.insert((wake, nap, id));
        }
    }

    /// Takes a task out of those that sleep.
    pub(super) fn rouse(&mut self, id: TaskId) {
        if let Some((wake, nap)) = self.get_mut(id).and_then(|task| task.nap.take()) {
            self.waiting.sleepers.remove(&(wake, nap, id));
        }
    }

    /// Lets time pass until the first of those that sleep wakes, and gives all that wake then their turns, in the order in which they fell
    /// asleep. Says whether anyone does.
    pub(crate) fn pass_time(&mut self) -> bool {
        let Some((wake, ..)) = self.waiting.sleepers.first() else {
            return false;
        };
        self.clock = self.clock.max(*wake);
        while let Some((wake, _, id)) = self.waiting.sleepers.first().copied()
            && wake <= self.clock
        {
            self.unpark(id, true);
        }
        true
    }

    fn place_of(&mut self, id: TaskId) -> Option<&mut Place> {
        self.get_mut(id)?.place.as_mut()
    }
}
