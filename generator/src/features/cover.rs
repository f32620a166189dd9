//! Finds a covering array: few configurations in which every feasible combination of so many flags occurs.
//!
//! Greedy: each row is built around a combination that is still missing and improved flag by flag. Several such arrays are made, and of
//! the smallest rows are taken away as long as the others can be changed to make up for them. The result depends on the seed alone:
//! what bounds the search is counted work, not time.

mod random;
mod search;
mod tuples;

use super::FeatureModel;
use super::demand::{Always, Demand};
use super::solver::{Answer, Solver};
use tuples::Tuples;

/// The most sets of flags: all pairs and triples of 200 flags, all fours of 78.
pub const MOST_SETS: usize = 1_500_000;

/// How often each set of flags may be looked up in search of a smaller array.
const EFFORT: u64 = 20_000;

/// The least and the most that is looked up in all. The most takes some seconds; what is needed for a whole array at all comes on top.
const LOOK_UPS: (u64, u64) = (10_000_000, 300_000_000);

/// The clauses that the solver may look at.
const STEPS: u64 = 2_000_000_000;

/// One configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Why it is there in any case: `none`, `default`, `all`, or several of these.
    pub always: Vec<&'static str>,
    /// For each flag whether it is on.
    pub on: Vec<bool>,
}

/// An array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covering {
    /// How many flags are combined: fewer than demanded where there are no more.
    pub strength: usize,
    /// Which one of equally good arrays.
    pub seed: u64,
    /// The rows that are there in any case first.
    pub rows: Vec<Row>,
    /// Rows that should be there in any case, but are no valid configurations, and the sentence that they break.
    pub left_out: Vec<(&'static str, String)>,
    /// Combinations that occur in some valid configuration.
    pub feasible: usize,
    /// Combinations that occur in a row.
    pub covered: usize,
}

/// Why there is no array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The model has no valid configuration.
    Void,
    /// There are more than [`MOST_SETS`] sets of flags.
    TooMany(usize),
    /// Deciding whether a combination is feasible takes too long.
    TooHard,
}

/// Finds an array.
///
/// # Errors
///
/// When there is none, or finding one is beyond the bounds.
pub fn cover(model: &FeatureModel, demand: &Demand) -> Result<Covering, Refusal> {
    // More flags than there are can't be combined: then every valid configuration is a row.
    let strength = demand.strength.min(tuples::STRONGEST).min(model.flags.len());
    let sets = tuples::sets(model.flags.len(), strength);
    if sets > MOST_SETS {
        return Err(Refusal::TooMany(sets));
    }
    let mut solver = Solver::new(model, STEPS);
    match solver.ask(&[]) {
        Answer::Yes(_) => {}
        Answer::No(_) => return Err(Refusal::Void),
        Answer::Unknown => return Err(Refusal::TooHard),
    }
    let (rows, left_out) = always(model, demand.always);
    let mut tuples = Tuples::new(model.flags.len(), strength);
    tuples.find_feasible(&mut solver, demand.seed).ok_or(Refusal::TooHard)?;
    let fixed: Vec<Vec<bool>> = rows.iter().map(|row| row.on.clone()).collect();
    let effort = (sets as u64).saturating_mul(EFFORT).clamp(LOOK_UPS.0, LOOK_UPS.1);
    let found = search::search(&mut solver, &mut tuples, &fixed, demand.seed, effort).ok_or(Refusal::TooHard)?;
    let others = found.into_iter().skip(rows.len()).map(|on| Row { always: Vec::new(), on });
    let rows: Vec<Row> = rows.into_iter().chain(others).collect();
    let covered = tuples.covered_by(rows.iter().map(|row| row.on.as_slice()));
    Ok(Covering {
        strength,
        seed: demand.seed,
        left_out,
        feasible: tuples.feasible(),
        covered,
        rows,
    })
}

/// The rows that are there in any case, each once, and those that can't be.
pub fn always(model: &FeatureModel, wanted: Always) -> (Vec<Row>, Vec<(&'static str, String)>) {
    let count = model.flags.len();
    let all = [
        ("none", wanted.none, vec![false; count]),
        ("default", wanted.default, model.default_configuration()),
        ("all", wanted.all, vec![true; count]),
    ];
    let mut rows: Vec<Row> = Vec::new();
    let mut left_out = Vec::new();
    for (name, _, on) in all.into_iter().filter(|(_, wanted, _)| *wanted) {
        if let Some(broken) = model.broken_by(&on) {
            left_out.push((name, model.sentence(&broken.says)));
        } else if let Some(row) = rows.iter_mut().find(|row| row.on == on) {
            row.always.push(name);
        } else {
            rows.push(Row { always: vec![name], on });
        }
    }
    (rows, left_out)
}
