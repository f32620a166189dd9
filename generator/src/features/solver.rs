//! Decides whether a model has a configuration, by unit propagation and learning from conflicts; its answers are bounded in work.
//!
//! Feature models are easy: propagation alone decides nearly all of their questions. A hostile one (pigeons and holes) can still take
//! exponentially long, so that every step is counted, and [`Answer::Unknown`] is an answer.

use super::{FeatureModel, Literal};

/// The most clauses that are learned before all of them are forgotten.
const MOST_LEARNED: usize = 2_000;

/// What a question gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A configuration: for each flag whether it is on.
    Yes(Vec<bool>),
    /// There is none.
    No(Conflict),
    /// The steps ran out.
    Unknown,
}

/// Why there is no configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Statements that can't all hold, in the order of the model.
    pub statements: Vec<usize>,
    /// The assumptions with which they can't.
    pub assumptions: Vec<Literal>,
}

/// A model as clauses, and the state of a search.
#[derive(Debug, Clone)]
pub struct Solver {
    /// Those of the model, then those that were learned.
    clauses: Vec<Clause>,
    given: usize,
    /// How many statements the model has.
    statements: usize,
    /// Which clauses watch a literal.
    watches: Vec<Vec<usize>>,
    /// Clauses of less than two literals, which watch nothing.
    short: Vec<usize>,
    values: Vec<Option<bool>>,
    levels: Vec<usize>,
    reasons: Vec<Option<usize>>,
    trail: Vec<Literal>,
    /// Where each decision stands on the trail.
    starts: Vec<usize>,
    propagated: usize,
    /// How many more clauses may be looked at.
    pub steps: u64,
}

#[derive(Debug, Clone)]
struct Clause {
    literals: Vec<Literal>,
    /// The statements that it follows from.
    statements: Vec<usize>,
}

fn index(literal: Literal) -> usize {
    literal.flag * 2 + usize::from(literal.on)
}

impl Solver {
    /// A solver that may take so many steps in all.
    pub fn new(model: &FeatureModel, steps: u64) -> Solver {
        let count = model.flags.len();
        let mut solver = Solver {
            clauses: Vec::new(),
            given: 0,
            statements: model.statements.len(),
            watches: vec![Vec::new(); 2 * count],
            short: Vec::new(),
            values: vec![None; count],
            levels: vec![0; count],
            reasons: vec![None; count],
            trail: Vec::new(),
            starts: Vec::new(),
            propagated: 0,
            steps,
        };
        for (statement, literals) in model.clauses() {
            // A clause that holds in any case (`a` implies `a`) binds nothing.
            if !literals.iter().any(|literal| literals.contains(&!*literal)) {
                solver.add(literals, vec![statement]);
            }
        }
        solver.given = solver.clauses.len();
        solver
    }

    fn add(&mut self, literals: Vec<Literal>, statements: Vec<usize>) -> usize {
        let clause = self.clauses.len();
        match literals.as_slice() {
            [first, second, ..] => {
                self.watches[index(*first)].push(clause);
                self.watches[index(*second)].push(clause);
            }
            _ => self.short.push(clause),
        }
        self.clauses.push(Clause { literals, statements });
        clause
    }

    /// Looks for a configuration in which the assumptions hold and every statement that counts; all do if nothing is given. Flags that nothing decides are as in
    /// `wish`; off where that says nothing.
    pub fn solve(&mut self, assumptions: &[Literal], wish: &[bool], counts: Option<&[bool]>) -> Answer {
        self.reset();
        for position in 0..self.short.len() {
            let clause = self.short[position];
            if !self.is_usable(clause, counts) {
                continue;
            }
            let unit = self.clauses[clause].literals.first().copied();
            match unit.map(|literal| self.value(literal)) {
                Some(None) => self.enqueue(unit.unwrap_or(Literal::off(0)), Some(clause)),
                Some(Some(true)) => {}
                _ => return Answer::No(self.explain(clause)),
            }
        }
        // Every flag before this one has a value.
        let mut decided = 0;
        loop {
            match self.propagate(counts) {
                Err(()) => return Answer::Unknown,
                Ok(Some(clause)) if self.starts.len() <= assumptions.len() => return Answer::No(self.explain(clause)),
                Ok(Some(clause)) => {
                    self.learn(clause);
                    decided = 0;
                }
                Ok(None) => match assumptions.get(self.starts.len()) {
                    Some(literal) => match self.value(*literal) {
                        Some(true) => self.starts.push(self.trail.len()),
                        Some(false) => return Answer::No(self.explain_literal(*literal)),
                        None => self.decide(*literal),
                    },
                    None => match (decided..self.values.len()).find(|flag| self.values[*flag].is_none()) {
                        Some(flag) => {
                            decided = flag + 1;
                            self.steps = self.steps.saturating_sub(1);
                            let on = wish.get(flag).copied().unwrap_or(false);
                            self.decide(Literal { flag, on });
                        }
                        None => return Answer::Yes(self.values.iter().map(|value| *value == Some(true)).collect()),
                    },
                },
            }
        }
    }

    /// As [`Solver::solve`], with every statement.
    pub fn ask(&mut self, assumptions: &[Literal]) -> Answer {
        self.solve(assumptions, &[], None)
    }

    fn reset(&mut self) {
        self.retreat(0);
        self.undo(0);
        if self.clauses.len() - self.given > MOST_LEARNED {
            self.clauses.truncate(self.given);
            let given = self.given;
            self.short.retain(|clause| *clause < given);
            self.watches.iter_mut().for_each(|list| list.retain(|clause| *clause < given));
        }
    }

    fn retreat(&mut self, level: usize) {
        if let Some(start) = self.starts.get(level).copied() {
            self.starts.truncate(level);
            self.undo(start);
        }
    }

    fn undo(&mut self, length: usize) {
        for literal in self.trail.drain(length..) {
            self.values[literal.flag] = None;
            self.reasons[literal.flag] = None;
        }
        self.propagated = length;
    }

    fn value(&self, literal: Literal) -> Option<bool> {
        self.values[literal.flag].map(|value| value == literal.on)
    }

    fn is_usable(&self, clause: usize, counts: Option<&[bool]>) -> bool {
        counts.is_none_or(|counts| self.clauses[clause].statements.iter().all(|statement| counts[*statement]))
    }

    fn decide(&mut self, literal: Literal) {
        self.starts.push(self.trail.len());
        self.enqueue(literal, None);
    }

    fn enqueue(&mut self, literal: Literal, reason: Option<usize>) {
        self.values[literal.flag] = Some(literal.on);
        self.levels[literal.flag] = self.starts.len();
        self.reasons[literal.flag] = reason;
        self.trail.push(literal);
    }

    /// Follows what is known; gives a clause of which no literal holds, or an error when the steps ran out.
    fn propagate(&mut self, counts: Option<&[bool]>) -> Result<Option<usize>, ()> {
        while let Some(literal) = self.trail.get(self.propagated).copied() {
            self.propagated += 1;
            let wrong = !literal;
            let mut list = std::mem::take(&mut self.watches[index(wrong)]);
            let mut conflict = None;
            let mut position = 0;
            while position < list.len() {
                let clause = list[position];
                position += 1;
                // What was learned from many statements takes long to look at where some of them don't count.
                let cost = 1 + counts.map_or(0, |_| self.clauses[clause].statements.len() as u64 / 8);
                let Some(left) = self.steps.checked_sub(cost) else {
                    self.watches[index(wrong)] = list;
                    return Err(());
                };
                self.steps = left;
                if !self.is_usable(clause, counts) {
                    continue;
                }
                if self.clauses[clause].literals[0] == wrong {
                    self.clauses[clause].literals.swap(0, 1);
                }
                let first = self.clauses[clause].literals[0];
                if self.value(first) == Some(true) {
                    continue;
                }
                let literals = &self.clauses[clause].literals;
                let other = (2..literals.len()).find(|at| self.value(literals[*at]) != Some(false));
                if let Some(at) = other {
                    self.clauses[clause].literals.swap(1, at);
                    let watched = self.clauses[clause].literals[1];
                    self.watches[index(watched)].push(clause);
                    position -= 1;
                    list.swap_remove(position);
                } else if self.value(first) == Some(false) {
                    conflict = Some(clause);
                    break;
                } else {
                    self.enqueue(first, Some(clause));
                }
            }
            self.watches[index(wrong)] = list;
            if conflict.is_some() {
                return Ok(conflict);
            }
        }
        Ok(None)
    }

    /// Adds the clause that a conflict teaches, and goes back to where it decides something.
    fn learn(&mut self, conflict: usize) {
        let level = self.starts.len();
        let mut seen = vec![false; self.values.len()];
        let mut statements: Vec<usize> = Vec::new();
        let mut learned: Vec<Literal> = Vec::new();
        let mut open = 0;
        let mut clause = Some(conflict);
        let mut position = self.trail.len();
        let asserting = loop {
            if let Some(clause) = clause {
                statements.extend(&self.clauses[clause].statements);
                for literal in &self.clauses[clause].literals {
                    if std::mem::replace(&mut seen[literal.flag], true) {
                        continue;
                    }
                    match self.levels[literal.flag] {
                        own if own == level => open += 1,
                        0 => statements.extend(self.explain_literal(*literal).statements),
                        _ => learned.push(*literal),
                    }
                }
            }
            // The literals of this level that led to the conflict, from the last one on, until only one is left.
            while position > 0 && !seen[self.trail[position - 1].flag] {
                position -= 1;
            }
            position = position.saturating_sub(1);
            let literal = self.trail[position];
            open -= 1;
            if open <= 0 {
                break !literal;
            }
            clause = self.reasons[literal.flag];
        };
        statements.sort_unstable();
        statements.dedup();
        self.steps = self.steps.saturating_sub(statements.len() as u64);
        learned.sort_by_key(|literal| std::cmp::Reverse(self.levels[literal.flag]));
        let back = learned.first().map_or(0, |literal| self.levels[literal.flag]);
        learned.insert(0, asserting);
        self.retreat(back);
        let clause = self.add(learned, statements);
        self.enqueue(asserting, Some(clause));
    }

    /// What made every literal of a clause wrong.
    fn explain(&self, clause: usize) -> Conflict {
        let mut conflict = Conflict {
            statements: self.clauses[clause].statements.clone(),
            assumptions: Vec::new(),
        };
        self.follow(self.clauses[clause].literals.clone(), &mut conflict);
        conflict
    }

    /// What made a literal wrong that is assumed, or is known without any decision.
    fn explain_literal(&self, literal: Literal) -> Conflict {
        let mut conflict = Conflict {
            statements: Vec::new(),
            assumptions: vec![literal],
        };
        self.follow(vec![literal], &mut conflict);
        conflict
    }

    fn follow(&self, mut open: Vec<Literal>, conflict: &mut Conflict) {
        let mut seen = vec![false; self.values.len()];
        while let Some(literal) = open.pop() {
            if std::mem::replace(&mut seen[literal.flag], true) {
                continue;
            }
            match self.reasons[literal.flag] {
                Some(reason) => {
                    conflict.statements.extend(&self.clauses[reason].statements);
                    open.extend(&self.clauses[reason].literals);
                }
                None => conflict.assumptions.push(!literal),
            }
        }
        conflict.statements.sort_unstable();
        conflict.statements.dedup();
        conflict.assumptions.sort_unstable();
        conflict.assumptions.dedup();
    }

    /// Statements of a conflict without any of which there would be none, as far as the steps reach.
    pub fn smallest(&mut self, assumptions: &[Literal], conflict: &Conflict) -> Vec<usize> {
        let mut kept = conflict.statements.clone();
        for statement in conflict.statements.clone() {
            let without: Vec<usize> = kept.iter().copied().filter(|other| *other != statement).collect();
            if without.len() == kept.len() {
                continue;
            }
            let mut counts = vec![false; self.statements];
            without.iter().for_each(|other| counts[*other] = true);
            if let Answer::No(smaller) = self.solve(assumptions, &[], Some(&counts)) {
                kept = smaller.statements;
            }
        }
        kept
    }
}
