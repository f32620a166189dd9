//! Makes formatted Rust look as people write it.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::rust;

/// What one file may import: what its code names is imported, the rest isn't.
struct Imports<'a> {
    /// The path of each name: `alloc::string` of `String`.
    names: BTreeMap<&'a str, &'a str>,
    /// Words by which the names of traits are recognised: these are called by their methods.
    methods: BTreeMap<&'a str, &'a str>,
}

/// Takes the text of a module of `asm` apart, and puts it together with the imports that it needs and short paths. `own` is the name of
/// the module, `siblings` are those of all modules of `asm`.
pub fn tidy(own: &str, siblings: &[&str], text: &str) -> String {
    let text = without_suffixes(text);
    let (uses, rest) = apart(&text);
    // Siblings are named by their modules, and the module's own items by their names alone.
    let body: String = rest.lines().map(|line| short_paths(own, siblings, line) + "\n").collect();
    let imports = Imports {
        names: uses
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_str()))
            .chain([("quote", "super::token")])
            .collect(),
        methods: [("ToOwned", "to_owned"), ("ToString", "to_string")].into_iter().collect(),
    };
    let (head, items) = body.split_at(body.find("\n\n").map_or(0, |end| end + 2));
    format!("{head}{}{items}", imports.text(siblings, items))
}

/// A line of code with the paths that people write where modules are imported. Links in docs keep theirs.
fn short_paths(own: &str, siblings: &[&str], line: &str) -> String {
    if line.trim_start().starts_with("//") || !line.contains("super::") {
        return line.to_owned();
    }
    let mut line = line.replace("super::token::quote(", "quote(");
    for before in [" ", "(", "&", "|", "!", "["] {
        line = line.replace(&format!("{before}super::{own}::"), before);
        for sibling in siblings {
            line = line.replace(&format!("{before}super::{sibling}::"), &format!("{before}{sibling}::"));
        }
    }
    line
}

impl Imports<'_> {
    /// The imports that a text needs, by where they come from: the library, the crate, the modules beside it.
    fn text(&self, siblings: &[&str], items: &str) -> String {
        let code: String = items
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let words: BTreeSet<&str> = code.split(|char| !is_word(char)).collect();
        let names_module = |module: &str| {
            let path = format!("{module}::");
            code.match_indices(&path).any(|(at, _)| {
                let before = code.get(..at).and_then(|before| before.chars().next_back());
                !before.is_some_and(|char| is_word(char) || char == ':')
            })
        };
        let mut used: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, path) in &self.names {
            let word = self.methods.get(name).unwrap_or(name);
            // `format` is a macro of the library and a word of others.
            let is_used = if *name == "format" {
                code.contains("format!(")
            } else if *name == "Key" {
                code.contains("key(") || words.contains(name)
            } else {
                (words.contains(word) || words.contains(name)) && !siblings.contains(name)
            };
            if is_used {
                used.entry(path).or_default().push((*name).to_owned());
            }
        }
        let modules = siblings.iter().filter(|module| names_module(module));
        let mut alone: Vec<String> = Vec::new();
        for module in modules {
            let path = format!("super::{module}");
            match used.get_mut(path.as_str()) {
                Some(names) => names.push("self".to_owned()),
                None => alone.push((*module).to_owned()),
            }
        }
        let mut text = String::new();
        for root in ["alloc", "crate", "super"] {
            let mut lines: Vec<String> = used
                .iter()
                .filter(|(path, _)| path.split("::").next() == Some(root))
                .map(|(path, names)| with_self_first(&rust::use_names(path, names)))
                .collect();
            if root == "super" {
                lines.push(rust::use_names("super", &alone));
            }
            lines.sort();
            let lines = lines.concat();
            if !lines.is_empty() {
                text.push_str(&lines);
                text.push('\n');
            }
        }
        text
    }
}

/// rustfmt puts `self` before the other names.
fn with_self_first(line: &str) -> String {
    match line.split_once('{') {
        Some((path, names)) if names.contains("self") => {
            let names = names.trim_end().trim_end_matches("};").split(", ");
            let others: Vec<&str> = names.filter(|name| *name != "self").collect();
            format!("{path}{{self, {}}};\n", others.join(", "))
        }
        _ => line.to_owned(),
    }
}

/// The imports of a text, each name with its path, and the text without them.
fn apart(text: &str) -> (Vec<(String, String)>, String) {
    let mut uses = Vec::new();
    let mut rest = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with("use ") {
            rest.push_str(line);
            rest.push('\n');
            continue;
        }
        let mut statement = line.to_owned();
        while !statement.ends_with(';') {
            let Some(line) = lines.next() else { break };
            statement.push_str(line.trim());
        }
        let path = statement.trim_start_matches("use ").trim_end_matches(';');
        match path.split_once("::{") {
            Some((path, names)) => {
                let names = names.trim_end_matches('}').split(',').map(str::trim);
                let names = names.filter(|name| !name.is_empty() && *name != "self");
                uses.extend(names.map(|name| (name.to_owned(), path.to_owned())));
            }
            None => {
                let (path, name) = path.rsplit_once("::").unwrap_or(("", path));
                uses.push((name.to_owned(), path.to_owned()));
            }
        }
    }
    while rest.contains("\n\n\n") {
        rest = rest.replace("\n\n\n", "\n\n");
    }
    (uses, rest)
}

/// Takes the names of types from numbers: `quote` puts them behind each, where people would not. The types follow from the places.
fn without_suffixes(text: &str) -> String {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|char| !is_word(char)).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        let number = ["usize", "u32", "u8"].iter().find_map(|suffix| word.strip_suffix(suffix));
        let number = number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        out.push_str(before);
        out.push_str(number.unwrap_or(word));
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn only_what_the_code_names_is_imported() {
        let text = "//! Docs.\n\nuse alloc::string::{String, ToString};\nuse alloc::vec::Vec;\nuse super::show::{self, Printer};\n\n\n\
                    /// See [`x`](super::show::x).\nfn a(of: &Printer<'_>) -> Vec<u8> {\n    super::own::b(super::pools::c(), \
                    &super::token::quote(\"\"), 0usize)\n}\n";
        let expected = "//! Docs.\n\nuse alloc::vec::Vec;\n\nuse super::pools;\nuse super::show::Printer;\nuse super::token::quote;\n\n\
                        /// See [`x`](super::show::x).\nfn a(of: &Printer<'_>) -> Vec<u8> {\n    b(pools::c(), &quote(\"\"), 0)\n}\n";
        assert_eq!(tidy("own", &["own", "pools", "show", "token"], text), expected);
    }
}
