//! Lays out the fields of an instruction: those of two bytes behind its number, then those of four, then those of eight.

/// What a field of an instruction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The slot of an output.
    Output(usize),
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
    /// Where the instruction jumps to.
    Target,
    /// The fuel of the block that it jumps to.
    CostTaken,
    /// The fuel of the block that follows.
    CostNext,
}

impl What {
    /// Its bytes.
    fn width(self) -> u8 {
        match self {
            What::Output(_) | What::Input(_) | What::Kind(_) | What::OutputKind(_) | What::CostTaken | What::CostNext => 2,
            What::Target | What::Const32(_) => 4,
            What::Const(_) | What::List(_) => 8,
            What::Operand(_, width) => width,
        }
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
    fn a_comparison_with_its_jump_takes_two_words() {
        let mut fields = Fields::default();
        fields.add(What::Input(0));
        fields.add(What::Input(1));
        fields.jump();
        let layout = fields.lay_out();
        assert_eq!(layout.at(What::CostTaken), Some(6));
        assert_eq!(layout.at(What::CostNext), Some(8));
        assert_eq!(layout.at(What::Target), Some(12));
        assert_eq!(layout.words, 2);
    }

    #[test]
    fn a_comparison_with_a_small_constant_takes_no_more() {
        let mut fields = Fields::default();
        fields.add(What::Input(0));
        fields.add(What::Const32(1));
        fields.jump();
        assert_eq!(fields.lay_out().words, 2);
    }
}
