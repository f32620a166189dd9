//! `lathe test`: every test that there is, each step on a line of its own.

use std::time::Instant;

use serde::Serialize;

use super::compile::compile;
use super::session::{Prepared, Session};
use super::{Common, Exit, Outcome, boot, generate};
use crate::boot::image;
use crate::boot::library;
use crate::boot::machine::Machine;
use crate::build::{cargo, suite};
use crate::report::console::{self, Tone, plural};
use crate::report::json;
use crate::report::summary::Numbers;

/// Runs the verb.
pub fn run(common: &Common) -> Exit {
    let started = Instant::now();
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    session.status("Checking", "the specs, and generated/ for drift");
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let outcome = match &prepared.tree {
        None => Outcome::Failure,
        Some(tree) => match generate::check_tree(&mut session, tree, false) {
            Outcome::Fresh => steps(&mut session, &prepared, started),
            drift => drift,
        },
    };
    session.close_for_tools(outcome, &numbers)
}

/// Runs every step and sums up. What cargo and the tests print is text in any case, and goes to standard error.
fn steps(session: &mut Session, prepared: &Prepared, started: Instant) -> Outcome {
    let failures = run_steps(session, prepared);
    // Also after a failed step: the report is to be whole.
    let booted = boots(session, prepared);
    match failures {
        Ok(failures) if failures.is_empty() && !booted => Outcome::Failure,
        Ok(failures) if failures.is_empty() => {
            let seconds = started.elapsed().as_secs();
            session.status("Finished", &format!("every step passed in {seconds} s"));
            Outcome::Passed
        }
        Ok(failures) => {
            for step in &failures {
                console::failure(&step.name, &format!("repeat it with: {}", step.repeat()));
            }
            Outcome::Failure
        }
        Err(error) => {
            console::failure(&format!("{error:#}"), "mend that and run `cargo lathe test` again");
            Outcome::Failure
        }
    }
}

/// Runs every step, also after one that failed, and returns those that did.
fn run_steps(session: &mut Session, prepared: &Prepared) -> anyhow::Result<Vec<suite::Step>> {
    let shell = cargo::shell(&session.root)?;
    if !suite::has_nextest(&shell)? {
        let what = "cargo-nextest, which runs the tests (once; some minutes)";
        console::status(Tone::Notice, "Installing", what);
        suite::install_nextest(&shell)?;
        session.status("Installed", "cargo-nextest");
    }
    let mut failures = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    for step in suite::steps(&shell)? {
        session.status("Testing", &step.name);
        let begun = Instant::now();
        // What the compiler says of emitted code belongs to the specs, so the tests are compiled here before nextest would do it.
        if let Some(arguments) = &step.compile
            && compile(session, prepared, arguments).is_err()
        {
            if session.json {
                console::output(&object(&step, suite::Outcome::default()));
            }
            console::status(Tone::Bad, "Failed", &format!("{}: they don't compile", step.name));
            failures.push(step);
            continue;
        }
        let outcome = suite::run(&shell, &step, &console::error)?;
        passed += outcome.passed;
        failed += outcome.failed;
        if session.json {
            console::output(&object(&step, outcome));
        }
        let counts = format!(
            "{}: {} passed, {} failed in {} s",
            step.name,
            outcome.passed,
            outcome.failed,
            begun.elapsed().as_secs()
        );
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

/// The library that most hosts have.
const HOST: &str = "x86_64-unknown-linux-gnu";

/// Boots the kernels that the workspace has, wherever QEMU is installed; `false` if one of them failed.
fn boots(session: &mut Session, prepared: &Prepared) -> bool {
    let mut success = true;
    // One boot for each processor makes a million random calls. The others look at what that one can't, and few will do.
    let whole = |machine| boot::Arguments {
        twice: true,
        ..boot::Arguments::of(machine)
    };
    let brief = |machine| boot::Arguments {
        few_calls: true,
        ..boot::Arguments::of(machine)
    };
    let boots = [
        whole(Machine::Microvm),
        // As on a machine that lacks the library of a kernel's own target.
        boot::Arguments {
            triple: Some(HOST.to_owned()),
            ..brief(Machine::Microvm)
        },
        brief(Machine::Q35),
        boot::Arguments {
            self_tests: true,
            ..brief(Machine::Microvm)
        },
        whole(Machine::Virt),
        boot::Arguments {
            self_tests: true,
            ..brief(Machine::Virt)
        },
    ];
    let root = session.root.clone();
    let mut skipped = None;
    for arguments in boots
        .iter()
        .filter(|boot| image::missing_package(&root, boot.target).is_none())
        .filter(|boot| {
            boot.triple
                .as_deref()
                .is_none_or(|triple| library::is_there(&root, &prepared.model, boot.target, triple))
        })
    {
        // What is lacking is said once a target.
        if skipped == Some(arguments.target) {
            continue;
        }
        session.status("Testing", &arguments.describe());
        let outcome = match boot::ready(&root, &prepared.model, arguments) {
            Ok(tools) => boot::boot(session, prepared, &tools, arguments),
            Err(missing) => {
                skipped = Some(arguments.target);
                boot::left_out(session, arguments, &missing)
            }
        };
        success &= outcome != Outcome::Failure;
    }
    success
}

#[derive(Serialize)]
struct StepObject<'a> {
    step: &'a str,
    success: bool,
    passed: usize,
    failed: usize,
    /// The command that repeats it.
    repeat: String,
}

/// A step of the tests.
fn object(step: &suite::Step, outcome: suite::Outcome) -> String {
    let object = StepObject {
        step: &step.name,
        success: outcome.success,
        passed: outcome.passed,
        failed: outcome.failed,
        repeat: step.repeat(),
    };
    json::object("step", &object)
}
