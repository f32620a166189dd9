//! Counts the valid configurations of a model exactly: what doesn't depend on each other is counted apart and multiplied.

use std::collections::{BTreeMap, BTreeSet};

use super::{FeatureModel, FlagId, Literal};

/// What may be looked at: residual problems, and a fifth of their clauses. Beyond it there is no number rather than a long wait.
const MOST_WORK: usize = 20_000;

/// Clauses that are left over, in a canonical order.
type Problem = BTreeSet<Vec<Literal>>;

/// The number of valid configurations; none where it can't be found cheaply or is beyond 128 bits.
pub fn configurations(model: &FeatureModel) -> Option<u128> {
    let clauses = model.clauses().into_iter().map(|(_, mut clause)| {
        clause.sort_unstable();
        clause
    });
    let mut counter = Counter {
        known: BTreeMap::new(),
        left: MOST_WORK,
    };
    let clauses = clauses.filter(|clause| !clause.iter().any(|literal| clause.contains(&!*literal)));
    counter.count(clauses.collect(), model.flags.len())
}

struct Counter {
    known: BTreeMap<Problem, u128>,
    left: usize,
}

impl Counter {
    /// The number of assignments of so many flags that satisfy a problem about some of them.
    fn count(&mut self, problem: Problem, flags: usize) -> Option<u128> {
        let Some((problem, fixed)) = propagated(problem) else {
            return Some(0);
        };
        let used = flags_of(&problem).len();
        let free = u32::try_from(flags.checked_sub(fixed)?.checked_sub(used)?).ok()?;
        let mut product = 1u128.checked_shl(free).filter(|_| free < 128)?;
        for part in parts(&problem) {
            product = product.checked_mul(self.part(part)?)?;
            if product == 0 {
                break;
            }
        }
        Some(product)
    }

    /// The number for a problem that doesn't fall apart, over its own flags.
    fn part(&mut self, problem: Problem) -> Option<u128> {
        if let Some(known) = self.known.get(&problem) {
            return Some(*known);
        }
        // Looking at a problem costs what it is long.
        self.left = self.left.checked_sub(1 + problem.len() / 5)?;
        let flags = flags_of(&problem);
        let flag = most_frequent(&problem)?;
        let mut sum = 0u128;
        for literal in [Literal::off(flag), Literal::on(flag)] {
            let mut chosen = problem.clone();
            chosen.insert(vec![literal]);
            sum = sum.checked_add(self.count(chosen, flags.len())?)?;
        }
        self.known.insert(problem, sum);
        Some(sum)
    }
}

/// What is left after every clause of one literal was followed, and how many flags that decided; none if nothing satisfies it. What only
/// stood in clauses that are gone is free afterwards; the caller counts flags, so that needs no note.
fn propagated(mut problem: Problem) -> Option<(Problem, usize)> {
    let mut fixed = 0;
    loop {
        let mut known: BTreeMap<FlagId, bool> = BTreeMap::new();
        for clause in problem.iter().filter(|clause| clause.len() < 2) {
            let literal = clause.first()?;
            if *known.entry(literal.flag).or_insert(literal.on) != literal.on {
                return None;
            }
        }
        if known.is_empty() {
            return Some((problem, fixed));
        }
        fixed += known.len();
        let holds = |literal: &Literal| known.get(&literal.flag) == Some(&literal.on);
        let kept = problem.into_iter().filter(|clause| !clause.iter().any(holds));
        problem = kept
            .map(|mut clause| {
                clause.retain(|literal| !known.contains_key(&literal.flag));
                clause
            })
            .collect();
    }
}

fn flags_of(problem: &Problem) -> BTreeSet<FlagId> {
    problem.iter().flatten().map(|literal| literal.flag).collect()
}

fn most_frequent(problem: &Problem) -> Option<FlagId> {
    let mut times: BTreeMap<FlagId, usize> = BTreeMap::new();
    for literal in problem.iter().flatten() {
        *times.entry(literal.flag).or_default() += 1;
    }
    times
        .into_iter()
        .max_by_key(|(flag, times)| (*times, std::cmp::Reverse(*flag)))
        .map(|(flag, _)| flag)
}

/// The parts of a problem that have no flag in common.
fn parts(problem: &Problem) -> Vec<Problem> {
    let mut group: BTreeMap<FlagId, FlagId> = BTreeMap::new();
    fn head(group: &BTreeMap<FlagId, FlagId>, mut flag: FlagId) -> FlagId {
        while let Some(next) = group.get(&flag).filter(|next| **next != flag) {
            flag = *next;
        }
        flag
    }
    for clause in problem {
        let first = clause.first().map_or(0, |literal| head(&group, literal.flag));
        for literal in clause {
            let own = head(&group, literal.flag);
            group.insert(own, first);
            group.entry(literal.flag).or_insert(first);
        }
    }
    let mut parts: BTreeMap<FlagId, Problem> = BTreeMap::new();
    for clause in problem {
        let own = clause.first().map_or(0, |literal| head(&group, literal.flag));
        parts.entry(own).or_default().insert(clause.clone());
    }
    parts.into_values().collect()
}
