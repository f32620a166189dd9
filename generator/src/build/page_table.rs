//! The pages of what can go wrong when emitted crates are built.

use crate::diagnostic::Page;

/// What the build stage reports.
pub const PAGES: &[Page] = &[
    page("L0961", "what an entry gives compiles", include_str!("pages/L0961.md")),
    page(
        "L0962",
        "what an entry gives compiles without a warning",
        include_str!("pages/L0962.md"),
    ),
];

const fn page(code: &'static str, summary: &'static str, page: &'static str) -> Page {
    Page { code, summary, page }
}
