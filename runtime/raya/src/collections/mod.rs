//! Keeps entries by key in the order in which the keys were first put in: what is behind maps and sets.
//!
//! Two keys are one when `==` of the language says so, or when both are NaN: otherwise what was stored under NaN could never be
//! found or removed again. So 1 and 1.0 are one key, as they are one number wherever a program compares them; texts are compared by
//! content, other objects by identity.
//!
//! A table of positions finds an entry; the entries themselves stand in a row. A removed one leaves a gap, which goes when the row is
//! full: so removing is as fast as finding, and the order stays. Keys that are numbers close together have a table of their own.

mod key;
mod natives;
mod numbers;
mod positions;

use core::cell::Cell;
use core::hash::{BuildHasher, Hasher};
use core::num::NonZeroU32;

use hashbrown::DefaultHashBuilder;
use raya_heap::{Marker, Texts};

use crate::any::{Any, AnyKind};

use key::{Key, whole};
pub(crate) use natives::add as add_natives;
use numbers::Numbers;
use positions::Positions;

/// A map from keys to values.
pub type Map = Ordered<Any>;

/// A set of values.
pub type Set = Ordered<()>;

/// The room that is made first, in entries.
const FIRST_ROOM: usize = 4;
/// What an empty map or set is accounted with.
const EMPTY: usize = 64;
/// What the room for an entry is accounted with: key, value, hash, and its share of both tables of positions.
const ENTRY: usize = 48;

/// Entries by key, in order.
#[derive(Debug, Clone)]
pub struct Ordered<V> {
    /// `None` where an entry was removed.
    entries: Vec<Option<Entry<V>>>,
    /// Positions in `entries` of keys that are numbers close together.
    numbers: Numbers,
    /// Positions in `entries` of all other keys, by their hashes.
    positions: Positions,
    live: usize,
    /// For how many entries memory is accounted.
    room: usize,
    /// What was looked for last: mostly it is looked for again at once, to be changed.
    last: Cell<Last>,
    /// Seeded at random, so that no program can choose keys that collide. The order of entries doesn't depend on it.
    hashes: DefaultHashBuilder,
}

#[derive(Debug, Clone, Copy)]
struct Entry<V> {
    /// Looked at for keys that aren't whole numbers only: their texts aren't at hand when the table of positions is made anew.
    hash: NonZeroU32,
    key: Any,
    value: V,
}

/// A key that was looked for, and where it is.
#[derive(Debug, Clone, Copy)]
struct Last {
    key: u64,
    /// How many collections there had been: the place of a text may be another text's after one.
    collections: u64,
    found: Found,
}

impl Last {
    /// There are never as many collections.
    const NOTHING: Last = Last {
        key: 0,
        collections: u64::MAX,
        found: Found::new(NonZeroU32::MIN, None),
    };
}

/// Where a key is, or would be.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    hash: NonZeroU32,
    /// [`NOWHERE`] if there is no entry of the key.
    position: u32,
}

/// A position that no entry has: the heap's limit keeps the row far below 2³² entries.
const NOWHERE: u32 = u32::MAX;

impl Found {
    #[inline]
    const fn new(hash: NonZeroU32, position: Option<u32>) -> Found {
        let position = match position {
            Some(position) => position,
            None => NOWHERE,
        };
        Found { hash, position }
    }

    /// Whether there is an entry of the key.
    #[inline]
    pub fn exists(&self) -> bool {
        self.position != NOWHERE
    }
}

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Ordered {
            entries: Vec::new(),
            numbers: Numbers::default(),
            positions: Positions::default(),
            live: 0,
            room: 0,
            last: Cell::new(Last::NOTHING),
            hashes: DefaultHashBuilder::default(),
        }
    }
}

impl<V: Copy> Ordered<V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Looks for a key. The texts of keys are in the heap, so that it is needed here and nowhere else.
    #[inline]
    pub fn find(&self, texts: Texts<'_>, key: Any) -> Found {
        if let AnyKind::I32(number) = key.kind()
            && let Some(index) = self.numbers.index(number)
        {
            return Found::new(NonZeroU32::MIN, self.numbers.get(index));
        }
        let last = self.last.get();
        if last.key == key.bits() && last.collections == texts.collections() {
            return last.found;
        }
        let found = self.search(texts, key);
        self.last.set(Last {
            key: key.bits(),
            collections: texts.collections(),
            found,
        });
        found
    }

    fn search(&self, texts: Texts<'_>, key: Any) -> Found {
        let wanted = Key::of(texts, key);
        if let Some(index) = whole(key).and_then(|number| self.numbers.index(number)) {
            return Found::new(NonZeroU32::MIN, self.numbers.get(index));
        }
        let hash = self.hash(&wanted);
        let is_same = |position: u32| match self.entry(position) {
            // What has the same bits is the same; other bits are compared by what they mean.
            Some(entry) => entry.key.bits() == key.bits() || Key::of(texts, entry.key) == wanted,
            None => false,
        };
        Found::new(hash, self.positions.find(hash, is_same))
    }

    /// Numbers that follow each other have hashes that do so in groups of eight: then what is looked up one after another lies together.
    /// Where the groups are is as random as the hash of a text.
    #[inline]
    fn hash(&self, key: &Key<'_>) -> NonZeroU32 {
        let mut hasher = self.hashes.build_hasher();
        let hash = match key {
            // Few texts differ only in zeros at their ends.
            Key::Short(text) => {
                hasher.write_u128(text.bits());
                (hasher.finish() >> 32) as u32
            }
            Key::Long(text) => {
                hasher.write(text.as_bytes());
                (hasher.finish() >> 32) as u32
            }
            Key::Bits(bits) => {
                hasher.write_u64(bits >> 3);
                (hasher.finish() >> 28) as u32 & !0xF | (*bits as u32 & 7) << 1
            }
        };
        // Any bit but the lowest is as good as another.
        NonZeroU32::MIN | hash
    }

    #[inline]
    fn entry(&self, position: u32) -> Option<&Entry<V>> {
        self.entries.get(position as usize)?.as_ref()
    }

    /// The value of an entry that was found.
    #[inline]
    pub fn value(&self, found: Found) -> Option<V> {
        self.entry(found.position).map(|entry| entry.value)
    }

    /// The bytes that have to be accounted before an entry can be [added](Ordered::put).
    #[inline]
    pub fn growth(&self, found: Found) -> usize {
        if found.exists() {
            return 0;
        }
        (self.room_for_one_more() - self.room) * ENTRY
    }

    /// The room with one more entry: the same while the row isn't full, or a quarter of it are gaps.
    fn room_for_one_more(&self) -> usize {
        if self.entries.len() < self.room || self.live <= self.room / 4 * 3 && self.room > 0 {
            self.room
        } else {
            (self.room * 2).max(FIRST_ROOM)
        }
    }

    /// Changes the value of the entry that was found, or adds one at the end. Its growth has been accounted.
    #[inline]
    pub fn put(&mut self, found: Found, key: Any, value: V) {
        match self.entries.get_mut(found.position as usize) {
            Some(Some(entry)) => entry.value = value,
            _ => self.add(found.hash, key, value),
        }
    }

    fn add(&mut self, hash: NonZeroU32, key: Any, value: V) {
        self.last.set(Last::NOTHING);
        if self.entries.len() == self.room {
            self.room = self.room_for_one_more();
            self.close_gaps();
        }
        // The heap's limit keeps the row far below 2³² entries.
        let position = self.entries.len() as u32;
        self.entries.push(Some(Entry { hash, key, value }));
        self.note(hash, key, position);
        self.live += 1;
    }

    /// Moves the entries together, and notes anew where they are.
    fn close_gaps(&mut self) {
        self.entries.retain(Option::is_some);
        self.entries.reserve_exact(self.room - self.entries.len());
        // Numbers below a bound are found by themselves where at least half of all keys are such. The table for them has two places
        // of four bytes for each entry that there is room for.
        let bound = self.room * 2;
        let is_near = |key: &Any| whole(*key).is_some_and(|number| usize::try_from(number).is_ok_and(|number| number < bound));
        let near = self.keys().filter(is_near).count();
        let worthwhile = near > 0 && near * 2 >= self.live;
        self.numbers = Numbers::below(if worthwhile { bound } else { 0 });
        self.positions = Positions::default();
        for position in 0..self.entries.len() as u32 {
            if let Some(Entry { hash, key, .. }) = self.entry(position).copied() {
                self.note(hash, key, position);
            }
        }
    }

    /// Notes where the entry of a key is. The hash matters where the key isn't a whole number.
    fn note(&mut self, hash: NonZeroU32, key: Any, position: u32) {
        let number = whole(key);
        if let Some(index) = number.and_then(|number| self.numbers.index(number)) {
            self.numbers.set(index, Some(position));
            return;
        }
        let hash = number.map_or(hash, |number| self.hash(&Key::number(number)));
        if self.positions.is_empty() {
            self.positions = Positions::with_room(self.room);
        }
        self.positions.insert(hash, position);
    }

    /// Removes the entry that was found; says whether there was one.
    pub fn remove(&mut self, found: Found) -> bool {
        let Some(place) = self.entries.get_mut(found.position as usize) else {
            return false;
        };
        let Some(entry) = place.take() else { return false };
        self.last.set(Last::NOTHING);
        match whole(entry.key).and_then(|number| self.numbers.index(number)) {
            Some(index) => self.numbers.set(index, None),
            None => self.positions.remove(found.hash, found.position),
        }
        self.live -= 1;
        if self.live == 0 {
            // Nothing but gaps: a map that is filled and emptied again and again never has to close them.
            self.entries.clear();
        }
        true
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = Any> {
        self.entries.iter().flatten().map(|entry| entry.key)
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.entries.iter().flatten().map(|entry| entry.value)
    }

    /// The bytes that it is accounted with.
    pub fn bytes(&self) -> usize {
        EMPTY + self.room * ENTRY
    }
}

impl Map {
    /// Marks all keys and values.
    pub fn trace(&self, marker: &mut Marker) {
        for entry in self.entries.iter().flatten() {
            marker.mark_any(entry.key);
            marker.mark_any(entry.value);
        }
    }
}

impl Set {
    /// Marks all values.
    pub fn trace(&self, marker: &mut Marker) {
        for entry in self.entries.iter().flatten() {
            marker.mark_any(entry.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Heap;

    fn heap() -> Heap {
        Heap::new(1 << 20, Vec::new()).expect("there is address space")
    }

    fn put(map: &mut Map, heap: &Heap, key: Any, value: i32) {
        let found = map.find(heap.texts(), key);
        map.put(found, key, Any::from_i32(value));
    }

    fn entries(map: &Map) -> Vec<(Any, Any)> {
        map.keys().zip(map.values()).collect()
    }

    #[test]
    fn equal_numbers_are_one_key_and_so_is_nan() {
        let heap = heap();
        let mut map = Map::default();
        for (value, key) in (0..).zip([
            Any::from_i32(1),
            Any::from_f64(1.0),
            Any::from_f64(0.0),
            Any::from_f64(-0.0),
            Any::from_i32(0),
            Any::from_f64(f64::NAN),
            Any::from_f64(-f64::NAN),
            Any::from_f64(2_147_483_648.0),
            Any::from_i32(i32::MAX),
            Any::from_bool(true),
            Any::NULL,
            Any::from_f64(0.5),
        ]) {
            put(&mut map, &heap, key, value);
        }
        let values: Vec<Any> = map.values().collect();
        assert_eq!(values, [1, 4, 6, 7, 8, 9, 10, 11].map(Any::from_i32));
        // The key stays as it was first put in.
        assert_eq!(map.keys().next(), Some(Any::from_i32(1)));
    }

    #[test]
    fn texts_are_keys_by_content() {
        let mut heap = heap();
        let mut text = |text: &str| Any::from_ref(heap.allocate_string(text).expect("there is room"));
        let (first, second, other) = (text("key"), text("key"), text("other"));
        let mut map = Map::default();
        put(&mut map, &heap, first, 1);
        put(&mut map, &heap, second, 2);
        put(&mut map, &heap, other, 3);
        assert_eq!(entries(&map), [(first, Any::from_i32(2)), (other, Any::from_i32(3))]);
    }

    /// After a collection another text may lie where the one lay that was looked for last.
    #[test]
    fn what_was_looked_for_last_is_forgotten_with_its_text() {
        let mut heap = heap();
        let kept = heap.allocate_string("kept").expect("there is room");
        let mut map = Map::default();
        put(&mut map, &heap, Any::from_ref(kept), 1);
        let same = heap.allocate_string("kept").expect("there is room");
        assert!(map.find(heap.texts(), Any::from_ref(same)).exists());
        heap.collect(|marker| marker.mark(kept));
        let mut met = false;
        for _ in 0..10_000 {
            let other = heap.allocate_string("other").expect("there is room");
            assert!(!map.find(heap.texts(), Any::from_ref(other)).exists());
            met |= other == same;
        }
        assert!(met, "the place is used again");
    }

    /// The same as a list of pairs that is searched from the front, whatever is done to it.
    #[test]
    fn order_and_content_are_those_of_a_list() {
        let heap = heap();
        let mut map = Map::default();
        let mut list: Vec<(Any, Any)> = Vec::new();
        let mut state: u32 = 1;
        for step in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = Any::from_i32((state >> 16 & 63).cast_signed());
            let position = list.iter().position(|(other, _)| *other == key);
            let found = map.find(heap.texts(), key);
            assert_eq!(map.value(found), position.map(|position| list[position].1));
            if state >> 24 & 1 == 0 {
                let accounted = map.bytes() + map.growth(found);
                map.put(found, key, Any::from_i32(step));
                assert_eq!(map.bytes(), accounted);
                match position {
                    Some(position) => list[position].1 = Any::from_i32(step),
                    None => list.push((key, Any::from_i32(step))),
                }
            } else {
                assert_eq!(map.remove(found), position.is_some());
                if let Some(position) = position {
                    list.remove(position);
                }
            }
            assert_eq!(map.len(), list.len());
        }
        assert_eq!(entries(&map), list);
        assert!(map.bytes() <= EMPTY + 128 * ENTRY, "gaps are used again");
    }
}
