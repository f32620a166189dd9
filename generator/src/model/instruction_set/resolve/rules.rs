//! Pages of what resolving names reports, and what is particular to instruction sets.

use crate::check::Rule;

/// What resolving names reports, and what is particular to instruction sets.
pub const RULES: &[Rule] = &[
    Rule {
        code: "L0107",
        summary: "names are in snake case",
        page: include_str!("../../pages/L0107.md"),
        check: None,
    },
    Rule {
        code: "L0108",
        summary: "no two entries of one table have the same name",
        page: include_str!("../../pages/L0108.md"),
        check: None,
    },
    Rule {
        code: "L0109",
        summary: "numbers are within their bounds",
        page: include_str!("../../pages/L0109.md"),
        check: None,
    },
    Rule {
        code: "L0110",
        summary: "what a name refers to exists",
        page: include_str!("../../pages/L0110.md"),
        check: None,
    },
    Rule {
        code: "L0111",
        summary: "a word is one of those that are known",
        page: include_str!("../../pages/L0111.md"),
        check: None,
    },
    Rule {
        code: "L0112",
        summary: "operands, inputs and type parameters are a name, a colon and what it is",
        page: include_str!("../../pages/L0112.md"),
        check: None,
    },
    Rule {
        code: "L0113",
        summary: "a list names each entry once",
        page: include_str!("../../pages/L0113.md"),
        check: None,
    },
    Rule {
        code: "L0201",
        summary: "no type is its own ancestor",
        page: include_str!("../../pages/L0201.md"),
        check: None,
    },
    Rule {
        code: "L0202",
        summary: "the type of a value can be parsed",
        page: include_str!("../../pages/L0202.md"),
        check: None,
    },
    Rule {
        code: "L0203",
        summary: "what the type of a value names exists",
        page: include_str!("../../pages/L0203.md"),
        check: None,
    },
    Rule {
        code: "L0204",
        summary: "types and type functions get the arguments that they take",
        page: include_str!("../../pages/L0204.md"),
        check: None,
    },
    Rule {
        code: "L0205",
        summary: "an instruction set has a doc, an encoding and a module format",
        page: include_str!("../../pages/L0205.md"),
        check: None,
    },
    Rule {
        code: "L0206",
        summary: "the Rust type of a slot is one",
        page: include_str!("../../pages/L0206.md"),
        check: None,
    },
    Rule {
        code: "L0207",
        summary: "an operand kind has one meaning",
        page: include_str!("../../pages/L0207.md"),
        check: None,
    },
    Rule {
        code: "L0301",
        summary: "an op states its meaning exactly once",
        page: include_str!("../../pages/L0301.md"),
        check: None,
    },
    Rule {
        code: "L0302",
        summary: "`expr` is a Rust expression, and `sem` the name of a function",
        page: include_str!("../../pages/L0302.md"),
        check: None,
    },
    Rule {
        code: "L0303",
        summary: "a law is a Rust expression",
        page: include_str!("../../pages/L0303.md"),
        check: None,
    },
    Rule {
        code: "L0501",
        summary: "magic and extension of module files can be used",
        page: include_str!("../../pages/L0501.md"),
        check: None,
    },
    Rule {
        code: "L0502",
        summary: "the shape of a field is one that exists",
        page: include_str!("../../pages/L0502.md"),
        check: None,
    },
    Rule {
        code: "L0503",
        summary: "there is a record `module`",
        page: include_str!("../../pages/L0503.md"),
        check: None,
    },
    Rule {
        code: "L0504",
        summary: "lists, strings and code state their largest size, and nothing else does",
        page: include_str!("../../pages/L0504.md"),
        check: None,
    },
    Rule {
        code: "L0505",
        summary: "no record or union contains itself",
        page: include_str!("../../pages/L0505.md"),
        check: None,
    },
    Rule {
        code: "L0601",
        summary: "an example states inputs and outcome",
        page: include_str!("../../pages/L0601.md"),
        check: None,
    },
    Rule {
        code: "L0602",
        summary: "an example with a program states one program and one outcome",
        page: include_str!("../../pages/L0602.md"),
        check: None,
    },
    Rule {
        code: "L0603",
        summary: "golden bytes are hexadecimal",
        page: include_str!("../../pages/L0603.md"),
        check: None,
    },
];
