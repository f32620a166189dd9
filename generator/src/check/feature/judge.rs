//! What a solver finds in feature models: those of the kind `feature` and of every other kind that has features.
//!
//! Each diagnostic proves what it says: it labels the statements that together cause it, none of which can be left out.

use super::{DEAD, DEFAULTS, FORCED, REDUNDANT, TOO_HARD, VOID};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::features::analysis::{self, Analysis, MOST_STEPS, State};
use crate::features::solver::{Answer, Solver};
use crate::features::{FeatureModel, FlagId, Literal, Says};
use crate::model::Model;
use crate::model::feature_model;
use crate::model::target::Targets;
use crate::source::SourceMap;

/// The most statements of a proof that are labelled.
const MOST_SHOWN: usize = 8;

/// Judges every model.
pub fn judge(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let targets: Vec<&str> = model
        .part::<Targets>()
        .targets
        .iter()
        .map(|target| target.name.as_str())
        .collect();
    for features in feature_model::all(model) {
        judge_one(&features, &targets, diagnostics);
    }
}

fn judge_one(model: &FeatureModel, targets: &[&str], diagnostics: &mut Diagnostics) {
    let found = analysis::analyse(model, MOST_STEPS);
    if let Some(proof) = &found.void {
        diagnostics.push(void(model, None, proof));
        return;
    }
    dead(model, &found, diagnostics);
    forced(model, &found, diagnostics);
    redundant(model, &found, diagnostics);
    // What was too hard once would be so again.
    let is_complete =
        found.is_complete && on_targets(model, targets, diagnostics).is_some() && defaults(model, &found, diagnostics).is_some();
    if !is_complete && let Some(flag) = model.flags.first() {
        diagnostics.push(
            Diagnostic::error(TOO_HARD.code, format!("the {} are too hard to judge", model.title()))
                .at(flag.span, "the first of these features")
                .note(format!(
                    "{MOST_STEPS} steps did not suffice to decide every question about them"
                ))
                .help("state fewer rules, or rules of fewer features; make models of their own of what is independent"),
        );
    }
}

/// Adds the labels of a proof.
fn proven(mut diagnostic: Diagnostic, model: &FeatureModel, proof: &[usize]) -> Diagnostic {
    for position in proof.iter().take(MOST_SHOWN) {
        let statement = &model.statements[*position];
        diagnostic = diagnostic.at(statement.span, model.sentence(&statement.says));
    }
    match proof.len().checked_sub(MOST_SHOWN) {
        Some(more @ 1..) => diagnostic.note(format!("the proof has {more} more statements")),
        _ => diagnostic,
    }
}

fn void(model: &FeatureModel, target: Option<&str>, proof: &[usize]) -> Diagnostic {
    let on = target.map_or(String::new(), |target| format!(" on `{target}`"));
    let diagnostic = Diagnostic::error(VOID.code, format!("the {} have no valid configuration{on}", model.title()));
    let diagnostic = match proof.first() {
        Some(position) => diagnostic.at(
            model.statements[*position].span,
            model.sentence(&model.statements[*position].says),
        ),
        None => diagnostic,
    };
    proven(diagnostic, model, proof.get(1..).unwrap_or_default()).help("take away one of the statements shown")
}

fn dead(model: &FeatureModel, found: &Analysis, diagnostics: &mut Diagnostics) {
    for (flag, proof) in &found.dead {
        // Where what it implies is dead already, that is where to mend it.
        if model.implied(*flag).any(|implied| found.state(implied) == State::Dead) {
            continue;
        }
        let flag = &model.flags[*flag];
        let diagnostic = Diagnostic::error(DEAD.code, format!("feature `{}` can never be on", flag.name))
            .at(flag.span, "on in no valid configuration");
        diagnostics.push(proven(diagnostic, model, proof).help("take away one of the statements shown, or the feature"));
    }
}

fn forced(model: &FeatureModel, found: &Analysis, diagnostics: &mut Diagnostics) {
    for (id, proof) in &found.forced {
        // A rule that demands this one feature says openly that it is no choice.
        let says_so = |says: &Says| matches!(says, Says::OneOf { when: None, of, .. } if of == &[*id]);
        if model.statements.iter().any(|statement| says_so(&statement.says)) {
            continue;
        }
        let flag = &model.flags[*id];
        let diagnostic = Diagnostic::warning(
            FORCED.code,
            format!("feature `{}` looks optional, but is always on", flag.name),
        )
        .at(flag.span, "on in every valid configuration");
        diagnostics.push(proven(diagnostic, model, proof).help(format!(
            "say so with a rule `at_least_one = [\"{}\"]`, or take away one of the statements shown",
            flag.name
        )));
    }
}

fn redundant(model: &FeatureModel, found: &Analysis, diagnostics: &mut Diagnostics) {
    for (position, proof) in &found.redundant {
        let statement = &model.statements[*position];
        let sentence = model.sentence(&statement.says);
        let diagnostic = Diagnostic::warning(REDUNDANT.code, format!("{sentence} anyway, without being said"))
            .at(statement.span, "follows from the rest");
        diagnostics.push(proven(diagnostic, model, proof).help("leave it out"));
    }
}

/// Looks for targets on which nothing is valid. Nothing if that can't be decided.
fn on_targets(model: &FeatureModel, targets: &[&str], diagnostics: &mut Diagnostics) -> Option<()> {
    for target in targets {
        let there = model.on_target(Some(target));
        if there.statements.len() == model.statements.len() {
            continue;
        }
        let mut solver = Solver::new(&there, MOST_STEPS);
        match solver.ask(&[]) {
            Answer::Yes(_) => {}
            Answer::Unknown => return None,
            Answer::No(conflict) => {
                let proof = solver.smallest(&[], &conflict);
                diagnostics.push(void(&there, Some(target), &proof));
            }
        }
    }
    Some(())
}

/// Looks at what is on by default. Nothing if that can't be decided.
fn defaults(model: &FeatureModel, found: &Analysis, diagnostics: &mut Diagnostics) -> Option<()> {
    let on = |id: &FlagId| model.flags[*id].default && found.state(*id) != State::Dead;
    let alive: Vec<FlagId> = (0..model.flags.len()).filter(on).collect();
    let together: Vec<Literal> = alive.iter().map(|id| Literal::on(*id)).collect();
    let mut solver = Solver::new(model, MOST_STEPS);
    let conflict = match solver.ask(&together) {
        Answer::No(conflict) => conflict,
        Answer::Unknown => return None,
        Answer::Yes(_) => {
            // Cargo switches on nothing that isn't asked for or implied.
            if let Some(statement) = model.broken_by(&model.closure(alive)) {
                diagnostics.push(
                    Diagnostic::error(
                        DEFAULTS.code,
                        format!("what is on by default in the {} is not valid", model.title()),
                    )
                    .at(statement.span, model.sentence(&statement.says))
                    .help("let one of the features that it names be on by default"),
                );
            }
            return Some(());
        }
    };
    let mut reported = false;
    for (position, second) in alive.iter().enumerate() {
        for first in &alive[..position] {
            let pair = [Literal::on(*first), Literal::on(*second)];
            match solver.ask(&pair) {
                Answer::Yes(_) => {}
                Answer::Unknown => return None,
                Answer::No(conflict) => {
                    let proof = solver.smallest(&pair, &conflict);
                    let (first, second) = (&model.flags[*first], &model.flags[*second]);
                    let problem = format!(
                        "features `{}` and `{}` are on by default, but exclude each other",
                        first.name, second.name
                    );
                    let diagnostic = Diagnostic::error(DEFAULTS.code, problem)
                        .at(second.span, "")
                        .at(first.span, "");
                    diagnostics.push(proven(diagnostic, model, &proof).help("leave one of them off by default"));
                    reported = true;
                }
            }
        }
    }
    if !reported {
        let proof = solver.smallest(&together, &conflict);
        let mut diagnostic = Diagnostic::error(DEFAULTS.code, "features that are on by default can't all be on together");
        for literal in conflict.assumptions.iter().filter(|literal| literal.on).take(MOST_SHOWN) {
            diagnostic = diagnostic.at(model.flags[literal.flag].span, "on by default");
        }
        diagnostics.push(proven(diagnostic, model, &proof).help("leave one of them off by default"));
    }
    Some(())
}
