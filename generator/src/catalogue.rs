//! Collects the page of every code of every stage and kind, for `lathe explain` and for the tests over the tables.

use crate::diagnostic::Page;
use crate::{build, model, registry, syntax, write};

/// What the stages report whatever the kind of spec.
const STAGES: &[&[Page]] = &[syntax::PAGES, model::PAGES, write::PAGES, build::PAGES];

/// All pages, ascending by code.
pub fn catalogue() -> Vec<Page> {
    let mut pages: Vec<Page> = STAGES.concat();
    for kind in registry::KINDS {
        pages.extend_from_slice(kind.pages);
        pages.extend(kind.rules.iter().map(|rule| Page {
            code: rule.code,
            summary: rule.summary,
            page: rule.page,
        }));
    }
    pages.sort_by_key(|page| page.code);
    pages
}
