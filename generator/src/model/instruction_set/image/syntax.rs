//! How an instruction is written in assembly: `add {x}, {nn}`.

use std::ops::Range;

/// A piece of the text behind the mnemonic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A word or a sign that stands there as it is: `i`, `,`, `[`.
    Literal(String),
    /// The operand with this position among those of the op.
    Operand(usize),
}

/// The text of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax {
    /// The first word.
    pub mnemonic: String,
    /// What follows it.
    pub pieces: Vec<Piece>,
    /// As it stands in the spec.
    pub text: String,
}

/// Why a text is no syntax, and the part of it that is to blame.
pub struct Fault {
    /// In a sentence.
    pub message: String,
    /// In bytes of the text.
    pub range: Range<usize>,
}

/// Signs that can be pieces.
const SIGNS: &str = ",[]()+#@";

impl Syntax {
    /// The mnemonic, and then the operands with commas between them.
    pub fn plain(name: &str, operands: &[&str]) -> Syntax {
        let places: Vec<String> = operands.iter().map(|operand| format!("{{{operand}}}")).collect();
        let mut pieces = Vec::new();
        for position in 0..operands.len() {
            if position > 0 {
                pieces.push(Piece::Literal(",".to_owned()));
            }
            pieces.push(Piece::Operand(position));
        }
        Syntax {
            mnemonic: name.to_owned(),
            pieces,
            text: format!("{name} {}", places.join(", ")).trim().to_owned(),
        }
    }

    /// Reads a syntax for an op with these operands.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn parse(text: &str, operands: &[&str]) -> Result<Syntax, Fault> {
        let mut rest = Rest { text, at: 0 };
        let Some(mnemonic) = rest.word() else {
            return Err(rest.fault("it begins with a mnemonic, a word in small letters"));
        };
        let mnemonic = mnemonic.to_owned();
        let mut pieces = Vec::new();
        while let Some(next) = rest.peek() {
            let start = rest.at;
            if next == '{' {
                rest.at += 1;
                let name = rest.word().unwrap_or_default();
                let known = operands.iter().position(|operand| *operand == name);
                let closed = rest.peek() == Some('}');
                rest.at += usize::from(closed);
                match known {
                    Some(position) if closed => pieces.push(Piece::Operand(position)),
                    _ => {
                        let message = format!("`{}` is no operand", text.get(start..rest.at).unwrap_or_default());
                        return Err(Fault {
                            message,
                            range: start..rest.at,
                        });
                    }
                }
            } else if SIGNS.contains(next) {
                rest.at += 1;
                pieces.push(Piece::Literal(next.to_string()));
            } else if let Some(word) = rest.word() {
                pieces.push(Piece::Literal(word.to_owned()));
            } else {
                return Err(rest.fault("here is neither a word, nor an operand in braces, nor one of the signs , [ ] ( ) + # @"));
            }
        }
        for (position, operand) in operands.iter().enumerate() {
            let times = pieces.iter().filter(|piece| **piece == Piece::Operand(position)).count();
            if times != 1 {
                return Err(Fault {
                    message: format!("the operand `{operand}` stands there {times} times, not once"),
                    range: 0..text.len(),
                });
            }
        }
        Ok(Syntax {
            mnemonic,
            pieces,
            text: text.to_owned(),
        })
    }
}

/// What hasn't been read yet.
struct Rest<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    /// The next character behind spaces.
    fn peek(&mut self) -> Option<char> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start().len();
        self.text.get(self.at..)?.chars().next()
    }

    /// A word of small letters, digits and underscores that doesn't begin with a digit.
    fn word(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        if !first.is_ascii_lowercase() {
            return None;
        }
        let rest = self.text.get(self.at..)?;
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length)
    }

    fn fault(&self, message: &str) -> Fault {
        let length = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        Fault {
            message: message.to_owned(),
            range: self.at..self.at + length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_pieces() {
        let syntax = Syntax::parse("ld [i], {x}", &["x"]).unwrap_or_else(|fault| panic!("{}", fault.message));
        let literal = |text: &str| Piece::Literal(text.to_owned());
        assert_eq!(syntax.mnemonic, "ld");
        assert_eq!(
            syntax.pieces,
            [literal("["), literal("i"), literal("]"), literal(","), Piece::Operand(0)]
        );
        assert_eq!(Syntax::plain("add", &["x", "y"]).text, "add {x}, {y}");
        assert_eq!(Syntax::plain("ret", &[]).text, "ret");
    }

    #[test]
    fn what_is_no_syntax_is_refused() {
        for wrong in [
            "",
            "{x}",
            "add",
            "add {x}, {x}",
            "add {y}",
            "add {x",
            "add {x} %",
            "Add {x}",
            "add {x} ä",
            "add {",
        ] {
            assert!(Syntax::parse(wrong, &["x"]).is_err(), "{wrong}");
        }
    }
}
