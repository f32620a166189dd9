//! Frees what nothing reaches: marks, drops dead Rust values, and gives whole dead blocks back. Rows of dead objects between live
//! ones are found when a place is needed.

use std::time::Instant;

use crate::blocks::{Use, first_granule};
use crate::heap::{Boxed, FIRST_THRESHOLD, Heap};
use crate::layout::{BLOCK_BYTES, BLOCK_GRANULES};
use crate::marker::{Marker, Marking};
use crate::runs::Sweep;
use crate::slab::Slab;

/// What the stress mode writes over dead objects. It is no kind, no shape, and a reference far outside.
const POISON: u8 = 0xDB;

/// The bytes that may be allocated before a small heap is collected again, at most, beside those as many as are alive.
const GENEROUS: usize = 8 << 20;

/// The bytes that may be allocated until the next collection, with so many alive. Marking costs the more the less this is: a large heap may
/// double, and a small one, whose memory is worth less than that time, may become four times as large.
fn growth(live: usize) -> usize {
    live.saturating_mul(3).min(GENEROUS).max(live)
}

impl<X: Boxed> Heap<X> {
    /// Whether it is time to collect at the next safepoint.
    #[inline(always)]
    pub fn wants_collection(&self) -> bool {
        self.wants
    }

    /// Frees everything that can't be reached from the references that `roots` marks.
    ///
    /// A context that owns its heap and its roots takes the heap out for the time: `let mut heap = mem::take(&mut self.heap);`
    pub fn collect(&mut self, roots: impl FnOnce(&mut Marker<'_>)) {
        let started = Instant::now();
        self.give_back_runs();
        let before = self.claimed;

        let marking = self.mark(roots);
        let dangling = marking.marked.dangling;
        self.blocks = marking.marked.blocks;
        self.shapes = marking.shapes;

        let blocks = &self.blocks;
        let boxed = self.slab.sweep(|object| blocks.is_marked(object.bits()), X::bytes);
        let live = self.sweep_blocks().saturating_add(boxed);

        self.claimed = live;
        self.threshold = live.saturating_add(growth(live)).max(FIRST_THRESHOLD).min(self.limit);
        self.wants = self.stress;

        let pause = started.elapsed();
        let statistics = &mut self.statistics;
        statistics.collections += 1;
        statistics.pauses += pause;
        statistics.longest_pause = statistics.longest_pause.max(pause);
        statistics.before = before;
        statistics.live = live;
        statistics.examined += before as u64;
        statistics.survived += live as u64;
        statistics.dangling += dangling;
    }

    fn mark(&mut self, roots: impl FnOnce(&mut Marker<'_>)) -> Marking {
        // The stress mode knows of every place whether it may be alive, so that a reference to a dead object is found even where
        // nothing was written over it.
        let before = self.stress.then(|| Box::new(self.blocks.clone()));
        let (blocks, shapes) = (core::mem::take(&mut self.blocks), core::mem::take(&mut self.shapes));
        let mut marking = Marking::new(&self.region, blocks, shapes, before);
        if let Some(most) = self.most_waiting {
            marking.bound(most);
        }
        mark_all(&mut marking, &self.slab, roots);
        marking
    }

    /// Counts the references to nothing alive that can be reached from the references that `roots` marks. Anything but 0 means
    /// that a collection missed a root, or that unsafe code wrote something wrong. Frees nothing.
    pub fn count_dangling(&mut self, roots: impl FnOnce(&mut Marker<'_>)) -> u64 {
        self.give_back_runs();
        let before = Some(Box::new(self.blocks.clone()));
        let mut marking = Marking::new(&self.region, self.blocks.clone(), self.shapes.clone(), before);
        mark_all(&mut marking, &self.slab, roots);
        marking.marked.dangling
    }

    /// Gives blocks without a live object back and notes those with dead ones. Gives the bytes of live objects.
    fn sweep_blocks(&mut self) -> usize {
        for sweep in &mut self.runs.sweeps {
            *sweep = Sweep::default();
        }
        let mut live = 0;
        // From the last block to the first, so that the first one of a class is at the end of its list and is taken first.
        for block in (0..self.blocks.count()).rev() {
            match self.blocks.usage(block) {
                Use::Small(class) => {
                    let marked = self.blocks.marked_in(block);
                    live += marked as usize * class.bytes();
                    self.blocks.set_swept(block, 0);
                    if marked == 0 {
                        self.free_blocks(block, 1);
                    } else if marked < class.capacity() {
                        self.runs.sweeps[class.index()].partial.push(block);
                        if self.stress {
                            self.poison_gaps(block);
                        }
                    }
                }
                Use::Large(count) if self.blocks.is_marked(first_granule(block)) => live += count as usize * BLOCK_BYTES,
                Use::Large(count) => self.free_blocks(block, count),
                Use::Free | Use::Rest => {}
            }
        }
        self.blocks.find_free();
        live
    }

    fn free_blocks(&mut self, start: u32, count: u32) {
        for block in start..start + count {
            self.blocks.set_usage(block, Use::Free);
            if self.stress {
                self.poison(first_granule(block), BLOCK_GRANULES as u32);
            }
        }
    }

    fn poison_gaps(&mut self, block: u32) {
        let Use::Small(class) = self.blocks.usage(block) else {
            return;
        };
        let mut from = first_granule(block);
        while let Some((start, end)) = self.blocks.next_gap(class, block, from) {
            self.poison(start, end - start);
            from = end;
        }
    }

    fn poison(&self, start: u32, granules: u32) {
        // SAFETY: the granules lie in blocks of the region, and nothing in them is marked.
        unsafe { self.region.fill(start, granules, POISON) }
    }
}

/// Marks what the roots reach.
fn mark_all<X: Boxed>(marking: &mut Marking, slab: &Slab<X>, roots: impl FnOnce(&mut Marker<'_>)) {
    roots(&mut marking.marker());
    marking.drain(|object, position, marker| {
        if let Some(value) = slab.get(position, object) {
            value.trace(marker);
        }
    });
}

#[cfg(test)]
mod tests {
    use raya_facts::{ClassId, TypeId};

    use super::*;
    use crate::reference::Ref;
    use crate::shape::{Shape, ShapeId, ShapeOf};
    use crate::value::{SlotKind, Value};
    use crate::view::ObjectMut;

    /// Refers to one object.
    #[derive(Debug)]
    struct Link(Ref);

    impl Boxed for Link {
        fn trace(&self, marker: &mut Marker<'_>) {
            marker.mark(self.0);
        }

        fn bytes(&self) -> usize {
            0
        }
    }

    fn node(heap: &mut Heap<Link>, left: Ref, right: Ref) -> Ref {
        let node = heap.allocate_record(ShapeId(0)).expect("room");
        let Some(ObjectMut::Instance(mut record)) = heap.get_mut(node) else {
            panic!("no instance")
        };
        record.set(0, Value::Ref(left)).expect("a reference");
        record.set(1, Value::Ref(right)).expect("a reference");
        node
    }

    /// Lists whose nodes each have a payload, in both orders of the fields, a wide array, and a chain through boxed values: whatever
    /// order marking takes, something fills its stack.
    fn structure(heap: &mut Heap<Link>, size: usize) -> Ref {
        let array = heap.allocate_array(TypeId(1), SlotKind::Ref, size).expect("room");
        let (mut before, mut after, mut boxed) = (Ref::NULL, Ref::NULL, Ref::NULL);
        for index in 0..size {
            let payload = node(heap, Ref::NULL, Ref::NULL);
            before = node(heap, payload, before);
            let payload = node(heap, Ref::NULL, Ref::NULL);
            after = node(heap, after, payload);
            let payload = node(heap, Ref::NULL, boxed);
            boxed = heap.allocate_boxed(Link(payload)).expect("room");
            let element = node(heap, Ref::NULL, Ref::NULL);
            let element = node(heap, element, Ref::NULL);
            let Some(ObjectMut::Array(mut view)) = heap.get_mut(array) else {
                panic!("no array")
            };
            view.set(index, Value::Ref(element)).expect("a reference");
        }
        let lists = node(heap, before, after);
        let others = node(heap, boxed, array);
        node(heap, lists, others)
    }

    #[test]
    fn a_full_stack_loses_nothing() {
        let size = if cfg!(miri) { 20 } else { 2000 };
        for bound in [1, 2, 3, 10, 100] {
            let shape = Shape::new(ShapeOf::Class(ClassId(0)), [SlotKind::Ref, SlotKind::Ref]);
            let mut heap = Heap::new(4 << 20, vec![shape]).expect("address space");
            let root = structure(&mut heap, size);
            let used = heap.used();
            heap.most_waiting = Some(bound);
            heap.collect(|marker| marker.mark(root));
            assert_eq!(heap.used(), used, "a stack of {bound}");
            heap.collect(|_| {});
            assert_eq!(heap.used(), 0);
        }
    }
}
