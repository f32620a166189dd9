//! Finds out what is being typed at a place of a text that need not be TOML yet.
//!
//! A tree is of no use here: where a key has no value or a text no end, the parser loses the very place that matters. The scanner reads
//! from the beginning of the file up to the cursor and remembers only where it is; what follows the cursor doesn't matter. A mistake
//! above is left behind at the next line that begins like an entry or a key.

use super::text::floor;

/// What is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The keys that lead to the place: `op`, `iadd`, `traps`. For a key, those of the table that it stands in.
    pub path: Vec<String>,
    /// What stands there.
    pub place: Place,
}

/// What stands at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A header, without its brackets up to the cursor: `op.ia`. The path is that of the header's finished parts.
    Header {
        /// Where the part begins that is being typed.
        start: usize,
    },
    /// A key.
    Key {
        /// Where it begins.
        start: usize,
    },
    /// A text, after its opening quotes.
    Text {
        /// Where its content begins.
        start: usize,
    },
    /// A value without quotes.
    Bare {
        /// Where it begins.
        start: usize,
    },
    /// A comment, or behind a value: nothing can be proposed.
    Nothing,
}

/// The deepest nesting that is followed.
const DEEPEST: usize = 32;

/// What is being typed at a byte.
pub fn at(text: &str, byte: usize) -> Context {
    let end = floor(text, byte);
    let mut scanner = Scanner {
        text: &text[..end],
        at: 0,
        table: Vec::new(),
    };
    let (path, place) = scanner.file().unwrap_or_else(|found| found);
    Context { path, place }
}

type Found = (Vec<String>, Place);

struct Scanner<'a> {
    /// Everything before the cursor.
    text: &'a str,
    at: usize,
    /// The table whose header stands above.
    table: Vec<String>,
}

/// `Err` is the place of the cursor, `Ok` says that it is further on.
impl Scanner<'_> {
    fn file(&mut self) -> Result<Found, Found> {
        loop {
            self.blank(true);
            match self.peek() {
                None => return Ok((self.table.clone(), Place::Key { start: self.at })),
                Some('#') => self.comment()?,
                Some('[') => self.header()?,
                Some(_) => {
                    let table = self.table.clone();
                    self.pair(table, 0)?;
                    self.rest_of_line()?;
                }
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Passes over blanks, and over ends of lines too if these don't matter.
    fn blank(&mut self, lines: bool) {
        while self
            .peek()
            .is_some_and(|c| c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r')) || c == '\u{feff}')
        {
            self.step();
        }
    }

    fn nothing<T>(&self) -> Result<T, Found> {
        Err((self.table.clone(), Place::Nothing))
    }

    fn comment(&mut self) -> Result<(), Found> {
        match self.rest().find('\n') {
            Some(length) => {
                self.at += length;
                Ok(())
            }
            None => self.nothing(),
        }
    }

    /// Passes over what shouldn't stand behind a value or header.
    fn rest_of_line(&mut self) -> Result<(), Found> {
        self.comment()
    }

    /// `[op.iadd]` or `[[level]]`
    fn header(&mut self) -> Result<(), Found> {
        while self.peek() == Some('[') {
            self.step();
        }
        let mut path = Vec::new();
        loop {
            self.blank(false);
            let start = self.at;
            let part = self.key_part();
            if self.peek().is_none() {
                return Err((path, Place::Header { start }));
            }
            path.push(part);
            self.blank(false);
            match self.peek() {
                Some('.') => self.step(),
                None => return self.nothing(),
                _ => break,
            }
        }
        self.table = path;
        self.rest_of_line()
    }

    /// A part of a key, without its quotes.
    fn key_part(&mut self) -> String {
        let quote = self.peek().filter(|c| *c == '"' || *c == '\'');
        if let Some(quote) = quote {
            self.step();
            let start = self.at;
            while self.peek().is_some_and(|c| c != quote && c != '\n') {
                self.step();
            }
            let part = self.text.get(start..self.at).unwrap_or_default().to_owned();
            if self.peek() == Some(quote) {
                self.step();
            }
            return part;
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            self.step();
        }
        self.text.get(start..self.at).unwrap_or_default().to_owned()
    }

    /// `key = value`; a line without a value is passed over.
    fn pair(&mut self, mut path: Vec<String>, depth: usize) -> Result<(), Found> {
        loop {
            let start = self.at;
            let part = self.key_part();
            if self.peek().is_none() {
                return Err((path, Place::Key { start }));
            }
            path.push(part);
            self.blank(false);
            match self.peek() {
                Some('.') => {
                    self.step();
                    self.blank(false);
                }
                Some('=') => {
                    self.step();
                    return self.value(&path, depth);
                }
                None => return self.nothing(),
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self, path: &[String], depth: usize) -> Result<(), Found> {
        self.blank(false);
        match self.peek() {
            None => Err((path.to_vec(), Place::Bare { start: self.at })),
            Some('"' | '\'') => self.string(path),
            Some('[') if depth < DEEPEST => self.array(path, depth),
            Some('{') if depth < DEEPEST => self.inline(path, depth),
            Some(_) => self.bare(path),
        }
    }

    /// A number, a truth value, or a text whose quotes are missing.
    fn bare(&mut self, path: &[String]) -> Result<(), Found> {
        let start = self.at;
        while self.peek().is_some_and(|c| !matches!(c, '\n' | ',' | ']' | '}' | '#')) {
            self.step();
        }
        if self.peek().is_none() {
            let word = self.text.get(start..).unwrap_or_default();
            let place = if word.contains(' ') {
                Place::Nothing
            } else {
                Place::Bare { start }
            };
            return Err((path.to_vec(), place));
        }
        Ok(())
    }

    fn string(&mut self, path: &[String]) -> Result<(), Found> {
        let rest = self.rest();
        let long = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
        let quotes = long.unwrap_or(&rest[..1]).to_owned();
        let escapes = quotes.starts_with('"');
        self.at += quotes.len();
        let start = self.at;
        loop {
            if self.rest().starts_with(&quotes) {
                self.at += quotes.len();
                return Ok(());
            }
            match self.peek() {
                None => return Err((path.to_vec(), Place::Text { start })),
                // A text of one line that isn't closed ends with its line.
                Some('\n') if long.is_none() => return Ok(()),
                Some('\\') if escapes => {
                    self.step();
                    self.step();
                }
                Some(_) => self.step(),
            }
        }
    }

    fn array(&mut self, path: &[String], depth: usize) -> Result<(), Found> {
        self.step();
        loop {
            self.blank(false);
            match self.peek() {
                None => return Err((path.to_vec(), Place::Bare { start: self.at })),
                Some(']') => {
                    self.step();
                    return Ok(());
                }
                Some('\n' | '\r') => {
                    self.step();
                    if self.begins_anew() {
                        // The array was never closed. The line end is left for whoever reads lines.
                        self.at -= 1;
                        return Ok(());
                    }
                }
                Some(',') => self.step(),
                Some('#') => self.comment()?,
                Some('}') => self.step(),
                Some(_) => self.value(path, depth + 1)?,
            }
        }
    }

    /// Whether a line in an array begins like a key or a header.
    fn begins_anew(&self) -> bool {
        let line = self.rest().lines().next().unwrap_or_default();
        let is_name = |text: &str| {
            let text = text.trim();
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"'))
        };
        let is_key = line
            .split_once('=')
            .is_some_and(|(key, _)| is_name(key) && !key.trim_start().starts_with('"'));
        let is_header = line.starts_with('[')
            && line.trim_start_matches('[').starts_with(|c: char| c.is_ascii_lowercase())
            && line.trim_end().ends_with(']');
        is_key || is_header
    }

    /// `{ key = value, … }`
    fn inline(&mut self, path: &[String], depth: usize) -> Result<(), Found> {
        self.step();
        loop {
            self.blank(false);
            match self.peek() {
                None => return Err((path.to_vec(), Place::Key { start: self.at })),
                Some('}') => {
                    self.step();
                    return Ok(());
                }
                // An inline table stands in one line, but one with long texts may go on.
                Some('\n' | '\r') => {
                    self.step();
                    if self.begins_anew() && !self.rest().starts_with([' ', '\t']) {
                        self.at -= 1;
                        return Ok(());
                    }
                }
                Some(',' | ']') => self.step(),
                Some('#') => self.comment()?,
                Some(_) => {
                    let before = self.at;
                    self.pair(path.to_vec(), depth + 1)?;
                    if self.at == before {
                        self.step();
                    }
                }
            }
        }
    }
}

/// The name that is being typed at the end of a text: letters, digits, underscores and dots.
pub fn word(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let start = text.rfind(|c| !is_part(c)).map_or(0, |at| {
        at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Path, kind of place and text from its beginning to the cursor, which is `|` in the text.
    fn found(text: &str) -> (String, &'static str, String) {
        let byte = text.find('|').expect("there is a cursor");
        let text = text.replacen('|', "", 1);
        let context = at(&text, byte);
        let (kind, start) = match context.place {
            Place::Header { start } => ("header", start),
            Place::Key { start } => ("key", start),
            Place::Text { start } => ("text", start),
            Place::Bare { start } => ("bare", start),
            Place::Nothing => ("nothing", byte),
        };
        (context.path.join("."), kind, text[start..byte].to_owned())
    }

    #[test]
    fn places_are_told_apart() {
        let cases = [
            ("|", "", "key", ""),
            ("ki|", "", "key", "ki"),
            ("kind = \"ins|", "kind", "text", "ins"),
            ("kind = |", "kind", "bare", ""),
            ("kind = \"a\" |", "", "nothing", ""),
            ("# [op.|", "", "nothing", ""),
            ("[o|", "", "header", "o"),
            ("[op.ia|", "op", "header", "ia"),
            ("[effect.\"heap.r|", "effect", "header", "\"heap.r"),
            ("[[lev|", "", "header", "lev"),
            ("[op.a]\ngr|", "op.a", "key", "gr"),
            ("[op.a]\n|\ncode = 1", "op.a", "key", ""),
            ("[op.a]\ntraps = [\"one\", \"tw|", "op.a.traps", "text", "tw"),
            ("[op.a]\ntraps = [|", "op.a.traps", "bare", ""),
            ("[op.a]\ntraps = [\n  \"x\", # [no]\n  |", "op.a.traps", "bare", ""),
            ("[op.a]\nin = [\"a: i|", "op.a.in", "text", "a: i"),
            ("[op.a]\ngolden = { by|", "op.a.golden", "key", "by"),
            ("[op.a]\ngolden = { bytes = \"|", "op.a.golden.bytes", "text", ""),
            ("[op.a]\nexamples = [{ given = \"s|", "op.a.examples.given", "text", "s"),
            (
                "[op.a]\nexamples = [{ body = \"\"\"\n  x\n\"\"\", tr|",
                "op.a.examples",
                "key",
                "tr",
            ),
            (
                "[op.a]\ndoc = '''\n[op.b]\ngroup = \"|",
                "op.a.doc",
                "text",
                "\n[op.b]\ngroup = \"",
            ),
            ("[op.a]\ndoc = 'a\\'\ngr|", "op.a", "key", "gr"),
            ("[op.a]\ncontrol = ju|", "op.a.control", "bare", "ju"),
        ];
        for (text, path, kind, prefix) in cases {
            assert_eq!(found(text), (path.to_owned(), kind, prefix.to_owned()), "{text}");
        }
    }

    #[test]
    fn mistakes_above_are_left_behind() {
        let cases = [
            ("[op.a]\ndoc = \"no end\ngr|", "op.a", "key", "gr"),
            ("[op.a]\ntraps = [\"x\"\n[op.b]\ngr|", "op.b", "key", "gr"),
            ("[op.a]\ntraps = [\"x\",\ngroup = \"i|", "op.a.group", "text", "i"),
            ("[op.a\ngr|", "op.a", "key", "gr"),
            ("= 3\n]]\n[op.a]\ngr|", "op.a", "key", "gr"),
            ("[op.a]\ngolden = { bytes = \"A0\"\n[op.b]\ngr|", "op.b", "key", "gr"),
        ];
        for (text, path, kind, prefix) in cases {
            assert_eq!(found(text), (path.to_owned(), kind, prefix.to_owned()), "{text}");
        }
    }

    #[test]
    fn every_place_of_strange_texts_has_an_answer() {
        let texts = [
            "[".repeat(1000),
            "a = ".to_owned() + &"[".repeat(1000),
            "a = ".to_owned() + &"{b=".repeat(1000),
            "\"\"\"\\".to_owned(),
            "ä.\"𝄞\" = { ö = ['\u{0}', \"\\".to_owned(),
            "a = {}}}]]]\n= = =\n\r\r\n[[]]\n".repeat(20),
        ];
        for text in &texts {
            for byte in 0..=text.len() + 1 {
                at(text, byte);
            }
        }
    }

    #[test]
    fn words_end_at_the_cursor() {
        for (text, expected) in [
            ("a: i3", "i3"),
            ("heap.re", "heap.re"),
            ("array(", ""),
            ("ä: ö", "ö"),
            ("", ""),
        ] {
            assert_eq!(word(text), expected);
        }
    }
}
