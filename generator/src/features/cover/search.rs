//! The search itself: greedy arrays, then fewer rows.

use super::super::Literal;
use super::super::solver::Solver;
use super::random::Random;
use super::tuples::{Tuples, configuration};

/// How many greedy arrays are made at most.
const RESTARTS: usize = 6;

/// How many rows are tried before the best of them is taken.
const CANDIDATES: usize = 8;

/// How many rows in turn are taken away in vain before the array is as small as it gets.
const ATTEMPTS: usize = 4;

/// How many changes are tried to make up for a row that was taken away.
const MOST_CHANGES: usize = 1_500;

/// How many changes a row is left alone after it was changed.
const REST: usize = 3;

/// The rows of the smallest array that was found; the fixed ones come first. Nothing if the solver gives up.
pub fn search(solver: &mut Solver, tuples: &mut Tuples, fixed: &[Vec<bool>], seed: u64, effort: u64) -> Option<Vec<Vec<bool>>> {
    let mut random = Random::new(seed);
    let mut best: Option<Vec<Vec<bool>>> = None;
    tuples.work = 0;
    for _ in 0..RESTARTS {
        let rows = greedy(solver, tuples, fixed, effort / 2, &mut random)?;
        if best.as_ref().is_none_or(|best| rows.len() < best.len()) {
            best = Some(rows);
        }
        if tuples.work > effort / 4 {
            break;
        }
    }
    let mut best = best?;
    let mut failed = 0;
    while failed < ATTEMPTS && tuples.work < effort && best.len() > fixed.len() {
        match fewer(solver, tuples, &best, fixed.len(), effort, &mut random)? {
            Some(rows) => (best, failed) = (rows, 0),
            None => failed += 1,
        }
    }
    Some(best)
}

/// Builds row after row, each of which has as many missing combinations as is easily found. When the work is used up, the first row that
/// has one is taken: the array gets longer, but it is whole.
fn greedy(
    solver: &mut Solver,
    tuples: &mut Tuples,
    fixed: &[Vec<bool>],
    effort: u64,
    random: &mut Random,
) -> Option<Vec<Vec<bool>>> {
    tuples.clear();
    fixed.iter().for_each(|row| tuples.add(row));
    let mut rows = fixed.to_vec();
    while tuples.missing > 0 {
        let mut best: Option<(usize, Vec<bool>)> = None;
        for _ in 0..CANDIDATES {
            let tuple = tuples.missing_from(random.below(tuples.len()))?;
            let seed = tuples.literals(tuple);
            let wish: Vec<bool> = (0..tuples.flags()).map(|_| random.below(2) == 1).collect();
            let row = configuration(solver, &seed, &wish)??;
            let row = if tuples.work < effort {
                climb(solver, tuples, &seed, row, random)?
            } else {
                row
            };
            let gain = tuples.gain(&row);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, row));
            }
            if tuples.work >= effort {
                break;
            }
        }
        let (_, row) = best?;
        tuples.add(&row);
        rows.push(row);
    }
    Some(rows)
}

/// Changes flag by flag as long as that gives more missing combinations; what the seed demands stays.
fn climb(
    solver: &mut Solver,
    tuples: &mut Tuples,
    seed: &[Literal],
    mut row: Vec<bool>,
    random: &mut Random,
) -> Option<Vec<bool>> {
    let mut order: Vec<usize> = (0..row.len())
        .filter(|flag| seed.iter().all(|literal| literal.flag != *flag))
        .collect();
    let mut unchanged = 0;
    while unchanged < order.len() {
        for position in (1..order.len()).rev() {
            order.swap(position, random.below(position + 1));
        }
        for flag in &order {
            unchanged += 1;
            let mut assumptions = seed.to_vec();
            assumptions.push(Literal {
                flag: *flag,
                on: !row[*flag],
            });
            let Some(other) = configuration(solver, &assumptions, &row)? else {
                continue;
            };
            tuples.work += 8 * row.len() as u64;
            if tuples.difference(&row, &other) > 0 {
                row = other;
                unchanged = 0;
            }
        }
    }
    Some(row)
}

/// Takes a row away and changes the others until nothing is missing. Inner none if that doesn't succeed.
fn fewer(
    solver: &mut Solver,
    tuples: &mut Tuples,
    rows: &[Vec<bool>],
    fixed: usize,
    effort: u64,
    random: &mut Random,
) -> Option<Option<Vec<Vec<bool>>>> {
    let mut rows = rows.to_vec();
    tuples.clear();
    rows.iter().for_each(|row| tuples.add(row));
    let lonely: Vec<usize> = rows[fixed..].iter().map(|row| tuples.only_in(row)).collect();
    let least = lonely.iter().min().copied().unwrap_or(0);
    // One of those that are missed least; now and then any other one, so that a new try is another one.
    let mut choice: Vec<usize> = (0..lonely.len()).filter(|row| lonely[*row] == least).collect();
    if random.below(2) == 0 {
        choice = (0..lonely.len()).collect();
    }
    let gone = rows.remove(fixed + choice[random.below(choice.len())]);
    tuples.remove(&gone);
    let mut rests = vec![0; rows.len()];
    for change in 1..=MOST_CHANGES {
        if tuples.missing == 0 {
            return Some(Some(rows));
        }
        if tuples.work >= effort {
            return Some(None);
        }
        let tuple = tuples.missing_from(random.below(tuples.len()))?;
        let demanded = tuples.literals(tuple);
        let mut best: Option<(i64, usize, usize, Vec<bool>)> = None;
        for at in fixed..rows.len() {
            if rests[at] > change {
                continue;
            }
            let Some(other) = configuration(solver, &demanded, &rows[at])? else {
                continue;
            };
            // Finding the row takes about as long as looking up so many combinations.
            tuples.work += 8 * rows[at].len() as u64;
            let better = tuples.exchange(&rows[at], &other);
            let tie = random.below(1 << 16);
            if best.as_ref().is_none_or(|(most, lot, ..)| (better, tie) > (*most, *lot)) {
                best = Some((better, tie, at, other));
            }
        }
        if let Some((_, _, at, other)) = best {
            tuples.replace(&rows[at], &other);
            rows[at] = other;
            rests[at] = change + 1 + random.below(REST);
        }
    }
    Some(None)
}
