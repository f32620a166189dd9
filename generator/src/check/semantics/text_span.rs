//! Maps positions in a parsed string of a spec back to the file.

use proc_macro2::Span as RustSpan;

use crate::source::{SourceMap, Span};

/// A string of a spec that was parsed as Rust.
#[derive(Debug, Clone, Copy)]
pub struct TextSpan {
    whole: Span,
    /// Where the text begins in the file. `None` where escapes keep bytes of the text and of the file from being the same.
    start: Option<u32>,
    length: u32,
}

impl TextSpan {
    /// The string at `span`, quotes included, whose value is `text`.
    pub fn new(sources: &SourceMap, span: Span, text: &str) -> Self {
        let literal = sources.text(span);
        let start = literal.find(text).filter(|_| !text.is_empty());
        TextSpan {
            whole: span,
            start: start.map(|start| span.start + start as u32),
            length: text.len() as u32,
        }
    }

    /// Where a token of the parsed text stands in the file.
    pub fn of(&self, span: RustSpan) -> Span {
        let range = span.byte_range();
        match self.start {
            Some(start) if range.start < range.end && range.end <= self.length as usize => Span {
                file: self.whole.file,
                start: start + range.start as u32,
                end: start + range.end as u32,
            },
            _ => self.whole,
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
    fn falls_back_to_the_whole_string() {
        assert_eq!(
            token("expr = \"a \\u002B bc\"", "\"a \\u002B bc\"", "a + bc"),
            "\"a \\u002B bc\""
        );
    }
}
