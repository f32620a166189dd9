//! `lathe build`: builds the emitted crates with cargo, looks into what was built, and writes the plan for ninja.

use std::path::Path;

use super::compile::compile;
use super::edge::{self, Edge};
use super::session::{Prepared, Session};
use super::{Common, Exit, Outcome, artefact, generate};
use crate::build::cargo::{self, Executable};
use crate::build::plan::{self, Package};
use crate::build::{inspect, trace};
use crate::emit::Tree;
use crate::model::artefact::Profile;
use crate::report::console::{self, plural, thousands};
use crate::report::summary::{self, Numbers, Row};
use crate::suggest;
use crate::view::crates::{Crate, Crates};

/// What is asked for.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Only write build.ninja, from build.ninja.tmpl
    #[arg(long, conflicts_with = "package")]
    plan: bool,
    /// Build one package of the workspace alone
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The triple that the package is built for [default: this machine]
    #[arg(long, value_name = "TRIPLE", requires = "package")]
    target: Option<String>,
    /// How the package is built
    #[arg(long, value_enum, default_value_t, requires = "package")]
    profile: ProfileName,
    /// Write FILE when what was made changed, and FILE.d, which says what was read: for ninja
    #[arg(long, value_name = "FILE", requires = "package")]
    stamp: Option<String>,
    /// Write which files the plan was made from: for ninja
    #[arg(long, value_name = "FILE", requires = "plan")]
    depfile: Option<String>,
}

/// How a package is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum ProfileName {
    #[default]
    Dev,
    Release,
}

/// Runs the verb.
pub fn run(common: &Common, arguments: &Arguments) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let Some(tree) = &prepared.tree else {
        return session.close(Outcome::Failure, &numbers);
    };
    if let Some(package) = &arguments.package {
        if let Err(exit) = is_known(&session.root, tree, package) {
            return exit;
        }
        let edge = Edge {
            package,
            triple: arguments.target.as_deref(),
            profile: match arguments.profile {
                ProfileName::Dev => Profile::Dev,
                ProfileName::Release => Profile::Release,
            },
            stamp: arguments.stamp.as_deref(),
        };
        return match edge::run(&mut session, &prepared, &edge) {
            Exit::Fresh => session.close(Outcome::Built, &numbers),
            exit => exit,
        };
    }
    // Workspaces that are not driven by ninja need no template.
    if (arguments.plan || session.root.join(plan::TEMPLATE).is_file())
        && let Err(exit) = write_plan(&mut session, &prepared, tree, arguments.depfile.as_deref())
    {
        return exit;
    }
    if arguments.plan {
        return session.close(Outcome::Planned, &numbers);
    }
    if let Err(exit) = generate::write_tree(&mut session, &prepared, false) {
        return exit;
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
            session.close_for_tools(Outcome::Built, &numbers)
        }
        Err(_) => session.close_for_tools(Outcome::Failure, &numbers),
    }
}

/// Refuses a package that the workspace doesn't have.
fn is_known(root: &Path, tree: &Tree, package: &str) -> Result<(), Exit> {
    let crates = Crates::read(root, tree);
    if crates.iter().any(|one| one.name == package) {
        return Ok(());
    }
    let fix = match suggest::similar(package, crates.iter().map(|one| one.name.as_str())) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "name a package as its Cargo.toml does; `cargo lathe graph` shows all of them".to_owned(),
    };
    console::failure(&format!("the workspace has no package `{}`", package.escape_debug()), &fix);
    Err(Exit::Failure)
}

/// Writes build.ninja and, for ninja, what it was made from.
fn write_plan(session: &mut Session, prepared: &Prepared, tree: &Tree, depfile: Option<&str>) -> Result<(), Exit> {
    let root = session.root.clone();
    let failure = |problem: &str, fix: &str| {
        console::failure(problem, fix);
        Err(Exit::Failure)
    };
    match plan::is_replaceable(&root) {
        Ok(true) => {}
        Ok(false) => {
            return failure(
                &format!(
                    "`{}` doesn't carry lathe's marker, so it isn't lathe's to replace",
                    plan::PLAN
                ),
                &format!(
                    "move it away or delete it; or delete {}, if the workspace has a graph of its own",
                    plan::TEMPLATE
                ),
            );
        }
        Err(error) => return failure(&format!("{error:#}"), &format!("mend the permissions of {}", plan::PLAN)),
    }
    let packages = packages(&root, tree);
    let planned = session.clock.time("plan", || {
        let count = plan::write(&root, &prepared.model, tree, &packages)?;
        if let Some(depfile) = depfile {
            let read = plan::read_by(&root, &prepared.sources, &packages);
            trace::depfile(&root, depfile, plan::PLAN, &read)?;
        }
        anyhow::Ok(count)
    });
    match planned {
        Ok(count) => {
            session.status("Planned", &format!("{} with {} to build", plan::PLAN, plural(count, "crate")));
            Ok(())
        }
        Err(error) if root.join(plan::TEMPLATE).is_file() && error.root_cause().is::<std::io::Error>() => failure(
            &format!("{error:#}"),
            "mend the permissions of the file and of its folder, or make room on the disk",
        ),
        Err(error) => failure(
            &format!("{error:#}"),
            &format!("restore {} from version control", plan::TEMPLATE),
        ),
    }
}

/// The crates of the workspace.
fn packages(root: &Path, tree: &Tree) -> Vec<Package> {
    let crates = Crates::read(root, tree);
    let package = |one: &Crate| Package {
        name: one.name.clone(),
        folder: one.folder.clone(),
        emitted: one.emitted,
        needs: crates.needs(one).map(|need| need.name.clone()).collect(),
    };
    crates.iter().map(package).collect()
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
