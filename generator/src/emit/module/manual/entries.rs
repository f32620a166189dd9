//! What each entry of a module has on its page: where it came from, and a row in the index.

use crate::emit::manual::page::{self, Entry, Page};
use crate::emit::manual::prose;
use crate::emit::provenance;
use crate::model::item;
use crate::model::module::Module;

/// The line that says which entry something came from.
pub fn origin(page: &mut Page, module: &Module, table: &str, name: &str) {
    page.paragraph(prose::line(&provenance::line(&item::key(table, name), &module.file)));
}

/// What the search finds at a section.
pub fn entry(page: &mut Page, module: &Module, kind: &str, name: &str, doc: &str, section: &str) {
    page.entries.push(Entry {
        name: name.to_owned(),
        kind: kind.to_owned(),
        of: module.name.clone(),
        doc: prose::first_sentence(doc),
        anchor: Some(page::anchor(section)),
        ..Entry::default()
    });
}
