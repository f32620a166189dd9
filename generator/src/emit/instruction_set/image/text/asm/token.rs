//! Words, numbers and signs of a line.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::error::Reports;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The line, from 1.
    pub(super) line: u32,
    /// The character in the line, from 1.
    pub(super) column: u32,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    /// A name or a mnemonic.
    Word(&'a str),
    /// A number, and how it is written.
    Number(i64, &'a str),
    /// One character.
    Sign(char),
    /// The end of the line.
    End,
}

impl TokenKind<'_> {
    /// For messages: `` `add` ``, or the end of the line.
    pub(super) fn describe(&self) -> String {
        match self {
            TokenKind::Word(text) | TokenKind::Number(_, text) => {
                let shown: String = text.chars().take(40).collect();
                format!("`{shown}`")
            }
            TokenKind::Sign(sign) => format!("`{sign}`"),
            TokenKind::End => "the end of the line".to_string(),
        }
    }

    /// Whether it is written like this.
    pub(super) fn is(&self, text: &str) -> bool {
        match self {
            TokenKind::Word(word) => *word == text,
            TokenKind::Sign(sign) => text.len() == sign.len_utf8() && text.starts_with(*sign),
            TokenKind::Number(..) | TokenKind::End => false,
        }
    }
}

/// The tokens of a line without its comment. The last one is its end.
pub(super) fn tokens<'a>(text: &'a str, line: u32, reports: &mut Reports) -> Vec<Token<'a>> {
    let mut found = Vec::new();
    let code = text.find("//").map_or(text, |comment| text.get(..comment).unwrap_or(text));
    let mut rest = code;
    let mut column = 1u32;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let place = Place { line, column };
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        column = column.saturating_add(u32::try_from(piece.chars().count()).unwrap_or(u32::MAX));
        rest = after;
        if first.is_whitespace() {
            continue;
        }
        let kind = if first.is_ascii_digit() {
            match number(piece) {
                Some(number) => TokenKind::Number(number, piece),
                None => {
                    let shown: String = piece.chars().take(40).collect();
                    let help = "numbers are written 12, 0x1F or 0b1010_0000";
                    reports.add(place, format!("`{shown}` is no number"), Some(help.to_string()));
                    // Something stands there; what follows shall not be blamed.
                    TokenKind::Number(0, piece)
                }
            }
        } else if is_word(first) {
            TokenKind::Word(piece)
        } else {
            TokenKind::Sign(first)
        };
        found.push(Token { kind, place });
    }
    found.push(Token {
        kind: TokenKind::End,
        place: Place { line, column },
    });
    found
}

/// The largest number that can be written.
const LARGEST: i64 = u32::MAX as i64;

fn number(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let of = |digits: &str, radix| i64::from_str_radix(digits, radix).ok().filter(|number| *number <= LARGEST);
    if let Some(digits) = digits.strip_prefix("0x") {
        return of(digits, 16);
    }
    match digits.strip_prefix("0b") {
        Some(digits) => of(digits, 2),
        None => of(&digits, 10),
    }
}
