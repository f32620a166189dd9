//! `lathe affected`: what a change of files can affect.

use std::path::{Path, PathBuf};

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::report::console;
use crate::report::summary::Numbers;
use crate::source::programs::{self, Program};
use crate::view::crates::Crates;
use crate::view::{influence, paths};

/// Runs the verb.
pub fn run(common: &Common, files: &[PathBuf]) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let mut wanted = Vec::new();
    for file in files {
        match typed(&session, file) {
            Ok(path) => wanted.push(path),
            Err(exit) => return exit,
        }
    }
    let prepared = session.prepare();
    let Some(tree) = &prepared.tree else {
        return Exit::Failure;
    };
    let programs = match all_programs(&session.root, &prepared.model) {
        Ok(programs) => programs,
        Err(error) => {
            console::failure(&format!("{error:#}"), "check the permissions of the folder");
            return Exit::Failure;
        }
    };
    let crates = Crates::read(&session.root, tree);
    // Lists of changed files name whatever changed. A file that is there and that nothing is made of affects nothing.
    let mut foreign = Vec::new();
    if let Err(unknown) = influence::of(&wanted, &prepared.sources, tree, &crates, &programs) {
        foreign.extend(unknown.into_iter().map(|one| one.path));
        foreign.retain(|path| session.root.join(path).symlink_metadata().is_ok());
        wanted.retain(|path| !foreign.contains(path));
    }
    for path in &foreign {
        session.status("Nothing", &format!("depends on `{}`", path.escape_debug()));
    }
    match influence::of(&wanted, &prepared.sources, tree, &crates, &programs) {
        Ok(affected) => {
            if session.json {
                console::output(&influence::json(&affected));
                return session.close(Outcome::Found, &Numbers::default());
            }
            console::output(&influence::text(&affected));
            match influence::command(&affected) {
                Some(command) => session.status("Run", &command),
                None if !affected.programs.is_empty() => session.status("Run", "cargo lathe run"),
                None if foreign.is_empty() => session.status("Nothing", "depends on that"),
                None => {}
            }
            session.close(Outcome::Found, &Numbers::default())
        }
        Err(unknown) => {
            for one in unknown {
                let fix = match one.similar {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None => "name files that exist, or that the specs give".to_owned(),
                };
                console::failure(
                    &format!("nothing that lathe knows depends on `{}`", one.path.escape_debug()),
                    &fix,
                );
            }
            Exit::Failure
        }
    }
}

/// The root-relative form of a path that was typed.
pub fn typed(session: &Session, file: &Path) -> Result<String, Exit> {
    let here = std::env::current_dir().unwrap_or_else(|_| session.root.clone());
    paths::root_relative(&session.root, &here, file).ok_or_else(|| {
        console::failure(
            &format!(
                "`{}` is outside of the workspace `{}`",
                file.display(),
                session.root.display()
            ),
            "name a file below the root, absolute or relative",
        );
        Exit::Failure
    })
}

fn all_programs(root: &Path, model: &Model) -> anyhow::Result<Vec<Program>> {
    let sets = model.part::<InstructionSets>().outlines();
    let programs: anyhow::Result<Vec<Vec<Program>>> =
        sets.map(|set| programs::find(root, &set.name, &set.text_extension)).collect();
    Ok(programs?.concat())
}
