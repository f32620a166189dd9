//! Finds the files of semantics functions in the runtime of a set.

use std::collections::BTreeMap;

use crate::model::instruction_set::InstructionSet;
use crate::source::SourceMap;

/// Files by the names of the functions in them.
pub struct Functions {
    files: BTreeMap<String, String>,
}

impl Functions {
    /// Reads the names off the lines; the checker has parsed the files. A function with a mark wins over others of its name.
    pub fn of(set: &InstructionSet, sources: &SourceMap) -> Self {
        let folder = format!("{}/src/", set.runtime_folder());
        let mut files: BTreeMap<String, (bool, String)> = BTreeMap::new();
        for (_, file) in sources.iter() {
            if !file.path.starts_with(&folder) || !file.path.ends_with(".rs") {
                continue;
            }
            let mut marked = false;
            for line in file.text.lines().map(str::trim_start) {
                if line.starts_with("#[op(") || (line.starts_with("#[") && line.contains("::op(")) {
                    marked = true;
                } else if let Some(name) = name(line) {
                    let found = (marked, file.path.clone());
                    let better = |known: &(bool, String)| (marked && !known.0) || (marked == known.0 && found.1 < known.1);
                    if files.get(name).is_none_or(better) {
                        files.insert(name.to_owned(), found);
                    }
                    marked = false;
                }
            }
        }
        Functions {
            files: files.into_iter().map(|(name, (_, path))| (name, path)).collect(),
        }
    }

    /// The file of a function, root-relative.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }
}

/// The name of the function that a line begins.
fn name(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let is_head = before
        .split_whitespace()
        .all(|word| word.starts_with("pub") || matches!(word, "const" | "async" | "crate)"));
    let rest = rest.strip_prefix("r#").unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    is_head.then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_of_functions_are_read() {
        assert_eq!(name("pub fn iadd(a: i32) -> i32 {"), Some("iadd"));
        assert_eq!(name("pub(crate) const fn r#return<T>(a: T) {"), Some("return"));
        assert_eq!(name("let f: fn (i32) = g;"), None);
        assert_eq!(name("// the fn iadd(a)"), None);
    }
}
