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
    #[inline]
    pub fn decimal(number: i32) -> ShortText {
        let size = number.unsigned_abs();
        let (first, rest) = (size / HUNDRED_MILLION, size % HUNDRED_MILLION);
        let mut text = if first == 0 {
            ShortText::digits(rest)
        } else {
            let mut text = ShortText::digits(first);
            text.bytes |= u128::from(eight_digits(rest) + ZEROS) << (text.length * 8);
            text.length += 8;
            text
        };
        if number < 0 {
            text.bytes = text.bytes << 8 | u128::from(b'-');
            text.length += 1;
        }
        text
    }

    /// A number below 10⁸ in decimal.
    #[inline]
    fn digits(number: u32) -> ShortText {
        // Most are small, and what is made of them waits for fewer steps then.
        let digits = if number < 10_000 {
            u64::from(four_digits(number)) << 32
        } else {
            eight_digits(number)
        };
        // The last of them stands, even if it is 0.
        let zeros = (digits.trailing_zeros() / 8).min(7);
        ShortText {
            bytes: u128::from((digits + ZEROS) >> (zeros * 8)),
            length: 8 - zeros,
        }
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

const HUNDRED_MILLION: u32 = 100_000_000;

/// Eight times the digit 0.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// The eight digits of a number below 10⁸, from 0 to 9, the first of which is the lowest byte. They are split off in three steps that treat all
/// groups at once: two groups of four digits, four of two, eight of one. Without a loop, there is nothing to guess about how many there are.
#[inline]
fn eight_digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    // A multiplication and a shift divide exactly where numbers are so small: by 100 up to 9999, by 10 up to 99.
    let hundreds = ((fours * 10_486) >> 20) & 0x7F_0000_007F;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (twos - tens * 10) << 8
}

/// The same for a number below 10⁴ and its four digits.
#[inline]
fn four_digits(number: u32) -> u32 {
    let hundreds = (number * 10_486) >> 20;
    let twos = hundreds | (number - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F;
    tens | (twos - tens * 10) << 8
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
        // Two ways, each with its size class: otherwise the address would wait until the length is known.
        if text.length as usize <= layout::WORD {
            let (string, raw) = self.allocate(layout::BODY + layout::WORD, header, true)?;
            raw.set_u64(layout::BODY, (text.bytes as u64).to_le());
            return Ok(string);
        }
        let (string, raw) = self.allocate(layout::BODY + 2 * layout::WORD, header, true)?;
        raw.set_u64(layout::BODY, (text.bytes as u64).to_le());
        raw.set_u64(layout::BODY + layout::WORD, ((text.bytes >> 64) as u64).to_le());
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

    /// The same for an engine, which knows what its references lead to: `None` where one is null or there is no room.
    ///
    /// # Safety
    ///
    /// Both are null or references to live strings of this heap.
    #[inline]
    pub unsafe fn concatenate_known(&mut self, first: Ref, second: Ref) -> Option<Ref> {
        if first.is_null() || second.is_null() {
            return None;
        }
        // SAFETY: by the caller's word. Allocation neither moves nor frees, so that both stay where they are.
        let (before, after) = unsafe { (self.raw_of_string(first), self.raw_of_string(second)) };
        if let (Some(before), Some(after)) = (short_in(before), short_in(after))
            && let Some(both) = before.followed_by(after)
        {
            return self.allocate_short(both).ok();
        }
        let (before, after) = (text_in(before)?, text_in(after)?);
        let (string, raw) = self.allocate_text(before.len() + after.len()).ok()?;
        raw.set_bytes(layout::BODY, before.as_bytes());
        raw.set_bytes(layout::BODY + before.len(), after.as_bytes());
        Some(string)
    }

    /// The place of a string.
    ///
    /// # Safety
    ///
    /// The reference is to a live string of this heap.
    #[inline]
    unsafe fn raw_of_string(&self, string: Ref) -> Raw {
        let base = self.region.base();
        // SAFETY: every object begins with a header, which says how long this one is, and places are whole granules.
        unsafe {
            let length = Raw::new(base, string, layout::HEADER).aux() as usize;
            Raw::new(base, string, layout::BODY + length.next_multiple_of(layout::GRANULE))
        }
    }

    /// A string whose bytes are to be written at once.
    #[inline]
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
    fn every_group_of_digits_is_split_off() {
        for group in 0..10_000 {
            for number in [group, group * 10_000, group * 10_001] {
                assert_eq!(
                    (eight_digits(number) + ZEROS).to_le_bytes(),
                    *format!("{number:08}").as_bytes()
                );
            }
            assert_eq!(four_digits(group), (eight_digits(group) >> 32) as u32);
        }
    }

    #[test]
    fn decimals_are_what_the_standard_library_writes() {
        let mut heap = heap();
        let powers = (0..10)
            .map(|power| 10i32.pow(power))
            .flat_map(|power| [power - 1, power, power + 1]);
        let others = [
            -7,
            -1000,
            1_020_304,
            90_807_060,
            123_456_789,
            2_100_000_000,
            i32::MAX,
            i32::MIN,
        ];
        for number in powers.chain(others) {
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
            // SAFETY: nothing was collected since both were made.
            let known = unsafe { heap.concatenate_known(left, right) };
            assert_eq!(heap.texts().get(known.expect("there is room")), heap.texts().get(both));
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
