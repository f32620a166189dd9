//! The entries of instruction sets in the form that every tool reads.

use super::common_items::{effect, group, sorted, trap, yes};
use super::{
    Field, Indexes, InstructionSet, InstructionSets, Machine, Meaning, Op, OperandKind, OperandMeaning, ParameterKind, Shape,
    Variant,
};
use crate::arena::Id;
use crate::model::Model;
use crate::model::item::{Addition, Freedom, Item, Weight};

/// The items of all sets, set by set, in the order of a manual: machine, module file, ops by their codes.
pub fn items(model: &Model) -> Vec<Item> {
    let sets = model.part::<InstructionSets>();
    let images = sets.images.iter().flat_map(super::image::items::of_set);
    sets.sets.iter().flat_map(of_set).chain(images).collect()
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
    if let Machine::Emitted { span } = set.machine {
        let doc = "The machine is emitted; the runtime has its state and the meaning of the ops.";
        items.push(item("runtime", "", doc, span).fact(Weight::Shape, "machine", "emitted"));
    }
    // How fast something runs is nobody's business outside: no release depends on it.
    if let Some(engine) = &set.engine {
        let doc = "The fast engine, emitted beside a crate with its hand-written part.";
        items.push(item("engine", "", doc, engine.span).internal());
    }
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
                // What was never declared may be declared from now on.
                .free(Weight::Shape, "abstract", yes(of.is_abstract), Freedom::Unset)
                .fact(Weight::Shape, "bottom_of", named(of.bottom_of)),
        );
    }
    for kind in &set.operand_kinds {
        if let Some(span) = kind.span {
            items.push(operand_kind(item("operand", &kind.name, &kind.doc, span), kind));
        }
    }
    items.extend(set.effects.iter().map(|entry| effect(&set.name, entry)));
    items.extend(set.traps.iter().map(|entry| trap(&set.name, entry)));
    items.extend(set.groups.iter().map(|entry| group(&set.name, entry)));
    items.extend(module_file(set));
    items.extend(set.ops.iter().map(|op| of_op(set, op)));
    let families = set.families.iter();
    items.extend(families.map(|family| item("family", &family.name, &family.doc, family.span).internal()));
    let supers = set.superinstructions.iter();
    items.extend(supers.map(|sequence| item("superinstruction", &sequence.name, &sequence.doc, sequence.span).internal()));
    items.extend(
        set.fixtures
            .iter()
            .map(|fixture| item("fixture", &fixture.name, &fixture.doc, fixture.span).internal()),
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
        let start = item("record", &record.name, &record.doc, record.span);
        items.push(record.fields.iter().fold(start, |item, field| self::field(set, item, field)));
    }
    for union in &format.unions {
        let start = item("union", &union.name, &union.doc, union.span);
        items.push(
            union
                .variants
                .iter()
                .fold(start, |item, variant| self::variant(set, item, variant)),
        );
    }
    items
}

/// Fields follow each other without marks between them, so that one more moves all that come after it. Files without a flag lack what
/// stands behind it: a field may be new if its flag is.
fn field(set: &InstructionSet, item: Item, field: &Field) -> Item {
    let flag = field.flag.map(|flag| &set.format.flags[flag].name);
    let shape = shape(set, &field.shape);
    let value = flag.map_or(shape.clone(), |flag| format!("{shape} if {flag}"));
    let addition = flag.map_or(Addition::Breaks, |flag| Addition::FitsWith {
        table: "module.flag",
        name: flag.clone(),
    });
    item.part(Weight::Shape, "fields", &field.name, value, field.span)
        .may(Freedom::Limit, addition)
        .part(Weight::Docs, "docs", &field.name, field.doc.trim(), field.span)
        .may(Freedom::None, Addition::Fits)
}

/// A variant announces itself by its code, so that one more changes nothing in files without it.
fn variant(set: &InstructionSet, item: Item, variant: &Variant) -> Item {
    let of = variant.value_type.map(|of| format!(" of type {}", set.types[of].name));
    let value = shape(set, &variant.shape) + &of.unwrap_or_default();
    item.part(Weight::Number, "codes", &variant.name, variant.code.to_string(), variant.span)
        .may(Freedom::None, Addition::Fits)
        .part(Weight::Shape, "variants", &variant.name, value, variant.span)
        .may(Freedom::Limit, Addition::Fits)
        .part(Weight::Docs, "docs", &variant.name, variant.doc.trim(), variant.span)
        .may(Freedom::None, Addition::Fits)
}

fn shape(set: &InstructionSet, of: &Shape) -> String {
    match of {
        Shape::Scalar(scalar) => scalar.name().to_owned(),
        Shape::Wide(wide) => wide.name().to_owned(),
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
        .map(|input| format!("{}: {}", input.name, type_text(&input.text)))
        .collect();
    let outputs: Vec<String> = op.outputs.iter().map(|output| type_text(&output.text)).collect();
    let laws: Vec<&str> = op.laws.iter().map(|law| law.text.trim()).collect();
    let (expression, function) = match &op.meaning {
        Meaning::Expression { text, .. } => (text.as_str(), ""),
        Meaning::Function { name, .. } => ("", name.as_str()),
        Meaning::Waits => ("", ""),
    };
    Item::new("op", Some(&set.name), &op.name, &op.doc, op.span)
        .fact(Weight::Number, "code", format!("{:#04x}", op.code))
        .fact(Weight::Shape, "operands", operands.join(", "))
        .free(Weight::Shape, "in", inputs.join(", "), Freedom::Names)
        .fact(Weight::Shape, "out", outputs.join(", "))
        .fact(Weight::Effect, "control", op.control.name())
        .free(
            Weight::Effect,
            "effects",
            sorted(&set.effects, &op.effects, |effect| &effect.name),
            Freedom::Lose,
        )
        .free(
            Weight::Effect,
            "traps",
            sorted(&set.traps, &op.traps, |trap| &trap.name),
            Freedom::Lose,
        )
        .free(Weight::Effect, "pure", yes(op.pure), Freedom::Set)
        .free(Weight::Effect, "commutes", yes(op.commutes), Freedom::Set)
        .free(Weight::Effect, "cost", op.cost.to_string(), Freedom::Fall)
        .free(
            Weight::Effect,
            "feature",
            op.feature.clone().unwrap_or_default(),
            Freedom::Unset,
        )
        .fact(Weight::Meaning, "expr", expression)
        .fact(Weight::Meaning, "sem", function)
        .fact(Weight::Meaning, "waits", op.waits.clone().unwrap_or_default())
        .fact(Weight::Meaning, "laws", laws.join("; "))
        .fact(Weight::Docs, "group", &set.groups[op.group].name)
        .fact(Weight::Docs, "since", op.since.to_string())
        .fact(Weight::Docs, "cold", yes(op.cold))
        .fact(Weight::Docs, "deprecated", op.deprecated.clone().unwrap_or_default())
        .fact(Weight::Docs, "decision", op.decision.clone().unwrap_or_default())
}

/// A type expression with its spaces where everybody would put them.
fn type_text(text: &str) -> String {
    let plain: String = text.split_whitespace().collect();
    plain.replace(',', ", ")
}

fn parameter_kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Type => "type",
        ParameterKind::OptionalType => "type?",
        ParameterKind::Types => "types",
        ParameterKind::Class => "class",
    }
}
