//! Owns the words of lowered code, which instructions change while they run.
//!
//! An inline cache is a part of its instruction. So the words are reached through one raw pointer alone, from which every [`Pc`] is made:
//! a pointer that came from a shared slice could not be written through, and would reach no further than what it was made of.

use core::ptr::NonNull;

use crate::pc::Pc;

/// The words of the code of a module.
#[derive(Debug)]
pub(crate) struct Words(NonNull<[u64]>);

// SAFETY: it owns the words as a box does. That pointers into them are followed in one thread at a time is what `State` says.
unsafe impl Send for Words {}

impl From<Vec<u64>> for Words {
    fn from(words: Vec<u64>) -> Words {
        Words(NonNull::from(Box::leak(words.into_boxed_slice())))
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        // SAFETY: `from` made the pointer of a box, and nobody else frees it.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl Words {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, as they lie in memory.
    pub fn all(&self) -> *mut [u64] {
        self.0.as_ptr()
    }

    /// Where they begin.
    pub fn start(&self) -> Pc {
        Pc(self.0.as_ptr().cast::<u64>().cast_const())
    }

    /// Makes places in memory of those that are positions of others.
    pub fn point(&mut self, places: &[u32]) {
        for place in places {
            let place = *place as usize;
            if place >= self.len() {
                continue;
            }
            let first = self.0.as_ptr().cast::<u64>();
            // SAFETY: there is such a word, and it belongs to nobody else yet. A pointer is as large as a word or smaller.
            unsafe {
                let word = first.add(place);
                let to = word.read() as usize;
                word.cast::<*const u64>().write(first.wrapping_add(to).cast_const());
            }
        }
    }

    /// The place of one of them. It can be read and written from there to either end of the code.
    pub fn pc(&self, index: usize) -> Option<Pc> {
        (index < self.len()).then(|| Pc(self.start().0.wrapping_add(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Under Miri this fails if what a place is made of doesn't reach the words beside it, or can't be written through.
    #[test]
    fn code_changes_itself_from_any_place() {
        let words = Words::from(vec![1, 2, 3]);
        let moved = Box::new(words);
        let at = moved.pc(1).expect("there are three");
        // SAFETY: there are three words.
        unsafe {
            at.0.cast_mut().add(1).write(30);
            at.0.cast_mut().sub(1).write(10);
            assert_eq!(moved.len(), 3);
            assert_eq!((at.0.sub(1).read(), at.0.read(), at.0.add(1).read()), (10, 2, 30));
            assert_eq!(moved.start().fetch().u64(16), 30);
        }
        assert_eq!(moved.pc(3), None);
    }
}
