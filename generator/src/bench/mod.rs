//! Measures lathe: `lathe bench`. Everything is run as a user runs it, several times, and the median is shown.
//!
//! [`generator`] has the figures of the generator itself, over a copy of the workspace and over [`synthetic`] specs of any size; [`peer`]
//! runs another generator beside it. Nothing here gates a test: a shared machine is too noisy for that.

pub mod generator;
pub mod measure;
pub mod peer;
pub mod synthetic;
pub mod watch;
