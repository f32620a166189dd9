//! Directives: the first lines of a spec that begin with `#:` and speak to editors.

use super::tree;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::source::FileId;
use crate::suggest::{is_certain, similar};

/// The only directive there is: it names the schema of the file.
const SCHEMA: &str = "schema";

/// Where the first line begins that is no directive: editors look for `#:schema` in the first line alone.
pub(super) fn behind_directives(text: &str) -> usize {
    let directives = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with("#:") && line.ends_with('\n'));
    directives.map(str::len).sum()
}

/// Reports directives that no editor knows. For TOML they are comments, so that nothing else would notice.
pub(super) fn misspelt_directives(file: FileId, text: &str, diagnostics: &mut Diagnostics) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let Some(directive) = line.strip_prefix("#:") else { break };
        let name = directive.split_whitespace().next().unwrap_or_default();
        let at = start + line.find(name).unwrap_or_default();
        start += line.len();
        if name == SCHEMA {
            continue;
        }
        let span = tree::span(file, at..at + name.len());
        let mut diagnostic = Diagnostic::warning("L0009", format!("there is no directive `#:{name}`"))
            .at(span, "no such directive")
            .note("for editors this is a comment: they neither complete nor check the file")
            .help("begin the file with `#:schema` and the path of its schema, or take the line away");
        if similar(name, [SCHEMA]).is_some() {
            let certain = Applicability::of(is_certain(name, SCHEMA, [SCHEMA]));
            diagnostic = diagnostic.suggestion(
                vec![Edit::new(span, SCHEMA)],
                "a directive with a similar name exists",
                certain,
            );
        }
        diagnostics.push(diagnostic);
    }
}
