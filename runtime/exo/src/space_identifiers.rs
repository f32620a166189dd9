//! Identifiers of address spaces, for processors that mark with one what they remember of a space, so that a switch needn't make them
//! forget it.
//!
//! There are fewer identifiers than spaces that a machine sees in its life. They are given out in generations: each to one space only,
//! until none is left. Then the processor forgets everything, and the next generation begins, in which every space gets a new one when it
//! becomes active again. A space that ends gives nothing back, so that nothing has to be forgotten for it.

/// How many identifiers the first generation has at most. It is short, so that even a machine that makes few spaces sees another one: a
/// mistake there would otherwise come to light after days.
const FIRST_GENERATION: u64 = 1_000;

/// Where the generation stands in a tag, above the identifier and a bit that is always zero: a tag is no entry of a page table, so that it
/// may be kept in one.
const GENERATION: u32 = 17;

/// Who gets which.
#[derive(Debug)]
pub struct SpaceIdentifiers {
    generation: u64,
    next: u64,
    end: u64,
}

impl SpaceIdentifiers {
    /// Identifiers of so many bits, 16 at most. Zero is nobody's.
    pub const fn new(bits: u32) -> Self {
        let end = 1 << if bits < 16 { bits } else { 16 };
        let first = if end > FIRST_GENERATION { end - FIRST_GENERATION } else { 1 };
        Self {
            generation: 1,
            next: first,
            end,
        }
    }

    /// The identifier of a space that becomes active. `tag` is what is kept for it, zero at first. Where a generation ends, `forget` lets
    /// the processor forget everything, and whoever has noted an identifier does so too.
    #[inline(always)]
    pub fn identify(&mut self, tag: &mut u64, forget: impl FnOnce()) -> u64 {
        if *tag >> GENERATION != self.generation {
            self.renew(tag, forget);
        }
        *tag >> 1 & 0xffff
    }

    #[cold]
    fn renew(&mut self, tag: &mut u64, forget: impl FnOnce()) {
        if self.next >= self.end {
            self.generation += 1;
            self.next = 1;
            forget();
        }
        *tag = self.generation << GENERATION | self.next << 1;
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::collections::BTreeMap;
    use std::vec;

    use super::*;

    /// A processor that remembers for which space each identifier was used.
    #[derive(Default)]
    struct Processor {
        remembered: BTreeMap<u64, usize>,
        times_forgotten: usize,
    }

    impl Processor {
        fn activate(&mut self, identifiers: &mut SpaceIdentifiers, tag: &mut u64, space: usize) -> u64 {
            let identifier = identifiers.identify(tag, || {
                self.remembered.clear();
                self.times_forgotten += 1;
            });
            assert_ne!(identifier, 0);
            assert_eq!(*tag & 1, 0, "no entry of a page table");
            let before = *self.remembered.entry(identifier).or_insert(space);
            assert_eq!(before, space, "what is remembered under {identifier} is another's");
            identifier
        }
    }

    #[test]
    fn no_identifier_has_two_spaces_before_everything_is_forgotten() {
        for bits in [1, 2, 8, 16] {
            let (mut identifiers, mut processor) = (SpaceIdentifiers::new(bits), Processor::default());
            let mut spaces = vec![(0, 0); 700];
            let mut random = fastrand::Rng::with_seed(u64::from(bits));
            for made in 1..200_000 {
                let (space, tag) = &mut spaces[random.usize(..700)];
                if *space == 0 || random.u8(..4) == 0 {
                    // The one before ends; what is remembered of it stays.
                    (*space, *tag) = (made, 0);
                }
                let identifier = processor.activate(&mut identifiers, tag, *space);
                assert!(identifier < 1 << bits);
                assert_eq!(identifier, processor.activate(&mut identifiers, tag, *space));
            }
            assert!(processor.times_forgotten > 0, "{bits} bits: the generation never ended");
        }
    }

    #[test]
    fn an_identifier_stays_until_its_generation_ends() {
        let mut identifiers = SpaceIdentifiers::new(16);
        let mut first = 0;
        let before = identifiers.identify(&mut first, || unreachable!());
        for _ in 1..FIRST_GENERATION {
            identifiers.identify(&mut 0, || unreachable!("the first generation isn't over"));
            assert_eq!(identifiers.identify(&mut first, || unreachable!()), before);
        }
        let mut over = false;
        assert_eq!(identifiers.identify(&mut 0, || over = true), 1);
        assert!(over);
        assert_eq!(identifiers.identify(&mut first, || unreachable!()), 2);
    }
}
