//! What calls need, cost and pass.

use super::kernels;
use crate::arena::Id;
use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::kernel::call::MOST_ARGUMENTS;
use crate::model::kernel::{Budget, Call, Kernel, Object, ParameterType, Returns, Right};
use crate::model::target::Targets;
use crate::source::{SourceMap, Span};
use crate::suggest::list;

pub(super) const RIGHTS: Rule = Rule {
    code: "L1325",
    summary: "a right means something for the kind of object that it is asked of",
    page: include_str!("../pages/L1325.md"),
    check: Some(rights),
};

pub(super) const FREE: Rule = Rule {
    code: "L1326",
    summary: "a call that costs nothing takes and gives nothing, or never returns",
    page: include_str!("../pages/L1326.md"),
    check: Some(free),
};

pub(super) const ARGUMENTS: Rule = Rule {
    code: "L1327",
    summary: "a call has no more parameters than there are registers for",
    page: include_str!("../pages/L1327.md"),
    check: Some(arguments),
};

pub(super) const BUDGETS: Rule = Rule {
    code: "L1328",
    summary: "budgets are stated for targets on which calls can be made",
    page: include_str!("../pages/L1328.md"),
    check: Some(budgets),
};

fn rights(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        for call in &kernel.calls {
            for parameter in &call.parameters {
                let ParameterType::Capability {
                    object: Some(object), ..
                } = parameter.of
                else {
                    continue;
                };
                let path = [
                    "syscall".into(),
                    call.name.as_str().into(),
                    "needs".into(),
                    parameter.name.as_str().into(),
                ];
                let what = format!("call `{}` asks `{}`", call.name, parameter.name);
                let place = locate::value(sources, call.span, &path);
                meaning(kernel, &what, object, &parameter.needs.rights, place, diagnostics);
            }
        }
        for initial in &kernel.initial {
            let path = ["initial".into(), initial.name.as_str().into(), "rights".into()];
            let what = format!("the first process holds `{}`", initial.name);
            let place = locate::value(sources, initial.span, &path);
            meaning(kernel, &what, initial.object, &initial.rights, place, diagnostics);
        }
    }
}

fn meaning(kernel: &Kernel, what: &str, object: Id<Object>, rights: &[Id<Right>], place: Span, diagnostics: &mut Diagnostics) {
    let object = &kernel.objects[object];
    for right in rights {
        if object.rights.iter().any(|(known, _)| known == right) {
            continue;
        }
        let right = &kernel.rights[*right].name;
        let known = list(object.rights.iter().map(|(right, _)| kernel.rights[*right].name.as_str()));
        diagnostics.push(
            Diagnostic::error(
                RIGHTS.code,
                format!("{what} with the right `{right}`, which means nothing for `{}`", object.name),
            )
            .at(place, "")
            .at(object.span, "its rights are stated here")
            .note(match object.rights.as_slice() {
                [] => "it has no right at all".to_owned(),
                _ => format!("its rights are {known}"),
            })
            .help(format!(
                "ask for another right, or say in `[object.{}]` what this one means",
                object.name
            )),
        );
    }
}

fn free(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        for call in &kernel.calls {
            let does_nothing = call.parameters.is_empty() && call.returns == Returns::Unit;
            if call.gas > 0 || does_nothing || call.returns == Returns::Never {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    FREE.code,
                    format!("call `{}` has an effect or a result, but costs nothing", call.name),
                )
                .at(at(sources, call, "gas"), "")
                .note("whoever may call it without paying can keep the kernel busy for ever")
                .help("state a price of at least 1"),
            );
        }
    }
}

fn arguments(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let targets = &model.part::<Targets>().targets;
    for kernel in kernels(model) {
        for call in &kernel.calls {
            let count = call.parameters.len();
            let place = || at(sources, call, "params");
            if count > MOST_ARGUMENTS {
                diagnostics.push(
                    Diagnostic::error(ARGUMENTS.code, format!("call `{}` has {count} parameters", call.name))
                        .at(place(), "")
                        .note(format!("a call has at most {MOST_ARGUMENTS} arguments, whatever the target"))
                        .help("pass the rest in memory, or make two calls of it"),
                );
                continue;
            }
            for target in targets {
                let Some(convention) = &target.convention else { continue };
                let Some(most) = convention.most_arguments().filter(|most| *most < count) else {
                    continue;
                };
                diagnostics.push(
                    Diagnostic::error(
                        ARGUMENTS.code,
                        format!(
                            "call `{}` has {count} parameters, but target `{}` has registers for {most}",
                            call.name, target.name
                        ),
                    )
                    .at(place(), "")
                    .at(convention.span, "by this convention")
                    .help("name more registers there, or leave out a parameter"),
                );
            }
        }
    }
}

fn budgets(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let targets = &model.part::<Targets>().targets;
    let can_call = |budget: &Budget| {
        let target = targets.iter().find(|target| target.name == budget.target);
        // A name that no target has was reported already.
        target.is_none_or(|target| target.convention.is_some())
    };
    for kernel in kernels(model) {
        let calls = kernel.calls.iter().flat_map(|call| &call.budgets);
        let measures = kernel.budgets.iter().flat_map(|measure| &measure.most);
        for budget in calls.chain(measures).filter(|budget| !can_call(budget)) {
            diagnostics.push(
                Diagnostic::error(
                    BUDGETS.code,
                    format!("there is a budget for `{}`, where no call can be made", budget.target),
                )
                .at(budget.span, "")
                .note("the target has no `[syscall_convention]`, so that nothing can be measured there")
                .help("state the convention in the spec of the target, or remove the budget"),
            );
        }
    }
}

/// The value of a key of a call.
fn at(sources: &SourceMap, call: &Call, key: &str) -> Span {
    locate::value(sources, call.span, &["syscall".into(), call.name.as_str().into(), key.into()])
}
