//! Makes and reads strings.
//!
//! Most are short. One of at most sixteen bytes goes through registers as a number: joining, comparing and hashing it copies nothing.

use crate::access::raw;
use crate::blocks::Blocks;
use crate::error::Exhausted;
use crate::heap::Heap;
use crate::layout::{self, Kind};
use crate::object::Raw;
use crate::reference::Ref;
use crate::region::Region;

/// The most bytes of a short text.
const SHORT: u32 = 16;

/// A text of at most sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortText {
    /// The first byte is the lowest; zeros follow the last. Always valid UTF-8.
    bytes: u128,
    length: u32,
}

impl ShortText {
    /// An integer in decimal, with its sign if it is negative.
    pub fn decimal(number: i32) -> ShortText {
        let mut text = ShortText { bytes: 0, length: 0 };
        let mut rest = number.unsigned_abs();
        loop {
            text.put_in_front(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            text.put_in_front(b'-');
        }
        text
    }

    /// Only called with ASCII, and not more often than there is room.
    fn put_in_front(&mut self, byte: u8) {
        self.bytes = self.bytes << 8 | u128::from(byte);
        self.length += 1;
    }

    /// Its bytes as a number. Texts that differ only in zeros at their ends have the same.
    #[inline]
    pub fn bits(self) -> u128 {
        self.bytes
    }

    /// Both, one behind the other, if that is short.
    #[inline]
    fn followed_by(self, other: ShortText) -> Option<ShortText> {
        let length = self.length + other.length;
        if length > SHORT {
            return None;
        }
        // Where there is nothing to shift by so much, the other one is empty.
        let behind = other.bytes.checked_shl(self.length * 8).unwrap_or(0);
        Some(ShortText {
            bytes: self.bytes | behind,
            length,
        })
    }
}

/// A text, in the form that its length gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'a> {
    /// Of at most sixteen bytes.
    Short(ShortText),
    /// Of more.
    Long(&'a str),
}

/// The strings of a heap, apart from its boxed values: those can be changed meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    region: &'a Region,
    blocks: &'a Blocks,
    collections: u64,
}

impl<'a> Texts<'a> {
    /// The text behind a reference, if it is a string.
    #[inline]
    pub fn get(self, reference: Ref) -> Option<Text<'a>> {
        let raw = raw(self.region, self.blocks, reference)?;
        if raw.kind()? != Kind::Str {
            return None;
        }
        match short_in(raw) {
            Some(short) => Some(Text::Short(short)),
            None => text_in(raw).map(Text::Long),
        }
    }

    /// How many collections there were: as long as the number stays the same, no text takes the place of another.
    #[inline]
    pub fn collections(self) -> u64 {
        self.collections
    }
}

/// The text in a string's place, if it is short. Behind it there are zeros: places of small objects are zeroed before they are used,
/// and what writes a text writes no further.
#[inline]
fn short_in(raw: Raw) -> Option<ShortText> {
    let length = raw.aux();
    if length > SHORT {
        return None;
    }
    // Outside of a smaller place there are zeros too.
    let word = |at: usize| u128::from(u64::from_le(raw.u64_at(layout::BODY + at)));
    Some(ShortText {
        bytes: word(0) | word(8) << 64,
        length,
    })
}

/// The text in a string's place.
#[inline]
pub(crate) fn text_in<'a>(raw: Raw) -> Option<&'a str> {
    // SAFETY: those who call this borrow the heap for as long as they use what is returned, and strings never change.
    let bytes = unsafe { raw.bytes(layout::BODY, raw.aux() as usize)? };
    // SAFETY: only `allocate_text` writes this kind, and its callers write the bytes of whole strings at once. Where places
    // begin is fixed while a block has its class; a block that gets another one is zeroed first, so that no other bytes are
    // read as a header.
    Some(unsafe { str::from_utf8_unchecked(bytes) })
}

impl<X> Heap<X> {
    /// The text behind a reference, if it is a string.
    #[inline]
    pub fn text(&self, reference: Ref) -> Option<&str> {
        let raw = self.raw(reference)?;
        if raw.kind()? != Kind::Str {
            return None;
        }
        text_in(raw)
    }

    /// All strings.
    #[inline]
    pub fn texts(&self) -> Texts<'_> {
        Texts {
            region: &self.region,
            blocks: &self.blocks,
            collections: self.statistics.collections,
        }
    }

    /// The Rust value behind a reference, if it leads to one, to be changed while strings are read.
    #[inline]
    pub fn boxed_beside_texts(&mut self, reference: Ref) -> Option<(&mut X, Texts<'_>)> {
        let raw = self.raw(reference)?;
        if raw.kind()? != Kind::Boxed {
            return None;
        }
        let texts = Texts {
            region: &self.region,
            blocks: &self.blocks,
            collections: self.statistics.collections,
        };
        Some((self.slab.get_mut(raw.aux(), reference)?, texts))
    }

    /// Adds a string.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn allocate_string(&mut self, text: &str) -> Result<Ref, Exhausted> {
        let (string, raw) = self.allocate_text(text.len())?;
        raw.set_bytes(layout::BODY, text.as_bytes());
        Ok(string)
    }

    /// Adds a short string.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    #[inline]
    pub fn allocate_short(&mut self, text: ShortText) -> Result<Ref, Exhausted> {
        let header = layout::header(Kind::Str, text.length);
        let (string, raw) = self.allocate_small(layout::BODY + text.length as usize, header)?;
        // Where the second half is outside of the place there is nothing to write.
        raw.set_u64(layout::BODY, (text.bytes as u64).to_le());
        raw.set_u64(layout::BODY + 8, ((text.bytes >> 64) as u64).to_le());
        Ok(string)
    }

    /// Adds a string made of two others, without a copy between; `None` if one of them isn't a string.
    ///
    /// # Errors
    ///
    /// When the limit would be passed.
    pub fn concatenate(&mut self, first: Ref, second: Ref) -> Result<Option<Ref>, Exhausted> {
        let texts = self.texts();
        let (Some(before), Some(after)) = (texts.get(first), texts.get(second)) else {
            return Ok(None);
        };
        if let (Text::Short(before), Text::Short(after)) = (before, after)
            && let Some(both) = before.followed_by(after)
        {
            return self.allocate_short(both).map(Some);
        }
        self.concatenate_long(first, second)
    }

    fn concatenate_long(&mut self, first: Ref, second: Ref) -> Result<Option<Ref>, Exhausted> {
        let (Some(before), Some(after)) = (self.text(first), self.text(second)) else {
            return Ok(None);
        };
        let length = before.len().saturating_add(after.len());
        let (before, after): (*const str, *const str) = (before, after);
        let (string, raw) = self.allocate_text(length)?;
        // SAFETY: allocation neither moves nor frees, so that both are where they were, and strings never change.
        let (before, after) = unsafe { (&*before, &*after) };
        raw.set_bytes(layout::BODY, before.as_bytes());
        raw.set_bytes(layout::BODY + before.len(), after.as_bytes());
        Ok(Some(string))
    }

    /// A string whose bytes are to be written at once.
    fn allocate_text(&mut self, length: usize) -> Result<(Ref, Raw), Exhausted> {
        let bytes = layout::BODY.saturating_add(length);
        let aux = u32::try_from(length).map_err(|_| self.exhausted(bytes))?;
        self.allocate(bytes, layout::header(Kind::Str, aux), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Boxed;
    use crate::marker::Marker;

    struct Nothing;

    impl Boxed for Nothing {
        fn trace(&self, _: &mut Marker<'_>) {}

        fn bytes(&self) -> usize {
            0
        }
    }

    fn heap() -> Heap<Nothing> {
        Heap::new(1 << 20, Vec::new()).expect("there is address space")
    }

    #[test]
    fn decimals_are_what_the_standard_library_writes() {
        let mut heap = heap();
        for number in [0, 7, -7, 10, 99, 100, -1000, 123_456_789, i32::MAX, i32::MIN] {
            let text = heap.allocate_short(ShortText::decimal(number)).expect("there is room");
            assert_eq!(heap.text(text), Some(number.to_string().as_str()));
        }
    }

    /// Every pair of lengths around those at which a text takes another place or another form.
    #[test]
    fn joined_texts_are_those_of_the_standard_library() {
        let mut heap = heap();
        let lengths = [0, 1, 3, 7, 8, 9, 15, 16, 17, 40];
        let text = |length: usize, of: &str| of.chars().cycle().take(length).collect::<String>();
        for (first, second) in lengths.into_iter().flat_map(|first| lengths.map(|second| (first, second))) {
            let (before, after) = (text(first, "abcde"), text(second, "vwxyz"));
            let (left, right) = (heap.allocate_string(&before), heap.allocate_string(&after));
            let (left, right) = (left.expect("there is room"), right.expect("there is room"));
            let both = heap.concatenate(left, right).expect("there is room").expect("both are texts");
            let wanted = before + &after;
            assert_eq!(heap.text(both), Some(wanted.as_str()));
            // The same text in the same form, however it was made.
            let same = heap.allocate_string(&wanted).expect("there is room");
            assert_eq!(heap.texts().get(both), heap.texts().get(same));
            let is_short = matches!(heap.texts().get(both), Some(Text::Short(_)));
            assert_eq!(is_short, wanted.len() <= 16);
        }
    }

    #[test]
    fn zeros_at_the_end_are_part_of_a_text() {
        let mut heap = heap();
        let mut text = |text: &str| heap.allocate_string(text).expect("there is room");
        let (with, without, empty) = (text("a\0"), text("a"), text(""));
        let texts = heap.texts();
        assert_ne!(texts.get(with), texts.get(without));
        assert_eq!(heap.concatenate(empty, Ref::NULL), Ok(None));
    }

    /// What lay in a place before doesn't become part of a text.
    #[test]
    fn places_that_are_used_again_are_zero_behind_a_text() {
        let mut heap = heap();
        heap.set_stress(true);
        let count = if cfg!(miri) { 50 } else { 5_000 };
        for _ in 0..3 {
            for _ in 0..count {
                heap.allocate_string("fifteen bytes !").expect("there is room");
            }
            heap.collect(|_| ());
            for _ in 0..count {
                let short = heap.allocate_string("nine byte").expect("there is room");
                let again = heap.allocate_string("nine byte").expect("there is room");
                assert_eq!(heap.texts().get(short), heap.texts().get(again));
            }
            heap.collect(|_| ());
        }
    }
}
