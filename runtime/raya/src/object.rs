//! Describes what lives in the heap.

use std::collections::VecDeque;

use raya_facts::{ClassId, FunctionId, TypeId};

use crate::any::Any;
use crate::tasks::TaskId;
use crate::value::{Ref, Value};

pub use crate::packed::{Array, Items};

/// An object of the heap.
#[derive(Debug, Clone)]
pub enum Object {
    /// Text in UTF-8; never changes.
    Str(Box<str>),
    /// Elements of one type, packed.
    Array(Array),
    /// A fixed number of values of various types.
    Tuple(Tuple),
    /// An instance of a class.
    Instance(Instance),
    /// A function with values that it captured, or a method with its receiver.
    Closure(Closure),
    /// A captured variable that several closures share.
    Cell(Cell),
    /// A handle of a task.
    Task(TaskId),
    /// A lock.
    Mutex(Mutex),
    /// A counter that tasks wait for.
    Semaphore(Semaphore),
    /// A queue between tasks.
    Channel(Channel),
    /// A JSON array or object.
    Json(Json),
    /// A type as a value.
    TypeInfo(TypeId),
    /// An imported module, by its position among the imports.
    Namespace(u32),
}

/// A tuple.
#[derive(Debug, Clone)]
pub struct Tuple {
    /// Its type.
    pub type_id: TypeId,
    /// Its elements.
    pub items: Vec<Value>,
}

/// An instance of a class.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its class.
    pub class: ClassId,
    /// Its fields, inherited ones first.
    pub fields: Vec<Value>,
}

/// A function value.
#[derive(Debug, Clone)]
pub struct Closure {
    /// What it runs.
    pub function: FunctionId,
    /// The object that becomes its first argument, for a bound method.
    pub receiver: Option<Ref>,
    /// As many as the function declares.
    pub captures: Vec<Value>,
    /// How many of them were given; `close_var` fills the next one.
    pub filled: usize,
}

/// A variable of its own.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The type of its content.
    pub content: TypeId,
    /// Its content.
    pub value: Value,
}

/// A lock, handed over in order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Mutex {
    /// Who holds it.
    pub owner: Option<TaskId>,
    /// Who waits, first come first.
    pub queue: VecDeque<TaskId>,
}

/// A counter that tasks wait for, in order of arrival.
#[derive(Debug, Clone, Default)]
pub struct Semaphore {
    /// How many can be acquired now.
    pub permits: i32,
    /// Who waits, first come first.
    pub queue: VecDeque<TaskId>,
}

/// A queue between tasks.
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
    /// What senders that wait want to put in, first come first.
    pub offers: VecDeque<Offer>,
    /// Who waits to receive, first come first.
    pub receivers: VecDeque<TaskId>,
}

/// A value for which a full channel had no room yet.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Who sends it.
    pub sender: TaskId,
    /// What.
    pub value: Value,
    /// Whether it went into the channel or to a receiver since; the sender can go on.
    pub taken: bool,
}

/// A JSON array or object. The other JSON values need no object of their own: they are null, truth values, numbers and strings.
#[derive(Debug, Clone)]
pub enum Json {
    /// A list of JSON values.
    Array(Vec<Any>),
    /// Named JSON values in the order of the text; no name twice.
    Object(Vec<(Box<str>, Any)>),
}

/// What the header of an object is accounted with.
const HEADER: usize = 16;
/// What a slot is accounted with.
const WORD: usize = 8;

impl Object {
    /// What it is, for messages: `an array`.
    pub fn kind(&self) -> &'static str {
        match self {
            Object::Str(_) => "a string",
            Object::Array(_) => "an array",
            Object::Tuple(_) => "a tuple",
            Object::Instance(_) => "an object",
            Object::Closure(_) => "a function",
            Object::Cell(_) => "a cell",
            Object::Task(_) => "a task",
            Object::Mutex(_) => "a mutex",
            Object::Semaphore(_) => "a semaphore",
            Object::Channel(_) => "a channel",
            Object::Json(_) => "a JSON array or object",
            Object::TypeInfo(_) => "a type",
            Object::Namespace(_) => "a module",
        }
    }

    /// The bytes that it is accounted with: what it takes in the layout that engines use, whatever Rust's own overhead.
    pub fn bytes(&self) -> usize {
        let body = match self {
            Object::Str(text) => text.len(),
            Object::Array(array) => array.items.bytes(),
            Object::Tuple(tuple) => tuple.items.len() * WORD,
            Object::Instance(instance) => instance.fields.len() * WORD,
            Object::Closure(closure) => (closure.captures.len() + 2) * WORD,
            // The room for what it carries is accounted from the start, so that sending never fails for want of memory.
            Object::Channel(channel) => (channel.capacity + 4) * WORD,
            Object::Mutex(_) | Object::Semaphore(_) => 4 * WORD,
            Object::Json(Json::Array(items)) => items.len() * WORD,
            Object::Json(Json::Object(members)) => members.iter().map(|(name, _)| name.len() + 2 * WORD).sum(),
            Object::Cell(_) | Object::Task(_) | Object::TypeInfo(_) | Object::Namespace(_) => WORD,
        };
        HEADER + body
    }
}
