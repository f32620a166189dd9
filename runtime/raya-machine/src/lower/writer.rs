//! Writes words of lowered code: instructions, their fields, and the distances of jumps once targets are known.

/// The code of all functions while it grows.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub words: Vec<u64>,
    /// How many instructions were written.
    pub instructions: u64,
}

/// An instruction that was begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(usize);

impl Writer {
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

    /// Writes a field of 2, 4 or 8 bytes.
    fn put(&mut self, begun: Begun, at: u8, value: u64, bytes: u8) {
        let Some(word) = self.words.get_mut(begun.0 + usize::from(at / 8)) else {
            return;
        };
        let low = u32::from(at % 8) * 8;
        let width = u32::from(bytes) * 8;
        // A field stands in memory where its byte offset says, whatever the order of bytes.
        let shift = if cfg!(target_endian = "little") {
            low
        } else {
            64 - width - low
        };
        *word |= value << shift;
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

    /// Writes the distance of a jump into an instruction that begins at `from`.
    pub fn patch(&mut self, from: usize, at: u8, to: usize) {
        let distance = (to as i64 - from as i64) as i32;
        self.u32(Begun(from), at, distance.cast_unsigned());
    }
}
