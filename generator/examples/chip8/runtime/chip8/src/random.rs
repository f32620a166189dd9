//! Chance that can be repeated.

/// Random bytes that follow from a seed: xorshift64*, which is good enough for games.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The bytes of a seed.
    pub fn new(seed: u64) -> Random {
        // A state of zeros would stay so; and seeds that are close to each other shall not give similar bytes.
        Random(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    }
}
