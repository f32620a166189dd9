//! `lathe new`: makes a workspace.

use std::path::Path;

use serde::Serialize;

use super::{Common, Exit, Format, Outcome};
use crate::new;
use crate::report::console::{self, Tone};
use crate::report::json;
use crate::report::summary::{Clock, Numbers};

#[derive(Serialize)]
struct Facts<'a> {
    name: &'a str,
    path: &'a Path,
    files: usize,
    outputs: usize,
}

/// Runs the verb.
pub fn run(common: &Common, name: &str, path: Option<&Path>) -> Exit {
    let folder = path.unwrap_or(Path::new(name));
    match new::create(name, folder) {
        Ok(made) => {
            if common.format == Format::Json {
                let facts = Facts {
                    name,
                    path: folder,
                    files: made.by_hand,
                    outputs: made.emitted,
                };
                json::close(&Outcome::Made, &facts, &Numbers::default(), &Clock::default());
            } else {
                let files = console::plural(made.by_hand, "file");
                let outputs = console::plural(made.emitted, "output");
                console::status(Tone::Good, "Created", &format!("`{}`: {files}, {outputs}", folder.display()));
                console::status(
                    Tone::Good,
                    "Next",
                    &format!("cd {} && lathe run && lathe test", folder.display()),
                );
                console::status(
                    Tone::Notice,
                    "CI",
                    "fill in .ci/install-lathe, which says from where lathe is installed there",
                );
            }
            Exit::Fresh
        }
        Err(problem) => {
            console::failure(&problem.problem, &problem.fix);
            Exit::Failure
        }
    }
}
