//! `lathe lsp`: a language server, so that an editor shows what lathe knows while a spec is typed.
//!
//! [`transport`] reads and writes messages, [`Server`] answers them one by one, [`workspace`] holds the unsaved texts of a workspace and
//! runs the pipeline over them. The other modules answer one kind of question each. Nothing here writes a file, and nothing guesses
//! from text what the model knows: names are resolved by the places that resolving noted, fields by the schema, emitted code by its
//! provenance. Only completion reads the text itself, since what is being typed isn't a spec yet.

mod actions;
mod completion;
mod context;
mod diagnostics;
mod formatting;
mod hover;
mod markup;
mod navigation;
mod parameters;
mod questions;
mod schemas;
mod server;
mod spot;
mod symbols;
mod text;
pub mod transport;
mod uri;
mod workspace;

pub use server::Server;
pub use transport::serve;
