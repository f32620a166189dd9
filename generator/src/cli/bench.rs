//! `lathe bench`: measures, prints medians, judges nothing.

use std::path::PathBuf;

use clap::Args;

use super::session::Session;
use super::{Common, Exit, Outcome};
use crate::bench::generator::{self, Figure};
use crate::bench::modules::{self, Cost};
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
        if session.json {
            console::output(&json::object("figure", &figure));
        } else {
            let value = console::thousands(figure.value.round() as usize);
            let line = format!("{:<44} {value:>12} {:<8} {}", figure.what, figure.unit, figure.note);
            console::output(&format!("{}\n", line.trim_end()));
        }
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
    let mut result = modules::costs(&session.root, &loaded.model, &mut |cost| {
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
    session.close(Outcome::Measured, &Numbers::default())
}

/// What the façades cost, a line each.
fn table(rows: &[Cost]) -> String {
    let mut text = format!(
        "{:<12} {:<20} {:>12} {:>12} {:>7} {:>6}  verdict\n",
        "module", "bench", "façade ns", "direct ns", "ratio", "gate"
    );
    for row in rows {
        text.push_str(&format!(
            "{:<12} {:<20} {:>12.1} {:>12.1} {:>7.3} {:>6.2}  {}\n",
            row.module,
            row.bench,
            row.facade,
            row.direct,
            row.ratio,
            row.gate,
            row.verdict.text()
        ));
    }
    text
}
