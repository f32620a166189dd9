//! The pages of what can go wrong when emitted crates are built.

use crate::diagnostic::Page;

/// What the build stage reports.
pub const PAGES: &[Page] = &[
    Page::new("L0961", "what an entry gives compiles", include_str!("pages/L0961.md")),
    Page::new(
        "L0962",
        "what an entry gives compiles without a warning",
        include_str!("pages/L0962.md"),
    ),
    Page::new(
        "L0963",
        "an artefact keeps to the size budgets that its target states",
        include_str!("pages/L0963.md"),
    ),
    Page::new(
        "L0964",
        "an artefact has the symbols that its target requires",
        include_str!("pages/L0964.md"),
    ),
    Page::new(
        "L0965",
        "a required artefact can be built where `lathe build` runs",
        include_str!("pages/L0965.md"),
    ),
    Page::new(
        "L0966",
        "an artefact is a file that can be looked into",
        include_str!("pages/L0966.md"),
    ),
    Page::new(
        "L0967",
        "the handlers of a fast engine lead to each other by jumps of their own, where its target demands it",
        include_str!("pages/L0967.md"),
    ),
];
