//! Packages: their libraries, their matrix, and their place beside other specs.

use super::super::Rule;
use super::super::instruction_set::names::OTHER_FOLDERS;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::features::cover;
use crate::model::instruction_set::InstructionSets;
use crate::model::package::Packages;
use crate::model::{Model, feature_model};
use crate::source::{SourceMap, Span};

/// Versions are ones of Cargo.
pub const VERSIONS: Rule = Rule {
    code: "L1243",
    summary: "the version of a library is a requirement that Cargo takes",
    page: include_str!("../pages/L1243.md"),
    check: Some(versions),
};

/// A matrix has room.
pub const BUDGET: Rule = Rule {
    code: "L1244",
    summary: "the budget of a matrix has room for the rows that always stand in it",
    page: include_str!("../pages/L1244.md"),
    check: Some(budget),
};

/// Crates have names of their own.
pub const FOLDERS: Rule = Rule {
    code: "L1245",
    summary: "a package is called like nothing else that is emitted",
    page: include_str!("../pages/L1245.md"),
    check: Some(folders),
};

fn versions(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for library in model
        .part::<Packages>()
        .packages
        .iter()
        .flat_map(|package| &package.libraries)
    {
        if let Err(error) = semver::VersionReq::parse(&library.version) {
            let shown: String = library.version.chars().take(40).collect();
            diagnostics.push(
                Diagnostic::error(
                    VERSIONS.code,
                    format!("`{}` is no version of the library `{}`", shown.escape_debug(), library.name),
                )
                .at(
                    super::value(sources, library.span, &["library", &library.name, "version"]),
                    error.to_string(),
                )
                .note("it stands in the emitted manifest, where Cargo could not read it")
                .help("write it as in a manifest: `\"1\"`, `\"1.4\"`, `\">=1.2, <2\"`"),
            );
        }
    }
}

fn budget(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let models = feature_model::all(model);
    for package in &model.part::<Packages>().packages {
        let Some(features) = models.iter().find(|features| features.name.as_deref() == Some(&package.name)) else {
            continue;
        };
        let rows = cover::always(features, features.demand.always).0.len();
        if usize::try_from(package.matrix.budget).is_ok_and(|budget| budget < rows) {
            diagnostics.push(
                Diagnostic::error(
                    BUDGET.code,
                    format!(
                        "{rows} rows always stand in the matrix of `{}`, and it may have {}",
                        package.name, package.matrix.budget
                    ),
                )
                .at(
                    super::value(sources, package.span, &["matrix", "budget"]),
                    "fewer rows than there are in any case",
                )
                .at(super::value(sources, package.span, &["matrix", "always"]), "these rows")
                .help("raise `budget`, or take rows out of `always`"),
            );
        }
    }
}

fn folders(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let named = sets.sets.iter().map(|set| (&set.name, set.span));
    let named: Vec<(&String, Span)> = named.chain(sets.images.iter().map(|set| (&set.name, set.span))).collect();
    for package in &model.part::<Packages>().packages {
        let same = named.iter().find(|(name, _)| **name == package.name);
        if same.is_none() && !OTHER_FOLDERS.contains(&package.name.as_str()) {
            continue;
        }
        let message = format!(
            "the emitted code has the name of the package `{}` for something else",
            package.name
        );
        let mut diagnostic = Diagnostic::error(FOLDERS.code, message).at(package.span, "");
        if let Some((_, span)) = same {
            diagnostic = diagnostic.at(*span, "an instruction set has this name");
        }
        let note = format!(
            "`generated/{0}` and the crate `{0}-facts` are those of other specs",
            package.name
        );
        diagnostics.push(diagnostic.note(note).help("choose another name"));
    }
}
