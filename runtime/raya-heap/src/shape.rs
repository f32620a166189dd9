//! Describes objects with words of various representations: which word holds what.

use raya_facts::{ClassId, FunctionId, TypeId};

use crate::layout::{self, Kind};
use crate::value::SlotKind;

/// A position in a heap's table of shapes. Classes come first, so that the shape of an instance is the number of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

impl ShapeId {
    /// The number as an index into a slice.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an object with a shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShapeOf {
    /// An instance of a class.
    Class(ClassId),
    /// A closure of a function.
    Captures(FunctionId),
    /// A tuple of a type.
    Tuple(TypeId),
    /// A cell whose content has a type.
    Cell(TypeId),
}

/// The words of a kind of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    of: ShapeOf,
    slots: Box<[SlotKind]>,
    /// The words that a collection looks at. It only has to look at these.
    traced: Box<[(u32, Traced)]>,
    has_any: bool,
}

/// What a collection finds in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traced {
    Ref,
    Any,
}

impl Shape {
    /// A shape of these words. A cell has exactly one.
    pub fn new(of: ShapeOf, slots: impl Into<Box<[SlotKind]>>) -> Shape {
        let slots = slots.into();
        let traced = (0..)
            .zip(&slots)
            .filter_map(|(index, slot)| match slot {
                SlotKind::Ref => Some((index, Traced::Ref)),
                SlotKind::Any => Some((index, Traced::Any)),
                SlotKind::I32 | SlotKind::F64 | SlotKind::Bool => None,
            })
            .collect();
        Shape {
            of,
            traced,
            has_any: slots.contains(&SlotKind::Any),
            slots,
        }
    }

    /// What has this shape.
    pub fn of(&self) -> ShapeOf {
        self.of
    }

    /// The representation of each word.
    pub fn slots(&self) -> &[SlotKind] {
        &self.slots
    }

    /// The words that refer to other objects.
    pub(crate) fn traced(&self) -> &[(u32, Traced)] {
        &self.traced
    }

    /// Whether a new object of this shape is all zero bits behind its header. Words of slot `any` are not: null has bits.
    pub fn starts_as_zeros(&self) -> bool {
        !self.has_any
    }

    /// The kind that stands in the header.
    pub fn kind(&self) -> Kind {
        match self.of {
            ShapeOf::Class(_) => Kind::Instance,
            ShapeOf::Captures(_) => Kind::Closure,
            ShapeOf::Tuple(_) => Kind::Tuple,
            ShapeOf::Cell(_) => Kind::Cell,
        }
    }

    /// The offset of the first word from the start of the object, in bytes.
    pub fn first_word(&self) -> usize {
        layout::first_word(self.kind())
    }

    /// The bytes of an object, its header included.
    pub fn bytes(&self) -> usize {
        self.first_word() + self.slots.len() * layout::WORD
    }
}
