//! What each instruction means, by group. An op whose `expr` says it all has no function here.

pub mod control;
pub mod integer;
pub mod stack;
