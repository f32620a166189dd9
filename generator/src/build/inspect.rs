//! Looks into what was built.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

/// The size of a binary and of what lathe contributed to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of machine code in all.
    pub text: u64,
    /// Functions that come from emitted crates.
    pub functions: usize,
    /// Their bytes; 0 where the format doesn't record sizes of symbols.
    pub emitted: u64,
}

/// Reads a binary.
///
/// # Errors
///
/// When the file can't be read or is no object file.
pub fn inspect(path: &Path, packages: &[String]) -> anyhow::Result<Sizes> {
    let bytes = fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?;
    let file = object::File::parse(bytes.as_slice()).with_context(|| format!("`{}` is no object file", path.display()))?;
    let text = file
        .sections()
        .filter(|section| section.kind() == SectionKind::Text)
        .map(|section| section.size())
        .sum();
    let crates: Vec<String> = packages.iter().map(|package| mangled(package)).collect();
    let mut sizes = Sizes {
        text,
        ..Sizes::default()
    };
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    for function in functions.filter(|symbol| symbol.is_definition()) {
        let Ok(name) = function.name() else {
            continue;
        };
        if crates.iter().any(|package| name.contains(package.as_str())) {
            sizes.functions += 1;
            sizes.emitted += function.size();
        }
    }
    Ok(sizes)
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
        let sizes = inspect(&path, &["lathe".to_owned()]).expect("a test is an object file");
        assert!(sizes.text > 0);
        assert!(sizes.functions > 0, "{sizes:?}");
    }

    #[test]
    fn a_text_is_no_binary() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("text");
        fs::write(&path, "no binary").expect("a temporary file");
        assert!(inspect(&path, &[]).is_err());
    }
}
