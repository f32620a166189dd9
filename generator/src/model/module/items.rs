//! The entries of modules in the form that every tool reads.
//!
//! What callers of a released surface have compiled against may not change: signatures, types, codes. What they only may come to rely
//! on more (a further function, a variant of a type that may grow, an exact capability) may be added.

use super::law_kind::LAW_KINDS;
use super::state_machine::{Comparison, Expression, Guard, Transition};
use super::surface::{Disabled, Field, Value};
use super::{Backend, Function, Law, Level, Module, Modules, Need, StateMachine, Support, Type, TypeKind, TypeReference};
use crate::model::Model;
use crate::model::item::{Addition, Freedom, Item, Weight};
use crate::model::package::{Package, Packages};

/// How well something is done, worse to better.
const LEVELS: Freedom = Freedom::Down(&["approx", "exact"]);

/// The items of all modules, module by module, in the order of the file.
pub fn items(model: &Model) -> Vec<Item> {
    let packages = &model.part::<Packages>().packages;
    let modules = model.part::<Modules>().modules.iter();
    modules
        .flat_map(|module| of_module(module, &packages[module.package]))
        .collect()
}

fn of_module(module: &Module, package: &Package) -> Vec<Item> {
    let item = |table, name: &str, doc: &str, span| Item::new(table, Some(&module.name), name, doc, span);
    let traits = module.auto_traits;
    let mut items = vec![
        item("module", "", &module.doc, module.span)
            .fact(Weight::Shape, "package", &package.name)
            .fact(Weight::Docs, "surface", &module.version)
            .fact(Weight::Shape, "config", &module.types[module.config].name)
            .free(Weight::Shape, "send", yes(traits.send), Freedom::Set)
            .free(Weight::Shape, "sync", yes(traits.sync), Freedom::Set)
            .free(Weight::Shape, "unpin", yes(traits.unpin), Freedom::Set)
            .free(Weight::Shape, "unwind_safe", yes(traits.unwind_safe), Freedom::Set)
            .free(Weight::Shape, "ref_unwind_safe", yes(traits.ref_unwind_safe), Freedom::Set),
    ];
    items.extend(module.types.iter().map(|of| of_type(module, package, of)));
    for constant in &module.constants {
        items.push(
            item("const", &constant.name, &constant.doc, constant.span)
                .fact(Weight::Shape, "type", module.type_text(&constant.kind))
                .fact(Weight::Number, "value", value(module, &constant.value)),
        );
    }
    for error in &module.errors {
        let fields: Vec<String> = error
            .fields
            .iter()
            .map(|field| named(module, &field.name, &field.kind))
            .collect();
        items.push(
            item("error", &error.name, &error.doc, error.span)
                .fact(Weight::Number, "code", error.code.to_string())
                .fact(Weight::Shape, "fields", fields.join(", "))
                .fact(Weight::Effect, "retry", yes(error.retry))
                .fact(Weight::Docs, "message", &error.message),
        );
    }
    items.extend(module.functions.iter().map(|function| of_function(module, package, function)));
    items.extend(module.backends.iter().map(|backend| of_backend(module, package, backend)));
    items.extend(module.laws.iter().map(|law| of_law(module, package, law)));
    items.extend(module.state_machines.iter().map(|machine| of_state_machine(module, machine)));
    if let Some(c) = &module.c {
        items.push(
            item("c", "", "How the C interface is named.", c.span)
                .fact(Weight::Shape, "prefix", &c.prefix)
                .fact(Weight::Number, "error_base", c.error_base.to_string()),
        );
    }
    for bench in &module.benches {
        items.push(
            item("bench", &bench.name, &bench.doc, bench.span)
                .fact(Weight::Docs, "backend", &module.backends[bench.backend].name)
                .fact(Weight::Docs, "workload", &bench.workload)
                .fact(Weight::Docs, "gate", bench.gate.to_string())
                .internal(),
        );
    }
    items
}

fn yes(truth: bool) -> &'static str {
    if truth { "true" } else { "" }
}

fn named(module: &Module, name: &str, kind: &TypeReference) -> String {
    format!("{name}: {}", module.type_text(kind))
}

fn sorted(names: &[String]) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.join(", ")
}

impl Module {
    /// A type as the spec writes it: `Option<Bytes>`.
    pub fn type_text(&self, of: &TypeReference) -> String {
        match of {
            TypeReference::Bool => "bool".to_owned(),
            TypeReference::Integer { signed, bits } => format!("{}{bits}", if *signed { "i" } else { "u" }),
            TypeReference::Float(bits) => format!("f{bits}"),
            TypeReference::Str => "&str".to_owned(),
            TypeReference::Slice => "&[u8]".to_owned(),
            TypeReference::String => "String".to_owned(),
            TypeReference::Library(name) => name.clone(),
            TypeReference::Duration => "Duration".to_owned(),
            TypeReference::Option(inner) => format!("Option<{}>", self.type_text(inner)),
            TypeReference::Vec(inner) => format!("Vec<{}>", self.type_text(inner)),
            TypeReference::Named(id) => self.types[*id].name.clone(),
            TypeReference::Reference(id) => format!("&{}", self.types[*id].name),
            TypeReference::State(id) => format!("{}State", self.state_machines[*id].name),
        }
    }
}

fn value(module: &Module, of: &Value) -> String {
    match of {
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::Duration(nanoseconds) => format!("{nanoseconds}ns"),
        Value::Variant(id, position) => match &module.types[*id].kind {
            TypeKind::Enum { variants, .. } => variants
                .get(*position)
                .map_or_else(String::new, |variant| variant.name.clone()),
            _ => String::new(),
        },
        Value::None => "none".to_owned(),
        Value::Some(inner) => value(module, inner),
        Value::Empty => "[]".to_owned(),
    }
}

fn of_type(module: &Module, package: &Package, of: &Type) -> Item {
    let mut item = Item::new("type", Some(&module.name), &of.name, &of.doc, of.span);
    let kind = match &of.kind {
        TypeKind::Struct(_) => "struct".to_owned(),
        TypeKind::Enum { .. } => "enum".to_owned(),
        TypeKind::Alias(to) => format!("alias of {}", module.type_text(to)),
        TypeKind::Opaque => "opaque".to_owned(),
    };
    item = item
        .fact(Weight::Shape, "kind", kind)
        .free(Weight::Shape, "derive", sorted(&of.derives), Freedom::Gain)
        .free(Weight::Shape, "non_exhaustive", yes(of.non_exhaustive), Freedom::Unset);
    // Whoever takes a type apart, or puts it together, names all of its parts, unless it may grow.
    let addition = if of.non_exhaustive { Addition::Fits } else { Addition::Breaks };
    match &of.kind {
        TypeKind::Struct(fields) => fields
            .iter()
            .fold(item, |item, field| of_field(item, module, package, field, &addition)),
        TypeKind::Enum { variants, default } => {
            let default = default.and_then(|position| variants.get(position));
            let item = item.fact(
                Weight::Effect,
                "default",
                default.map_or_else(String::new, |variant| variant.name.clone()),
            );
            variants.iter().fold(item, |item, variant| {
                item.part(Weight::Shape, "variant", &variant.name, "unit", variant.span)
                    .may(Freedom::None, addition.clone())
                    .part(Weight::Docs, "docs", &variant.name, variant.doc.trim(), variant.span)
                    .may(Freedom::None, Addition::Fits)
            })
        }
        TypeKind::Alias(_) | TypeKind::Opaque => item,
    }
}

fn of_field(item: Item, module: &Module, package: &Package, field: &Field, addition: &Addition) -> Item {
    let mut item = item
        .part(Weight::Shape, "field", &field.name, module.type_text(&field.kind), field.span)
        .may(Freedom::None, addition.clone());
    let bounds = [("min", field.min, Freedom::Fall), ("max", field.max, Freedom::Rise)];
    for (key, bound, freedom) in bounds {
        if let Some(bound) = bound {
            // A bound on a new field is no new bound on an old one, but one can't be told from the other here.
            item = item
                .part(Weight::Effect, key, &field.name, bound.to_string(), field.span)
                .may(freedom, addition.clone());
        }
    }
    if let Some(needs) = field.needs {
        let name = &package.capabilities[needs].name;
        item = item
            .part(Weight::Effect, "needs", &field.name, name, field.span)
            .may(Freedom::None, addition.clone());
    }
    if let Some(default) = &field.default {
        item = item
            .part(Weight::Meaning, "default", &field.name, value(module, default), field.span)
            .may(Freedom::None, Addition::Fits);
    }
    item.part(Weight::Docs, "docs", &field.name, field.doc.trim(), field.span)
        .may(Freedom::None, Addition::Fits)
}

fn of_function(module: &Module, package: &Package, function: &Function) -> Item {
    let parameters = function.parameters.iter();
    let parameters: Vec<String> = parameters
        .map(|parameter| named(module, &parameter.name, &parameter.kind))
        .collect();
    let disabled = match &function.disabled {
        Disabled::Unreachable => "unreachable".to_owned(),
        Disabled::Error => "error".to_owned(),
        Disabled::Value { value: of, .. } => value(module, of),
        Disabled::Unstated => String::new(),
    };
    let fires: Vec<String> = function
        .fires
        .iter()
        .map(|(machine, event)| {
            let machine = &module.state_machines[*machine];
            format!("{}.{}", machine.name, machine.events.get(*event).map_or("", String::as_str))
        })
        .collect();
    let mut laws: Vec<&str> = function.laws.iter().map(|law| module.laws[*law].name.as_str()).collect();
    laws.sort_unstable();
    Item::new("fn", Some(&module.name), &function.name, &function.doc, function.span)
        .fact(Weight::Shape, "receiver", if function.is_method { "&self" } else { "none" })
        .free(Weight::Shape, "params", parameters.join(", "), Freedom::Names)
        .fact(
            Weight::Shape,
            "returns",
            function.returns.as_ref().map_or_else(String::new, |of| module.type_text(of)),
        )
        .fact(Weight::Shape, "error", yes(function.is_fallible))
        .free(Weight::Shape, "must_use", yes(function.must_use), Freedom::Unset)
        .free(Weight::Shape, "const", yes(function.is_const), Freedom::Set)
        .free(Weight::Effect, "needs", needs(package, &function.needs), Freedom::Lose)
        .free(Weight::Effect, "blocking", yes(function.blocking), Freedom::Unset)
        .fact(Weight::Effect, "disabled", disabled)
        .free(Weight::Effect, "laws", laws.join(", "), Freedom::Gain)
        .fact(Weight::Docs, "fires", fires.join(", "))
        .fact(Weight::Docs, "cost", function.cost.clone().unwrap_or_default())
        .fact(Weight::Docs, "deprecated", function.deprecated.clone().unwrap_or_default())
}

/// `eviction = approx, ttl`.
fn needs(package: &Package, needs: &[Need]) -> String {
    let one = |need: &Need| {
        let name = &package.capabilities[need.capability].name;
        match need.level {
            Level::Exact => name.clone(),
            Level::Approximate => format!("{name} = approx"),
            Level::Any => format!("{name} = any"),
        }
    };
    let mut texts: Vec<String> = needs.iter().map(one).collect();
    texts.sort_unstable();
    texts.join(", ")
}

fn of_backend(module: &Module, package: &Package, backend: &Backend) -> Item {
    let item = Item::new("backend", Some(&module.name), &backend.name, &backend.doc, backend.span)
        .fact(Weight::Docs, "crate", backend.library.clone().unwrap_or_default())
        .fact(Weight::Docs, "version", backend.library_version.clone().unwrap_or_default())
        .fact(Weight::Docs, "adapter", &backend.adapter)
        .fact(Weight::Docs, "features", sorted(&backend.adapter_features))
        .fact(Weight::Meaning, "priority", backend.priority.to_string())
        .free(
            Weight::Effect,
            "default",
            backend.default.to_string(),
            Freedom::Down(&["false", "true"]),
        )
        .free(Weight::Effect, "implies", sorted(&backend.implies), Freedom::Gain)
        .free(Weight::Effect, "conflicts", sorted(&backend.conflicts), Freedom::Lose)
        .free(Weight::Effect, "targets", sorted(&backend.targets), Freedom::GainOrAll);
    backend.support.iter().fold(item, |item, (of, support)| {
        let name = &package.capabilities[of.capability].name;
        let part = of
            .variant
            .as_ref()
            .map_or_else(|| name.clone(), |variant| format!("{name}.{variant}"));
        let (level, way, freedom) = match support {
            Support::Exact => ("exact".to_owned(), "", LEVELS),
            Support::Approximate(way) => ("approx".to_owned(), way.as_str(), LEVELS),
            Support::Number(number) => (number.to_string(), "", Freedom::None),
            Support::None => return item,
        };
        let item = item
            .part(Weight::Effect, "capability", &part, level, backend.span)
            .may(freedom, Addition::Fits);
        if way.is_empty() {
            return item;
        }
        item.part(Weight::Docs, "approximation", &part, way, backend.span)
            .may(Freedom::None, Addition::Fits)
    })
}

fn of_law(module: &Module, package: &Package, law: &Law) -> Item {
    let operations: Vec<String> = law
        .operations
        .iter()
        .map(|(name, weight)| format!("{name} = {weight}"))
        .collect();
    let kind = LAW_KINDS.iter().find(|(_, kind)| *kind == law.kind);
    Item::new("law", Some(&module.name), &law.name, &law.text, law.span)
        .fact(Weight::Docs, "kind", kind.map_or("", |(name, _)| name))
        .free(Weight::Effect, "needs", needs(package, &law.needs), Freedom::Lose)
        .fact(Weight::Docs, "cases", law.cases.to_string())
        .fact(Weight::Docs, "seed", law.seed.to_string())
        .fact(Weight::Effect, "tolerance", law.tolerance.to_string())
        .fact(Weight::Docs, "oracle", law.oracle.clone().unwrap_or_default())
        .fact(Weight::Docs, "ops", operations.join(", "))
}

fn of_state_machine(module: &Module, machine: &StateMachine) -> Item {
    let numbers = |numbers: &[super::state_machine::Number]| {
        let texts: Vec<String> = numbers.iter().map(|of| format!("{}: u{}", of.name, of.bits)).collect();
        texts.join(", ")
    };
    let transitions: Vec<String> = machine.transitions.iter().map(|of| of.text(machine)).collect();
    let staying: Vec<String> = machine
        .staying()
        .into_iter()
        .map(|(state, event)| {
            format!(
                "{}.{}",
                self::name(&machine.states, state),
                self::name(&machine.events, event)
            )
        })
        .collect();
    Item::new("state_machine", Some(&module.name), &machine.name, &machine.doc, machine.span)
        .fact(Weight::Shape, "states", machine.states.join(", "))
        .fact(Weight::Shape, "initial", name(&machine.states, machine.initial))
        .fact(Weight::Shape, "events", machine.events.join(", "))
        .fact(Weight::Shape, "variables", numbers(&machine.variables))
        .fact(Weight::Shape, "parameters", numbers(&machine.parameters))
        .fact(Weight::Shape, "inputs", numbers(&machine.inputs))
        .fact(Weight::Meaning, "transitions", transitions.join("; "))
        .fact(Weight::Docs, "stays", staying.join(", "))
}

/// The name at a position.
fn name(names: &[String], position: usize) -> &str {
    names.get(position).map_or("", String::as_str)
}

impl Transition {
    /// `Closed --failure [failures + 1 >= threshold]--> Open: deadline = now + reset_timeout`.
    pub fn text(&self, machine: &StateMachine) -> String {
        let guard = match &self.guard {
            Guard::Always => String::new(),
            guard => format!(" [{}]", guard.text()),
        };
        let actions: Vec<String> = self
            .actions
            .iter()
            .map(|action| format!("{} = {}", action.variable, action.value.text()))
            .collect();
        let actions = if actions.is_empty() {
            String::new()
        } else {
            format!(": {}", actions.join(", "))
        };
        format!(
            "{} --{}{guard}--> {}{actions}",
            name(&machine.states, self.from),
            name(&machine.events, self.on),
            name(&machine.states, self.to)
        )
    }
}

impl Guard {
    /// As the spec writes it; empty for one that always holds.
    pub fn text(&self) -> String {
        match self {
            Guard::Always => String::new(),
            Guard::Otherwise => "otherwise".to_owned(),
            Guard::Compare { left, comparison, right } => format!("{} {} {}", left.text(), comparison.text(), right.text()),
        }
    }
}

impl Comparison {
    /// As the spec, Rust and C write it.
    pub fn text(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::Unequal => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Expression {
    /// As the spec writes it, with parentheses where they are needed.
    pub fn text(&self) -> String {
        self.within(0)
    }

    /// `binding`: 1 as the right side of a difference or within a product.
    fn within(&self, binding: u32) -> String {
        let (text, own) = match self {
            Expression::Literal(number) => (number.to_string(), 2),
            Expression::Name(name) => (name.clone(), 2),
            Expression::Add(left, right) => (format!("{} + {}", left.within(0), right.within(1)), 0),
            Expression::Subtract(left, right) => (format!("{} - {}", left.within(0), right.within(1)), 0),
            Expression::Multiply(left, right) => (format!("{} * {}", left.within(1), right.within(2)), 1),
        };
        if own < binding { format!("({text})") } else { text }
    }
}
