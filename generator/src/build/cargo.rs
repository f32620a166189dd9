//! Drives cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use cargo_metadata::Message;
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

/// The folder of the generator below a root; absent in workspaces that use an installed lathe.
pub const GENERATOR: &str = "generator/Cargo.toml";

/// An executable that a build made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The name of its target: `raya-oracle`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The cargo that runs lathe, or the one on the path.
pub fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
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
    tree.files()
        .iter()
        .filter(|(path, _)| path.ends_with("/Cargo.toml"))
        .filter_map(|(_, file)| {
            let manifest: toml::Table = file.text.parse().ok()?;
            Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
        })
        .collect()
}

/// Builds packages and returns the executables among what was made. cargo shows its own progress and the compiler's messages on
/// standard error.
///
/// # Errors
///
/// When cargo can't be run or the build fails.
pub fn build(root: &Path, packages: &[String]) -> anyhow::Result<Vec<Executable>> {
    let shell = shell(root)?;
    let mut arguments = vec!["build".to_owned(), "--message-format=json-render-diagnostics".to_owned()];
    for package in packages {
        arguments.extend(["--package".to_owned(), package.clone()]);
    }
    let mut command = command(&shell, &arguments);
    command.stdin(std::process::Stdio::null());
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().context("can't run cargo")?;
    if !output.status.success() {
        anyhow::bail!("cargo could not build the emitted crates");
    }
    let mut executables = Vec::new();
    for message in Message::parse_stream(output.stdout.as_slice()) {
        if let Message::CompilerArtifact(artifact) = message.context("can't read what cargo reports")?
            && let Some(path) = artifact.executable
        {
            executables.push(Executable {
                name: artifact.target.name,
                path: path.into_std_path_buf(),
            });
        }
    }
    executables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(executables)
}
