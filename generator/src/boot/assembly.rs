//! Counts the lines of a kernel, and how many of them are assembly.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use serde::Serialize;

/// What counts against the kernel: at most so many lines in a hundred may be assembly.
pub const MOST_PER_CENT: f64 = 5.0;

/// The macros whose lines are assembly.
const MACROS: &[&str] = &["asm", "global_asm", "naked_asm"];

/// Lines with code: no empty ones, no comments, no tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// All of them.
    pub all: usize,
    /// Those that are assembly: in `.S` and `.s` files and in `asm!` and its like.
    pub assembly: usize,
}

impl Lines {
    /// The share of assembly.
    pub fn per_cent(self) -> f64 {
        100.0 * self.assembly as f64 / self.all.max(1) as f64
    }
}

impl std::ops::AddAssign for Lines {
    fn add_assign(&mut self, other: Lines) {
        self.all += other.all;
        self.assembly += other.assembly;
    }
}

/// Counts the sources below some folders; those that don't exist have none.
///
/// # Errors
///
/// When a source can't be read or is no Rust.
pub fn count(folders: &[std::path::PathBuf]) -> anyhow::Result<Lines> {
    let mut lines = Lines::default();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.with_context(|| format!("can't read `{}`", folder.display()))?;
            if entry.file_type().is_file() {
                lines += of_file(entry.path())?;
            }
        }
    }
    Ok(lines)
}

fn of_file(path: &Path) -> anyhow::Result<Lines> {
    let shown = path.display();
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !matches!(extension, "rs" | "S" | "s") {
        return Ok(Lines::default());
    }
    let text = fs::read_to_string(path).with_context(|| format!("can't read `{shown}`"))?;
    if extension == "rs" {
        return of_rust(&text).with_context(|| format!("`{shown}` is no Rust"));
    }
    let all = text.lines().filter(|line| is_code(line, &["//", "#", ";", "@"])).count();
    Ok(Lines { all, assembly: all })
}

fn is_code(line: &str, comments: &[&str]) -> bool {
    let line = line.trim();
    !line.is_empty() && !comments.iter().any(|comment| line.starts_with(comment))
}

/// Counts a Rust source.
pub fn of_rust(text: &str) -> anyhow::Result<Lines> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut assembly = BTreeSet::new();
    let mut tests = BTreeSet::new();
    walk(tokens, &mut assembly, &mut tests);
    let mut lines = Lines::default();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if is_code(line, &["//"]) && !tests.contains(&number) {
            lines.all += 1;
            lines.assembly += usize::from(assembly.contains(&number));
        }
    }
    Ok(lines)
}

/// Notes the lines of assembly and of tests, in the bodies of macros too.
fn walk(tokens: TokenStream, assembly: &mut BTreeSet<usize>, tests: &mut BTreeSet<usize>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut index = 0;
    while index < tokens.len() {
        let rest = &tokens[index..];
        match rest {
            [TokenTree::Ident(name), TokenTree::Punct(mark), TokenTree::Group(group), ..]
                if mark.as_char() == '!' && MACROS.iter().any(|known| name == known) =>
            {
                assembly.extend(name.span().start().line..=group.span_close().end().line);
                index += 3;
            }
            [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] if hash.as_char() == '#' && is_test(attribute) => {
                let length = item(&rest[2..]);
                let last: Span = rest[2 + length.saturating_sub(1)..]
                    .first()
                    .map_or(attribute.span_close(), |last| match last {
                        TokenTree::Group(group) => group.span_close(),
                        other => other.span(),
                    });
                tests.extend(hash.span().start().line..=last.end().line);
                index += 2 + length;
            }
            [TokenTree::Group(group), ..] => {
                walk(group.stream(), assembly, tests);
                index += 1;
            }
            _ => index += 1,
        }
    }
}

/// Whether an attribute is `[cfg(test)]`.
fn is_test(attribute: &proc_macro2::Group) -> bool {
    attribute.delimiter() == Delimiter::Bracket && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// The number of tokens up to the end of the item that begins here: its body, or a semicolon.
fn item(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assembly_is_counted_wherever_it_stands() {
        let text = "//! A page.\n\nuse core::arch::asm;\n\n/// Waits.\nfn wait() {\n    unsafe {\n        asm!(\n            // nothing to do\n            \
                    \"hlt\",\n        );\n    }\n}\nmacro_rules! stub { () => { naked_asm!(\"ret\") } }\n\
                    #[cfg(test)]\nmod tests {\n    fn no() {\n        asm!(\"nop\");\n    }\n}\nfn last() {}\n";
        assert_eq!(of_rust(text).expect("Rust"), Lines { all: 10, assembly: 4 });
        assert!(of_rust("fn {").is_err());
        assert_eq!(of_rust("#[cfg(test)]").expect("Rust"), Lines::default());
    }

    #[test]
    fn files_of_assembly_count_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("entry.S"), "// entry\n\nentry:\n    hlt\n").expect("a file");
        fs::write(folder.path().join("lib.rs"), "fn a() {}\nfn b() {}\n").expect("a file");
        fs::write(folder.path().join("notes.txt"), "hlt\n").expect("a file");
        let lines = count(&[folder.path().to_owned(), folder.path().join("none")]).expect("readable");
        assert_eq!(lines, Lines { all: 4, assembly: 2 });
        assert!((lines.per_cent() - 50.0).abs() < f64::EPSILON);
        assert!((Lines::default().per_cent()).abs() < f64::EPSILON);
    }
}
