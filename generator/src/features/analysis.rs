//! Judges a model: whether it has a valid configuration at all, and which flags and statements are not what they seem.

use super::solver::{Answer, Solver};
use super::{FeatureModel, FlagId, Literal, Says};

/// The most clauses that the judgement of one model looks at. Real models need some thousands; all of them take less than a second.
pub const MOST_STEPS: u64 = 3_000_000;

/// The statements (by position) that together cause what was found; none of them can be left out.
pub type Proof = Vec<usize>;

/// What is to be said about a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Why there is no valid configuration, if there is none. Then nothing else is judged.
    pub void: Option<Proof>,
    /// Flags that are on in no valid configuration.
    pub dead: Vec<(FlagId, Proof)>,
    /// Flags that are on in every valid configuration.
    pub forced: Vec<(FlagId, Proof)>,
    /// Statements that follow from others. All of them can be taken away at once.
    pub redundant: Vec<(usize, Proof)>,
    /// Whether the steps sufficed for every question. What was found is true in any case.
    pub is_complete: bool,
}

/// What a flag can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// On in some valid configurations, off in others.
    Optional,
    /// On in none.
    Dead,
    /// On in all.
    Forced,
}

impl State {
    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            State::Optional => "optional",
            State::Dead => "dead",
            State::Forced => "forced",
        }
    }
}

impl Analysis {
    /// What a flag can be.
    pub fn state(&self, flag: FlagId) -> State {
        let has = |list: &[(FlagId, Proof)]| list.iter().any(|(found, _)| *found == flag);
        if self.void.is_some() || has(&self.dead) {
            State::Dead
        } else if has(&self.forced) {
            State::Forced
        } else {
            State::Optional
        }
    }
}

/// Judges a model.
pub fn analyse(model: &FeatureModel, steps: u64) -> Analysis {
    let mut found = Analysis {
        is_complete: true,
        ..Analysis::default()
    };
    let mut solver = Solver::new(model, steps);
    // Configurations that were met on the way answer most questions.
    let mut met = vec![[false; 2]; model.flags.len()];
    match solver.ask(&[]) {
        Answer::Yes(configuration) => meet(&mut met, &configuration),
        Answer::No(conflict) => {
            found.void = Some(solver.smallest(&[], &conflict));
            return found;
        }
        Answer::Unknown => {
            found.is_complete = false;
            return found;
        }
    }
    for flag in 0..model.flags.len() {
        for on in [true, false] {
            if met[flag][usize::from(on)] {
                continue;
            }
            let assumption = [Literal { flag, on }];
            match solver.ask(&assumption) {
                Answer::Yes(configuration) => meet(&mut met, &configuration),
                Answer::No(conflict) => {
                    let proof = solver.smallest(&assumption, &conflict);
                    let list = if on { &mut found.dead } else { &mut found.forced };
                    list.push((flag, proof));
                }
                Answer::Unknown => found.is_complete = false,
            }
        }
    }
    redundant(model, &mut solver, &mut found);
    found
}

fn meet(met: &mut [[bool; 2]], configuration: &[bool]) {
    for (flag, on) in configuration.iter().enumerate() {
        met[flag][usize::from(*on)] = true;
    }
}

/// Finds statements that follow from the others, from the last one on. One that was found no longer counts for those before it.
fn redundant(model: &FeatureModel, solver: &mut Solver, found: &mut Analysis) {
    let mut counts = vec![true; model.statements.len()];
    for (position, statement) in model.statements.iter().enumerate().rev() {
        if binds_dead(found, &statement.says) {
            continue;
        }
        counts[position] = false;
        match follows(&statement.says, solver, &counts) {
            Some(Ok(proof)) => found.redundant.push((position, proof)),
            Some(Err(())) => counts[position] = true,
            None => {
                counts[position] = true;
                found.is_complete = false;
            }
        }
    }
    found.redundant.reverse();
}

/// Whether a statement is about a flag of which something worse is said.
fn binds_dead(found: &Analysis, says: &Says) -> bool {
    let of = |flag: &FlagId| found.state(*flag) == State::Dead;
    match says {
        Says::Implies(flag, _) => of(flag),
        Says::Excludes(one, other) => of(one) || of(other),
        Says::OneOf { when, .. } => when.as_ref().is_some_and(of),
        Says::Absent(_) => true,
    }
}

/// The proof that a statement follows from those that count; an error if it doesn't, nothing if the steps ran out.
fn follows(says: &Says, solver: &mut Solver, counts: &[bool]) -> Option<Result<Proof, ()>> {
    let mut proof = Vec::new();
    for clause in says.clauses() {
        let denied: Vec<Literal> = clause.iter().map(|literal| !*literal).collect();
        match solver.solve(&denied, &[], Some(counts)) {
            Answer::Yes(_) => return Some(Err(())),
            Answer::No(conflict) => proof.extend(solver.smallest(&denied, &conflict)),
            Answer::Unknown => return None,
        }
    }
    proof.sort_unstable();
    proof.dedup();
    Some(Ok(proof))
}
