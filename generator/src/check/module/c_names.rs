//! Names in C stand for one thing each: there they have no modules, and types, functions and constants of one module share a prefix.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::super::Rule;
use super::{modules, value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::c_names::{state_stem, stem};
use crate::model::module::{Module, TypeKind};
use crate::model::package::Package;
use crate::source::{SourceMap, Span};

/// No name in C is that of two things.
pub const NAMES: Rule = Rule {
    code: "L1247",
    summary: "every name in a C interface stands for one thing",
    page: include_str!("../pages/L1247.md"),
    check: Some(names),
};

/// What a name in C stands for, and where that is stated; nowhere if it is emitted for every module.
#[derive(Clone)]
struct Owner {
    what: String,
    span: Option<Span>,
}

/// Names that must differ from each other.
#[derive(Default)]
struct Space {
    owners: BTreeMap<String, Owner>,
    /// Each name that was there before, and both owners.
    twice: Vec<(String, Owner, Owner)>,
}

impl Space {
    fn add(&mut self, name: String, what: impl Into<String>, span: impl Into<Option<Span>>) {
        let owner = Owner {
            what: what.into(),
            span: span.into(),
        };
        match self.owners.get(&name) {
            Some(before) => self.twice.push((name, before.clone(), owner)),
            None => {
                self.owners.insert(name, owner);
            }
        }
    }
}

/// The names of an interface. In C++ the tag of a struct is the name of a type as well, so that it mustn't be that of another; a function
/// may be called like a tag. Constants are in capitals, and meet each other alone.
struct Names {
    types_and_tags: Space,
    types_and_functions: Space,
    constants: Space,
}

impl Names {
    fn of(module: &Module, package: &Package, prefix: &str) -> Names {
        let mut names = Names {
            types_and_tags: Space::default(),
            types_and_functions: Space::default(),
            constants: Space::default(),
        };
        let shared = package.name.to_snake_case();
        names.a_type(&shared, "buffer", "what every package has for bytes", None);
        let last_error = "a function that every package has";
        names
            .types_and_functions
            .add(format!("{shared}_last_error"), last_error, None);
        names
            .types_and_tags
            .add(prefix.to_owned(), "the struct behind a handle", None);
        for space in [&mut names.types_and_tags, &mut names.types_and_functions] {
            space.add(format!("{prefix}_t"), "the type of handles", None);
        }
        let types = module.types.iter_with_ids();
        let types = types.filter(|(_, of)| !matches!(of.kind, TypeKind::Alias(_)));
        for (id, of) in types {
            names.with_parts(prefix, &stem(module, id), &format!("the type `{}`", of.name), of.span);
            if let TypeKind::Enum { variants, .. } = &of.kind {
                for variant in variants {
                    let what = format!("the variant `{}` of `{}`", variant.name, of.name);
                    names.constant(prefix, &format!("{}_{}", stem(module, id), variant.name), what, variant.span);
                }
            }
        }
        for (id, machine) in module.state_machines.iter_with_ids() {
            let what = format!("the states of `{}`", machine.name);
            names.with_parts(prefix, &state_stem(module, id), &what, machine.span);
            for state in &machine.states {
                let what = format!("the state `{state}` of `{}`", machine.name);
                names.constant(prefix, &format!("{}_{state}", state_stem(module, id)), what, machine.span);
            }
        }
        for function in &module.functions {
            let what = format!("the function `{}`", function.name);
            let name = format!("{prefix}_{}", function.name);
            names.types_and_functions.add(name, what, function.span);
        }
        // The guard of the header.
        names.constant(prefix, "H", "what keeps the header from being included twice", None);
        for error in &module.errors {
            names.constant(prefix, &error.name, format!("the error `{}`", error.name), error.span);
        }
        for constant in &module.constants {
            let what = format!("the constant `{}`", constant.name);
            names.constant(prefix, &constant.name, what, constant.span);
        }
        for backend in &module.backends {
            let what = format!("the number of the backend `{}`", backend.name);
            names.constant(prefix, &format!("backend_{}", backend.name), what, backend.span);
        }
        names
    }

    /// A type, and what may be made of it: lists, optional values, and functions that free them.
    fn with_parts(&mut self, prefix: &str, stem: &str, what: &str, span: Span) {
        self.a_type(prefix, stem, what, Some(span));
        let optional = format!("optional_{stem}");
        self.a_type(prefix, &optional, &format!("an optional value of {what}"), Some(span));
        self.a_type(prefix, &format!("{stem}_list"), &format!("a list of {what}"), Some(span));
    }

    fn a_type(&mut self, prefix: &str, stem: &str, what: &str, span: Option<Span>) {
        self.types_and_tags
            .add(format!("{prefix}_{stem}"), format!("the struct of {what}"), span);
        for space in [&mut self.types_and_tags, &mut self.types_and_functions] {
            space.add(format!("{prefix}_{stem}_t"), what, span);
        }
        let free = format!("the function that frees {what}");
        self.types_and_functions.add(format!("{prefix}_{stem}_free"), free, span);
    }

    fn constant(&mut self, prefix: &str, name: &str, what: impl Into<String>, span: impl Into<Option<Span>>) {
        self.constants
            .add(format!("{prefix}_{name}").to_shouty_snake_case(), what, span);
    }
}

fn names(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        let Some(c) = &module.c else { continue };
        let prefix = value(sources, c.span, &["c", "prefix"]);
        if c.prefix == package.name.to_snake_case() {
            diagnostics.push(
                Diagnostic::error(NAMES.code, format!("the prefix `{}` is that of the whole package", c.prefix))
                    .at(prefix, "")
                    .note(format!("`{}.h` holds what all modules share in C", c.prefix))
                    .help(format!("write `prefix = \"{}_{}\"`, say", c.prefix, module.name)),
            );
            continue;
        }
        let names = Names::of(module, package, &c.prefix);
        // One pair of entries may meet in several names; one of them is enough.
        let mut said: Vec<(Option<Span>, Option<Span>)> = Vec::new();
        for space in [names.types_and_tags, names.types_and_functions, names.constants] {
            for (name, before, again) in space.twice {
                if said.contains(&(before.span, again.span)) {
                    continue;
                }
                said.push((before.span, again.span));
                let message = format!("`{name}` would be two things in C: {} and {}", before.what, again.what);
                let mut diagnostic = Diagnostic::error(NAMES.code, message).at(again.span.unwrap_or(prefix), "");
                if let Some(span) = before.span.filter(|span| Some(*span) != again.span) {
                    diagnostic = diagnostic.at(span, "the other");
                }
                let help = match (before.span, again.span) {
                    (None, None) => "choose another `prefix`",
                    _ => "give one of them another name",
                };
                diagnostics.push(diagnostic.help(help));
            }
        }
    }
}
