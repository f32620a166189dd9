//! The entries that sets of every kind have, in the form that every tool reads.

use super::effect::Access;
use super::{Effect, Group, Trap};
use crate::arena::{Arena, Id};
use crate::model::item::{Freedom, Item, Weight};

/// The item of an effect of the set `owner`.
pub fn effect(owner: &str, effect: &Effect) -> Item {
    Item::new("effect", Some(owner), &effect.name, &effect.doc, effect.span)
        .free(Weight::Effect, "context", access(effect.takes.context), ACCESS)
        .free(Weight::Effect, "frame", access(effect.takes.frame), ACCESS)
        .free(Weight::Effect, "suspends", yes(effect.suspends), Freedom::Unset)
}

/// The item of a trap of the set `owner`.
pub fn trap(owner: &str, trap: &Trap) -> Item {
    Item::new("trap", Some(owner), &trap.name, &trap.doc, trap.span)
        .fact(Weight::Number, "code", trap.code.to_string())
        .fact(Weight::Effect, "catchable", yes(trap.catchable))
}

/// The item of a group of the set `owner`.
pub fn group(owner: &str, group: &Group) -> Item {
    Item::new("group", Some(owner), &group.name, &group.doc, group.span).fact(Weight::Docs, "title", &group.title)
}

/// How a spec may take what an effect needs: less is fine for those who gave more.
const ACCESS: Freedom = Freedom::Down(&["mutable", "shared", ""]);

/// The names of entries, in alphabetical order.
pub fn sorted<T>(arena: &Arena<T>, ids: &[Id<T>], name: impl Fn(&T) -> &String) -> String {
    let mut names: Vec<&str> = ids.iter().map(|id| name(&arena[*id]).as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

fn access(access: Access) -> &'static str {
    match access {
        Access::None => "",
        Access::Shared => "shared",
        Access::Mutable => "mutable",
    }
}

/// What a fact says of something that is or is not.
pub fn yes(value: bool) -> &'static str {
    if value { "true" } else { "" }
}
