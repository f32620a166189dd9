//! What the arguments of a step are: capabilities by their names, sets of rights and numbers as Rust.

use proc_macro2::Span as RustSpan;
use syn::spanned::Spanned as _;

use super::words::{ANY, INITIAL, IT, NULL, PAYER, PLACE, WORDS};
use super::{Argument, Bound, Choice, Of, Reader};
use crate::arena::Id;
use crate::model::kernel::Object;
use crate::model::kernel::law::steps::{self, Ident, OTHER};

impl Reader<'_> {
    pub(super) fn kind_name(&self, object: Option<Id<Object>>) -> String {
        object.map_or("capability".to_owned(), |object| {
            format!("`{}`", self.kernel.objects[object].name)
        })
    }

    pub(super) fn capability(
        &mut self,
        expression: &syn::Expr,
        wanted: Option<Id<Object>>,
        optional: bool,
    ) -> Option<(Argument, Of)> {
        let span = expression.span();
        if let syn::Expr::Call(call) = expression
            && steps::ident(&call.func).is_ok_and(|name| name.name == ANY)
        {
            return self.any(call, wanted);
        }
        if let syn::Expr::Field(field) = expression
            && steps::ident(&field.base).is_ok_and(|name| name.name == INITIAL)
            && let syn::Member::Named(member) = &field.member
        {
            let name = member.to_string();
            let Some(initial) = self.kernel.initial.iter().find(|initial| initial.name == name) else {
                if !self.kernel.has_broken {
                    self.problem(
                        format!("names `initial.{name}`, which the first process doesn't hold"),
                        span,
                        "name one of the initial capabilities",
                    );
                }
                return None;
            };
            let of = Of::Capability(Some(initial.object), Some(initial.rights.clone()));
            self.fits(&format!("initial.{name}"), &of, wanted, span)?;
            return Some((Argument::Initial(name), of));
        }
        let Ok(name) = steps::ident(expression) else {
            self.problem(
                "passes something that isn't a capability by its name",
                span,
                "pass a result of an earlier step, `initial.…`, `other`, `null` or `any(…)`",
            );
            return None;
        };
        if name.name == NULL {
            if !optional {
                self.problem("passes null where a capability is needed", span, "pass a capability");
                return None;
            }
            return Some((Argument::Null, Of::Capability(wanted, None)));
        }
        let bound = match name.name.as_str() {
            OTHER => Some(self.word("process")),
            PAYER => Some(self.word("account")),
            IT => self.each.clone(),
            other => self.bound(other).cloned(),
        };
        let Some(bound) = bound else {
            self.unknown(&name);
            return None;
        };
        if bound.list || !matches!(bound.of, Of::Capability(..)) {
            self.problem(
                format!(
                    "passes `{}`, which is {}, where a capability is needed",
                    name.name,
                    shown(&bound)
                ),
                span,
                "pass a capability",
            );
            return None;
        }
        self.fits(&name.name, &bound.of, wanted, span)?;
        Some((
            Argument::Capability {
                name: name.name,
                tried: bound.tried,
            },
            bound.of,
        ))
    }

    /// A capability of a kind by its name.
    pub(super) fn word(&self, object: &str) -> Bound {
        Bound {
            of: Of::Capability(self.kernel.objects.find(|known| known.name == object), None),
            tried: false,
            list: false,
        }
    }

    pub(super) fn fits(&mut self, name: &str, of: &Of, wanted: Option<Id<Object>>, span: RustSpan) -> Option<()> {
        let Of::Capability(found, _) = of else { return None };
        if let (Some(found), Some(wanted)) = (found, wanted)
            && *found != wanted
        {
            self.problem(
                format!(
                    "passes `{name}`, which is a capability to {}, where one to {} is needed",
                    self.kind_name(Some(*found)),
                    self.kind_name(Some(wanted))
                ),
                span,
                "pass a capability of that kind",
            );
            return None;
        }
        Some(())
    }

    /// One of several, of which all must fit. What is known of them is what they have in common.
    pub(super) fn any(&mut self, call: &syn::ExprCall, wanted: Option<Id<Object>>) -> Option<(Argument, Of)> {
        let mut choices = Vec::new();
        let mut common: Option<Of> = None;
        for expression in &call.args {
            let list = steps::ident(expression).ok().and_then(|name| {
                let bound = self.bound(&name.name)?;
                (bound.list && !bound.tried && matches!(bound.of, Of::Capability(..)))
                    .then(|| (name.name.clone(), bound.of.clone()))
            });
            let of = match list {
                Some((name, of)) => {
                    self.fits(&name, &of, wanted, expression.span())?;
                    choices.push(Choice::List(name));
                    of
                }
                None => {
                    let (argument, of) = self.capability(expression, wanted, false)?;
                    choices.push(Choice::One(argument));
                    of
                }
            };
            common = Some(match common {
                Some(common) if common == of => common,
                Some(_) => Of::Capability(None, None),
                None => of,
            });
        }
        match common {
            Some(of) => Some((Argument::Any(choices), of)),
            None => {
                self.problem(
                    "chooses among nothing",
                    call.span(),
                    "name some capabilities: `any(page, children)`",
                );
                None
            }
        }
    }

    pub(super) fn list(&mut self, expression: &syn::Expr) -> Option<Argument> {
        let name = steps::ident(expression).ok();
        let found = name.filter(|name| {
            self.bound(&name.name)
                .is_some_and(|bound| bound.list && bound.of == Of::Number && !bound.tried)
        });
        if found.is_none() {
            self.problem(
                "observes something of what is no list of numbers",
                expression.span(),
                "pass a list that is given: `[1..=9; 2..=5]`",
            );
        }
        found.map(|name| Argument::List(name.name))
    }

    pub(super) fn rights(&mut self, expression: &syn::Expr) -> Option<String> {
        if let Ok(name) = steps::ident(expression) {
            let bound = self.bound(&name.name).cloned();
            match bound {
                None => {
                    self.unknown(&name);
                    return None;
                }
                Some(bound) if bound.of != Of::Rights => {
                    self.problem(
                        format!("passes `{}`, which is {}, where rights are needed", name.name, shown(&bound)),
                        name.span,
                        "pass a set of rights: `Rights::READ | Rights::GRANT`",
                    );
                    return None;
                }
                Some(_) => {}
            }
        }
        self.names_of(expression)?;
        Some(text_of(expression))
    }

    pub(super) fn number(&mut self, expression: &syn::Expr) -> Option<String> {
        let Ok(name) = steps::ident(expression) else {
            self.names_of(expression)?;
            return Some(text_of(expression));
        };
        let bound = match name.name.as_str() {
            PLACE => return Some(PLACE.to_owned()),
            IT => self.each.clone(),
            other => self.bound(other).cloned(),
        };
        match bound {
            Some(bound) if bound.of == Of::Number && !bound.list => Some(match bound.tried {
                true => format!("{}.unwrap_or(0)", name.name),
                false => name.name,
            }),
            Some(bound) => {
                self.problem(
                    format!("passes `{}`, which is {}, where a number is needed", name.name, shown(&bound)),
                    name.span,
                    "pass a number",
                );
                None
            }
            None => {
                self.unknown(&name);
                None
            }
        }
    }

    pub(super) fn unknown(&mut self, name: &Ident) {
        if self.broken.contains(&name.name) {
            return;
        }
        let known = self.names.iter().map(|(name, _)| name.as_str()).chain(WORDS.iter().copied());
        let help = match crate::suggest::similar(&name.name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "state it in `given`, or give an earlier step this name".to_owned(),
        };
        self.problem(format!("names `{}`, which nothing is", name.name), name.span, help);
    }
}

fn text_of(expression: &syn::Expr) -> String {
    use quote::ToTokens;
    expression.to_token_stream().to_string()
}

/// What something is, in a few words.
fn shown(bound: &Bound) -> String {
    let of = match bound.of {
        Of::Capability(..) => "a capability",
        Of::Number => "a number",
        Of::Rights => "a set of rights",
        Of::Unit => "no value",
        Of::Call => "a call",
        Of::Value => "a value in memory",
        Of::Bytes => "bytes",
        Of::Decisions => "a list of decisions",
    };
    match bound.list {
        true => format!("a list, each of it {of}"),
        false => of.to_owned(),
    }
}
