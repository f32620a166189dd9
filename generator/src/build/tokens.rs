//! Finds the tokens of an expression again in emitted code.
//!
//! What is emitted from an expression is formatted anew: other white space, other line ends, perhaps a comma or parentheses more or
//! less, and an underscore behind names that the emitted function uses itself. The tokens and their order stay, so a place in emitted
//! code leads to a place in the expression.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A token that holds no others. Brackets are two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As it is written.
    pub text: String,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The tokens of a Rust text; empty for a text that has none or can't be split into them.
pub fn tokens(text: &str) -> Vec<Token> {
    let Ok(stream) = text.parse::<TokenStream>() else {
        return Vec::new();
    };
    let mut tokens = Vec::new();
    // A stack of its own, so that no nesting exhausts the thread's.
    let mut open = vec![(stream.into_iter(), None)];
    while let Some((trees, _)) = open.last_mut() {
        match trees.next() {
            Some(TokenTree::Group(group)) => {
                let (left, right) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(token(left.to_owned(), group.span_open().byte_range()));
                let end = token(right.to_owned(), group.span_close().byte_range());
                open.push((group.stream().into_iter(), Some(end)));
            }
            Some(tree) => tokens.push(token(tree.to_string(), tree.span().byte_range())),
            None => {
                if let Some((_, Some(end))) = open.pop() {
                    tokens.push(end);
                }
            }
        }
    }
    tokens
}

fn token(text: String, range: Range<usize>) -> Token {
    Token { text, range }
}

/// Where an expression stands in emitted code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// For each token of the code that belongs to the expression: its bytes in the code and, unless formatting added it, its bytes in
    /// the expression.
    pairs: Vec<(Range<usize>, Option<Range<usize>>)>,
}

impl Alignment {
    /// Looks for the expression in the code. Where it stands several times, the one without additions is meant and, of several such,
    /// the one behind `=` or `match`, which stand before values, and then the last one.
    pub fn new(expression: &[Token], code: &[Token]) -> Option<Alignment> {
        let found = (0..code.len()).filter_map(|start| {
            let (pairs, additions) = align(expression, &code[start..])?;
            let is_value = start > 0 && matches!(code[start - 1].text.as_str(), "=" | "match");
            Some(((std::cmp::Reverse(additions), is_value, start), pairs))
        });
        let (_, pairs) = found.max_by_key(|(rank, _)| *rank)?;
        Some(Alignment { pairs })
    }

    /// The bytes of the expression for bytes of the code; `None` unless these lie within what the expression became.
    pub fn expression(&self, code: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (self.pairs.first()?, self.pairs.last()?);
        if code.start < first.0.start || code.end > last.0.end {
            return None;
        }
        let touched = self
            .pairs
            .iter()
            .filter(|(at, _)| at.start < code.end.max(code.start + 1) && at.end > code.start)
            .filter_map(|(_, expression)| expression.as_ref());
        let (mut start, mut end) = (usize::MAX, 0);
        for range in touched {
            start = start.min(range.start);
            end = end.max(range.end);
        }
        (start < end).then_some(start..end)
    }
}

/// What formatting may add or leave out.
fn is_soft(token: &Token) -> bool {
    matches!(token.text.as_str(), "," | ";" | "(" | ")" | "{" | "}")
}

fn is_same(expression: &Token, code: &Token) -> bool {
    expression.text == code.text || code.text.strip_suffix('_').is_some_and(|text| text == expression.text)
}

type Pairs = Vec<(Range<usize>, Option<Range<usize>>)>;

/// Sets the expression against the beginning of the code. Also gives the number of tokens that only one of them has.
fn align(expression: &[Token], code: &[Token]) -> Option<(Pairs, usize)> {
    let mut pairs: Pairs = Vec::new();
    let mut additions = 0;
    let mut at = 0;
    for (index, token) in expression.iter().enumerate() {
        loop {
            match code.get(at) {
                Some(found) if is_same(token, found) => {
                    pairs.push((found.range.clone(), Some(token.range.clone())));
                    at += 1;
                    break;
                }
                // Nothing is added before the first token: that would be part of something else.
                Some(found) if index > 0 && is_soft(found) && !is_soft(token) => {
                    pairs.push((found.range.clone(), None));
                    additions += 1;
                    at += 1;
                }
                _ if is_soft(token) => {
                    additions += 1;
                    break;
                }
                _ => return None,
            }
        }
    }
    (!pairs.is_empty()).then_some((pairs, additions))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the expression for `part`, which stands once in the code.
    fn found(expression: &str, code: &str, part: &str) -> Option<String> {
        let alignment = Alignment::new(&tokens(expression), &tokens(code))?;
        let start = code.rfind(part).expect("the part is in the code");
        let range = alignment.expression(&(start..start + part.len()))?;
        Some(expression[range].to_owned())
    }

    #[test]
    fn places_in_code_lead_to_places_in_the_expression() {
        let cases = [
            ("a.wrapping_add( b )", "let output: i32 = a.wrapping_add(b);", "b", "b"),
            (
                "a.wrapping_add( b )",
                "let output: i32 = a.wrapping_add(b);",
                "wrapping_add",
                "wrapping_add",
            ),
            (
                "if a<b {a} else {b}",
                "let o: i32 = if a < b {\n    a\n} else {\n    b\n};",
                "a < b",
                "a<b",
            ),
            ("f(a,b)", "let o = f(\n    a,\n    b,\n);", "b", "b"),
            ("(a)", "let o = a;", "a", "a"),
            ("frame + 1", "let o: i32 = frame_ + 1;", "frame_", "frame"),
            // The value, not the name that is bound before it.
            (
                "value",
                "let value: i32 = frame.pop()?; let output: i32 = value; push(output);",
                "value",
                "value",
            ),
            ("ä + \"ö\".len()", "let o = ä + \"ö\".len();", "\"ö\"", "\"ö\""),
        ];
        for (expression, code, part, expected) in cases {
            assert_eq!(
                found(expression, code, part).as_deref(),
                Some(expected),
                "{expression} in {code}"
            );
        }
    }

    #[test]
    fn places_outside_of_the_expression_lead_nowhere() {
        let code = "let a: i32 = frame.pop()?; let output: i32 = a.wrapping_neg();";
        assert_eq!(found("a.wrapping_neg()", code, "output"), None);
        assert_eq!(found("a.wrapping_neg()", code, "i32 = a"), None);
        assert_eq!(found("a.wrapping_add(b)", code, "a"), None);
        assert_eq!(found("", code, "a"), None);
        assert_eq!(found("a", "\"", "\""), None);
    }
}
