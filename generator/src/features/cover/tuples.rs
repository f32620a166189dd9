//! Combinations of flags: which are feasible, and how often each occurs in the rows.

use super::super::Literal;
use super::super::solver::{Answer, Solver};
use super::random::Random;

/// The most flags of a combination.
pub const STRONGEST: usize = 4;

/// Rows that are drawn at random to see what is feasible before anything is asked one by one.
const SAMPLES: usize = 64;

/// Every set of so many flags, with every combination of their values.
pub struct Tuples {
    count: usize,
    strength: usize,
    /// The flags of each set, ascending; only the first of them count where the strength is less.
    sets: Vec<[u8; STRONGEST]>,
    /// Which sets a flag is in.
    of_flag: Vec<Vec<u32>>,
    /// By set and values: whether a valid configuration has it.
    is_feasible: Vec<bool>,
    feasible: usize,
    /// By set and values: how many rows have it.
    times: Vec<u16>,
    /// How many that are feasible no row has.
    pub missing: usize,
    /// How many were looked up.
    pub work: u64,
}

/// The number of sets of `strength` out of `count`.
pub fn sets(count: usize, strength: usize) -> usize {
    (0..strength).fold(1usize, |sets, taken| sets.saturating_mul(count - taken) / (taken + 1))
}

impl Tuples {
    /// All combinations; none is known to be feasible.
    pub fn new(count: usize, strength: usize) -> Tuples {
        let mut all = Vec::with_capacity(sets(count, strength));
        let mut set = [0u8; STRONGEST];
        fill(count, strength, 0, 0, &mut set, &mut all);
        let mut of_flag = vec![Vec::new(); count];
        for (position, set) in all.iter().enumerate() {
            for flag in &set[..strength] {
                of_flag[usize::from(*flag)].push(u32::try_from(position).unwrap_or(u32::MAX));
            }
        }
        let tuples = all.len() << strength;
        Tuples {
            count,
            strength,
            sets: all,
            of_flag,
            is_feasible: vec![false; tuples],
            feasible: 0,
            times: vec![0; tuples],
            missing: 0,
            work: 0,
        }
    }

    /// How many flags there are.
    pub fn flags(&self) -> usize {
        self.count
    }

    /// How many are feasible.
    pub fn feasible(&self) -> usize {
        self.feasible
    }

    /// Plain loops here and in [`Tuples::changed`]: nearly all time is spent in them, also where nothing is optimised.
    fn tuple(&self, set: usize, row: &[bool]) -> usize {
        let flags = &self.sets[set];
        let mut values = set;
        let mut at = 0;
        while at < self.strength {
            values = values << 1 | usize::from(row[usize::from(flags[at])]);
            at += 1;
        }
        values
    }

    /// What a combination demands of a configuration.
    pub fn literals(&self, tuple: usize) -> Vec<Literal> {
        let flags = self.sets[tuple >> self.strength][..self.strength].iter();
        let literal = |(position, flag): (usize, &u8)| Literal {
            flag: usize::from(*flag),
            on: tuple >> (self.strength - 1 - position) & 1 == 1,
        };
        flags.enumerate().map(literal).collect()
    }

    /// Finds what is feasible. Nothing if the solver gives up.
    pub fn find_feasible(&mut self, solver: &mut Solver, seed: u64) -> Option<()> {
        let mut random = Random::new(seed);
        for _ in 0..SAMPLES {
            let wish: Vec<bool> = (0..self.count).map(|_| random.below(2) == 1).collect();
            let row = configuration(solver, &[], &wish)?;
            self.mark(row.as_deref()?);
        }
        // What two flags can't be, three can't be either.
        let mut impossible = vec![false; 4 * self.count * self.count];
        let count = self.count;
        let pair =
            |one: Literal, other: Literal| (one.flag * count + other.flag) * 4 + usize::from(one.on) * 2 + usize::from(other.on);
        for one in 0..count {
            for other in one + 1..count {
                for values in 0..4 {
                    let pair_of = [(one, values & 2 == 2), (other, values & 1 == 1)].map(|(flag, on)| Literal { flag, on });
                    impossible[pair(pair_of[0], pair_of[1])] = configuration(solver, &pair_of, &[])?.is_none();
                }
            }
        }
        for tuple in 0..self.is_feasible.len() {
            if self.is_feasible[tuple] {
                continue;
            }
            let literals = self.literals(tuple);
            let pairs = literals
                .iter()
                .enumerate()
                .flat_map(|(at, one)| literals[at + 1..].iter().map(move |other| (*one, *other)));
            if pairs.into_iter().any(|(one, other)| impossible[pair(one, other)]) {
                continue;
            }
            if let Some(row) = configuration(solver, &literals, &[])? {
                self.mark(&row);
            }
        }
        self.missing = self.feasible;
        Some(())
    }

    fn mark(&mut self, row: &[bool]) {
        for set in 0..self.sets.len() {
            let tuple = self.tuple(set, row);
            self.feasible += usize::from(!std::mem::replace(&mut self.is_feasible[tuple], true));
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.times.fill(0);
        self.missing = self.feasible;
    }

    /// Adds a row.
    pub fn add(&mut self, row: &[bool]) {
        self.work += self.sets.len() as u64;
        for set in 0..self.sets.len() {
            let tuple = self.tuple(set, row);
            self.missing -= usize::from(self.times[tuple] == 0);
            self.times[tuple] += 1;
        }
    }

    /// Takes a row away.
    pub fn remove(&mut self, row: &[bool]) {
        self.work += self.sets.len() as u64;
        for set in 0..self.sets.len() {
            let tuple = self.tuple(set, row);
            self.times[tuple] -= 1;
            self.missing += usize::from(self.times[tuple] == 0);
        }
    }

    /// How many combinations only this row has, of those in the array.
    pub fn only_in(&mut self, row: &[bool]) -> usize {
        self.work += self.sets.len() as u64;
        (0..self.sets.len())
            .filter(|set| self.times[self.tuple(*set, row)] == 1)
            .count()
    }

    /// How many missing combinations a row has.
    pub fn gain(&mut self, row: &[bool]) -> usize {
        self.work += self.sets.len() as u64;
        (0..self.sets.len())
            .filter(|set| self.times[self.tuple(*set, row)] == 0)
            .count()
    }

    /// The sets that hold a flag in which two rows differ, each once.
    fn changed(&self, old: &[bool], new: &[bool]) -> Vec<usize> {
        let mut changed = Vec::new();
        for flag in 0..self.count {
            if old[flag] == new[flag] {
                continue;
            }
            for set in &self.of_flag[flag] {
                let set = *set as usize;
                // A set counts at the first of its flags that changed.
                let flags = &self.sets[set];
                let mut at = 0;
                while old[usize::from(flags[at])] == new[usize::from(flags[at])] {
                    at += 1;
                }
                if usize::from(flags[at]) == flag {
                    changed.push(set);
                }
            }
        }
        changed
    }

    /// How many more missing combinations another row has, where neither is in the array.
    pub fn difference(&mut self, old: &[bool], new: &[bool]) -> i64 {
        let changed = self.changed(old, new);
        self.work += changed.len() as u64;
        let mut difference = 0;
        for set in changed {
            difference += i64::from(self.times[self.tuple(set, new)] == 0) - i64::from(self.times[self.tuple(set, old)] == 0);
        }
        difference
    }

    /// How many combinations fewer would be missing if a row of the array were another.
    pub fn exchange(&mut self, old: &[bool], new: &[bool]) -> i64 {
        let changed = self.changed(old, new);
        self.work += changed.len() as u64;
        let mut difference = 0;
        for set in changed {
            difference += i64::from(self.times[self.tuple(set, new)] == 0) - i64::from(self.times[self.tuple(set, old)] == 1);
        }
        difference
    }

    /// Puts another row in the place of one.
    pub fn replace(&mut self, old: &[bool], new: &[bool]) {
        for set in self.changed(old, new) {
            let (old, new) = (self.tuple(set, old), self.tuple(set, new));
            self.times[old] -= 1;
            self.missing += usize::from(self.times[old] == 0);
            self.missing -= usize::from(self.times[new] == 0);
            self.times[new] += 1;
        }
    }

    /// The first missing combination at or behind a position, in a circle.
    pub fn missing_from(&mut self, start: usize) -> Option<usize> {
        let is_missing = |tuple: &usize| self.is_feasible[*tuple] && self.times[*tuple] == 0;
        let count = self.times.len();
        let start = start % count.max(1);
        let found = (start..count).find(is_missing).or_else(|| (0..start).find(is_missing));
        self.work += found.map_or(count, |found| (found + count - start) % count) as u64 / 8;
        found
    }

    /// How many combinations there are, feasible or not.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// How many combinations rows have, counted anew.
    pub fn covered_by<'a>(&mut self, rows: impl Iterator<Item = &'a [bool]>) -> usize {
        self.clear();
        rows.for_each(|row| self.add(row));
        self.feasible - self.missing
    }
}

fn fill(count: usize, strength: usize, depth: usize, from: usize, set: &mut [u8; STRONGEST], all: &mut Vec<[u8; STRONGEST]>) {
    if depth == strength {
        all.push(*set);
        return;
    }
    for flag in from..count {
        set[depth] = u8::try_from(flag).unwrap_or(u8::MAX);
        fill(count, strength, depth + 1, flag + 1, set, all);
    }
}

/// A valid configuration as near to a wish as the solver finds one; outer none if it gives up.
pub fn configuration(solver: &mut Solver, assumptions: &[Literal], wish: &[bool]) -> Option<Option<Vec<bool>>> {
    match solver.solve(assumptions, wish, None) {
        Answer::Yes(row) => Some(Some(row)),
        Answer::No(_) => Some(None),
        Answer::Unknown => None,
    }
}
