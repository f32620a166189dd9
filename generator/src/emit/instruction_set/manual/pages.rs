//! The pages beside the ops: index, types, traps and effects, module file.

use serde::Serialize;

use super::{cell, ops};
use crate::emit::template;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::{InstructionSet, Op, ParameterKind, Shape};

/// `README.md`: what the machine is, the groups, the opcode map, decisions, ops that wait.
pub fn index(set: &InstructionSet) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Index<'a> {
        set: &'a str,
        doc: &'a str,
        count: usize,
        groups: Vec<Group<'a>>,
        map: Vec<String>,
        extended: Vec<Row>,
        prefix: Option<String>,
        waiting: Vec<Row>,
        decisions: Vec<Row>,
    }
    #[derive(Serialize)]
    struct Group<'a> {
        name: &'a str,
        title: &'a str,
        ops: String,
    }
    let link = |op: &Op| format!("[{}](ops/{}.md#{})", op.name, set.groups[op.group].name, op.name);
    let groups = set.groups.iter_with_ids().map(|(id, group)| Group {
        name: &group.name,
        title: &group.title,
        ops: set
            .ops
            .iter()
            .filter(|op| op.group == id)
            .map(link)
            .collect::<Vec<_>>()
            .join(", "),
    });
    let map = (0..16u16).map(|high| {
        let cells = (0..16u16).map(|low| match set.ops.iter().find(|op| op.code == high * 16 + low) {
            Some(op) => link(op),
            None if set.encoding.extension_prefix.map(u16::from) == Some(high * 16 + low) => "*prefix*".to_owned(),
            None => String::new(),
        });
        format!("| **{high:X}_** | {} |", cells.collect::<Vec<_>>().join(" | "))
    });
    let row = |op: &Op, text: &str| Row {
        name: link(op),
        text: cell(text),
    };
    template::render(
        "manual index",
        include_str!("../templates/manual_index.md.hbs"),
        &Index {
            set: &set.name,
            doc: set.doc.trim(),
            count: set.ops.len(),
            groups: groups.collect(),
            map: map.collect(),
            extended: set
                .ops
                .iter()
                .filter(|op| op.code > 0xFF)
                .map(|op| row(op, &ops::code(set, op)))
                .collect(),
            prefix: set.encoding.extension_prefix.map(|prefix| format!("0x{prefix:02X}")),
            waiting: set
                .ops
                .iter()
                .filter_map(|op| op.waits.as_ref().map(|waits| row(op, waits)))
                .collect(),
            decisions: set
                .ops
                .iter()
                .filter_map(|op| op.decision.as_ref().map(|text| row(op, text)))
                .collect(),
        },
    )
}

/// `types.md`: slots and types with their lattice.
pub fn types(set: &InstructionSet) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Types<'a> {
        set: &'a str,
        slots: Vec<SlotRow>,
        types: Vec<TypeRow>,
        lattice: Vec<String>,
    }
    #[derive(Serialize)]
    struct SlotRow {
        name: String,
        rust: String,
        doc: String,
    }
    #[derive(Serialize)]
    struct TypeRow {
        name: String,
        code: u8,
        slot: String,
        doc: String,
    }
    let types = set.types.iter().map(|entry| {
        let parameters = entry.parameters.iter().map(|parameter| {
            let kind = match parameter.kind {
                ParameterKind::Type => "type",
                ParameterKind::OptionalType => "type or `_`",
                ParameterKind::Types => "[types]",
                ParameterKind::Class => "class",
            };
            format!("{}: {kind}", parameter.name)
        });
        let parameters: Vec<String> = parameters.collect();
        TypeRow {
            name: if parameters.is_empty() {
                entry.name.clone()
            } else {
                format!("{}({})", entry.name, parameters.join(", "))
            },
            code: entry.code,
            slot: set.slots[entry.slot].name.clone(),
            doc: cell(&entry.doc),
        }
    });
    let mut lattice = Vec::new();
    let mut pending: Vec<_> = set
        .types
        .iter_with_ids()
        .filter(|(_, entry)| entry.parent.is_none() && entry.bottom_of.is_none())
        .map(|(id, _)| (id, 0))
        .collect();
    pending.reverse();
    while let Some((id, depth)) = pending.pop() {
        lattice.push(format!("{}{}", "    ".repeat(depth), set.types[id].name));
        let mut children: Vec<_> = set
            .types
            .iter_with_ids()
            .filter(|(_, entry)| entry.parent == Some(id))
            .map(|(child, _)| (child, depth + 1))
            .collect();
        children.reverse();
        pending.extend(children);
        for bottom in set.types.iter().filter(|entry| entry.bottom_of == Some(id)) {
            lattice.push(format!(
                "{}{} (below all of {})",
                "    ".repeat(depth + 1),
                bottom.name,
                set.types[id].name
            ));
        }
    }
    template::render(
        "manual types",
        include_str!("../templates/manual_types.md.hbs"),
        &Types {
            set: &set.name,
            slots: set
                .slots
                .iter()
                .map(|slot| SlotRow {
                    name: slot.name.clone(),
                    rust: slot.rust.clone(),
                    doc: cell(&slot.doc),
                })
                .collect(),
            types: types.collect(),
            lattice,
        },
    )
}

/// `traps.md`: traps and effects.
pub fn traps(set: &InstructionSet) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Traps<'a> {
        set: &'a str,
        traps: Vec<TrapRow>,
        effects: Vec<EffectRow>,
    }
    #[derive(Serialize)]
    struct TrapRow {
        name: String,
        code: u16,
        catchable: &'static str,
        doc: String,
        ops: String,
    }
    #[derive(Serialize)]
    struct EffectRow {
        name: String,
        takes: String,
        doc: String,
    }
    let traps = set.traps.iter_with_ids().map(|(id, trap)| TrapRow {
        name: trap.name.clone(),
        code: trap.code,
        catchable: if trap.catchable { "yes" } else { "no" },
        doc: cell(&trap.doc),
        ops: set
            .ops
            .iter()
            .filter(|op| op.traps.contains(&id))
            .map(|op| op.name.clone())
            .collect::<Vec<_>>()
            .join(", "),
    });
    let effects = set.effects.iter().map(|effect| {
        let mut takes = Vec::new();
        for (part, access) in [("Context", effect.takes.context), ("Frame", effect.takes.frame)] {
            match access {
                Access::None => {}
                Access::Shared => takes.push(format!("`&{part}`")),
                Access::Mutable => takes.push(format!("`&mut {part}`")),
            }
        }
        if effect.suspends {
            takes.push("returns `Poll`".to_owned());
        }
        EffectRow {
            name: effect.name.clone(),
            takes: takes.join(", "),
            doc: cell(&effect.doc),
        }
    });
    template::render(
        "manual traps",
        include_str!("../templates/manual_traps.md.hbs"),
        &Traps {
            set: &set.name,
            traps: traps.collect(),
            effects: effects.collect(),
        },
    )
}

/// `module-file.md`: header, records and unions.
pub fn module_file(set: &InstructionSet) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct ModuleFile<'a> {
        set: &'a str,
        extension: &'a str,
        magic: String,
        version: u32,
        flags: Vec<Row>,
        records: Vec<RecordPage<'a>>,
        unions: Vec<UnionPage<'a>>,
        types: Vec<Row>,
    }
    #[derive(Serialize)]
    struct RecordPage<'a> {
        name: &'a str,
        doc: String,
        fields: Vec<FieldRow>,
    }
    #[derive(Serialize)]
    struct FieldRow {
        name: String,
        shape: String,
        doc: String,
    }
    #[derive(Serialize)]
    struct UnionPage<'a> {
        name: &'a str,
        doc: String,
        variants: Vec<VariantRow>,
    }
    #[derive(Serialize)]
    struct VariantRow {
        code: u8,
        name: String,
        shape: String,
        doc: String,
    }
    let format = &set.format;
    let records = format.records.iter().map(|record| RecordPage {
        name: &record.name,
        doc: record.doc.trim().to_owned(),
        fields: record
            .fields
            .iter()
            .map(|field| {
                let flag = field
                    .flag
                    .map(|flag| format!(" Only with flag `{}`.", format.flags[flag].name))
                    .unwrap_or_default();
                FieldRow {
                    name: field.name.clone(),
                    shape: shape_text(set, &field.shape),
                    doc: cell(&format!("{}{flag}", field.doc)),
                }
            })
            .collect(),
    });
    let unions = format.unions.iter().map(|union| UnionPage {
        name: &union.name,
        doc: union.doc.trim().to_owned(),
        variants: union
            .variants
            .iter()
            .map(|variant| VariantRow {
                code: variant.code,
                name: variant.name.clone(),
                shape: shape_text(set, &variant.shape),
                doc: cell(&variant.doc),
            })
            .collect(),
    });
    let types = set.types.iter().filter(|entry| !entry.parameters.is_empty()).map(|entry| {
        let arguments: Vec<String> = entry
            .parameters
            .iter()
            .map(|parameter| {
                let shape = match parameter.kind {
                    ParameterKind::Type => "type id (u32)",
                    ParameterKind::OptionalType => "type id (u32), 0xFFFFFFFF for none",
                    ParameterKind::Types => "u32 count, then type ids (u32)",
                    ParameterKind::Class => "class number (u32)",
                };
                format!("{}: {shape}", parameter.name)
            })
            .collect();
        Row {
            name: format!("{} {}", entry.code, entry.name),
            text: arguments.join("; "),
        }
    });
    template::render(
        "manual module file",
        include_str!("../templates/manual_module_file.md.hbs"),
        &ModuleFile {
            set: &set.name,
            extension: &format.extension,
            magic: String::from_utf8_lossy(&format.magic).into_owned(),
            version: format.version,
            flags: format
                .flags
                .iter()
                .map(|flag| Row {
                    name: format!("bit {} `{}`", flag.bit, flag.name),
                    text: cell(&flag.doc),
                })
                .collect(),
            records: records.collect(),
            unions: unions.collect(),
            types: types.collect(),
        },
    )
}

/// Two cells of a table.
#[derive(Serialize)]
struct Row {
    name: String,
    text: String,
}

fn shape_text(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.name().to_owned(),
        Shape::String { max } => format!("u32 length, then UTF-8 of at most {max} bytes"),
        Shape::Code { max } => format!("u32 length, then instructions of at most {max} bytes"),
        Shape::TypeId => "type id (u32)".to_owned(),
        Shape::TypeDefinition => "type definition".to_owned(),
        Shape::Reference(kind) => format!("{} number (u32)", set.operand_kinds[*kind].name),
        Shape::Optional(inner) => format!("{}, 0xFFFFFFFF for none", shape_text(set, inner)),
        Shape::List { element, max } => format!("u32 count of at most {max}, then as many: {}", shape_text(set, element)),
        Shape::Record(id) => format!("[{0}](#{0})", set.format.records[*id].name),
        Shape::Union(id) => format!("[{0}](#{0})", set.format.unions[*id].name),
    }
}
