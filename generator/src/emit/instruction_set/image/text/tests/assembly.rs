//! Holds assembler and disassembler against each other, and against texts that are wrong.

use __FACTS__::asm::{AssembleErrors, assemble, disassemble};
use __FACTS__::opcode::Opcode;
use __FACTS__::{MEMORY, ORIGIN, bytes_of};

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn comes_back(image: &[u8]) {
    let text = disassemble(image).unwrap_or_else(|error| panic!("{error}"));
    let again = assemble(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!(again, image, "{text}");
}

#[test]
fn an_image_comes_back_from_its_text() {
    comes_back(&[]);
    comes_back(&[0]);
    comes_back(&vec![0xFF; (MEMORY - ORIGIN) as usize]);
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..400u64 {
        let length = numbers.next() % (1 + u64::from(MEMORY - ORIGIN).min(round * 4));
        let mut image: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        comes_back(&image);
        // The same with instructions, so that more of it is reached.
        for place in image.chunks_exact_mut(bytes_of(0).len()) {
            let opcode = Opcode::ALL[numbers.next() as usize % Opcode::ALL.len()].info();
            let word = opcode.value | (numbers.next() & u64::from(!opcode.mask)) as __FACTS__::Word;
            place.copy_from_slice(&bytes_of(word));
        }
        comes_back(&image);
    }
}

#[test]
fn an_image_that_does_not_fit_is_refused() {
    let image = vec![0; (MEMORY - ORIGIN) as usize + 1];
    assert!(disassemble(&image).is_err());
}

fn errors(text: &str) -> AssembleErrors {
    match assemble(text) {
        Ok(image) => panic!("`{text}` gives {image:?}"),
        Err(errors) => errors,
    }
}

/// What stands at which place.
fn refuses(text: &str, line: u32, column: u32, says: &str) {
    let errors = errors(text);
    let first = &errors.errors[0];
    assert!(first.to_string().contains(says), "`{text}`: {errors}");
    assert_eq!((first.line, first.column), (line, column), "`{text}`: {errors}");
}

#[test]
fn mistakes_are_reported_where_they_stand() {
    refuses("there_is_no_such_thing", 1, 1, "no instruction");
    refuses("\n  byte 1, 256", 2, 11, "doesn't fit into 8 bits");
    refuses("byte 1,", 1, 8, "expected a number");
    refuses("byte 1 2", 1, 8, "expected the end of the line");
    refuses("byte 12ab", 1, 6, "is no number");
    refuses("byte 99999999999", 1, 6, "is no number");
    refuses("byte missing", 1, 6, "nothing called `missing`");
    refuses("here: byte 1\nhere: byte 2", 2, 1, "defined twice");
    refuses("1here: byte 1", 1, 1, "is no number");
    refuses("at 0", 1, 4, "can't go on");
    refuses("at later\nlater:", 1, 4, "nothing called `later`");
    refuses("let 5 = 5", 1, 5, "expected a name");
    refuses("let five 5", 1, 10, "expected `=`");
    refuses("__LINE__ ,", 1, 1 + "__LINE__ ".len() as u32, "");
    refuses("ä", 1, 1, "expected an instruction");
}

#[test]
fn all_mistakes_are_reported() {
    let found = errors("byte 256\nnothing\nbyte missing");
    assert_eq!(found.errors.len(), 3, "{found}");
    let many = "nothing\n".repeat(1000);
    let found = errors(&many);
    assert_eq!(found.errors.len() + found.omitted as usize, 1000);
}

#[test]
fn names_are_numbers() {
    let text =
        format!("let start = {ORIGIN:#x}\nlet five = 2 + 3 // half of ten\nbyte five, five - 1, -1\nhere: byte here - start");
    assert_eq!(assemble(&text).ok(), Some(vec![5, 4, 255, 3]));
    let text = format!("byte 1\nat {:#x}\nbyte 2", ORIGIN + 3);
    assert_eq!(assemble(&text).ok(), Some(vec![1, 0, 0, 2]));
}

#[test]
fn a_text_of_any_kind_is_read_to_its_end() {
    let mut numbers = Numbers(7);
    let pieces = ["byte", "word", "at", "let", "x", ":", ",", "+", "-", "[", "]", "=", "5", "0x", "//", "\n", " ", "ä", "\u{0}", "__LINE__"];
    for _ in 0..2_000 {
        let count = numbers.next() % 40;
        let text: String = (0..count).map(|_| pieces[numbers.next() as usize % pieces.len()]).collect();
        let _ = assemble(&text);
    }
    let _ = assemble(&"-".repeat(100_000));
    let _ = assemble(&format!("byte {}1", "-".repeat(100_000)));
    let _ = assemble(&"byte 1, ".repeat(100_000));
    let _ = assemble(&"x: ".repeat(100_000));
    let too_long = "byte 1\n".repeat((MEMORY - ORIGIN) as usize + 1);
    assert!(errors(&too_long).to_string().contains("doesn't fit"));
}
