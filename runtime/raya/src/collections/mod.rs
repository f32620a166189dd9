//! Keeps entries by key in the order in which the keys were first put in: what is behind maps and sets.
//!
//! Two keys are one when `==` of the language says so, or when both are NaN: otherwise what was stored under NaN could never be
//! found or removed again. So 1 and 1.0 are one key, as they are one number wherever a program compares them; texts are compared by
//! content, other objects by identity.
//!
//! A table of positions finds an entry; the entries themselves stand in a row. A removed one leaves a gap, which goes when the row is
//! full: so removing is as fast as finding, and the order stays.

mod natives;
mod positions;

use core::cell::Cell;
use core::hash::{BuildHasher, Hasher};
use core::num::NonZeroU32;

use hashbrown::DefaultHashBuilder;
use raya_heap::Marker;

use crate::any::{Any, AnyKind};
use crate::context::Heap;

pub(crate) use natives::add as add_natives;
use positions::Positions;

/// A map from keys to values.
pub type Map = Ordered<Any>;

/// A set of values.
pub type Set = Ordered<()>;

/// The room that is made first, in entries.
const FIRST_ROOM: usize = 4;
/// What an empty map or set is accounted with.
const EMPTY: usize = 64;
/// What the room for an entry is accounted with: key, value, hash, and its share of the table of positions.
const ENTRY: usize = 48;

/// Entries by key, in order.
#[derive(Debug, Clone, Default)]
pub struct Ordered<V> {
    /// `None` where an entry was removed.
    entries: Vec<Option<Entry<V>>>,
    /// Positions in `entries`, by the hash of the key.
    positions: Positions,
    live: usize,
    /// For how many entries memory is accounted.
    room: usize,
    /// What was looked for last: mostly it is looked for again at once, to be changed.
    last: Cell<Option<Last>>,
    /// Seeded at random, so that no program can choose keys that collide. The order of entries doesn't depend on it.
    hashes: DefaultHashBuilder,
}

#[derive(Debug, Clone, Copy)]
struct Entry<V> {
    hash: NonZeroU32,
    key: Any,
    value: V,
}

/// A key that was looked for, and where it is.
#[derive(Debug, Clone, Copy)]
struct Last {
    key: Any,
    /// How many collections there had been: the place of a text may be another text's after one.
    collections: u64,
    found: Found,
}

/// A key in the form in which equal ones are identical.
#[derive(PartialEq, Eq)]
enum Key<'a> {
    Text(&'a str),
    Bits(u64),
}

impl Key<'_> {
    fn of(heap: &Heap, key: Any) -> Key<'_> {
        match key.kind() {
            AnyKind::F64(value) => {
                // Saturates where the float is no integer, and then differs from it.
                let whole = value as i32;
                let key = if f64::from(whole) == value {
                    Any::from_i32(whole)
                } else {
                    Any::from_f64(value)
                };
                Key::Bits(key.bits())
            }
            AnyKind::Ref(reference) => heap.text(reference).map_or(Key::Bits(key.bits()), Key::Text),
            AnyKind::Null | AnyKind::Bool(_) | AnyKind::I32(_) => Key::Bits(key.bits()),
        }
    }
}

/// Where a key is, or would be.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    hash: NonZeroU32,
    position: Option<u32>,
}

impl Found {
    /// Whether there is an entry of the key.
    pub fn exists(&self) -> bool {
        self.position.is_some()
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
    pub fn find(&self, heap: &Heap, key: Any) -> Found {
        let collections = heap.collections();
        if let Some(last) = self.last.get()
            && last.key.bits() == key.bits()
            && last.collections == collections
        {
            return last.found;
        }
        let found = self.search(heap, key);
        self.last.set(Some(Last { key, collections, found }));
        found
    }

    fn search(&self, heap: &Heap, key: Any) -> Found {
        let wanted = Key::of(heap, key);
        let hash = self.hash(&wanted);
        let is_same = |position: u32| match self.entry(position) {
            // What has the same bits is the same; other bits are compared by what they mean.
            Some(entry) => entry.key.bits() == key.bits() || Key::of(heap, entry.key) == wanted,
            None => false,
        };
        Found {
            hash,
            position: self.positions.find(hash, is_same),
        }
    }

    /// Numbers that follow each other have hashes that do so in groups of eight: then what is looked up one after another lies together.
    /// Where the groups are is as random as the hash of a text.
    fn hash(&self, key: &Key<'_>) -> NonZeroU32 {
        let mut hasher = self.hashes.build_hasher();
        let hash = match key {
            Key::Text(text) => {
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

    fn entry(&self, position: u32) -> Option<&Entry<V>> {
        self.entries.get(position as usize)?.as_ref()
    }

    /// The value of an entry that was found.
    pub fn value(&self, found: Found) -> Option<V> {
        self.entry(found.position?).map(|entry| entry.value)
    }

    /// The bytes that have to be accounted before an entry can be [added](Ordered::put).
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
    pub fn put(&mut self, found: Found, key: Any, value: V) {
        if !found.exists() {
            self.last.set(None);
        }
        if let Some(position) = found.position {
            if let Some(Some(entry)) = self.entries.get_mut(position as usize) {
                entry.value = value;
            }
            return;
        }
        let room = self.room_for_one_more();
        if self.entries.len() == self.room {
            self.room = room;
            self.close_gaps();
        }
        // The heap's limit keeps the row far below 2³² entries.
        let position = self.entries.len() as u32;
        let hash = found.hash;
        self.entries.push(Some(Entry { hash, key, value }));
        self.positions.insert(hash, position);
        self.live += 1;
    }

    fn close_gaps(&mut self) {
        self.entries.retain(Option::is_some);
        self.entries.reserve_exact(self.room - self.entries.len());
        self.positions = Positions::with_room(self.room);
        for (position, entry) in (0..).zip(&self.entries) {
            if let Some(entry) = entry {
                self.positions.insert(entry.hash, position);
            }
        }
    }

    /// Removes the entry that was found; says whether there was one.
    pub fn remove(&mut self, found: Found) -> bool {
        let Some(position) = found.position else { return false };
        self.last.set(None);
        self.positions.remove(found.hash, position);
        if let Some(entry) = self.entries.get_mut(position as usize) {
            *entry = None;
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

    fn heap() -> Heap {
        Heap::new(1 << 20, Vec::new()).expect("there is address space")
    }

    fn put(map: &mut Map, heap: &Heap, key: Any, value: i32) {
        let found = map.find(heap, key);
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
        assert!(map.find(&heap, Any::from_ref(same)).exists());
        heap.collect(|marker| marker.mark(kept));
        let mut met = false;
        for _ in 0..10_000 {
            let other = heap.allocate_string("other").expect("there is room");
            assert!(!map.find(&heap, Any::from_ref(other)).exists());
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
            let found = map.find(&heap, key);
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
