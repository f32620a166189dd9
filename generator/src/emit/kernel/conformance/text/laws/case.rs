//! One case of a law: what is chosen for it, the calls that it makes, and what is left to be cleared away.

use core::fmt;

use exo_facts::{Error, Returns, Rights, Syscall, initial};

use super::wild::{self, Buffer, Value, Wild};
use super::{Bytes, Decisions, Handles, Law, List, Numbers, Other, Subject};
use crate::fuzzer::Fuzzer;
use crate::random::Random;

/// Why a case didn't come to its end.
#[derive(Debug, Clone)]
pub enum Stop {
    /// It says nothing: a tick of the timer came in between, or the second process has ended or waits.
    GivenUp,
    /// The law is broken.
    Broken(Violation),
}

/// What breaks a law.
#[derive(Debug, Clone)]
pub enum Violation {
    /// A step that has to succeed returned an error.
    Step(&'static str, Error),
    /// Something that is expected isn't so.
    Expected(&'static str),
    /// The observer of the law found something.
    Observed(&'static str),
    /// Too many cases were given up; so many were tried.
    TooFew(u32),
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Step(step, error) => write!(formatter, "`{step}` has failed: {}", error.name()),
            Violation::Expected(text) => write!(formatter, "`{text}` doesn't hold"),
            Violation::Observed(what) => formatter.write_str(what),
            Violation::TooFew(tried) => write!(formatter, "only {tried} cases could be tried"),
        }
    }
}

/// Nothing is mapped at this address and the next ones.
const PLACE: u64 = 0x5800_0000;

/// Where the parts of the caller's page of memory begin: two values, then the buffer.
const VALUE_BYTES: u64 = 512;
const BUFFER: u64 = 2048;

/// A case.
pub struct Case<'a> {
    subject: &'a mut dyn Subject,
    random: Random,
    given: List<(&'static str, u64), 8>,
    values: u64,
    other: Option<Other>,
    /// What the second process holds.
    theirs: Handles,
    /// What the first has made, in order.
    made: List<u64, 256>,
}

impl<'a> Case<'a> {
    /// A case by its number.
    pub fn new(subject: &'a mut dyn Subject, seed: u64, number: u32) -> Case<'a> {
        let mut random = Random::new(seed.wrapping_mul(0x1_0000_0001).wrapping_add(u64::from(number)));
        // The first numbers of seeds that are near to each other are near, too.
        for _ in 0..8 {
            random.word();
        }
        Case {
            subject,
            random,
            given: List::new(),
            values: 0,
            other: None,
            theirs: List::new(),
            made: List::new(),
        }
    }

    /// What was chosen.
    pub fn given(&self) -> List<(&'static str, u64), 8> {
        self.given.clone()
    }

    /// Makes the steps, lets the observer look, clears everything away and lets it look again.
    pub fn run(&mut self, law: &Law) -> Result<(), Stop> {
        let begin = self.ask(Syscall::Clock, &[]);
        let mut result = (law.run)(self);
        if result.is_ok() {
            result = self.observe(law);
        }
        self.clear();
        let end = self.ask(Syscall::Clock, &[]);
        if begin != end {
            return Err(Stop::GivenUp);
        }
        result.and_then(|()| self.observe(law))
    }

    fn observe(&mut self, law: &Law) -> Result<(), Stop> {
        let Some(method) = law.observer else { return Ok(()) };
        self.subject.observe(method).map_err(|what| Stop::Broken(Violation::Observed(what)))
    }

    fn clear(&mut self) {
        for at in (0..self.made.len()).rev() {
            let handle = self.made[at];
            // Most went with what they were derived from.
            let _ = self.ask(Syscall::CapDrop, &[handle]);
        }
        if self.other.take().is_some() {
            self.subject.close_other();
        }
    }

    fn note(&mut self, name: &'static str, value: u64) {
        self.given.push((name, value));
    }

    /// A number of a range.
    pub fn number(&mut self, name: &'static str, least: u64, most: u64) -> u64 {
        // The ends are where things go wrong.
        let number = match self.random.below(8) {
            0 => least,
            1 => most,
            _ => least + self.random.word() % (most - least + 1),
        };
        self.note(name, number);
        number
    }

    /// Numbers of a range, and so many.
    pub fn numbers(&mut self, name: &'static str, (least, most): (u64, u64), (shortest, longest): (u64, u64)) -> Numbers {
        let length = shortest + self.random.below(longest - shortest + 1);
        let mut numbers = Numbers::new();
        for _ in 0..length {
            numbers.push(least + self.random.word() % (most - least + 1));
        }
        self.note(name, length);
        numbers
    }

    /// Some of a set of rights.
    pub fn rights(&mut self, name: &'static str, of: Rights) -> Rights {
        let rights = of.meet(Rights::from_bits(self.random.word() as u8));
        self.note(name, u64::from(rights.bits()));
        rights
    }

    /// A call with arguments of all sorts.
    pub fn wild(&mut self, name: &'static str) -> Wild {
        let seed = self.random.word();
        self.note(name, seed);
        Wild::new(seed)
    }

    /// A value in the memory of the caller.
    pub fn value(&mut self, name: &'static str) -> Value {
        let bytes = wild::value(&mut self.random);
        let at = self.subject.memory() + VALUE_BYTES * self.values;
        self.values += 1;
        self.subject.write(at, &bytes);
        self.note(name, bytes.len() as u64);
        Value { at, length: bytes.len() as u64, bytes }
    }

    /// Memory of the caller that may be written.
    pub fn buffer(&self) -> Buffer {
        Buffer { at: self.subject.memory() + BUFFER, length: BUFFER }
    }

    /// Where nothing is mapped.
    pub fn place(&self) -> u64 {
        PLACE
    }

    /// The handle of an initial capability.
    pub fn initial(&self, index: u32) -> u64 {
        initial::ALL.iter().find(|one| one.index == index).map_or(0, |one| one.handle().0)
    }

    /// The second process, which begins with the first use of it.
    pub fn other(&mut self) -> Result<Other, Stop> {
        if let Some(other) = self.other {
            return Ok(other);
        }
        let made = self.subject.open_other();
        let other = made.map_err(|error| Stop::Broken(Violation::Step("the second process", error)))?;
        self.other = Some(other);
        Ok(other)
    }

    /// One of several.
    pub fn any(&mut self, of: &[&[u64]]) -> u64 {
        let count: usize = of.iter().map(|some| some.len()).sum();
        if count == 0 {
            return 0;
        }
        let chosen = self.random.below(count as u64) as usize;
        of.iter().flat_map(|some| some.iter()).nth(chosen).copied().unwrap_or(0)
    }

    /// Makes a call.
    pub fn ask(&mut self, call: Syscall, arguments: &[u64]) -> Result<u64, Error> {
        let (status, value) = self.subject.call(call.number(), padded(arguments));
        exo_facts::result(status)?;
        if matches!(call.returns(), Returns::Capability(_)) {
            match (call, self.other, arguments) {
                (Syscall::CapCopy, Some(other), [_, to, ..]) if *to == other.process => self.theirs.push(value),
                _ => self.made.push(value),
            };
        }
        Ok(value)
    }

    /// Makes a call that has to succeed.
    pub fn must(&mut self, step: &'static str, call: Syscall, arguments: &[u64]) -> Result<u64, Stop> {
        self.ask(call, arguments).map_err(|error| Stop::Broken(Violation::Step(step, error)))
    }

    /// Lets the second process make a call.
    pub fn ask_other(&mut self, call: Syscall, arguments: &[u64]) -> Result<Result<u64, Error>, Stop> {
        self.other()?;
        self.answer(call.number(), padded(arguments))
    }

    /// Lets the second process make a call that has to succeed.
    pub fn must_other(&mut self, step: &'static str, call: Syscall, arguments: &[u64]) -> Result<u64, Stop> {
        let result = self.ask_other(call, arguments)?;
        result.map_err(|error| Stop::Broken(Violation::Step(step, error)))
    }

    /// Lets the second process make a call with arguments of all sorts, out of what it holds.
    pub fn ask_wild(&mut self, wild: Wild) -> Result<(Wild, Result<u64, Error>), Stop> {
        self.other()?;
        let memory = self.subject.memory();
        let (number, arguments) = Fuzzer::new(wild.seed, &self.theirs, memory).call();
        let made = Wild { number, arguments, ..wild };
        Ok((made, self.answer(number, arguments)?))
    }

    fn answer(&mut self, number: u64, arguments: [u64; 6]) -> Result<Result<u64, Error>, Stop> {
        let (status, value) = self.subject.call_as_other(number, arguments).ok_or(Stop::GivenUp)?;
        Ok(exo_facts::result(status).map(|()| value))
    }

    /// How many frames are free.
    pub fn free_frames(&mut self) -> u64 {
        self.subject.free_frames()
    }

    /// Who of some processes ran in each decision.
    pub fn turns(&mut self, weights: &[u64], decisions: u64) -> Result<Decisions, Stop> {
        let mut ran = Decisions::blank(decisions);
        let done = self.subject.turns(weights, ran.as_mut_slice());
        done.map_err(|error| Stop::Broken(Violation::Step("turns", error)))?;
        Ok(ran)
    }

    /// Who of two processes under Beatty's sequences ran in each decision.
    pub fn pair(&mut self, decisions: u64) -> Decisions {
        let mut ran = Decisions::blank(decisions);
        self.subject.pair(ran.as_mut_slice());
        ran
    }

    /// What lies in the memory of the caller.
    pub fn bytes(&mut self, at: u64, length: u64) -> Bytes {
        let mut bytes = Bytes::blank(length);
        self.subject.read(at, bytes.as_mut_slice());
        bytes
    }

    /// What must hold.
    pub fn expect(&self, text: &'static str, holds: bool) -> Result<(), Stop> {
        match holds {
            true => Ok(()),
            false => Err(Stop::Broken(Violation::Expected(text))),
        }
    }
}

fn padded(arguments: &[u64]) -> [u64; 6] {
    let mut words = [0; 6];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = *argument;
    }
    words
}
