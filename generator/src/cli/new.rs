//! `lathe new`: makes a workspace.

use std::path::Path;

use serde_json::json;

use super::{Common, Exit, Format};
use crate::new;
use crate::report::console::{self, Tone};

/// Runs the verb.
pub fn run(common: &Common, name: &str, path: Option<&Path>) -> Exit {
    let folder = path.unwrap_or(Path::new(name));
    match new::create(name, folder) {
        Ok(made) => {
            if common.format == Format::Json {
                let line = json!({
                    "result": "made", "name": name, "path": folder, "files": made.by_hand, "outputs": made.emitted,
                });
                console::output(&format!("{line}\n"));
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
            if common.format == Format::Json {
                let line = json!({ "result": "failure", "problem": problem.problem, "fix": problem.fix });
                console::output(&format!("{line}\n"));
            } else {
                console::failure(&problem.problem, &problem.fix);
            }
            Exit::Failure
        }
    }
}
