//! The text of a blessed file: one line for each entry, so that a release changes few lines.

use std::fmt::Write as _;

use super::entry::Entry;
use crate::model::blessed::{ENTRY, KIND, SINGLE};

/// The first lines of every blessed file.
const HEAD: &str = "\
# The numbers, shapes and effects of the last release. `cargo lathe bless` writes this file; `cargo lathe check` refuses specs that
# break what it says. To change something that is recorded here, see `cargo lathe explain L1021`.
";

/// The text for the entries of one spec. The order of the tables and of the entries is alphabetical, whatever that of the specs. `schema`
/// is the place of the schema of these files, as seen from the folder of this one.
pub fn text(schema: &str, owner: Option<&str>, entries: &[Entry<'_>]) -> String {
    let mut sorted: Vec<&Entry<'_>> = entries.iter().filter(|entry| !entry.is_internal).collect();
    sorted.sort_by_key(|entry| (!entry.name.is_empty(), entry.table, entry.name));
    let mut text = format!("#:schema {schema}\n{HEAD}kind = \"{KIND}\"\n");
    if let Some(owner) = owner {
        let _ = writeln!(text, "name = {}", quoted(owner));
    }
    let mut open = String::new();
    for entry in sorted {
        let (table, name) = match entry.name {
            "" => (SINGLE.to_owned(), entry.table),
            name => (format!("{ENTRY}.{}", key(entry.table)), name),
        };
        if table != open {
            let _ = write!(text, "\n[{table}]\n");
            open = table;
        }
        let _ = writeln!(text, "{} = {}", key(name), facts(entry));
    }
    text
}

/// `{ code = "0x20", fields = { a = "u8" } }`: what is stated, parts of one key together.
fn facts(entry: &Entry<'_>) -> String {
    let stated: Vec<_> = entry.facts.iter().filter(|fact| !fact.value.is_empty()).collect();
    let mut keys: Vec<&str> = Vec::new();
    for fact in &stated {
        if !keys.contains(&fact.key) {
            keys.push(fact.key);
        }
    }
    let of_key = keys.into_iter().map(|name| {
        let mut parts = Vec::new();
        for fact in stated.iter().filter(|fact| fact.key == name) {
            match fact.part {
                "" => return format!("{} = {}", key(name), quoted(fact.value)),
                part => parts.push(format!("{} = {}", key(part), quoted(fact.value))),
            }
        }
        format!("{} = {}", key(name), inline(parts))
    });
    inline(of_key.collect())
}

fn inline(pairs: Vec<String>) -> String {
    match pairs.as_slice() {
        [] => "{}".to_owned(),
        pairs => format!("{{ {} }}", pairs.join(", ")),
    }
}

/// A key with the quotes that it needs.
fn key(name: &str) -> String {
    toml_edit::Key::new(name).display_repr().into_owned()
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
