//! What was found out about places in lowered code before: a program that throws does so from few places again and again, and what is at
//! them is most of what that costs.

use crate::pc::Pc;

/// How many places are remembered: a power of two.
const COUNT: usize = 64;

/// A place that belongs to no code.
const NOWHERE: usize = 0;

/// Places in lowered code and what is known of them, each where the low bits of its address say.
#[derive(Debug)]
pub(crate) struct Places<T>([(usize, T); COUNT]);

impl<T: Copy + Default> Default for Places<T> {
    fn default() -> Self {
        Places([(NOWHERE, T::default()); COUNT])
    }
}

impl<T: Copy> Places<T> {
    /// What is known of the place so many words before `pc`, or else what `look` finds out about it. Code never moves and is never replaced,
    /// so that what was found once holds.
    #[inline]
    pub fn find(&mut self, pc: Pc, behind: u32, look: impl FnOnce() -> T) -> T {
        let address = (pc.0 as usize).wrapping_sub(behind as usize * size_of::<u64>());
        let index = address / size_of::<u64>() % COUNT;
        if let Some((known, found)) = self.0.get(index)
            && *known == address
        {
            return *found;
        }
        let found = look();
        if let Some(entry) = self.0.get_mut(index) {
            *entry = (address, found);
        }
        found
    }
}
