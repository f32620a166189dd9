//! Runs the stages in order: [`load`] reads, parses and resolves; [`check`] judges; [`emit`] makes the virtual tree.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::catalogue::catalogue;
use crate::diagnostic::Diagnostics;
use crate::emit::{Emitter, Tree, manual};
use crate::model::Model;
use crate::model::blessed::Blessed;
use crate::model::manifest::Manifests;
use crate::registry::{self, KINDS};
pub use crate::source::Options;
use crate::source::{SourceMap, Span};
use crate::{source, syntax};

/// The specs after reading, parsing and resolving, with everything that was wrong in them.
pub struct Loaded {
    /// All files of the run.
    pub sources: SourceMap,
    /// What the specs say. Entries with errors are missing from it, all others are there.
    pub model: Model,
    /// What was found so far.
    pub diagnostics: Diagnostics,
    /// Whether so much could not be read that rules would report what isn't wrong.
    pub is_incomplete: bool,
}

/// Reads, parses and resolves the specs under `root`. Whatever is wrong with them is in the diagnostics of the result.
pub fn load(root: &Path, options: &Options) -> Loaded {
    let mut diagnostics = Diagnostics::default();
    let sources = source::read(root, options, &mut diagnostics);
    resolve(sources, diagnostics)
}

/// Parses and resolves specs that were read before, or that stand nowhere on disk; `diagnostics` are those of reading.
pub fn resolve(sources: SourceMap, mut diagnostics: Diagnostics) -> Loaded {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let documents = syntax::parse(&sources, &kinds, &mut diagnostics);
    let mut model = Model::default();
    model.insert(Manifests::read(&sources));
    let mut found = Diagnostics::default();
    for kind in KINDS {
        let of_kind: Vec<&syntax::Document> = documents.iter().filter(|document| document.kind == kind.name).collect();
        (kind.load)(&of_kind, &mut model, &mut found);
    }
    let has_gaps = has_gaps(&diagnostics) || has_gaps(&found);
    let mut is_unfounded = false;
    if diagnostics.has_errors() || found.has_errors() {
        let unread = unread(&documents, &model);
        is_unfounded = unread.iter().any(|(_, table, _)| is_founding(table));
        model.note_unread(unread);
    }
    for diagnostic in found.sorted() {
        if !(has_gaps && diagnostic.unless_incomplete || is_unfounded && diagnostic.unless_unfounded) {
            diagnostics.push(diagnostic);
        }
    }
    Loaded {
        sources,
        model,
        diagnostics,
        is_incomplete: has_gaps || is_unfounded,
    }
}

/// Whether what the rules say of other entries depends on those of a table.
fn is_founding(table: &str) -> bool {
    KINDS.iter().any(|kind| kind.foundations.contains(&table))
}

/// The entries of the specs that the model lacks: something is wrong with them. Keys of tables that stand once, and of tables in entries,
/// are among them, which nothing names.
fn unread(documents: &[syntax::Document], model: &Model) -> Vec<(Option<String>, String, String)> {
    let items = registry::items(model);
    // Something else may stand in the place of an entry, under its name.
    let known: BTreeSet<(Option<&str>, &str, &str, Span)> = items
        .iter()
        .map(|item| (item.owner.as_deref(), item.table, item.name.as_str(), item.span))
        .collect();
    let mut unread = Vec::new();
    for document in documents {
        let owner = document.name.as_ref().map(|(name, _)| name.as_str());
        for (table, value) in &document.table().entries {
            let syntax::ValueKind::Table(entries) = &value.kind else {
                continue;
            };
            let mut look = |table: &str, entry: &syntax::Key| {
                if !known.contains(&(owner, table, &entry.name, entry.span)) {
                    unread.push((owner.map(str::to_owned), table.to_owned(), entry.name.clone()));
                }
            };
            for (entry, value) in &entries.entries {
                look(&table.name, entry);
                // A table that stands once may have entries: `[module.flag.debug]`.
                if let syntax::ValueKind::Table(inner) = &value.kind {
                    let table = format!("{}.{}", table.name, entry.name);
                    inner.entries.iter().for_each(|(entry, _)| look(&table, entry));
                }
            }
        }
    }
    unread
}

/// Whether a part of the specs could not be read, so that what it says is missing from the model.
fn has_gaps(diagnostics: &Diagnostics) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.leaves_a_gap)
}

/// Runs every rule of every kind over the model. Not if a part of the specs could not be read: rules that judge the rest would report
/// what isn't wrong.
pub fn check(loaded: &mut Loaded) {
    // Entries with errors are missing from the model, and would look as if they had been removed since the release.
    let is_complete = !loaded.diagnostics.has_errors();
    check_kinds(loaded);
    if is_complete {
        check_releases(loaded);
    }
}

/// Runs the rules of the kinds alone: what holds whether or not something was released.
pub fn check_kinds(loaded: &mut Loaded) {
    if !loaded.is_incomplete {
        let rules = KINDS.iter().flat_map(|kind| kind.rules);
        crate::check::run(rules, &loaded.model, &loaded.sources, &mut loaded.diagnostics);
    }
}

/// Holds a model without gaps against what was blessed.
pub fn check_releases(loaded: &mut Loaded) {
    // Collecting the entries takes time that a workspace without a release needn't spend.
    if !loaded.is_incomplete && !loaded.model.part::<Blessed>().specs.is_empty() {
        let items = registry::items(&loaded.model);
        crate::check::blessed::run(&items, &loaded.model, &loaded.sources, &mut loaded.diagnostics);
    }
}

/// Runs every emitter of every kind. They run side by side; their trees are merged in the order of the registry, so that the result
/// doesn't depend on the number of threads.
///
/// # Errors
///
/// On a fault of an emitter, named by its name.
pub fn emit(loaded: &Loaded) -> anyhow::Result<Tree> {
    emit_timed(loaded).map(|(tree, _)| tree)
}

/// What was emitted, and how long each emitter took.
pub type Emitted = (Tree, Vec<(&'static str, Duration)>);

/// [`emit`], and how long each emitter took.
///
/// # Errors
///
/// As [`emit`].
pub fn emit_timed(loaded: &Loaded) -> anyhow::Result<Emitted> {
    run_families(loaded, of_kinds().chain(OF_ALL.iter().copied()).collect())
}

/// Runs the emitters of code alone, which find the faults of specs that only the last stage can see.
///
/// # Errors
///
/// As [`emit`].
pub fn emit_code(loaded: &Loaded) -> anyhow::Result<Emitted> {
    run_families(loaded, of_kinds().collect())
}

fn of_kinds() -> impl Iterator<Item = Family> {
    KINDS.iter().flat_map(|kind| kind.emitters).map(Family::OfKind)
}

fn run_families(loaded: &Loaded, families: Vec<Family>) -> anyhow::Result<Emitted> {
    let trees: Vec<anyhow::Result<(Tree, &'static str, Duration)>> = families
        .into_par_iter()
        .map(|family| {
            let started = Instant::now();
            let mut tree = Tree::default();
            let (name, result) = match family {
                Family::OfKind(emitter) => (emitter.name, (emitter.emit)(&loaded.model, &mut tree)),
                Family::OfAll(name, emit) => (name, emit(loaded, &mut tree)),
            };
            result.map_err(|error| error.context(format!("emitter `{name}`")))?;
            tree.made_by(name);
            Ok((tree, name, started.elapsed()))
        })
        .collect();
    let mut sum = Tree::default();
    let mut times = Vec::new();
    for result in trees {
        let (tree, name, time) = result?;
        sum.merge(tree)?;
        times.push((name, time));
    }
    Ok((sum, times))
}

/// An output family: that of one kind, from its row in the registry, or one that takes a column of all rows.
#[derive(Clone, Copy)]
enum Family {
    OfKind(&'static Emitter),
    OfAll(&'static str, fn(&Loaded, &mut Tree) -> anyhow::Result<()>),
}

/// What is emitted over all kinds.
const OF_ALL: &[Family] = &[Family::OfAll("schemas", schemas), Family::OfAll("manual", manual)];

/// The schemas of all kinds, whichever of them have specs: an editor needs one before the first file is finished.
fn schemas(_: &Loaded, tree: &mut Tree) -> anyhow::Result<()> {
    for kind in KINDS {
        crate::emit::schema::emit(kind.name, kind.summary, (kind.schema)(), tree)?;
    }
    Ok(())
}

/// The chapters of every kind, and that of the diagnostics, as one manual. It begins with what was loaded last, as that is what refers to
/// the rest.
fn manual(loaded: &Loaded, tree: &mut Tree) -> anyhow::Result<()> {
    let kinds = KINDS.iter().rev();
    let chapters = kinds.flat_map(|kind| (kind.manual)(&loaded.model, &loaded.sources));
    manual::emit(chapters.collect(), &catalogue(), tree)
}
