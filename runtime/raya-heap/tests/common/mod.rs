//! A heap with a few shapes.
#![allow(dead_code, reason = "each test file uses its own part")]

use raya_facts::{ClassId, FunctionId, TypeId};
use raya_heap::{Boxed, Heap, Marker, Ref, Shape, ShapeId, ShapeOf, SlotKind};

/// A class with an integer and a reference.
pub const PAIR: ShapeId = ShapeId(0);
/// A class with nothing to trace.
pub const POINT: ShapeId = ShapeId(1);
/// A function that captures a reference and an `any`.
pub const CLOSURE: ShapeId = ShapeId(2);
/// A tuple of a float, an `any` and a reference.
pub const TUPLE: ShapeId = ShapeId(3);
/// A cell with a truth value.
pub const CELL: ShapeId = ShapeId(4);
/// A cell with a reference.
pub const REF_CELL: ShapeId = ShapeId(5);

/// A boxed Rust value: references, and bytes of its own.
#[derive(Debug, Default)]
pub struct Link {
    pub to: Vec<Ref>,
    pub bytes: usize,
}

impl Boxed for Link {
    fn trace(&self, marker: &mut Marker<'_>) {
        for reference in &self.to {
            marker.mark(*reference);
        }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

pub fn shapes() -> Vec<Shape> {
    use SlotKind::{Any, Bool, F64, I32, Ref};
    vec![
        Shape::new(ShapeOf::Class(ClassId(0)), [I32, Ref]),
        Shape::new(ShapeOf::Class(ClassId(1)), [F64, F64]),
        Shape::new(ShapeOf::Captures(FunctionId(0)), [Ref, Any]),
        Shape::new(ShapeOf::Tuple(TypeId(7)), [F64, Any, Ref]),
        Shape::new(ShapeOf::Cell(TypeId(3)), [Bool]),
        Shape::new(ShapeOf::Cell(TypeId(8)), [Ref]),
    ]
}

pub fn heap(limit: usize) -> Heap<Link> {
    Heap::new(limit, shapes()).expect("address space")
}
