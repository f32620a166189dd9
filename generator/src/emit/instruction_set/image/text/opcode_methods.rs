impl Opcode {
    /// What is known about the instruction.
    pub const fn info(self) -> &'static OpcodeInfo {
        &INFO[self as usize]
    }

    /// The name in the spec.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// Where execution goes after it.
    pub const fn control(self) -> Control {
        self.info().control
    }

    /// Whether a word matches the pattern. An exception to the instruction matches it, too; [`decode`](crate::decode) knows these.
    pub const fn matches(self, word: Word) -> bool {
        let info = self.info();
        word & info.mask == info.value
    }

    /// The address to which a jump or call in a word goes.
    pub fn target(self, word: Word) -> Option<u32> {
        self.operand(word, |operand| operand.kind == OperandKind::Code)
    }

    /// The address of data in a word.
    pub fn data(self, word: Word) -> Option<u32> {
        self.operand(word, |operand| operand.kind == OperandKind::Data)
    }

    fn operand(self, word: Word, is_it: impl Fn(&Operand) -> bool) -> Option<u32> {
        let operand = self.info().operands.iter().find(|operand| is_it(operand))?;
        Some(operand.of(word))
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What is known about an instruction.
#[derive(Debug, Clone, Copy)]
pub struct OpcodeInfo {
    /// The name in the spec.
    pub name: &'static str,
    /// The pattern in the spec: digits are fixed, letters are fields.
    pub pattern: &'static str,
    /// The bits that are fixed.
    pub mask: Word,
    /// What they are; zero elsewhere.
    pub value: Word,
    /// Where execution goes after it.
    pub control: Control,
    /// Its fields.
    pub operands: &'static [Operand],
    /// How it is written: `add {x}, {nn}`.
    pub syntax: &'static str,
    /// The first word of that.
    pub mnemonic: &'static str,
    /// What follows the mnemonic.
    pub pieces: &'static [Piece],
    /// How it can fail.
    pub traps: &'static [TrapKind],
    /// What it does, in a paragraph.
    pub doc: &'static str,
}

/// A field of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operand {
    /// `x`.
    pub name: &'static str,
    /// What the number in it means.
    pub kind: OperandKind,
    /// The position of its least bit.
    pub shift: u32,
    /// Its width.
    pub bits: u32,
}

impl Operand {
    /// The largest number that fits.
    pub const fn largest(self) -> u32 {
        if self.bits >= 32 { u32::MAX } else { (1 << self.bits) - 1 }
    }

    /// Its number in a word.
    pub const fn of(self, word: Word) -> u32 {
        (word as u32 >> self.shift) & self.largest()
    }
}

/// What the number in a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperandKind {
    /// A register of the bank with this position among [`REGISTERS`](crate::state::REGISTERS).
    Register(usize),
    /// The address of an instruction.
    Code,
    /// The address of something else.
    Data,
    /// A plain number.
    Number,
}

/// A piece of the text behind a mnemonic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A word or a sign that stands there as it is.
    Literal(&'static str),
    /// The operand with this position.
    Operand(usize),
}

/// Where execution goes after an instruction, as far as it says so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// To the next instruction.
    Next,
    /// To the next instruction or over it.
    Skip,
    /// To its target.
    Jump,
    /// To its target, and later to the next instruction.
    Call,
    /// To where a call was.
    Return,
    /// To an address that it computes.
    Computed,
    /// To itself again until it can go on to the next instruction.
    Wait,
    /// Nowhere.
    Halt,
}
