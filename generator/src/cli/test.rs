//! `lathe test`: every test that there is, each step on a line of its own.

use std::time::Instant;

use super::compile::compile;
use super::session::{Prepared, Session};
use super::{Common, Exit, generate};
use crate::build::{cargo, suite};
use crate::report::console::{self, Tone, plural};

/// Runs the verb.
pub fn run(common: &Common) -> Exit {
    let started = Instant::now();
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    // Text in any case: what cargo prints is text.
    session.json = false;
    let prepared = {
        console::status(Tone::Good, "Checking", "the specs, and generated/ for drift");
        session.prepare()
    };
    let Some(tree) = &prepared.tree else {
        return Exit::Failure;
    };
    let (_, drift) = generate::check_tree(&mut session, tree, false);
    if drift != Exit::Fresh {
        return drift;
    }
    match run_steps(&mut session, &prepared) {
        Ok(failures) if failures.is_empty() => {
            let seconds = started.elapsed().as_secs();
            session.status("Finished", &format!("every step passed in {seconds} s"));
            Exit::Fresh
        }
        Ok(failures) => {
            for step in &failures {
                console::failure(&step.name, &format!("repeat it with: {}", step.repeat()));
            }
            Exit::Failure
        }
        Err(error) => {
            console::failure(&format!("{error:#}"), "mend that and run `cargo lathe test` again");
            Exit::Failure
        }
    }
}

/// Runs every step, also after one that failed, and returns those that did.
fn run_steps(session: &mut Session, prepared: &Prepared) -> anyhow::Result<Vec<suite::Step>> {
    let shell = cargo::shell(&session.root)?;
    if suite::provide_nextest(&shell)? {
        session.status("Installed", "cargo-nextest");
    }
    let mut failures = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    for step in suite::steps(&session.root) {
        session.status("Testing", &step.name);
        // What the compiler says of emitted code belongs to the specs, so the tests are compiled here before nextest would do it.
        if let Some(arguments) = &step.compile
            && compile(session, prepared, arguments).is_err()
        {
            console::status(Tone::Bad, "Failed", &format!("{}: they don't compile", step.name));
            failures.push(step);
            continue;
        }
        let outcome = suite::run(&shell, &step)?;
        passed += outcome.passed;
        failed += outcome.failed;
        let counts = format!("{}: {} passed, {} failed", step.name, outcome.passed, outcome.failed);
        if outcome.success {
            session.status("Passed", &counts);
        } else {
            console::status(Tone::Bad, "Failed", &counts);
            failures.push(step);
        }
    }
    let tone = if failures.is_empty() { Tone::Good } else { Tone::Bad };
    console::status(
        tone,
        "Summary",
        &format!("{} passed, {failed} failed", plural(passed, "test")),
    );
    Ok(failures)
}
