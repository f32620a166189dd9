//! What ops refer to.

use super::Resolved;
use crate::model::feature::Feature;
use crate::model::instruction_set::{Effect, Fixture, Group, OperandKind, Trap, Type};
use crate::model::names::Names;

/// What ops can name.
pub(super) struct Scope<'a> {
    pub(super) types: &'a Resolved<Type>,
    pub(super) kinds: &'a Resolved<OperandKind>,
    pub(super) effects: &'a Resolved<Effect>,
    pub(super) traps: &'a Resolved<Trap>,
    pub(super) groups: &'a Resolved<Group>,
    pub(super) fixtures: &'a Resolved<Fixture>,
    pub(super) features: &'a Names<Feature>,
}
