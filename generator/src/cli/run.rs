//! `lathe run`: everything from the specs to programs that print, then the closing table.

use std::path::Path;

use serde::Serialize;

use super::build::build_emitted;
use super::session::{Prepared, Session};
use super::{Common, Exit, Outcome, generate};
use crate::build::cargo::Executable;
use crate::build::engine::{self, Ran};
use crate::model::instruction_set::{InstructionSets, Outline};
use crate::report::console::{self, Tone};
use crate::report::summary::{self, Numbers};
use crate::report::{json, lines};
use crate::source::programs::{self, Program};

/// Runs the verb.
pub fn run(common: &Common) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    let outcome = match everything(&mut session, &prepared, &numbers) {
        Ok(()) => Outcome::Ran,
        Err(_) => Outcome::Failure,
    };
    session.close_for_tools(outcome, &numbers)
}

/// Generates, builds and runs.
fn everything(session: &mut Session, prepared: &Prepared, numbers: &Numbers) -> Result<(), Exit> {
    if prepared.tree.is_none() {
        return Err(Exit::Failure);
    }
    session.status("Checked", &numbers.specs());
    generate::write_tree(session, prepared, false)?;
    let (executables, built) = build_emitted(session, prepared)?;
    let mut failed = 0;
    let mut ran = 0;
    for set in prepared.model.part::<InstructionSets>().outlines() {
        let programs = programs::find(&session.root, &set.name, &set.text_extension).map_err(|error| {
            console::failure(&format!("{error:#}"), "check the permissions of the folder");
            Exit::Failure
        })?;
        if programs.is_empty() {
            continue;
        }
        let engine = find_engine(&executables, &set).ok_or(Exit::Failure)?;
        for program in &programs {
            ran += 1;
            let (root, json) = (session.root.clone(), session.json);
            let passed = session.clock.time("programs", || run_program(&root, engine, program, json));
            failed += usize::from(!passed);
        }
    }
    if !session.json {
        console::output("\n");
        console::output(&summary::table(numbers, &session.clock, &built));
    }
    if failed > 0 {
        console::failure(
            &format!(
                "{failed} of {} did not print what stands beside it",
                console::plural(ran, "program")
            ),
            "compare the program with its .expected file, or mend the semantics that it shows to be wrong",
        );
        return Err(Exit::Failure);
    }
    session.status("Finished", &format!("{} ran as expected", console::plural(ran, "program")));
    Ok(())
}

/// The engine of a set.
fn find_engine<'a>(executables: &'a [Executable], set: &Outline) -> Option<&'a Path> {
    let name = &set.program;
    let engine = executables.iter().find(|executable| executable.name == *name);
    if engine.is_none() {
        console::failure(
            &format!(
                "no emitted crate built a binary `{name}`, so the programs of `{}` can't run",
                set.name
            ),
            "list the emitted crates of the set in the root Cargo.toml",
        );
    }
    engine.map(|engine| engine.path.as_path())
}

/// Runs a program and shows what it printed; `true` if that was expected.
fn run_program(root: &Path, engine: &Path, program: &Program, json: bool) -> bool {
    if !json {
        console::status(Tone::Good, "Running", &program.path);
    }
    let ran = match engine::run(root, engine, program) {
        Ok(ran) => ran,
        Err(error) => {
            console::failure(
                &format!("{error:#}"),
                "build the engine again with cargo lathe run, and check that the program and its .expected file can be read",
            );
            return false;
        }
    };
    if json {
        console::output(&object(program, &ran));
        return ran.passed();
    }
    let indented: String = ran.output.lines().map(|line| format!("    {line}\n")).collect();
    console::output(&indented);
    if !ran.passed() {
        explain(program, &ran);
    }
    ran.passed()
}

fn explain(program: &Program, ran: &Ran) {
    if !ran.success {
        console::error(&ran.errors);
        console::status(
            Tone::Bad,
            "Failed",
            &format!("{}: the engine reported an error", program.path),
        );
    }
    if let Some(expected) = &ran.missed {
        console::status(
            Tone::Bad,
            "Failed",
            &format!("{} printed something else than expected", program.path),
        );
        console::output(&lines::unified(expected, &ran.output, "expected", "printed"));
    }
}

#[derive(Serialize)]
struct ProgramObject<'a> {
    program: &'a str,
    passed: bool,
    /// What it printed.
    output: &'a str,
    /// What it was expected to print, if it printed something else.
    expected: Option<&'a str>,
    /// What the engine had to say, if it failed.
    errors: Option<&'a str>,
}

/// A program that was run.
fn object(program: &Program, ran: &Ran) -> String {
    let object = ProgramObject {
        program: &program.path,
        passed: ran.passed(),
        output: &ran.output,
        expected: ran.missed.as_deref(),
        errors: Some(ran.errors.as_str()).filter(|_| !ran.success),
    };
    json::object("program", &object)
}
