//! Writes the JSON Schema of each kind of spec, for editors.

use schemars::Schema;

use super::Tree;

/// Where the schema of a kind is emitted, root-relative.
pub fn path(kind: &str) -> String {
    format!("generated/schemas/{kind}.json")
}

/// Adds the schema of a kind. `summary` is what its specs describe, in one line.
///
/// # Errors
///
/// When the schema isn't JSON or its path was added before: a fault of the generator.
pub fn emit(kind: &str, summary: &str, mut schema: Schema, tree: &mut Tree) -> anyhow::Result<()> {
    schema.insert("title".to_owned(), format!("A spec of kind `{kind}`: {summary}").into());
    let text = serde_json::to_string_pretty(&schema)?;
    // It depends on lathe alone: the same for all specs.
    tree.add(path(kind), &(text + "\n"), &[])
}
