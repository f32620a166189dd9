//! Shows objects to safe code: what is in them, by value, and what may be put in.

use raya_facts::{FunctionId, TypeId};

use crate::error::WrongSlot;
use crate::heap::{Boxed, Heap};
use crate::layout::{self, Kind};
use crate::reference::Ref;
use crate::shape::{Shape, ShapeId, ShapeOf};
use crate::value::{SlotKind, Value};

/// An object of the heap.
#[derive(Debug)]
pub enum Object<'a, X> {
    /// Text in UTF-8; never changes.
    Str(&'a str),
    /// Elements of one type, packed.
    Array(Array<'a>),
    /// A fixed number of values of various types.
    Tuple(Record<'a>),
    /// An instance of a class.
    Instance(Record<'a>),
    /// A function with values that it captured, or a method with its receiver.
    Closure(Closure<'a>),
    /// A captured variable that several closures share: a record of one word.
    Cell(Record<'a>),
    /// A Rust value.
    Boxed(&'a X),
}

/// An object of the heap, to change it.
#[derive(Debug)]
pub enum ObjectMut<'a, X: Boxed> {
    /// Text in UTF-8; never changes.
    Str(&'a str),
    /// Elements of one type, packed.
    Array(ArrayMut<'a, X>),
    /// A fixed number of values of various types.
    Tuple(RecordMut<'a>),
    /// An instance of a class.
    Instance(RecordMut<'a>),
    /// A function with values that it captured, or a method with its receiver.
    Closure(ClosureMut<'a>),
    /// A captured variable that several closures share: a record of one word.
    Cell(RecordMut<'a>),
    /// A Rust value.
    Boxed(&'a mut X),
}

// Written by hand: a derived one would ask it of `X`, of which only references are copied.
impl<X> Clone for Object<'_, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X> Copy for Object<'_, X> {}

/// The elements of an array.
#[derive(Debug, Clone, Copy)]
pub struct Array<'a> {
    pub(crate) element: TypeId,
    pub(crate) slot: SlotKind,
    /// The elements, each as wide as its representation.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Array<'a> {
    pub(crate) const EMPTY: Array<'static> = Array {
        element: TypeId(0),
        slot: SlotKind::Any,
        bytes: &[],
    };

    /// The type of the elements.
    pub fn element(&self) -> TypeId {
        self.element
    }

    /// The representation of the elements.
    pub fn slot(&self) -> SlotKind {
        self.slot
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / layout::element_bytes(self.slot)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The element at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        let width = layout::element_bytes(self.slot);
        let start = index.checked_mul(width)?;
        let bytes = self.bytes.get(start..start.checked_add(width)?)?;
        let word = match *bytes {
            [byte] => u64::from(byte),
            [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
            _ => u64::from_ne_bytes(bytes.try_into().ok()?),
        };
        Some(Value::from_word(word, self.slot))
    }

    /// The elements in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Value> + DoubleEndedIterator + 'a {
        let width = layout::element_bytes(self.slot);
        self.bytes
            .chunks_exact(width)
            .enumerate()
            .map(move |(index, _)| self.get(index).unwrap_or(Value::zero(self.slot)))
    }
}

/// An array, to change it.
#[derive(Debug)]
pub struct ArrayMut<'a, X: Boxed> {
    pub(crate) heap: &'a mut Heap<X>,
    pub(crate) array: Ref,
}

/// The words of a tuple, an instance, a cell, or those that a closure captured.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub(crate) id: ShapeId,
    pub(crate) shape: &'a Shape,
    pub(crate) words: &'a [u64],
}

impl<'a> Record<'a> {
    /// The number of its shape; the number of its class for an instance.
    pub fn shape_id(&self) -> ShapeId {
        self.id
    }

    /// Its shape.
    pub fn shape(&self) -> &'a Shape {
        self.shape
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The value at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        Some(Value::from_word(*self.words.get(index)?, *self.shape.slots().get(index)?))
    }

    /// The values in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Value> + DoubleEndedIterator + 'a {
        self.words
            .iter()
            .zip(self.shape.slots())
            .map(|(word, slot)| Value::from_word(*word, *slot))
    }
}

/// The same, to change it.
#[derive(Debug)]
pub struct RecordMut<'a> {
    pub(crate) id: ShapeId,
    pub(crate) shape: &'a Shape,
    pub(crate) words: &'a mut [u64],
}

impl RecordMut<'_> {
    /// What is in it.
    pub fn view(&self) -> Record<'_> {
        Record {
            id: self.id,
            shape: self.shape,
            words: self.words,
        }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The value at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.view().get(index)
    }

    /// Replaces the value at `index`; says whether there is one.
    ///
    /// # Errors
    ///
    /// [`WrongSlot`] when the value has another representation.
    pub fn set(&mut self, index: usize, value: Value) -> Result<bool, WrongSlot> {
        let (Some(word), Some(slot)) = (self.words.get_mut(index), self.shape.slots().get(index)) else {
            return Ok(false);
        };
        *word = value.fit(*slot)?.word();
        Ok(true)
    }
}

/// A function value.
#[derive(Debug, Clone, Copy)]
pub struct Closure<'a> {
    pub(crate) receiver: Ref,
    pub(crate) filled: u32,
    pub(crate) captures: Record<'a>,
}

impl<'a> Closure<'a> {
    /// What it runs.
    pub fn function(&self) -> FunctionId {
        function(self.captures.shape)
    }

    /// The object that becomes its first argument, for a bound method; null for others.
    pub fn receiver(&self) -> Ref {
        self.receiver
    }

    /// How many of its captures were given.
    pub fn filled(&self) -> usize {
        self.filled as usize
    }

    /// As many as the function declares.
    pub fn captures(&self) -> Record<'a> {
        self.captures
    }
}

/// The same, to change it.
#[derive(Debug)]
pub struct ClosureMut<'a> {
    pub(crate) receiver: &'a mut u32,
    pub(crate) filled: &'a mut u32,
    /// Its captures.
    pub captures: RecordMut<'a>,
}

impl ClosureMut<'_> {
    /// What it runs.
    pub fn function(&self) -> FunctionId {
        function(self.captures.shape)
    }

    /// The object that becomes its first argument, for a bound method; null for others.
    pub fn receiver(&self) -> Ref {
        Ref::from_bits(*self.receiver)
    }

    /// Makes it a bound method.
    pub fn set_receiver(&mut self, receiver: Ref) {
        *self.receiver = receiver.bits();
    }

    /// How many of its captures were given.
    pub fn filled(&self) -> usize {
        *self.filled as usize
    }

    /// Notes how many of its captures were given.
    pub fn set_filled(&mut self, filled: u32) {
        *self.filled = filled;
    }
}

fn function(shape: &Shape) -> FunctionId {
    match shape.of() {
        ShapeOf::Captures(function) => function,
        // Views of closures are made of objects whose shape is of that kind.
        _ => FunctionId(u32::MAX),
    }
}

impl<X> Object<'_, X> {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Str(_) => Kind::Str,
            Object::Array(_) => Kind::Array,
            Object::Tuple(_) => Kind::Tuple,
            Object::Instance(_) => Kind::Instance,
            Object::Closure(_) => Kind::Closure,
            Object::Cell(_) => Kind::Cell,
            Object::Boxed(_) => Kind::Boxed,
        }
    }
}
