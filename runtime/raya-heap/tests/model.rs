//! Random programs on the heap and on a model of it: a map of objects, with reachability by walking.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{CELL, CLOSURE, Link, PAIR, POINT, REF_CELL, TUPLE, heap};
use fastrand::Rng;
use raya_facts::TypeId;
use raya_heap::{Any, AnyKind, Exhausted, Heap, Object, ObjectMut, PushError, Ref, SlotKind, Value};

/// Granules of the size classes; larger objects take blocks of 16 KiB. Written down a second time, since a change of these changes
/// which programs pass their limit.
const SIZES: [usize; 32] = [
    2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 341, 409, 512,
    682, 1024,
];

fn accounted(bytes: usize) -> usize {
    let granules = bytes.div_ceil(8);
    match SIZES.iter().find(|size| **size >= granules) {
        Some(size) => size * 8,
        None => bytes.div_ceil(16_384) * 16_384,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Model {
    Str(String),
    /// Elements, and the bytes of the buffer, which never shrinks.
    Array(SlotKind, Vec<Value>, usize),
    Record(Vec<Value>),
    Closure(Ref, usize, Vec<Value>),
    Boxed(Vec<Ref>, usize),
}

impl Model {
    fn refers_to(&self) -> Vec<Ref> {
        let of = |value: &Value| match value {
            Value::Ref(reference) => *reference,
            Value::Any(any) => match any.kind() {
                AnyKind::Ref(reference) => reference,
                _ => Ref::NULL,
            },
            _ => Ref::NULL,
        };
        match self {
            Model::Str(_) => Vec::new(),
            Model::Array(_, values, _) | Model::Record(values) => values.iter().map(of).collect(),
            Model::Closure(receiver, _, values) => values.iter().map(of).chain([*receiver]).collect(),
            Model::Boxed(to, _) => to.clone(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Model::Str(text) => accounted(8 + text.len()),
            Model::Array(_, _, buffer) => accounted(24) + buffer,
            Model::Record(words) => accounted(8 + 8 * words.len()),
            Model::Closure(_, _, words) => accounted(16 + 8 * words.len()),
            Model::Boxed(_, bytes) => accounted(8) + bytes,
        }
    }

    fn of(object: Object<'_, Link>, buffer: usize) -> Model {
        match object {
            Object::Str(text) => Model::Str(text.to_owned()),
            Object::Array(array) => Model::Array(array.slot(), array.iter().collect(), buffer),
            Object::Tuple(record) | Object::Instance(record) | Object::Cell(record) => Model::Record(record.iter().collect()),
            Object::Closure(closure) => {
                let captures = closure.captures().iter().collect();
                Model::Closure(closure.receiver(), closure.filled(), captures)
            }
            Object::Boxed(link) => Model::Boxed(link.to.clone(), link.bytes),
        }
    }
}

fn width(slot: SlotKind) -> usize {
    match slot {
        SlotKind::Bool => 1,
        SlotKind::I32 => 4,
        _ => 8,
    }
}

struct Pair {
    rng: Rng,
    heap: Heap<Link>,
    model: BTreeMap<Ref, Model>,
    roots: Vec<Ref>,
}

impl Pair {
    fn new(seed: u64, limit: usize) -> Pair {
        Pair {
            rng: Rng::with_seed(seed),
            heap: heap(limit),
            model: BTreeMap::new(),
            roots: Vec::new(),
        }
    }

    /// One of the objects that can be reached, or null.
    fn any_reference(&mut self) -> Ref {
        if self.roots.is_empty() || self.rng.u8(..) < 30 {
            return Ref::NULL;
        }
        let mut at = self.roots[self.rng.usize(..self.roots.len())];
        for _ in 0..self.rng.usize(..4) {
            let next = self.model[&at].refers_to();
            match next.get(self.rng.usize(..next.len().max(1))) {
                Some(next) if !next.is_null() => at = *next,
                _ => break,
            }
        }
        at
    }

    fn value(&mut self, slot: SlotKind) -> Value {
        match slot {
            SlotKind::I32 => Value::I32(self.rng.i32(..)),
            SlotKind::F64 => Value::F64(f64::from_bits(self.rng.u64(..))),
            SlotKind::Bool => Value::Bool(self.rng.bool()),
            SlotKind::Any if self.rng.bool() => Value::Any(Any::from_ref(self.any_reference())),
            SlotKind::Any => Value::Any(Any::from_f64(self.rng.f64())),
            SlotKind::Ref => Value::Ref(self.any_reference()),
        }
    }

    fn reachable(&self) -> BTreeSet<Ref> {
        let mut seen = BTreeSet::new();
        let mut waiting = self.roots.clone();
        while let Some(reference) = waiting.pop() {
            if !reference.is_null() && seen.insert(reference) {
                waiting.extend(self.model[&reference].refers_to());
            }
        }
        seen
    }

    fn collect(&mut self) {
        let roots = &self.roots;
        self.heap.collect(|marker| roots.iter().for_each(|root| marker.mark(*root)));
        let alive = self.reachable();
        self.model.retain(|reference, _| alive.contains(reference));
        let expected: usize = self.model.values().map(Model::bytes).sum();
        assert_eq!(
            self.heap.used(),
            expected,
            "the bytes in use are those of what can be reached"
        );
        assert_eq!(self.heap.statistics().live, expected);
        self.compare();
    }

    fn compare(&mut self) {
        for (reference, model) in &self.model {
            let buffer = match model {
                Model::Array(_, _, buffer) => *buffer,
                _ => 0,
            };
            let found = self.heap.get(*reference).map(|object| Model::of(object, buffer));
            assert_eq!(found.as_ref(), Some(model), "{reference:?}");
        }
        let roots = &self.roots;
        let dangling = self
            .heap
            .count_dangling(|marker| roots.iter().for_each(|root| marker.mark(*root)));
        assert_eq!((dangling, self.heap.statistics().dangling), (0, 0));
    }

    /// One of these sizes; the last ones rarely, since comparing large objects takes long.
    fn size(&mut self, sizes: [usize; 7]) -> usize {
        let most = if self.rng.u8(..8) == 0 { 7 } else { 5 };
        sizes[self.rng.usize(..most)]
    }

    fn allocate(&mut self) -> Result<(), Exhausted> {
        let (reference, model) = match self.rng.u8(..8) {
            0 => {
                let length = self.size([0, 3, 9, 40, 300, 9_000, 30_000]);
                let text: String = (0..length).map(|_| self.rng.alphanumeric()).collect();
                (self.heap.allocate_string(&text)?, Model::Str(text))
            }
            1 => {
                use SlotKind::{Any, Bool, F64, I32, Ref};
                let slot = [I32, F64, Bool, Any, Ref][self.rng.usize(..5)];
                let count = self.size([0, 1, 4, 9, 30, 400, 5_000]);
                let array = self.heap.allocate_array(TypeId(1), slot, count)?;
                let buffer = if count == 0 { 0 } else { accounted(8 + count * width(slot)) };
                (array, Model::Array(slot, vec![Value::zero(slot); count], buffer))
            }
            2 => {
                let to: Vec<Ref> = (0..self.rng.usize(..4)).map(|_| self.any_reference()).collect();
                let bytes = self.rng.usize(..200);
                let link = Link { to: to.clone(), bytes };
                (self.heap.allocate_boxed(link)?, Model::Boxed(to, bytes))
            }
            3 => {
                let closure = self.heap.allocate_record(CLOSURE)?;
                let captures = vec![Value::zero(SlotKind::Ref), Value::zero(SlotKind::Any)];
                (closure, Model::Closure(Ref::NULL, 0, captures))
            }
            _ => {
                let shape = [PAIR, POINT, TUPLE, CELL, REF_CELL][self.rng.usize(..5)];
                let record = self.heap.allocate_record(shape)?;
                let slots = self.heap.shape(shape).expect("a shape").slots();
                (record, Model::Record(slots.iter().map(|slot| Value::zero(*slot)).collect()))
            }
        };
        let before = self.model.insert(reference, model);
        assert_eq!(before.filter(|_| self.reachable().contains(&reference)), None, "it was alive");
        self.roots.push(reference);
        Ok(())
    }

    fn change(&mut self) -> Result<(), Exhausted> {
        let object = self.any_reference();
        if object.is_null() {
            return Ok(());
        }
        let mut model = self.model[&object].clone();
        match &mut model {
            Model::Str(_) => {}
            Model::Array(slot, values, buffer) => {
                let value = self.value(*slot);
                let Some(ObjectMut::Array(mut array)) = self.heap.get_mut(object) else {
                    panic!("no array")
                };
                match self.rng.u8(..4) {
                    0 => assert_eq!(array.pop(), values.pop()),
                    1 if !values.is_empty() => {
                        let index = self.rng.usize(..values.len());
                        assert_eq!(array.set(index, value), Ok(true));
                        values[index] = value;
                    }
                    _ => match array.push(value) {
                        Ok(()) => {
                            values.push(value);
                            let capacity = buffer.saturating_sub(8) / width(*slot);
                            if values.len() > capacity {
                                *buffer = accounted(8 + (capacity * 2).max(4) * width(*slot));
                            }
                        }
                        Err(PushError::Exhausted(error)) => return Err(error),
                        Err(PushError::WrongSlot(error)) => panic!("{error}"),
                    },
                }
            }
            Model::Record(values) => {
                let index = self.rng.usize(..values.len());
                values[index] = self.value(values[index].slot());
                let Some(ObjectMut::Tuple(mut record) | ObjectMut::Instance(mut record) | ObjectMut::Cell(mut record)) =
                    self.heap.get_mut(object)
                else {
                    panic!("no record")
                };
                assert_eq!(record.set(index, values[index]), Ok(true));
            }
            Model::Closure(receiver, filled, values) => {
                *receiver = self.any_reference();
                *filled += 1;
                values[0] = self.value(SlotKind::Ref);
                let Some(ObjectMut::Closure(mut closure)) = self.heap.get_mut(object) else {
                    panic!("no closure")
                };
                closure.set_receiver(*receiver);
                closure.set_filled(*filled as u32);
                assert_eq!(closure.captures.set(0, values[0]), Ok(true));
            }
            Model::Boxed(to, _) => {
                to.push(self.any_reference());
                let Some(ObjectMut::Boxed(link)) = self.heap.get_mut(object) else {
                    panic!("no link")
                };
                link.to.clone_from(to);
            }
        }
        self.model.insert(object, model);
        Ok(())
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            if self.heap.wants_collection() {
                self.collect();
            }
            let result = match self.rng.u8(..100) {
                0..45 => self.allocate(),
                45..80 => self.change(),
                80..98 => {
                    if !self.roots.is_empty() {
                        let index = self.rng.usize(..self.roots.len());
                        self.roots.swap_remove(index);
                    }
                    Ok(())
                }
                98 => {
                    self.heap.set_stress(self.rng.u8(..4) == 0);
                    Ok(())
                }
                _ => {
                    self.collect();
                    Ok(())
                }
            };
            assert!(self.heap.used() <= self.heap.limit());
            if let Err(Exhausted { wanted, used, limit }) = result {
                assert_eq!((used, limit), (self.heap.used(), self.heap.limit()));
                assert!(
                    used + accounted(wanted) > limit,
                    "{wanted} bytes had room in {used} of {limit}"
                );
                self.collect();
            }
        }
        self.collect();
        self.roots.clear();
        self.collect();
        assert_eq!(self.heap.used(), 0);
    }
}

fn steps() -> usize {
    if cfg!(miri) { 60 } else { 400 }
}

#[test]
fn random_programs_behave_as_the_model_does() {
    for seed in 0..if cfg!(miri) { 2 } else { 15 } {
        Pair::new(seed, 64 << 20).run(steps());
    }
}

#[test]
fn a_limit_that_is_met_often_is_exact() {
    for seed in 0..if cfg!(miri) { 2 } else { 15 } {
        let limit = [100, 1_000, 20_000, 60_000, 300_000][seed as usize % 5];
        Pair::new(1000 + seed, limit).run(steps());
    }
}

#[test]
fn collecting_at_every_step_changes_nothing() {
    for seed in 0..if cfg!(miri) { 1 } else { 5 } {
        let mut pair = Pair::new(2000 + seed, 1 << 20);
        pair.heap.set_stress(true);
        pair.run(steps() / 2);
    }
}
