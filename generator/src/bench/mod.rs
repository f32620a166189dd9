//! Measures lathe: `lathe bench`. Everything is run several times, and the median is shown with the number of runs.
//!
//! [`generator`] has the figures of the generator itself: whole runs over a copy of the workspace, each a process as a user runs it, and
//! the stages within this process over [`synthetic`] specs of any size. [`peer`] runs another generator beside it. [`modules`] has
//! what the façades of modules cost, each held to its gate, and the tables that their laws print; [`vm`] has whole programs in every engine,
//! beside Lua. Nothing here gates a test: a shared machine is too noisy for that.

pub mod generator;
pub mod measure;
pub mod modules;
pub mod peer;
pub mod synthetic;
pub mod vm;
pub mod watch;
