//! Describes the objects of the heap that are Rust values: what tasks wait on, JSON, maps, sets, and handles of various kinds.

use std::collections::VecDeque;

use raya_facts::TypeId;
use raya_heap::layout::WORD;
use raya_heap::{Boxed, Marker};

use crate::any::Any;
use crate::collections::{Map, Set};
use crate::tasks::{Task, TaskHandle, TaskId};
use crate::value::Value;

/// An object whose layout no code knows: only the functions of its own ops look inside.
#[derive(Debug, Clone)]
pub enum Opaque {
    /// A handle of a task.
    Task(TaskHandle),
    /// A lock.
    Mutex(Mutex),
    /// A counter that tasks wait for.
    Semaphore(Semaphore),
    /// A queue between tasks.
    Channel(Channel),
    /// A JSON array or object.
    Json(Json),
    /// A map from keys to values.
    Map(Map),
    /// A set of values.
    Set(Set),
    /// A type as a value.
    TypeInfo(TypeId),
    /// An imported module, by its position among the imports.
    Namespace(u32),
}

/// A lock. Who waits for it stands in [`Line::Take`](crate::tasks::Line::Take).
#[derive(Debug, Clone, Default)]
pub struct Mutex {
    /// Who holds it, and how many that task had locked before.
    pub owner: Option<(TaskId, u64)>,
}

/// A counter. Who waits for permits stands in [`Line::Take`](crate::tasks::Line::Take).
#[derive(Debug, Clone, Default)]
pub struct Semaphore {
    /// How many can be acquired now.
    pub permits: i32,
}

/// A queue between tasks. Who waits to receive stands in [`Line::Take`](crate::tasks::Line::Take), who waits to send in
/// [`Line::Send`](crate::tasks::Line::Send) with its value.
#[derive(Debug, Clone)]
pub struct Channel {
    /// The type of what it carries.
    pub element: TypeId,
    /// How many values it holds before a sender waits.
    pub capacity: usize,
    /// What was sent and not yet received.
    pub queue: VecDeque<Value>,
    /// Whether nothing can be sent any more.
    pub closed: bool,
}

/// A JSON array or object. The other JSON values need no object of their own: they are null, truth values, numbers and strings.
#[derive(Debug, Clone)]
pub enum Json {
    /// A list of JSON values.
    Array(Vec<Any>),
    /// Named JSON values in the order of the text; no name twice.
    Object(Vec<(Box<str>, Any)>),
}

impl Opaque {
    /// What it is, for messages: `a mutex`.
    pub fn kind(&self) -> &'static str {
        match self {
            Opaque::Task(_) => "a task",
            Opaque::Mutex(_) => "a mutex",
            Opaque::Semaphore(_) => "a semaphore",
            Opaque::Channel(_) => "a channel",
            Opaque::Json(_) => "a JSON array or object",
            Opaque::Map(_) => "a map",
            Opaque::Set(_) => "a set",
            Opaque::TypeInfo(_) => "a type",
            Opaque::Namespace(_) => "a module",
        }
    }
}

impl Boxed for Opaque {
    /// Tasks are no objects: whoever keeps them marks what they hold.
    fn trace(&self, marker: &mut Marker) {
        match self {
            Opaque::Channel(channel) => {
                for value in &channel.queue {
                    marker.mark_value(*value);
                }
            }
            Opaque::Json(Json::Array(items)) => {
                for item in items {
                    marker.mark_any(*item);
                }
            }
            Opaque::Json(Json::Object(members)) => {
                for (_, value) in members {
                    marker.mark_any(*value);
                }
            }
            Opaque::Map(map) => map.trace(marker),
            Opaque::Set(set) => set.trace(marker),
            Opaque::Task(_) | Opaque::Mutex(_) | Opaque::Semaphore(_) | Opaque::TypeInfo(_) | Opaque::Namespace(_) => {}
        }
    }

    fn bytes(&self) -> usize {
        match self {
            // The room for what it carries is accounted from the start, so that sending never fails for want of memory.
            Opaque::Channel(channel) => (channel.capacity + 4) * WORD,
            Opaque::Mutex(_) | Opaque::Semaphore(_) => 4 * WORD,
            Opaque::Json(Json::Array(items)) => items.len() * WORD,
            Opaque::Json(Json::Object(members)) => members.iter().map(|(name, _)| name.len() + 2 * WORD).sum(),
            Opaque::Map(map) => map.bytes(),
            Opaque::Set(set) => set.bytes(),
            // What is known of a task outlives it as long as its handle.
            Opaque::Task(_) => size_of::<Task>(),
            Opaque::TypeInfo(_) | Opaque::Namespace(_) => WORD,
        }
    }
}
