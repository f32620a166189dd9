//! The vector registers. Code that was compiled with the library of the kernel's own target doesn't use them, and no program may. Where
//! that library isn't installed, the host's own has to do, which uses them everywhere: then the kernel keeps those of a thread that it
//! interrupts. A call loses them, and a stub tells the compiler so.

/// Whether compiled code uses them.
pub const USED: bool = cfg!(target_feature = "sse");

/// Words of what `fxsave64` stores.
const WORDS: usize = if USED { 64 } else { 0 };
/// Where the control words stand in it: all exceptions masked, and what else the processor starts with.
const CONTROL: (usize, u64) = (0, 0x37f);
const VECTOR_CONTROL: (usize, u64) = (3, 0x1f80);
/// Bits of the latter that every processor has. With another one, loading it is a fault.
const VECTOR_CONTROL_BITS: u64 = 0xffbf;

/// The vector registers of a stopped thread; nothing where they aren't used.
#[derive(Clone, Copy)]
pub struct Vectors([u64; WORDS]);

/// Where `entry.s` stores and loads them: what has to lie at a multiple of 16 can't lie in the tables of the kernel.
#[repr(C, align(16))]
pub struct Exchange(Vectors);

pub static mut EXCHANGE: Exchange = Exchange(Vectors::INITIAL);

impl Vectors {
    /// Those of a thread that hasn't run.
    pub const INITIAL: Vectors = {
        let mut words = [0; WORDS];
        if USED {
            words[CONTROL.0] = CONTROL.1;
            words[VECTOR_CONTROL.0] = VECTOR_CONTROL.1;
        }
        Vectors(words)
    };

    /// Those that `entry.s` has stored.
    #[inline(always)]
    pub fn take(&mut self) {
        if USED {
            // Safety: one trap at a time, and nothing else writes there.
            *self = unsafe { EXCHANGE.0 };
        }
    }

    /// Puts them where `entry.s` loads them from, on the way out.
    #[inline(always)]
    pub fn put(&self) {
        if USED {
            // Safety: as above.
            unsafe { EXCHANGE.0 = *self };
        }
    }

    /// What an upcall area holds of them.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Takes over what an upcall area holds, which its owner may have written.
    pub fn restore(&mut self, words: &[u64]) {
        for (mine, word) in self.0.iter_mut().zip(words) {
            *mine = *word;
        }
        if let Some(control) = self.0.get_mut(VECTOR_CONTROL.0) {
            *control &= !0xffff_ffff | VECTOR_CONTROL_BITS;
        }
    }
}
