//! Writes words of lowered code: instructions, their fields, and the targets of jumps once they are known.

/// The code of all functions while it grows.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub words: Vec<u64>,
    /// How many instructions were written.
    pub instructions: u64,
    /// The words that are the position of another one, and become its place in memory.
    pub places: Vec<u32>,
    /// The words that are the number of a function, and become the place of its first instruction.
    pub entries: Vec<u32>,
}

/// An instruction that was begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(usize);

/// The most words of an instruction.
const LONGEST: usize = 8;

/// An instruction that was taken back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken([u64; LONGEST]);

impl Taken {
    /// A field of 2, 4 or 8 bytes.
    pub fn field(&self, at: u8, bytes: u8) -> u64 {
        let word = self.0.get(usize::from(at / 8)).copied().unwrap_or(0);
        let value = word >> shift(at, bytes);
        match bytes {
            8 => value,
            _ => value & ((1 << (u32::from(bytes) * 8)) - 1),
        }
    }
}

/// A field stands in memory where its byte offset says, whatever the order of bytes.
fn shift(at: u8, bytes: u8) -> u32 {
    let low = u32::from(at % 8) * 8;
    match cfg!(target_endian = "little") {
        true => low,
        false => 64 - u32::from(bytes) * 8 - low,
    }
}

impl Writer {
    /// With memory for so many words.
    pub fn with_capacity(words: usize) -> Writer {
        Writer {
            words: Vec::with_capacity(words),
            ..Writer::default()
        }
    }

    /// Where the next instruction will stand.
    pub fn place(&self) -> usize {
        self.words.len()
    }

    /// Begins an instruction of so many words.
    pub fn begin(&mut self, internal: u16, words: u8) -> Begun {
        let begun = Begun(self.words.len());
        self.words.resize(self.words.len() + usize::from(words), 0);
        self.instructions += 1;
        self.put(begun, 0, u64::from(internal), 2);
        begun
    }

    /// Takes back the last instruction, which was written from `begin` on.
    pub fn take_back(&mut self, begin: usize) -> Taken {
        let mut words = [0; LONGEST];
        for (place, word) in words.iter_mut().zip(self.words.get(begin..).unwrap_or_default()) {
            *place = *word;
        }
        self.words.truncate(begin);
        self.instructions -= 1;
        Taken(words)
    }

    /// Writes a field of 2, 4 or 8 bytes: the low ones of a value.
    #[inline]
    pub fn put(&mut self, begun: Begun, at: u8, value: u64, bytes: u8) {
        let Some(word) = self.words.get_mut(begun.0 + usize::from(at / 8)) else {
            return;
        };
        // What is above the field's bits has no room there.
        let value = value & (u64::MAX >> (64 - u32::from(bytes) * 8));
        *word |= value << shift(at, bytes);
    }

    /// Writes a field of 16 bits.
    pub fn u16(&mut self, begun: Begun, at: u8, value: u16) {
        self.put(begun, at, u64::from(value), 2);
    }

    /// Writes a field of 32 bits.
    pub fn u32(&mut self, begun: Begun, at: u8, value: u32) {
        self.put(begun, at, u64::from(value), 4);
    }

    /// Writes a field of 64 bits.
    pub fn u64(&mut self, begun: Begun, at: u8, value: u64) {
        self.put(begun, at, value, 8);
    }

    /// Where an instruction begins.
    pub fn start(&self, begun: Begun) -> usize {
        begun.0
    }

    /// Writes the number of a function into a word that becomes the place of its first instruction.
    pub fn entry(&mut self, begun: Begun, at: u8, function: u32) {
        self.u64(begun, at, u64::from(function));
        self.entries.push((begun.0 + usize::from(at / 8)) as u32);
    }

    /// Replaces numbers of functions by the positions where these begin.
    pub fn link(&mut self, start: impl Fn(usize) -> u32) {
        for place in self.entries.drain(..) {
            if let Some(word) = self.words.get_mut(place as usize) {
                *word = u64::from(start(*word as usize));
                self.places.push(place);
            }
        }
    }

    /// Writes the target of a jump into an instruction that begins at `from`.
    pub fn patch(&mut self, from: usize, at: u8, to: usize) {
        self.u64(Begun(from), at, to as u64);
        self.places.push((from + usize::from(at / 8)) as u32);
    }
}
