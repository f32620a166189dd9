//! Parses the guards and actions of transitions.

use std::ops::Range;

use crate::model::module::state_machine::{Action, Comparison, Expression, Guard};

/// How deep expressions may be nested.
const DEEPEST: usize = 32;

/// How comparisons are written, the longer ones first.
const COMPARISONS: &[(&str, Comparison)] = &[
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// What is wrong with a text, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub range: Range<usize>,
    pub message: String,
}

/// The names in a text, with their places.
pub(super) type Mentions = Vec<(String, Range<usize>)>;

/// The guard that a text states, and the names in it.
pub(super) fn guard(text: &str) -> Result<(Guard, Mentions), Fault> {
    match text.trim() {
        "" => return Ok((Guard::Always, Vec::new())),
        "otherwise" => return Ok((Guard::Otherwise, Vec::new())),
        _ => {}
    }
    let mut parser = Parser::new(text);
    let left = parser.sum(0)?;
    let start = parser.at();
    let found = COMPARISONS.iter().find(|(written, _)| parser.rest().starts_with(written));
    let Some((written, comparison)) = found else {
        return Err(parser.fault(start, "expected a comparison: `==`, `!=`, `<`, `<=`, `>` or `>=`"));
    };
    parser.position += written.len();
    let right = parser.sum(0)?;
    parser.end("expected the end of the guard: it is one comparison")?;
    let guard = Guard::Compare {
        left,
        comparison: *comparison,
        right,
    };
    Ok((guard, parser.mentions))
}

/// The actions that a text states, and the names in it.
pub(super) fn actions(text: &str) -> Result<(Vec<Action>, Mentions), Fault> {
    let mut parser = Parser::new(text);
    let mut actions = Vec::new();
    while parser.at() < text.len() {
        let start = parser.at();
        let Some(variable) = parser.name() else {
            return Err(parser.fault(start, "expected the name of a variable"));
        };
        let at = parser.at();
        if !parser.take("=") {
            return Err(parser.fault(at, "expected `=`"));
        }
        let value = parser.sum(0)?;
        actions.push(Action { variable, value });
        let at = parser.at();
        if at < text.len() && !parser.take(";") {
            return Err(parser.fault(at, "expected `;` or the end"));
        }
    }
    Ok((actions, parser.mentions))
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    mentions: Mentions,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Parser {
            text,
            position: 0,
            mentions: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Where the next thing begins.
    fn at(&mut self) -> usize {
        self.position += self.rest().len() - self.rest().trim_start().len();
        self.position
    }

    fn take(&mut self, mark: &str) -> bool {
        self.at();
        let is_there = self.rest().starts_with(mark);
        if is_there {
            self.position += mark.len();
        }
        is_there
    }

    fn fault(&self, start: usize, message: &str) -> Fault {
        let length = self
            .text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        Fault {
            range: start..start + length,
            message: message.to_owned(),
        }
    }

    fn end(&mut self, message: &str) -> Result<(), Fault> {
        let at = self.at();
        if at < self.text.len() {
            Err(self.fault(at, message))
        } else {
            Ok(())
        }
    }

    /// A run of letters, digits and underscores.
    fn word(&mut self) -> &'a str {
        let start = self.at();
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        self.position = start + length;
        rest.get(..length).unwrap_or_default()
    }

    fn name(&mut self) -> Option<String> {
        let start = self.at();
        if !self.rest().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let name = self.word().to_owned();
        self.mentions.push((name.clone(), start..self.position));
        Some(name)
    }

    fn sum(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut left = self.product(depth)?;
        // A long chain is a deep tree, too.
        for _ in 0..DEEPEST {
            if self.take("+") {
                left = Expression::Add(Box::new(left), Box::new(self.product(depth)?));
            } else if self.take("-") {
                left = Expression::Subtract(Box::new(left), Box::new(self.product(depth)?));
            } else {
                return Ok(left);
            }
        }
        let at = self.at();
        Err(self.fault(at, "the expression is too long"))
    }

    fn product(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut left = self.operand(depth)?;
        for _ in 0..DEEPEST {
            if !self.take("*") {
                return Ok(left);
            }
            left = Expression::Multiply(Box::new(left), Box::new(self.operand(depth)?));
        }
        let at = self.at();
        Err(self.fault(at, "the expression is too long"))
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, Fault> {
        let start = self.at();
        if let Some(name) = self.name() {
            return Ok(Expression::Name(name));
        }
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            let word = self.word();
            let number = word.replace('_', "").parse();
            return number.map(Expression::Literal).map_err(|_| Fault {
                range: start..start + word.len(),
                message: "this is no decimal number of at most 64 bits".to_owned(),
            });
        }
        if depth < DEEPEST && self.take("(") {
            let inner = self.sum(depth + 1)?;
            let at = self.at();
            return if self.take(")") {
                Ok(inner)
            } else {
                Err(self.fault(at, "expected `)`"))
            };
        }
        Err(self.fault(start, "expected a number or the name of a variable, parameter or input"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Expression {
        Expression::Name(name.to_owned())
    }

    #[test]
    fn guards_are_one_comparison() {
        let (guard, mentions) = super::guard("failures + 1 >= threshold").expect("it is a guard");
        let sum = Expression::Add(Box::new(name("failures")), Box::new(Expression::Literal(1)));
        assert_eq!(
            guard,
            Guard::Compare {
                left: sum,
                comparison: Comparison::GreaterOrEqual,
                right: name("threshold")
            }
        );
        assert_eq!(mentions, [("failures".to_owned(), 0..8), ("threshold".to_owned(), 16..25)]);
        assert_eq!(super::guard(" ").map(|(guard, _)| guard), Ok(Guard::Always));
        assert_eq!(super::guard("otherwise").map(|(guard, _)| guard), Ok(Guard::Otherwise));
    }

    #[test]
    fn products_bind_closer_than_sums() {
        let (actions, _) = super::actions("a = 1 + b * (2 - c); d = 0").expect("they are actions");
        let difference = Expression::Subtract(Box::new(Expression::Literal(2)), Box::new(name("c")));
        let product = Expression::Multiply(Box::new(name("b")), Box::new(difference));
        assert_eq!(
            actions[0].value,
            Expression::Add(Box::new(Expression::Literal(1)), Box::new(product))
        );
        assert_eq!((actions.len(), actions[1].variable.as_str()), (2, "d"));
    }

    #[test]
    fn anything_else_is_refused_where_it_stands() {
        for (text, at) in [
            ("a", 1),
            ("a > ", 4),
            ("a > 1 && b > 1", 6),
            ("a > 1x", 4),
            ("(a > 1", 3),
            ("ä > 1", 0),
        ] {
            let fault = super::guard(text).expect_err(text);
            assert_eq!(fault.range.start, at, "{text}: {}", fault.message);
        }
        for text in ["a", "a = ", "= 1", "a = 1 b = 2", "a += 1"] {
            assert!(super::actions(text).is_err(), "{text}");
        }
        assert!(super::guard(&"(".repeat(100_000)).is_err() && super::guard(&"1+".repeat(100_000)).is_err());
    }
}
