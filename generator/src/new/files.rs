//! The files of a new workspace. They stand under `generator/template/`, so that they are files with a language of their own in any
//! editor; manifests and dot-files have other names there, by which cargo and git don't take them for their own.

use crate::model::names;

/// Scripts, which can be executed.
pub const SCRIPTS: &[&str] = &[".ci/run", ".ci/install-lathe"];

macro_rules! template {
    ($($path:literal from $file:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../template/", $file)))),*]
    };
}

/// Paths and texts. `__NAME__` stands for the name of the set in both, and further words for what follows from it.
const FILES: &[(&str, &str)] = template![
    "Cargo.toml" from "Cargo.toml.tmpl",
    "README.md" from "README.md",
    "build.ninja.tmpl" from "build.ninja.tmpl",
    "rustfmt.toml" from "rustfmt.toml",
    "tombi.toml" from "tombi.toml",
    ".gitignore" from "gitignore",
    ".gitattributes" from "gitattributes",
    ".ci/run" from "ci.sh",
    ".ci/install-lathe" from "install-lathe.sh",
    ".github/workflows/ci.yml" from "ci.yml",
    "macros/Cargo.toml" from "macros/Cargo.toml.tmpl",
    "macros/src/lib.rs" from "macros/src/lib.rs",
    "macros/src/assembly.rs" from "macros/src/assembly.rs",
    "macros/src/attribute.rs" from "macros/src/attribute.rs",
    "macros/src/compare.rs" from "macros/src/compare.rs",
    "macros/src/native.rs" from "macros/src/native.rs",
    "macros/src/suggest.rs" from "macros/src/suggest.rs",
    "runtime/__NAME__/Cargo.toml" from "runtime/Cargo.toml.tmpl",
    "runtime/__NAME__/src/lib.rs" from "runtime/src/lib.rs",
    "runtime/__NAME__/src/semantics/mod.rs" from "runtime/src/semantics/mod.rs",
    "runtime/__NAME__/src/semantics/control.rs" from "runtime/src/semantics/control.rs",
    "runtime/__NAME__/src/semantics/integer.rs" from "runtime/src/semantics/integer.rs",
    "runtime/__NAME__/src/semantics/stack.rs" from "runtime/src/semantics/stack.rs",
    "runtime/__NAME__/tests/programs.rs" from "runtime/tests/programs.rs",
    "spec/__NAME__/machine.toml" from "spec/machine.toml",
    "spec/__NAME__/module.toml" from "spec/module.toml",
    "spec/__NAME__/ops/control.toml" from "spec/ops/control.toml",
    "spec/__NAME__/ops/integer.toml" from "spec/ops/integer.toml",
    "spec/__NAME__/ops/stack.toml" from "spec/ops/stack.toml",
    "spec/__NAME__/programs/primes.__TEXT_EXTENSION__" from "spec/programs/primes.asm",
    "spec/__NAME__/programs/primes.expected" from "spec/programs/primes.expected",
];

/// The files of a workspace by this name.
pub fn of(name: &str) -> Vec<(String, String)> {
    let letter: String = name.chars().take(1).collect();
    let magic = names::magic(name);
    let replaced = |text: &str| {
        text.replace("__NAME__", name)
            .replace("__MAGIC__", &magic)
            .replace("__EXTENSION__", &format!("{letter}bin"))
            .replace("__TEXT_EXTENSION__", &format!("{letter}asm"))
    };
    FILES.iter().map(|(path, text)| (replaced(path), replaced(text))).collect()
}
