//! Numbers that look random and are the same in every run.

/// A generator: xorshift with a multiplication.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator that gives other numbers for every other seed.
    pub const fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    pub const fn word(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below another, which isn't zero.
    pub const fn below(&mut self, end: u64) -> u64 {
        (self.word() >> 33) % end
    }

    /// One of several; none of none.
    pub fn choose<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() {
            return None;
        }
        of.get(self.below(of.len() as u64) as usize).copied()
    }
}
