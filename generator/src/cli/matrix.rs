//! `lathe test --matrix`: the tests of packages in every row of covering arrays of their features.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use anyhow::Context as _;
use serde::Serialize;

use super::features::{array, choose};
use super::session::Session;
use super::{Common, Exit, Outcome, generate};
use crate::build::matrix::{self, Package, Run, Surfaces};
use crate::features::FeatureModel;
use crate::features::cover::Covering;
use crate::model::target::Targets;
use crate::report::console::{self, Tone, plural};
use crate::report::json;
use crate::report::summary::Numbers;

/// How much is shown of what a failed run printed.
const MOST_LINES: usize = 40;

/// Runs the verb.
pub fn run(common: &Common, strength: usize, name: Option<&str>, time: Duration) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let Some(tree) = &prepared.tree else {
        return session.close_for_tools(Outcome::Failure, &numbers);
    };
    match generate::check_tree(&mut session, tree, false) {
        Outcome::Fresh => {}
        drift => return session.close_for_tools(drift, &numbers),
    }
    let models = match choose(&prepared.model, name) {
        Ok(models) => models,
        Err(exit) => return exit,
    };
    let here = host(prepared.model.part::<Targets>());
    let outcome = match test_all(&session, &models, here, strength, time) {
        Ok(true) => Outcome::Passed,
        Ok(false) => Outcome::Failure,
        Err(Stop::Reported(exit)) => return exit,
        Err(Stop::Error(error)) => {
            console::failure(&format!("{error:#}"), "mend that and run the command again");
            Outcome::Failure
        }
    };
    session.close_for_tools(outcome, &numbers)
}

/// Why the verb can't go on.
enum Stop {
    Reported(Exit),
    Error(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Stop {
        Stop::Error(error)
    }
}

/// The target that is this machine, if the specs have it: features that don't exist there can't be tested.
fn host(targets: &Targets) -> Option<&str> {
    let own = match std::env::consts::ARCH {
        "x86" => "i686",
        arch => arch,
    };
    targets
        .targets
        .iter()
        .map(|target| target.name.as_str())
        .find(|name| *name == own)
}

/// Tests each model that has a package.
fn test_all(
    session: &Session,
    models: &[FeatureModel],
    target: Option<&str>,
    strength: usize,
    time: Duration,
) -> Result<bool, Stop> {
    let packages = Package::find(&session.root, models.iter().filter_map(|model| model.name.as_deref()))?;
    if packages.is_empty() {
        console::failure(
            "no package of the workspace is called like a feature model",
            "state the package and its modules in specs of kinds `package` and `module`, or give a file of kind `feature` its name: `name = \"…\"`",
        );
        return Err(Stop::Reported(Exit::Failure));
    }
    let mut passed = true;
    for package in &packages {
        let Some(model) = models.iter().find(|model| model.name.as_deref() == Some(package.name())) else {
            continue;
        };
        let model = model.on_target(target);
        if let Some(flag) = model.flags.iter().find(|flag| !package.has(&flag.name)) {
            let fix = format!(
                "add it to [features] of the package, or take it out of the model `{}`",
                package.name()
            );
            console::failure(
                &format!("the package `{}` has no feature `{}`", package.name(), flag.name),
                &fix,
            );
            return Err(Stop::Reported(Exit::Failure));
        }
        let covering = array(session, &model, &model.demand.at(strength)).map_err(Stop::Reported)?;
        passed &= test(session, &model, &covering, package, time)?;
    }
    Ok(passed)
}

/// Tests a package in every row; `false` if one of them fails.
fn test(
    session: &Session,
    model: &FeatureModel,
    covering: &Covering,
    package: &Package<'_>,
    time: Duration,
) -> anyhow::Result<bool> {
    let started = Instant::now();
    let rows: Vec<Vec<bool>> = covering.rows.iter().map(|row| row.on.clone()).collect();
    let order = matrix::order(&rows, |row| package.dependencies(&model.names_of(row)));
    let path = format!("generated/{}/surface.lock", package.name());
    let mut expected = read_lock(&session.root, &path)?;
    // Configurations, each with what it shrank to.
    let mut found: Vec<Vec<bool>> = Vec::new();
    let mut failed = 0;
    for (position, index) in order.iter().enumerate() {
        let row = &rows[*index];
        let names = model.names_of(row);
        let shown = if names.is_empty() {
            "no features".to_owned()
        } else {
            names.join(",")
        };
        session.status("Testing", &format!("row {} of {}: {shown}", position + 1, rows.len()));
        let run = package.run(&names, time)?;
        let fault = matrix::fault(&run, expected.as_ref());
        if session.json {
            console::output(&row_object(package.name(), &names, &run, fault.as_deref()));
        }
        let Some(fault) = fault else {
            expected.get_or_insert(run.surfaces);
            continue;
        };
        failed += 1;
        console::status(Tone::Bad, "Failed", &format!("{shown}: {fault}"));
        if let Some(known) = found
            .iter()
            .find(|known| known.iter().zip(row).all(|(known, on)| *on || !known))
        {
            let known = model.names_of(known).join(",");
            console::status(
                Tone::Notice,
                "Known",
                &format!("the row holds `{known}`, which fails by itself"),
            );
            continue;
        }
        tail(session, &run.log);
        let failing = run.failure.as_ref();
        let of = failing.map_or(package.name(), |failure| &failure.package).to_owned();
        if failing.is_some_and(|failure| failure.out_of_time.is_some()) {
            let help =
                "to find out which features it takes would need as long again for each try; --row-timeout gives rows more time";
            console::failure(
                &format!("{shown}: {fault}"),
                &format!("repeat it with: {}; {help}", matrix::command(&of, &names)),
            );
            continue;
        }
        session.status("Shrinking", &shown);
        let mut tries = 0;
        let shrunk = matrix::smallest(model, row, expected.as_ref(), &mut |features| {
            tries += 1;
            session.status(
                "Trying",
                &format!("{tries} of at most {}: {}", matrix::MOST_RUNS, features.join(",")),
            );
            package.run(features, time)
        })?;
        let names: Vec<&str> = shrunk.features.iter().map(|flag| model.flags[*flag].name.as_str()).collect();
        report(session, &of, &names, shrunk.is_smallest);
        found.push(model.closure(shrunk.features));
    }
    let seconds = started.elapsed().as_secs();
    let surfaces = expected.map_or(0, |surfaces| surfaces.len());
    let what = format!(
        "{} of `{}`, {failed} failed, {}, in {seconds} s",
        plural(rows.len(), "row"),
        package.name(),
        plural(surfaces, "surface")
    );
    console::status(if failed == 0 { Tone::Good } else { Tone::Bad }, "Tested", &what);
    Ok(failed == 0)
}

/// The surfaces that were recorded for a package, if they were.
fn read_lock(root: &Path, path: &str) -> anyhow::Result<Option<Surfaces>> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(matrix::lock(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("can't read `{path}`")),
    }
}

/// The end of what a run printed, for people: what failed stands there.
fn tail(session: &Session, log: &str) {
    if session.json {
        return;
    }
    let lines: Vec<&str> = log.lines().collect();
    for line in &lines[lines.len().saturating_sub(MOST_LINES)..] {
        console::error(&format!("    {line}\n"));
    }
}

/// What a row shrank to, and the command that shows it.
fn report(session: &Session, package: &str, names: &[&str], is_smallest: bool) {
    #[derive(Serialize)]
    struct Shrunk<'a> {
        package: &'a str,
        features: &'a [&'a str],
        /// Whether none of them can be left out.
        smallest: bool,
        repeat: &'a str,
    }
    let repeat = matrix::command(package, names);
    if session.json {
        let shrunk = Shrunk {
            package,
            features: names,
            smallest: is_smallest,
            repeat: &repeat,
        };
        console::output(&json::object("shrunk", &shrunk));
    }
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let problem = match list.as_slice() {
        [] => format!("`{package}` fails without any feature"),
        [one] => format!("`{package}` fails with {one}"),
        _ => format!("`{package}` fails with {} together", list.join(", ")),
    };
    let problem = match is_smallest {
        true => problem,
        false => format!(
            "{problem}; some of these may not matter, {} runs did not suffice to find out",
            matrix::MOST_RUNS
        ),
    };
    console::failure(&problem, &format!("repeat it with: {repeat}"));
}

fn row_object(package: &str, features: &[&str], run: &Run, fault: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        package: &'a str,
        features: &'a [&'a str],
        success: bool,
        fault: Option<&'a str>,
        /// By module.
        surfaces: std::collections::BTreeMap<&'a str, &'a str>,
        repeat: String,
    }
    let row = Row {
        package,
        features,
        success: fault.is_none(),
        fault,
        surfaces: run
            .surfaces
            .iter()
            .map(|(module, (_, hash))| (module.as_str(), hash.as_str()))
            .collect(),
        repeat: matrix::command(run.failure.as_ref().map_or(package, |failure| &failure.package), features),
    };
    json::object("row", &row)
}
