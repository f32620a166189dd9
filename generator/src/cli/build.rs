//! `lathe build`: builds the emitted crates with cargo, looks into what was built, and writes the plan for ninja.

use super::compile::compile;
use super::generate::{self, Written};
use super::session::{Prepared, Session};
use super::{Common, Exit, artefact};
use crate::build::cargo::{self, Executable};
use crate::build::{inspect, plan};
use crate::report::console::{self, plural, thousands};
use crate::report::summary::{self, Numbers, Row};

/// Runs the verb.
pub fn run(common: &Common, only_plan: bool) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let Some(tree) = &prepared.tree else {
        return session.close("failure", &numbers, Exit::Failure);
    };
    let packages = cargo::emitted_packages(tree);
    let planned = session
        .clock
        .time("plan", || plan::write(&session.root, &prepared.sources, tree, &packages));
    match planned {
        Ok(files) => session.status("Planned", &format!("{} with {}", plan::PLAN, plural(files, "file"))),
        Err(error) => {
            console::failure(
                &format!("{error:#}"),
                &format!("restore {} from version control", plan::TEMPLATE),
            );
            return Exit::Failure;
        }
    }
    if only_plan {
        return Exit::Fresh;
    }
    match generate::write_tree(&mut session, &prepared, false) {
        Ok(Written::Fresh | Written::Changed) => {}
        Err(exit) => return exit,
    }
    let built = build_emitted(&mut session, &prepared).and_then(|(_, mut rows)| {
        rows.extend(artefact::build_all(&mut session, &prepared)?);
        Ok(rows)
    });
    match built {
        Ok(built) => {
            if !session.json {
                console::output(&summary::table(&numbers, &session.clock, &built));
            }
            close(&session, "built", &numbers, Exit::Fresh)
        }
        Err(exit) => close(&session, "failure", &numbers, exit),
    }
}

/// Closes the report for tools; people have read the table.
fn close(session: &Session, result: &str, numbers: &Numbers, exit: Exit) -> Exit {
    if session.json {
        return session.close(result, numbers, exit);
    }
    exit
}

/// Builds the emitted crates; the executables among them come back with rows for the closing table.
pub fn build_emitted(session: &mut Session, prepared: &Prepared) -> Result<(Vec<Executable>, Vec<Row>), Exit> {
    let packages = prepared.tree.as_ref().map(cargo::emitted_packages).unwrap_or_default();
    if packages.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    session.status("Building", &format!("{} with cargo", plural(packages.len(), "emitted crate")));
    let mut arguments = vec!["build".to_owned()];
    arguments.extend(cargo::choose(&packages));
    let executables = compile(session, prepared, &arguments)?.executables();
    let mut rows: Vec<Row> = vec![("crates".to_owned(), thousands(packages.len()), String::new())];
    for executable in &executables {
        match session.clock.time("inspect", || inspect::inspect(&executable.path)) {
            Ok(contents) => {
                let sizes = contents.sizes(&packages);
                let remark = format!(
                    "bytes of code; {} of them in {}",
                    thousands(sizes.emitted as usize),
                    plural(sizes.functions, "emitted function")
                );
                rows.push((executable.name.clone(), thousands(sizes.text as usize), remark));
            }
            Err(error) => console::status(console::Tone::Notice, "Skipped", &format!("{error:#}")),
        }
    }
    Ok((executables, rows))
}
