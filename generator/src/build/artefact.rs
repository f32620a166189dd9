//! Holds what was built for a target against what the target's spec demands of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::cargo::{self, Built, Made};
use super::inspect::Contents;
use crate::diagnostic::Diagnostic;
use crate::model::artefact::{Artefact, Form};
use crate::source::Span;

/// How many of the largest symbols are named where a budget is exceeded.
const MOST_NAMED: usize = 10;

/// The arguments with which cargo builds a package for a triple; for the host's own kind without one.
pub fn arguments(package: &str, triple: Option<&str>, profile: &str) -> Vec<String> {
    let mut arguments = vec!["build".to_owned(), "--package".to_owned(), package.to_owned()];
    arguments.extend(["--profile".to_owned(), profile.to_owned()]);
    if let Some(triple) = triple {
        arguments.extend(["--target".to_owned(), triple.to_owned()]);
    }
    arguments
}

/// Where rustc keeps standard libraries: a folder with one folder for each triple.
pub fn standard_libraries(root: &Path) -> Option<PathBuf> {
    let output = Command::new(cargo::compiler())
        .args(["--print", "sysroot"])
        .current_dir(root)
        .output()
        .ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(sysroot.trim()).join("lib/rustlib"))
}

/// Whether there is a standard library for a triple. What can't be known is left for cargo to say.
pub fn is_installed(libraries: Option<&Path>, triple: &str) -> bool {
    libraries.is_none_or(|libraries| libraries.join(triple).join("lib").is_dir())
}

/// The command that adds the standard library of a triple.
pub fn how_to_add(triple: &str) -> String {
    format!("rustup target add {triple}")
}

/// The report of a required artefact that can't be built here.
pub fn not_installed(artefact: &Artefact) -> Diagnostic {
    let (triple, span) = &artefact.triple;
    Diagnostic::error(
        "L0965",
        format!(
            "artefact {} is required, but the standard library of `{triple}` isn't installed",
            artefact.describe()
        ),
    )
    .at(*span, "")
    .help(how_to_add(triple))
}

/// The file of an artefact among what cargo made of the package in `folder`.
pub fn file(artefact: &Artefact, built: &Built, folder: &Path) -> Option<PathBuf> {
    let of_package = built.made.iter().filter(|made| made.folder == folder);
    let (package, library) = (&artefact.package.0, artefact.package.0.replace('-', "_"));
    let extension_is = |file: &Path, extensions: &[&str]| {
        let found = file.extension().and_then(|extension| extension.to_str());
        found.is_some_and(|found| extensions.contains(&found))
    };
    match artefact.form {
        Form::Program => {
            // The only program of a package may have a name of its own.
            let programs: Vec<&Made> = of_package.filter(|made| made.executable.is_some()).collect();
            let named = programs.iter().find(|made| made.name == *package || programs.len() == 1);
            named.and_then(|made| made.executable.clone())
        }
        Form::Library => of_package
            .filter(|made| made.name == library && made.executable.is_none())
            .flat_map(|made| &made.files)
            .find(|file| extension_is(file, &["rlib", "a", "lib", "so", "dylib", "dll"]))
            .cloned(),
    }
}

/// The report of an artefact of which cargo made no file.
pub fn no_file(artefact: &Artefact) -> Diagnostic {
    let (package, span) = &artefact.package;
    let (form, other) = match artefact.form {
        Form::Program => ("program", "library"),
        Form::Library => ("library", "program"),
    };
    Diagnostic::error("L0966", format!("package `{package}` has no {form}"))
        .at(*span, "")
        .help(format!("write `form = \"{other}\"`, or name another package"))
}

/// The report of an artefact that can't be looked into.
pub fn unreadable(artefact: &Artefact, error: &anyhow::Error) -> Diagnostic {
    Diagnostic::error(
        "L0966",
        format!("artefact {} can't be looked into: {error:#}", artefact.describe()),
    )
    .at(artefact.package.1, "")
    .help("leave out its budgets and symbols if its format isn't known to lathe")
}

/// What an artefact breaks of what is demanded of it.
pub fn judge(artefact: &Artefact, contents: &Contents) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let budgets = [
        ("text", "machine code", artefact.text, contents.text),
        ("data", "constants and variables", artefact.data, contents.data),
    ];
    for (key, what, budget, size) in budgets {
        if let Some((most, span)) = budget
            && size > most
        {
            found.push(overrun(artefact, contents, (key, what), (most, size), span));
        }
    }
    for (symbol, span) in &artefact.symbols {
        if !contents.has(symbol) {
            found.push(missing(artefact, contents, symbol, *span));
        }
    }
    found
}

fn overrun(
    artefact: &Artefact,
    contents: &Contents,
    (key, what): (&str, &str),
    (most, size): (u64, u64),
    span: Span,
) -> Diagnostic {
    let over = size - most;
    let mut diagnostic = Diagnostic::error(
        "L0963",
        format!(
            "artefact {} has {size} bytes of {what}, {over} more than its budget",
            artefact.describe()
        ),
    )
    .at(span, "the budget");
    let largest = contents.largest(key == "text", MOST_NAMED);
    if !largest.is_empty() {
        let width = largest.iter().map(|(_, size)| size.to_string().len()).max().unwrap_or(0);
        let rows: Vec<String> = largest
            .iter()
            .map(|(path, size)| format!("\n{size:>width$} {path}"))
            .collect();
        diagnostic = diagnostic.note(format!("the largest of it, in bytes:{}", rows.concat()));
    }
    diagnostic.help(format!("find out what made it grow; if that is meant, raise `{key}`"))
}

fn missing(artefact: &Artefact, contents: &Contents, symbol: &str, span: Span) -> Diagnostic {
    let last = symbol.rsplit("::").next().unwrap_or(symbol);
    let mut similar: Vec<String> = contents
        .symbols
        .iter()
        .map(super::inspect::Symbol::path)
        .filter(|path| path.rsplit("::").next() == Some(last))
        .collect();
    similar.sort();
    similar.dedup();
    similar.truncate(3);
    let diagnostic = Diagnostic::error(
        "L0964",
        format!("artefact {} lacks the symbol `{symbol}`", artefact.describe()),
    )
    .at(span, "required here")
    .note("a function that is generic, inlined everywhere or not used by a program leaves no symbol");
    if similar.is_empty() {
        diagnostic.help("find out why it isn't built any more, or mend the path")
    } else {
        diagnostic.help(format!("mend the path if one of these is meant: {}", similar.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::inspect::Symbol;
    use crate::model::artefact::Profile;
    use crate::source::FileId;

    fn artefact() -> Artefact {
        let span = |start| Span {
            file: FileId(0),
            start,
            end: start + 1,
        };
        Artefact {
            package: ("tiny-facts".to_owned(), span(0)),
            triple: ("thumbv7em-none-eabi".to_owned(), span(1)),
            doc: ("For firmware.".to_owned(), span(5)),
            form: Form::Library,
            profile: Profile::Release,
            required: false,
            text: Some((100, span(2))),
            data: Some((50, span(3))),
            symbols: vec![("tiny_facts::verify".to_owned(), span(4))],
            threaded: None,
            replicated: Vec::new(),
        }
    }

    fn contents(text: u64, data: u64, names: &[&str]) -> Contents {
        let symbol = |name: &&str| Symbol {
            name: (*name).to_owned(),
            size: text / 2,
            is_text: true,
        };
        Contents {
            text,
            data,
            symbols: names.iter().map(symbol).collect(),
        }
    }

    #[test]
    fn what_keeps_to_everything_is_not_reported() {
        assert_eq!(
            judge(
                &artefact(),
                &contents(100, 50, &["_ZN10tiny_facts6verify17h0123456789abcdefE"])
            ),
            []
        );
    }

    #[test]
    fn what_is_too_large_or_missing_is_reported_where_it_is_stated() {
        let found = judge(
            &artefact(),
            &contents(101, 51, &["_ZN10tiny_facts4read6verify17h0123456789abcdefE"]),
        );
        let codes: Vec<(&str, u32)> = found
            .iter()
            .map(|diagnostic| (diagnostic.code, diagnostic.labels[0].span.start))
            .collect();
        assert_eq!(codes, [("L0963", 2), ("L0963", 3), ("L0964", 4)]);
        assert!(
            found[0].notes[0].contains("50 tiny_facts::read::verify"),
            "{:?}",
            found[0].notes
        );
        assert!(
            found[2]
                .help
                .as_deref()
                .is_some_and(|help| help.contains("tiny_facts::read::verify"))
        );
    }
}
