impl Opcode {
    /// Every opcode in order of the codes.
    pub const ALL: &'static [Opcode] = &tables::ALL;

    /// The number: the byte in the code, or 0x100 plus the byte behind the extension prefix.
    #[inline]
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The opcode with this number.
    #[inline]
    pub fn from_code(code: u16) -> Option<Opcode> {
        tables::from_code(code)
    }

    /// The name in assembly text.
    #[inline]
    pub fn mnemonic(self) -> &'static str {
        self.info().mnemonic
    }

    /// The opcode with this name in assembly text; letters must be in lower case.
    pub fn from_mnemonic(mnemonic: &str) -> Option<Opcode> {
        let found = tables::BY_MNEMONIC.binary_search_by(|(name, _)| (*name).cmp(mnemonic)).ok()?;
        tables::BY_MNEMONIC.get(found).map(|(_, opcode)| *opcode)
    }

    /// What is known about the instruction.
    #[inline]
    pub fn info(self) -> &'static OpcodeInfo {
        metadata::info(self)
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.mnemonic())
    }
}
