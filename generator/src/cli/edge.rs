//! `lathe build --package`: one crate alone, as an edge of build.ninja builds it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context as _;

use super::Exit;
use super::artefact::{finish, look, skip, stated_of};
use super::compile::compile;
use super::generate;
use super::session::{Prepared, Session};
use crate::build::cargo::{Built, Made};
use crate::build::{artefact, trace};
use crate::diagnostic::Diagnostics;
use crate::model::artefact::Profile;
use crate::report::console;

/// One crate for one triple in one profile.
pub struct Edge<'a> {
    /// Its package.
    pub package: &'a str,
    /// The triple; none for this machine.
    pub triple: Option<&'a str>,
    /// How it is built.
    pub profile: Profile,
    /// The file that tells ninja whether something changed.
    pub stamp: Option<&'a str>,
}

/// Builds the crate and holds it against what targets demand of it.
pub fn run(session: &mut Session, prepared: &Prepared, edge: &Edge<'_>) -> Exit {
    // In a graph, generating is an edge of its own, and has been run.
    if edge.stamp.is_none()
        && let Err(exit) = generate::write_tree(session, prepared, false)
    {
        return exit;
    }
    match build(session, prepared, edge) {
        Ok((text, read)) => match edge.stamp.map(|stamp| leave(&session.root, stamp, &text, &read)) {
            None | Some(Ok(())) => Exit::Fresh,
            Some(Err(error)) => {
                console::failure(&format!("{error:#}"), "check that target/ninja can be written");
                Exit::Failure
            }
        },
        Err(exit) => exit,
    }
}

fn leave(root: &Path, stamp: &str, text: &str, read: &BTreeSet<String>) -> anyhow::Result<()> {
    trace::stamp(root, stamp, text)?;
    trace::depfile(root, &format!("{stamp}.d"), stamp, read)
}

/// What the stamp says, and what was read beside what the graph knows.
fn build(session: &mut Session, prepared: &Prepared, edge: &Edge<'_>) -> Result<(String, BTreeSet<String>), Exit> {
    let libraries = artefact::standard_libraries(&session.root);
    let mut read: BTreeSet<String> = trace::compiler(libraries.as_deref()).into_iter().collect();
    let stated = stated_of(prepared, edge.package, edge.triple, edge.profile);
    let mut found = Diagnostics::default();
    if let Some(triple) = edge.triple
        && !artefact::is_installed(libraries.as_deref(), triple)
    {
        for artefact in stated.iter().filter(|artefact| artefact.required) {
            found.push(artefact::not_installed(artefact));
        }
        skip(session, triple);
        finish(session, prepared, found)?;
        return Ok(("skipped\n".to_owned(), read));
    }
    let arguments = artefact::arguments(edge.package, edge.triple, edge.profile.name());
    let built = compile(session, prepared, &arguments)?;
    for artefact in &stated {
        look(session, prepared, artefact, &built, &mut found);
    }
    finish(session, prepared, found)?;
    let mut text = String::new();
    // cargo names workspaces by their real place.
    let root = session.root.canonicalize().unwrap_or_else(|_| session.root.clone());
    for made in of_package(&built, edge.package) {
        for file in made.files.iter().chain(&made.executable).filter(|file| is_code(file)) {
            let noted = hash(file).and_then(|hash| Ok((hash, sources(&root, &made.folder, file)?)));
            let (hash, sources) = noted.map_err(|error| {
                console::failure(
                    &format!("{error:#}"),
                    "mend that, or delete the file, and build again: cargo makes it anew",
                );
                Exit::Failure
            })?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            text.push_str(&format!("{name} {hash}\n"));
            read.extend(sources);
        }
    }
    Ok((text, read))
}

/// What cargo made of a package: parts that are called like it.
fn of_package<'a>(built: &'a Built, package: &str) -> Vec<&'a Made> {
    let library = package.replace('-', "_");
    let parts = built.made.iter();
    parts.filter(|made| made.name == package || made.name == library).collect()
}

/// Whether what uses a file depends on its content. Metadata alone changes with it.
fn is_code(file: &Path) -> bool {
    file.extension()
        .is_none_or(|extension| extension != "rmeta" && extension != "d")
}

/// The hash of what was made. Without it nobody could tell whether the crate came out differently.
fn hash(file: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(file).with_context(|| format!("can't read `{}`, which cargo made", file.display()))?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}

/// The files of the crate that the compiler read for `file`, from what cargo notes beside it; it doesn't beside every file.
fn sources(root: &Path, folder: &Path, file: &Path) -> anyhow::Result<BTreeSet<String>> {
    let note = file.with_extension("d");
    let noted = match fs::read_to_string(&note) {
        Ok(noted) => noted,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("can't read `{}`, where cargo says what was read", note.display()));
        }
    };
    let paths = trace::dependencies(&noted).into_iter().map(PathBuf::from);
    let own = paths.filter(|path| path.starts_with(folder));
    Ok(own.map(|path| trace::relative(root, &path)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_no_empty_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("library.rlib");
        assert!(hash(&file).is_err(), "there is no such file");
        let nothing = sources(folder.path(), folder.path(), &file).expect("cargo notes nothing beside some files");
        assert!(nothing.is_empty());
        let source = folder.path().join("lib.rs");
        fs::write(folder.path().join("library.d"), format!("a: {}\n", source.display())).expect("it can be written");
        let noted = sources(folder.path(), folder.path(), &file).expect("it can be read");
        assert_eq!(noted, BTreeSet::from(["lib.rs".to_owned()]));
        fs::write(folder.path().join("library.d"), b"a: \xFF\n").expect("it can be written");
        let error = sources(folder.path(), folder.path(), &file).expect_err("it is not text");
        assert!(error.to_string().contains("library.d"), "{error:#}");
    }
}
