//! Pages of what resolving an instruction set reports.

use crate::diagnostic::Page;

/// What resolving an instruction set reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L0201",
        summary: "no type is its own ancestor",
        page: include_str!("../../pages/L0201.md"),
    },
    Page {
        code: "L0202",
        summary: "the type of a value can be parsed",
        page: include_str!("../../pages/L0202.md"),
    },
    Page {
        code: "L0203",
        summary: "what the type of a value names exists",
        page: include_str!("../../pages/L0203.md"),
    },
    Page {
        code: "L0204",
        summary: "types and type functions get the arguments that they take",
        page: include_str!("../../pages/L0204.md"),
    },
    Page {
        code: "L0205",
        summary: "an instruction set has a doc, an encoding and a module format",
        page: include_str!("../../pages/L0205.md"),
    },
    Page {
        code: "L0206",
        summary: "the Rust type of a slot is one",
        page: include_str!("../../pages/L0206.md"),
    },
    Page {
        code: "L0207",
        summary: "an operand kind has one meaning",
        page: include_str!("../../pages/L0207.md"),
    },
    Page {
        code: "L0208",
        summary: "an operand has at most 64 bits",
        page: include_str!("../../pages/L0208.md"),
    },
    Page {
        code: "L0301",
        summary: "an op states its meaning exactly once",
        page: include_str!("../../pages/L0301.md"),
    },
    Page {
        code: "L0302",
        summary: "`expr` is a Rust expression, and `sem` the name of a function",
        page: include_str!("../../pages/L0302.md"),
    },
    Page {
        code: "L0303",
        summary: "a law is a Rust expression",
        page: include_str!("../../pages/L0303.md"),
    },
    Page {
        code: "L0501",
        summary: "magic and extension of module files can be used",
        page: include_str!("../../pages/L0501.md"),
    },
    Page {
        code: "L0502",
        summary: "the shape of a field is one that exists",
        page: include_str!("../../pages/L0502.md"),
    },
    Page {
        code: "L0503",
        summary: "there is a record `module`",
        page: include_str!("../../pages/L0503.md"),
    },
    Page {
        code: "L0504",
        summary: "lists, strings and code state their largest size, and nothing else does",
        page: include_str!("../../pages/L0504.md"),
    },
    Page {
        code: "L0505",
        summary: "no record or union contains itself",
        page: include_str!("../../pages/L0505.md"),
    },
    Page {
        code: "L0601",
        summary: "an example states inputs and outcome",
        page: include_str!("../../pages/L0601.md"),
    },
    Page {
        code: "L0602",
        summary: "an example with a program states one program and one outcome",
        page: include_str!("../../pages/L0602.md"),
    },
    Page {
        code: "L0603",
        summary: "golden bytes are hexadecimal",
        page: include_str!("../../pages/L0603.md"),
    },
    Page {
        code: "L1101",
        summary: "the pattern of an op divides a word into fixed bits and fields",
        page: include_str!("../../pages/L1101.md"),
    },
    Page {
        code: "L1102",
        summary: "the syntax of an op is a mnemonic, and each operand once",
        page: include_str!("../../pages/L1102.md"),
    },
    Page {
        code: "L1103",
        summary: "states, native calls and bytes in specs can be read",
        page: include_str!("../../pages/L1103.md"),
    },
    Page {
        code: "L1104",
        summary: "registers and operand kinds of an image fit together",
        page: include_str!("../../pages/L1104.md"),
    },
];
