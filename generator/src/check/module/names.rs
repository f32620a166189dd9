//! Names that emitted code can bear, and that readers can tell apart.

use std::collections::BTreeMap;

use super::super::{Rule, locate, text};
use super::modules;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::{Module, Modules, TypeKind};
use crate::model::package::{Package, Packages};
use crate::source::{SourceMap, Span};

/// Names are free.
pub const TAKEN: Rule = Rule {
    code: "L1222",
    summary: "no name of a module is a word of Rust or one that the emitted code has already",
    page: include_str!("../pages/L1222.md"),
    check: Some(taken),
};

/// Names differ in more than underscores and case.
pub const APART: Rule = Rule {
    code: "L1223",
    summary: "two names of one table differ in more than underscores and case",
    page: include_str!("../pages/L1223.md"),
    check: Some(apart),
};

/// What every handle has.
const FUNCTIONS: &[&str] = &["open", "open_with", "close", "is_open", "is_enabled", "backend"];
/// What every error of a module has.
const ERRORS: &[&str] = &["FeatureDisabled", "Unsupported", "InvalidConfig", "Closed"];
/// What emitted files name beside the types of their module.
const TYPES: &[&str] = &[
    "Arc",
    "AsMut",
    "AsRef",
    "Backend",
    "Box",
    "Clock",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "Error",
    "Fn",
    "FnMut",
    "FnOnce",
    "Formatter",
    "From",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "ManualClock",
    "None",
    "Ok",
    "Opening",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Support",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];
/// What stands beside modules: other modules of the emitted crates, and names of Cargo features with a meaning of their own. A handle bears
/// the name of its module, so that the names of [`TYPES`] are taken as well.
const MODULES: &[&str] = &[
    "alloc", "choice", "clock", "core", "default", "law", "opening", "seam", "std", "support", "table",
];
/// The files beside those of a module's state machines.
const FILES: &[&str] = &["Backend", "Config", "Error", "Seam", "Types"];
/// What functions in C have beside their own parameters.
const C_PARAMETERS: &[&str] = &["handle", "out", "found"];
/// Words of C and C++ that aren't words of Rust.
const C_WORDS: &[&str] = &[
    "asm",
    "auto",
    "bool",
    "case",
    "catch",
    "char",
    "class",
    "default",
    "delete",
    "double",
    "explicit",
    "export",
    "float",
    "friend",
    "goto",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "operator",
    "private",
    "protected",
    "public",
    "register",
    "restrict",
    "short",
    "signed",
    "sizeof",
    "switch",
    "template",
    "this",
    "throw",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "void",
    "volatile",
];

/// Words of C that are words of Rust too, and names of the headers that every header includes. With [`C_WORDS`] they are what the prefix
/// of a C interface, which is the name of a type there, can't be.
const C_NAMES: &[&str] = &[
    "break",
    "const",
    "continue",
    "do",
    "else",
    "enum",
    "extern",
    "false",
    "for",
    "if",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "intptr_t",
    "main",
    "ptrdiff_t",
    "return",
    "size_t",
    "static",
    "struct",
    "true",
    "typeof",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "uintptr_t",
    "wchar_t",
    "while",
];

/// A name, what bears it, and where.
struct Name<'a> {
    table: &'static str,
    name: &'a str,
    span: Span,
}

fn names<'a>(table: &'static str, entries: impl Iterator<Item = (&'a String, Span)>) -> Vec<Name<'a>> {
    entries.map(|(name, span)| Name { table, name, span }).collect()
}

/// The names of a module by table, with the words that are taken there beside those of Rust.
fn tables<'a>(module: &'a Module, package: &'a Package) -> Vec<(Vec<Name<'a>>, Vec<String>)> {
    let fixed = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let handle = module.handle();
    let mut types = fixed(TYPES);
    types.extend(["", "Error", "Backend", "Capability"].map(|end| format!("{handle}{end}")));
    types.extend(package.libraries.iter().flat_map(|library| library.types.iter().cloned()));
    for machine in &module.state_machines {
        types.extend(["", "State", "Event", "Parameters"].map(|end| format!("{}{end}", machine.name)));
    }
    let mut machines = fixed(TYPES);
    machines.extend(fixed(FILES));
    machines.push(handle);
    let c_words = match module.c {
        Some(_) => fixed(C_WORDS),
        None => Vec::new(),
    };
    let mut tables = vec![
        (names("type", module.types.iter().map(|of| (&of.name, of.span))), types),
        (
            names("const", module.constants.iter().map(|of| (&of.name, of.span))),
            fixed(&["ALL"]),
        ),
        (
            names("error", module.errors.iter().map(|of| (&of.name, of.span))),
            fixed(ERRORS),
        ),
        (
            names("fn", module.functions.iter().map(|of| (&of.name, of.span))),
            fixed(FUNCTIONS),
        ),
        (
            names("backend", module.backends.iter().map(|of| (&of.name, of.span))),
            Vec::new(),
        ),
        (names("law", module.laws.iter().map(|of| (&of.name, of.span))), Vec::new()),
        (
            names("state_machine", module.state_machines.iter().map(|of| (&of.name, of.span))),
            machines,
        ),
        (
            names("bench", module.benches.iter().map(|of| (&of.name, of.span))),
            Vec::new(),
        ),
    ];
    for of in &module.types {
        match &of.kind {
            TypeKind::Struct(fields) => tables.push((
                names("field", fields.iter().map(|field| (&field.name, field.span))),
                c_words.clone(),
            )),
            TypeKind::Enum { variants, .. } => tables.push((
                names("variant", variants.iter().map(|variant| (&variant.name, variant.span))),
                fixed(&["Self"]),
            )),
            TypeKind::Alias(_) | TypeKind::Opaque => {}
        }
    }
    for machine in &module.state_machines {
        let states = machine.states.iter().map(|name| (name, machine.span));
        tables.push((names("state", states), fixed(&["Self"])));
        let numbers = machine.variables.iter().chain(&machine.parameters).chain(&machine.inputs);
        // What the machine keeps beside its variables.
        let taken = fixed(&["state", "event", "parameters"]);
        tables.push((names("variable", numbers.map(|number| (&number.name, machine.span))), taken));
    }
    for error in &module.errors {
        tables.push((
            names("field", error.fields.iter().map(|field| (&field.name, field.span))),
            Vec::new(),
        ));
    }
    for function in &module.functions {
        let mut taken = c_words.clone();
        if module.c.is_some() {
            taken.extend(fixed(C_PARAMETERS));
            // In C the length of each comes behind it, and before what is optional whether it is there.
            taken.extend(function.parameters.iter().map(|parameter| format!("{}_len", parameter.name)));
            taken.extend(function.parameters.iter().map(|parameter| format!("has_{}", parameter.name)));
        }
        let parameters = function.parameters.iter();
        let of_function = names("parameter", parameters.map(|parameter| (&parameter.name, function.span)));
        tables.push((of_function, taken));
    }
    tables
}

fn taken(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        if let Some(c) = &module.c
            && (C_WORDS.contains(&c.prefix.as_str()) || C_NAMES.contains(&c.prefix.as_str()))
        {
            diagnostics.push(
                Diagnostic::error(TAKEN.code, format!("the prefix of a C interface can't be `{}`", c.prefix))
                    .at(super::value(sources, c.span, &["c", "prefix"]), "")
                    .note("C has this word or type already, and the type of handles is called like the prefix")
                    .help(format!("write `prefix = \"{}_{}\"`, say", package.name, module.name)),
            );
        }
        let own = Name {
            table: "module",
            name: &module.name,
            span: module.span,
        };
        let mut fixed: Vec<String> = MODULES.iter().map(|word| (*word).to_owned()).collect();
        if TYPES.contains(&module.handle().as_str()) {
            fixed.push(module.name.clone());
        }
        refuse(refusal(&own, &fixed), diagnostics);
        for (names, taken) in tables(module, package) {
            for name in &names {
                refuse(refusal(name, &taken), diagnostics);
            }
        }
    }
    for package in &model.part::<Packages>().packages {
        let capabilities = package.capabilities.iter().map(|of| (&of.name, of.span));
        for name in names("capability", capabilities) {
            refuse(refusal(&name, &[]), diagnostics);
        }
        let types: Vec<String> = TYPES.iter().map(|word| (*word).to_owned()).collect();
        for library in &package.libraries {
            for name in &library.types {
                let path = ["library".into(), library.name.as_str().into(), "types".into()];
                let span = locate::position(sources, library.span, &path, name).unwrap_or(library.span);
                let table = "type of a library";
                refuse(refusal(&Name { table, name, span }, &types), diagnostics);
            }
        }
    }
}

fn refuse(found: Option<Diagnostic>, diagnostics: &mut Diagnostics) {
    if let Some(diagnostic) = found {
        diagnostics.push(diagnostic);
    }
}

fn refusal(name: &Name<'_>, taken: &[String]) -> Option<Diagnostic> {
    let note = if text::is_keyword(name.name) {
        "it is a word of Rust"
    } else if taken.iter().any(|word| word == name.name) {
        "the emitted code has something of this name already"
    } else {
        return None;
    };
    Some(
        Diagnostic::error(
            TAKEN.code,
            format!("the {} can't be called `{}`", what(name.table), name.name),
        )
        .at(name.span, "")
        .note(note)
        .help("give it another name"),
    )
}

/// What a table's entries are called.
fn what(table: &'static str) -> &'static str {
    match table {
        "const" => "constant",
        "fn" => "function",
        "state_machine" => "state machine",
        "bench" => "benchmark",
        other => other,
    }
}

fn apart(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        for (names, _) in tables(module, package) {
            same(&names, diagnostics);
        }
    }
    for package in &model.part::<Packages>().packages {
        same(
            &names("capability", package.capabilities.iter().map(|of| (&of.name, of.span))),
            diagnostics,
        );
    }
    let modules = model.part::<Modules>().modules.iter();
    same(&names("module", modules.map(|of| (&of.name, of.span))), diagnostics);
}

fn same(names: &[Name<'_>], diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<String, &Name<'_>> = BTreeMap::new();
    for name in names {
        let skeleton = text::skeleton(name.name);
        match first.get(&skeleton) {
            Some(before) => {
                let what = what(name.table);
                let mut diagnostic = Diagnostic::error(
                    APART.code,
                    format!("the {what} names `{}` and `{}` can't be told apart", before.name, name.name),
                )
                .at(name.span, "");
                if before.span != name.span {
                    diagnostic = diagnostic.at(before.span, "");
                }
                diagnostics.push(diagnostic.help("rename one of them"));
            }
            None => {
                first.insert(skeleton, name);
            }
        }
    }
}
