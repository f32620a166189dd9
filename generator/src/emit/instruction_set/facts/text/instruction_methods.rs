
impl Instruction {
    /// The number of bytes in the code: opcode and operands.
    #[inline]
    pub fn length(&self) -> u32 {
        self.opcode().info().length()
    }
}

impl PartialEq for Instruction {
    fn eq(&self, other: &Instruction) -> bool {
        self.opcode() == other.opcode() && self.operands() == other.operands()
    }
}

impl Eq for Instruction {}

impl Hash for Instruction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.opcode().hash(state);
        self.operands().hash(state);
    }
}

/// Mnemonic and raw operands, for messages. The disassembler writes what the assembler reads.
impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::metadata::{OperandMeaning, Scalar};

        write!(f, "{}", self.opcode())?;
        for (index, (raw, info)) in self.operands().iter().zip(self.opcode().info().operands).enumerate() {
            f.write_str(if index == 0 { " " } else { ", " })?;
            match (info.kind.meaning(), info.kind.scalar()) {
                (OperandMeaning::Label { .. }, _) if *raw == u64::MAX => f.write_str("_")?,
                (OperandMeaning::Label { .. }, _) => write!(f, "@{raw}")?,
                (_, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64) => write!(f, "{}", *raw as i64)?,
                (_, Scalar::F64) => write!(f, "{:?}", f64::from_bits(*raw))?,
                (_, Scalar::F32) => write!(f, "{:?}", f32::from_bits(*raw as u32))?,
                _ => write!(f, "{raw}")?,
            }
        }
        Ok(())
    }
}
