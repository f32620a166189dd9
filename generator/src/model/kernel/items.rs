//! The entries of kernels in the form that every tool reads.

use super::law::Text;
use super::{Budget, Call, Kernel, Kernels, Numbered};
use crate::arena::{Arena, Id};
use crate::model::Model;
use crate::model::item::{Addition, Freedom, Item, Weight};

/// The items of all kernels, in the order of a manual.
pub fn items(model: &Model) -> Vec<Item> {
    model.part::<Kernels>().kernels.iter().flat_map(of_kernel).collect()
}

fn of_kernel(kernel: &Kernel) -> Vec<Item> {
    let item = |table, name: &str, doc: &str, span| Item::new(table, Some(&kernel.name), name, doc, span);
    let mut items = Vec::new();
    for rule in &kernel.rules {
        items.push(item("rule", &rule.name, &rule.doc, rule.span).fact(Weight::Docs, "reason", flat(&rule.reason)));
    }
    for right in &kernel.rights {
        items.push(item("right", &right.name, &right.doc, right.span).fact(Weight::Number, "bit", right.bit.to_string()));
    }
    for object in &kernel.objects {
        let rights: Vec<&str> = object
            .rights
            .iter()
            .map(|(right, _)| kernel.rights[*right].name.as_str())
            .collect();
        let start = item("object", &object.name, &object.doc, object.span)
            .fact(Weight::Number, "code", object.code.to_string())
            .free(Weight::Effect, "rights", rights.join(", "), Freedom::Gain);
        items.push(object.rights.iter().fold(start, |item, (right, meaning)| {
            let right = &kernel.rights[*right];
            item.part(Weight::Docs, "meaning", &right.name, flat(meaning), object.span)
                .may(Freedom::None, Addition::Fits)
        }));
    }
    let numbered = |table, key, entries: &Arena<Numbered>| -> Vec<Item> {
        let one = |entry: &Numbered| {
            item(table, &entry.name, &entry.doc, entry.span).fact(Weight::Number, key, entry.number.to_string())
        };
        entries.iter().map(one).collect()
    };
    items.extend(numbered("error", "code", &kernel.errors));
    items.extend(numbered("trap", "code", &kernel.traps));
    items.extend(numbered("stage", "status", &kernel.stages));
    items.extend(numbered("outcome", "status", &kernel.outcomes));
    for amount in &kernel.gas {
        items.push(item("gas", &amount.name, &amount.doc, amount.span).free(
            Weight::Effect,
            "amount",
            amount.value.to_string(),
            Freedom::Fall,
        ));
    }
    for limit in &kernel.limits {
        items.push(item("limit", &limit.name, &limit.doc, limit.span).free(
            Weight::Shape,
            "value",
            limit.value.to_string(),
            Freedom::Rise,
        ));
    }
    for format in &kernel.formats {
        let start = item("format", &format.name, &format.doc, format.span);
        items.push(format.codes.iter().fold(start, |item, code| {
            item.part(Weight::Number, "code", &code.name, code.number.to_string(), code.span)
                .may(Freedom::None, Addition::Fits)
        }));
    }
    for initial in &kernel.initial {
        let rights: Vec<&str> = initial
            .rights
            .iter()
            .map(|right| kernel.rights[*right].name.as_str())
            .collect();
        items.push(
            item("initial", &initial.name, &initial.doc, initial.span)
                .fact(Weight::Number, "index", initial.index.to_string())
                .fact(Weight::Shape, "object", &kernel.objects[initial.object].name)
                .free(Weight::Effect, "rights", rights.join(", "), Freedom::Gain),
        );
    }
    for measure in &kernel.budgets {
        let start = item("budget", &measure.name, &measure.doc, measure.span).fact(Weight::Docs, "unit", measure.unit);
        items.push(with_budgets(start, "most", &measure.most));
    }
    // How a law is tried is nobody's business outside; what it says is.
    for law in &kernel.laws {
        let texts = |texts: &[Text]| texts.iter().map(|text| flat(&text.text)).collect::<Vec<_>>().join("; ");
        items.push(
            item("law", &law.name, &law.doc, law.span)
                .fact(Weight::Docs, "cases", law.cases.to_string())
                .fact(Weight::Docs, "steps", texts(&law.steps))
                .fact(Weight::Docs, "expect", texts(&law.expect)),
        );
    }
    for group in &kernel.groups {
        items.push(
            item("group", &group.name, &group.doc, group.span)
                .fact(Weight::Docs, "first", group.first.to_string())
                .fact(Weight::Docs, "last", group.last.to_string()),
        );
    }
    items.extend(kernel.calls.iter().map(|call| of_call(kernel, call)));
    items
}

fn of_call(kernel: &Kernel, call: &Call) -> Item {
    let parameters: Vec<String> = call
        .parameters
        .iter()
        .map(|parameter| format!("{}: {}", parameter.name, kernel.type_name(parameter.of)))
        .collect();
    let needs: Vec<String> = call
        .parameters
        .iter()
        .filter(|parameter| !parameter.needs.is_empty())
        .map(|parameter| {
            format!(
                "{} {}",
                parameter.name,
                kernel.needs_names(call, &parameter.needs).join(" + ")
            )
        })
        .collect();
    let gas_per = call
        .gas_per
        .and_then(|per| Some((call.parameters.get(per.parameter)?, per.units)));
    let start = Item::new("syscall", Some(&kernel.name), &call.name, &call.doc, call.span)
        .fact(Weight::Number, "code", call.code.to_string())
        .fact(Weight::Docs, "group", &kernel.groups[call.group].name)
        .free(Weight::Shape, "params", parameters.join(", "), Freedom::Names)
        .fact(Weight::Shape, "returns", kernel.returns_name(call.returns))
        .free(Weight::Effect, "needs", needs.join(", "), Freedom::Lose)
        .free(
            Weight::Effect,
            "errors",
            error_names(kernel, &kernel.all_errors(call)),
            Freedom::Lose,
        )
        .free(Weight::Effect, "gas", call.gas.to_string(), Freedom::Fall)
        .fact(
            Weight::Effect,
            "gas_per",
            gas_per.map_or(String::new(), |(of, units)| format!("{units} of {}", of.name)),
        )
        .free(
            Weight::Effect,
            "switches",
            if call.switches { "true" } else { "" },
            Freedom::Unset,
        )
        .fact(Weight::Meaning, "sem", &call.sem)
        .fact(Weight::Docs, "since", call.since.to_string())
        .fact(Weight::Docs, "reason", flat(call.reason.as_deref().unwrap_or_default()));
    with_budgets(start, "budget", &call.budgets)
}

/// A budget is a promise, which a boot measures: one that was released only goes down.
fn with_budgets(start: Item, key: &'static str, budgets: &[Budget]) -> Item {
    budgets.iter().fold(start, |item, budget| {
        item.part(Weight::Effect, key, &budget.target, budget.most.to_string(), budget.span)
            .may(Freedom::Fall, Addition::Fits)
    })
}

fn error_names(kernel: &Kernel, errors: &[Id<Numbered>]) -> String {
    let names: Vec<&str> = errors.iter().map(|error| kernel.errors[*error].name.as_str()).collect();
    names.join(", ")
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
