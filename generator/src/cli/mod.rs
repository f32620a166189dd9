//! The command line: verbs, their arguments and help texts, and the exit codes.

mod affected;
mod artefact;
mod bench;
mod bless;
mod boot;
mod build;
mod check;
mod compile;
mod diff;
mod edge;
mod explain;
mod features;
mod format;
mod generate;
mod graph;
mod list;
mod lsp;
mod matrix;
mod new;
mod outcome;
mod run;
mod session;
mod story;
mod test;
mod watch;
mod why;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use outcome::{Exit, Outcome};

use crate::report::summary::{Clock, Numbers};
use crate::report::{console, json};

/// Specs in, crates out: reads spec/, checks it, emits generated/, builds and runs what was emitted.
#[derive(Debug, Parser)]
#[command(
    name = "lathe",
    bin_name = "cargo lathe",
    version,
    propagate_version = true,
    after_help = "Examples:\n  \
        cargo lathe run               check, generate, build, run every program beside the specs\n  \
        cargo lathe test              every test there is; installs cargo-nextest if it is missing\n  \
        cargo lathe generate          after a change in spec/\n  \
        cargo lathe watch             the same on every save\n  \
        cargo lathe explain L0203     why a rule stands, and how to mend what breaks it\n  \
        cargo lathe explain iadd      everything about an entry\n\n\
        Exit codes: 0 fresh, 3 a program that is needed isn't installed, 4 needs regeneration, 100 failure."
)]
struct Command {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
struct Common {
    /// The workspace: the folder that holds spec/ beside Cargo.toml [default: the nearest one upwards]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// How a verb reports: for people, or one JSON object a line
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show how long every stage and every emitter took
    #[arg(long, global = true)]
    timings: bool,
    /// The number of threads [default: one for each core]
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For tools: one object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a workspace with a small instruction set that builds, runs and passes its tests at once
    #[command(
        override_usage = "lathe new [OPTIONS] <NAME>",
        after_help = "Examples:\n  \
        lathe new demo && cd demo && lathe run && lathe test\n  \
        lathe new demo --path work/my-machine\n\n\
        The set is a stack machine on 64-bit integers with its runtime, a program, tests, CI and an editor set-up. The guide \
        docs/your-own-vm.md of lathe goes on from there."
    )]
    New {
        /// The name of the set, in snake case: crates, folders and files are called by it
        name: String,
        /// The folder to make [default: ./NAME]
        #[arg(long, value_name = "DIR")]
        path: Option<PathBuf>,
    },
    /// Check, generate, build the emitted crates, run every program beside the specs, and sum up
    #[command(after_help = "Example:\n  cargo lathe run\n\n\
        Programs are the files of assembly in spec/<set>/programs; what one prints is compared with its neighbour *.expected.")]
    Run,
    /// Run every test: drift check, nextest and doc tests over the workspace, and the steps that its Cargo.toml adds
    #[command(after_help = "Example:\n  cargo lathe test\n\n\
        Installs cargo-nextest with `cargo install --locked cargo-nextest` if it is missing.\n\n\
        A further step is a table [[workspace.metadata.lathe.test]] in Cargo.toml, with its name and the arguments of cargo:\n\n  \
        name = \"tests of another workspace\"\n  \
        cargo = [\"test\", \"--manifest-path\", \"other/Cargo.toml\"]\n\n\
        Where the workspace has a kernel in platform/, it is booted as `cargo lathe boot` does, or else the report says what is to be \
        installed. LATHE_REQUIRE=qemu makes that a failure.\n\n\
        With --matrix, the tests of the package that is called like a feature model run in every row of a covering array instead, with \
        --no-default-features and the features of the row. Rows go from few optional dependencies to many, those with the same ones \
        together, in one target folder: each dependency is built once, and the cheap rows fail first. Every row has to print the same \
        lines `surface MODULE VERSION HASH`, those of generated/PACKAGE/surface.lock where there is one. Where the workspace has \
        PACKAGE-c and PACKAGE-conformance, their tests run in the row too. A row that fails is shrunk to features none of which can be \
        left out:\n\n  \
        cargo lathe test --matrix 2\n  \
        cargo lathe test --matrix 3 --model abi")]
    Test {
        /// Test every row of a covering array of this strength
        #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(2..=4))]
        matrix: Option<u8>,
        /// With --matrix: the feature model [default: each that has a package of its name]
        #[arg(long, value_name = "NAME", requires = "matrix")]
        model: Option<String>,
        /// With --matrix: how long the tests of a row may take in all; what cargo builds for them isn't counted
        #[arg(long, value_name = "SECONDS", requires = "matrix", default_value_t = 1_800,
            value_parser = clap::value_parser!(u64).range(1..=86_400))]
        row_timeout: u64,
    },
    /// Bring generated/ up to date with spec/
    #[command(after_help = "Examples:\n  \
        cargo lathe generate            write what changed, delete what is no longer emitted\n  \
        cargo lathe generate --check    write nothing; show what differs; exit 4 if something does\n  \
        cargo lathe generate --force    put right whatever was done to generated/")]
    Generate {
        /// Write nothing; compare both ways and show the differences
        #[arg(long)]
        check: bool,
        /// Replace files without lathe's marker too, at paths that lathe emits; with --check: show what that would change
        #[arg(long)]
        force: bool,
        /// Write FILE when the outputs changed, and FILE.d, which says what was read: for ninja
        #[arg(long, value_name = "FILE", conflicts_with = "check")]
        stamp: Option<String>,
    },
    /// Check the specs and report every mistake; with --fix, mend what is safe to mend
    #[command(after_help = "Examples:\n  \
        cargo lathe check                  report every mistake\n  \
        cargo lathe check --fix            apply what can only be meant, then report what is left\n  \
        cargo lathe check --fix --diff     write nothing; show what --fix would change; exit 4 if it would\n  \
        cargo lathe check --format json\n\n\
        --fix renumbers what has the number of another, renames what is misspelt or no name, together with what refers to it, sorts \
        what has an order, and adds what is missing where only one thing can be meant. Comments and layout stay as they are. What \
        would bring a new error is left out.")]
    Check {
        /// Apply the suggestions that are safe to apply, in spec/
        #[arg(long)]
        fix: bool,
        /// With --fix: write nothing, show the differences
        #[arg(long, requires = "fix")]
        diff: bool,
    },
    /// Record the numbers, shapes and effects of a release, which `check` then holds the specs to
    #[command(after_help = "Examples:\n  \
        cargo lathe bless               record what is new since the last release, and say what changed\n  \
        cargo lathe bless --breaking    record changes that break the last release, too\n  \
        cargo lathe bless --format json\n\n\
        Where module files of the release would mean something else, --breaking demands a raised `version`\n\
        under [module]: readers tell files apart by it.\n\n\
        Writes spec/<set>/blessed.toml and spec/blessed.toml; commit them with the release.")]
    Bless {
        /// Record changes too that break what was built on the last release
        #[arg(long)]
        breaking: bool,
    },
    /// Show what two revisions of the specs mean differently, which version part has to move, and a changelog section
    #[command(after_help = "Examples:\n  \
        cargo lathe diff HEAD                    what the changes in the working tree mean\n  \
        cargo lathe diff v1.0 v1.1               between two revisions; also v1.0..v1.1\n  \
        cargo lathe diff v1.0 --changelog        the changelog section alone, in Markdown\n  \
        cargo lathe diff v1.0 --format json\n\n\
        A change with which everyone can live who relied on the old state is a minor one, as less access to\n\
        the context (mutable → shared), fewer traps or a lower cost; the other way round it breaks.\n\n\
        A revision is anything that git knows: a tag, a branch, a commit. The working tree is not touched.")]
    Diff {
        /// The older revision
        #[arg(value_name = "REV")]
        from: String,
        /// The newer revision [default: the working tree]
        #[arg(value_name = "REV")]
        to: Option<String>,
        /// Print the changelog section alone
        #[arg(long)]
        changelog: bool,
    },
    /// Lay the specs out in one way; comments stay, and what they say stays the same
    #[command(after_help = "Examples:\n  \
        cargo lathe fmt                    format every spec in spec/\n  \
        cargo lathe fmt --check            only show what would change; exit 4 if something would\n  \
        cargo lathe fmt spec/features.toml\n  \
        cargo lathe fmt - < draft.toml     from standard input to standard output\n\n\
        Keys stand in the order of the schema, arrays are filled to 130 columns, tables are set apart by an empty line. An array with \
        one element a line stays one, texts of several lines stay as they are.")]
    Fmt {
        /// Files to format, `-` for standard input [default: all specs]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Write nothing; show the differences
        #[arg(long)]
        check: bool,
    },
    /// Regenerate whenever a spec or the runtime is saved; one line for each change
    #[command(after_help = "Examples:\n  \
        cargo lathe watch                  until Ctrl-C\n  \
        cargo lathe watch --poll           where the file system reports no changes: network drives, some containers\n  \
        cargo lathe watch --format json    an object for each change\n\n\
        While the specs have mistakes these are shown and the outputs stay as they are. Times are UTC.")]
    Watch {
        /// Look at the files four times a second instead of waiting for the system to report changes
        #[arg(long)]
        poll: bool,
    },
    /// List the entries of all specs: path, code, first sentence
    #[command(after_help = "Examples:\n  \
        cargo lathe list                everything\n  \
        cargo lathe list op             every op; also type, trap, effect, target, feature, …\n  \
        cargo lathe list demo trap      the traps of demo: every filter must fit\n  \
        cargo lathe list 0x20           what has this code\n  \
        cargo lathe list float --format json\n\n\
        A filter that is no table and no spec leaves the entries whose path contains it.")]
    List {
        /// A table, a spec, a part of a path, or a code
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Show the feature models: what each feature implies and excludes, whether it is a choice at all, how many configurations are valid
    #[command(after_help = "Examples:\n  \
        cargo lathe features                  every model: that of the workspace, then those with a name\n  \
        cargo lathe features --format json    an object for each model\n\n\
        A feature is optional, dead (on in no valid configuration) or forced (on in all of them); `cargo lathe check` proves which \
        statements cause that.")]
    Features,
    /// Print configurations in which every feasible combination of so many features occurs, with a certificate
    #[command(after_help = "Examples:\n  \
        cargo lathe matrix                             every pair of features, in every model\n  \
        cargo lathe matrix --strength 3 --model abi    every three features of one model\n  \
        cargo lathe matrix --target wasm32             without the features that don't exist there\n  \
        cargo lathe matrix --format json | check-certificate\n\n\
        The rows none, default and all come first, where they are valid. The same specs and the same seed give the same rows on every \
        machine: what bounds the search for fewer rows is counted work, some seconds at most. The certificate in JSON holds the clauses \
        of the model, the rows, and the numbers of feasible and of covered combinations; the program check-certificate, which shares no \
        code with lathe, counts them by itself.")]
    Matrix(features::Arguments),
    /// Explain a code of a diagnostic, or tell the whole story of an entry
    #[command(after_help = "Examples:\n  \
        cargo lathe explain L0203         why the rule stands, what breaks it, how to mend that\n  \
        cargo lathe explain               list every code\n  \
        cargo lathe explain iadd          its entry, its facts, what came out of it, its tests, its function, its page\n  \
        cargo lathe explain type.bool     the same for a type; also demo.type.bool or '[type.bool]'\n  \
        cargo lathe explain 0x20          what has this code")]
    Explain {
        /// A code as a diagnostic shows it, or an entry by its name or its own code
        #[arg(value_name = "CODE or ITEM")]
        what: Option<String>,
    },
    /// Draw how specs become crates: specs, emitters, crates, and what needs what
    #[command(after_help = "Examples:\n  \
        cargo lathe graph                        text for Graphviz\n  \
        cargo lathe graph --as mermaid           text for a Markdown page\n  \
        cargo lathe graph --output graph.svg     a picture, drawn by `dot` of Graphviz\n  \
        cargo lathe graph --files                every spec file by itself\n  \
        cargo lathe graph --format json          an object for each node and each arrow\n\n\
        An arrow leads from what is read to what is made of it.")]
    Graph {
        /// The form of the drawing [default: what the extension of FILE says, else dot]
        #[arg(long = "as", value_enum, value_name = "FORM")]
        form: Option<graph::Form>,
        /// Where to write it [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// A node for every spec file, not for every folder of them
        #[arg(long)]
        files: bool,
    },
    /// Show what a change of files can affect: outputs, crates, tests, programs
    #[command(after_help = "Examples:\n  \
        cargo lathe affected spec/demo/ops/integer.toml    a spec\n  \
        cargo lathe affected runtime/demo/src/lib.rs       hand-written code\n  \
        cargo lathe affected spec/targets                  every file in a folder\n  \
        git diff --name-only | xargs cargo lathe affected --format json")]
    Affected {
        /// Files or folders, absolute or relative
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show why an output exists: its emitter, its specs, its entries, and whether it is fresh
    #[command(after_help = "Examples:\n  \
        cargo lathe why generated/demo/facts/src/opcode/mod.rs       a file\n  \
        cargo lathe why generated/demo/facts/src/opcode/mod.rs:88    the entry that a line came from")]
    Why {
        /// A path under generated/, with or without the number of a line behind it
        #[arg(value_name = "OUTPUT[:LINE]")]
        output: String,
    },
    /// Serve an editor: diagnostics while typing, hover, completion, go to definition and to emitted code
    #[command(after_help = "Example, for an editor's settings:\n  cargo lathe lsp\n\n\
        Speaks the language server protocol over standard input and output, for the files in spec/. It finds the workspace by the \
        files that the editor opens, and never writes one. docs/editors.md shows how to set up VS Code, Helix, Neovim and Zed.")]
    Lsp {
        /// Accepted for editors that pass it; standard input and output are always used
        #[arg(long)]
        stdio: bool,
    },
    /// Build the emitted crates with cargo, and write build.ninja
    #[command(after_help = "Examples:\n  \
        cargo lathe build                         build the emitted crates, and what the targets state\n  \
        cargo lathe build --plan                  only write build.ninja; then: ninja\n  \
        cargo lathe build --package demo-oracle --target x86_64-unknown-linux-gnu --profile release\n\n\
        What the compiler says of emitted code is shown at the entry of the specs that it came from.")]
    Build(build::Arguments),
    /// Build the kernel, boot it in QEMU, and hold what it says against the specs
    #[command(after_help = "Examples:\n  \
        cargo lathe boot                           x86_64 on microvm\n  \
        cargo lathe boot --machine q35\n  \
        cargo lathe boot --target aarch64\n  \
        cargo lathe boot --self-tests --twice      with the kernel's own tests; two runs have to print the same\n  \
        cargo lathe boot --memory 512 --timeout 600 --format json\n\n\
        Generates, builds platform/programs and platform/TARGET, and boots them under emulation with time counted in instructions, so that \
        counts are exact and runs repeat to the byte. A boot has to print the stages of the spec and `exo: done`, and to end with the \
        status of success within the time limit. In the log, `measure NAME COUNT` is held to the budgets of the spec, `pass NAME` and \
        `fail NAME: why` are checks. The sizes of the stripped image and the share of assembly (below 5 % of the lines of the kernel) \
        are judged too.\n\n\
        Exit codes: 0 booted, 3 QEMU or the library for the target isn't installed, 100 failure.")]
    Boot(boot::Arguments),
    /// Measure lathe, the modules and the engines: medians of several runs, and of what stands beside them
    #[command(after_help = "Examples:\n  \
        cargo lathe bench generator               whole runs, synthetic specs of three sizes, svd2rust beside them\n  \
        cargo lathe bench generator --no-peer     without svd2rust, whose installation takes minutes\n  \
        cargo lathe bench generator --sizes 1000 --runs 3 --format json\n  \
        cargo lathe bench modules                 façades beside direct calls, and the tables of the laws\n  \
        cargo lathe bench vm                      whole programs in every engine, beside Lua where it is installed\n  \
        cargo lathe bench vm --program fib --runs 9\n\n\
        Figures of a busy machine mean little: look at several runs, and at ratios.")]
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}

/// What can be measured.
#[derive(Debug, Subcommand)]
enum Bench {
    /// The generator: from nothing, nothing changed, check, watch, and lines a second over synthetic specs
    Generator(bench::Generator),
    /// The modules: what their façades cost beside direct calls, and the tables that their laws print
    Modules,
    /// The engines of instruction sets: whole programs in each, beside the same programs in Lua; loading, allocation, fuel
    Vm(bench::Vm),
}

/// Runs a command line and returns its exit code. No argument makes it panic.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // As for cargo itself, which many of those who call this have set up.
    match std::env::var("CARGO_TERM_COLOR").as_deref() {
        Ok("never") => anstream::ColorChoice::Never.write_global(),
        Ok("always") => anstream::ColorChoice::Always.write_global(),
        _ => {}
    }
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = match Command::try_parse_from(&arguments) {
        Ok(command) => command,
        Err(error) => return ExitCode::from(unless_lost(usage(&error, &arguments)).code()),
    };
    // A panic is a fault of lathe itself. It is reported as one, with the exit code that scripts expect, and nothing is half-written.
    let exit = std::panic::catch_unwind(|| dispatch(&command)).unwrap_or_else(|_| {
        console::failure(
            "lathe has a fault of its own, shown above",
            "please report it with the specs that led to it; outputs are whole, as after any interrupted run",
        );
        Exit::Failure
    });
    close(command.common.format, exit);
    ExitCode::from(unless_lost(exit).code())
}

/// Shows help, or what is wrong with a command line.
fn usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    console::note(error.print());
    if !error.use_stderr() {
        return Exit::Fresh;
    }
    let is_json = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "json";
    if arguments.iter().any(|argument| argument == "--format=json") || arguments.windows(2).any(is_json) {
        let text = error.render().to_string();
        let problem = text.lines().find_map(|line| line.strip_prefix("error: "));
        console::keep_failure(problem.unwrap_or("the verb needs more than that"), "see what --help says");
        close(Format::Json, Exit::Failure);
    }
    Exit::Failure
}

/// Closes a report for tools that the verb itself had no reason to close: it failed before it had something to count.
fn close(format: Format, exit: Exit) {
    if format == Format::Json && exit == Exit::Failure && !json::is_closed() {
        json::close(&Outcome::Failure, &json::NoFacts {}, &Numbers::default(), &Clock::default());
    }
}

/// A failure if a part of the report could not be written.
fn unless_lost(exit: Exit) -> Exit {
    let Some(reason) = console::lost() else {
        return exit;
    };
    console::failure(
        &format!("a part of the report could not be written: {reason}"),
        "make room where it is written to, and run the command again",
    );
    Exit::Failure
}

fn dispatch(command: &Command) -> Exit {
    let work = || match &command.verb {
        Verb::New { name, path } => new::run(&command.common, name, path.as_deref()),
        Verb::Run => run::run(&command.common),
        Verb::Test { matrix: None, .. } => test::run(&command.common),
        Verb::Test {
            matrix: Some(strength),
            model,
            row_timeout,
        } => matrix::run(
            &command.common,
            usize::from(*strength),
            model.as_deref(),
            Duration::from_secs(*row_timeout),
        ),
        Verb::Features => features::run(&command.common),
        Verb::Matrix(arguments) => features::matrix(&command.common, arguments),
        Verb::Generate { check, force, stamp } => generate::run(&command.common, *check, *force, stamp.as_deref()),
        Verb::Fmt { files, check } => format::run(&command.common, files, *check),
        Verb::Watch { poll } => watch::run(&command.common, *poll),
        Verb::List { filters } => list::run(&command.common, filters),
        Verb::Check { fix, diff } => check::run(&command.common, *fix, *diff),
        Verb::Bless { breaking } => bless::run(&command.common, *breaking),
        Verb::Diff { from, to, changelog } => diff::run(&command.common, from, to.as_deref(), *changelog),
        Verb::Lsp { stdio: _ } => lsp::run(&command.common),
        Verb::Explain { what } => explain::run(&command.common, what.as_deref()),
        Verb::Graph { form, output, files } => graph::run(&command.common, *form, output.as_deref(), *files),
        Verb::Affected { files } => affected::run(&command.common, files),
        Verb::Why { output } => why::run(&command.common, output),
        Verb::Bench {
            what: Bench::Generator(options),
        } => bench::generator(&command.common, options),
        Verb::Bench { what: Bench::Modules } => bench::modules(&command.common),
        Verb::Bench {
            what: Bench::Vm(options),
        } => bench::vm(&command.common, options),
        Verb::Boot(arguments) => boot::run(&command.common, arguments),
        Verb::Build(arguments) => build::run(&command.common, arguments),
    };
    let Some(jobs) = command.common.jobs else {
        return work();
    };
    match rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build() {
        Ok(pool) => pool.install(work),
        Err(error) => {
            console::failure(&format!("can't start {jobs} threads: {error}"), "ask for fewer with --jobs");
            Exit::Failure
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Command::command().debug_assert();
    }
}
