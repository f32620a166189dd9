//! Builds small workspaces with the real lathe and the real cargo, and looks at what comes of it.

mod artefacts;
mod blame;
mod graph;
mod wide_fields;
mod workspace;
