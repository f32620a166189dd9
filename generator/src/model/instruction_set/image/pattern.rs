//! Patterns of words: which bits are fixed, and which belong to a field.

use std::ops::Range;

/// The most patterns that a search for a word looks at; real sets need a few hundred.
const MOST_STEPS: u32 = 10_000_000;

/// A set of words: those that have `value` in the bits of `mask`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cube {
    /// The bits that are fixed.
    pub mask: u32,
    /// What they are; zero elsewhere.
    pub value: u32,
}

impl Cube {
    /// The words that are in both.
    pub fn and(self, other: Cube) -> Option<Cube> {
        let differs = (self.value ^ other.value) & self.mask & other.mask;
        (differs == 0).then_some(Cube {
            mask: self.mask | other.mask,
            value: self.value | other.value,
        })
    }

    /// Whether every word of this one is in `other`, too.
    pub fn is_within(self, other: Cube) -> bool {
        self.and(other) == Some(self)
    }

    /// A word of this one that is in none of `others`.
    ///
    /// Looking for it can take very long if there are many others; a search that was given up answers with any word of this one.
    pub fn witness_outside(self, others: &[Cube]) -> Option<u32> {
        let mut others: Vec<Cube> = others.iter().copied().filter(|other| self.and(*other).is_some()).collect();
        others.sort_unstable_by_key(|other| (other.mask.count_ones(), other.mask, other.value));
        others.dedup();
        let mut steps = MOST_STEPS;
        self.search(&others, &mut steps)
    }

    /// Each call fixes at least one bit more than its caller, so that calls are never nested deeper than a word has bits.
    fn search(self, others: &[Cube], steps: &mut u32) -> Option<u32> {
        let Some(at) = others.iter().position(|other| self.and(*other).is_some()) else {
            return Some(self.value);
        };
        let looked_at = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let Some(left) = steps.checked_sub(looked_at) else {
            return Some(self.value);
        };
        *steps = left;
        let (first, rest) = (others[at], &others[at + 1..]);
        // Fix one after the other the bits that `first` has fixed, each time against it: all these parts lie outside of it.
        let mut part = self;
        let mut free = first.mask & !self.mask;
        while free != 0 {
            let bit = free & free.wrapping_neg();
            free &= !bit;
            let other_way = Cube {
                mask: part.mask | bit,
                value: part.value | (!first.value & bit),
            };
            if let Some(word) = other_way.search(rest, steps) {
                return Some(word);
            }
            part.mask |= bit;
            part.value |= first.value & bit;
        }
        None
    }
}

/// A run of bits that holds an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitField {
    /// The letter in the pattern: operands whose names begin with it are bound to the field.
    pub letter: char,
    /// The position of its least bit.
    pub shift: u32,
    /// Its width.
    pub bits: u32,
}

impl BitField {
    /// The largest number that fits.
    pub fn largest(self) -> u32 {
        if self.bits >= 32 { u32::MAX } else { (1 << self.bits) - 1 }
    }

    /// Its bits in the word.
    pub fn mask(self) -> u32 {
        self.largest() << self.shift
    }
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it stands in the spec, without spaces.
    pub text: String,
    /// The words that match.
    pub cube: Cube,
    /// From the most significant one.
    pub fields: Vec<BitField>,
}

/// Why a pattern can't be read, and the part of its text that is to blame.
pub struct Fault {
    /// In a sentence.
    pub message: String,
    /// In bytes of the text.
    pub range: Range<usize>,
}

impl Pattern {
    /// Reads a pattern of words with `bits` bits.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn parse(text: &str, bits: u32) -> Result<Pattern, Fault> {
        let whole = |message: String| Fault {
            message,
            range: 0..text.len(),
        };
        let characters: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
        let each = match characters.len() as u32 {
            count if count == bits / 4 => 4,
            count if count == bits => 1,
            count => {
                return Err(whole(format!(
                    "a word of {bits} bits has {} characters, one for four bits, or {bits}, one for each bit; here are {count}",
                    bits / 4
                )));
            }
        };
        let mut cube = Cube { mask: 0, value: 0 };
        let mut fields: Vec<BitField> = Vec::new();
        let mut last = None;
        for (position, (at, c)) in characters.iter().enumerate() {
            let shift = bits - (position as u32 + 1) * each;
            let range = *at..at + c.len_utf8();
            if c.is_ascii_lowercase() {
                match fields.iter_mut().find(|field| field.letter == *c) {
                    Some(field) if last == Some(*c) => {
                        field.shift = shift;
                        field.bits += each;
                    }
                    Some(_) => {
                        return Err(Fault {
                            message: format!("the field `{c}` is in two pieces"),
                            range,
                        });
                    }
                    None => fields.push(BitField {
                        letter: *c,
                        shift,
                        bits: each,
                    }),
                }
            } else {
                let digit = c.to_digit(1 << each).ok_or_else(|| Fault {
                    message: format!(
                        "`{c}` is neither {} nor a small letter",
                        if each == 4 { "a digit 0 to F" } else { "0 or 1" }
                    ),
                    range,
                })?;
                cube.mask |= ((1 << each) - 1) << shift;
                cube.value |= digit << shift;
            }
            last = Some(*c);
        }
        Ok(Pattern {
            text: characters.into_iter().map(|(_, c)| c).collect(),
            cube,
            fields,
        })
    }

    /// The field that an operand of this name is bound to.
    pub fn field_of(&self, operand: &str) -> Option<BitField> {
        let first = operand.chars().next()?;
        self.fields.iter().copied().find(|field| field.letter == first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, 16).unwrap_or_else(|fault| panic!("{text}: {}", fault.message))
    }

    #[test]
    fn nibbles_and_bits_say_the_same() {
        let nibbles = pattern("8xy4");
        let bits = pattern("1000 xxxx yyyy 0100");
        assert_eq!((nibbles.cube, &nibbles.fields), (bits.cube, &bits.fields));
        assert_eq!(
            nibbles.cube,
            Cube {
                mask: 0xF00F,
                value: 0x8004
            }
        );
        let x = nibbles.field_of("x").expect("there is a field");
        assert_eq!((x.shift, x.bits, x.mask()), (8, 4, 0x0F00));
        assert_eq!(pattern("1nnn").field_of("nnn").map(|field| field.bits), Some(12));
        assert!(Pattern::parse("0000000000000000000000000110011d", 32).is_ok());
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in ["", "8xy", "8xy45", "8x?4", "x8x4", "ñxy4", "1000xxxxyyyy0102"] {
            assert!(Pattern::parse(wrong, 16).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_witness_lies_in_one_and_not_in_the_others() {
        let call = pattern("0nnn").cube;
        let clear = pattern("00E0").cube;
        let back = pattern("00EE").cube;
        assert_eq!(call.and(clear).and_then(|both| both.witness_outside(&[])), Some(0x00E0));
        assert_eq!(clear.witness_outside(&[clear]), None);
        assert_eq!(clear.witness_outside(&[call]), None);
        let word = call.witness_outside(&[clear, back]).expect("most words are neither");
        assert!(word != 0x00E0 && word != 0x00EE && word < 0x1000);
        // Together the two halves cover everything.
        let low = Cube { mask: 1, value: 0 };
        let high = Cube { mask: 1, value: 1 };
        assert_eq!(call.witness_outside(&[low, high]), None);
    }

    #[test]
    fn any_number_of_others_is_searched_on_a_small_stack() {
        let call = pattern("0nnn").cube;
        let same = vec![pattern("00E0").cube; 200_000];
        let elsewhere: Vec<Cube> = (0x1000..=0xFFFF).map(|value| Cube { mask: 0xFFFF, value }).collect();
        let all_but_one: Vec<Cube> = (0..0xFFF).map(|value| Cube { mask: 0xFFFF, value }).collect();
        let search = move || {
            assert!(call.witness_outside(&same).is_some());
            assert!(call.witness_outside(&elsewhere).is_some());
            assert_eq!(call.witness_outside(&all_but_one), Some(0xFFF));
        };
        let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(search);
        thread.expect("a thread").join().expect("it ends");
    }
}
