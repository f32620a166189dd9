use __FACTS__::asm::assemble_instruction;
use __FACTS__::opcode::Opcode;
use __FACTS__::{Word, bytes_of, decode, word_of};

/// The bytes of one instruction.
struct Row {
    opcode: Opcode,
    operands: &'static [u32],
    bytes: &'static [u8],
}

const fn row(opcode: Opcode, operands: &'static [u32], bytes: &'static [u8]) -> Row {
    Row { opcode, operands, bytes }
}

#[test]
fn the_decoder_reads_the_bytes() {
    for Row { opcode, operands, bytes } in ROWS {
        let word: Word = word_of(bytes).unwrap_or_else(|| panic!("{opcode}: not as many bytes as a word has"));
        let instruction = decode(word).unwrap_or_else(|| panic!("{opcode}: {word:#x} is no instruction"));
        assert_eq!(instruction.opcode(), *opcode);
        let found: Vec<u32> = opcode.info().operands.iter().map(|operand| operand.of(word)).collect();
        assert_eq!(found, *operands, "{opcode}");
    }
}

#[test]
fn the_encoder_writes_the_bytes() {
    for Row { opcode, bytes, .. } in ROWS {
        let instruction = word_of(bytes)
            .and_then(decode)
            .unwrap_or_else(|| panic!("{opcode}: no instruction"));
        let word = instruction.encode().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(bytes_of(word), *bytes, "{opcode}");
    }
}

#[test]
fn the_assembler_writes_the_bytes() {
    for Row { opcode, bytes, .. } in ROWS {
        let instruction = word_of(bytes)
            .and_then(decode)
            .unwrap_or_else(|| panic!("{opcode}: no instruction"));
        let text = instruction.to_string();
        let word = assemble_instruction(&text).unwrap_or_else(|errors| panic!("`{text}`: {errors}"));
        assert_eq!(bytes_of(word), *bytes, "`{text}`");
    }
}

#[test]
fn every_instruction_has_its_bytes() {
    let opcodes: Vec<Opcode> = ROWS.iter().map(|row| row.opcode).collect();
    assert_eq!(opcodes, Opcode::ALL);
}
