//! Rules of the registers of system calls.

use super::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::syscall_convention::{Convention, Passing, Register};
use crate::model::target::{Target, Targets};
use crate::source::SourceMap;
use crate::suggest::list;

/// Values pass only where they can.
pub const USABLE: Rule = Rule {
    code: "L0736",
    summary: "a call passes nothing in a register that the processor destroys or the compiler reserves",
    page: include_str!("pages/L0736.md"),
    check: Some(usable),
};

/// Every register has one task.
pub const ALL: Rule = Rule {
    code: "L0737",
    summary: "a convention gives every register one task",
    page: include_str!("pages/L0737.md"),
    check: Some(all),
};

fn conventions(model: &Model) -> impl Iterator<Item = (&Target, &Convention)> {
    let targets = model.part::<Targets>().targets.iter();
    targets.filter_map(|target| Some((target, target.convention.as_ref()?)))
}

/// The registers that hold something, with what that is: those before the call, and those after it.
fn roles(convention: &Convention) -> [Vec<(String, &Register)>; 2] {
    let mut before = vec![("the number".to_owned(), &convention.number)];
    let mut after = Vec::new();
    match &convention.passing {
        Passing::Registers {
            arguments,
            status,
            message,
            page,
            ..
        } => {
            let named = |what: &'static str| move |(at, register)| (format!("{what} {}", at + 1), register);
            before.extend(arguments.iter().enumerate().map(named("argument")));
            after.push(("the status".to_owned(), status));
            after.extend(message.iter().enumerate().map(named("word")));
            after.push(("the page of a message".to_owned(), page));
        }
        Passing::Block(block) => before.push(("the place of the arguments".to_owned(), block)),
    }
    [before, after]
}

fn usable(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (target, convention) in conventions(model) {
        let entrance = convention.entrance;
        if entrance.arch != target.arch {
            diagnostics.push(
                Diagnostic::error(
                    USABLE.code,
                    format!(
                        "processors of target `{}` have no instruction `{}`",
                        target.name, entrance.instruction
                    ),
                )
                .at(convention.span, format!("an instruction of `{}`", entrance.arch))
                .help("name the instruction by which its programs enter the kernel"),
            );
            continue;
        }
        let [before, after] = roles(convention);
        let value = match &convention.passing {
            Passing::Registers { value, .. } => Some(("the value".to_owned(), value)),
            Passing::Block(_) => None,
        };
        for (role, register) in before.iter().chain(&after).chain(&value) {
            let name = register.name.as_str();
            let why = if entrance.destroyed.contains(&name) {
                format!("`{}` overwrites it", entrance.instruction)
            } else if entrance.reserved.contains(&name) {
                "the compiler keeps it for itself, so that no stub can name it".to_owned()
            } else {
                continue;
            };
            diagnostics.push(
                Diagnostic::error(
                    USABLE.code,
                    format!("target `{}` passes {role} in `{name}`, where it can't stay", target.name),
                )
                .at(register.span, "")
                .note(why)
                .help("name another register"),
            );
        }
    }
}

fn all(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (target, convention) in conventions(model) {
        if convention.entrance.arch != target.arch {
            continue;
        }
        let [before, after] = roles(convention);
        twice(target, &before, diagnostics);
        twice(target, &after, diagnostics);
        if let Passing::Registers { status, value, .. } = &convention.passing {
            twice(
                target,
                &[("the status".to_owned(), status), ("the value".to_owned(), value)],
                diagnostics,
            );
        }
        // The results may share registers with the arguments; nothing else may.
        let mut tasks = before;
        tasks.extend(
            convention
                .clobbered
                .iter()
                .map(|register| ("what is overwritten".to_owned(), register)),
        );
        tasks.extend(convention.kept.iter().map(|register| ("what is kept".to_owned(), register)));
        let rest = tasks.len() - convention.clobbered.len() - convention.kept.len();
        let is_twice = |at: usize, register: &Register| tasks[..at].iter().any(|(_, first)| first.name == register.name);
        for (at, (role, register)) in tasks.iter().enumerate().skip(rest) {
            let destroyed = convention.entrance.destroyed.contains(&register.name.as_str());
            if !destroyed && !is_twice(at, register) {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    ALL.code,
                    format!("`{}` has two tasks on target `{}`", register.name, target.name),
                )
                .at(register.span, format!("named as part of {role}"))
                .note(match destroyed {
                    true => format!("`{}` overwrites it by itself", convention.entrance.instruction),
                    false => "another list names it too".to_owned(),
                })
                .help("leave it out of this list"),
            );
        }
        let results = after.iter().map(|(_, register)| *register);
        let named: Vec<&str> = tasks
            .iter()
            .map(|(_, register)| *register)
            .chain(results)
            .map(|register| register.name.as_str())
            .chain(convention.entrance.destroyed.iter().copied())
            .collect();
        let missing: Vec<&str> = convention
            .entrance
            .registers
            .iter()
            .copied()
            .filter(|name| !named.contains(name))
            .collect();
        if !missing.is_empty() {
            diagnostics.push(
                Diagnostic::error(
                    ALL.code,
                    format!(
                        "the convention of target `{}` says nothing of {}",
                        target.name,
                        list(missing.iter().copied())
                    ),
                )
                .at(convention.span, "")
                .note("a stub has to tell the compiler of every register whether a call keeps it")
                .help("name each in `kept` or in `clobbered`"),
            );
        }
    }
}

fn twice(target: &Target, roles: &[(String, &Register)], diagnostics: &mut Diagnostics) {
    for (at, (role, register)) in roles.iter().enumerate() {
        if let Some((first, before)) = roles[..at].iter().find(|(_, before)| before.name == register.name) {
            diagnostics.push(
                Diagnostic::error(
                    ALL.code,
                    format!("`{}` has two tasks on target `{}`", register.name, target.name),
                )
                .at(register.span, format!("holds {role}"))
                .at(before.span, format!("holds {first}"))
                .help("name another register for one of them"),
            );
        }
    }
}
