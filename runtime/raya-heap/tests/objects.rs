//! What goes into objects comes out again, and nothing else does.

mod common;

use std::collections::BTreeSet;

use common::{CELL, CLOSURE, PAIR, TUPLE, heap};
use raya_facts::{ClassId, FunctionId, TypeId};
use raya_heap::{Any, Heap, Object, ObjectMut, PushError, Ref, ShapeId, ShapeOf, SlotKind, Value, WrongSlot};

#[test]
fn strings_keep_their_bytes() {
    let mut heap = heap(1 << 20);
    let long = "ä".repeat(20_000);
    let texts = ["", "a", "seven b", "eight by", "nine byte", &long];
    let strings: Vec<Ref> = texts.iter().map(|text| heap.allocate_string(text).expect("room")).collect();
    for (text, string) in texts.iter().zip(&strings) {
        assert_eq!(heap.text(*string), Some(*text));
    }
    let both = heap.concatenate(strings[3], strings[5]).expect("room").expect("two strings");
    assert_eq!(heap.text(both), Some(format!("eight by{long}").as_str()));
    assert_eq!(heap.concatenate(strings[3], Ref::NULL).expect("room"), None);
    assert_eq!(heap.text(Ref::NULL), None);
}

#[test]
fn records_start_as_zeros_of_their_slots_and_keep_what_is_set() {
    let mut heap = heap(1 << 20);
    let pair = heap.allocate_record(PAIR).expect("room");
    let Some(Object::Instance(record)) = heap.get(pair) else {
        panic!("no instance")
    };
    assert_eq!(record.shape_id(), PAIR);
    assert_eq!(record.iter().collect::<Vec<_>>(), [Value::I32(0), Value::Ref(Ref::NULL)]);

    let tuple = heap.allocate_record(TUPLE).expect("room");
    let Some(ObjectMut::Tuple(mut record)) = heap.get_mut(tuple) else {
        panic!("no tuple")
    };
    assert_eq!(record.get(1), Some(Value::Any(Any::NULL)));
    assert_eq!(record.set(0, Value::F64(1.5)), Ok(true));
    assert_eq!(
        record.set(1, Value::Ref(Ref::NULL)),
        Ok(true),
        "null is null in either representation"
    );
    assert_eq!(
        record.set(0, Value::I32(1)),
        Err(WrongSlot {
            expected: SlotKind::F64,
            found: SlotKind::I32
        })
    );
    assert_eq!(record.set(9, Value::I32(1)), Ok(false));
    let Some(Object::Tuple(record)) = heap.get(tuple) else {
        panic!("no tuple")
    };
    assert_eq!((record.len(), record.get(0), record.get(3)), (3, Some(Value::F64(1.5)), None));

    let cell = heap.allocate_record(CELL).expect("room");
    let Some(ObjectMut::Cell(mut record)) = heap.get_mut(cell) else {
        panic!("no cell")
    };
    assert_eq!(record.set(0, Value::Bool(true)), Ok(true));
    assert!(matches!(heap.get(cell), Some(Object::Cell(record)) if record.get(0) == Some(Value::Bool(true))));
    assert_eq!(heap.allocate_record(ShapeId(99)), Ok(Ref::NULL));
}

#[test]
fn closures_have_a_receiver_and_captures() {
    let mut heap = heap(1 << 20);
    let closure = heap.allocate_record(CLOSURE).expect("room");
    let receiver = heap.allocate_record(PAIR).expect("room");
    let Some(ObjectMut::Closure(mut view)) = heap.get_mut(closure) else {
        panic!("no closure")
    };
    assert_eq!((view.receiver(), view.filled()), (Ref::NULL, 0));
    view.set_receiver(receiver);
    view.set_filled(1);
    assert_eq!(view.captures.set(0, Value::Ref(receiver)), Ok(true));
    let Some(Object::Closure(view)) = heap.get(closure) else {
        panic!("no closure")
    };
    assert_eq!(
        (view.function(), view.receiver(), view.filled(), view.captures().get(0)),
        (FunctionId(0), receiver, 1, Some(Value::Ref(receiver)))
    );
}

#[test]
fn arrays_of_every_slot_grow_and_shrink() {
    for slot in [SlotKind::I32, SlotKind::F64, SlotKind::Bool, SlotKind::Any, SlotKind::Ref] {
        let sample = |index: usize| match slot {
            SlotKind::I32 => Value::I32(index as i32 - 7),
            SlotKind::F64 => Value::F64(index as f64 / 2.0),
            SlotKind::Bool => Value::Bool(index.is_multiple_of(3)),
            SlotKind::Any => Value::Any(Any::from_i32(index as i32)),
            SlotKind::Ref => Value::Ref(Ref::NULL),
        };
        for start in if cfg!(miri) { [0, 1, 5, 90] } else { [0, 1, 5, 3000] } {
            let pushes = if cfg!(miri) { 20 } else { 2500 };
            let mut heap = heap(1 << 20);
            let array = heap.allocate_array(TypeId(7), slot, start).expect("room");
            let Some(Object::Array(view)) = heap.get(array) else {
                panic!("no array")
            };
            assert_eq!((view.element(), view.slot(), view.len()), (TypeId(7), slot, start));
            assert!(view.iter().all(|item| item == Value::zero(slot)));
            let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
                panic!("no array")
            };
            for index in start..start + pushes {
                view.push(sample(index)).expect("room");
            }
            for index in 0..start {
                assert_eq!(view.set(index, sample(index)), Ok(true));
            }
            assert_eq!(view.set(start + pushes, sample(0)), Ok(false));
            assert!((0..start + pushes).all(|index| view.get(index) == Some(sample(index))));
            for index in (0..start + pushes).rev() {
                assert_eq!(view.pop(), Some(sample(index)));
            }
            assert_eq!(view.pop(), None);
        }
    }
}

#[test]
fn an_array_refuses_another_representation() {
    let mut heap = heap(1 << 20);
    let array = heap.allocate_array(TypeId(1), SlotKind::I32, 1).expect("room");
    let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
        panic!("no array")
    };
    assert!(view.set(0, Value::F64(1.0)).is_err());
    assert!(matches!(view.push(Value::Bool(true)), Err(PushError::WrongSlot(_))));
    assert_eq!(view.len(), 1);
}

#[test]
fn references_to_nothing_lead_nowhere() {
    let mut heap = heap(1 << 20);
    let array = heap.allocate_array(TypeId(1), SlotKind::I32, 100).expect("room");
    let string = heap.allocate_string(&"x".repeat(300)).expect("room");
    let mut found = BTreeSet::new();
    // Every granule of the blocks in use and of some that aren't; Miri takes too long for all.
    let every = if cfg!(miri) { 101 } else { 1 };
    let known = [array.bits(), string.bits()];
    for bits in (0..20_000).step_by(every).chain(known).chain([u32::MAX, u32::MAX / 2]) {
        if heap.get(Ref::from_bits(bits)).is_some() {
            found.insert(bits);
        }
    }
    assert_eq!(found, BTreeSet::from(known));
    let empty: Heap<common::Link> = Heap::default();
    assert!(empty.get(array).is_none());
}

#[test]
fn shapes_are_found_by_what_they_are_of() {
    let mut heap = heap(1 << 20);
    assert_eq!(heap.shape_of_class(ClassId(1)), ShapeId(1));
    assert_eq!(heap.shape_of_captures(FunctionId(0)), CLOSURE);
    assert_eq!(heap.shape_of_tuple(TypeId(7), &[]), TUPLE);
    // A cell of a tuple isn't the tuple.
    let cell = heap.shape_of_cell(TypeId(7), SlotKind::Ref);
    assert_ne!(cell, TUPLE);
    assert_eq!(heap.shape_of_cell(TypeId(7), SlotKind::Ref), cell);
    assert_eq!(heap.shape(cell).map(|shape| shape.of()), Some(ShapeOf::Cell(TypeId(7))));
}
