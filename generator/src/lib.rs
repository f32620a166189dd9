//! lathe reads machine-readable specs and emits Rust crates, tests and documentation from them.
//!
//! The modules in the order of a run: [`source`] finds and reads files, [`syntax`] parses them, [`model`] resolves them, [`check`]
//! judges them, [`emit`] turns them into a virtual tree, [`mod@write`] puts the tree on disk, [`report`] says what happened,
//! [`build`] compiles and runs what was emitted. [`registry`] lists the spec kinds; [`pipeline`] runs the stages; [`catalogue`] has
//! a page on everything that they report.

pub mod arena;
pub mod catalogue;
pub mod diagnostic;
pub mod features;
pub mod registry;
pub mod span;
pub mod suggest;

pub mod bench;
pub mod boot;
pub mod build;
pub mod check;
pub mod compatibility;
pub mod emit;
pub mod fix;
pub mod format;
pub mod model;
pub mod new;
pub mod pipeline;
pub mod report;
pub mod source;
pub mod syntax;
pub mod view;
pub mod watch;
pub mod write;

pub mod lsp;

pub mod cli;
