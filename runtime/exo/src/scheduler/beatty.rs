//! The Fibonacci word, which says of each decision in which of two complementary Beatty sequences it stands.
//!
//! The first sequence is a(n) = ⌊n·φ⌋, the second b(n) = ⌊n·φ²⌋ = a(n) + n. By Beatty's theorem each k ≥ 1 stands in exactly one of them.
//!
//! With x decisions for the first so far, decision k is the first's if and only if ⌊(x + 1)·φ⌋ = k. Since ⌊(x + 1)·φ⌋ is never less than k,
//! that is (x + 1)·φ < k + 1. With a = k + 1 and n = x + 1 this is a² − a·n − n² > 0, because the form is (a − n·φ)·(a + n/φ) and its second
//! factor is positive. The form is kept up to date by additions alone. It is at most about 2.24·n, so that 64 bits last for 2^60 decisions,
//! and no fraction of φ is ever rounded.

/// The word, letter by letter.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    a: i64,
    n: i64,
    form: i64,
}

impl Default for Word {
    fn default() -> Self {
        Word::new()
    }
}

impl Word {
    /// The word from its first letter on.
    pub const fn new() -> Word {
        Word { a: 2, n: 1, form: 1 }
    }

    /// The next letter: whether the decision is the first's. After 2^60 letters the word begins anew.
    #[inline]
    pub fn next_is_first(&mut self) -> bool {
        if self.a >> 60 != 0 {
            *self = Word::new();
        }
        let first = self.form > 0;
        self.form += 2 * self.a + 1 - self.n;
        self.a += 1;
        if first {
            self.form -= self.a + 2 * self.n + 1;
            self.n += 1;
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a(n) by the closed form, in integers.
    fn a(n: u64) -> u64 {
        let n = u128::from(n);
        ((n + (5 * n * n).isqrt()) / 2) as u64
    }

    #[test]
    fn the_word_is_the_closed_form() {
        let (mut word, mut first, mut second) = (Word::new(), 0u64, 0u64);
        for k in 1..=8_000_000u64 {
            if word.next_is_first() {
                first += 1;
                assert_eq!(a(first), k);
            } else {
                second += 1;
                assert_eq!(a(second) + second, k);
            }
        }
    }

    #[test]
    fn it_begins_as_the_fibonacci_word() {
        let mut word = Word::new();
        let letters = [(); 13].map(|()| if word.next_is_first() { 'A' } else { 'B' });
        assert_eq!(
            letters.as_slice(),
            ['A', 'B', 'A', 'A', 'B', 'A', 'B', 'A', 'A', 'B', 'A', 'A', 'B']
        );
    }

    /// The form with 16 bits of fraction is first wrong at n = 610, and starves the first task from decision 90,600 on.
    #[test]
    fn the_first_is_not_starved() {
        let mut word = Word::new();
        let mut gap = 0;
        for k in 1..=1_300_000 {
            gap = if word.next_is_first() { 0 } else { gap + 1 };
            assert!(gap <= 1, "the first has waited for {gap} decisions at {k}");
        }
        assert_eq!(a(610), 987);
    }

    #[test]
    fn a_long_word_stays_exact() {
        // A million letters from decision 2^50 on: the state is computed there by the closed form.
        let k = 1u64 << 50;
        let mut x = (u128::from(k) * 1_000_000_000_000 / 1_618_033_988_750) as u64;
        while a(x + 1) < k {
            x += 1;
        }
        while a(x) >= k {
            x -= 1;
        }
        let (wide_a, wide_n) = (i128::from(k + 1), i128::from(x + 1));
        let form = (wide_a * wide_a - wide_a * wide_n - wide_n * wide_n) as i64;
        let mut word = Word {
            a: k as i64 + 1,
            n: x as i64 + 1,
            form,
        };
        for k in k..k + 1_000_000 {
            let first = word.next_is_first();
            assert_eq!(first, a(x + 1) == k);
            x += u64::from(first);
        }
    }
}
