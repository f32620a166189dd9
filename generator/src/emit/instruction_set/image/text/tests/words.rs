//! Holds the decoder to the patterns: __EVERY__ is one instruction or none, and encoding gives it back.

use __FACTS__::opcode::Opcode;
use __FACTS__::{Word, decode};

#[test]
fn every_instruction_encodes_to_the_word_that_it_came_from() {
    for word in __WORDS__ {
        if let Some(instruction) = decode(word) {
            assert_eq!(instruction.encode(), Ok(word), "{instruction:?}");
            assert!(instruction.opcode().matches(word), "{word:#x} is decoded as {instruction:?}");
        }
    }
}

#[test]
fn a_word_is_no_instruction_only_if_no_pattern_matches() {
    for word in __WORDS__ {
        let matching: Vec<Opcode> = Opcode::ALL.iter().copied().filter(|opcode| opcode.matches(word)).collect();
        match decode(word) {
            None => assert_eq!(matching, [], "{word:#x}"),
            Some(instruction) => {
                // Of several the one is meant that fixes the most bits: an exception to the others.
                let fixed = |opcode: &Opcode| opcode.info().mask.count_ones();
                let most = matching.iter().max_by_key(|opcode| fixed(opcode));
                assert_eq!(most, Some(&instruction.opcode()), "{word:#x}");
            }
        }
    }
}

#[test]
fn every_instruction_is_decoded() {
    for opcode in Opcode::ALL {
        let decoded = decode(opcode.info().value).map(|instruction| instruction.opcode());
        // The word with zeros in all fields may be that of an exception; then another one is this instruction.
        let is_it = |word: Word| decode(word).is_some_and(|instruction| instruction.opcode() == *opcode);
        assert!(
            decoded == Some(*opcode) || is_it(opcode.info().value | !opcode.info().mask),
            "{opcode}"
        );
    }
}
