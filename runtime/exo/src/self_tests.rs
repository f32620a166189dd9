//! The kernel's own tests: the same vectors in tests on the host and in the booted kernel, with the same transcript.

use core::fmt::{self, Write};

use exo_facts::{Error, Handle, Rights, Syscall};

use crate::scheduler::beatty;

/// A name, what comes to a figure, and which.
type Case = (&'static str, fn() -> u64, u64);

const CASES: &[Case] = &[
    ("decisions of 10000 that are the first's", decisions, 6180),
    ("pairs of rights that meet below and join above both", lattice, 4096),
    ("handles that keep index and epoch", handles, 9),
    (
        "numbers that are a call's, and lead back to it",
        calls,
        Syscall::ALL.len() as u64,
    ),
    ("errors that a status leads back to", errors, Error::ALL.len() as u64),
];

/// Runs all tests, those of halt too where it is compiled in. It writes a line for each, and says how many failed.
///
/// # Errors
/// Those of `out`.
pub fn self_tests(out: &mut dyn Write) -> Result<u32, fmt::Error> {
    let mut failed = 0;
    for (name, run, expected) in CASES {
        let figure = run();
        if figure == *expected {
            writeln!(out, "exo: {name}: {figure}")?;
        } else {
            failed += 1;
            writeln!(out, "exo: {name}: {figure}, not {expected}")?;
        }
    }
    writeln!(out, "exo: {} tests, {failed} failed", CASES.len())?;
    #[cfg(feature = "halt")]
    {
        failed += halt::self_tests(out)?;
    }
    Ok(failed)
}

/// Decision k is the first's exactly if k is one of the numbers ⌊n·φ⌋ = (n + ⌊√(5·n²)⌋) / 2; from where they part, none counts.
fn decisions() -> u64 {
    let mut word = beatty::Word::new();
    let mut firsts = 0u64;
    for decision in 1..=10_000u64 {
        let next = firsts + 1;
        let place = (next + (5 * next * next).isqrt()) / 2;
        if word.next_is_first() != (place == decision) {
            return firsts;
        }
        firsts += u64::from(place == decision);
    }
    firsts
}

fn lattice() -> u64 {
    let all = || (0..64).map(Rights::from_bits);
    let holds = |one: Rights, other: Rights| {
        let (meet, join) = (one.meet(other), one.join(other));
        let below = one.contains(meet) && other.contains(meet);
        let above = join.contains(one) && join.contains(other);
        below && above && one.meet(join) == one && one.join(meet) == one
    };
    all().map(|one| all().filter(|&other| holds(one, other)).count() as u64).sum()
}

fn handles() -> u64 {
    let ends = [1, 0x8000_0000, u32::MAX];
    let kept = |index, epoch| {
        let handle = Handle::new(index, epoch);
        handle.index() == index && handle.epoch() == epoch && !handle.is_null()
    };
    ends.iter()
        .map(|&index| ends.iter().filter(|&&epoch| kept(index, epoch)).count() as u64)
        .sum()
}

fn calls() -> u64 {
    (0..1000)
        .filter(|&number| Syscall::from_number(number).is_some_and(|call| call.number() == number))
        .count() as u64
}

fn errors() -> u64 {
    Error::ALL
        .iter()
        .filter(|&&error| exo_facts::result(error.status()) == Err(error))
        .count() as u64
}

#[cfg(feature = "self-tests")]
mod booted {
    use core::fmt::{self, Write};

    use crate::kernel::Kernel;
    use crate::machine::Machine;

    impl<M: Machine> Kernel<M> {
        /// Runs all tests, and prints the transcript and what came of it.
        pub(crate) fn run_self_tests(&mut self) {
            let of_facts = super::self_tests(&mut Console(&mut self.machine));
            let of_calls = self.call_tests();
            match of_facts {
                Ok(0) if of_calls == 0 => self.machine.write_console(b"pass self-tests\n"),
                _ => self.machine.write_console(b"fail self-tests: see the lines above\n"),
            }
        }
    }

    /// The console of a machine, for what is formatted.
    struct Console<'a, M>(&'a mut M);

    impl<M: Machine> Write for Console<'_, M> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write_console(text.as_bytes());
            Ok(())
        }
    }
}
