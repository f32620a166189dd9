//! Parses and resolves types of inputs and outputs: `array(T)`, `params(f, argc)`, `local(0)`.

use std::ops::Range;

use crate::syntax::Spanned;

use super::Resolved;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::{
    Indexes, Input, Operand, OperandKind, OperandMeaning, ParameterKind, Reference, Type, TypeArgument, TypeExpression,
    TypeFunction,
};
use crate::model::names::Place;
use crate::suggest::list;
use crate::syntax::Entry;

/// How deep types may nest. Nobody writes more, and emitters descend into them.
const DEEPEST: usize = 16;

/// What an expression can name.
pub(super) struct Scope<'a> {
    pub(super) types: &'a Resolved<Type>,
    pub(super) kinds: &'a Resolved<OperandKind>,
    /// Operands of the op.
    pub(super) operands: &'a [Operand],
    /// Whether an operand had an error and so is missing from `operands`.
    pub(super) operands_are_broken: bool,
    /// Inputs that stand before the expression.
    pub(super) inputs: &'a [Input],
    /// Names of inputs that stand at or behind the expression.
    pub(super) later_inputs: &'a [&'a str],
}

/// Resolves the part of a text value from a byte on. `None` if there is an error, which is reported.
pub(super) fn resolve(
    entry: &Entry<'_>,
    text: &Spanned<String>,
    range: Range<usize>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<TypeExpression> {
    let resolver = Resolver { entry, text, scope };
    let whole = range.clone();
    let mut parser = Parser {
        text: text.get_ref(),
        at: range.start,
        end: range.end,
    };
    let parsed = parser.expression(0).and_then(|parsed| {
        parser.skip_spaces();
        if parser.at < parser.end {
            return Err((parser.at..parser.end, "expected the end of the type".to_owned()));
        }
        Ok(parsed)
    });
    match parsed {
        Ok(parsed) => resolver.expression(&parsed, diagnostics),
        Err((range, message)) => {
            let place = resolver.place(range);
            let shown = text.get_ref().get(whole).unwrap_or_default();
            diagnostics.push(
                Diagnostic::error("L0202", format!("`{shown}` is not a type: {message}"))
                    .at(place.span, message)
                    .help("write a type as in `i32`, `T`, `array(T)`, `object(class)`, `ret(f)` or `repeat(T, n)`"),
            );
            None
        }
    }
}

/// A name or number with arguments.
struct Parsed {
    range: Range<usize>,
    /// `None` where no parenthesis follows.
    arguments: Option<Vec<Parsed>>,
    /// With the arguments.
    whole: Range<usize>,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    end: usize,
}

type Fault = (Range<usize>, String);

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..self.end).and_then(|rest| rest.chars().next())
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    fn expression(&mut self, depth: usize) -> Result<Parsed, Fault> {
        if depth > DEEPEST {
            return Err((self.at..self.end, format!("types nest at most {DEEPEST} deep")));
        }
        self.skip_spaces();
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        let range = start..self.at;
        if range.is_empty() {
            let found = self.peek().map_or(start..start, |c| start..start + c.len_utf8());
            return Err((found, "expected a name".to_owned()));
        }
        self.skip_spaces();
        if self.peek() != Some('(') {
            return Ok(Parsed {
                whole: range.clone(),
                range,
                arguments: None,
            });
        }
        self.at += 1;
        let mut arguments = Vec::new();
        self.skip_spaces();
        if self.peek() == Some(')') {
            self.at += 1;
        } else {
            loop {
                arguments.push(self.expression(depth + 1)?);
                self.skip_spaces();
                match self.peek() {
                    Some(',') => self.at += 1,
                    Some(')') => {
                        self.at += 1;
                        break;
                    }
                    found => {
                        let at = found.map_or(self.at..self.at, |c| self.at..self.at + c.len_utf8());
                        return Err((at, "expected `,` or `)`".to_owned()));
                    }
                }
            }
        }
        Ok(Parsed {
            whole: start..self.at,
            range,
            arguments: Some(arguments),
        })
    }
}

/// What a type function can be given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// An operand that names an entry of a list of the module, or an input.
    Callee,
    /// An operand that names an entry of a list of the module.
    Declared,
    /// An input.
    Value,
    /// An operand that is a plain number.
    Count,
    /// An operand of this meaning, or a number.
    Position(&'static [Indexes]),
    /// An operand that names a type.
    Type,
}

impl Wants {
    fn describe(self) -> &'static str {
        match self {
            Wants::Callee => "an operand that names an entry of the module, or an input",
            Wants::Declared => "an operand that names an entry of the module",
            Wants::Value => "an input",
            Wants::Count => "an operand that is a plain number",
            Wants::Position([Indexes::Locals]) => "an operand that is a local, or a number",
            Wants::Position([Indexes::Captures]) => "an operand that is a capture, or a number",
            Wants::Position([Indexes::ClassFields]) => "an operand that is a field, or a number",
            Wants::Position([Indexes::ClassMethods]) => "an operand that is a method, or a number",
            Wants::Position(_) => "an operand that is a position, or a number",
            Wants::Type => "an operand that names a type",
        }
    }
}

/// What a function wants; the last argument may be missing where the number says that fewer are enough.
fn wants(function: TypeFunction) -> (&'static [Wants], usize) {
    use Wants::{Callee, Count, Declared, Position, Value};
    const LOCAL: Wants = Position(&[Indexes::Locals]);
    const CAPTURE: Wants = Position(&[Indexes::Captures]);
    const FIELD: Wants = Position(&[Indexes::ClassFields]);
    const METHOD: Wants = Position(&[Indexes::ClassMethods]);
    const ELEMENT: Wants = Position(&[Indexes::TupleElements]);
    match function {
        TypeFunction::Local => (&[LOCAL], 1),
        TypeFunction::Params => (&[Callee, Count], 1),
        TypeFunction::Ret => (&[Callee], 1),
        TypeFunction::Callee => (&[Value], 1),
        TypeFunction::Receiver | TypeFunction::Closure => (&[Declared], 1),
        TypeFunction::Arguments => (&[Declared, Count], 1),
        TypeFunction::MethodParams => (&[Value, METHOD, Count], 2),
        TypeFunction::MethodRet => (&[Value, METHOD], 2),
        TypeFunction::Result | TypeFunction::Rest => (&[], 0),
        TypeFunction::Capture => (&[CAPTURE], 1),
        TypeFunction::Captures => (&[Declared, Count], 1),
        TypeFunction::CaptureOf => (&[Declared, CAPTURE], 2),
        TypeFunction::Field => (&[Value, FIELD], 2),
        TypeFunction::Fields | TypeFunction::Elements => (&[Value, Count], 2),
        TypeFunction::Global | TypeFunction::Static | TypeFunction::Constant => (&[Declared], 1),
        TypeFunction::Type => (&[Wants::Type], 1),
        TypeFunction::TupleType => (&[Wants::Type, Count], 2),
        TypeFunction::Literal => (&[Declared, Count], 2),
        TypeFunction::Element => (&[Value, ELEMENT], 2),
    }
}

struct Resolver<'a> {
    entry: &'a Entry<'a>,
    text: &'a Spanned<String>,
    scope: &'a Scope<'a>,
}

impl<'a> Resolver<'a> {
    fn place(&self, range: Range<usize>) -> Place<'a> {
        Place::part(self.entry.document, self.text, range)
    }

    fn expression(&self, parsed: &Parsed, diagnostics: &mut Diagnostics) -> Option<TypeExpression> {
        let name = self.place(parsed.range.clone());
        let mut chars = name.text.chars();
        if let (Some(letter), None) = (chars.next(), chars.next())
            && letter.is_ascii_uppercase()
        {
            if parsed.arguments.is_some() {
                diagnostics.push(
                    Diagnostic::error("L0204", format!("the type variable `{letter}` takes no arguments")).at(
                        self.place(parsed.whole.clone()).span,
                        "a single upper-case letter is a type variable",
                    ),
                );
                return None;
            }
            return Some(TypeExpression::Variable(letter));
        }
        match name.text {
            "repeat" => {
                let [element, count] = self.exactly(parsed, "repeat(T, n)", diagnostics)?;
                let element = self.single(element, diagnostics);
                let count = self.reference(count, Wants::Count, "repeat", diagnostics);
                return Some(TypeExpression::Repeat {
                    element: Box::new(element?),
                    count: count?,
                });
            }
            "optional" => {
                let [inner] = self.exactly(parsed, "optional(field(o, f))", diagnostics)?;
                return Some(TypeExpression::Optional(Box::new(self.single(inner, diagnostics)?)));
            }
            _ => {}
        }
        let function = TypeFunction::ALL
            .iter()
            .find(|(known, _)| *known == name.text)
            .map(|(_, function)| *function);
        if function.is_none() || parsed.arguments.is_none() {
            self.scope.types.names.note_use(&name);
        }
        match (self.scope.types.names.get(name.text), function) {
            // `result` may be a type as well as a function: parentheses tell them apart.
            (Some(constructor), None) => self.named(constructor, parsed, diagnostics),
            (Some(constructor), Some(_)) if parsed.arguments.is_none() => self.named(constructor, parsed, diagnostics),
            (_, Some(function)) => self.function(function, parsed, diagnostics),
            (None, None) => {
                if !self.scope.types.names.is_broken(name.text) {
                    let functions = TypeFunction::ALL.iter().map(|(name, _)| *name);
                    let names = self.scope.types.names.all().chain(functions).chain(["repeat", "optional"]);
                    diagnostics.push(name.unknown("L0203", "type", names).unless_incomplete());
                }
                None
            }
        }
    }

    /// A type of one value.
    fn single(&self, parsed: &Parsed, diagnostics: &mut Diagnostics) -> Option<TypeExpression> {
        let expression = self.expression(parsed, diagnostics)?;
        if expression.is_many() {
            let place = self.place(parsed.whole.clone());
            diagnostics.push(
                Diagnostic::error(
                    "L0204",
                    format!("`{}` stands for several values, but one type is needed here", place.text),
                )
                .at(place.span, "expected the type of one value"),
            );
            return None;
        }
        Some(expression)
    }

    fn exactly<'p, const N: usize>(
        &self,
        parsed: &'p Parsed,
        form: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<&'p [Parsed; N]> {
        let arguments = parsed.arguments.as_deref().unwrap_or_default();
        let result = arguments.try_into().ok();
        if result.is_none() {
            diagnostics.push(self.count_fault(parsed, arguments.len(), &N.to_string(), form));
        }
        result
    }

    fn count_fault(&self, parsed: &Parsed, found: usize, expected: &str, form: &str) -> Diagnostic {
        let name = self.place(parsed.range.clone()).text;
        let noun = if expected == "1" { "argument" } else { "arguments" };
        Diagnostic::error("L0204", format!("`{name}` takes {expected} {noun}, but {found} are given"))
            .at(self.place(parsed.whole.clone()).span, format!("expected {expected} {noun}"))
            .help(format!("write it as `{form}`"))
    }

    fn named(
        &self,
        constructor: crate::arena::Id<Type>,
        parsed: &Parsed,
        diagnostics: &mut Diagnostics,
    ) -> Option<TypeExpression> {
        let definition = &self.scope.types.arena[constructor];
        let Some(given) = &parsed.arguments else {
            // Without arguments a constructor stands for every type that it makes.
            return Some(TypeExpression::Named {
                constructor,
                arguments: Vec::new(),
            });
        };
        if given.len() != definition.parameters.len() || given.is_empty() {
            let names: Vec<&str> = definition
                .parameters
                .iter()
                .map(|parameter| parameter.name.as_str())
                .collect();
            let form = if names.is_empty() {
                definition.name.clone()
            } else {
                format!("{}({})", definition.name, names.join(", "))
            };
            diagnostics.push(
                self.count_fault(parsed, given.len(), &names.len().to_string(), &form)
                    .at(definition.span, "the type is defined here"),
            );
            return None;
        }
        let mut arguments = Vec::new();
        for (parameter, argument) in definition.parameters.iter().zip(given) {
            arguments.push(match parameter.kind {
                ParameterKind::Class => {
                    let what = format!("the parameter `{}` of `{}`", parameter.name, definition.name);
                    TypeArgument::Operand(self.reference(argument, Wants::Declared, &what, diagnostics)?)
                }
                ParameterKind::Types => TypeArgument::Type(self.expression(argument, diagnostics)?),
                ParameterKind::Type | ParameterKind::OptionalType => TypeArgument::Type(self.single(argument, diagnostics)?),
            });
        }
        Some(TypeExpression::Named { constructor, arguments })
    }

    fn function(&self, function: TypeFunction, parsed: &Parsed, diagnostics: &mut Diagnostics) -> Option<TypeExpression> {
        let given = parsed.arguments.as_deref().unwrap_or_default();
        let (wanted, least) = wants(function);
        if given.len() < least || given.len() > wanted.len() || parsed.arguments.is_none() {
            let expected = if least == wanted.len() {
                least.to_string()
            } else {
                format!("{least} to {}", wanted.len())
            };
            let kinds: Vec<&str> = wanted.iter().map(|wants| wants.describe()).collect();
            let mut diagnostic = self.count_fault(parsed, given.len(), &expected, &format!("{}(…)", function.name()));
            if !kinds.is_empty() {
                diagnostic = diagnostic.note(format!("it takes {}", kinds.join("; then ")));
            }
            diagnostics.push(diagnostic);
            return None;
        }
        let mut references = Vec::new();
        let what = function.name();
        for (argument, wants) in given.iter().zip(wanted) {
            references.push(self.reference(argument, *wants, what, diagnostics));
        }
        let references: Option<Vec<Reference>> = references.into_iter().collect();
        Some(TypeExpression::Function {
            function,
            references: references?,
        })
    }

    /// An argument that names an operand or input, or is a number.
    fn reference(&self, parsed: &Parsed, wants: Wants, of: &str, diagnostics: &mut Diagnostics) -> Option<Reference> {
        let place = self.place(parsed.whole.clone());
        let refuse = |found: &str| {
            Diagnostic::error(
                "L0204",
                format!("`{}` is {found}, but `{of}` needs {}", place.text, wants.describe()),
            )
            .at(place.span, format!("expected {}", wants.describe()))
        };
        if parsed.arguments.is_some() {
            diagnostics.push(refuse("a type"));
            return None;
        }
        if place.text.starts_with(|c: char| c.is_ascii_digit()) {
            return match place.text.parse::<u32>() {
                Ok(number) if matches!(wants, Wants::Position(_)) => Some(Reference::Constant(number)),
                Ok(_) => {
                    diagnostics.push(refuse("a number"));
                    None
                }
                Err(_) => {
                    diagnostics.push(
                        Diagnostic::error("L0109", format!("`{}` is no position", place.text))
                            .at(place.span, format!("must be a number from 0 to {}", u32::MAX)),
                    );
                    None
                }
            };
        }
        if let Some(index) = self.scope.operands.iter().position(|operand| operand.name == place.text) {
            let kind = &self.scope.kinds.arena[self.scope.operands[index].kind];
            let fits = match (wants, &kind.meaning) {
                (Wants::Callee | Wants::Declared, OperandMeaning::Index(Indexes::Module { .. })) => true,
                (Wants::Count, OperandMeaning::Number) => true,
                (Wants::Position(allowed), OperandMeaning::Index(indexes)) => allowed.contains(indexes),
                // A capture of another function and an element of a tuple are counted by plain numbers, too.
                (Wants::Position([Indexes::Captures | Indexes::TupleElements]), OperandMeaning::Number) => true,
                (Wants::Type, OperandMeaning::Index(Indexes::Types)) => true,
                _ => false,
            };
            if !fits {
                diagnostics.push(
                    refuse(&format!("an operand of kind `{}`", kind.name)).at(self.scope.operands[index].span, "the operand"),
                );
                return None;
            }
            return Some(Reference::Operand(index));
        }
        if let Some(index) = self.scope.inputs.iter().position(|input| input.name == place.text) {
            let input = &self.scope.inputs[index];
            if !matches!(wants, Wants::Callee | Wants::Value) {
                diagnostics.push(refuse("an input").at(input.span, "the input"));
                return None;
            }
            if input.expression.is_many() {
                diagnostics.push(refuse("several inputs").at(input.span, "stands for several values"));
                return None;
            }
            return Some(Reference::Input(index));
        }
        if self.scope.later_inputs.contains(&place.text) {
            diagnostics.push(
                refuse("an input that isn't below this one").note("a type may depend only on inputs further down on the stack"),
            );
            return None;
        }
        if !self.scope.operands_are_broken {
            let names = self.scope.operands.iter().map(|operand| operand.name.as_str());
            let names: Vec<&str> = names
                .chain(self.scope.inputs.iter().map(|input| input.name.as_str()))
                .collect();
            diagnostics.push(
                place
                    .unknown("L0203", "operand or input", names.iter().copied())
                    .unless_incomplete()
                    .note(format!("of this op: {}", list(names.iter().copied()))),
            );
        }
        None
    }
}
