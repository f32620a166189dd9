//! Keeps the tasks of a program: who runs, who waits, who is done. The engine keeps their frames.

mod waiting;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use raya_facts::{FunctionId, TypeId};
use raya_heap::Marker;

use crate::trap::Raised;
use crate::value::{Ref, Value};

pub use waiting::Line;
use waiting::{Place, Waiting};

/// A task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

/// What keeps the record of a task: its result, or how it failed, can be asked for as long as a handle exists.
#[derive(Debug, Clone)]
pub struct TaskHandle {
    /// Which task.
    pub id: TaskId,
    /// Which one it was of all that were started, from 0. Unlike its id no other task ever has the same.
    pub number: u64,
    /// Shared by all handles of the task and its record.
    references: Arc<()>,
}

/// What a task begins with.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The function that it runs.
    pub function: FunctionId,
    /// Its arguments.
    pub arguments: Vec<Value>,
    /// The closure that it runs for; null for a plain function.
    pub closure: Ref,
    /// The task that must be done before; its result becomes the last argument.
    pub after: Option<TaskHandle>,
}

/// How far a task is.
#[derive(Debug, Clone)]
pub enum State {
    /// Not begun.
    New(Entry),
    /// Under way.
    Running,
    /// Returned this.
    Done(Value),
    /// Ended with an exception.
    Failed(Raised),
}

impl Entry {
    /// Marks what it refers to.
    pub fn roots(&self, marker: &mut Marker) {
        for value in &self.arguments {
            marker.mark_value(*value);
        }
        marker.mark(self.closure);
    }
}

/// What is known of a task.
#[derive(Debug, Clone)]
pub struct Task {
    /// How far it is.
    pub state: State,
    /// The type of what it returns.
    pub result: TypeId,
    /// The mutexes that it holds, by how many it had locked before.
    pub held: BTreeMap<u64, Ref>,
    /// How many mutexes it ever locked: handlers remember it, and unwinding releases what was locked later.
    pub locks: u64,
    /// When it wants to go on, in milliseconds of the virtual clock.
    pub wake: Option<u64>,
    /// Whether it gave up its turn in the instruction that it is at.
    pub yielded: bool,
    /// What it sends to a channel, while it waits until there is room for it.
    pub offer: Option<Value>,
    /// Whether that found room since, so that the task can go on.
    pub sent: bool,
    /// How many tasks at the start of an array that it waits for are done, as it found out at its last turn.
    pub seen: usize,
    /// Where it stands in line.
    place: Option<Place>,
    /// By what it is found among those that sleep.
    nap: Option<(u64, u64)>,
    /// Whether it gets no turn before somebody wakes it.
    parked: bool,
    /// Whether it was asked to stop and has not noticed yet.
    pub cancelled: bool,
    /// Whether another task was given its result or failure.
    pub observed: bool,
    /// The exception that a handler was given last, so that raising it again keeps its trace.
    pub caught: Option<Raised>,
    references: Arc<()>,
}

impl Task {
    /// Whether it will do nothing more.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done(_) | State::Failed(_))
    }

    /// Whether it failed, other than by being asked to stop, and nobody was told.
    pub fn is_unhandled(&self) -> bool {
        match &self.state {
            State::Failed(raised) => !self.observed && !raised.is_cancelled(),
            _ => false,
        }
    }

    /// Whether it is done and has no handle.
    fn is_unreferenced(&self) -> bool {
        self.is_done() && Arc::strong_count(&self.references) == 1
    }
}

/// All tasks of a program and the virtual clock.
///
/// A task that is done is forgotten once nothing refers to it: its id is used again.
#[derive(Debug, Default)]
pub struct Tasks {
    /// By id.
    tasks: Vec<Option<Task>>,
    /// Ids that no task has.
    free: Vec<TaskId>,
    started: u64,
    current: u32,
    live: u32,
    /// Tasks that are not done, in the order of their turns, without the one whose turn it is and those that somebody has to wake.
    pub(crate) queue: VecDeque<TaskId>,
    /// How many somebody has to wake.
    pub(crate) parked: usize,
    waiting: Waiting,
    /// Turns that were given.
    pub(crate) turns: u64,
    /// Milliseconds since the program began. Only waiting makes them pass: the machine advances the clock when every task waits.
    pub clock: u64,
}

/// Failures that nobody asked for and that are kept for [`Machine::unhandled`](crate::Machine::unhandled). Further ones are forgotten as
/// soon as nothing refers to their tasks.
const MOST_UNHANDLED: usize = 100;

impl Tasks {
    /// The handle of the task that is added next.
    pub fn next_handle(&self) -> TaskHandle {
        let end = || TaskId(u32::try_from(self.tasks.len()).unwrap_or(u32::MAX));
        TaskHandle {
            id: self.free.last().copied().unwrap_or_else(end),
            number: self.started,
            references: Arc::default(),
        }
    }

    /// Adds a task that begins with `entry` when its turn comes. `handle` is the [`next_handle`](Tasks::next_handle).
    pub fn add(&mut self, handle: &TaskHandle, entry: Entry, result: TypeId) {
        let task = Some(Task {
            state: State::New(entry),
            result,
            held: BTreeMap::new(),
            locks: 0,
            wake: None,
            yielded: false,
            offer: None,
            sent: false,
            seen: 0,
            place: None,
            nap: None,
            parked: false,
            cancelled: false,
            observed: false,
            caught: None,
            references: handle.references.clone(),
        });
        match self.free.pop().and_then(|id| self.tasks.get_mut(id.0 as usize)) {
            Some(place) => *place = task,
            None => self.tasks.push(task),
        }
        self.queue.push_back(handle.id);
        self.started += 1;
        self.live += 1;
    }

    /// Forgets the tasks that are done and to which nothing refers, apart from a few failures that somebody should hear of.
    pub(crate) fn forget_unreferenced(&mut self) {
        let mut unhandled = 0;
        for (id, place) in (0..).map(TaskId).zip(&mut self.tasks) {
            let Some(task) = place.as_ref().filter(|task| task.is_unreferenced()) else {
                continue;
            };
            if task.is_unhandled() {
                unhandled += 1;
                if unhandled <= MOST_UNHANDLED {
                    continue;
                }
            }
            *place = None;
            self.free.push(id);
        }
    }

    /// Forgets a task that is done, if nothing refers to it.
    pub(crate) fn forget(&mut self, id: TaskId) {
        if let Some(place) = self.tasks.get_mut(id.0 as usize)
            && place.as_ref().is_some_and(Task::is_unreferenced)
        {
            *place = None;
            self.free.push(id);
        }
    }

    /// The task that runs.
    pub fn current(&self) -> TaskId {
        TaskId(self.current)
    }

    /// Says which task runs.
    pub(crate) fn set_current(&mut self, id: TaskId) {
        self.current = id.0;
    }

    /// How many tasks were ever started.
    pub fn started(&self) -> u64 {
        self.started
    }

    /// How many tasks are not done.
    pub fn live(&self) -> u32 {
        self.live
    }

    /// How many tasks there are, those included that are done and that something refers to.
    pub fn known(&self) -> usize {
        self.iter().count()
    }

    /// Those tasks.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().flatten()
    }

    /// A task by its id.
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(id.0 as usize)?.as_ref()
    }

    /// A task by its id, to change it.
    pub fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.tasks.get_mut(id.0 as usize)?.as_mut()
    }

    /// The task that runs, to change it.
    pub fn running(&mut self) -> Option<&mut Task> {
        self.get_mut(self.current())
    }

    /// Ends a task. Those that waited for it get their turns again, in the order in which they began to wait.
    pub(crate) fn end(&mut self, id: TaskId, state: State) {
        self.unpark(id, false);
        if let Some(task) = self.get_mut(id)
            && !task.is_done()
        {
            task.state = state;
            task.wake = None;
            task.caught = None;
            self.live = self.live.saturating_sub(1);
            self.dissolve(Line::End(id));
        }
    }

    /// Gives a task that waits no turn any more until somebody wakes it. Says whether anybody will: a native function of the host that
    /// waits has to be asked again.
    ///
    /// Whoever asked again at each turn whether it can go on would make tasks that wait for each other take a time that grows with the
    /// square of their number.
    pub(crate) fn park(&mut self, id: TaskId) -> bool {
        let Some(task) = self.get_mut(id) else {
            return false;
        };
        match (&task.place, task.wake) {
            (Some(_), _) => {}
            (None, Some(wake)) => self.sleep_until(id, wake),
            (None, None) => return false,
        }
        if let Some(task) = self.get_mut(id) {
            task.parked = true;
            self.parked += 1;
        }
        true
    }

    /// Takes a task out of those that somebody has to wake; with `queue` it gets turns again.
    pub(crate) fn unpark(&mut self, id: TaskId, queue: bool) {
        self.rouse(id);
        if let Some(task) = self.get_mut(id)
            && std::mem::take(&mut task.parked)
        {
            self.parked -= 1;
            if queue {
                self.queue.push_back(id);
            }
        }
    }

    /// Those that are not done, apart from the one whose turn it is.
    pub(crate) fn take_all(&mut self) -> Vec<TaskId> {
        let mut all: Vec<TaskId> = std::mem::take(&mut self.queue).into();
        let parked = |task: &Option<Task>| task.as_ref().is_some_and(|task| task.parked);
        let places = (0..).map(TaskId).zip(&self.tasks);
        all.extend(places.filter(|(_, task)| parked(task)).map(|(id, _)| id));
        all
    }

    /// Marks what tasks begin with, gave, failed with or offer, and what they hold or wait for. Their frames are the engine's.
    pub fn roots(&self, marker: &mut Marker) {
        for task in self.iter() {
            match &task.state {
                State::New(entry) => entry.roots(marker),
                State::Running => {}
                State::Done(value) => marker.mark_value(*value),
                State::Failed(raised) => raised.roots(marker),
            }
            for mutex in task.held.values() {
                marker.mark(*mutex);
            }
            if let Some(offer) = task.offer {
                marker.mark_value(offer);
            }
            if let Some(place) = &task.place {
                place.roots(marker);
            }
            if let Some(caught) = &task.caught {
                caught.roots(marker);
            }
        }
    }
}
