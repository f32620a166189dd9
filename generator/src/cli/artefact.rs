//! Builds what the targets state, for `lathe build`, and shows what is wrong with it.

use std::path::PathBuf;

use super::Exit;
use super::compile::compile;
use super::session::{Prepared, Session};
use crate::build::cargo::{self, Built};
use crate::build::{artefact, dispatch, inspect};
use crate::diagnostic::Diagnostics;
use crate::model::artefact::{Artefact, Profile};
use crate::model::target::Targets;
use crate::report::console::{self, Tone, thousands};
use crate::report::json;
use crate::report::summary::Row;

/// Every artefact of every target, in the order of the targets' names.
pub fn stated(prepared: &Prepared) -> Vec<Artefact> {
    let targets = &prepared.model.part::<Targets>().targets;
    targets.iter().flat_map(|target| target.artefacts.iter().cloned()).collect()
}

/// Those of a package, triple and profile; they differ in what is looked at.
pub fn stated_of(prepared: &Prepared, package: &str, triple: Option<&str>, profile: Profile) -> Vec<Artefact> {
    let mut all = stated(prepared);
    all.retain(|artefact| {
        artefact.package.0 == package && Some(artefact.triple.0.as_str()) == triple && artefact.profile == profile
    });
    all
}

/// Builds all artefacts that can be built here, and holds each against what is demanded of it.
pub fn build_all(session: &mut Session, prepared: &Prepared) -> Result<Vec<Row>, Exit> {
    let artefacts = stated(prepared);
    let mut rows = Vec::new();
    if artefacts.is_empty() {
        return Ok(rows);
    }
    let libraries = artefact::standard_libraries(&session.root);
    let mut found = Diagnostics::default();
    let mut skipped: Vec<&str> = Vec::new();
    let mut built: Option<((String, String, Profile), Built)> = None;
    for artefact in &artefacts {
        let triple = artefact.triple.0.as_str();
        if !artefact::is_installed(libraries.as_deref(), triple) {
            if artefact.required {
                found.push(artefact::not_installed(artefact));
            } else if !skipped.contains(&triple) {
                skipped.push(triple);
            }
            continue;
        }
        let key = (artefact.package.0.clone(), triple.to_owned(), artefact.profile);
        if built.as_ref().is_none_or(|(last, _)| *last != key) {
            session.status("Building", &artefact.describe());
            let arguments = artefact::arguments(&artefact.package.0, Some(triple), artefact.profile.name());
            built = Some((key, compile(session, prepared, &arguments)?));
        }
        if let Some((_, built)) = &built {
            rows.extend(look(session, prepared, artefact, built, &mut found));
        }
    }
    for triple in skipped {
        skip(session, triple);
    }
    finish(session, prepared, found).map(|()| rows)
}

/// Says that nothing is built for a triple, and how to change that.
pub fn skip(session: &Session, triple: &str) {
    if session.json {
        console::output(&json::skipped(triple, &artefact::how_to_add(triple)));
    } else {
        console::status(
            Tone::Notice,
            "Skipped",
            &format!(
                "{triple}: its standard library isn't installed; add it with: {}",
                artefact::how_to_add(triple)
            ),
        );
    }
}

/// Reports what was found; a failure if one of it is an error.
pub fn finish(session: &Session, prepared: &Prepared, found: Diagnostics) -> Result<(), Exit> {
    if session.report(found, &prepared.sources) {
        return Err(Exit::Failure);
    }
    Ok(())
}

/// Looks into a built artefact; its row in the closing table.
pub fn look(session: &mut Session, prepared: &Prepared, of: &Artefact, built: &Built, found: &mut Diagnostics) -> Option<Row> {
    let Some(file) = artefact::file(of, built, &folder(session, prepared, &of.package.0)?) else {
        found.push(artefact::no_file(of));
        return None;
    };
    let contents = session.clock.time("inspect", || inspect::inspect(&file));
    let contents = match contents {
        Ok(contents) => contents,
        // Where nothing is demanded, it is enough that it was built.
        Err(_)
            if of.text.is_none()
                && of.data.is_none()
                && of.symbols.is_empty()
                && of.threaded.is_none()
                && of.replicated.is_empty() =>
        {
            return Some((of.describe(), String::new(), "built".to_owned()));
        }
        Err(error) => {
            found.push(artefact::unreadable(of, &error));
            return None;
        }
    };
    for diagnostic in artefact::judge(of, &contents) {
        found.push(diagnostic);
    }
    match dispatch::judge(of, &file) {
        Ok(diagnostics) => diagnostics.into_iter().for_each(|diagnostic| found.push(diagnostic)),
        Err(error) => found.push(artefact::unreadable(of, &error)),
    }
    if session.json {
        console::output(&json::artefact(of, contents.text, contents.data));
    }
    let number = |bytes: u64| thousands(usize::try_from(bytes).unwrap_or(usize::MAX));
    let share = |most: Option<u64>, size: u64| match most {
        Some(most) if most > 0 => format!(" ({} % of its budget)", size.saturating_mul(100) / most),
        _ => String::new(),
    };
    let remark = format!(
        "bytes of code{}, {} of data{}",
        share(of.text.map(|(most, _)| most), contents.text),
        number(contents.data),
        share(of.data.map(|(most, _)| most), contents.data)
    );
    Some((of.describe(), number(contents.text), remark))
}

/// The folder of an emitted package, as cargo names it.
pub fn folder(session: &Session, prepared: &Prepared, package: &str) -> Option<PathBuf> {
    let folders = cargo::emitted_folders(prepared.tree.as_ref()?);
    let (_, folder) = folders.into_iter().find(|(name, _)| name == package)?;
    let folder = session.root.join(folder);
    Some(folder.canonicalize().unwrap_or(folder))
}
