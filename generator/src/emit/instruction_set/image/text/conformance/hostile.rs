//! Images of any bytes: whatever a program is, it ends in a trap or goes on, and nothing panics.

use __CONFORMANCE__::script::Anything;
use __FACTS__::opcode::Opcode;
use __FACTS__::trace::trace;
use __FACTS__::{MEMORY, ORIGIN, State, TrapKind, WORD_BYTES, Word, bytes_of, disassemble};
use __ORACLE__::step;
use __RUNTIME__::Context;

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

/// Runs an image for a while; the trap that it ended with, if it did.
fn run(image: &[u8], seed: u64) -> Option<TrapKind> {
    let state = State::with_image(image).unwrap_or_else(|error| panic!("{error}"));
    let mut context = Context::new(state, Box::new(Anything::new(seed)));
    for _ in 0..2_000 {
        let before = context.state.__COUNTER__;
        if let Err(trap) = step(&mut context) {
            assert_eq!(context.state.__COUNTER__, before, "a trap leaves the counter where it was");
            return Some(trap.kind());
        }
    }
    None
}

#[test]
fn any_bytes_can_be_run() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let room = u64::from(MEMORY - ORIGIN);
    for round in 0..600u64 {
        let length = numbers.next() % (room.min(64 + round * 8) + 1);
        let image: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        run(&image, round);
        trace(&image);
        assert!(disassemble(&image).is_ok());
    }
}

#[test]
fn any_instructions_can_be_run() {
    let mut numbers = Numbers(0xD1B5_4A32_D192_ED03);
    let mut ends = std::collections::BTreeSet::new();
    for round in 0..3_000u64 {
        let words = 1 + numbers.next() as usize % ((MEMORY - ORIGIN) as usize / WORD_BYTES).min(200);
        let image: Vec<u8> = (0..words)
            .flat_map(|_| {
                let opcode = Opcode::ALL[numbers.next() as usize % Opcode::ALL.len()].info();
                bytes_of(opcode.value | (numbers.next() as Word & !opcode.mask))
            })
            .collect();
        ends.extend(run(&image, round));
    }
    // Programs that are only chance end in some way or other; one end alone would mean that they don't get far.
    let traps = Opcode::ALL.iter().filter(|opcode| !opcode.info().traps.is_empty()).count();
    assert!(ends.len() > 1 || traps == 0, "{ends:?}");
}
