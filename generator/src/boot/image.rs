//! Builds what is booted: the image of a kernel and the user programs that it starts.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::CompilerMessage;
use object::{Object as _, ObjectSegment as _};
use serde::Serialize;

use super::machine::Target;
use crate::build::cargo;

/// The folder of the user programs.
pub const PROGRAMS: &str = "platform/programs";

/// The name of the kernel's image with all that it can have but its own tests.
pub const WHOLE: &str = "image";

/// The name of the one without atoms and values. It isn't booted.
pub const WITHOUT_HALT: &str = "image_without_halt";

/// What is built for a boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// The kernel.
    pub kernel: PathBuf,
    /// How large the images are.
    pub sizes: Vec<Size>,
    /// The user programs, as one image.
    pub programs: PathBuf,
}

/// How large an image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Its name, which is that of its budget.
    pub name: &'static str,
    /// Its bytes without symbols.
    pub bytes: u64,
    /// How many it may have; `None` if the specs don't say, or speak of another image.
    pub budget: Option<u64>,
}

impl Size {
    /// Whether it has more than it may.
    pub fn is_over(&self) -> bool {
        self.budget.is_some_and(|most| self.bytes > most)
    }
}

/// The folder of a kernel's image, relative to the root.
pub fn folder(target: Target) -> String {
    format!("platform/{}", target.name())
}

/// The manifest that a workspace lacks of those that a boot on a target needs; `None` if it has them.
pub fn missing_package(root: &Path, target: Target) -> Option<String> {
    let manifests = [folder(target), PROGRAMS.to_owned()].map(|folder| format!("{folder}/Cargo.toml"));
    manifests.into_iter().find(|manifest| !root.join(manifest).is_file())
}

/// The folders whose lines are the kernel's. User programs, tests and what is emitted from the specs aren't.
pub fn sources(root: &Path, target: Target) -> Vec<PathBuf> {
    [folder(target), "runtime/exo".to_owned(), "runtime/halt".to_owned()]
        .map(|folder| root.join(folder).join("src"))
        .to_vec()
}

/// What a package of the image is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Its folder, relative to the root.
    pub folder: String,
    /// Features beside the default ones.
    pub features: Vec<&'static str>,
    /// Whether the default ones are left out.
    pub bare: bool,
}

/// Builds a package for a triple; the program that it made.
///
/// # Errors
///
/// When cargo can't be run or fails, or the package makes no program or several.
pub fn build(root: &Path, triple: &str, recipe: &Recipe, hear: &mut dyn FnMut(CompilerMessage)) -> anyhow::Result<PathBuf> {
    let folder = root.join(&recipe.folder);
    let mut arguments: Vec<String> = ["build", "--release", "--target", triple, "--target-dir"]
        .map(str::to_owned)
        .to_vec();
    arguments.push(target_folder(root).to_string_lossy().into_owned());
    arguments.extend(["--config".to_owned(), without_paths(root, triple)]);
    if recipe.bare {
        arguments.push("--no-default-features".to_owned());
    }
    if !recipe.features.is_empty() {
        arguments.extend(["--features".to_owned(), recipe.features.join(",")]);
    }
    // From its own folder, so that the settings beside its manifest hold.
    let built = cargo::build(&folder, &arguments, hear)?;
    if !built.success {
        anyhow::bail!("cargo could not build `{}` for {triple}", recipe.folder);
    }
    let folder = folder.canonicalize().unwrap_or(folder);
    let mut programs = built.made.iter().filter(|made| made.folder == folder);
    let mut programs = programs.by_ref().filter_map(|made| made.executable.clone());
    match (programs.next(), programs.next()) {
        (Some(program), None) => Ok(program),
        (None, _) => anyhow::bail!("`{}` makes no program", recipe.folder),
        (Some(_), Some(_)) => anyhow::bail!("`{}` makes several programs, and one is to be booted", recipe.folder),
    }
}

/// Lets panics name sources relative to the root. Otherwise the size of an image depends on where the workspace lies.
fn without_paths(root: &Path, triple: &str) -> String {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let flags = toml::Value::from(vec![format!("--remap-path-prefix={}=.", root.display())]);
    format!("target.{triple}.rustflags={flags}")
}

/// Where images are built: beside everything else that is, so that one folder can be deleted.
fn target_folder(root: &Path) -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").filter(|named| !named.is_empty());
    root.join(named.unwrap_or_else(|| OsString::from("target"))).join("boot")
}

/// The bytes of an image without symbols: of a stripped file all, of another those up to the end of what is loaded.
///
/// # Errors
///
/// When the file can't be read or is no object file.
pub fn stripped_bytes(path: &Path) -> anyhow::Result<u64> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("can't read `{shown}`"))?;
    let file = object::File::parse(bytes.as_slice()).with_context(|| format!("`{shown}` is no object file"))?;
    if file.symbols().next().is_none() && !file.has_debug_symbols() {
        return Ok(bytes.len() as u64);
    }
    let ends = file.segments().map(|segment| {
        let (offset, size) = segment.file_range();
        offset.saturating_add(size)
    });
    Ok(ends.max().unwrap_or_default())
}
