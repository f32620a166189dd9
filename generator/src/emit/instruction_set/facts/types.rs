//! `src/types/`: types of the verifier, and the type table of a module.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::{rust, template};
use crate::model::instruction_set::{InstructionSet, ParameterKind, Shape, Type, TypeParameter};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/types/mod.rs", head(set)?, &sources::of(set, &[&["type", "slot"]]));
    builder.file("src/types/kind.rs", kinds(set)?, &sources::of(set, &[&["type", "slot"]]));
    builder.file(
        "src/types/definition.rs",
        definitions(set)?,
        &sources::of(set, &[&["type", "slot"]]),
    );
    let mut table = include_str!("text/type_table.rs").to_owned();
    if constructors(set).is_empty() {
        // No entry can exist then, and the compiler sees that code that handles one is never reached.
        let reason = "#![allow(unreachable_code, unused_variables, reason = \"no type has parameters, so that the table is always empty\")]\n";
        table = table.replacen("\n\n", &format!("\n{reason}\n"), 1);
    }
    builder.file("src/types/table.rs", table, &sources::of(set, &[&["type", "slot"]]));
    builder.file(
        "src/types/display.rs",
        display(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    Ok(())
}

/// Types with parameters.
pub fn constructors(set: &InstructionSet) -> Vec<&Type> {
    set.types.iter().filter(|of| !of.parameters.is_empty()).collect()
}

/// The Rust type of a parameter of a type constructor.
pub fn parameter_type(set: &InstructionSet, parameter: &TypeParameter) -> String {
    match parameter.kind {
        ParameterKind::Type => "TypeId".to_owned(),
        ParameterKind::OptionalType => "Option<TypeId>".to_owned(),
        ParameterKind::Types => "Vec<TypeId>".to_owned(),
        ParameterKind::Class => names::class_id(set).unwrap_or_else(|| "u32".to_owned()),
    }
}

/// Whether any constructor has a parameter of this kind.
pub fn uses(set: &InstructionSet, kind: ParameterKind) -> bool {
    set.types
        .iter()
        .any(|of| of.parameters.iter().any(|parameter| parameter.kind == kind))
}

fn head(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "Types: what the verifier knows about values.\n\nA type without parameters is its code. One with parameters is an entry of the \
         module's type table: entry `i` is the type `TypeId::FIRST_CONSTRUCTED + i`. The table is canonical: no entry stands in it twice, \
         and arguments are plain types or earlier entries. So two types are equal if their numbers are.",
    );
    text.push_str("\nmod definition;\nmod display;\nmod kind;\nmod table;\n\n");
    text.push_str("pub use definition::TypeDefinition;\npub use display::TypeDisplay;\npub use kind::{Kind, SlotKind};\n");
    text.push_str("pub use table::{TypeRef, TypeTable, TypeTableError};\n\npub use crate::ids::TypeId;\n\nimpl TypeId {\n");
    for plain in set.types.iter().filter(|of| of.parameters.is_empty()) {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", plain.doc.trim(), provenance::entry(set, "type", &plain.name)),
        ));
        writeln!(
            text,
            "    pub const {}: TypeId = TypeId({});",
            rust::constant(&plain.name),
            plain.code
        )?;
    }
    text.push_str(include_str!("text/type_id.rs"));
    Ok(text)
}

fn kinds(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text =
        rust::module_doc_lines("Constructors of types, those without parameters included, and what represents their values.");
    text.push_str("\nuse core::fmt;\n\n/// A constructor of types; one without parameters is a type itself.\n");
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[repr(u8)]\npub enum Kind {\n");
    for of in &set.types {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", of.doc.trim(), provenance::entry(set, "type", &of.name)),
        ));
        writeln!(text, "    {} = {},", rust::variant(&of.name), of.code)?;
    }
    text.push_str("}\n\nimpl Kind {\n    /// Every kind in order of the spec.\n    pub const ALL: &'static [Kind] = &[\n");
    text.push_str(&rust::wrapped(
        8,
        set.types.iter().map(|of| format!("Kind::{}", rust::variant(&of.name))),
    ));
    text.push_str("    ];\n");
    let arms = |value: &dyn Fn(&Type) -> String| -> String {
        let arms: String = set
            .types
            .iter()
            .map(|of| format!("            Kind::{} => {},\n", rust::variant(&of.name), value(of)))
            .collect();
        format!("        match self {{\n{arms}        }}\n")
    };
    let option = |id: Option<crate::arena::Id<Type>>| match id {
        Some(id) => format!("Some(Kind::{})", rust::variant(&set.types[id].name)),
        None => "None".to_owned(),
    };
    let set_of = |holds: &dyn Fn(&Type) -> bool| -> String {
        let held: Vec<String> = set
            .types
            .iter()
            .filter(|of| holds(of))
            .map(|of| format!("Kind::{}", rust::variant(&of.name)))
            .collect();
        if held.is_empty() {
            "        false\n".to_owned()
        } else {
            format!("        matches!(self, {})\n", held.join(" | "))
        }
    };
    for (doc, name, result, body) in [
        (
            "The name in specs and assembly.",
            "name",
            "&'static str",
            arms(&|of| rust::literal(&of.name)),
        ),
        (
            "What represents its values.",
            "slot",
            "SlotKind",
            arms(&|of| format!("SlotKind::{}", rust::variant(&set.slots[of.slot].name))),
        ),
        (
            "The next larger kind.",
            "parent",
            "Option<Kind>",
            arms(&|of| option(of.parent)),
        ),
        (
            "The kind of which, with all its descendants, this one is the bottom.",
            "bottom_of",
            "Option<Kind>",
            arms(&|of| option(of.bottom_of)),
        ),
        (
            "Whether it stands only for its descendants: nothing is declared with it.",
            "is_abstract",
            "bool",
            set_of(&|of| of.is_abstract),
        ),
        (
            "Whether it has parameters, so that types of it stand in the type table.",
            "is_constructed",
            "bool",
            set_of(&|of| !of.parameters.is_empty()),
        ),
    ] {
        writeln!(
            text,
            "\n    /// {doc}\n    pub const fn {name}(self) -> {result} {{\n{body}    }}"
        )?;
    }
    text.push_str(include_str!("text/kind_methods.rs"));
    text.push_str("\n/// What represents values: one word of the operand stack.\n");
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum SlotKind {\n");
    for slot in &set.slots {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", slot.doc.trim(), provenance::entry(set, "slot", &slot.name)),
        ));
        writeln!(text, "    {},", rust::variant(&slot.name))?;
    }
    text.push_str(
        "}\n\nimpl SlotKind {\n    /// The name in specs.\n    pub const fn name(self) -> &'static str {\n        match self {\n",
    );
    for slot in &set.slots {
        writeln!(
            text,
            "            SlotKind::{} => {},",
            rust::variant(&slot.name),
            rust::literal(&slot.name)
        )?;
    }
    text.push_str("        }\n    }\n}\n");
    Ok(text)
}

fn definitions(set: &InstructionSet) -> anyhow::Result<String> {
    let constructors = constructors(set);
    let mut text = rust::module_doc_lines("Entries of the type table.");
    text.push('\n');
    text.push_str("use alloc::vec::Vec;\n\nuse super::Kind;\nuse crate::ids::TypeId;\n");
    if uses(set, ParameterKind::Class)
        && let Some(class) = names::class_id(set)
    {
        text = text.replace("use crate::ids::TypeId;", &format!("use crate::ids::{{{class}, TypeId}};"));
    }
    text.push_str("\n/// A type with parameters, as it stands in the type table of a module.\n");
    text.push_str("#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum TypeDefinition {\n");
    for of in &constructors {
        text.push_str(&rust::doc_lines(
            4,
            &format!("{}\n\n{}", of.doc.trim(), provenance::entry(set, "type", &of.name)),
        ));
        writeln!(text, "    {} {{", rust::variant(&of.name))?;
        for parameter in &of.parameters {
            let doc = match parameter.kind {
                ParameterKind::Type => "A type.",
                ParameterKind::OptionalType => "A type or none.",
                ParameterKind::Types => "A list of types.",
                ParameterKind::Class => "A class of the module; a subclass makes a smaller type.",
            };
            writeln!(
                text,
                "        /// {doc}\n        {}: {},",
                rust::name(&parameter.name),
                parameter_type(set, parameter)
            )?;
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n\nimpl TypeDefinition {\n    /// The constructor.\n    pub fn kind(&self) -> Kind {\n");
    let matched = |arms: String| -> String {
        if constructors.is_empty() {
            "        match *self {}\n".to_owned()
        } else {
            format!("        match self {{\n{arms}        }}\n")
        }
    };
    let arms: String = constructors
        .iter()
        .map(|of| {
            format!(
                "            TypeDefinition::{0} {{ .. }} => Kind::{0},\n",
                rust::variant(&of.name)
            )
        })
        .collect();
    text.push_str(&matched(arms));
    text.push_str("    }\n\n    /// The types that it is made of, in order.\n    pub fn arguments(&self) -> Vec<TypeId> {\n");
    let mut arms = String::new();
    for of in &constructors {
        let types: Vec<&TypeParameter> = of
            .parameters
            .iter()
            .filter(|parameter| parameter.kind != ParameterKind::Class)
            .collect();
        let fields: Vec<String> = types.iter().map(|parameter| rust::name(&parameter.name)).collect();
        let rest = if types.len() < of.parameters.len() { ".." } else { "" };
        let pattern = [fields.join(", ").as_str(), rest]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let value = match types.as_slice() {
            [] => "Vec::new()".to_owned(),
            [one] => match one.kind {
                ParameterKind::Type => format!("Vec::from([*{}])", fields[0]),
                ParameterKind::OptionalType => format!("{}.iter().copied().collect()", fields[0]),
                _ => format!("{}.clone()", fields[0]),
            },
            many => {
                let chain: Vec<String> = many
                    .iter()
                    .zip(&fields)
                    .map(|(parameter, field)| match parameter.kind {
                        ParameterKind::Type => format!("core::iter::once({field})"),
                        _ => format!("{field}.iter()"),
                    })
                    .collect();
                let (first, rest) = chain
                    .split_first()
                    .map_or((String::new(), &[][..]), |(first, rest)| (first.clone(), rest));
                let rest: String = rest
                    .iter()
                    .map(|part| format!(".chain({})", part.trim_end_matches(".iter()")))
                    .collect();
                format!("{first}{rest}.copied().collect()")
            }
        };
        writeln!(
            arms,
            "            TypeDefinition::{} {{ {pattern} }} => {value},",
            rust::variant(&of.name)
        )?;
    }
    text.push_str(&matched(arms));
    text.push_str("    }\n");
    if let (true, Some(class)) = (uses(set, ParameterKind::Class), names::class_id(set)) {
        writeln!(
            text,
            "\n    /// The class that it is made of, if any.\n    pub fn class(&self) -> Option<{class}> {{\n        match self {{"
        )?;
        let mut all = true;
        for of in &constructors {
            match of.parameters.iter().find(|parameter| parameter.kind == ParameterKind::Class) {
                Some(parameter) => {
                    let field = rust::name(&parameter.name);
                    let rest = if of.parameters.len() > 1 { ", .." } else { "" };
                    writeln!(
                        text,
                        "            TypeDefinition::{} {{ {field}{rest} }} => Some(*{field}),",
                        rust::variant(&of.name)
                    )?;
                }
                None => all = false,
            }
        }
        if !all {
            text.push_str("            _ => None,\n");
        }
        text.push_str("        }\n    }\n");
    }
    text.push_str("}\n");
    Ok(text)
}

/// The list of the module with the names of classes.
fn class_list(set: &InstructionSet) -> Option<&str> {
    let (list, record) = names::indexed_record(set, names::class_kind(set)?)?;
    matches!(names::field(&set.format.records[record], "name"), Some(Shape::String { .. })).then_some(list)
}

fn display(set: &InstructionSet) -> anyhow::Result<String> {
    let mut arms = String::new();
    for of in constructors(set) {
        let fields: Vec<String> = of.parameters.iter().map(|parameter| rust::name(&parameter.name)).collect();
        write!(
            arms,
            "            TypeDefinition::{} {{ {} }} => {{\n                f.write_str({})?;\n",
            rust::variant(&of.name),
            fields.join(", "),
            rust::literal(&format!("{}(", of.name))
        )?;
        for (index, (parameter, field)) in of.parameters.iter().zip(&fields).enumerate() {
            if index > 0 {
                arms.push_str("                f.write_str(\", \")?;\n");
            }
            let call = match parameter.kind {
                ParameterKind::Type => format!("self.argument(*{field}, left, f)?"),
                ParameterKind::OptionalType => format!("self.optional(*{field}, left, f)?"),
                ParameterKind::Types => format!("self.list({field}, left, f)?"),
                ParameterKind::Class if names::class_id(set).is_some() => format!("self.class(*{field}, f)?"),
                ParameterKind::Class => format!("write!(f, \"{{{field}}}\")?"),
            };
            writeln!(arms, "                {call};")?;
        }
        arms.push_str("                f.write_str(\")\")\n            }\n");
    }
    // A class has no types within it.
    let with_types = [ParameterKind::Type, ParameterKind::OptionalType, ParameterKind::Types];
    let nested = with_types.iter().any(|kind| uses(set, *kind));
    template::render(
        "types/display.rs",
        include_str!("text/type_display.rs.hbs"),
        &serde_json::json!({
            "module": rust::variant(&set.format.records[set.format.root].name),
            "arms": arms,
            "constructed": !constructors(set).is_empty(),
            "nested": nested,
            "optional": uses(set, ParameterKind::OptionalType),
            "list": uses(set, ParameterKind::Types),
            "class": if uses(set, ParameterKind::Class) { names::class_id(set) } else { None },
            "class_list": class_list(set).map(rust::name),
        }),
    )
}
