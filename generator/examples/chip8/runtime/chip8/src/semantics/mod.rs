//! The meaning of the instructions, by group. What a function takes and gives, its entry in `spec/chip8/ops/` says.

pub mod arithmetic;
pub mod control;
pub mod display;
pub mod input;
pub mod memory;
