//! Pages of what resolving names, numbers and words reports, whatever the kind of spec.

use crate::diagnostic::Page;

/// What resolving names, numbers and words reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L0107",
        summary: "names are in the case of their table: snake case, and upper camel case for types",
        page: include_str!("pages/L0107.md"),
    },
    Page {
        code: "L0108",
        summary: "no two entries of one table have the same name",
        page: include_str!("pages/L0108.md"),
    },
    Page {
        code: "L0109",
        summary: "numbers are within their bounds",
        page: include_str!("pages/L0109.md"),
    },
    Page {
        code: "L0110",
        summary: "what a name refers to exists",
        page: include_str!("pages/L0110.md"),
    },
    Page {
        code: "L0111",
        summary: "a word is one of those that are known",
        page: include_str!("pages/L0111.md"),
    },
    Page {
        code: "L0112",
        summary: "operands, inputs and type parameters are a name, a colon and what it is",
        page: include_str!("pages/L0112.md"),
    },
    Page {
        code: "L0113",
        summary: "a list names each entry once",
        page: include_str!("pages/L0113.md"),
    },
];
