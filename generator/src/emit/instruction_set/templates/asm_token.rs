//! Splits assembly text into tokens.
//!
//! The tokens are those of Rust, so that the same text can stand in a macro, where the compiler has split it already. Comments are
//! `//` to the end of the line and `/* */`, which nest. Nothing in a text makes the lexer panic, and it needs time and memory in
//! proportion to the length.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{AssembleError, Reports};

/// The longest text that is read, in bytes.
pub const LONGEST_TEXT: usize = 64 << 20;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is: the byte offset in a text. A macro numbers its tokens instead, and finds their spans again by that number.
    pub at: u32,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// An identifier, keyword or `_`; without `r#`.
    Word(String),
    /// An integer without its sign.
    Integer(u64),
    /// The text of a number with a fraction or an exponent, without its sign and without `_`.
    Float(String),
    /// A string, its escapes resolved.
    Text(String),
    /// Punctuation or a bracket.
    Mark(char),
    /// What is no token. It was reported already, so that whoever meets it says nothing.
    Bad,
}

/// Splits a whole text; what is wrong in it goes to `reports`.
pub(super) fn tokenize(text: &str, reports: &mut Reports) -> Vec<Token> {
    if text.len() > LONGEST_TEXT {
        reports.add(AssembleError::new(
            0,
            format!("the text is {} bytes long; at most {LONGEST_TEXT} are read", text.len()),
        ));
        return Vec::new();
    }
    let mut lexer = Lexer { text, next: 0, reports };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    tokens
}

/// The tokens of the source text of one Rust token (`fib`, `-`, `"a\n"`, `1.5`), all of them at `at`: a macro calls it for each token
/// that the compiler gives it.
///
/// # Errors
///
/// When it is no token of assembly, as `'a'` isn't.
pub fn tokens_of(text: &str, at: u32) -> Result<Vec<Token>, AssembleError> {
    let mut reports = Reports::default();
    let mut tokens = tokenize(text, &mut reports);
    if let Some(mut error) = reports.into_first() {
        error.at = at;
        return Err(error);
    }
    for token in &mut tokens {
        token.at = at;
    }
    Ok(tokens)
}

/// Whether a name can be written without quotes.
pub(super) fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name != "_"
}

/// Writes a string literal that reads back as `text`.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '\'' => out.push('\''),
            _ => out.extend(char.escape_debug()),
        }
    }
    out.push('"');
    out
}

struct Lexer<'t, 'r> {
    text: &'t str,
    next: usize,
    reports: &'r mut Reports,
}

impl<'t> Lexer<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.next..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes one character.
    fn bump(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.next += char.len_utf8();
        Some(char)
    }

    /// Takes characters while they match, and returns them.
    fn take_while(&mut self, matches: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|char| !matches(char)).unwrap_or(rest.len());
        self.next += length;
        rest.get(..length).unwrap_or_default()
    }

    fn error(&mut self, at: usize, message: String, help: &str) {
        let mut error = AssembleError::new(at as u32, message);
        if !help.is_empty() {
            error = error.help(help.to_owned());
        }
        self.reports.add(error);
    }

    fn token(&mut self) -> Option<Token> {
        self.skip_blank();
        let at = self.next;
        let char = self.peek()?;
        let kind = if is_start(char) {
            self.word(at)
        } else if char.is_ascii_digit() {
            self.number(at)
        } else if char == '"' {
            self.bump();
            self.string(at)
        } else if "{}[](),:.#-".contains(char) {
            self.bump();
            TokenKind::Mark(char)
        } else {
            self.bump();
            let help = match char {
                '\'' => "write strings in double quotes",
                ';' => "nothing ends an instruction or declaration: leave it out",
                '=' => "a field is written `NAME VALUE`, without `=`",
                _ => "",
            };
            self.error(at, format!("`{}` is no part of assembly", char.escape_debug()), help);
            TokenKind::Bad
        };
        Some(Token { kind, at: at as u32 })
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest().starts_with("//") {
                self.take_while(|char| char != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else {
                return;
            }
        }
    }

    fn block_comment(&mut self) {
        let at = self.next;
        let mut depth = 0u32;
        loop {
            if self.rest().starts_with("/*") {
                self.next += 2;
                depth = depth.saturating_add(1);
            } else if self.rest().starts_with("*/") {
                self.next += 2;
                depth -= 1;
                if depth == 0 {
                    return;
                }
            } else if self.bump().is_none() {
                self.error(at, "this comment has no end".to_owned(), "end it with `*/`");
                return;
            }
        }
    }

    fn word(&mut self, at: usize) -> TokenKind {
        let word = self.take_while(is_continue);
        if word == "r" {
            let hashes = self.rest().bytes().take_while(|byte| *byte == b'#').count();
            match self.rest().get(hashes..).and_then(|rest| rest.chars().next()) {
                Some('"') => {
                    self.next += hashes + 1;
                    return self.raw_string(at, hashes);
                }
                Some(char) if hashes == 1 && is_start(char) => {
                    self.next += 1;
                    return TokenKind::Word(self.take_while(is_continue).to_owned());
                }
                _ => {}
            }
        }
        if let Some(next @ ('"' | '\'' | '#')) = self.peek() {
            // Rust keeps such prefixes for itself, so that the text could not stand in a macro.
            self.error(at, format!("there must be a space between `{word}` and `{next}`"), "");
        }
        TokenKind::Word(word.to_owned())
    }

    fn number(&mut self, at: usize) -> TokenKind {
        let radix = match self.rest().get(..2) {
            Some("0x") => 16,
            Some("0o") => 8,
            Some("0b") => 2,
            _ => 10,
        };
        if radix != 10 {
            self.next += 2;
            let digits = self.take_while(|char| char.is_ascii_alphanumeric() || char == '_');
            return self.integer(at, digits, radix);
        }
        let start = self.next;
        self.take_while(|char| char.is_ascii_digit() || char == '_');
        let mut float = false;
        let mut after = self.rest().chars();
        if after.next() == Some('.') && !after.next().is_some_and(|char| char == '.' || is_start(char)) {
            float = true;
            self.next += 1;
            self.take_while(|char| char.is_ascii_digit() || char == '_');
        }
        if let Some('e' | 'E') = self.peek() {
            let mut after = self.rest().chars().skip(1).skip_while(|char| *char == '_');
            let first = after.next();
            let digit = match first {
                Some('+' | '-') => after.find(|char| *char != '_'),
                other => other,
            };
            if digit.is_some_and(|char| char.is_ascii_digit()) {
                float = true;
                self.next += 1;
                if let Some('+' | '-') = self.peek() {
                    self.next += 1;
                }
                self.take_while(|char| char.is_ascii_digit() || char == '_');
            }
        }
        let digits = self.text.get(start..self.next).unwrap_or_default();
        let suffix = self.take_while(is_continue);
        if !suffix.is_empty() {
            self.error(
                at,
                format!("the number {digits} has a suffix, `{suffix}`"),
                "leave it out: the type of a number follows from its place",
            );
            return TokenKind::Bad;
        }
        if float {
            TokenKind::Float(digits.chars().filter(|char| *char != '_').collect())
        } else {
            self.integer(at, digits, 10)
        }
    }

    fn integer(&mut self, at: usize, digits: &str, radix: u32) -> TokenKind {
        let mut value = 0u64;
        let mut any = false;
        for char in digits.chars().filter(|char| *char != '_') {
            let Some(digit) = char.to_digit(radix) else {
                self.error(at, format!("`{char}` is no digit of a number to base {radix}"), "");
                return TokenKind::Bad;
            };
            any = true;
            match value
                .checked_mul(u64::from(radix))
                .and_then(|value| value.checked_add(u64::from(digit)))
            {
                Some(next) => value = next,
                None => {
                    self.error(at, "this number needs more than 64 bits".to_owned(), "");
                    return TokenKind::Bad;
                }
            }
        }
        if !any {
            self.error(at, "this number has no digits".to_owned(), "");
            return TokenKind::Bad;
        }
        TokenKind::Integer(value)
    }

    fn raw_string(&mut self, at: usize, hashes: usize) -> TokenKind {
        let rest = self.rest();
        let mut from = 0;
        while let Some(found) = rest.get(from..).and_then(|rest| rest.find('"')) {
            let quote = from + found;
            let after = rest.get(quote + 1..).unwrap_or_default();
            if after.bytes().take_while(|byte| *byte == b'#').take(hashes).count() == hashes {
                self.next += quote + 1 + hashes;
                return TokenKind::Text(rest.get(..quote).unwrap_or_default().replace("\r\n", "\n"));
            }
            from = quote + 1;
        }
        self.unended(at)
    }

    fn string(&mut self, at: usize) -> TokenKind {
        let mut value = String::new();
        let mut good = true;
        loop {
            let start = self.next;
            match self.bump() {
                None => return self.unended(at),
                Some('"') => break,
                Some('\\') => match self.escape(start) {
                    Some(Some(char)) => value.push(char),
                    Some(None) => {}
                    None => good = false,
                },
                // As Rust does it: a line ends in the same way on every system.
                Some('\r') if self.peek() == Some('\n') => {}
                Some(char) => value.push(char),
            }
        }
        if good { TokenKind::Text(value) } else { TokenKind::Bad }
    }

    /// What follows a backslash: a character, nothing (the end of a line), or a mistake, which is reported.
    fn escape(&mut self, at: usize) -> Option<Option<char>> {
        let char = match self.bump() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some('\\') => '\\',
            Some('"') => '"',
            Some('\'') => '\'',
            Some('\n') => {
                self.take_while(char::is_whitespace);
                return Some(None);
            }
            Some('\r') if self.peek() == Some('\n') => {
                self.take_while(char::is_whitespace);
                return Some(None);
            }
            Some('x') => {
                let digits = self.rest().get(..2).unwrap_or_default();
                let value = u8::from_str_radix(digits, 16).ok().filter(|value| value.is_ascii());
                let Some(value) = value.filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) else {
                    self.error(
                        at,
                        "`\\x` wants two hexadecimal digits, at most 7F".to_owned(),
                        "write `\\u{…}` for what is above",
                    );
                    return None;
                };
                self.next += 2;
                char::from(value)
            }
            Some('u') => {
                // A number and its blanks fit in so many bytes: what is longer isn't searched for its end.
                let inside = self.rest().strip_prefix('{').and_then(|rest| {
                    let length = rest.bytes().take(16).position(|byte| byte == b'}')?;
                    rest.get(..length)
                });
                let value = inside
                    .filter(|digits| digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_'))
                    .and_then(|digits| u32::from_str_radix(&digits.replace('_', ""), 16).ok())
                    .and_then(char::from_u32);
                let (Some(value), Some(digits)) = (value, inside) else {
                    self.error(at, "`\\u` wants the number of a character: `\\u{1F600}`".to_owned(), "");
                    return None;
                };
                self.next += digits.len() + 2;
                value
            }
            _ => {
                self.error(
                    at,
                    "this escape isn't known".to_owned(),
                    "the escapes are \\n \\r \\t \\0 \\\\ \\\" \\' \\x41 \\u{1F600}",
                );
                return None;
            }
        };
        Some(Some(char))
    }

    /// A string goes on to the end of the text: what stands behind its beginning is lost.
    fn unended(&mut self, at: usize) -> TokenKind {
        self.next = self.text.len();
        self.error(at, "this string has no end".to_owned(), "end it with `\"`");
        TokenKind::Bad
    }
}

fn is_start(char: char) -> bool {
    char == '_' || char.is_alphabetic()
}

fn is_continue(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}
