//! The entries of instruction sets in the form that every tool reads.

use super::effect::Access;
use super::{
    Field, Indexes, InstructionSet, InstructionSets, Meaning, Op, OperandKind, OperandMeaning, ParameterKind, Shape, Variant,
};
use crate::arena::{Arena, Id};
use crate::model::Model;
use crate::model::item::{Item, Weight};

/// The items of all sets, set by set, in the order of a manual: machine, module file, ops by their codes.
pub fn items(model: &Model) -> Vec<Item> {
    model.part::<InstructionSets>().sets.iter().flat_map(of_set).collect()
}

fn of_set(set: &InstructionSet) -> Vec<Item> {
    let item = |table, name: &str, doc: &str, span| Item::new(table, Some(&set.name), name, doc, span);
    let mut items = Vec::new();
    let prefix = set.encoding.extension_prefix.map(|prefix| format!("{prefix:#04x}"));
    items.push(
        item("encoding", "", "How instructions become bytes.", set.encoding.span)
            .fact(Weight::Shape, "prefix", prefix.unwrap_or_default())
            .fact(
                Weight::Shape,
                "endian",
                if set.encoding.little_endian { "little" } else { "big" },
            ),
    );
    for slot in &set.slots {
        items.push(item("slot", &slot.name, &slot.doc, slot.span).fact(Weight::Shape, "rust", &slot.rust));
    }
    for of in &set.types {
        let parameters: Vec<String> = of
            .parameters
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, parameter_kind(parameter.kind)))
            .collect();
        let named = |id: Option<Id<super::Type>>| id.map_or(String::new(), |id| set.types[id].name.clone());
        items.push(
            item("type", &of.name, &of.doc, of.span)
                .fact(Weight::Number, "code", of.code.to_string())
                .fact(Weight::Shape, "slot", &set.slots[of.slot].name)
                .fact(Weight::Shape, "parameters", parameters.join(", "))
                .fact(Weight::Shape, "is", named(of.parent))
                .fact(Weight::Shape, "abstract", yes(of.is_abstract))
                .fact(Weight::Shape, "bottom_of", named(of.bottom_of)),
        );
    }
    for kind in &set.operand_kinds {
        if let Some(span) = kind.span {
            items.push(operand_kind(item("operand", &kind.name, &kind.doc, span), kind));
        }
    }
    for effect in &set.effects {
        items.push(
            item("effect", &effect.name, &effect.doc, effect.span)
                .fact(Weight::Effect, "context", access(effect.takes.context))
                .fact(Weight::Effect, "frame", access(effect.takes.frame))
                .fact(Weight::Effect, "suspends", yes(effect.suspends)),
        );
    }
    for trap in &set.traps {
        items.push(
            item("trap", &trap.name, &trap.doc, trap.span)
                .fact(Weight::Number, "code", trap.code.to_string())
                .fact(Weight::Effect, "catchable", yes(trap.catchable)),
        );
    }
    for group in &set.groups {
        items.push(item("group", &group.name, &group.doc, group.span).fact(Weight::Docs, "title", &group.title));
    }
    items.extend(module_file(set));
    items.extend(set.ops.iter().map(|op| of_op(set, op)));
    items.extend(
        set.fixtures
            .iter()
            .map(|fixture| item("fixture", &fixture.name, &fixture.doc, fixture.span)),
    );
    items
}

fn operand_kind(item: Item, kind: &OperandKind) -> Item {
    let (indexes, label) = match &kind.meaning {
        OperandMeaning::Number => (String::new(), String::new()),
        OperandMeaning::Label { optional } => (String::new(), if *optional { "optional label" } else { "label" }.to_owned()),
        OperandMeaning::Index(indexes) => (list_name(indexes), String::new()),
    };
    item.fact(Weight::Shape, "encoding", kind.encoding.name())
        .fact(Weight::Shape, "indexes", indexes)
        .fact(Weight::Shape, "relative_to", label)
}

fn list_name(indexes: &Indexes) -> String {
    match indexes {
        Indexes::Module { field } => format!("module.{field}"),
        Indexes::Locals => "function.locals".to_owned(),
        Indexes::Captures => "function.captures".to_owned(),
        Indexes::Types => "types".to_owned(),
        Indexes::ClassFields => "class.fields".to_owned(),
        Indexes::ClassMethods => "class.methods".to_owned(),
        Indexes::TupleElements => "tuple.elements".to_owned(),
    }
}

fn module_file(set: &InstructionSet) -> Vec<Item> {
    let format = &set.format;
    let item = |table, name: &str, doc: &str, span| Item::new(table, Some(&set.name), name, doc, span);
    let magic: String = format.magic.iter().map(|byte| char::from(*byte)).collect();
    let mut items = vec![
        item(
            "module",
            "",
            "The file that carries code between compiler and machine.",
            format.span,
        )
        .fact(Weight::Number, "magic", magic)
        .fact(Weight::Number, "version", format.version.to_string())
        .fact(Weight::Shape, "extension", &format.extension),
    ];
    for flag in &format.flags {
        items.push(item("module.flag", &flag.name, &flag.doc, flag.span).fact(Weight::Number, "bit", flag.bit.to_string()));
    }
    for record in &format.records {
        let fields: Vec<String> = record.fields.iter().map(|field| self::field(set, field)).collect();
        items.push(item("record", &record.name, &record.doc, record.span).fact(Weight::Shape, "fields", fields.join(", ")));
    }
    for union in &format.unions {
        let variants: Vec<String> = union.variants.iter().map(|variant| self::variant(set, variant)).collect();
        items.push(item("union", &union.name, &union.doc, union.span).fact(Weight::Shape, "variants", variants.join(", ")));
    }
    items
}

fn field(set: &InstructionSet, field: &Field) -> String {
    let flag = field.flag.map(|flag| format!(" if {}", set.format.flags[flag].name));
    format!("{}: {}{}", field.name, shape(set, &field.shape), flag.unwrap_or_default())
}

fn variant(set: &InstructionSet, variant: &Variant) -> String {
    let of = variant.value_type.map(|of| format!(" of type {}", set.types[of].name));
    format!(
        "{} = {}: {}{}",
        variant.name,
        variant.code,
        shape(set, &variant.shape),
        of.unwrap_or_default()
    )
}

fn shape(set: &InstructionSet, of: &Shape) -> String {
    match of {
        Shape::Scalar(scalar) => scalar.name().to_owned(),
        Shape::String { max } => format!("string (at most {max})"),
        Shape::Code { max } => format!("code (at most {max})"),
        Shape::TypeId => "type".to_owned(),
        Shape::TypeDefinition => "type_definition".to_owned(),
        Shape::Reference(kind) => set.operand_kinds[*kind].name.clone(),
        Shape::Optional(inner) => format!("{}?", shape(set, inner)),
        Shape::List { element, max } => format!("list<{}> (at most {max})", shape(set, element)),
        Shape::Record(record) => set.format.records[*record].name.clone(),
        Shape::Union(union) => set.format.unions[*union].name.clone(),
    }
}

fn of_op(set: &InstructionSet, op: &Op) -> Item {
    let operands: Vec<String> = op
        .operands
        .iter()
        .map(|operand| format!("{}: {}", operand.name, set.operand_kinds[operand.kind].name))
        .collect();
    let inputs: Vec<String> = op
        .inputs
        .iter()
        .map(|input| format!("{}: {}", input.name, input.text))
        .collect();
    let outputs: Vec<&str> = op.outputs.iter().map(|output| output.text.as_str()).collect();
    let (expression, function) = match &op.meaning {
        Meaning::Expression { text, .. } => (text.as_str(), ""),
        Meaning::Function { name, .. } => ("", name.as_str()),
        Meaning::Waits => ("", ""),
    };
    Item::new("op", Some(&set.name), &op.name, &op.doc, op.span)
        .fact(Weight::Number, "code", format!("{:#04x}", op.code))
        .fact(Weight::Shape, "operands", operands.join(", "))
        .fact(Weight::Shape, "in", inputs.join(", "))
        .fact(Weight::Shape, "out", outputs.join(", "))
        .fact(Weight::Effect, "control", op.control.name())
        .fact(
            Weight::Effect,
            "effects",
            sorted(&set.effects, &op.effects, |effect| &effect.name),
        )
        .fact(Weight::Effect, "traps", sorted(&set.traps, &op.traps, |trap| &trap.name))
        .fact(Weight::Effect, "pure", yes(op.pure))
        .fact(Weight::Effect, "commutes", yes(op.commutes))
        .fact(Weight::Effect, "cost", op.cost.to_string())
        .fact(Weight::Effect, "feature", op.feature.clone().unwrap_or_default())
        .fact(Weight::Meaning, "expr", expression)
        .fact(Weight::Meaning, "sem", function)
        .fact(Weight::Meaning, "waits", op.waits.clone().unwrap_or_default())
        .fact(Weight::Docs, "group", &set.groups[op.group].name)
        .fact(Weight::Docs, "since", op.since.to_string())
        .fact(Weight::Docs, "deprecated", op.deprecated.clone().unwrap_or_default())
        .fact(Weight::Docs, "decision", op.decision.clone().unwrap_or_default())
}

fn sorted<T>(arena: &Arena<T>, ids: &[Id<T>], name: impl Fn(&T) -> &String) -> String {
    let mut names: Vec<&str> = ids.iter().map(|id| name(&arena[*id]).as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

fn parameter_kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Type => "type",
        ParameterKind::OptionalType => "type?",
        ParameterKind::Types => "types",
        ParameterKind::Class => "class",
    }
}

fn access(access: Access) -> &'static str {
    match access {
        Access::None => "",
        Access::Shared => "shared",
        Access::Mutable => "mutable",
    }
}

fn yes(value: bool) -> &'static str {
    if value { "true" } else { "" }
}
