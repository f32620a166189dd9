//! The entries of a set of memory images in the form that every tool reads.

use super::{AddressOf, ImageSet, NativeResult, OutputPlace, WordOp};
use crate::model::instruction_set::Meaning;
use crate::model::instruction_set::common_items::{effect, group, sorted, trap};
use crate::model::item::{Freedom, Item, Weight};

/// The items of a set in the order of a manual: machine, then ops by their patterns.
pub fn of_set(set: &ImageSet) -> Vec<Item> {
    let item = |table, name: &str, doc: &str, span| Item::new(table, Some(&set.name), name, doc, span);
    let order = if set.encoding.little_endian { "little" } else { "big" };
    let image = &set.image;
    let mut items = vec![
        item("encoding", "", "How instructions become bytes.", set.encoding.span)
            .fact(Weight::Shape, "word", format!("u{}", set.encoding.bits))
            .fact(Weight::Shape, "endian", order),
        item("image", "", &image.doc, image.span)
            .fact(Weight::Number, "origin", format!("{:#x}", image.origin))
            .fact(Weight::Number, "memory", format!("{:#x}", image.memory))
            .fact(Weight::Shape, "extension", &image.extension)
            .fact(Weight::Effect, "counter", &set.registers[image.counter].name)
            .fact(Weight::Effect, "unknown", &set.traps[image.unknown].name)
            .fact(Weight::Effect, "outside", &set.traps[image.outside].name),
    ];
    for register in &set.registers {
        items.push(
            item("register", &register.name, &register.doc, register.span)
                .fact(Weight::Shape, "type", register.scalar.name())
                .fact(
                    Weight::Shape,
                    "count",
                    register.count.map(|count| count.to_string()).unwrap_or_default(),
                ),
        );
    }
    for data in &set.data {
        let bytes: Vec<String> = data.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        items.push(
            item("data", &data.name, &data.doc, data.span)
                .fact(Weight::Number, "address", format!("{:#x}", data.address))
                .fact(Weight::Number, "bytes", bytes.join(" ")),
        );
    }
    for native in &set.natives {
        let parameters: Vec<String> = native
            .parameters
            .iter()
            .map(|(name, of)| format!("{name}: {}", of.name()))
            .collect();
        items.push(
            item("native", &native.name, &native.doc, native.span)
                .fact(Weight::Shape, "parameters", parameters.join(", "))
                .fact(Weight::Shape, "result", native.result.map(result).unwrap_or_default()),
        );
    }
    for kind in &set.operand_kinds {
        items.push(
            item("operand", &kind.name, &kind.doc, kind.span)
                .fact(Weight::Shape, "bits", kind.bits.to_string())
                .fact(
                    Weight::Shape,
                    "register",
                    kind.bank.map(|bank| set.registers[bank].name.clone()).unwrap_or_default(),
                )
                .fact(
                    Weight::Shape,
                    "address",
                    match kind.address {
                        None => "",
                        Some(AddressOf::Code) => "code",
                        Some(AddressOf::Data) => "data",
                    },
                ),
        );
    }
    items.extend(set.effects.iter().map(|entry| effect(&set.name, entry)));
    items.extend(set.traps.iter().map(|entry| trap(&set.name, entry)));
    items.extend(set.groups.iter().map(|entry| group(&set.name, entry)));
    items.extend(set.ops.iter().map(|op| of_op(set, op)));
    items
}

/// `u8?`.
pub fn result(result: NativeResult) -> String {
    format!("{}{}", result.of.name(), if result.optional { "?" } else { "" })
}

/// What takes the value of an op's expression, by its name.
pub fn output_name(set: &ImageSet, op: &WordOp) -> Option<String> {
    op.output.map(|output| match output.place {
        OutputPlace::Operand(position) => op.operands[position].name.clone(),
        OutputPlace::Register(register, index) => set.registers[register].name_of(index),
    })
}

fn of_op(set: &ImageSet, op: &WordOp) -> Item {
    let operands: Vec<String> = op
        .operands
        .iter()
        .map(|operand| format!("{}: {}", operand.name, set.operand_kinds[operand.kind].name))
        .collect();
    let (expression, function) = match &op.meaning {
        Meaning::Expression { text, .. } => (text.as_str(), ""),
        Meaning::Function { name, .. } => ("", name.as_str()),
        Meaning::Waits => ("", ""),
    };
    let inputs: Vec<&str> = op.inputs.iter().map(|input| input.name.as_str()).collect();
    let except: Vec<&str> = op.except.iter().map(|(name, _)| name.as_str()).collect();
    Item::new("op", Some(&set.name), &op.name, &op.doc, op.span)
        .fact(Weight::Number, "pattern", &op.pattern.text)
        .fact(Weight::Number, "except", except.join(", "))
        .fact(Weight::Shape, "operands", operands.join(", "))
        .fact(Weight::Shape, "syntax", &op.syntax.text)
        .fact(Weight::Meaning, "in", inputs.join(", "))
        .fact(Weight::Meaning, "out", output_name(set, op).unwrap_or_default())
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
        .fact(Weight::Meaning, "expr", expression)
        .fact(Weight::Meaning, "sem", function)
        .fact(Weight::Docs, "group", &set.groups[op.group].name)
        .fact(Weight::Docs, "since", op.since.to_string())
        .fact(Weight::Docs, "decision", op.decision.clone().unwrap_or_default())
}
