//! Which names a new workspace can have: the name becomes that of folders, crates and Rust identifiers.

use super::Problem;
use crate::check::instruction_set::names::OTHER_FOLDERS;
use crate::model::names;

/// Packages and folders that would clash with what cargo or the compiler knows.
const TAKEN: &[&str] = &[
    "lathe",
    "test",
    "core",
    "std",
    "alloc",
    "proc_macro",
    "build",
    "deps",
    "examples",
    "incremental",
    "debug",
    "release",
];

/// The longest name: packages have some letters behind it, and paths are limited.
const LONGEST: usize = 32;

/// What is wrong with a name, if anything.
pub fn check(name: &str) -> Option<Problem> {
    let problem = |problem: String, fix: &str| {
        Some(Problem {
            problem,
            fix: fix.to_owned(),
        })
    };
    let shown: String = name.escape_debug().to_string().chars().take(64).collect();
    if !names::is_plain(name) {
        return problem(
            format!("`{shown}` can't be the name of an instruction set"),
            "use lower-case letters, digits and single underscores, beginning with a letter: my_machine",
        );
    }
    if name.len() > LONGEST {
        return problem(format!("`{shown}` is too long a name"), "use at most 32 letters");
    }
    // `gen` is one since the edition 2024, which the parser doesn't know of.
    if syn::parse_str::<syn::Ident>(name).is_err() || name == "gen" {
        return problem(
            format!("`{name}` is a keyword of Rust"),
            "choose another name: crates and modules are called by it",
        );
    }
    if TAKEN.contains(&name) || OTHER_FOLDERS.contains(&name) {
        return problem(
            format!("`{name}` is the name of something else"),
            "choose another name: folders and crates of cargo or lathe have this one",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_become_crates() {
        for name in ["demo", "my_machine", "vm8", "a"] {
            assert_eq!(check(name), None, "{name}");
        }
        for (name, says) in [
            ("", "can't be the name"),
            ("Demo", "can't be the name"),
            ("my-machine", "can't be the name"),
            ("8bit", "can't be the name"),
            ("../up", "can't be the name"),
            ("a\nb", "can't be the name"),
            ("trailing_", "can't be the name"),
            ("match", "keyword"),
            ("gen", "keyword"),
            ("target", "something else"),
            ("targets", "something else"),
            ("test", "something else"),
            ("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "too long"),
        ] {
            let problem = check(name).expect(name).problem;
            assert!(problem.contains(says), "{name}: {problem}");
        }
    }
}
