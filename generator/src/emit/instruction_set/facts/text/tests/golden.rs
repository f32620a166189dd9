
use crate_name::{Instruction, Opcode, decode, encode};

/// The bytes of one instruction.
struct Row {
    opcode: Opcode,
    /// Where it stands.
    at: u32,
    /// Raw operands; labels are absolute offsets.
    operands: &'static [u64],
    bytes: &'static [u8],
}

const fn row(opcode: Opcode, at: u32, operands: &'static [u64], bytes: &'static [u8]) -> Row {
    Row {
        opcode,
        at,
        operands,
        bytes,
    }
}

#[test]
fn the_encoder_writes_the_bytes() {
    for row in ROWS {
        let opcode = row.opcode;
        let instruction =
            Instruction::from_operands(opcode, row.operands).unwrap_or_else(|| panic!("{opcode}: operands don't fit"));
        let mut bytes = Vec::new();
        encode(&instruction, row.at, &mut bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(bytes, row.bytes, "{opcode}");
        assert_eq!(instruction.length() as usize, row.bytes.len(), "{opcode}");
    }
}

#[test]
fn the_decoder_reads_the_bytes() {
    for row in ROWS {
        let opcode = row.opcode;
        let instruction =
            Instruction::from_operands(opcode, row.operands).unwrap_or_else(|| panic!("{opcode}: operands don't fit"));
        let furthest = row.operands.iter().copied().filter(|raw| *raw < 1 << 20).max().unwrap_or(0);
        let mut code = vec![0; row.at as usize];
        code.extend(row.bytes);
        let next = code.len();
        // Labels lie within the code, so there must be enough of it.
        code.resize(next.max(furthest as usize), 0);
        let decoded = decode(&code, row.at).unwrap_or_else(|error| panic!("{opcode}: {error}"));
        assert_eq!(decoded.instruction, instruction, "{opcode}");
        assert_eq!(decoded.instruction.operands().as_slice(), row.operands, "{opcode}");
        assert_eq!(decoded.next as usize, next, "{opcode}");
    }
}
