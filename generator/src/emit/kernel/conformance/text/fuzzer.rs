//! Makes calls out of the types of their parameters: mostly near to what a kernel takes, sometimes nothing of the kind.

use exo_facts::{Handle, ParameterKind, Returns, Syscall, limits};

use crate::random::Random;

/// Handles that are remembered.
const REMEMBERED: usize = 48;

/// The generator of calls.
#[derive(Debug, Clone)]
pub struct Fuzzer {
    random: Random,
    handles: [u64; REMEMBERED],
    known: usize,
    memory: u64,
}

impl Fuzzer {
    /// A fuzzer that knows some handles and a page of memory. The same seed gives the same calls, as long as the kernel gives the same
    /// answers.
    pub fn new(seed: u64, handles: &[u64], memory: u64) -> Fuzzer {
        let mut fuzzer = Fuzzer { random: Random::new(seed), handles: [0; REMEMBERED], known: 0, memory };
        for handle in handles {
            fuzzer.remember(*handle);
        }
        fuzzer
    }

    /// The next call: its number and its arguments.
    pub fn call(&mut self) -> (u64, [u64; 6]) {
        let mut arguments = [0; 6];
        if self.random.below(16) == 0 {
            arguments.iter_mut().for_each(|argument| *argument = self.garbage());
            return (self.garbage(), arguments);
        }
        let Some(mut call) = self.random.choose(&Syscall::ALL) else {
            return (0, arguments);
        };
        // What may block or end the process is made less often: it makes no more calls then.
        let mut chance = if call.returns() == Returns::Never { 256 } else { 8 };
        while call.switches() && self.random.below(chance) != 0 {
            call = self.random.choose(&Syscall::ALL).unwrap_or(call);
            chance = if call.returns() == Returns::Never { 256 } else { 8 };
        }
        for (argument, parameter) in arguments.iter_mut().zip(call.parameters()) {
            *argument = match self.random.below(12) {
                0 => self.garbage(),
                _ => self.argument(parameter.kind),
            };
        }
        (call.number(), arguments)
    }

    /// Remembers what a call returned, for the next ones.
    pub fn learn(&mut self, number: u64, status: u64, value: u64) {
        let call = Syscall::from_number(number).filter(|_| status == 0);
        if call.is_some_and(|call| matches!(call.returns(), Returns::Capability(_))) {
            self.remember(value);
        }
    }

    fn remember(&mut self, handle: u64) {
        let place = match self.known < REMEMBERED {
            true => self.known,
            false => self.random.below(REMEMBERED as u64) as usize,
        };
        if let Some(slot) = self.handles.get_mut(place) {
            *slot = handle;
        }
        self.known = (self.known + 1).min(REMEMBERED);
    }

    fn argument(&mut self, kind: ParameterKind) -> u64 {
        let random = &mut self.random;
        match kind {
            ParameterKind::Capability { optional, .. } => match random.below(16) {
                0 => Handle::new(random.below(64) as u32, random.below(4) as u32).0,
                1 | 2 if optional => 0,
                _ => random.choose(self.handles.get(..self.known).unwrap_or(&[])).unwrap_or(0),
            },
            ParameterKind::Address => match random.below(4) {
                0 => self.memory,
                1 => self.memory + random.below(limits::PAGE_BYTES),
                2 => 0x5000_0000_0000 + random.below(64) * limits::PAGE_BYTES,
                _ => limits::USER_END - random.below(32),
            },
            ParameterKind::Rights => random.below(64),
            ParameterKind::Count | ParameterKind::Index => random.below(6),
            ParameterKind::Length => random.below(96),
            ParameterKind::Ticks => random.below(3),
            ParameterKind::Gas => random.below(5_000),
            ParameterKind::Word => random.below(32),
        }
    }

    fn garbage(&mut self) -> u64 {
        let word = self.random.word();
        match self.random.below(6) {
            0 => word,
            1 => word >> 32,
            2 => 1 << (word % 64),
            3 => (1u64 << (word % 64)).wrapping_sub(1),
            4 => (word % 128).wrapping_neg(),
            _ => word % 128,
        }
    }
}
