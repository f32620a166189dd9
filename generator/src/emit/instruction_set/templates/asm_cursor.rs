//! Walks over tokens whose brackets are known to match, and reads what is the same in every set: marks, names, numbers, strings,
//! lists and the fields of a record.
//!
//! Brackets are matched before anything is read. So what stands in a bracket is a range of its own, a mistake in it can't reach
//! what follows, and the depth of recursion is bounded by the depth of brackets, which is bounded by [`DEEPEST`].

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::assembler::Assembler;
use super::error::{AssembleError, Reports};
use super::suggest::did_you_mean;
use super::token::{Token, TokenKind};

/// The deepest nesting of brackets.
pub const DEEPEST: usize = 64;

/// A range of tokens that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    /// The token that is read next.
    pub(super) next: usize,
    /// The token behind the last one: a closing bracket, or the end.
    pub(super) end: usize,
}

/// Kinds of literals, by which a variant of a union is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literal {
    Integer,
    Float,
    Bool,
    Text,
}

impl Cursor {
    /// Whether all is read.
    pub(super) fn is_done(self) -> bool {
        self.next >= self.end
    }
}

/// For every opening bracket the position of the closing one. Where brackets don't match, that is reported and nothing more can
/// be read.
pub(super) fn match_brackets(tokens: &[Token], reports: &mut Reports) -> Option<Vec<usize>> {
    let mut partners: Vec<usize> = (0..tokens.len()).collect();
    let mut open: Vec<(usize, char)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenKind::Mark(mark) = token.kind else { continue };
        match mark {
            '(' | '[' | '{' => {
                if open.len() == DEEPEST {
                    reports.add(AssembleError::new(
                        token.at,
                        format!("brackets are nested deeper than {DEEPEST}"),
                    ));
                    return None;
                }
                open.push((index, mark));
            }
            ')' | ']' | '}' => match open.pop() {
                Some((start, opened)) if closing(opened) == mark => partners[start] = index,
                Some((start, opened)) => {
                    reports.add(AssembleError::new(
                        token.at,
                        format!(
                            "expected `{}`, found `{mark}`: this `{opened}` isn't closed before it",
                            closing(opened)
                        ),
                    ));
                    reports.add(AssembleError::new(
                        tokens[start].at,
                        format!("the `{opened}` that isn't closed is here"),
                    ));
                    return None;
                }
                None => {
                    reports.add(AssembleError::new(token.at, format!("`{mark}` closes nothing")));
                    return None;
                }
            },
            _ => {}
        }
    }
    match open.pop() {
        None => Some(partners),
        Some((start, mark)) => {
            reports.add(AssembleError::new(tokens[start].at, format!("this `{mark}` is never closed")));
            None
        }
    }
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

#[allow(
    dead_code,
    reason = "a set that has no field or operand of some kind has no use for what reads it"
)]
impl<'t> Assembler<'t> {
    /// The next token.
    pub(super) fn peek(&self, cursor: Cursor) -> Option<&'t TokenKind> {
        self.peek_at(cursor, 0)
    }

    /// The token `ahead` of the next one.
    pub(super) fn peek_at(&self, cursor: Cursor, ahead: usize) -> Option<&'t TokenKind> {
        let index = cursor.next + ahead;
        if index < cursor.end {
            self.tokens.get(index).map(|token| &token.kind)
        } else {
            None
        }
    }

    /// Whether the next token is this mark.
    pub(super) fn is_mark(&self, cursor: Cursor, mark: char) -> bool {
        self.peek(cursor) == Some(&TokenKind::Mark(mark))
    }

    /// Takes the mark, if it is next.
    pub(super) fn take_mark(&self, cursor: &mut Cursor, mark: char) -> bool {
        let found = self.is_mark(*cursor, mark);
        cursor.next += usize::from(found);
        found
    }

    /// Takes the mark, or reports what is there instead.
    pub(super) fn expect_mark(&mut self, cursor: &mut Cursor, mark: char, before: &str) -> Option<()> {
        if self.take_mark(cursor, mark) {
            return Some(());
        }
        self.expected(*cursor, &format!("`{mark}` before {before}"))
    }

    /// Takes this word, if it is next.
    pub(super) fn take_word(&self, cursor: &mut Cursor, word: &str) -> bool {
        let found = matches!(self.peek(*cursor), Some(TokenKind::Word(found)) if found == word);
        cursor.next += usize::from(found);
        found
    }

    /// Moves over one token, or over a bracket with all that is in it.
    pub(super) fn hop(&self, cursor: &mut Cursor) {
        let partner = self.partners.get(cursor.next).copied().unwrap_or(cursor.next);
        cursor.next = (partner.max(cursor.next) + 1).min(cursor.end);
    }

    /// Takes a bracket: the range of what is in it.
    pub(super) fn group(&mut self, cursor: &mut Cursor, open: char, what: &str) -> Option<Cursor> {
        if !self.is_mark(*cursor, open) {
            return self.expected(*cursor, &format!("`{open}` and {what}"));
        }
        let start = cursor.next;
        self.hop(cursor);
        Some(Cursor {
            next: start + 1,
            end: self.partners.get(start).copied().unwrap_or(start + 1),
        })
    }

    /// Moves over one value, whatever its kind.
    pub(super) fn skip_value(&self, cursor: &mut Cursor) {
        if !self.take_mark(cursor, '-') {
            self.take_mark(cursor, '#');
        }
        let named = matches!(self.peek(*cursor), Some(TokenKind::Word(_) | TokenKind::Text(_)));
        self.hop(cursor);
        if named {
            while self.take_mark(cursor, '.') {
                self.hop(cursor);
            }
            if self.is_mark(*cursor, '(') {
                self.hop(cursor);
            }
        }
    }

    /// The place of a token; behind the last one, the end of the text.
    pub(super) fn at(&self, index: usize) -> u32 {
        self.tokens.get(index).map_or(self.end, |token| token.at)
    }

    /// Reports a mistake at a token.
    pub(super) fn fail<T>(&mut self, index: usize, message: String) -> Option<T> {
        self.fail_with(index, message, None)
    }

    /// Reports a mistake at a token, with advice. Says nothing about a token that the lexer reported already.
    pub(super) fn fail_with<T>(&mut self, index: usize, message: String, help: Option<String>) -> Option<T> {
        if self.tokens.get(index).is_none_or(|token| token.kind != TokenKind::Bad) {
            let mut error = AssembleError::new(self.at(index), message);
            error.help = help;
            self.reports.add(error);
        }
        None
    }

    /// Reports that something else was expected than what is next.
    pub(super) fn expected<T>(&mut self, cursor: Cursor, what: &str) -> Option<T> {
        let found = self.describe(cursor.next);
        self.fail(cursor.next, format!("expected {what}, found {found}"))
    }

    /// Reports a name that nothing has, with the one that was probably meant.
    pub(super) fn unknown<'n, T>(
        &mut self,
        index: usize,
        message: String,
        found: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Option<T> {
        let help = if self.reports.is_full() {
            None
        } else {
            did_you_mean(found, names)
        };
        self.fail_with(index, message, help)
    }

    /// Reports what follows where all should be read.
    pub(super) fn expect_done(&mut self, cursor: Cursor, after: &str) -> Option<()> {
        if cursor.is_done() {
            return Some(());
        }
        let found = self.describe(cursor.next);
        self.fail(cursor.next, format!("{found} follows after {after}"))
    }

    /// A token in words.
    fn describe(&self, index: usize) -> String {
        match self.tokens.get(index).map(|token| &token.kind) {
            None => "the end".to_owned(),
            Some(TokenKind::Word(word)) => format!("`{word}`"),
            Some(TokenKind::Integer(value)) => format!("the number {value}"),
            Some(TokenKind::Float(text)) => format!("the number {text}"),
            Some(TokenKind::Text(text)) => {
                let mut short: String = text.chars().take(24).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                format!("the string {}", super::token::quote(&short))
            }
            Some(TokenKind::Mark(mark)) => format!("`{mark}`"),
            Some(TokenKind::Bad) => "something unreadable".to_owned(),
        }
    }

    /// A name: a word or a string.
    pub(super) fn name(&mut self, cursor: &mut Cursor, what: &str) -> Option<&'t str> {
        match self.peek(*cursor) {
            Some(TokenKind::Word(word)) if word == "_" => self.expected(*cursor, what),
            Some(TokenKind::Word(name) | TokenKind::Text(name)) => {
                cursor.next += 1;
                Some(name)
            }
            _ => self.expected(*cursor, what),
        }
    }

    /// A name of one or several parts: `Point.origin`.
    pub(super) fn dotted_name(&mut self, cursor: &mut Cursor, what: &str) -> Option<String> {
        let mut name = String::from(self.name(cursor, what)?);
        while self.take_mark(cursor, '.') {
            name.push('.');
            name.push_str(self.name(cursor, "the rest of a name behind `.`")?);
        }
        Some(name)
    }

    /// A string of at most `max` bytes.
    pub(super) fn string(&mut self, cursor: &mut Cursor, max: u32) -> Option<String> {
        let Some(TokenKind::Text(text)) = self.peek(*cursor) else {
            return self.expected(*cursor, "a string in double quotes");
        };
        if text.len() > max as usize {
            return self.fail(
                cursor.next,
                format!("this string has {} bytes, more than the {max} that are allowed", text.len()),
            );
        }
        cursor.next += 1;
        Some(text.clone())
    }

    /// The name of a record, which is one of its fields, of at most `max` bytes.
    pub(super) fn record_name(&mut self, cursor: &mut Cursor, what: &str, max: u32) -> Option<String> {
        let index = cursor.next;
        let name = self.name(cursor, what)?.to_owned();
        self.check_name(&name, max, index);
        Some(name)
    }

    /// Reports a name that is too long.
    pub(super) fn check_name(&mut self, name: &str, max: u32, token: usize) {
        if name.len() > max as usize {
            self.fail::<()>(
                token,
                format!("this name has {} bytes, more than the {max} that are allowed", name.len()),
            );
        }
    }

    /// An integer in a range.
    pub(super) fn integer(&mut self, cursor: &mut Cursor, kind: &str, min: i128, max: i128) -> Option<i128> {
        let start = cursor.next;
        let mut ahead = *cursor;
        let negative = self.take_mark(&mut ahead, '-');
        let Some(TokenKind::Integer(magnitude)) = self.peek(ahead) else {
            return self.expected(ahead, &format!("an integer (`{kind}`)"));
        };
        let value = if negative {
            -i128::from(*magnitude)
        } else {
            i128::from(*magnitude)
        };
        if value < min || value > max {
            return self.fail(start, format!("{value} does not fit in `{kind}`, which holds {min} to {max}"));
        }
        cursor.next = ahead.next + 1;
        Some(value)
    }

    /// The bits of a number with a fraction, read at the width of an `f64` (`wide`) or an `f32`.
    fn float(&mut self, cursor: &mut Cursor, wide: bool) -> Option<u64> {
        let mut ahead = *cursor;
        let negative = self.take_mark(&mut ahead, '-');
        let read = |text: &str| {
            if wide {
                text.parse::<f64>().ok().map(f64::to_bits)
            } else {
                text.parse::<f32>().ok().map(|value| u64::from(value.to_bits()))
            }
        };
        let bits = match self.peek(ahead) {
            Some(TokenKind::Float(text)) => read(text),
            Some(TokenKind::Integer(value)) => read(&value.to_string()),
            Some(TokenKind::Word(word)) if word == "inf" => read("inf"),
            Some(TokenKind::Word(word)) if word == "nan" && !negative => {
                ahead.next += 1;
                if self.is_mark(ahead, '(') {
                    let mut inside = self.group(&mut ahead, '(', "the bits of a number")?;
                    let max = if wide { u64::MAX } else { u64::from(u32::MAX) };
                    let bits = self.integer(&mut inside, "bits", 0, i128::from(max))?;
                    self.expect_done(inside, "the bits of a number")?;
                    *cursor = ahead;
                    return u64::try_from(bits).ok();
                }
                ahead.next -= 1;
                read("NaN")
            }
            _ => None,
        };
        let Some(bits) = bits else {
            return self.expected(ahead, "a number, `inf`, `-inf` or `nan`");
        };
        cursor.next = ahead.next + 1;
        let sign = if wide { 1u64 << 63 } else { 1u64 << 31 };
        Some(if negative { bits ^ sign } else { bits })
    }

    /// An `f64`.
    pub(super) fn f64(&mut self, cursor: &mut Cursor) -> Option<f64> {
        self.float(cursor, true).map(f64::from_bits)
    }

    /// An `f32`.
    pub(super) fn f32(&mut self, cursor: &mut Cursor) -> Option<f32> {
        self.float(cursor, false)
            .and_then(|bits| u32::try_from(bits).ok())
            .map(f32::from_bits)
    }

    /// `true` or `false`.
    pub(super) fn bool(&mut self, cursor: &mut Cursor) -> Option<bool> {
        for (word, value) in [("true", true), ("false", false)] {
            if self.take_word(cursor, word) {
                return Some(value);
            }
        }
        self.expected(*cursor, "`true` or `false`")
    }

    /// Bytes, written `bytes("00 1f")`.
    pub(super) fn bytes(&mut self, cursor: &mut Cursor, max: u32) -> Option<Vec<u8>> {
        if !self.take_word(cursor, "bytes") {
            return self.expected(*cursor, "`bytes(\"…\")` with hexadecimal digits");
        }
        let mut inside = self.group(cursor, '(', "bytes as a string of hexadecimal digits")?;
        let index = inside.next;
        let digits = self.string(&mut inside, u32::MAX)?;
        self.expect_done(inside, "the bytes")?;
        let mut nibbles = Vec::new();
        for char in digits.chars().filter(|char| *char != ' ') {
            let Some(nibble) = char.to_digit(16) else {
                return self.fail(index, format!("`{}` is no hexadecimal digit", char.escape_debug()));
            };
            nibbles.push(nibble as u8);
        }
        if nibbles.len() % 2 != 0 {
            return self.fail(index, "a byte is two hexadecimal digits; these are an odd number".to_owned());
        }
        if nibbles.len() / 2 > max as usize {
            return self.fail(
                index,
                format!("these are {} bytes, more than the {max} that are allowed", nibbles.len() / 2),
            );
        }
        Some(nibbles.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
    }

    /// What kind of literal is next.
    pub(super) fn literal(&self, cursor: Cursor) -> Option<Literal> {
        let mut ahead = cursor;
        self.take_mark(&mut ahead, '-');
        match self.peek(ahead)? {
            TokenKind::Integer(_) => Some(Literal::Integer),
            TokenKind::Float(_) => Some(Literal::Float),
            TokenKind::Text(_) => Some(Literal::Text),
            TokenKind::Word(word) if word == "inf" || word == "nan" => Some(Literal::Float),
            TokenKind::Word(word) if word == "true" || word == "false" => Some(Literal::Bool),
            _ => None,
        }
    }

    /// Whether the integer that is next lies in a range.
    pub(super) fn is_within(&self, cursor: Cursor, min: i128, max: i128) -> bool {
        let mut ahead = cursor;
        let negative = self.take_mark(&mut ahead, '-');
        let Some(TokenKind::Integer(magnitude)) = self.peek(ahead) else {
            return false;
        };
        let value = if negative {
            -i128::from(*magnitude)
        } else {
            i128::from(*magnitude)
        };
        (min..=max).contains(&value)
    }

    /// The number of an entry, with or without `#`.
    pub(super) fn index(&mut self, cursor: &mut Cursor, max: u32, what: &str) -> Option<u32> {
        let mut ahead = *cursor;
        self.take_mark(&mut ahead, '#');
        if !matches!(self.peek(ahead), Some(TokenKind::Integer(_))) {
            return self.expected(ahead, what);
        }
        let value = self.integer(&mut ahead, "index", 0, i128::from(max))?;
        *cursor = ahead;
        u32::try_from(value).ok()
    }

    /// Whether a number of an entry is next, with or without `#`.
    pub(super) fn is_index(&self, cursor: Cursor) -> bool {
        self.is_mark(cursor, '#') || matches!(self.peek(cursor), Some(TokenKind::Integer(_)))
    }

    /// A value or `_`.
    pub(super) fn optional<T>(
        &mut self,
        cursor: &mut Cursor,
        value: impl FnOnce(&mut Self, &mut Cursor) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.take_word(cursor, "_") {
            Some(None)
        } else {
            value(self, cursor).map(Some)
        }
    }

    /// A list in brackets. An item that is wrong is left out, so that mistakes in the others are found too.
    pub(super) fn list<T>(
        &mut self,
        cursor: &mut Cursor,
        max: u32,
        mut item: impl FnMut(&mut Self, &mut Cursor) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut inside = self.group(cursor, '[', "a list")?;
        let mut items = Vec::new();
        while !inside.is_done() {
            if items.len() >= max as usize {
                return self.fail(
                    inside.next,
                    format!("this list has more than the {max} items that are allowed"),
                );
            }
            let mistakes = self.reports.count();
            items.extend(item(self, &mut inside));
            if inside.is_done() {
                break;
            }
            if !self.is_mark(inside, ',') {
                if self.reports.count() == mistakes {
                    self.expected::<()>(inside, "`,` or `]`");
                }
                while !inside.is_done() && !self.is_mark(inside, ',') {
                    self.hop(&mut inside);
                }
            }
            self.take_mark(&mut inside, ',');
        }
        Some(items)
    }

    /// The next field of a record: its position in `names`. Reports fields that the record hasn't or has already.
    pub(super) fn field(&mut self, cursor: &mut Cursor, record: &str, names: &[&str], seen: &mut u64) -> Option<usize> {
        while !cursor.is_done() {
            let index = cursor.next;
            let Some(TokenKind::Word(word)) = self.peek(*cursor) else {
                self.expected::<()>(*cursor, &format!("a field of `{record}` ({})", list_names(names)));
                self.resync(cursor, names);
                continue;
            };
            cursor.next += 1;
            let Some(field) = names.iter().position(|name| name == word) else {
                let message = format!("`{record}` has no field `{word}`; its fields are {}", list_names(names));
                self.unknown::<()>(index, message, word, names.iter().copied());
                self.skip_value(cursor);
                continue;
            };
            let bit = 1u64.checked_shl(field as u32).unwrap_or(0);
            if *seen & bit != 0 {
                self.fail::<()>(index, format!("the field `{word}` is given twice"));
                self.skip_value(cursor);
                continue;
            }
            *seen |= bit;
            return Some(field);
        }
        None
    }

    /// Moves to the next field, after a mistake.
    pub(super) fn resync(&self, cursor: &mut Cursor, names: &[&str]) {
        while !cursor.is_done() {
            if matches!(self.peek(*cursor), Some(TokenKind::Word(word)) if names.contains(&word.as_str())) {
                return;
            }
            self.hop(cursor);
        }
    }
}

/// `` `a`, `b` ``.
pub(super) fn list_names(names: &[&str]) -> String {
    let mut out = String::new();
    for name in names {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push('`');
        out.push_str(name);
        out.push('`');
    }
    out
}

/// Readers of integers, one for each width.
macro_rules! integers {
    ($($name:ident)*) => {
        #[allow(dead_code, reason = "a set that has no field or operand of some kind has no use for what reads it")]
        impl Assembler<'_> {
            $(
                #[doc = concat!("An integer that fits in `", stringify!($name), "`.")]
                pub(super) fn $name(&mut self, cursor: &mut Cursor) -> Option<$name> {
                    let value = self.integer(cursor, stringify!($name), $name::MIN.into(), $name::MAX.into())?;
                    $name::try_from(value).ok()
                }
            )*
        }
    };
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);
