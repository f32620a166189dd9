//! Collections free what is dead, keep what is alive, and let its room be used again.

mod common;

use std::sync::Arc;

use common::{CLOSURE, Link, PAIR, POINT, REF_CELL, heap};
use raya_facts::TypeId;
use raya_heap::{Boxed, Exhausted, Heap, Marker, Object, ObjectMut, Ref, SlotKind, Value};

/// A pair, a class with an integer and a reference: what it is accounted with.
const PAIR_BYTES: usize = 24;

fn pair(heap: &mut Heap<Link>, number: i32, next: Ref) -> Ref {
    let pair = heap.allocate_record(PAIR).expect("room");
    let Some(ObjectMut::Instance(mut record)) = heap.get_mut(pair) else {
        panic!("no instance")
    };
    record.set(0, Value::I32(number)).expect("an integer");
    record.set(1, Value::Ref(next)).expect("a reference");
    pair
}

fn next(heap: &Heap<Link>, of: Ref) -> (i32, Ref) {
    match heap.get(of) {
        Some(Object::Instance(record)) => match (record.get(0), record.get(1)) {
            (Some(Value::I32(number)), Some(Value::Ref(next))) => (number, next),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn list(heap: &mut Heap<Link>, length: i32) -> Ref {
    (0..length).fold(Ref::NULL, |rest, number| pair(heap, number, rest))
}

#[test]
fn cycles_live_as_long_as_something_outside_refers_to_them() {
    let mut heap = heap(1 << 20);
    let cell = heap.allocate_record(REF_CELL).expect("room");
    let closure = heap.allocate_record(CLOSURE).expect("room");
    let Some(ObjectMut::Closure(mut view)) = heap.get_mut(closure) else {
        panic!("no closure")
    };
    view.captures.set(0, Value::Ref(cell)).expect("a reference");
    view.set_receiver(closure);
    let Some(ObjectMut::Cell(mut view)) = heap.get_mut(cell) else {
        panic!("no cell")
    };
    view.set(0, Value::Ref(closure)).expect("a reference");
    let outside = heap
        .allocate_boxed(Link {
            to: vec![cell],
            bytes: 100,
        })
        .expect("room");
    let used = heap.used();
    for _ in 0..3 {
        heap.collect(|marker| marker.mark(outside));
        assert_eq!(heap.used(), used);
    }
    heap.collect(|_| {});
    assert_eq!(heap.used(), 0);
    assert!(heap.get(outside).is_none());
}

#[test]
fn a_list_of_a_million_nodes_is_marked() {
    let length = if cfg!(miri) { 200 } else { 1_000_000 };
    let mut heap = heap(64 << 20);
    let first = list(&mut heap, length);
    heap.collect(|marker| marker.mark(first));
    assert_eq!(heap.used(), length as usize * PAIR_BYTES);
    let (mut at, mut number) = (first, length);
    while !at.is_null() {
        number -= 1;
        let (found, rest) = next(&heap, at);
        assert_eq!(found, number);
        at = rest;
    }
    assert_eq!(number, 0);
}

#[test]
fn arrays_of_references_keep_their_elements() {
    let count = if cfg!(miri) { 600 } else { 100_000 };
    let mut heap = heap(16 << 20);
    let array = heap.allocate_array(TypeId(1), SlotKind::Ref, 0).expect("room");
    for number in 0..count {
        let element = pair(&mut heap, number, Ref::NULL);
        let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
            panic!("no array")
        };
        view.push(Value::Ref(element)).expect("room");
    }
    heap.collect(|marker| marker.mark(array));
    // What comes now would overwrite an element that was missed.
    list(&mut heap, 1000);
    let Some(Object::Array(view)) = heap.get(array) else {
        panic!("no array")
    };
    for (number, element) in (0..).zip(view.iter()) {
        assert!(matches!(element, Value::Ref(element) if next(&heap, element).0 == number));
    }
    assert_eq!(view.len(), count as usize);
}

#[test]
fn the_limit_is_exact() {
    for limit in [0, 23, 24, 100, 16_384, 50_000] {
        let mut heap = heap(limit);
        let mut count = 0;
        let refused = loop {
            match heap.allocate_record(PAIR) {
                Ok(_) => count += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(count, limit / PAIR_BYTES);
        let used = count * PAIR_BYTES;
        assert_eq!(
            refused,
            Exhausted {
                wanted: PAIR_BYTES,
                used,
                limit
            }
        );
        // A smaller class gets what is left, although other classes have claimed rows of places.
        assert_eq!(heap.allocate_string("").is_ok(), limit - used >= 16, "{limit}");
    }
}

#[test]
fn places_that_are_given_back_near_the_limit_are_used_next() {
    let mut heap = heap(1000);
    let first = pair(&mut heap, 1, Ref::NULL);
    heap.reserve(900)
        .expect("room, once the rest of the row of places is given back");
    heap.release(900);
    let second = pair(&mut heap, 2, first);
    assert_eq!(second.bits() - first.bits(), (PAIR_BYTES / 8) as u32);
}

#[test]
fn what_dead_objects_left_does_not_show() {
    // Large and small, in the same blocks again.
    for count in [3, 2_500] {
        let mut heap = heap(1 << 20);
        let array = heap.allocate_array(TypeId(1), SlotKind::F64, count).expect("room");
        let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
            panic!("no array")
        };
        for index in 0..count {
            view.set(index, Value::F64(1.5)).expect("a float");
        }
        heap.collect(|_| {});
        let again = heap.allocate_array(TypeId(1), SlotKind::F64, count).expect("room");
        let Some(Object::Array(view)) = heap.get(again) else {
            panic!("no array")
        };
        assert!(view.iter().all(|element| element == Value::F64(0.0)));
    }
}

#[test]
fn a_heap_can_be_filled_and_emptied_again_and_again() {
    let limit = if cfg!(miri) { 40_000 } else { 2 << 20 };
    let mut heap = heap(limit);
    let mut first = Vec::new();
    for round in 0..if cfg!(miri) { 4 } else { 60 } {
        // Each round fills it with something else.
        let mut count = 0;
        while match round % 4 {
            0 => heap.allocate_record(PAIR).is_ok(),
            1 => heap.allocate_string(&"x".repeat(500)).is_ok(),
            2 => heap.allocate_array(TypeId(1), SlotKind::F64, 2_500).is_ok(),
            _ => heap.allocate_record(POINT).is_ok() && heap.allocate_array(TypeId(1), SlotKind::I32, 3_000).is_ok(),
        } {
            count += 1;
        }
        assert!(count > 0);
        match first.get(round % 4) {
            None => first.push(count),
            Some(first) => assert_eq!(*first, count, "round {round} has less room than round {}", round % 4),
        }
        heap.collect(|_| {});
        assert_eq!(heap.used(), 0);
    }
}

#[test]
fn survivors_in_every_block_do_not_keep_others_from_the_room() {
    if cfg!(miri) {
        return;
    }
    let limit = 1 << 20;
    let mut heap = heap(limit);
    let mut kept = Vec::new();
    // One object in each block survives, in one size class after the other.
    for (bytes, a_block) in [(8, 1024), (16, 682), (24, 512)] {
        let mut made = Vec::new();
        while let Ok(string) = heap.allocate_string(&"x".repeat(bytes)) {
            made.push(string);
        }
        kept.extend(made.iter().step_by(a_block));
        heap.collect(|marker| kept.iter().for_each(|kept| marker.mark(*kept)));
    }
    assert!(heap.used() < limit / 50);
    let rest = limit - heap.used() - (64 << 10);
    assert!(
        heap.allocate_string(&"x".repeat(rest)).is_ok(),
        "one large object has room beside them"
    );
}

#[test]
fn an_array_that_grows_frees_what_it_leaves() {
    let mut heap = heap(4 << 20);
    let array = heap.allocate_array(TypeId(1), SlotKind::F64, 0).expect("room");
    let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
        panic!("no array")
    };
    let count = if cfg!(miri) { 3_000 } else { 100_000 };
    for number in 0..count {
        view.push(Value::F64(f64::from(number)))
            .expect("room for the array and its next buffer");
    }
    assert!((0..count).all(|number| view.get(number as usize) == Some(Value::F64(f64::from(number)))));
    // Beside the last buffer, only small ones wait for a collection: 4, 9, 18, … elements, less than 16 KiB together.
    let used = heap.used();
    heap.collect(|marker| marker.mark(array));
    assert!(used - heap.used() < 16 << 10, "{used} before, {} after", heap.used());
}

#[test]
fn boxed_values_are_dropped_once_they_are_dead() {
    struct Counted(#[expect(dead_code, reason = "only counted")] Arc<()>);
    impl Boxed for Counted {
        fn trace(&self, _: &mut Marker<'_>) {}

        fn bytes(&self) -> usize {
            50
        }
    }
    let count = Arc::new(());
    let mut heap: Heap<Counted> = Heap::new(1000, Vec::new()).expect("address space");
    let objects: Vec<Ref> = (0..10)
        .map(|_| heap.allocate_boxed(Counted(count.clone())).expect("room"))
        .collect();
    assert_eq!((heap.used(), Arc::strong_count(&count)), (660, 11));
    heap.collect(|marker| objects.iter().take(3).for_each(|object| marker.mark(*object)));
    assert_eq!((heap.used(), Arc::strong_count(&count)), (198, 4));
    heap.reserve(800).expect("room for 802 more");
    assert!(heap.allocate_boxed(Counted(count.clone())).is_err());
    heap.release(800);
    assert_eq!(heap.used(), 198);
    for _ in 0..7 {
        heap.allocate_boxed(Counted(count.clone()))
            .expect("the places of the dead ones");
    }
    assert!(matches!(heap.get(objects[0]), Some(Object::Boxed(_))));
    drop(heap);
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn a_collection_is_wanted_at_a_megabyte_then_at_four_times_what_lives_and_at_twice_when_that_is_much() {
    if cfg!(miri) {
        return;
    }
    let mut heap = heap(64 << 20);
    let mut first = Ref::NULL;
    let wanted_at: [fn(usize) -> usize; 4] = [|_| 1 << 20, |live| live * 4, |live| live + (8 << 20), |live| live * 2];
    for wanted_at in wanted_at {
        let expected = wanted_at(heap.statistics().live);
        while !heap.wants_collection() {
            first = pair(&mut heap, 0, first);
        }
        // Rows of places are claimed whole.
        assert!(
            (expected - 16_384..=expected + 16_384).contains(&heap.used()),
            "{}",
            heap.used()
        );
        heap.collect(|marker| marker.mark(first));
        assert!(!heap.wants_collection());
    }
    assert_eq!(heap.statistics().collections, 4);
    assert_eq!(heap.statistics().survival(), 1.0);
    assert_eq!(heap.statistics().allocated, heap.used() as u64);
}

#[test]
fn the_stress_mode_shows_a_missed_root() {
    let mut heap = heap(1 << 20);
    heap.set_stress(true);
    assert!(heap.wants_collection());
    let kept = pair(&mut heap, 1, Ref::NULL);
    let dead = pair(&mut heap, 2, Ref::NULL);
    let missed = pair(&mut heap, 3, Ref::NULL);
    heap.collect(|marker| marker.mark(kept));
    assert!(heap.wants_collection(), "at every safepoint");
    assert!(heap.get(missed).is_none(), "what was there is overwritten");
    assert_eq!(heap.statistics().dangling, 0);
    let holder = pair(&mut heap, 4, missed);
    assert_eq!(holder, dead, "the row of places is taken again");
    heap.collect(|marker| {
        marker.mark(kept);
        marker.mark(holder);
    });
    assert_eq!(heap.statistics().dangling, 1);
    assert!(heap.get(missed).is_none());
}

#[test]
fn a_reference_to_a_dead_object_is_counted_without_the_stress_mode_too() {
    let mut heap = heap(1 << 20);
    let objects: Vec<Ref> = (0..10).map(|number| pair(&mut heap, number, Ref::NULL)).collect();
    heap.collect(|marker| marker.mark(objects[9]));
    assert_eq!(heap.count_dangling(|marker| marker.mark(objects[9])), 0);
    assert_eq!(heap.count_dangling(|marker| marker.mark(objects[5])), 1);
}

#[test]
fn a_heap_moves_between_threads() {
    let mut here = heap(1 << 20);
    let first = list(&mut here, 100);
    let there = std::thread::spawn(move || {
        here.collect(|marker| marker.mark(first));
        (next(&here, first).0, here)
    });
    let (number, mut back) = there.join().expect("no panic");
    assert_eq!(number, 99);
    pair(&mut back, 1, first);
}

#[test]
fn many_heaps_that_are_barely_used_cost_little() {
    let many = if cfg!(miri) { 3 } else { 300 };
    let limit = if cfg!(miri) { 1000 } else { 64 << 20 };
    let heaps: Vec<Heap<Link>> = (0..many)
        .map(|_| {
            let mut heap = heap(limit);
            list(&mut heap, 10);
            heap
        })
        .collect();
    assert_eq!(heaps.iter().map(Heap::used).sum::<usize>(), many * 10 * PAIR_BYTES);
    assert!(size_of::<Heap<Link>>() < 4096);
}
