//! Drives cargo.

use std::ffi::OsString;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, CompilerMessage, Message};
use xshell::{Shell, cmd};

use crate::emit::Tree;

/// Variables that `cargo run` sets for lathe itself. Handed on to another cargo they look like changes, and crates are built again.
const OWN: &[&str] = &[
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_MAKEFLAGS",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
];

/// A file or several that cargo made from a part of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The name of the part: `raya-oracle`, `raya_facts`.
    pub name: String,
    /// The folder of its package.
    pub folder: PathBuf,
    /// What was made.
    pub files: Vec<PathBuf>,
    /// The one of them that can be run.
    pub executable: Option<PathBuf>,
}

/// What a build gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// Whether cargo was content.
    pub success: bool,
    /// What was made or was still fresh, by name.
    pub made: Vec<Made>,
}

/// An executable that a build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The name of its target: `raya-oracle`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The manifest of lathe itself, where a workspace has its sources; others use an installed lathe.
pub fn own_manifest(root: &Path) -> Option<&'static str> {
    const MANIFEST: &str = "generator/Cargo.toml";
    let manifest: toml::Table = std::fs::read_to_string(root.join(MANIFEST)).ok()?.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    (name == env!("CARGO_PKG_NAME")).then_some(MANIFEST)
}

/// The cargo that runs lathe, or the one on the path.
pub fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The compiler that belongs to that cargo.
pub fn compiler() -> OsString {
    if let Some(named) = std::env::var_os("RUSTC") {
        return named;
    }
    let beside = std::env::var_os("CARGO").map(PathBuf::from).and_then(|cargo| {
        let name = cargo.file_name()?.to_str()?.replacen("cargo", "rustc", 1);
        Some(cargo.with_file_name(name))
    });
    beside
        .filter(|path| path.is_file())
        .map_or_else(|| "rustc".into(), PathBuf::into_os_string)
}

/// A shell at the root, without the variables of lathe's own run, in which what `cargo install` made is found.
pub fn shell(root: &Path) -> anyhow::Result<Shell> {
    let shell = Shell::new().context("can't start a shell")?;
    shell.change_dir(root);
    shell.set_var("PATH", search_path());
    Ok(shell)
}

/// Where cargo puts the programs that it installs.
fn binaries() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_INSTALL_ROOT").or_else(|| std::env::var_os("CARGO_HOME"));
    let home = home
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?;
    Some(home.join("bin"))
}

/// The search path, with the place of installed programs at its end.
fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(binaries().filter(|folder| !folders.contains(folder)));
    std::env::join_paths(folders).unwrap_or(path)
}

/// A cargo command at the root.
pub fn command<S: AsRef<std::ffi::OsStr>>(shell: &Shell, arguments: impl IntoIterator<Item = S>) -> Command {
    let cargo = program();
    let mut command: Command = cmd!(shell, "{cargo} {arguments...}").into();
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    let packaged = std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_")));
    for name in packaged {
        command.env_remove(name);
    }
    for name in OWN {
        command.env_remove(name);
    }
}

/// The names of the emitted crates, in the order of their folders, from the manifests in the tree.
pub fn emitted_packages(tree: &Tree) -> Vec<String> {
    emitted_folders(tree).into_iter().map(|(package, _)| package).collect()
}

/// The emitted crates with their root-relative folders, in the order of these.
pub fn emitted_folders(tree: &Tree) -> Vec<(String, String)> {
    let crates = tree.files().iter().filter_map(|(path, file)| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        let manifest: toml::Table = file.text.parse().ok()?;
        let name = manifest.get("package")?.get("name")?.as_str()?;
        Some((name.to_owned(), folder.to_owned()))
    });
    crates.collect()
}

/// The arguments that choose packages.
pub fn choose(packages: &[String]) -> Vec<String> {
    let choice = |package: &String| ["--package".to_owned(), package.clone()];
    packages.iter().flat_map(choice).collect()
}

/// Runs a verb of cargo that builds: `build`, `test --no-run`. What the compiler says goes to `hear`, in colours where standard error
/// is a terminal; cargo shows its own progress on standard error.
///
/// # Errors
///
/// When cargo can't be run or reports what can't be read.
pub fn build(root: &Path, arguments: &[String], hear: &mut dyn FnMut(CompilerMessage)) -> anyhow::Result<Built> {
    let shell = shell(root)?;
    let mut all: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Colours are taken away again where they don't belong.
    all.insert(1.min(all.len()), "--message-format=json-diagnostic-rendered-ansi");
    let mut command = command(&shell, &all);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().context("can't run cargo")?;
    let mut built = Built::default();
    let mut failure = None;
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            match message {
                Ok(Message::CompilerMessage(message)) if !is_closing(&message) => hear(message),
                Ok(Message::CompilerArtifact(artifact)) => built.made.push(made(artifact)),
                Ok(_) => {}
                // cargo is heard to its end in any case: it would stop at a pipe that nobody reads.
                Err(error) => failure = Some(error),
            }
        }
    }
    built.success = child.wait().context("can't run cargo")?.success();
    if let Some(error) = failure {
        return Err(error).context("can't read what cargo reports");
    }
    built.made.sort_by(|a, b| (&a.name, &a.folder).cmp(&(&b.name, &b.folder)));
    Ok(built)
}

/// Whether the compiler only says that it has said something. cargo leaves that out, too.
fn is_closing(message: &CompilerMessage) -> bool {
    let text = &message.message.message;
    let about_itself = message.message.level == DiagnosticLevel::FailureNote
        || text.starts_with("aborting due to ")
        || text.ends_with("warning emitted")
        || text.ends_with("warnings emitted");
    message.message.spans.is_empty() && about_itself
}

fn made(artifact: Artifact) -> Made {
    let manifest = artifact.manifest_path.into_std_path_buf();
    Made {
        name: artifact.target.name,
        folder: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
        files: artifact.filenames.into_iter().map(Into::into).collect(),
        executable: artifact.executable.map(Into::into),
    }
}

impl Built {
    /// The programs among what was made.
    pub fn executables(&self) -> Vec<Executable> {
        let programs = self.made.iter().filter_map(|made| {
            Some(Executable {
                name: made.name.clone(),
                path: made.executable.clone()?,
            })
        });
        programs.collect()
    }
}
