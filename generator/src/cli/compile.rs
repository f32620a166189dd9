//! Runs cargo for the verbs that build, and shows what the compiler says: at the entry of the specs where that is about emitted code,
//! as cargo would otherwise.

use super::Exit;
use super::session::{Prepared, Session};
use crate::build::blame::Blame;
use crate::build::cargo::{self, Built};
use crate::diagnostic::Diagnostics;
use crate::registry;
use crate::report::{console, json};

/// Runs `cargo` with arguments that build something, and reports.
pub fn compile(session: &mut Session, prepared: &Prepared, arguments: &[String]) -> Result<Built, Exit> {
    let mut found = Diagnostics::default();
    // Most builds have nothing to say, so the way back is prepared when the first message comes.
    let mut blame: Option<Blame<'_>> = None;
    let (root, json) = (session.root.clone(), session.json);
    let built = session.clock.time("build", || {
        cargo::build(&root, arguments, &mut |message| {
            let report = prepared.tree.as_ref().and_then(|tree| {
                let make = || {
                    Blame::new(
                        &root,
                        tree,
                        &prepared.sources,
                        &prepared.model,
                        registry::items(&prepared.model),
                    )
                };
                blame.get_or_insert_with(make).report(&message)
            });
            match report {
                Some(diagnostic) => found.push(diagnostic),
                None if json => console::output(&json::compiler(&message.message)),
                None => console::error(message.message.rendered.as_deref().unwrap_or(&message.message.message)),
            }
        })
    });
    session.report(found, &prepared.sources);
    match built {
        Ok(built) if built.success => Ok(built),
        Ok(_) => {
            console::failure(
                "cargo could not build the emitted crates",
                "the messages above say why: a tool that is missing, a crate that Cargo.toml doesn't list, or an error in code; if the code was \
                 emitted and no entry of the specs is shown, lathe is at fault",
            );
            Err(Exit::Failure)
        }
        Err(error) => {
            console::failure(&format!("{error:#}"), "check that cargo can be run here");
            Err(Exit::Failure)
        }
    }
}
