//! Lines and positions of a text. Editors count UTF-16 code units in a line, lathe counts bytes in a file.

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};

use crate::source::{SourceMap, Span};
use crate::syntax::line_starts;

/// Where the lines of a text begin.
pub struct Lines<'a> {
    text: &'a str,
    /// The first bytes of all lines but the first.
    starts: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub fn new(text: &'a str) -> Self {
        Lines {
            text,
            starts: line_starts(text),
        }
    }

    /// The position of a byte; that of the end of the text for a byte behind it.
    pub fn position(&self, byte: usize) -> Position {
        let byte = floor(self.text, byte);
        let line = self.starts.partition_point(|start| *start as usize <= byte);
        let before = self.text.get(self.start(line)..byte).unwrap_or_default();
        Position {
            line: number(line),
            character: number(before.encode_utf16().count()),
        }
    }

    /// The byte of a position. A position behind the end of its line is the end of that line; one behind the last line is the end of
    /// the text; one within a character is the beginning of that.
    pub fn byte(&self, position: Position) -> usize {
        let line = position.line as usize;
        if line > self.starts.len() {
            return self.text.len();
        }
        let start = self.start(line);
        let end = self.starts.get(line).map_or(self.text.len(), |next| *next as usize);
        let content = self.text.get(start..end).unwrap_or_default();
        let content = content.trim_end_matches(['\n', '\r']);
        let mut left = position.character as usize;
        for (at, character) in content.char_indices() {
            if left < character.len_utf16() {
                return start + at;
            }
            left -= character.len_utf16();
        }
        start + content.len()
    }

    /// The range of two bytes.
    pub fn range(&self, start: usize, end: usize) -> Range {
        Range {
            start: self.position(start),
            end: self.position(end.max(start)),
        }
    }

    /// The first byte of a line, from 0.
    fn start(&self, line: usize) -> usize {
        line.checked_sub(1).map_or(0, |before| {
            self.starts.get(before).map_or(self.text.len(), |start| *start as usize)
        })
    }
}

/// The range of a span.
pub fn range(sources: &SourceMap, span: Span) -> Range {
    let text = sources.files.get(span.file.0 as usize).map_or("", |file| &file.text);
    Lines::new(text).range(span.start as usize, span.end as usize)
}

/// The range of a line, from 1, in a text that is not looked at: its very beginning.
pub fn line_range(line: u32) -> Range {
    let position = Position {
        line: line.saturating_sub(1),
        character: 0,
    };
    Range {
        start: position,
        end: position,
    }
}

/// Applies what an editor says has changed, change by change. One without a range replaces the whole text.
pub fn apply(text: &mut String, changes: Vec<TextDocumentContentChangeEvent>) {
    for change in changes {
        match change.range {
            None => *text = change.text,
            Some(range) => {
                let lines = Lines::new(text);
                let start = lines.byte(range.start);
                let end = lines.byte(range.end).max(start);
                text.replace_range(start..end, &change.text);
            }
        }
    }
}

/// The nearest beginning of a character at or before a byte.
pub fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn positions_count_utf16() {
        let text = "ä = \"𝄞x\"\r\nb\n\n";
        let lines = Lines::new(text);
        for (byte, position) in [
            (0, at(0, 0)),
            (2, at(0, 1)),
            (6, at(0, 5)),
            (10, at(0, 7)),
            (14, at(1, 0)),
            (16, at(2, 0)),
        ] {
            assert_eq!(lines.position(byte), position, "{byte}");
            assert_eq!(lines.byte(position), byte, "{position:?}");
        }
        // Within a character, and behind the ends of a line and of the text.
        assert_eq!(lines.byte(at(0, 6)), 6);
        assert_eq!(lines.byte(at(0, 99)), 12);
        assert_eq!(lines.byte(at(1, u32::MAX)), 15);
        assert_eq!(lines.byte(at(u32::MAX, u32::MAX)), text.len());
        assert_eq!(lines.position(usize::MAX), at(3, 0));
        assert_eq!(lines.position(8), at(0, 5), "within a character");
    }

    #[test]
    fn changes_are_applied_in_order() {
        let change = |range, text: &str| TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        };
        let range = |a, b, c, d| {
            Some(Range {
                start: at(a, b),
                end: at(c, d),
            })
        };
        let mut text = "one\ntwo\n".to_owned();
        apply(
            &mut text,
            vec![change(range(0, 1, 0, 2), "𝄞"), change(range(0, 3, 1, 1), "-")],
        );
        assert_eq!(text, "o𝄞-wo\n");
        // A range that ends before it begins, and one that lies outside.
        apply(
            &mut text,
            vec![change(range(0, 4, 0, 0), "!"), change(range(9, 9, 12, 0), "?")],
        );
        assert_eq!(text, "o𝄞-!wo\n?");
        apply(&mut text, vec![change(None, "new")]);
        assert_eq!(text, "new");
    }
}
