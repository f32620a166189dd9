//! Reads lowered code and frames through raw pointers.
//!
//! Nothing is checked here in release builds: lowering wrote the code, and the verifier proved the kinds and numbers of slots that
//! lowering wrote into it. That is what each `unsafe` function below asks of its caller.

use crate::word::Word;

/// A place in lowered code: the beginning of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Pc(pub *const u64);

/// The frame of the function that runs: its parameters, its locals, its operand stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Fp(pub *mut u64);

/// The rule of all functions that read a field of an instruction.
macro_rules! field {
    ($(#[$docs:meta])* $name:ident: $type:ty) => {
        $(#[$docs])*
        ///
        /// # Safety
        ///
        /// The field at `at` bytes belongs to the instruction.
        #[inline(always)]
        pub unsafe fn $name(self, at: usize) -> $type {
            // SAFETY: by the caller's word. What is above the field's bits goes.
            (unsafe { self.field(at, size_of::<$type>()) }) as $type
        }
    };
}

/// The rule of all functions that write a field of an instruction.
macro_rules! put {
    ($(#[$docs:meta])* $name:ident: $type:ty) => {
        $(#[$docs])*
        ///
        /// # Safety
        ///
        /// As for reading it; and the code belongs to the one engine that runs it. What was fetched doesn't change with it.
        #[inline(always)]
        pub unsafe fn $name(self, at: usize, value: $type) {
            debug_assert!(at.is_multiple_of(size_of::<$type>()));
            // SAFETY: the field lies in the instruction, and every place in code comes from a pointer that it may be written through.
            unsafe { self.pc.0.cast_mut().byte_add(at).cast::<$type>().write(value) }
        }
    };
}

impl Pc {
    /// The instruction there.
    ///
    /// # Safety
    ///
    /// The place is the beginning of an instruction.
    #[inline(always)]
    pub unsafe fn fetch(self) -> Fetched {
        Fetched {
            pc: self,
            // SAFETY: an instruction has at least one word.
            word: unsafe { self.0.read() },
        }
    }

    /// The place so many words further.
    ///
    /// # Safety
    ///
    /// The code goes on for so many words.
    #[inline(always)]
    #[must_use]
    pub unsafe fn next(self, words: usize) -> Pc {
        // SAFETY: by the caller's word, both places are in the same code.
        Pc(unsafe { self.0.add(words) })
    }
}

/// An instruction that is executed: its place, and its first word.
///
/// That word is read once, to find the handler, which gets it in a register and takes its fields from there: how many reads of memory can be
/// under way at once limits how far a processor looks ahead.
#[derive(Debug, Clone, Copy)]
pub struct Fetched {
    pc: Pc,
    word: u64,
}

impl From<Fetched> for Pc {
    #[inline(always)]
    fn from(fetched: Fetched) -> Pc {
        fetched.pc
    }
}

impl Fetched {
    /// The number of the handler.
    #[inline(always)]
    pub fn op(self) -> u16 {
        // SAFETY: the first two bytes of an instruction are its handler's number.
        unsafe { self.u16(0) }
    }

    /// The bits of a field of up to 8 bytes, above which there may be others.
    ///
    /// # Safety
    ///
    /// The field at `at` bytes belongs to the instruction.
    #[inline(always)]
    unsafe fn field(self, at: usize, bytes: usize) -> u64 {
        debug_assert!(at.is_multiple_of(bytes));
        let word = match at / size_of::<u64>() {
            0 => self.word,
            // SAFETY: the field lies in a word of the instruction.
            words => unsafe { self.pc.0.add(words).read() },
        };
        let below = at % size_of::<u64>();
        match cfg!(target_endian = "little") {
            true => word >> (below * 8),
            false => word >> ((size_of::<u64>() - bytes - below) * 8),
        }
    }

    field! {
        /// The field of 16 bits at a byte offset.
        u16: u16
    }

    field! {
        /// The field of 32 bits at a byte offset.
        u32: u32
    }

    field! {
        /// The signed field of 32 bits at a byte offset.
        i32: i32
    }

    field! {
        /// The field of 64 bits at a byte offset.
        u64: u64
    }

    /// The float at a byte offset.
    ///
    /// # Safety
    ///
    /// The field at `at` bytes belongs to the instruction.
    #[inline(always)]
    pub unsafe fn f64(self, at: usize) -> f64 {
        // SAFETY: by the caller's word.
        f64::from_bits(unsafe { self.u64(at) })
    }

    /// The place that is written at a byte offset: the target of a jump. A place and not a distance, since each instruction is found by the
    /// one before: what that takes is taken again and again, and nothing else can be done meanwhile.
    ///
    /// # Safety
    ///
    /// The field at `at` bytes belongs to the instruction and is a target.
    #[inline(always)]
    #[must_use]
    pub unsafe fn target(self, at: usize) -> Pc {
        debug_assert!(at.is_multiple_of(size_of::<*const u64>()));
        // SAFETY: the field lies in the instruction, is aligned, and was made a place when the code had its own.
        Pc(unsafe { self.pc.0.byte_add(at).cast::<*const u64>().read() })
    }

    /// The place so many words further: the next instruction.
    ///
    /// # Safety
    ///
    /// The code goes on for so many words.
    #[inline(always)]
    #[must_use]
    pub unsafe fn next(self, words: usize) -> Pc {
        // SAFETY: by the caller's word.
        unsafe { self.pc.next(words) }
    }

    /// Where the instruction stands.
    #[inline(always)]
    pub fn place(self) -> Pc {
        self.pc
    }

    put! {
        /// Changes the place that is written at a byte offset, as [`target`](Self::target) reads it.
        put_target: Pc
    }

    /// Makes the instruction one of another handler, which reads the same fields: one of the same family.
    ///
    /// # Safety
    ///
    /// As for changing a field.
    #[inline(always)]
    pub unsafe fn become_op(self, number: u16) {
        // SAFETY: the first two bytes of an instruction are its handler's number.
        unsafe { self.put_u16(0, number) }
    }

    put! {
        /// Changes the field of 16 bits at a byte offset.
        put_u16: u16
    }

    put! {
        /// Changes the field of 32 bits at a byte offset.
        put_u32: u32
    }

    put! {
        /// Changes the field of 64 bits at a byte offset.
        put_u64: u64
    }
}

impl Fp {
    /// What is in a slot.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame and holds a value of `T`'s representation.
    #[inline(always)]
    pub unsafe fn get<T: Word>(self, slot: u16) -> T {
        // SAFETY: by the caller's word.
        unsafe { T::read(self.0.add(usize::from(slot))) }
    }

    /// Changes what is in a slot.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame.
    #[inline(always)]
    pub unsafe fn set<T: Word>(self, slot: u16, value: T) {
        // SAFETY: by the caller's word.
        unsafe { self.set_word(slot, value.into_word()) }
    }

    /// The bits of a slot.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame.
    #[inline(always)]
    pub unsafe fn word(self, slot: u16) -> u64 {
        // SAFETY: by the caller's word.
        unsafe { self.0.add(usize::from(slot)).read() }
    }

    /// Changes the bits of a slot.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame, and the bits are those of a value of the representation that lowering expects in it.
    #[inline(always)]
    pub unsafe fn set_word(self, slot: u16, word: u64) {
        // SAFETY: by the caller's word.
        unsafe { self.0.add(usize::from(slot)).write(word) }
    }
}
