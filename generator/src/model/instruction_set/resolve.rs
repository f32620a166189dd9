//! Resolves the raw tables of an instruction set: names become ids, strings are parsed, and every mistake is reported.

use super::InstructionSets;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::syntax::Document;

/// Loads all instruction sets of the specs.
pub fn load(_documents: &[&Document], model: &mut Model, _diagnostics: &mut Diagnostics) {
    model.insert(InstructionSets::default());
}
