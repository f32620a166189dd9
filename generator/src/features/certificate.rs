//! What an array claims, in a form that a checker can judge who knows nothing but it: clauses, rows, and the numbers of combinations.

use serde::Serialize;

use super::cover::Covering;
use super::{FeatureModel, Literal};

/// The claim of an array.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate<'a> {
    /// The name of the model; empty for the features of the workspace.
    pub model: &'a str,
    /// The target that it is about; none for no particular one.
    pub target: Option<&'a str>,
    /// How many flags are combined.
    pub strength: usize,
    /// Which one of equally good arrays.
    pub seed: u64,
    /// The names of all flags.
    pub features: Vec<&'a str>,
    /// In each, one literal holds: `json`, or `-json` for its absence.
    pub clauses: Vec<Vec<String>>,
    /// The names of the flags that are on, row by row.
    pub rows: Vec<Vec<&'a str>>,
    /// How many combinations occur in some valid configuration.
    pub feasible: usize,
    /// How many of these occur in a row.
    pub covered: usize,
}

/// The certificate of an array; the model is that on the target.
pub fn certificate<'a>(model: &'a FeatureModel, target: Option<&'a str>, covering: &Covering) -> Certificate<'a> {
    let literal = |literal: &Literal| {
        let sign = if literal.on { "" } else { "-" };
        format!("{sign}{}", model.flags[literal.flag].name)
    };
    let clauses = model.clauses().into_iter();
    Certificate {
        model: model.name.as_deref().unwrap_or_default(),
        target,
        strength: covering.strength,
        seed: covering.seed,
        features: model.flags.iter().map(|flag| flag.name.as_str()).collect(),
        clauses: clauses.map(|(_, clause)| clause.iter().map(literal).collect()).collect(),
        rows: covering.rows.iter().map(|row| model.names_of(&row.on)).collect(),
        feasible: covering.feasible,
        covered: covering.covered,
    }
}
