//! Resolves hand-written evidence: examples and golden bytes.

use crate::syntax::Spanned;

use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::raw::{RawExample, RawGoldenValue, RawOp, RawProgram};
use crate::model::instruction_set::{Body, Example, Golden, Outcome};
use crate::model::names::Place;
use crate::source::Span;
use crate::syntax::Entry;

/// The most bytes of an instruction: two of opcode and room for many operands.
const LONGEST_INSTRUCTION: usize = 64;

pub(super) fn examples(entry: &Entry<'_>, raw: &RawOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Example> {
    let mut examples = Vec::new();
    for spanned in &raw.examples {
        let span = entry.at(spanned);
        let example = match spanned.get_ref() {
            RawExample::Values(text) => values(entry, text, span, scope, diagnostics),
            RawExample::Program(program) => self::program(entry, program, span, scope, diagnostics),
        };
        examples.extend(example);
    }
    examples
}

/// `2, 3 -> 5` or `1, 0 -> !divide_by_zero`
fn values(entry: &Entry<'_>, text: &str, span: Span, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Example> {
    let fault = |message: &str| {
        Diagnostic::error("L0601", format!("an example of `{}` can't be read: {message}", entry.name()))
            .at(span, message)
            .help("write inputs, an arrow and outputs or a trap: `\"2, 3 -> 5\"` or `\"1, 0 -> !divide_by_zero\"`")
    };
    let Some((inputs, result)) = split_arrow(text) else {
        diagnostics.push(fault("there is no `->` outside of quotes"));
        return None;
    };
    let inputs = match literals(inputs) {
        Ok(inputs) => inputs,
        Err(message) => {
            diagnostics.push(fault(&message));
            return None;
        }
    };
    let result = result.trim();
    let outcome = if let Some(name) = result.strip_prefix('!') {
        let name = name.trim();
        let start = text.rfind(name).unwrap_or_default();
        let (span, exact) = entry.document.within(span, text, start..start + name.len());
        let place = Place {
            text: name,
            span,
            quoted: false,
            exact,
        };
        scope.traps.names.resolve(&place, diagnostics)?;
        Outcome::Trap(name.to_owned())
    } else {
        match literals(result) {
            Ok(values) => Outcome::Values(values),
            Err(message) => {
                diagnostics.push(fault(&message));
                return None;
            }
        }
    };
    Some(Example::Values { inputs, outcome, span })
}

/// Splits at the `->` that is in no string literal.
fn split_arrow(text: &str) -> Option<(&str, &str)> {
    let mut scanner = Scanner::default();
    for (at, c) in text.char_indices() {
        if !scanner.is_quoted() && text[at..].starts_with("->") {
            return Some((&text[..at], &text[at + 2..]));
        }
        scanner.step(c);
    }
    None
}

/// Splits literals at commas that are in no string literal and no parentheses.
fn literals(text: &str) -> Result<Vec<String>, String> {
    let mut scanner = Scanner::default();
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if c == ',' && !scanner.is_quoted() && scanner.depth == 0 {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        scanner.step(c);
        if scanner.depth < 0 {
            return Err("a parenthesis is closed that was not opened".to_owned());
        }
    }
    if scanner.is_quoted() {
        return Err("a text in quotes has no end".to_owned());
    }
    if scanner.depth != 0 {
        return Err("a parenthesis is not closed".to_owned());
    }
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    parts.push(&text[start..]);
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err("a value is missing beside a comma".to_owned());
    }
    Ok(parts.into_iter().map(|part| part.trim().to_owned()).collect())
}

/// Knows whether it is in a string literal and how many parentheses are open.
#[derive(Default)]
struct Scanner {
    quoted: bool,
    escaped: bool,
    depth: i32,
}

impl Scanner {
    fn is_quoted(&self) -> bool {
        self.quoted
    }

    fn step(&mut self, c: char) {
        if self.escaped {
            self.escaped = false;
        } else if self.quoted {
            match c {
                '\\' => self.escaped = true,
                '"' => self.quoted = false,
                _ => {}
            }
        } else {
            match c {
                '"' => self.quoted = true,
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth -= 1,
                _ => {}
            }
        }
    }
}

/// A table: assembly with its outcome.
fn program(entry: &Entry<'_>, raw: &RawProgram, span: Span, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Example> {
    let document = entry.document;
    let given = match &raw.given {
        Some(given) => Some(scope.fixtures.names.resolve(&Place::value(document, given), diagnostics)?),
        None => None,
    };
    let mut main = None;
    let text = match (&raw.body, &raw.program) {
        (Some(body), None) => {
            let result = raw.result.as_ref().map_or("i32", |result| result.get_ref());
            let code = body.get_ref();
            main = Some(Body {
                result: result.to_owned(),
                code: code.clone(),
            });
            format!("function main {{ result {result} code {{\n{}\n}} }}\n", code.trim_end())
        }
        (None, Some(program)) => {
            if let Some(result) = &raw.result {
                diagnostics.push(
                    Diagnostic::error(
                        "L0602",
                        format!("an example of `{}` states `result` beside `program`", entry.name()),
                    )
                    .at(entry.at(result), "nothing reads this")
                    .help("the program itself states the result type of `main`: remove `result`"),
                );
            }
            program.get_ref().clone()
        }
        (body, program) => {
            let message = if body.is_some() && program.is_some() {
                "both `body` and `program`"
            } else {
                "neither `body` nor `program`"
            };
            diagnostics.push(
                Diagnostic::error("L0602", format!("an example of `{}` has {message}", entry.name()))
                    .at(span, format!("{message} stands here"))
                    .help("state the code of `main` as `body`, or whole declarations as `program`"),
            );
            return None;
        }
    };
    let outcomes = [("gives", &raw.gives), ("traps", &raw.traps), ("throws", &raw.throws)];
    let stated: Vec<(&str, &Spanned<String>)> = outcomes
        .into_iter()
        .filter_map(|(key, text)| text.as_ref().map(|text| (key, text)))
        .collect();
    let outcome = match stated.as_slice() {
        [("gives", literal)] => Outcome::Values(vec![literal.get_ref().trim().to_owned()]),
        [("throws", literal)] => Outcome::Throws(literal.get_ref().trim().to_owned()),
        [(_, name)] => {
            scope.traps.names.resolve(&Place::value(document, name), diagnostics)?;
            Outcome::Trap(name.get_ref().clone())
        }
        several => {
            let mut diagnostic = Diagnostic::error(
                "L0602",
                format!(
                    "an example of `{}` must end in exactly one way, but states {}",
                    entry.name(),
                    several.len()
                ),
            )
            .at(span, "this example")
            .help("state one of `gives`, `traps` and `throws`");
            for (key, text) in several {
                diagnostic = diagnostic.at(entry.at(text), format!("`{key}` stands here"));
            }
            diagnostics.push(diagnostic);
            return None;
        }
    };
    Some(Example::Program {
        given,
        text,
        body: main,
        outcome,
        prints: raw.prints.as_ref().map(|prints| prints.get_ref().clone()),
        span,
    })
}

/// `"20"` or `{ operands = ["1", "2"], bytes = "A0 01000000 0200" }`
pub(super) fn golden(entry: &Entry<'_>, raw: &Spanned<RawGoldenValue>, diagnostics: &mut Diagnostics) -> Option<Golden> {
    let span = entry.at(raw);
    let (operands, text, text_span) = match raw.get_ref() {
        RawGoldenValue::Bytes(text) => (Vec::new(), text, span),
        RawGoldenValue::Table(table) => {
            let operands = table
                .operands
                .iter()
                .map(|operand| operand.get_ref().trim().to_owned())
                .collect();
            (operands, table.bytes.get_ref(), entry.at(&table.bytes))
        }
    };
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let values: Option<Vec<u8>> = digits
        .iter()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let message = match &values {
        None => "only hexadecimal digits and spaces may stand here",
        Some(values) if values.is_empty() => "there are no bytes",
        Some(values) if values.len() % 2 == 1 => "the number of digits is odd",
        Some(values) if values.len() / 2 > LONGEST_INSTRUCTION => "no instruction is that long",
        Some(values) => {
            let bytes = values.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            return Some(Golden { operands, bytes, span });
        }
    };
    diagnostics.push(
        Diagnostic::error(
            "L0603",
            format!("the golden bytes of `{}` can't be read: {message}", entry.name()),
        )
        .at(text_span, message)
        .help("write two hexadecimal digits for each byte: `\"A0 01000000 0200\"`"),
    );
    None
}
