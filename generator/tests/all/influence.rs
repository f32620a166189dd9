//! What `affected` names is enough: every spec file is changed, one after the other, and no output may change that doesn't record the
//! file as a source.
//!
//! Before that the tables of the machine are spread over a file each, so that an output which records the tables that it reads, and
//! not just the right file of today, is told from one that doesn't.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use lathe::emit::Tree;
use lathe::pipeline::{self, Options};
use toml_edit::{DocumentMut, Item, Table, Value};

/// The repository that this crate stands in.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator stands in the repository")
}

/// The spec files of the repository by their root-relative paths.
fn specs() -> BTreeMap<String, DocumentMut> {
    let mut specs = BTreeMap::new();
    for entry in walkdir::WalkDir::new(repository().join("spec")).sort_by_file_name() {
        let entry = entry.expect("the specs can be read");
        if entry.path().extension().is_some_and(|extension| extension == "toml") {
            let path = entry.path().strip_prefix(repository()).expect("below the root");
            let path = path.to_str().expect("UTF-8").replace('\\', "/");
            let text = fs::read_to_string(entry.path()).expect("a spec can be read");
            specs.insert(path, text.parse().expect("the specs are TOML"));
        }
    }
    specs
}

/// Gives each table of the files of instruction sets that have several a file of its own.
fn spread(specs: BTreeMap<String, DocumentMut>) -> BTreeMap<String, DocumentMut> {
    let mut spread = BTreeMap::new();
    for (path, document) in specs {
        let is_set = document.get("kind").and_then(Item::as_str) == Some("instruction-set");
        let tables: Vec<String> = document
            .iter()
            .filter(|(_, item)| item.is_table())
            .map(|(key, _)| key.to_owned())
            .collect();
        if !is_set || tables.len() < 2 {
            spread.insert(path, document);
            continue;
        }
        let stem = path.trim_end_matches(".toml").to_owned();
        for table in &tables {
            let mut part = document.clone();
            for other in tables.iter().filter(|other| *other != table) {
                part.remove(other);
            }
            // What is stated once, such as the doc of the set, stays with the first of them.
            if table != &tables[0] {
                part.remove("doc");
            }
            spread.insert(format!("{stem}/{table}.toml"), part);
        }
    }
    spread
}

/// The specs on disk, to be changed one by one.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new(specs: &BTreeMap<String, DocumentMut>) -> Workspace {
        let workspace = Workspace {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for (path, document) in specs {
            workspace.put(path, document);
        }
        workspace
    }

    fn put(&self, path: &str, document: &DocumentMut) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder can be made");
        fs::write(path, document.to_string()).expect("a spec can be written");
    }

    /// Whether the specs can be resolved, whatever the rules say of them: outputs follow from the model alone.
    fn load(&self) -> Option<pipeline::Loaded> {
        let loaded = pipeline::load(self.folder.path(), &Options::default());
        (!loaded.diagnostics.has_errors()).then_some(loaded)
    }

    fn emit(&self) -> Option<Tree> {
        pipeline::emit(&self.load()?).ok()
    }
}

/// The entries of a document: the tables below the top, and the tables below these; the document itself if it is one entry.
fn entries(document: &mut DocumentMut) -> Vec<(String, &mut Table)> {
    let single = document.iter().all(|(_, item)| !item.is_table());
    if single {
        return vec![(String::new(), document.as_table_mut())];
    }
    let mut entries = Vec::new();
    for (name, item) in document.iter_mut() {
        let name = name.get().to_owned();
        let Some(table) = item.as_table_mut() else { continue };
        if table.iter().any(|(_, item)| !item.is_table()) {
            entries.push((name, table));
            continue;
        }
        for (inner, item) in table.iter_mut() {
            if let Some(entry) = item.as_table_mut() {
                entries.push((format!("{name}.{}", inner.get()), entry));
            }
        }
    }
    entries
}

/// A change of a document.
type Change = Box<dyn Fn(&mut DocumentMut)>;

/// Changes of a document, from small to large: each keeps those before it if the specs can still be resolved.
fn changes(document: &DocumentMut) -> Vec<Change> {
    let mut copy = document.clone();
    let mut keys: BTreeSet<String> = document
        .iter()
        .filter(|(_, item)| !item.is_table())
        .map(|(key, _)| key.to_owned())
        .collect();
    for (_, entry) in entries(&mut copy) {
        keys.extend(entry.iter().map(|(key, _)| key.to_owned()));
    }
    keys.remove("kind");
    keys.remove("name");
    let mut changes: Vec<Change> = Vec::new();
    for key in keys {
        let rotated = key.clone();
        // Values wander from entry to entry: each stays possible, and what must be unique stays so.
        changes.push(Box::new(move |document| {
            let mut having: Vec<&mut Item> = entries(document)
                .into_iter()
                .filter_map(|(_, entry)| entry.get_mut(&rotated))
                .collect();
            let values: Vec<Item> = having.iter().map(|item| (**item).clone()).collect();
            let count = values.len();
            for (index, item) in having.iter_mut().enumerate() {
                **item = values[(index + 1) % count].clone();
            }
        }));
        changes.push(Box::new(move |document| {
            if let Some(item) = document.get_mut(&key) {
                amend(item);
            }
            for (_, entry) in entries(document) {
                if let Some(item) = entry.get_mut(&key) {
                    amend(item);
                }
            }
        }));
    }
    changes
}

/// Another value of the same type.
fn amend(item: &mut Item) {
    if let Some(tables) = item.as_array_of_tables_mut() {
        for table in tables.iter_mut() {
            for (_, item) in table.iter_mut() {
                amend(item);
            }
        }
        return;
    }
    match item.as_value_mut() {
        Some(Value::String(text)) => {
            let longer = format!("{} Changed.", text.value());
            *item = toml_edit::value(longer);
        }
        Some(Value::Integer(number)) => {
            let next = number.value() + 1;
            *item = toml_edit::value(next);
        }
        Some(Value::Boolean(truth)) => {
            let other = !*truth.value();
            *item = toml_edit::value(other);
        }
        Some(Value::Array(array)) if array.len() > 1 => {
            array.remove(array.len() - 1);
        }
        _ => {}
    }
}

/// The most changes that are tried one by one.
const MOST_ALONE: usize = 6;

/// Trees after changes of one file: one after as many small changes as the specs bear at once, or one after each of them.
fn after_changes(workspace: &Workspace, path: &str, document: &DocumentMut) -> Vec<Tree> {
    let mut trees = Vec::new();
    let text = document.to_string();
    let mut changed = document.clone();
    let mut kept: Vec<DocumentMut> = Vec::new();
    for change in changes(document) {
        let mut alone = document.clone();
        change(&mut alone);
        if alone.to_string() == text {
            continue;
        }
        let before = changed.clone();
        change(&mut changed);
        workspace.put(path, &changed);
        match workspace.load() {
            None => changed = before,
            Some(_) => kept.push(alone),
        }
    }
    assert!(!kept.is_empty(), "no change of `{path}` can be resolved");
    // Emitting takes the time, so all changes and the removal of an entry are tried at once. What the emitters don't bear together
    // is tried with fewer.
    let superfluous = superfluous_entry(workspace, path, document);
    let removed = superfluous.as_ref().and_then(|name| without(document, name));
    let both = superfluous.as_ref().and_then(|name| without(&changed, name));
    let sparse = kept.iter().step_by(kept.len().div_ceil(MOST_ALONE)).cloned();
    let attempts: [Vec<DocumentMut>; 3] = [
        both.into_iter().collect(),
        [changed].into_iter().chain(removed.clone()).collect(),
        sparse.chain(removed).collect(),
    ];
    for attempt in attempts {
        for document in attempt {
            workspace.put(path, &document);
            trees.extend(workspace.emit());
        }
        if !trees.is_empty() {
            break;
        }
    }
    workspace.put(path, document);
    assert!(!trees.is_empty(), "no change of `{path}` can be emitted");
    trees
}

/// The last entry of a document that nothing else names.
fn superfluous_entry(workspace: &Workspace, path: &str, document: &DocumentMut) -> Option<String> {
    let mut copy = document.clone();
    let names: Vec<String> = entries(&mut copy).into_iter().map(|(name, _)| name).collect();
    names.into_iter().rev().filter(|name| !name.is_empty()).find(|name| {
        let Some(without) = without(document, name) else {
            return false;
        };
        workspace.put(path, &without);
        workspace.load().is_some()
    })
}

/// A document without one of its entries.
fn without(document: &DocumentMut, name: &str) -> Option<DocumentMut> {
    let mut without = document.clone();
    match name.split_once('.') {
        Some((table, inner)) => without.get_mut(table)?.as_table_mut()?.remove(inner),
        None => without.remove(name),
    };
    Some(without)
}

#[test]
fn no_output_changes_that_does_not_record_the_changed_file() {
    let specs = spread(specs());
    let workspace = Workspace::new(&specs);
    let before = workspace.emit().expect("the specs can be emitted");
    let mut missing: Vec<String> = Vec::new();
    let mut idle: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Nothing is emitted from what was blessed.
    let is_emitted = |document: &DocumentMut| document.get("kind").and_then(Item::as_str) != Some("blessed");
    for (path, document) in specs.iter().filter(|(_, document)| is_emitted(document)) {
        let mut changed: BTreeSet<&String> = BTreeSet::new();
        let trees = after_changes(&workspace, path, document);
        for tree in &trees {
            let same = |output: &&String| before.files().get(*output) == tree.files().get(*output);
            changed.extend(before.files().keys().filter(|output| !same(output)));
        }
        for output in &changed {
            if std::env::var_os("INFLUENCE").is_some() {
                println!("CHANGED {output} {path}");
            }
            if !before.files()[*output].sources.contains(path) {
                missing.push(format!("{output}: {path}"));
            }
        }
        for (output, file) in before.files() {
            if file.sources.contains(path) && !changed.contains(output) {
                idle.entry(output.clone()).or_default().push(path.clone());
            }
        }
    }
    // For whoever makes the sources of an output more exact: `INFLUENCE=1 cargo test --release --test all influence:: -- --nocapture`.
    if std::env::var_os("INFLUENCE").is_some() {
        for (output, paths) in &idle {
            println!("{output} didn't change with {}", paths.join(", "));
        }
        let recorded: usize = before.files().values().map(|file| file.sources.len()).sum();
        let without: usize = idle.values().map(Vec::len).sum();
        println!("{recorded} sources recorded, {without} of them without a change");
    }
    assert!(
        missing.is_empty(),
        "outputs changed with files that they don't record:\n{}",
        missing.join("\n")
    );
}
