//! Lays out the fields of an instruction: those of two bytes behind its number, then those of four, then those of eight.

use super::CacheField;
use crate::model::instruction_set::Scalar;

/// What a field of an instruction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The slot of an output.
    Output(usize),
    /// The slot where what the first op of a superinstruction gives is stored.
    Stored,
    /// The slot of an input.
    Input(usize),
    /// An input that is a constant of eight bytes.
    Const(usize),
    /// An input that is a constant of four bytes.
    Const32(usize),
    /// An operand, and its bytes.
    Operand(usize, u8),
    /// The representation of an input.
    Kind(usize),
    /// The representation of an output.
    OutputKind(usize),
    /// An input that is a list: its first slot, its length, and where its representations stand.
    List(usize),
    /// Where the instruction jumps to: a place in memory.
    Target,
    /// The fuel of the block that it jumps to.
    CostTaken,
    /// The fuel of the block that follows.
    CostNext,
    /// A value in the cache of a family, and its bytes.
    Cache(usize, u8),
    /// Of a call: how many arguments it has.
    Count,
}

impl What {
    /// Its bytes.
    fn width(self) -> u8 {
        match self {
            What::Output(_)
            | What::Stored
            | What::Input(_)
            | What::Kind(_)
            | What::OutputKind(_)
            | What::CostTaken
            | What::CostNext
            | What::Count => 2,
            What::Const32(_) => 4,
            What::Const(_) | What::List(_) | What::Target => 8,
            What::Operand(_, width) | What::Cache(_, width) => width,
        }
    }
}

/// The bytes of a value in an instruction: two at least.
pub fn width(scalar: Scalar) -> u8 {
    match scalar.bytes() {
        0..=2 => 2,
        4 => 4,
        _ => 8,
    }
}

/// Fields that have no place yet.
#[derive(Default)]
pub struct Fields(Vec<What>);

/// Where the fields of an instruction are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What each holds and its first byte.
    pub fields: Vec<Field>,
    /// The length of the instruction in words of eight bytes.
    pub words: u8,
}

/// A field with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What it holds.
    pub what: What,
    /// Its first byte, counted from that of the instruction.
    pub at: u8,
}

impl Fields {
    /// Adds a field.
    pub fn add(&mut self, what: What) {
        self.0.push(what);
    }

    /// Adds what a jump needs.
    pub fn jump(&mut self) {
        self.0.extend([What::CostTaken, What::CostNext, What::Target]);
    }

    /// Adds the values of a cache.
    #[must_use]
    pub fn add_cache(mut self, cache: &[CacheField]) -> Self {
        for (index, field) in cache.iter().enumerate() {
            self.add(What::Cache(index, width(field.scalar)));
        }
        self
    }

    /// The same for a call, whose last word has the form of every call's: the slot of the result, two bytes of flags, and the first operand.
    pub fn lay_out_call(self) -> Layout {
        let mut layout = self.lay_out();
        let last = layout.words * 8;
        layout.words += 1;
        layout.fields.push(Field {
            what: What::Output(0),
            at: last,
        });
        layout.fields.push(Field {
            what: What::Operand(0, 4),
            at: last + 4,
        });
        layout
    }

    /// Gives each field its place.
    pub fn lay_out(self) -> Layout {
        let mut fields: Vec<Field> = self.0.iter().map(|what| Field { what: *what, at: 0 }).collect();
        // The number of the handler comes first.
        let mut end = 2u8;
        for width in [2, 4, 8] {
            for field in fields.iter_mut().filter(|field| field.what.width() == width) {
                field.at = end.next_multiple_of(width);
                end = field.at + width;
            }
        }
        Layout {
            fields,
            words: end.div_ceil(8),
        }
    }
}

impl Layout {
    /// The first byte of a field.
    pub fn at(&self, what: What) -> Option<u8> {
        self.fields.iter().find(|field| field.what == what).map(|field| field.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(fields: &[What]) -> (Vec<u8>, u8) {
        let layout = Fields(fields.to_vec()).lay_out();
        (layout.fields.iter().map(|field| field.at).collect(), layout.words)
    }

    #[test]
    fn three_slots_fill_a_word() {
        assert_eq!(places(&[What::Output(0), What::Input(0), What::Input(1)]), (vec![2, 4, 6], 1));
    }

    #[test]
    fn constants_begin_at_a_word() {
        assert_eq!(places(&[What::Output(0), What::Input(0), What::Const(1)]), (vec![2, 4, 8], 2));
    }

    #[test]
    fn a_comparison_with_its_jump_takes_three_words() {
        let mut fields = Fields::default();
        fields.add(What::Input(0));
        fields.add(What::Input(1));
        fields.jump();
        let layout = fields.lay_out();
        assert_eq!(layout.at(What::CostTaken), Some(6));
        assert_eq!(layout.at(What::CostNext), Some(8));
        assert_eq!(layout.at(What::Target), Some(16));
        assert_eq!(layout.words, 3);
    }

    #[test]
    fn the_last_word_of_a_call_is_that_of_every_call() {
        let layout = Fields(vec![What::Input(0), What::Count, What::Cache(0, 4), What::Cache(1, 4)]).lay_out_call();
        assert_eq!(layout.at(What::Input(0)), Some(2));
        assert_eq!(layout.at(What::Count), Some(4));
        assert_eq!(layout.at(What::Cache(0, 4)), Some(8));
        assert_eq!(layout.at(What::Output(0)), Some(16));
        assert_eq!(layout.at(What::Operand(0, 4)), Some(20));
        assert_eq!(layout.words, 3);
    }

    #[test]
    fn a_comparison_with_a_small_constant_takes_no_more() {
        let mut fields = Fields::default();
        fields.add(What::Input(0));
        fields.add(What::Const32(1));
        fields.jump();
        assert_eq!(fields.lay_out().words, 3);
    }
}
