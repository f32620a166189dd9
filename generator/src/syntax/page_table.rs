//! Pages of what reading files, their TOML and the keys of their entries reports.

use crate::diagnostic::Page;

/// What reading files, their TOML and the keys of their entries reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L0001",
        summary: "there is a folder `spec` with at least one `.toml` file",
        page: include_str!("pages/L0001.md"),
    },
    Page {
        code: "L0002",
        summary: "every file under `spec` and `runtime` can be read and is a regular file",
        page: include_str!("pages/L0002.md"),
    },
    Page {
        code: "L0003",
        summary: "a name that ends in `.toml` is that of a file",
        page: include_str!("pages/L0003.md"),
    },
    Page {
        code: "L0004",
        summary: "specs and Rust files are UTF-8",
        page: include_str!("pages/L0004.md"),
    },
    Page {
        code: "L0005",
        summary: "no file is larger than a spec can be",
        page: include_str!("pages/L0005.md"),
    },
    Page {
        code: "L0006",
        summary: "specs are valid TOML",
        page: include_str!("pages/L0006.md"),
    },
    Page {
        code: "L0007",
        summary: "there are no more files than a workspace can have",
        page: include_str!("pages/L0007.md"),
    },
    Page {
        code: "L0008",
        summary: "a key stands once in its table, and a table once in its file",
        page: include_str!("pages/L0008.md"),
    },
    Page {
        code: "L0009",
        summary: "a line `#:` at the top of a spec is a directive that editors know",
        page: include_str!("pages/L0009.md"),
    },
    Page {
        code: "L0101",
        summary: "every spec file states its kind",
        page: include_str!("pages/L0101.md"),
    },
    Page {
        code: "L0102",
        summary: "the kind of a spec file is one that exists",
        page: include_str!("pages/L0102.md"),
    },
    Page {
        code: "L0103",
        summary: "every spec has a name but those of features",
        page: include_str!("pages/L0103.md"),
    },
    Page {
        code: "L0104",
        summary: "every key is one that is read",
        page: include_str!("pages/L0104.md"),
    },
    Page {
        code: "L0105",
        summary: "no key that is needed is missing",
        page: include_str!("pages/L0105.md"),
    },
    Page {
        code: "L0106",
        summary: "values have the type of their key",
        page: include_str!("pages/L0106.md"),
    },
];
