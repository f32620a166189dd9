//! Shows what the compiler says about an emitted file at the entry of the specs that the code came from.
//!
//! Nobody mends emitted code, so a place in it is not where an error belongs. The lines of provenance say which entry made an item;
//! within the emitted form of an `expr` the tokens lead back to its characters, and at a call of a `sem` to the function itself.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::{DiagnosticLevel, DiagnosticSpan};

use super::tokens::{Alignment, Token, tokens};
use crate::check::locate::{self, Step};
use crate::check::semantics;
use crate::check::semantics::text_span::TextSpan;
use crate::diagnostic::Diagnostic;
use crate::emit::Tree;
use crate::emit::provenance::Index;
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::item::Item;
use crate::source::layout;
use crate::source::{SourceMap, Span};

/// What is needed to find the entries.
pub struct Blame<'a> {
    root: PathBuf,
    tree: &'a Tree,
    sources: &'a SourceMap,
    model: &'a Model,
    items: Vec<Item>,
    index: Index,
}

/// What the compiler says of one range of bytes in an emitted file.
struct Place {
    path: String,
    bytes: Range<usize>,
    line: usize,
    column: usize,
    text: String,
    is_primary: bool,
}

impl<'a> Blame<'a> {
    /// Prepares for what was emitted into the workspace at `root`. `items` are the entries of all kinds.
    pub fn new(root: &Path, tree: &'a Tree, sources: &'a SourceMap, model: &'a Model, items: Vec<Item>) -> Self {
        Blame {
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            tree,
            sources,
            model,
            items,
            index: Index::of(tree),
        }
    }

    /// The message as a report about the specs; `None` where it isn't about something that came from an entry.
    pub fn report(&self, message: &CompilerMessage) -> Option<Diagnostic> {
        let compiler = &message.message;
        let places: Vec<Place> = compiler
            .spans
            .iter()
            .filter_map(|span| self.place(span, message.target.src_path.as_std_path()))
            .collect();
        let main = places.iter().find(|place| place.is_primary)?;
        let origin = self.index.at(&main.path, u32::try_from(main.line).ok()?)?;
        let item = self.items.iter().find(|item| origin.is_of(item, self.sources))?;
        let code = compiler
            .code
            .as_ref()
            .map_or(String::new(), |code| format!(" ({})", code.code));
        let said = compiler.message.trim();
        let path = item.path();
        let diagnostic = match compiler.level {
            DiagnosticLevel::Error | DiagnosticLevel::Ice => {
                Diagnostic::error("L0961", format!("what `{path}` gives doesn't compile: {said}{code}"))
            }
            DiagnosticLevel::Warning => {
                Diagnostic::warning("L0962", format!("the compiler warns of what `{path}` gives: {said}{code}"))
            }
            _ => return None,
        };
        let mut diagnostic = self.label(diagnostic, item, origin.lines, main, &places);
        diagnostic = diagnostic.note(format!("emitted at {}:{}:{}", main.path, main.line, main.column));
        if let Some(rendered) = &compiler.rendered {
            let plain = anstream::adapter::strip_str(rendered.trim_end()).to_string();
            diagnostic = diagnostic.note(format!("the compiler says of that:\n{plain}"));
        }
        Some(diagnostic.help("mend the entry; what is emitted follows with the next `cargo lathe build`"))
    }

    /// The emitted place of a span, or of the macro call that it came from.
    fn place(&self, span: &DiagnosticSpan, source: &Path) -> Option<Place> {
        let mut at = span;
        loop {
            if let Some(path) = self.emitted(&at.file_name, source) {
                return Some(Place {
                    path,
                    bytes: at.byte_start as usize..at.byte_end as usize,
                    line: at.line_start,
                    column: at.column_start,
                    text: span.label.clone().unwrap_or_default(),
                    is_primary: span.is_primary,
                });
            }
            at = &at.expansion.as_ref()?.span;
        }
    }

    /// The emitted file that the compiler calls `name`: absolute, or below the folder in which cargo ran it, which is one above the
    /// root file of the crate.
    fn emitted(&self, name: &str, source: &Path) -> Option<String> {
        let name = Path::new(name);
        let mut folders = std::iter::once(self.root.as_path()).chain(source.ancestors());
        folders.find_map(|folder| {
            let below = layout::relative(&self.root, &folder.join(name))?;
            self.tree.files().contains_key(&below).then_some(below)
        })
    }

    /// Adds the labels: in the expression, at the function, or at the entry as a whole.
    fn label(&self, diagnostic: Diagnostic, item: &Item, lines: (u32, u32), main: &Place, places: &[Place]) -> Diagnostic {
        let code = self.code_of(&main.path, lines);
        if let Some(span) = self.value(item, "expr")
            && let Some(labels) = self.in_expression(item, span, &code, main, places)
        {
            return labels
                .into_iter()
                .fold(diagnostic, |diagnostic, (span, text)| diagnostic.at(span, text));
        }
        if let (Some(span), Some(function)) = (self.value(item, "sem"), item.value("sem"))
            && call_of(function, &code).is_some_and(|call| call.start <= main.bytes.start && main.bytes.end <= call.end)
            && let Some(place) = self.function(item, function)
        {
            return diagnostic
                .at(place, main.text.clone())
                .at(span, format!("`{}` names it here", item.path()));
        }
        diagnostic.at(item.span, main.text.clone())
    }

    /// The tokens in some lines of an emitted file.
    fn code_of(&self, path: &str, (first, last): (u32, u32)) -> Vec<Token> {
        let Some(file) = self.tree.files().get(path) else {
            return Vec::new();
        };
        let ends: Vec<usize> = file.text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let start = (first as usize).checked_sub(2).and_then(|line| ends.get(line)).copied();
        let end = (last as usize).checked_sub(1).and_then(|line| ends.get(line)).copied();
        let (start, end) = (start.unwrap_or(0), end.unwrap_or(file.text.len()));
        let mut code = tokens(&file.text);
        code.retain(|token| start <= token.range.start && token.range.end <= end);
        code
    }

    /// The value of a key of an entry, where the entry has it.
    fn value(&self, item: &Item, key: &'static str) -> Option<Span> {
        let path: Vec<Step<'_>> = match (item.is_file, item.name.as_str()) {
            (true, _) => vec![key.into()],
            (false, "") => vec![item.table.into(), key.into()],
            (false, name) => vec![item.table.into(), name.into(), key.into()],
        };
        locate::has(self.sources, item.span, &path).then(|| locate::value(self.sources, item.span, &path))
    }

    /// What the compiler says of parts of the expression, the main one first; `None` unless that is one of them.
    fn in_expression(
        &self,
        item: &Item,
        span: Span,
        code: &[Token],
        main: &Place,
        places: &[Place],
    ) -> Option<Vec<(Span, String)>> {
        let text = item.value("expr")?;
        let text_span = TextSpan::new(self.sources, span, text);
        let alignment = Alignment::new(&tokens(text), code)?;
        let of = |place: &Place| {
            let range = alignment.expression(&place.bytes)?;
            Some(text_span.part(range))
        };
        let mut labels = vec![(of(main)?, main.text.clone())];
        let mut known = BTreeSet::from([labels[0].0]);
        for place in places
            .iter()
            .filter(|place| place.path == main.path && !place.text.is_empty())
        {
            if let Some(span) = of(place)
                && known.insert(span)
            {
                labels.push((span, place.text.clone()));
            }
        }
        Some(labels)
    }

    /// Where the function stands that an entry of an instruction set names.
    fn function(&self, item: &Item, name: &str) -> Option<Span> {
        let mut sets = self.model.part::<InstructionSets>().outlines();
        let set = sets.find(|set| Some(set.name.as_str()) == item.owner.as_deref())?;
        semantics::place(&set.runtime_folder, self.sources, name)
    }
}

/// The bytes of the call of a function by its path, with a `?` behind it.
fn call_of(function: &str, code: &[Token]) -> Option<Range<usize>> {
    let text = |at: usize| code.get(at).map(|token| token.text.as_str());
    let plain = |text: &str| text.strip_prefix("r#").unwrap_or(text) == function;
    let name =
        (2..code.len()).find(|at| text(at - 1) == Some(":") && text(*at).is_some_and(plain) && text(at + 1) == Some("("))?;
    let mut start = name;
    while start >= 3 && text(start - 1) == Some(":") && text(start - 2) == Some(":") {
        start -= 3;
    }
    let mut depth = 0usize;
    let mut end = name + 1;
    while let Some(token) = text(end) {
        match token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        end += 1;
    }
    if text(end + 1) == Some("?") {
        end += 1;
    }
    Some(code.get(start)?.range.start..code.get(end)?.range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_of_a_function_is_found_with_its_path() {
        let code = "let output: i32 = semantics::integer::idiv(a, (b))?; other::idiv(1);";
        let range = call_of("idiv", &tokens(code)).expect("it is called");
        assert_eq!(&code[range], "semantics::integer::idiv(a, (b))?");
        assert_eq!(call_of("imul", &tokens(code)), None);
        assert_eq!(call_of("idiv", &tokens("fn idiv(a: i32) {}")), None);
    }
}
