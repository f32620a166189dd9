//! `lathe bench`: measures and prints medians. What façades cost is held to the gates of the specs; nothing else is judged.

use std::path::PathBuf;

use clap::Args;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::bench::generator::{self, Figure};
use crate::bench::modules::{self, Cost};
use crate::bench::vm::{self, Participant};
use crate::model::instruction_set::{InstructionSet, InstructionSets};
use crate::report::summary::Numbers;
use crate::report::{console, json};

/// What `bench generator` takes.
#[derive(Debug, Clone, Args)]
pub struct Generator {
    /// How often each is run; the median counts
    #[arg(long, default_value_t = 7, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// The numbers of entries of the synthetic specs
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000],
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sizes: Vec<u32>,
    /// Leave out the generator of others that runs beside it: svd2rust, installed below target/ if it is missing
    #[arg(long)]
    no_peer: bool,
}

/// Runs the verb.
pub fn generator(common: &Common, options: &Generator) -> Exit {
    let session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let mut show = |figure: Figure| {
        show_figure(session.json, &figure);
    };
    let runs = usize::from(options.runs);
    let mut sizes: Vec<usize> = options.sizes.iter().map(|size| *size as usize).collect();
    sizes.sort_unstable();
    session.status("Measuring", "whole runs over a copy of the workspace, each as a process");
    let mut result = generator::workspace(&session.root, runs, &mut show);
    if result.is_ok() {
        session.status("Measuring", "the stages over synthetic specs");
        result = generator::sizes(&sizes, runs, &mut show);
    }
    if let Err(error) = result {
        console::failure(&format!("{error:#}"), "mend that and run `cargo lathe bench generator` again");
        return Exit::Failure;
    }
    if !options.no_peer {
        session.status("Measuring", "svd2rust with rustfmt, over a chip of 2,000 registers");
        let folder: PathBuf = session.root.join("target/bench");
        if let Err(error) = generator::beside(&session.root, &folder, runs, &mut show) {
            // A peer is for comparison; what was measured of lathe stands without it.
            console::status(console::Tone::Notice, "Skipped", &format!("the peer: {error:#}"));
        }
    }
    session.close(Outcome::Measured, &Numbers::default())
}

fn show_figure(json: bool, figure: &Figure) {
    if json {
        console::output(&json::object("figure", figure));
        return;
    }
    // Small values have a digit behind the point, large ones commas.
    let value = match figure.value.abs() < 100.0 {
        true => format!("{:.1}", figure.value),
        false => console::thousands(figure.value.round() as usize),
    };
    let line = format!("{:<44} {value:>12} {:<8} {}", figure.what, figure.unit, figure.note);
    console::output(&format!("{}\n", line.trim_end()));
}

/// Runs the verb for the modules.
pub fn modules(common: &Common) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let Some(loaded) = session.read() else {
        return Exit::Failure;
    };
    session.status(
        "Measuring",
        "the façades beside direct calls; cargo and criterion take some minutes",
    );
    let json = session.json;
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut result = modules::costs(&session.root, &loaded.model, &mut |cost| {
        faults.extend(cost.fault());
        if json {
            console::output(&json::object("cost", &cost));
        } else {
            rows.push(cost);
        }
    });
    if !json && !rows.is_empty() {
        console::output(&table(&rows));
    }
    if result.is_ok() {
        session.status("Measuring", "what the laws print: hit ratios and the like");
        result = modules::tables(&session.root, &loaded.model, &mut |printed| match json {
            true => console::output(&json::object("table", &printed)),
            false => console::output(&format!("\n{} of {}\n{}", printed.example, printed.package, printed.text)),
        });
    }
    if let Err(error) = result {
        console::failure(&format!("{error:#}"), "mend that and run `cargo lathe bench modules` again");
        return Exit::Failure;
    }
    for fault in &faults {
        console::failure(
            fault,
            "run it again on a machine that does nothing else; if it stays, find out what the façade does beside the call",
        );
    }
    let outcome = if faults.is_empty() {
        Outcome::Measured
    } else {
        Outcome::Failure
    };
    session.close(outcome, &Numbers::default())
}

/// What `bench vm` takes.
#[derive(Debug, Clone, Args)]
pub struct Vm {
    /// How often each program runs; the median counts. The reference interpreter runs once
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// Only this program, and no other figure
    #[arg(long, value_name = "NAME")]
    program: Option<String>,
}

/// Runs the verb for the engines.
pub fn vm(common: &Common, options: &Vm) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let Some(loaded) = session.read() else {
        return Exit::Failure;
    };
    let sets = loaded.model.part::<InstructionSets>().sets.iter();
    let measured: Vec<&InstructionSet> = sets.filter(|set| vm::has_programs(&session.root, &set.name)).collect();
    if measured.is_empty() {
        console::failure(
            "no instruction set has programs to measure",
            "put programs into spec/SET/programs/bench/, each beside the same in Lua",
        );
        return Exit::Failure;
    }
    for set in measured {
        if let Err(error) = engines(&session, set, options) {
            console::failure(&format!("{error:#}"), "mend that and run `cargo lathe bench vm` again");
            return Exit::Failure;
        }
    }
    session.close(Outcome::Measured, &Numbers::default())
}

/// Measures the engines of a set.
fn engines(session: &Session, set: &InstructionSet, options: &Vm) -> anyhow::Result<()> {
    let runs = usize::from(options.runs);
    let programs = vm::programs(&session.root, &set.name, &set.text_extension(), options.program.as_deref())?;
    let mut compiled = None;
    if options.program.is_none() {
        session.status(
            "Building",
            &format!("the fast engine of {} alone, to see what it takes", set.name),
        );
        compiled = vm::compile_seconds(&session.root, set)?;
    }
    session.status("Building", &vm::runner(&set.name));
    let runner = vm::build(&session.root, &set.name)?;
    let folder = tempfile::tempdir()?;
    let script = vm::write_script(folder.path())?;
    let mut participants = Participant::engines(&runner)?;
    let base = participants.len().saturating_sub(1);
    let (luas, missing) = Participant::luas(&script);
    participants.extend(luas);
    for lua in missing {
        console::status(
            console::Tone::Notice,
            "Skipped",
            &format!("{} isn't installed; on Debian: {}", lua.name, lua.install),
        );
    }
    let mut rows = Vec::new();
    for (number, program) in programs.iter().enumerate() {
        session.status("Running", &format!("{} ({} of {})", program.name, number + 1, programs.len()));
        let row = vm::measure(program, &participants, runs)?;
        if session.json {
            console::output(&json::object("row", &row));
        }
        rows.push(row);
    }
    match session.json {
        true => vm::means(&rows, base)
            .iter()
            .for_each(|mean| console::output(&json::object("mean", mean))),
        false => console::output(&vm::table(&rows, base)),
    }
    if options.program.is_none() {
        session.status("Measuring", "loading, allocation, fuel");
        let mut show = |figure: Figure| show_figure(session.json, &figure);
        vm::handlers(set).into_iter().chain(compiled).for_each(&mut show);
        vm::figures(&runner, runs, &mut show)?;
    }
    Ok(())
}

/// What the façades cost, a line each.
fn table(rows: &[Cost]) -> String {
    let mut text = format!(
        "{:<12} {:<20} {:>12} {:>12} {:>7} {:>6} {:>12} {:>7}  verdict\n",
        "module", "bench", "façade ns", "direct ns", "ratio", "gate", "library ns", "ratio"
    );
    for row in rows {
        let or_none = |number: Option<f64>, digits: usize| number.map_or("-".to_owned(), |number| format!("{number:.digits$}"));
        text.push_str(&format!(
            "{:<12} {:<20} {:>12.1} {:>12.1} {:>7.3} {:>6.2} {:>12} {:>7}  {}\n",
            row.module,
            row.bench,
            row.facade,
            row.direct,
            row.ratio,
            row.gate,
            or_none(row.library, 1),
            or_none(row.library_ratio, 3),
            row.verdict.text()
        ));
    }
    text
}
