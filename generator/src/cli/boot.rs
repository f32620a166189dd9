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
use crate::boot::image::{self, Images, Recipe, Size};
use crate::boot::judge::{self, Fault, Row};
use crate::boot::library::{self, Lacking, Library};
use crate::boot::log::{self, Log};
use crate::boot::machine::{self, Machine, Setup, Target};
use crate::boot::run::{self, Ran};
use crate::model::Model;
use crate::report::console::{self, Tone, plural, thousands};
use crate::report::summary::Numbers;
use crate::report::{json, lines};

/// The memory of the machine in MiB: what ten thousand processes take at once.
const MEMORY: u32 = 512;

/// What `boot` takes.
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// The processor
    #[arg(long, value_enum, default_value_t)]
    pub target: Target,
    /// What the kernel is compiled for [default: the first of the target's `kernel_triples` whose library is installed]
    #[arg(long)]
    pub triple: Option<String>,
    /// The machine [default: microvm for x86_64, virt for aarch64]
    #[arg(long, value_enum)]
    pub machine: Option<Machine>,
    /// Its memory
    #[arg(long, value_name = "MIB", default_value_t = MEMORY, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub memory: u32,
    /// Run the kernel's own tests before the root process
    #[arg(long)]
    pub self_tests: bool,
    /// Let the fuzzer make 20,000 calls, not a million
    #[arg(long)]
    pub few_calls: bool,
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
            triple: None,
            machine: Some(machine),
            memory: MEMORY,
            self_tests: false,
            few_calls: false,
            timeout: 900,
            twice: false,
        }
    }

    /// The command line that repeats it: `cargo lathe boot --target x86_64 --machine q35`.
    pub fn describe(&self) -> String {
        let mut text = format!("cargo lathe boot --target {}", self.target.name());
        let machine = self.machine.filter(|machine| *machine != self.target.machine());
        if let Some(triple) = &self.triple {
            text.push_str(&format!(" --triple {triple}"));
        }
        text.push_str(&machine.map_or(String::new(), |machine| format!(" --machine {}", machine.name())));
        let flags = [
            (self.self_tests, " --self-tests"),
            (self.few_calls, " --few-calls"),
            (self.twice, " --twice"),
        ];
        for (given, flag) in flags {
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
    let prepared = session.prepare();
    let numbers = Numbers::count(&prepared.model, prepared.tree.as_ref());
    if prepared.tree.is_none() {
        return session.close_for_tools(Outcome::Failure, &numbers);
    }
    let tools = match ready(&session.root, &prepared.model, arguments) {
        Ok(tools) => tools,
        Err(missing) => {
            console::failure(&missing.problem, &missing.fix);
            return session.close(missing.outcome, &numbers);
        }
    };
    let outcome = match generate::write_tree(&mut session, &prepared, false) {
        Ok(_) => boot(&mut session, &prepared, &tools, arguments),
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

/// What a boot needs beside the workspace.
pub struct Tools {
    /// What emulates the machine.
    pub emulator: PathBuf,
    /// What the kernel is compiled with.
    pub library: Library,
}

/// What a boot needs beside the workspace, if everything is there.
pub fn ready(root: &Path, model: &Model, arguments: &Arguments) -> Result<Tools, Missing> {
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
    let asked = arguments.triple.as_deref();
    let library = library::choose(root, model, target, asked).map_err(|lacking| match lacking {
        Lacking::Library(command) => missing(
            format!("the compiler has no library for {}", asked.unwrap_or(target.triple())),
            format!("add it with: {command}"),
            Outcome::Missing,
        ),
        Lacking::Triple(known) => missing(
            format!(
                "the kernel for {} isn't compiled for `{}`",
                target.name(),
                asked.unwrap_or_default()
            ),
            format!("name one of {known}, or add it to `kernel_triples` of the target's spec"),
            Outcome::Failure,
        ),
    })?;
    let emulator = machine::find_emulator(target).ok_or_else(|| {
        missing(
            format!("`{}` isn't installed, in which the kernel boots", target.emulator()),
            format!("on Debian and Ubuntu: {}", target.how_to_install()),
            Outcome::Missing,
        )
    })?;
    Ok(Tools { emulator, library })
}

/// Builds, boots, judges and reports.
pub fn boot(session: &mut Session, prepared: &Prepared, tools: &Tools, arguments: &Arguments) -> Outcome {
    match try_boot(session, prepared, tools, arguments) {
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

fn try_boot(session: &mut Session, prepared: &Prepared, tools: &Tools, arguments: &Arguments) -> anyhow::Result<bool> {
    let target = arguments.target;
    let Tools { emulator, library } = tools;
    let mut facts = Facts::of(&prepared.model, target);
    if let Some(first) = &library.instead_of {
        let text = format!(
            "{}, not {first}: {}; counts and sizes have no budgets here",
            library.triple, library.reason
        );
        session.status("Library", &text);
    }
    // With its own tests in it, or with another library, the kernel is larger, and inlined another way: the budgets are those of the
    // image without them.
    if arguments.self_tests || library.instead_of.is_some() {
        facts.budgets.clear();
        facts.images.clear();
    }
    let images = build(session, &library.triple, &facts, arguments)?;
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
    // Both at once: the emulator is one thread, and counts instructions, so that neither sees the other.
    let (ran, again) = session.clock.time("boot", || {
        std::thread::scope(|scope| {
            let again = arguments
                .twice
                .then(|| scope.spawn(|| run::run(emulator, &setup, limit, &mut |_| ())));
            let ran = run::run(emulator, &setup, limit, &mut show);
            let again = again.map(|again| again.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            anyhow::Ok((ran?, again.transpose()?))
        })
    })?;
    let log = log::read(&ran.log);
    let mut faults = judge::judge(target, &facts, &ran, &log, limit);
    faults.extend(judge::too_large(&images.sizes));
    if lines.per_cent() >= assembly::MOST_PER_CENT {
        faults.push(Fault::TooMuchAssembly(lines));
    }
    if let Some(again) = again.filter(|again| faults.is_empty() && again.log != ran.log) {
        console::output(&lines::unified(&ran.log, &again.log, "first", "second"));
        faults.push(Fault::Differs);
    }
    let rows = judge::rows(&facts, &log);
    report(
        session,
        arguments,
        &Report {
            images: &images,
            triple: &library.triple,
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

/// Builds the kernel and its programs; the kernel without atoms and values too, where the specs say how large it may be.
fn build(session: &mut Session, triple: &str, facts: &Facts, arguments: &Arguments) -> anyhow::Result<Images> {
    let target = arguments.target;
    let (root, json) = (session.root.clone(), session.json);
    let mut one = |recipe: Recipe| {
        let bare = if recipe.bare { ", without halt," } else { "" };
        session.status("Building", &format!("{}{bare} for {triple}", recipe.folder));
        session.clock.time("build", || {
            image::build(&root, triple, &recipe, &mut |message| match json {
                true => console::output(&json::compiler(&message.message)),
                false => console::error(message.message.rendered.as_deref().unwrap_or(&message.message.message)),
            })
        })
    };
    let recipe = |folder: String| Recipe {
        folder,
        features: Vec::new(),
        bare: false,
    };
    let size = |name: &'static str, kernel: &Path| -> anyhow::Result<Size> {
        Ok(Size {
            name,
            bytes: image::stripped_bytes(kernel)?,
            budget: facts.images.get(name).copied(),
        })
    };
    let feature = |given: bool, name: &'static str| if given { vec![name] } else { Vec::new() };
    let programs = one(Recipe {
        features: feature(arguments.few_calls, "few-calls"),
        ..recipe(image::PROGRAMS.to_owned())
    })?;
    let mut without_halt = None;
    if facts.images.contains_key(image::WITHOUT_HALT) {
        let kernel = one(Recipe {
            bare: true,
            ..recipe(image::folder(target))
        })?;
        // The next build puts the whole image in its place.
        without_halt = Some(size(image::WITHOUT_HALT, &kernel)?);
    }
    let kernel = one(Recipe {
        features: feature(arguments.self_tests, "self-tests"),
        ..recipe(image::folder(target))
    })?;
    Ok(Images {
        sizes: [size(image::WHOLE, &kernel)?].into_iter().chain(without_halt).collect(),
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
    images: &'a Images,
    triple: &'a str,
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
    triple: &'a str,
    machine: &'a str,
    memory_mib: u32,
    self_tests: bool,
    success: bool,
    /// The exit status of the machine; `null` if it was stopped.
    status: Option<i32>,
    checks_passed: usize,
    checks_failed: usize,
    sizes: &'a [Size],
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
            triple: of.triple,
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
            sizes: &of.images.sizes,
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
    let mut text = String::from("\n");
    for size in &of.images.sizes {
        let name = size.name.replace('_', " ");
        let budget = size
            .budget
            .map_or(String::new(), |most| format!(" of {}", thousands(most as usize)));
        let line = format!("    {name:<18} {}{budget} bytes, stripped", thousands(size.bytes as usize));
        text.push_str(&match size.is_over() {
            true => format!("\u{1b}[1;31m{line}  over\u{1b}[0m\n"),
            false => format!("{line}\n"),
        });
    }
    text.push_str(&format!(
        "    assembly           {} of {} lines ({:.1} %)\n",
        thousands(of.lines.assembly),
        thousands(of.lines.all),
        of.lines.per_cent()
    ));
    if let Some(first) = of.ran.first_line {
        text.push_str(&format!(
            "    first line         after {} ms of wall time\n\n",
            first.as_millis()
        ));
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
