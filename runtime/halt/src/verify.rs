//! Looking at every object of an arena: what [`Arena::attach`](crate::Arena::attach) demands of an image, and tests of every operation.
//!
//! Each object is held to rules about itself and what it refers to directly. Together they rule out cycles: a value is deeper than
//! its parts, a list longer than its rest, and nodes have levels.

use crate::arena::Arena;
use crate::cursor::MAX_DEPTH;
use crate::error::Error;
use crate::layout::state;
use crate::object::{Header, Kind};
use crate::scalar::{MAX_COUNT, Type};
use crate::sync::Ordering;
use crate::word::Word;

impl Arena<'_> {
    /// Looks at every atom and every object.
    ///
    /// # Errors
    /// [`Error::BadImage`] when something is damaged.
    pub fn verify(&mut self) -> Result<(), Error> {
        let sound = self.is_image();
        let idle = self.layout.idle(self.generation);
        self.clear_starts(idle, idle + self.layout.space);
        if sound { Ok(()) } else { Err(Error::BadImage) }
    }

    fn is_image(&self) -> bool {
        let start = self.layout.active(self.generation);
        let top = self.read(state::TOP) as usize;
        let survived = self.read(state::SURVIVED) as usize;
        if !(start..=start + self.layout.space).contains(&top) || !(start..=top).contains(&survived) {
            return false;
        }
        // First that objects follow one another up to the top, and which words start values. References are looked at when all
        // starts are known; those of inner nodes are noted in the part of the bitmap that belongs to the idle semispace.
        let mut at = start;
        let mut values = 0;
        while at < top {
            let header = self.header(at);
            if header.length as usize > 2 * MAX_COUNT {
                return false;
            }
            let end = at + header.words();
            if end > top || header.kind == Kind::Forward || self.is_start(at) != header.kind.is_value() {
                return false;
            }
            if header.pack(Header::owner(self.read(at))) != self.read(at) {
                return false;
            }
            values += u32::from(header.kind.is_value());
            at = end;
        }
        if self.count_starts() != values {
            return false;
        }
        let mut at = start;
        while at < top {
            self.set_start(self.mark(at));
            at += self.header(at).words();
        }
        let mut at = start;
        while at < top {
            let header = self.header(at);
            if !self.is_sound(at, header, start, top) {
                return false;
            }
            at += header.words();
        }
        let mut atoms = 0;
        for cell in self.live_cells() {
            if !self.is_value(Word::from_bits(cell.load(Ordering::Relaxed))) {
                return false;
            }
            atoms += 1;
        }
        atoms == self.read(state::LIVE_ATOMS) && self.slots_are_sound()
    }

    /// Where in the idle semispace a start of the active one is noted.
    fn mark(&self, at: usize) -> usize {
        at - self.layout.active(self.generation) + self.layout.idle(self.generation)
    }

    fn is_sound(&self, at: usize, header: Header, start: usize, top: usize) -> bool {
        let (length, depth) = (header.length as usize, header.depth);
        let part = |offset: usize| Word::from_bits(self.read(at + offset));
        let is_part = |word: Word, deepest: u8| self.is_value(word) && self.depth(word) <= deepest;
        if usize::from(depth) > MAX_DEPTH || length > MAX_COUNT {
            return false;
        }
        // The depth is exact, so that no operation refuses what is nested no deeper than it may be.
        let (first, count) = header.references();
        let parts = match header.kind {
            Kind::List => self.depth(part(2)).max(self.depth(part(1)).saturating_add(1)),
            Kind::Vector | Kind::Map => self.depth(part(1)).saturating_add(1),
            _ => self.deepest(at + first, count),
        };
        if depth != parts {
            return false;
        }
        match header.kind {
            Kind::Forward => false,
            Kind::Integer => depth == 0 && length == 0 && Word::small(self.read(at + 1) as i64).is_none(),
            Kind::Bytes => {
                let last = self.read(at + header.words() - 1);
                depth == 0 && length > 0 && (length % 8 == 0 || last >> (length % 8 * 8) == 0)
            }
            Kind::List => {
                let rest = part(2);
                depth > 0
                    && is_part(part(1), depth - 1)
                    && is_part(rest, depth)
                    && self.known_type(rest) == Type::List
                    && self.known_count(rest) + 1 == length
            }
            Kind::Vector => depth > 0 && self.vector_node_count(part(1), header.shift, depth - 1, start, top) == Some(length),
            Kind::Map => depth > 0 && length > 0 && self.is_map_node(part(1), 0, depth - 1, start, top),
            Kind::VectorNode => {
                (1..=32).contains(&length)
                    && header.shift.is_multiple_of(5)
                    && (1..=length).all(|child| match header.shift.checked_sub(5) {
                        None => is_part(part(child), depth),
                        Some(shift) => {
                            let count = self.vector_node_count(part(child), shift, depth, start, top);
                            if child < length {
                                count == Some(1 << header.shift)
                            } else {
                                count.is_some()
                            }
                        }
                    })
            }
            Kind::MapNode => {
                let bits = self.read(at + 1);
                let entries = (bits as u32).count_ones() as usize;
                bits as u32 & (bits >> 32) as u32 == 0
                    && 2 * entries + (bits >> 32).count_ones() as usize == length
                    && (2..2 + 2 * entries).all(|entry| is_part(part(entry), depth))
                    && (2 + 2 * entries..2 + length)
                        .all(|child| self.is_map_node(part(child), header.shift + 5, depth, start, top))
            }
            Kind::Collision => length >= 4 && length % 2 == 0 && (1..=length).all(|entry| is_part(part(entry), depth)),
        }
    }

    /// The inner node that the word refers to, if it lies between objects that were looked at.
    fn inner_node(&self, word: Word, deepest: u8, start: usize, top: usize) -> Option<(usize, Header)> {
        let (at, header) = self.object(word)?;
        let fits = (start..top).contains(&at) && at + header.words() <= top && header.depth <= deepest;
        (fits && !header.kind.is_value() && self.is_start(self.mark(at))).then_some((at, header))
    }

    /// How many elements are below the vector node that the word refers to.
    fn vector_node_count(&self, word: Word, shift: u16, deepest: u8, start: usize, top: usize) -> Option<usize> {
        let (mut at, mut header) = self.inner_node(word, deepest, start, top)?;
        let mut count = 0;
        let mut level = shift;
        // Every node but the last of its level must be full, so that only the last ones need be followed.
        loop {
            if header.kind != Kind::VectorNode || header.shift != level || header.length == 0 || level > 25 {
                return None;
            }
            if level == 0 {
                return Some(count + header.length as usize);
            }
            count += (header.length as usize - 1) << level;
            (at, header) = self.inner_node(Word::from_bits(self.read(at + header.length as usize)), deepest, start, top)?;
            level -= 5;
        }
    }

    fn is_map_node(&self, word: Word, shift: u16, deepest: u8, start: usize, top: usize) -> bool {
        match self.inner_node(word, deepest, start, top) {
            Some((_, header)) if shift == 35 => header.kind == Kind::Collision && header.shift == 35,
            Some((_, header)) => header.kind == Kind::MapNode && header.shift == shift,
            None => false,
        }
    }
}
