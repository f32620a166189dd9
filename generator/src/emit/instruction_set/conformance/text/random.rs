//! Pseudo-random numbers: the same for the same seed, on every machine.

/// A generator of pseudo-random numbers (xorshift64*).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        // Seeds that are close to each other must not give numbers that are.
        let mut state = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Random {
            state: (state ^ (state >> 31)) | 1,
        }
    }

    /// The next number.
    pub fn bits(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit`; 0 if that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 {
            0
        } else {
            (self.bits() % limit as u64) as usize
        }
    }

    /// True once in `many` times.
    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// An entry of a list; `None` if it is empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }

    /// An integer, small ones and edges more often than others.
    pub fn integer(&mut self) -> i32 {
        match self.below(4) {
            0 => self.below(8) as i32 - 2,
            1 => [i32::MAX, i32::MIN, -1, 31, 32, 65_536][self.below(6)],
            2 => self.below(1000) as i32,
            _ => self.bits() as i32,
        }
    }

    /// A float of any kind, NaN and infinities among them.
    pub fn float(&mut self) -> f64 {
        match self.below(4) {
            0 => f64::from(self.integer()),
            1 => [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX][self.below(8)],
            2 => f64::from(self.integer()) / 8.0,
            _ => f64::from_bits(self.bits()),
        }
    }
}
