//! What the types of a module are called in C, between the prefix of the module and `_t`.

use heck::ToSnakeCase;

use super::{Module, StateMachine, Type};
use crate::arena::Id;

/// The name of a type: `config` for `CacheConfig` of the module `cache`, `eviction_policy`.
pub fn stem(module: &Module, id: Id<Type>) -> String {
    let name = &module.types[id].name;
    let short = name.strip_prefix(&module.handle()).filter(|rest| !rest.is_empty());
    // Two types must not come to have the same name.
    let is_free = |short: &&str| module.types.iter().all(|other| other.name != **short);
    short.filter(is_free).unwrap_or(name).to_snake_case()
}

/// The states of a state machine: `circuit_state`.
pub fn state_stem(module: &Module, id: Id<StateMachine>) -> String {
    format!("{}_state", module.state_machines[id].name.to_snake_case())
}
