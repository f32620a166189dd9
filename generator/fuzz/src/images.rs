//! What has to hold for the assembly of a set of images: whatever comes is read or refused; an image is shown as text that gives the
//! same image.

use chip8_facts::{MEMORY, ORIGIN, assemble, disassemble};

/// Programs that are in order.
pub const PROGRAMS: &[&str] = &[
    include_str!("../../examples/chip8/spec/chip8/programs/count.casm"),
    include_str!("../../examples/chip8/spec/chip8/programs/digits.casm"),
    include_str!("../../examples/chip8/spec/chip8/programs/keys.casm"),
    include_str!("../../examples/chip8/spec/chip8/programs/maze.casm"),
    include_str!("../../examples/chip8/spec/chip8/programs/pong.casm"),
    include_str!("../../examples/chip8/spec/chip8/programs/rewrite.casm"),
];

/// Words of assembly, for whoever makes some.
#[allow(dead_code, reason = "the targets of libfuzzer find words by themselves")]
pub const WORDS: &[&str] = &[
    "again:",
    "jp again",
    "call 0x200",
    "ld v0, 1",
    "drw v0, v1, 5",
    "sknp v0",
    "let x = v0",
    "ld i, digits",
    "v0",
    "vf",
    "i",
    "digits",
    "0x",
    "0xFFFF",
    "0x200",
    "0x1000",
    "4294967296",
    "-1",
    ",",
    ":",
    ".byte",
    ".bytes",
    "byte 1",
    "\"",
    "//",
    "#",
    "\u{0}",
    "é",
    "\r\n",
];

/// Seeds of images.
#[allow(dead_code, reason = "only the tests need seeds")]
pub fn images() -> Vec<Vec<u8>> {
    PROGRAMS.iter().filter_map(|text| assemble(text).ok()).collect()
}

/// An image.
pub fn image(data: &[u8]) {
    let fits = data.len() <= (MEMORY - ORIGIN) as usize;
    match disassemble(data) {
        Ok(shown) => {
            assert!(fits, "an image that doesn't fit is shown");
            match assemble(&shown) {
                Ok(again) => assert_eq!(again, data, "what was shown is another image:\n{shown}"),
                Err(errors) => panic!("what was shown can't be read: {errors}\n{shown}"),
            }
        }
        Err(error) => assert!(!fits && !error.to_string().is_empty()),
    }
}

/// Assembly.
pub fn assembler(data: &[u8]) {
    match assemble(&String::from_utf8_lossy(data)) {
        Ok(made) => image(&made),
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
}
