//! `lathe lsp`: serves an editor over standard input and output.

use std::io::{self, BufReader};

use super::{Common, Exit};
use crate::lsp::{Server, serve};
use crate::report::console;

/// Runs the verb. Standard output belongs to the protocol, so that anything else is said on standard error.
pub fn run(common: &Common) -> Exit {
    let given = match common.root.as_ref().map(|root| root.canonicalize()) {
        None => None,
        Some(Ok(root)) => Some(root),
        Some(Err(error)) => {
            let fix = "leave out --root: the workspace is found by the files that the editor opens";
            console::failure(&format!("the folder that --root names can't be used: {error}"), fix);
            return Exit::Failure;
        }
    };
    match serve(Server::new(given), BufReader::new(io::stdin()), &mut io::stdout().lock()) {
        Ok(true) => Exit::Fresh,
        // The editor went away without a word; nothing is lost by that.
        Ok(false) => Exit::Failure,
        Err(error) => {
            let fix = "`lathe lsp` is started by an editor and speaks the language server protocol; see `cargo lathe lsp --help`";
            console::failure(&format!("the talk with the editor broke off: {error}"), fix);
            Exit::Failure
        }
    }
}
