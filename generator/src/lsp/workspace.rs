//! A workspace as an editor sees it: the files on disk with the unsaved texts over them, and what the pipeline says of both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::Tree;
use crate::emit::provenance::{self, Index, Origin};
use crate::model::Model;
use crate::model::item::Item;
use crate::model::names::Use;
use crate::pipeline::{self, Loaded, Options};
use crate::registry;
use crate::source::layout;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{Table, ValueKind, tree_of};

/// The pipeline's view of one state of the texts.
pub struct Snapshot {
    /// Every file, and what the specs say as far as they can be read.
    loaded: Loaded,
    /// What is wrong, by file and position.
    pub diagnostics: Vec<Diagnostic>,
    /// The entries.
    pub items: Vec<Item>,
    /// The places that name entries.
    pub uses: Vec<Use>,
}

/// What the specs gave when they last were without errors.
pub struct Emitted {
    /// The files.
    pub tree: Tree,
    /// Which entry each part of them came from.
    pub index: Index,
}

/// A workspace that is open in an editor.
pub struct Workspace {
    /// The folder that holds `spec/`.
    pub root: PathBuf,
    /// Unsaved texts by root-relative path.
    texts: Arc<BTreeMap<String, String>>,
    /// What the pipeline said last.
    snapshot: Option<Arc<Snapshot>>,
    /// Whether something has changed since.
    is_outdated: bool,
    /// What it said when it last found no errors.
    good: Option<Arc<Snapshot>>,
    emitted: Option<Arc<Emitted>>,
    /// Whether the emitted files are those of the snapshot.
    is_emitted: bool,
    /// The files of which something wrong was said, by root-relative path.
    pub published: BTreeSet<String>,
}

impl Workspace {
    /// A workspace of which nothing is known yet.
    pub fn new(root: PathBuf) -> Self {
        Workspace {
            root,
            texts: Arc::default(),
            snapshot: None,
            is_outdated: true,
            good: None,
            emitted: None,
            is_emitted: false,
            published: BTreeSet::new(),
        }
    }

    /// Sets or takes away the unsaved text of a file.
    pub fn set_text(&mut self, path: &str, text: Option<String>) {
        let texts = Arc::make_mut(&mut self.texts);
        match text {
            Some(text) => texts.insert(path.to_owned(), text),
            None => texts.remove(path),
        };
        self.outdate();
    }

    /// Says that something has changed.
    pub fn outdate(&mut self) {
        self.is_outdated = true;
        self.is_emitted = false;
    }

    /// Whether the pipeline has yet to look at the newest texts.
    pub fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// The unsaved text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The entries that were known last, and those that were when there were no errors: an entry that is being changed is among them.
    pub fn known(&mut self) -> Vec<Item> {
        let last = self.last();
        let mut items = last.items.clone();
        let names: BTreeSet<String> = items.iter().map(Item::path).collect();
        let earlier = self.good.iter().flat_map(|good| &good.items);
        items.extend(earlier.filter(|item| !names.contains(&item.path())).cloned());
        items
    }

    /// What the pipeline said last, perhaps of older texts: where an answer is wanted with each letter that is typed, checking
    /// everything takes too long. Only where nothing was said yet, the newest texts are looked at.
    pub fn last(&mut self) -> Arc<Snapshot> {
        match &self.snapshot {
            Some(snapshot) => Arc::clone(snapshot),
            None => self.snapshot(),
        }
    }

    /// What the pipeline says of the newest texts.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        if let Some(snapshot) = &self.snapshot
            && !self.is_outdated
        {
            return Arc::clone(snapshot);
        }
        let options = Options {
            overlay: Arc::clone(&self.texts),
            ..Options::default()
        };
        let mut loaded = pipeline::load(&self.root, &options);
        pipeline::check(&mut loaded);
        let snapshot = Arc::new(Snapshot::of(loaded));
        self.snapshot = Some(Arc::clone(&snapshot));
        self.is_outdated = false;
        if !snapshot.has_errors() {
            self.good = Some(Arc::clone(&snapshot));
        }
        snapshot
    }

    /// What the specs give: now, or when they last were without errors. `None` if they never were.
    pub fn emitted(&mut self) -> Option<Arc<Emitted>> {
        let snapshot = self.snapshot();
        if !self.is_emitted {
            self.is_emitted = true;
            // A fault of an emitter is for `lathe generate` to report.
            if !snapshot.has_errors()
                && let Ok(tree) = pipeline::emit(&snapshot.loaded)
            {
                let index = Index::of(&tree);
                self.emitted = Some(Arc::new(Emitted { tree, index }));
            }
        }
        self.emitted.clone()
    }

    /// The place of a root-relative path on this machine.
    pub fn locate(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |place, part| place.join(part))
    }

    /// The text of an emitted file as an editor shows it; `None` if it isn't there, or isn't lathe's to read.
    pub fn emitted_text(&self, path: &str) -> Option<String> {
        if let Some(text) = self.texts.get(path) {
            return Some(text.clone());
        }
        let place = self.locate(path);
        let metadata = std::fs::symlink_metadata(&place).ok()?;
        let is_readable = metadata.is_file() && metadata.len() <= crate::source::LARGEST_FILE;
        is_readable.then(|| std::fs::read_to_string(&place).ok()).flatten()
    }
}

impl Snapshot {
    fn of(mut loaded: Loaded) -> Self {
        Snapshot {
            diagnostics: std::mem::take(&mut loaded.diagnostics).sorted(),
            items: registry::items(&loaded.model),
            uses: registry::uses(&loaded.model).into_iter().cloned().collect(),
            loaded,
        }
    }

    /// Every file.
    pub fn sources(&self) -> &SourceMap {
        &self.loaded.sources
    }

    /// What the specs say.
    pub fn model(&self) -> &Model {
        &self.loaded.model
    }

    /// Whether something is wrong with the specs.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The file of a root-relative path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.sources().iter().find(|(_, file)| file.path == path).map(|(id, _)| id)
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.sources().files.get(file.0 as usize).map_or("", |file| &file.text)
    }

    /// The item whose name stands at a place.
    pub fn item_named_at(&self, file: FileId, byte: usize) -> Option<&Item> {
        self.items.iter().find(|item| covers(item.span, file, byte))
    }

    /// The name of an entry at a place.
    pub fn use_at(&self, file: FileId, byte: usize) -> Option<&Use> {
        let at = self.uses.iter().filter(|of| covers(of.span, file, byte));
        at.min_by_key(|of| of.span.end - of.span.start)
    }

    /// The item that a place names.
    pub fn item_of(&self, of: &Use) -> Option<&Item> {
        let is_it = |item: &&Item| item.table == of.table && item.owner == of.owner && item.name == of.name;
        self.items.iter().find(is_it)
    }

    /// Where the entry stands that a place names. It may have errors, so that there is no item.
    pub fn entry_of(&self, of: &Use) -> Option<Span> {
        if let Some(item) = self.item_of(of) {
            return Some(item.span);
        }
        let specs = self.sources().iter().filter(|(_, file)| layout::is_spec(&file.path));
        specs.into_iter().find_map(|(id, _)| {
            let tree = tree_of(self.sources(), id);
            let owner = text_of(&tree, "name");
            if of.owner.is_some() && owner != of.owner.as_deref() {
                return None;
            }
            let mut table: &Table = &tree;
            for part in of.table.split('.') {
                match &table.get(part)?.1.kind {
                    ValueKind::Table(inner) => table = inner,
                    _ => return None,
                }
            }
            table.get(&of.name).map(|(key, _)| key.span)
        })
    }

    /// The kind and the set of a file, as its own text says.
    pub fn kind_of(&self, file: FileId) -> Option<(String, Option<String>)> {
        let tree = tree_of(self.sources(), file);
        let kind = text_of(&tree, "kind")?.to_owned();
        Some((kind, text_of(&tree, "name").map(str::to_owned)))
    }
}

/// The text behind a key at the top.
fn text_of<'t>(tree: &'t Table, key: &str) -> Option<&'t str> {
    match &tree.get(key)?.1.kind {
        ValueKind::String(text) => Some(text),
        _ => None,
    }
}

/// Whether a place is in a span or directly behind it, as a cursor is.
pub fn covers(span: Span, file: FileId, byte: usize) -> bool {
    span.file == file && span.start as usize <= byte && byte <= span.end as usize
}

/// A part of an emitted file that came from an entry.
pub struct Part {
    /// The root-relative path.
    pub path: String,
    /// The line to show, from 1.
    pub line: u32,
    /// The first and the last line of the part.
    pub lines: (u32, u32),
}

impl Part {
    fn new(path: &str, origin: &Origin) -> Part {
        Part {
            path: path.to_owned(),
            line: origin.item.as_ref().map_or(origin.line, |(line, _)| *line),
            lines: origin.lines,
        }
    }
}

impl Emitted {
    /// The emitted parts that came from an item, where they stand in the files that an editor opens. A file that isn't there yet, or
    /// no longer has the part, is left out.
    pub fn on_disk(&self, workspace: &Workspace, item: &Item, sources: &SourceMap) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut last: Option<&str> = None;
        for (path, origin) in self.index.places(item, sources) {
            if last == Some(path) {
                continue;
            }
            last = Some(path);
            let Some(text) = workspace.emitted_text(path) else {
                continue;
            };
            if self.tree.files().get(path).is_some_and(|file| file.text == text) {
                let here = self.index.in_file(path).iter().filter(|of| of.is_of(item, sources));
                parts.extend(here.map(|of| Part::new(path, of)));
            } else {
                let here = provenance::origins(&text).into_iter();
                let (key, place) = (&origin.key, &origin.place);
                parts.extend(
                    here.filter(|of| of.key == *key && of.place == *place)
                        .map(|of| Part::new(path, &of)),
                );
            }
        }
        parts
    }
}

/// The workspace that a path is in, and the path in it with `/`: the folder that was `given` if the path is below that, otherwise the
/// nearest folder above that holds `spec` beside `Cargo.toml`.
pub fn find(path: &Path, given: Option<&Path>) -> Option<(PathBuf, String)> {
    // Links in the path to the workspace must not make two of it.
    let parent = path.parent()?;
    let parent = parent.canonicalize().unwrap_or_else(|_| parent.to_owned());
    let path = parent.join(path.file_name()?);
    let root = match given {
        Some(given) if path.starts_with(given) => given.to_owned(),
        _ => layout::root_above(&path)?,
    };
    let below = layout::relative(&root, &path)?;
    Some((root, below))
}
