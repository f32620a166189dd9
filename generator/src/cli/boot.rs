//! `lathe boot`: builds the kernel, boots it in QEMU, and holds what it printed against the specs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::session::{Prepared, Session};
use super::{Common, Exit, Outcome, generate};
use crate::boot::assembly::{self, Lines};
use crate::boot::facts::Facts;
use crate::boot::image::{self, Images, Recipe};
use crate::boot::judge::{self, Fault, Row};
use crate::boot::log::{self, Log};
use crate::boot::machine::{self, Machine, Setup, Target};
use crate::boot::run::{self, Ran};
use crate::report::console::{self, Tone, plural, thousands};
use crate::report::summary::Numbers;
use crate::report::{drift, json};

/// The memory of the machine in MiB: what ten thousand processes take at once.
const MEMORY: u32 = 768;

/// What `boot` takes.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// The processor
    #[arg(long, value_enum, default_value_t)]
    pub target: Target,
    /// The machine [default: microvm for x86_64, virt for aarch64]
    #[arg(long, value_enum)]
    pub machine: Option<Machine>,
    /// Its memory
    #[arg(long, value_name = "MIB", default_value_t = MEMORY, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub memory: u32,
    /// Run the kernel's own tests before the root process
    #[arg(long)]
    pub self_tests: bool,
    /// How long the machine may run
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Boot a second time, and demand the same log to the byte
    #[arg(long)]
    pub twice: bool,
}

impl Arguments {
    /// A boot as the tests want it.
    pub fn of(machine: Machine) -> Arguments {
        Arguments {
            target: machine.target(),
            machine: Some(machine),
            memory: MEMORY,
            self_tests: false,
            timeout: 900,
            twice: false,
        }
    }

    /// The command line that repeats it: `cargo lathe boot --target x86_64 --machine q35`.
    pub fn describe(&self) -> String {
        let mut text = format!("cargo lathe boot --target {}", self.target.name());
        let machine = self.machine.filter(|machine| *machine != self.target.machine());
        text.push_str(&machine.map_or(String::new(), |machine| format!(" --machine {}", machine.name())));
        for (given, flag) in [(self.self_tests, " --self-tests"), (self.twice, " --twice")] {
            text.push_str(if given { flag } else { "" });
        }
        text
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// Runs the verb.
pub fn run(common: &Common, arguments: &Arguments) -> Exit {
    let mut session = match Session::open(common) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let emulator = match ready(&session.root, arguments) {
        Ok(emulator) => emulator,
        Err(missing) => {
            console::failure(&missing.problem, &missing.fix);
            return session.close(missing.outcome, &Numbers::default());
        }
    };
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    if prepared.tree.is_none() {
        return session.close_for_tools(Outcome::Failure, &numbers);
    }
    let outcome = match generate::write_tree(&mut session, &prepared, false) {
        Ok(_) => boot(&mut session, &prepared, &emulator, arguments),
        Err(_) => Outcome::Failure,
    };
    session.close_for_tools(outcome, &numbers)
}

/// Why nothing can be booted.
pub struct Missing {
    /// What is lacking.
    pub problem: String,
    /// How to get it.
    pub fix: String,
    /// `Missing` where something is to be installed.
    outcome: Outcome,
}

/// The emulator, if everything is there that a boot needs beside the workspace.
pub fn ready(root: &Path, arguments: &Arguments) -> Result<PathBuf, Missing> {
    let target = arguments.target;
    let missing = |problem: String, fix: String, outcome| Missing { problem, fix, outcome };
    if let Some(machine) = arguments.machine.filter(|machine| machine.target() != target) {
        return Err(missing(
            format!("the machine `{}` has no {} processor", machine.name(), target.name()),
            format!("boot it with --target {}", machine.target().name()),
            Outcome::Failure,
        ));
    }
    if let Some(manifest) = image::missing_package(root, target) {
        return Err(missing(
            format!("the workspace has no kernel for {}: no `{manifest}`", target.name()),
            "run this where platform/ has one, or name such a workspace with --root DIR".to_owned(),
            Outcome::Failure,
        ));
    }
    if let Some(command) = image::missing_library(root, target) {
        return Err(missing(
            format!("the compiler has no library for {}", target.triple()),
            format!("add it with: {command}"),
            Outcome::Missing,
        ));
    }
    machine::find_emulator(target).ok_or_else(|| {
        missing(
            format!("`{}` isn't installed, in which the kernel boots", target.emulator()),
            format!("on Debian and Ubuntu: {}", target.how_to_install()),
            Outcome::Missing,
        )
    })
}

/// Builds, boots, judges and reports.
pub fn boot(session: &mut Session, prepared: &Prepared, emulator: &Path, arguments: &Arguments) -> Outcome {
    match try_boot(session, prepared, emulator, arguments) {
        Ok(true) => Outcome::Booted,
        Ok(false) => Outcome::Failure,
        Err(error) => {
            console::failure(
                &format!("{error:#}"),
                &format!("mend that, and repeat it with: {}", arguments.describe()),
            );
            Outcome::Failure
        }
    }
}

fn try_boot(session: &mut Session, prepared: &Prepared, emulator: &Path, arguments: &Arguments) -> anyhow::Result<bool> {
    let target = arguments.target;
    let mut facts = Facts::of(&prepared.model, target);
    // With its own tests in it the kernel is inlined another way: the budgets are those of the image without them.
    if arguments.self_tests {
        facts.budgets.clear();
    }
    let images = build(session, target, arguments.self_tests)?;
    let lines = assembly::count(&image::sources(&session.root, target))?;
    let setup = Setup {
        machine: arguments.machine.unwrap_or(target.machine()),
        memory: arguments.memory,
        kernel: images.kernel.clone(),
        more: modules(target, &images),
    };
    session.status("Booting", &setup.command_line(&session.root));
    let json = session.json;
    let mut show = |line: &str| match json {
        true => console::output(&json::object("serial", &Serial { line })),
        false => console::output(&format!("    {line}\n")),
    };
    let limit = arguments.limit();
    let ran = session.clock.time("boot", || run::run(emulator, &setup, limit, &mut show))?;
    let log = log::read(&ran.log);
    let mut faults = judge::judge(target, &facts, &ran, &log, limit);
    // The tests inside the kernel aren't part of the image that has a budget.
    if let Some(budget) = facts.image.filter(|most| images.bytes > *most && !arguments.self_tests) {
        faults.push(Fault::TooLarge {
            bytes: images.bytes,
            budget,
        });
    }
    if lines.per_cent() >= assembly::MOST_PER_CENT {
        faults.push(Fault::TooMuchAssembly(lines));
    }
    if arguments.twice && faults.is_empty() {
        session.status("Booting", "a second time, to compare");
        let again = session
            .clock
            .time("boot", || run::run(emulator, &setup, limit, &mut |_| ()))?;
        if again.log != ran.log {
            console::output(&drift::unified(&ran.log, &again.log, "first", "second"));
            faults.push(Fault::Differs);
        }
    }
    let rows = judge::rows(&facts, &log);
    report(
        session,
        arguments,
        &Report {
            facts: &facts,
            images: &images,
            ran: &ran,
            log: &log,
            rows: &rows,
            lines,
            faults: &faults,
        },
    );
    if !ran.complaints.trim().is_empty() && !faults.is_empty() {
        console::error(&ran.complaints);
    }
    for fault in &faults {
        console::failure(&fault.to_string(), fault.fix());
    }
    if !faults.is_empty() {
        session.status("Repeat", &arguments.describe());
    }
    if faults.is_empty() {
        let again = if arguments.twice { ", twice the same" } else { "" };
        let text = format!(
            "{} booted on {} in {:.1} s{again}: {} passed",
            target.name(),
            setup.machine.name(),
            ran.whole.as_secs_f64(),
            plural(log.passed.len(), "check")
        );
        session.status("Finished", &text);
    }
    Ok(faults.is_empty())
}

/// Builds the kernel and its programs.
fn build(session: &mut Session, target: Target, self_tests: bool) -> anyhow::Result<Images> {
    let (root, json) = (session.root.clone(), session.json);
    let mut one = |folder: String, features: Vec<&'static str>| {
        session.status("Building", &format!("{folder} for {}", target.triple()));
        let recipe = Recipe { folder, features };
        session.clock.time("build", || {
            image::build(&root, target, &recipe, &mut |message| match json {
                true => console::output(&json::compiler(&message.message)),
                false => console::error(message.message.rendered.as_deref().unwrap_or(&message.message.message)),
            })
        })
    };
    let programs = one(image::PROGRAMS.to_owned(), Vec::new())?;
    let features = if self_tests { vec!["self-tests"] } else { Vec::new() };
    let kernel = one(image::folder(target), features)?;
    Ok(Images {
        bytes: image::stripped_bytes(&kernel)?,
        kernel,
        programs,
    })
}

/// How the machine gets the programs. QEMU hands a module to a kernel for x86 that has a PVH entry; one for Arm that isn't Linux finds
/// it at a fixed place.
fn modules(target: Target, images: &Images) -> Vec<OsString> {
    match target {
        Target::X8664 => vec!["-initrd".into(), images.programs.clone().into_os_string()],
        Target::Aarch64 => {
            let mut loader = OsString::from(format!("loader,addr={:#x},force-raw=on,file=", machine::PROGRAMS_ON_VIRT));
            loader.push(&images.programs);
            vec!["-device".into(), loader]
        }
    }
}

/// What is shown of a boot.
struct Report<'a> {
    facts: &'a Facts,
    images: &'a Images,
    ran: &'a Ran,
    log: &'a Log,
    rows: &'a [Row],
    lines: Lines,
    faults: &'a [Fault],
}

#[derive(Serialize)]
struct Serial<'a> {
    line: &'a str,
}

#[derive(Serialize)]
struct BootObject<'a> {
    target: &'a str,
    machine: &'a str,
    memory_mib: u32,
    self_tests: bool,
    success: bool,
    /// The exit status of the machine; `null` if it was stopped.
    status: Option<i32>,
    checks_passed: usize,
    checks_failed: usize,
    image_bytes: u64,
    image_budget: Option<u64>,
    /// Wall time under emulation: for people, never a gate.
    first_line_milliseconds: Option<u64>,
    lines: Lines,
}

fn report(session: &Session, arguments: &Arguments, of: &Report<'_>) {
    if session.json {
        for row in of.rows {
            console::output(&json::object("count", row));
        }
        let object = BootObject {
            target: arguments.target.name(),
            machine: arguments.machine.unwrap_or(arguments.target.machine()).name(),
            memory_mib: arguments.memory,
            self_tests: arguments.self_tests,
            success: of.faults.is_empty(),
            status: match of.ran.end {
                run::End::Status(status) => Some(status),
                _ => None,
            },
            checks_passed: of.log.passed.len(),
            checks_failed: of.log.failed.len(),
            image_bytes: of.images.bytes,
            image_budget: of.facts.image,
            first_line_milliseconds: of
                .ran
                .first_line
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            lines: of.lines,
        };
        console::output(&json::object("boot", &object));
        return;
    }
    console::output(&table(of.rows));
    let budget = of
        .facts
        .image
        .map_or(String::new(), |most| format!(" of {}", thousands(most as usize)));
    let mut text = format!(
        "\n    image       {}{budget} bytes, stripped\n",
        thousands(of.images.bytes as usize)
    );
    text.push_str(&format!(
        "    assembly    {} of {} lines ({:.1} %)\n",
        thousands(of.lines.assembly),
        thousands(of.lines.all),
        of.lines.per_cent()
    ));
    if let Some(first) = of.ran.first_line {
        text.push_str(&format!("    first line  after {} ms of wall time\n\n", first.as_millis()));
    }
    console::output(&text);
}

/// The instruction counts beside their budgets.
fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let shown = |number: Option<u64>| number.map_or("-".to_owned(), |number| thousands(number as usize));
    let wide = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(10);
    let mut text = format!("\n    {:<wide$} {:>12} {:>8}\n", "", "instructions", "budget");
    for row in rows {
        let over = matches!((row.measured, row.budget), (Some(measured), Some(budget)) if measured > budget);
        let (measured, budget) = (shown(row.measured), shown(row.budget));
        let line = format!("    {:<wide$} {measured:>12} {budget:>8}", row.name);
        text.push_str(&match over {
            true => format!("\u{1b}[1;31m{line}  over\u{1b}[0m\n"),
            false => format!("{line}\n"),
        });
    }
    text
}

/// Says that a boot is left out, for the tests; a failure if `LATHE_REQUIRE` names QEMU.
pub fn left_out(session: &Session, arguments: &Arguments, missing: &Missing) -> Outcome {
    let required = std::env::var("LATHE_REQUIRE").unwrap_or_default();
    let text = format!("{}; {}", missing.problem, missing.fix);
    if required.split(',').any(|name| name == "qemu") {
        console::failure(&format!("LATHE_REQUIRE names `qemu`, but {}", missing.problem), &missing.fix);
        return Outcome::Failure;
    }
    if session.json {
        console::output(&json::skipped(arguments.target.triple(), &missing.fix));
    } else {
        console::status(Tone::Notice, "Skipped", &format!("{}: {text}", arguments.describe()));
    }
    Outcome::Passed
}
