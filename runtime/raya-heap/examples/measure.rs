//! Measures the heap: `cargo run --release -p raya-heap --example measure`.
//!
//! Prints what an object of two fields costs with its share of collection, at several shares of survivors; how fast marking is, on
//! structures that lie in order of address and on shuffled ones; and how long pauses are. Each figure is the best of five runs.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use raya_facts::{ClassId, TypeId};
use raya_heap::{Boxed, Heap, Marker, Object, ObjectMut, Ref, Shape, ShapeId, ShapeOf, SlotKind, Template, Value};

/// Nothing is boxed here.
#[derive(Debug)]
enum Nothing {}

impl Boxed for Nothing {
    fn trace(&self, _: &mut Marker<'_>) {}

    fn bytes(&self) -> usize {
        0
    }
}

/// A class with an integer and a reference.
const LIST: ShapeId = ShapeId(0);
/// A class with two references.
const TREE: ShapeId = ShapeId(1);

fn heap(limit: usize) -> Heap<Nothing> {
    let shapes = vec![
        Shape::new(ShapeOf::Class(ClassId(0)), [SlotKind::I32, SlotKind::Ref]),
        Shape::new(ShapeOf::Class(ClassId(1)), [SlotKind::Ref, SlotKind::Ref]),
    ];
    Heap::new(limit, shapes).expect("address space")
}

/// Time on the processor, so that other work on the machine counts as little as possible; wall time where Linux isn't.
fn now() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let start = *START;
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    on_processor.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn best(mut run: impl FnMut() -> f64) -> f64 {
    (0..5).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds for each of `count` objects, of which every `keep`th survives in a row of the last thousands; collections included.
fn allocation(count: usize, keep: usize) -> (f64, Heap<Nothing>) {
    let mut last = heap(256 << 20);
    let nanoseconds = best(|| {
        let mut heap = heap(256 << 20);
        let template = heap.template(LIST).expect("a small shape");
        let mut kept = vec![Ref::NULL; 20_000];
        let mut next = 0;
        let started = now();
        for index in 0..count {
            if heap.wants_collection() {
                heap.collect(|marker| kept.iter().for_each(|kept| marker.mark(*kept)));
            }
            // SAFETY: the template is of this heap.
            let object = black_box(unsafe { heap.allocate_template(template) }.expect("room"));
            if index % keep == 0 {
                kept[next] = object;
                next = (next + 1) % kept.len();
            }
        }
        let seconds = now() - started;
        last = heap;
        seconds * 1e9 / count as f64
    });
    (nanoseconds, last)
}

fn set_word(heap: &Heap<Nothing>, object: Ref, word: usize, to: Ref) {
    // SAFETY: the object is a record of this heap with more words, and nothing is borrowed.
    unsafe {
        let address = heap.base().add(object.bits() as usize * 8 + 8 + word * 8);
        address.cast::<u64>().write(u64::from(to.bits()));
    }
}

/// A tree that is made and dropped again and again, as in the benchmark program `binary trees`.
fn tree(heap: &mut Heap<Nothing>, template: Template, depth: u32, stack: &mut Vec<Ref>) -> Ref {
    if heap.wants_collection() {
        heap.collect(|marker| stack.iter().for_each(|root| marker.mark(*root)));
    }
    // SAFETY: the template is of this heap.
    let node = unsafe { heap.allocate_template(template) }.expect("room");
    if depth > 0 {
        stack.push(node);
        let left = tree(heap, template, depth - 1, stack);
        set_word(heap, node, 0, left);
        let right = tree(heap, template, depth - 1, stack);
        set_word(heap, node, 1, right);
        stack.pop();
    }
    node
}

/// Megabytes marked in a second, of trees whose nodes lie in order of address, or of a list in random order.
fn marking(shuffled: bool) -> (f64, usize) {
    let mut heap = heap(512 << 20);
    let template = heap.template(TREE).expect("a small shape");
    let root = if shuffled {
        let nodes: Vec<Ref> = (0..1 << 21)
            // SAFETY: the template is of this heap.
            .map(|_| unsafe { heap.allocate_template(template) }.expect("room"))
            .collect();
        // A full cycle through all of them in steps that no cache foresees.
        let step = 1_000_003;
        for index in 0..nodes.len() {
            let (from, to) = (nodes[index * step % nodes.len()], nodes[(index + 1) * step % nodes.len()]);
            set_word(&heap, from, 0, to);
        }
        nodes[0]
    } else {
        tree(&mut heap, template, 20, &mut Vec::new())
    };
    let seconds = best(|| {
        let started = now();
        heap.collect(|marker| marker.mark(root));
        now() - started
    });
    let live = heap.statistics().live;
    (live as f64 / seconds / 1e6, live)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn main() {
    let count = 20_000_000;
    for keep in [1_000_000, 10, 2] {
        let (nanoseconds, heap) = allocation(count, keep);
        let statistics = heap.statistics();
        println!(
            "object of two fields, one of {keep} kept for a while: {nanoseconds:.2} ns each; {} collections, {:.1} % survival, {:.2} ms the longest pause",
            statistics.collections,
            statistics.survival() * 100.0,
            milliseconds(statistics.longest_pause)
        );
    }
    let mut made = heap(256 << 20);
    let nanoseconds = best(|| {
        let template = made.template(TREE).expect("a small shape");
        let started = now();
        let kept = tree(&mut made, template, 18, &mut Vec::new());
        for _ in 0..200 {
            tree(&mut made, template, 14, &mut vec![kept]);
        }
        (now() - started) * 1e9 / ((1 << 19) + 200 * (1 << 15)) as f64
    });
    println!(
        "trees of 2^15 nodes beside one of 2^19: {nanoseconds:.2} ns a node; longest pause {:.2} ms",
        milliseconds(made.statistics().longest_pause)
    );
    for shuffled in [false, true] {
        let (rate, live) = marking(shuffled);
        let order = if shuffled { "a shuffled list" } else { "a tree in order" };
        println!("marking {order} of {} MB: {rate:.0} MB/s", live / 1_000_000);
    }
    let nanoseconds = best(|| {
        let mut heap = heap(256 << 20);
        let started = now();
        for _ in 0..100 {
            let array = heap.allocate_array(TypeId(1), SlotKind::I32, 0).expect("room");
            let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
                return f64::NAN;
            };
            for index in 0..10_000 {
                view.push(Value::I32(index)).expect("room");
            }
            if heap.wants_collection() {
                heap.collect(|marker| marker.mark(array));
            }
            black_box(matches!(heap.get(array), Some(Object::Array(view)) if view.len() == 10_000));
        }
        (now() - started) * 1e9 / 1_000_000.0
    });
    println!("push to an array through the safe view: {nanoseconds:.1} ns");
}
