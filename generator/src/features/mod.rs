//! Feature models: flags that can be on or off, and the statements that bind them.
//!
//! A [`FeatureModel`] is made of whatever has flags (the kind `feature`, the modules of a package) by its plain methods, and knows
//! nothing of where it came from but the spans. [`solver`] answers questions about it, [`analysis`] judges it, [`count`] counts its
//! valid configurations, [`cover`] finds a covering array, and [`certificate`] writes that down for a checker that shares no code.

pub mod analysis;
pub mod certificate;
pub mod count;
pub mod cover;
pub mod demand;
pub mod solver;

use std::collections::BTreeSet;

use crate::span::Span;
use demand::Demand;

/// The most flags of a model.
pub const MOST_FLAGS: usize = 200;

/// The position of a flag in its model.
pub type FlagId = usize;

/// A flag that is on, or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// The flag.
    pub flag: FlagId,
    /// Whether it is on.
    pub on: bool,
}

/// Something that can be switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// `cache-moka`, as Cargo knows it.
    pub name: String,
    /// What it brings.
    pub doc: String,
    /// Whether it is on unless switched off.
    pub default: bool,
    /// Targets (by name) on which it exists; empty for all.
    pub targets: Vec<String>,
    /// Its entry in the specs.
    pub span: Span,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// The first is never on without the second.
    Implies(FlagId, FlagId),
    /// The two are never on together.
    Excludes(FlagId, FlagId),
    /// One of several is on.
    OneOf {
        /// The name of the rule.
        rule: String,
        /// The flag without which the rule demands nothing.
        when: Option<FlagId>,
        /// Those of which one is on.
        of: Vec<FlagId>,
        /// Whether no second one may be on beside it.
        exactly: bool,
    },
    /// The flag doesn't exist on the target that is asked about.
    Absent(FlagId),
}

/// A statement, and where the specs make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it says.
    pub says: Says,
    /// Where.
    pub span: Span,
}

/// Flags and what binds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeatureModel {
    /// What it is called; none for the features of the workspace.
    pub name: Option<String>,
    /// In the order in which they were added.
    pub flags: Vec<Flag>,
    /// In the order in which they were added.
    pub statements: Vec<Statement>,
    /// What is asked of its covering array if nothing else is said.
    pub demand: Demand,
}

impl Literal {
    /// A flag that is on.
    pub fn on(flag: FlagId) -> Literal {
        Literal { flag, on: true }
    }

    /// A flag that is off.
    pub fn off(flag: FlagId) -> Literal {
        Literal { flag, on: false }
    }
}

impl std::ops::Not for Literal {
    type Output = Literal;
    fn not(self) -> Literal {
        Literal { on: !self.on, ..self }
    }
}

impl Says {
    /// The clauses that say the same: of each, one literal holds.
    pub fn clauses(&self) -> Vec<Vec<Literal>> {
        match self {
            Says::Implies(flag, implied) => vec![vec![Literal::off(*flag), Literal::on(*implied)]],
            Says::Excludes(one, other) if one == other => vec![vec![Literal::off(*one)]],
            Says::Excludes(one, other) => vec![vec![Literal::off(*one), Literal::off(*other)]],
            Says::Absent(flag) => vec![vec![Literal::off(*flag)]],
            Says::OneOf { when, of, exactly, .. } => {
                let unless = when.map(Literal::off);
                let members: BTreeSet<FlagId> = of.iter().copied().collect();
                let some: Vec<Literal> = unless.into_iter().chain(members.iter().copied().map(Literal::on)).collect();
                let mut clauses = vec![some];
                if *exactly {
                    for (position, one) in members.iter().enumerate() {
                        let others = members.iter().skip(position + 1);
                        clauses.extend(others.map(|other| {
                            let pair = [Literal::off(*one), Literal::off(*other)];
                            unless.into_iter().chain(pair).collect::<BTreeSet<_>>().into_iter().collect()
                        }));
                    }
                }
                clauses
            }
        }
    }
}

impl FeatureModel {
    /// A model without flags.
    pub fn new(name: Option<&str>) -> FeatureModel {
        FeatureModel {
            name: name.map(str::to_owned),
            ..FeatureModel::default()
        }
    }

    /// Adds a flag.
    pub fn flag(&mut self, flag: Flag) -> FlagId {
        self.flags.push(flag);
        self.flags.len() - 1
    }

    /// Adds a statement.
    pub fn state(&mut self, says: Says, span: Span) {
        self.statements.push(Statement { says, span });
    }

    /// The flag of a name.
    pub fn find(&self, name: &str) -> Option<FlagId> {
        self.flags.iter().position(|flag| flag.name == name)
    }

    /// What it is called in a sentence.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("features of `{name}`"),
            None => "features of the workspace".to_owned(),
        }
    }

    /// The model on one target: flags that don't exist there are off.
    pub fn on_target(&self, target: Option<&str>) -> FeatureModel {
        let mut model = self.clone();
        let Some(target) = target else { return model };
        for (id, flag) in self.flags.iter().enumerate() {
            if !flag.targets.is_empty() && !flag.targets.iter().any(|name| name == target) {
                model.state(Says::Absent(id), flag.span);
            }
        }
        model
    }

    /// All clauses, each with the position of its statement.
    pub fn clauses(&self) -> Vec<(usize, Vec<Literal>)> {
        let of = |(position, statement): (usize, &Statement)| {
            let clauses = statement.says.clauses();
            clauses.into_iter().map(move |clause| (position, clause))
        };
        self.statements.iter().enumerate().flat_map(of).collect()
    }

    /// The first statement that a configuration breaks.
    pub fn broken_by(&self, on: &[bool]) -> Option<&Statement> {
        let holds = |literal: &Literal| on.get(literal.flag) == Some(&literal.on);
        let keeps = |statement: &&Statement| statement.says.clauses().iter().all(|clause| clause.iter().any(holds));
        self.statements.iter().find(|statement| !keeps(statement))
    }

    /// What is on if exactly this is asked for, as Cargo does it: it follows implications and nothing else.
    pub fn closure(&self, asked: impl IntoIterator<Item = FlagId>) -> Vec<bool> {
        let mut on = vec![false; self.flags.len()];
        let mut open: Vec<FlagId> = asked.into_iter().collect();
        while let Some(flag) = open.pop() {
            if std::mem::replace(&mut on[flag], true) {
                continue;
            }
            open.extend(self.implied(flag));
        }
        on
    }

    /// What is on if nothing is said.
    pub fn default_configuration(&self) -> Vec<bool> {
        let defaults = self.flags.iter().enumerate().filter(|(_, flag)| flag.default);
        self.closure(defaults.map(|(id, _)| id))
    }

    /// The flags that one switches on itself.
    pub fn implied(&self, flag: FlagId) -> impl Iterator<Item = FlagId> {
        self.statements.iter().filter_map(move |statement| match statement.says {
            Says::Implies(from, to) if from == flag => Some(to),
            _ => None,
        })
    }

    /// The flags that exclude one, whichever of them says so.
    pub fn excluded(&self, flag: FlagId) -> impl Iterator<Item = FlagId> {
        let pairs = self.statements.iter().filter_map(move |statement| match statement.says {
            Says::Excludes(one, other) if one == flag => Some(other),
            Says::Excludes(one, other) if other == flag => Some(one),
            _ => None,
        });
        pairs.collect::<BTreeSet<_>>().into_iter()
    }

    /// The names of the flags that are on.
    pub fn names_of(&self, on: &[bool]) -> Vec<&str> {
        let named = self.flags.iter().zip(on).filter(|(_, on)| **on);
        named.map(|(flag, _)| flag.name.as_str()).collect()
    }

    /// A statement as a clause of a sentence.
    pub fn sentence(&self, says: &Says) -> String {
        let name = |flag: &FlagId| format!("`{}`", self.flags[*flag].name);
        match says {
            Says::Implies(flag, implied) => format!("{} implies {}", name(flag), name(implied)),
            Says::Excludes(one, other) => format!("{} excludes {}", name(one), name(other)),
            Says::Absent(flag) => format!("{} doesn't exist on the target", name(flag)),
            Says::OneOf { rule, when, of, exactly } => {
                let members: Vec<String> = of.iter().take(12).map(name).collect();
                let dots = if of.len() > members.len() { ", …" } else { "" };
                let amount = if *exactly { "exactly one" } else { "at least one" };
                let when = when.map_or(String::new(), |when| format!(" when {} is on", name(&when)));
                format!("rule `{rule}` demands {amount} of {}{dots}{when}", members.join(", "))
            }
        }
    }
}
