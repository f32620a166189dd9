//! Maps positions in a parsed string of a spec back to the file.

use std::ops::Range;

use proc_macro2::Span as RustSpan;

use crate::source::{SourceMap, Span};
use crate::syntax::literal::Offsets;

/// A string of a spec that was parsed as Rust.
#[derive(Debug, Clone)]
pub struct TextSpan {
    whole: Span,
    /// Where the bytes of the text stand in the string. `None` where that can't be said.
    offsets: Option<Offsets>,
}

impl TextSpan {
    /// The string at `span`, quotes included, whose value is `text`.
    pub fn new(sources: &SourceMap, span: Span, text: &str) -> Self {
        TextSpan {
            whole: span,
            offsets: Offsets::new(sources.text(span), text),
        }
    }

    /// Where a token of the parsed text stands in the file.
    pub fn of(&self, span: RustSpan) -> Span {
        self.part(span.byte_range())
    }

    /// Where a part of the text stands in the file; the whole string for a part that is empty or can't be found.
    pub fn part(&self, range: Range<usize>) -> Span {
        let found = self.offsets.as_ref().filter(|_| !range.is_empty());
        match found.and_then(|offsets| offsets.of(range)) {
            Some(part) => Span {
                file: self.whole.file,
                start: self.whole.start + part.start,
                end: self.whole.start + part.end,
            },
            None => self.whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile};

    fn token(file: &str, literal: &str, text: &str) -> String {
        let mut sources = SourceMap::default();
        sources.files.push(SourceFile {
            path: "spec/a.toml".to_owned(),
            text: file.to_owned(),
        });
        let start = file.find(literal).expect("the literal is in the file") as u32;
        let span = Span {
            file: FileId(0),
            start,
            end: start + literal.len() as u32,
        };
        let expression: syn::ExprBinary = syn::parse_str(text).expect("a binary expression");
        let place = TextSpan::new(&sources, span, text).of(syn::spanned::Spanned::span(&expression.right));
        sources.text(place).to_owned()
    }

    #[test]
    fn points_into_the_string() {
        assert_eq!(token("expr = \"ä + bc\"", "\"ä + bc\"", "ä + bc"), "bc");
        assert_eq!(token("expr = 'a + bc'", "'a + bc'", "a + bc"), "bc");
    }

    #[test]
    fn points_behind_escapes() {
        assert_eq!(token("expr = \"a \\u002B bc\"", "\"a \\u002B bc\"", "a + bc"), "bc");
    }

    #[test]
    fn falls_back_to_the_whole_string() {
        assert_eq!(token("expr = \"a - bc\"", "\"a - bc\"", "a + bc"), "\"a - bc\"");
    }
}
