//! Stops all contexts of a process at their safepoints, so that one thread can look at them, and lets them go on.
//!
//! A context takes part once it is registered. Its engine looks at [`Context::wants_pause`] at safepoints and calls [`Context::pause`]
//! there. A context that runs nothing counts as stopped; one that begins to run while the others are stopped waits first.
//!
//! What is counted is threads, not contexts: a native function may run a program in a second context, and when that one stops, the thread
//! stops, and with it the first.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};

use crate::context::Context;
use crate::native_context::NativeContext;
use crate::statistics::Statistics;

/// Stops the contexts that are registered with it. Clones are the same coordinator.
#[derive(Debug, Clone, Default)]
pub struct Coordinator {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Whether contexts are asked to stop: what engines look at, without the lock.
    stops: AtomicBool,
    world: Mutex<World>,
    /// Whatever in the world changed.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct World {
    /// The thread for which all others stop.
    stopper: Option<ThreadId>,
    /// The threads that run contexts, each with how many calls from the host are under way in it.
    running: HashMap<ThreadId, usize>,
    members: Vec<Weak<Member>>,
}

/// What is known of a registered context without touching it.
#[derive(Debug)]
struct Member {
    name: String,
    statistics: Mutex<Statistics>,
    wants_collection: AtomicBool,
}

/// A context's side of its registration.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    shared: Arc<Shared>,
    member: Arc<Member>,
}

/// All registered contexts while they are stopped.
#[derive(Debug)]
pub struct Stopped {
    members: Vec<Arc<Member>>,
}

/// A registered context that is stopped.
#[derive(Debug, Clone, Copy)]
pub struct StoppedContext<'a>(&'a Member);

impl Coordinator {
    /// A coordinator without contexts.
    pub fn new() -> Coordinator {
        Coordinator::default()
    }

    /// Makes a context stop with the others from now on, under a name for whoever looks at them. A context has one coordinator: it leaves
    /// the one that it had. It leaves, too, when it is dropped.
    pub fn register(&self, context: &mut NativeContext<'_>, name: impl Into<String>) {
        let member = Arc::new(Member {
            name: name.into(),
            statistics: Mutex::new(context.statistics()),
            wants_collection: AtomicBool::new(false),
        });
        let mut world = self.shared.lock();
        world.members.retain(|member| member.strong_count() > 0);
        world.members.push(Arc::downgrade(&member));
        drop(world);
        context.inner().registration = Some(Registration {
            shared: self.shared.clone(),
            member,
        });
    }

    /// Waits until every registered context is stopped, runs `inspect`, and lets them go on, even when `inspect` panics.
    ///
    /// A thread that runs a context itself, in a native function, may stop the others, too; its own context counts as stopped. Several
    /// threads that want to stop all others do so one after the other.
    pub fn stop<R>(&self, inspect: impl FnOnce(&Stopped) -> R) -> R {
        let me = thread::current().id();
        let shared = &*self.shared;
        let mut world = shared.lock();
        if world.stopper == Some(me) {
            // Within another call of this function.
            let stopped = world.stopped();
            drop(world);
            return inspect(&stopped);
        }
        // While it waits, this thread is stopped itself, so that two that want to stop each other don't wait for each other.
        let depth = world.running.remove(&me);
        shared.changed.notify_all();
        world = shared.wait_while(world, |world| world.stopper.is_some());
        world.stopper = Some(me);
        shared.stops.store(true, Ordering::Relaxed);
        let release = Release {
            shared,
            thread: me,
            depth,
        };
        world = shared.wait_while(world, |world| !world.running.is_empty());
        let stopped = world.stopped();
        drop(world);
        let result = inspect(&stopped);
        drop(release);
        result
    }
}

/// Lets the others go on.
struct Release<'a> {
    shared: &'a Shared,
    thread: ThreadId,
    /// How many calls were under way in the thread that stopped the others.
    depth: Option<usize>,
}

impl Drop for Release<'_> {
    fn drop(&mut self) {
        let mut world = self.shared.lock();
        world.stopper = None;
        self.shared.stops.store(false, Ordering::Relaxed);
        self.shared.changed.notify_all();
        if let Some(depth) = self.depth {
            // Another thread may have been waiting to stop this one.
            let mut world = self.shared.wait_while(world, |world| world.stopper.is_some());
            world.running.insert(self.thread, depth);
        }
    }
}

impl Shared {
    /// A panic while the lock was held left nothing half done: whatever is done under it is one step.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'a>(&self, world: MutexGuard<'a, World>, condition: impl Fn(&World) -> bool) -> MutexGuard<'a, World> {
        let waited = self.changed.wait_while(world, |world| condition(world));
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn stopped(&self) -> Stopped {
        Stopped {
            members: self.members.iter().filter_map(Weak::upgrade).collect(),
        }
    }

    /// Whether a thread has to wait before it may run a context.
    fn is_closed_to(&self, thread: ThreadId) -> bool {
        self.stopper.is_some_and(|stopper| stopper != thread)
    }
}

/// Says that a thread runs a context, until it is dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    shared: Arc<Shared>,
    thread: ThreadId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut world = self.shared.lock();
        if let Some(depth) = world.running.get_mut(&self.thread) {
            *depth = depth.saturating_sub(1);
            if *depth == 0 {
                world.running.remove(&self.thread);
                self.shared.changed.notify_all();
            }
        }
    }
}

impl Registration {
    /// Says that this thread runs the context, once nothing is stopped.
    pub(crate) fn enter(&self) -> Entered {
        let thread = thread::current().id();
        let mut world = self.shared.lock();
        // A thread that runs another context already is counted; it stops at the first safepoint.
        if !world.running.contains_key(&thread) {
            world = self.shared.wait_while(world, |world| world.is_closed_to(thread));
        }
        *world.running.entry(thread).or_insert(0) += 1;
        drop(world);
        Entered {
            shared: self.shared.clone(),
            thread,
        }
    }

    /// Shows what the context used.
    pub(crate) fn publish(&self, statistics: Statistics) {
        self.member.publish(statistics);
    }

    /// Whether the contexts are asked to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.shared.stops.load(Ordering::Relaxed)
    }

    /// Stops until the contexts may go on.
    pub(crate) fn pause(&self, statistics: Statistics) {
        let me = thread::current().id();
        self.member.publish(statistics);
        let mut world = self.shared.lock();
        if !world.is_closed_to(me) {
            return;
        }
        let depth = world.running.remove(&me);
        self.shared.changed.notify_all();
        world = self.shared.wait_while(world, |world| world.is_closed_to(me));
        if let Some(depth) = depth {
            world.running.insert(me, depth);
        }
    }

    /// Takes the request to collect.
    fn take_collection_request(&self) -> bool {
        // Looked at where nothing was asked for, far more often than not.
        self.member.wants_collection.load(Ordering::Relaxed) && self.member.wants_collection.swap(false, Ordering::Relaxed)
    }
}

impl Member {
    fn publish(&self, statistics: Statistics) {
        *self.statistics.lock().unwrap_or_else(PoisonError::into_inner) = statistics;
    }
}

impl Stopped {
    /// The registered contexts, in the order in which they were registered.
    pub fn contexts(&self) -> impl ExactSizeIterator<Item = StoppedContext<'_>> {
        self.members.iter().map(|member| StoppedContext(member))
    }
}

impl<'a> StoppedContext<'a> {
    /// The name under which it was registered.
    pub fn name(&self) -> &'a str {
        &self.0.name
    }

    /// What it used up to where it stopped.
    pub fn statistics(&self) -> Statistics {
        self.0.statistics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes it collect at its next safepoint: when it goes on, or with its next call.
    pub fn request_collection(&self) {
        self.0.wants_collection.store(true, Ordering::Relaxed);
    }
}

impl Context {
    /// Whether a [`Coordinator`] waits for the context. Engines ask at safepoints, where all that runs is in frames.
    pub fn wants_pause(&self) -> bool {
        self.registration.as_ref().is_some_and(Registration::is_interrupted)
    }

    /// Whether to collect at this safepoint: the heap asks for it, or whoever stopped the contexts.
    pub fn wants_collection(&self) -> bool {
        self.heap.wants_collection() || self.registration.as_ref().is_some_and(Registration::take_collection_request)
    }

    /// Stops until the coordinator lets the contexts go on.
    pub fn pause(&mut self) {
        if let Some(registration) = &self.registration {
            registration.pause(self.statistics());
        }
    }
}
