//! Follows the bytes of a text back to the bytes of the TOML string that stands for it.

use std::ops::Range;

/// Where the bytes of a text stand in its string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    /// For every byte of the text: the beginning and the end of what stands for its character.
    bytes: Vec<(u32, u32)>,
}

impl Offsets {
    /// Reads a string with its quotes, of any of TOML's four forms. `None` where it is no string that means `text`.
    pub fn new(string: &str, text: &str) -> Option<Offsets> {
        let (delimiter, escapes) = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|delimiter| string.starts_with(delimiter))
            .map(|delimiter| (delimiter, delimiter.starts_with('"')))?;
        let several = delimiter.len() == 3;
        let inner = string.strip_prefix(delimiter)?.strip_suffix(delimiter)?;
        let mut reader = Reader {
            rest: inner,
            at: delimiter.len(),
            read: String::with_capacity(text.len()),
            bytes: Vec::with_capacity(text.len()),
        };
        if several {
            // The first line end is no part of the text.
            let skipped = ["\r\n", "\n"]
                .into_iter()
                .find(|end| inner.starts_with(end))
                .map_or(0, str::len);
            reader.skip(skipped);
        }
        while let Some(first) = reader.rest.chars().next() {
            if first == '\\' && escapes {
                reader.escape(several)?;
            } else if reader.rest.starts_with("\r\n") && !text.contains('\r') {
                reader.push('\n', 2);
            } else {
                reader.push(first, first.len_utf8());
            }
        }
        (reader.read == text).then_some(Offsets { bytes: reader.bytes })
    }

    /// Where a part of the text stands in the string; `None` for one that is empty or no part of it.
    pub fn of(&self, part: Range<usize>) -> Option<Range<u32>> {
        let (first, last) = (self.bytes.get(part.start)?, self.bytes.get(part.end.checked_sub(1)?)?);
        (part.start < part.end).then_some(first.0..last.1)
    }
}

struct Reader<'a> {
    rest: &'a str,
    at: usize,
    read: String,
    bytes: Vec<(u32, u32)>,
}

impl Reader<'_> {
    /// Takes `length` bytes of the string that stand for nothing.
    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.at += length;
    }

    /// Takes `length` bytes of the string that stand for a character.
    fn push(&mut self, character: char, length: usize) {
        self.read.push(character);
        let start = self.at as u32;
        self.skip(length);
        self.bytes.resize(self.read.len(), (start, self.at as u32));
    }

    fn escape(&mut self, several: bool) -> Option<()> {
        let kind = self.rest.chars().nth(1)?;
        let plain = match kind {
            'b' => Some('\u{8}'),
            't' => Some('\t'),
            'n' => Some('\n'),
            'f' => Some('\u{c}'),
            'r' => Some('\r'),
            'e' => Some('\u{1b}'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            _ => None,
        };
        if let Some(plain) = plain {
            self.push(plain, 2);
            return Some(());
        }
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            // At the end of a line, blank space up to the next character is left out.
            _ if several && kind.is_ascii_whitespace() => {
                let behind = self.rest[1..].trim_start_matches([' ', '\t', '\r', '\n']);
                self.skip(self.rest.len() - behind.len());
                return Some(());
            }
            _ => return None,
        };
        let number = self.rest.get(2..2 + digits)?;
        let character = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
        self.push(character, 2 + digits);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the string for the part of its text that is `part`.
    fn found(string: &str, part: &str) -> String {
        let table: toml::Table = format!("key = {string}\n").parse().expect("a string of TOML");
        let text = table["key"].as_str().expect("a text");
        let offsets = Offsets::new(string, text).unwrap_or_else(|| panic!("{string} can be read"));
        let start = text.find(part).expect("the part is in the text");
        let range = offsets.of(start..start + part.len()).expect("the part is in the string");
        string[range.start as usize..range.end as usize].to_owned()
    }

    #[test]
    fn parts_are_found_in_every_form_of_string() {
        let cases = [
            ("\"a + bc\"", "bc", "bc"),
            ("'a + \\ bc'", "bc", "bc"),
            ("\"ä \\u002B bc\"", "+", "\\u002B"),
            ("\"\\U0001F600\\t\\\"bc\"", "bc", "bc"),
            ("\"\\U0001F600\\t\\\"bc\"", "\u{1F600}", "\\U0001F600"),
            ("\"\"\"\na +\n  bc\"\"\"", "bc", "bc"),
            ("\"\"\"\na \\\n   \n  + bc\"\"\"", "+ bc", "+ bc"),
            ("\"\"\"\na \\\n   \n  + bc\"\"\"", "a ", "a "),
            ("'''\na \\ + bc'''", "bc", "bc"),
            ("\"\"\"a \"\" bc\"\"\"\"\"", "bc\"\"", "bc\"\""),
        ];
        for (string, part, expected) in cases {
            assert_eq!(found(string, part), expected, "{string}");
        }
    }

    #[test]
    fn line_ends_of_two_bytes_are_one_of_the_text() {
        let string = "\"\"\"\r\na +\r\nbc\"\"\"";
        for text in ["a +\nbc", "a +\r\nbc"] {
            let offsets = Offsets::new(string, text).expect("both readings are known");
            let start = text.find("bc").expect("it is there");
            let range = offsets.of(start..start + 2).expect("it is found");
            assert_eq!(&string[range.start as usize..range.end as usize], "bc");
        }
    }

    #[test]
    fn what_means_something_else_is_refused() {
        for string in ["", "\"", "a", "\"b\"", "\"\\q\"", "\"\\u12\"", "'a", "\"\\", "\"\"\"a\""] {
            assert_eq!(Offsets::new(string, "a"), None, "{string}");
        }
    }
}
