//! What the steps of a law mean: which call each makes, what its arguments are, what the names stand for.
//!
//! The checker reports what is found wrong here, and the emitter writes what is found right, so that the two can't differ.

mod arguments;
mod expression;
mod words;

use proc_macro2::Span as RustSpan;

pub use words::{OBSERVED, Observed, WORDS};

use super::steps::{self, Ident};
use super::{GivenType, Law};
use crate::arena::Id;
use crate::model::kernel::{Call, Kernel, Object, ParameterType, Returns, Right, Scalar};

/// What a name of a law stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// What it is.
    pub of: Of,
    /// Whether it is a result that may be an error.
    pub tried: bool,
    /// Whether it is a list of them.
    pub list: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// A capability of a kind; of none if that can't be told. The rights, if these are known.
    Capability(Option<Id<Object>>, Option<Vec<Id<Right>>>),
    /// A number or a word.
    Number,
    /// A set of rights.
    Rights,
    /// Nothing but success or an error.
    Unit,
    /// A call with its arguments.
    Call,
    /// The encoded form of a value in memory: `.at`, `.length`, `.bytes`.
    Value,
    /// Bytes.
    Bytes,
    /// Which process ran in each decision.
    Decisions,
}

/// A step whose names are all known.
#[derive(Debug)]
pub struct Meant {
    /// The name that its result gets, and what that is.
    pub name: Option<(String, Bound)>,
    /// How often it is done.
    pub each: Each,
    /// Whether the second process does it.
    pub by_other: bool,
    /// What is done.
    pub what: What,
    /// The arguments, in order of the parameters.
    pub arguments: Vec<Argument>,
    /// Whether it has to succeed.
    pub must: bool,
}

/// How often a step is done.
#[derive(Debug)]
pub enum Each {
    /// Once.
    Once,
    /// As often as a given number says.
    Times(String),
    /// For each member of a list.
    Of(String),
}

/// What a step does.
#[derive(Debug)]
pub enum What {
    /// A call.
    Call(Id<Call>),
    /// The call that was chosen for the case.
    Given(String),
    /// Something is observed.
    Observed(Observed),
}

/// An argument.
#[derive(Debug)]
pub enum Argument {
    /// Null.
    Null,
    /// A capability by its name; one that is a result that may be an error stands for null then.
    Capability {
        /// The name.
        name: String,
        /// Whether it may be an error.
        tried: bool,
    },
    /// An initial capability.
    Initial(String),
    /// One of several.
    Any(Vec<Choice>),
    /// A set of rights, in Rust.
    Rights(String),
    /// A number, in Rust.
    Number(String),
    /// A list by its name.
    List(String),
}

/// What one of several is.
#[derive(Debug)]
pub enum Choice {
    /// One.
    One(Argument),
    /// Any of a list.
    List(String),
}

/// Something that is wrong with a text of a law.
#[derive(Debug)]
pub struct Problem {
    /// Which text: the number of the step, or of the expectation behind the steps.
    pub text: usize,
    /// What is wrong: `calls page_alocate, which is no call`.
    pub message: String,
    /// Where in the text; none for all of it.
    pub span: Option<RustSpan>,
    /// How to mend it.
    pub help: String,
    /// Whether names and types are right but the step could never succeed.
    pub is_denied: bool,
}

/// What the steps of a law mean, and what is wrong with it.
pub fn of(kernel: &Kernel, law: &Law) -> (Vec<Meant>, Vec<Problem>) {
    let mut reader = Reader {
        kernel,
        names: Vec::new(),
        broken: Vec::new(),
        text: 0,
        each: None,
        problems: Vec::new(),
    };
    for given in &law.given {
        let (of, list) = match given.of {
            GivenType::Number { .. } => (Of::Number, false),
            GivenType::Numbers { .. } => (Of::Number, true),
            GivenType::Rights(_) => (Of::Rights, false),
            GivenType::Call => (Of::Call, false),
            GivenType::Value => (Of::Value, false),
        };
        reader.names.push((given.name.clone(), Bound { of, tried: false, list }));
    }
    let mut meant = Vec::new();
    for step in &law.steps {
        // What isn't of the form of a step was reported when it was read.
        if let Ok(parsed) = steps::parse(&step.text) {
            let name = parsed.name.as_ref().map(|name| name.name.clone());
            match reader.step(parsed) {
                Some(step) => meant.push(step),
                None => reader.broken.extend(name),
            }
        }
        reader.text += 1;
    }
    let results: Vec<String> = law
        .steps
        .iter()
        .filter_map(|step| Some(steps::parse(&step.text).ok()?.name?.name))
        .collect();
    for expectation in &law.expect {
        reader.expectation(expectation, &results);
        reader.text += 1;
    }
    (meant, reader.problems)
}

/// Reads the texts of a law in order.
struct Reader<'a> {
    kernel: &'a Kernel,
    names: Vec<(String, Bound)>,
    /// Results of steps in which something is wrong: to name one is no further mistake.
    broken: Vec<String>,
    text: usize,
    /// What the step that is read is done for each of.
    each: Option<Bound>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, message: impl Into<String>, span: impl Into<Option<RustSpan>>, help: impl Into<String>) {
        self.problems.push(Problem {
            text: self.text,
            message: message.into(),
            span: span.into(),
            help: help.into(),
            is_denied: false,
        });
    }

    fn bound(&self, name: &str) -> Option<&Bound> {
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, bound)| bound)
    }

    fn step(&mut self, step: steps::Step) -> Option<Meant> {
        let each = self.each_of(step.each.as_ref())?;
        let (what, arguments, of, can_fail) = match OBSERVED.iter().find(|(name, ..)| *name == step.called.name) {
            Some((name, observed, count)) => self.observed(&step, name, *observed, *count)?,
            None => match self.bound(&step.called.name) {
                Some(bound) if bound.of == Of::Call => self.given_call(&step)?,
                _ => self.call(&step)?,
            },
        };
        if step.must && !can_fail {
            self.problem(
                format!("asks `{}` to succeed, which can't fail", step.called.name),
                step.called.span,
                "leave out the question mark",
            );
            return None;
        }
        let bound = Bound {
            of,
            tried: can_fail && !step.must,
            list: !matches!(each, Each::Once),
        };
        let name = match step.name {
            Some(name) => Some(self.define(name, bound)?),
            None => None,
        };
        self.each = None;
        Some(Meant {
            name,
            each,
            by_other: step.by_other,
            what,
            arguments,
            must: step.must,
        })
    }

    fn each_of(&mut self, each: Option<&Ident>) -> Option<Each> {
        self.each = None;
        let Some(each) = each else { return Some(Each::Once) };
        match self.bound(&each.name).cloned() {
            Some(bound) if bound.list && matches!(bound.of, Of::Capability(..) | Of::Number) => {
                self.each = Some(Bound { list: false, ..bound });
                Some(Each::Of(each.name.clone()))
            }
            Some(bound) if bound.of == Of::Number && !bound.list && !bound.tried => Some(Each::Times(each.name.clone())),
            _ => {
                self.problem(
                    format!("is done for each of `{}`, which is neither a number nor a list", each.name),
                    each.span,
                    "name a number that is given, or a list that an earlier step made",
                );
                None
            }
        }
    }

    fn define(&mut self, name: Ident, bound: Bound) -> Option<(String, Bound)> {
        let taken = WORDS.contains(&name.name.as_str()) || self.bound(&name.name).is_some();
        let is_call = self.kernel.calls.iter().any(|call| call.name == name.name);
        if taken || is_call || !is_snake(&name.name) {
            self.problem(
                match taken || is_call {
                    true => format!("gives its result the name `{}`, which something has already", name.name),
                    false => format!("gives its result the name `{}`, which isn't in snake case", name.name),
                },
                name.span,
                "choose another name",
            );
            return None;
        }
        self.names.push((name.name.clone(), bound.clone()));
        Some((name.name, bound))
    }

    fn observed(
        &mut self,
        step: &steps::Step,
        name: &str,
        observed: Observed,
        count: usize,
    ) -> Option<(What, Vec<Argument>, Of, bool)> {
        if step.by_other || step.each.is_some() || step.name.is_none() {
            self.problem(
                format!("observes `{name}` in a way that says nothing"),
                step.called.span,
                format!("write it as `something = {name}(…)`"),
            );
            return None;
        }
        self.count(step, count)?;
        let mut arguments = Vec::new();
        for (at, argument) in step.arguments.iter().enumerate() {
            let is_list = observed == Observed::Turns && at == 0;
            arguments.push(match is_list {
                true => self.list(argument)?,
                false => Argument::Number(self.number(argument)?),
            });
        }
        let of = match observed {
            Observed::FreeFrames => Of::Number,
            Observed::Turns | Observed::Pair => Of::Decisions,
            Observed::Bytes => Of::Bytes,
        };
        Some((What::Observed(observed), arguments, of, false))
    }

    fn given_call(&mut self, step: &steps::Step) -> Option<(What, Vec<Argument>, Of, bool)> {
        if !step.by_other || step.each.is_some() {
            self.problem(
                format!(
                    "makes the call `{}`, which may end or block whoever makes it",
                    step.called.name
                ),
                step.called.span,
                format!("let the second process make it, once: `other.{}()`", step.called.name),
            );
            return None;
        }
        self.count(step, 0)?;
        Some((What::Given(step.called.name.clone()), Vec::new(), Of::Number, true))
    }

    fn call(&mut self, step: &steps::Step) -> Option<(What, Vec<Argument>, Of, bool)> {
        let kernel = self.kernel;
        let Some((id, call)) = kernel.calls.iter_with_ids().find(|(_, call)| call.name == step.called.name) else {
            if !kernel.has_broken {
                let names = kernel.calls.iter().map(|call| call.name.as_str());
                let known = names.chain(OBSERVED.iter().map(|(name, ..)| *name));
                let help = match crate::suggest::similar(&step.called.name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name a call of the kernel, or what can be observed".to_owned(),
                };
                self.problem(
                    format!("calls `{}`, which is no call", step.called.name),
                    step.called.span,
                    help,
                );
            }
            return None;
        };
        if call.switches {
            self.problem(
                format!("calls `{}`, which may let another process run", call.name),
                step.called.span,
                "a law goes on in the process that it is in: use calls that return at once",
            );
            return None;
        }
        self.count(step, call.parameters.len())?;
        let mut arguments = Vec::new();
        let mut kinds: Vec<Option<Of>> = Vec::new();
        for (expression, parameter) in step.arguments.iter().zip(&call.parameters) {
            match parameter.of {
                ParameterType::Capability { object, optional } => {
                    let (argument, of) = self.capability(expression, object, optional)?;
                    self.rights_suffice(step, call, parameter, &of);
                    kinds.push(Some(of));
                    arguments.push(argument);
                }
                ParameterType::Scalar(Scalar::Rights) => {
                    kinds.push(None);
                    arguments.push(Argument::Rights(self.rights(expression)?));
                }
                ParameterType::Scalar(_) => {
                    kinds.push(None);
                    arguments.push(Argument::Number(self.number(expression)?));
                }
            }
        }
        let of = match call.returns {
            Returns::Unit | Returns::Never | Returns::Message => Of::Unit,
            Returns::Scalar(_) => Of::Number,
            Returns::Capability(object) => {
                let first = kinds.first().cloned().flatten();
                let (kind, rights) = match first {
                    Some(Of::Capability(kind, rights)) => (kind, rights),
                    _ => (None, None),
                };
                let stated = call
                    .parameters
                    .iter()
                    .position(|parameter| parameter.of == ParameterType::Scalar(Scalar::Rights));
                let stated = stated.map(|at| step.arguments.get(at).and_then(|text| self.literal_rights(text)));
                // A copy has the rights of its origin; what is derived those that are stated; what is made new those of its kind.
                let rights = match (stated, object) {
                    (Some(stated), _) => stated,
                    (None, None) => rights,
                    (None, Some(_)) => None,
                };
                Of::Capability(object.or(kind), rights)
            }
        };
        Some((What::Call(id), arguments, of, true))
    }

    fn count(&mut self, step: &steps::Step, expected: usize) -> Option<()> {
        if step.arguments.len() == expected {
            return Some(());
        }
        let count = |number: usize| format!("{number} argument{}", if number == 1 { "" } else { "s" });
        self.problem(
            format!(
                "calls `{}` with {}, but it takes {expected}",
                step.called.name,
                count(step.arguments.len())
            ),
            step.called.span,
            "pass one for each parameter",
        );
        None
    }

    /// Whether what is known of the rights of a capability is enough for a step that must succeed.
    fn rights_suffice(&mut self, step: &steps::Step, call: &Call, parameter: &crate::model::kernel::Parameter, of: &Of) {
        let Of::Capability(_, Some(known)) = of else { return };
        let lacking = parameter.needs.rights.iter().find(|right| !known.contains(right));
        if let Some(lacking) = lacking.filter(|_| step.must) {
            let right = &self.kernel.rights[*lacking].name;
            self.problems.push(Problem {
                text: self.text,
                message: format!(
                    "has to succeed, but `{}` needs the right `{right}` of `{}`, which isn't there",
                    call.name, parameter.name
                ),
                span: Some(step.called.span),
                help: "derive it with that right, or leave out the question mark and expect `denied`".to_owned(),
                is_denied: true,
            });
        }
    }
}

fn is_snake(name: &str) -> bool {
    name.chars()
        .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}
