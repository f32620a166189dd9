//! Where instructions come from that traces have named before: a program that throws does so from few places again and again, and a trace is
//! most of what that costs.

use raya_facts::FunctionId;

use crate::code::Code;
use crate::pc::Pc;

/// How many places are remembered: a power of two.
const COUNT: usize = 64;

/// A place that belongs to no code.
const NOWHERE: usize = 0;

/// Places in lowered code and the offsets that they come from, each where the low bits of its address say.
#[derive(Debug)]
pub(super) struct Places([(usize, u32); COUNT]);

impl Default for Places {
    fn default() -> Self {
        Places([(NOWHERE, 0); COUNT])
    }
}

impl Places {
    /// The offset in the portable code of a function that a place comes from, so many words before `pc`. Code never moves and is never
    /// replaced, so that what was found once holds.
    pub fn portable(&mut self, code: &Code, function: FunctionId, pc: Pc, behind: u32) -> u32 {
        let address = (pc.0 as usize).wrapping_sub(behind as usize * size_of::<u64>());
        let index = address / size_of::<u64>() % COUNT;
        if let Some((known, at)) = self.0.get(index)
            && *known == address
        {
            return *at;
        }
        let at = code.portable(function, code.place(function, pc).wrapping_sub(behind));
        if let Some(entry) = self.0.get_mut(index) {
            *entry = (address, at);
        }
        at
    }
}
