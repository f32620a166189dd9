//! What each instruction means, by group. An op whose `expr` says it all has no function here.

pub mod arithmetic;
pub mod bits;
pub mod compare;
pub mod control;
pub mod memory;
pub mod stack;
pub mod world;
