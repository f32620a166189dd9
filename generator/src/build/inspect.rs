//! Looks into what was built.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

/// What is in a program or a library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Bytes of machine code in all.
    pub text: u64,
    /// Bytes of constants and variables in all, those that are zero at first included.
    pub data: u64,
    /// What is defined in it.
    pub symbols: Vec<Symbol>,
}

/// A function, a constant or a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name as it stands in the file.
    pub name: String,
    /// Its bytes; 0 where the format doesn't record sizes.
    pub size: u64,
    /// Whether it is machine code.
    pub is_text: bool,
}

impl Symbol {
    /// The path of what it stands for, `raya_facts::verify::verify`, without the hash of its crate.
    pub fn path(&self) -> String {
        // Some formats put an underscore before every name, and the compiler names what belongs to a function by its whole name.
        let start = ["_ZN", "_R"].into_iter().find_map(|start| self.name.find(start));
        let (before, name) = self.name.split_at(start.unwrap_or(0));
        let before = before.trim_start_matches(".L").trim_start_matches('_');
        format!("{before}{:#}", rustc_demangle::demangle(name.trim_start_matches(".L")))
    }
}

/// The size of a program and of what lathe contributed to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of machine code in all.
    pub text: u64,
    /// Functions that come from emitted crates.
    pub functions: usize,
    /// Their bytes; 0 where the format doesn't record sizes of symbols.
    pub emitted: u64,
}

/// Reads a program, an object file, or a library of such.
///
/// # Errors
///
/// When the file can't be read or is none of these.
pub fn inspect(path: &Path) -> anyhow::Result<Contents> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("can't read `{shown}`"))?;
    let mut contents = Contents::default();
    if let Ok(archive) = ArchiveFile::parse(bytes.as_slice()) {
        for member in archive.members() {
            let member = member.with_context(|| format!("`{shown}` is a broken library"))?;
            // What rustc notes for itself is no code.
            if member.name().ends_with(b".rmeta") {
                continue;
            }
            let data = member
                .data(bytes.as_slice())
                .with_context(|| format!("`{shown}` is a broken library"))?;
            add(&mut contents, data).with_context(|| format!("a member of `{shown}` is no object file that lathe reads"))?;
        }
    } else {
        add(&mut contents, &bytes).with_context(|| match bytes.starts_with(b"!<arch>") {
            true => format!("`{shown}` is a broken library"),
            false => format!("`{shown}` is no object file that lathe reads"),
        })?;
    }
    Ok(contents)
}

fn add(contents: &mut Contents, bytes: &[u8]) -> Result<(), object::Error> {
    let file = object::File::parse(bytes)?;
    for section in file.sections() {
        match section.kind() {
            SectionKind::Text => contents.text += section.size(),
            SectionKind::Data
            | SectionKind::ReadOnlyData
            | SectionKind::ReadOnlyDataWithRel
            | SectionKind::ReadOnlyString
            | SectionKind::UninitializedData
            | SectionKind::Tls
            | SectionKind::UninitializedTls => contents.data += section.size(),
            _ => {}
        }
    }
    let symbols = file.symbols().filter(|symbol| symbol.is_definition());
    for symbol in symbols.filter(|symbol| matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data | SymbolKind::Tls)) {
        if let Ok(name) = symbol.name() {
            contents.symbols.push(Symbol {
                name: name.to_owned(),
                size: symbol.size(),
                is_text: symbol.kind() == SymbolKind::Text,
            });
        }
    }
    Ok(())
}

impl Contents {
    /// What of it comes from some packages.
    pub fn sizes(&self, packages: &[String]) -> Sizes {
        let crates: Vec<String> = packages.iter().map(|package| mangled(package)).collect();
        let mut sizes = Sizes {
            text: self.text,
            ..Sizes::default()
        };
        for symbol in self.symbols.iter().filter(|symbol| symbol.is_text) {
            if crates.iter().any(|package| symbol.name.contains(package.as_str())) {
                sizes.functions += 1;
                sizes.emitted += symbol.size;
            }
        }
        sizes
    }

    /// Whether something of this path or name is in it.
    pub fn has(&self, symbol: &str) -> bool {
        // Names keep the last part of a path, and few have it: only those are worth to be read.
        let last = symbol.rsplit("::").next().unwrap_or(symbol);
        let candidates = self.symbols.iter().filter(|found| found.name.contains(last));
        candidates
            .into_iter()
            .any(|found| found.name == symbol || found.path() == symbol)
    }

    /// The largest functions, or else the largest constants and variables, largest first.
    pub fn largest(&self, text: bool, count: usize) -> Vec<(String, u64)> {
        let of_kind = self.symbols.iter().filter(|symbol| symbol.is_text == text && symbol.size > 0);
        let mut symbols: Vec<(u64, &str)> = of_kind.map(|symbol| (symbol.size, symbol.name.as_str())).collect();
        symbols.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        symbols.truncate(count);
        let path = |name: &str| {
            let symbol = Symbol {
                name: name.to_owned(),
                size: 0,
                is_text: text,
            };
            symbol.path()
        };
        symbols.into_iter().map(|(size, name)| (path(name), size)).collect()
    }
}

/// How the name of a crate stands in a mangled symbol, in the old scheme and in the new one: its length, then itself.
fn mangled(package: &str) -> String {
    let name = package.replace('-', "_");
    format!("{}{name}", name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_binary_has_code() {
        let path = std::env::current_exe().expect("a test runs from a file");
        let contents = inspect(&path).expect("a test is an object file");
        let sizes = contents.sizes(&["lathe".to_owned()]);
        assert!(sizes.text > 0 && contents.data > 0);
        assert!(sizes.functions > 0, "{sizes:?}");
        assert!(contents.has("lathe::build::inspect::inspect") && !contents.has("lathe::build::inspect::no_such_function"));
        let largest = contents.largest(true, 3);
        assert!(largest.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{largest:?}");
    }

    #[test]
    fn a_text_is_no_binary() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("text");
        let member = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "a.o/", 0, 0, 0, 644, 4);
        for (text, says) in [
            ("no binary".to_owned(), "no object file that lathe reads"),
            (String::new(), "no object file that lathe reads"),
            ("!<arch>\nbroken".to_owned(), "broken library"),
            (format!("!<arch>\n{member}"), "broken library"),
            (format!("!<arch>\n{member}text"), "a member of"),
        ] {
            fs::write(&path, &text).expect("a temporary file");
            let error = inspect(&path).expect_err(&text);
            assert!(format!("{error:#}").contains(says), "{text:?}: {error:#}");
        }
        fs::write(&path, "!<arch>\n").expect("a temporary file");
        assert_eq!(inspect(&path).expect("a library of nothing"), Contents::default());
    }

    #[test]
    fn names_are_shown_as_paths() {
        let path = |name: &str| {
            let symbol = Symbol {
                name: name.to_owned(),
                size: 0,
                is_text: true,
            };
            symbol.path()
        };
        assert_eq!(path("_ZN4tiny6verify17h0123456789abcdefE"), "tiny::verify");
        assert_eq!(path("__ZN4tiny6verify17h0123456789abcdefE"), "tiny::verify");
        assert_eq!(path("_RNvCs1234_4tiny6verify"), "tiny::verify");
        assert_eq!(path("memcpy"), "memcpy");
        assert_eq!(path(".Lanon.1234.5"), "anon.1234.5");
        assert_eq!(
            path("switch.table._ZN4tiny6verify17h0123456789abcdefE"),
            "switch.table.tiny::verify"
        );
    }
}
