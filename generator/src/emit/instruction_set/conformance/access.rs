//! Emits `src/access.rs`: lists of the module by the names that the table of ops uses for them.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::instruction_set::verifier::Reading;
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, ParameterKind, Shape};

/// Adds the file.
pub fn file(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let reading = Reading::of(set)?;
    let facts = set.library("facts");
    let root = &set.format.records[set.format.root];
    let module = rust::variant(&root.name);
    let mut text = rust::module_doc_lines(
        "Lists of a module by the names that the table of ops uses for them, and types by their constructors.",
    );
    let class = reading.class.as_ref();
    text.push_str(&format!(
        "\nuse {facts}::types::{{Kind, TypeDefinition, TypeId}};\nuse {facts}::verify::environment::{{Callable, Environment}};\n"
    ));
    let names = class.map(|class| class.id.to_string()).into_iter().chain([module.clone()]);
    text.push_str(&rust::use_names(&facts, &names.collect::<Vec<_>>()));

    let mut counts = String::new();
    for field in root.fields.iter().filter(|field| matches!(field.shape, Shape::List { .. })) {
        writeln!(
            counts,
            "        {} => module.{}.len(),",
            rust::literal(&field.name),
            rust::name(&field.name)
        )?;
    }
    write!(
        text,
        "\n/// How many entries a list of the module has.\npub fn count(module: &{module}, list: &str) -> usize {{\n    match list {{\n{counts}        \
         _ => 0,\n    }}\n}}\n"
    )?;

    let mut callables = String::new();
    for (list, _) in reading.callables() {
        writeln!(
            callables,
            "        {} => env.{}(\"\", number).ok(),",
            rust::literal(&list),
            rust::name(&list)
        )?;
    }
    write!(
        text,
        "\n/// An entry of a list that can be called.\npub fn callable<'e>(env: &'e Environment<'_>, list: &str, number: u32) -> Option<&'e \
         Callable> {{\n    match list {{\n{callables}        _ => None,\n    }}\n}}\n"
    )?;

    let mut declared = String::new();
    for field in &root.fields {
        let has_type = reading.record_of(&field.name).is_some_and(|record| {
            record
                .fields
                .iter()
                .any(|field| field.name == "type" && field.shape == Shape::TypeId)
        });
        if has_type {
            writeln!(
                declared,
                "        {} => module.{}.get(number as usize).map(|entry| entry.r#type),",
                rust::literal(&field.name),
                rust::name(&field.name)
            )?;
        }
    }
    for field in &root.fields {
        let Shape::List { element, .. } = &field.shape else { continue };
        let Shape::Union(union) = **element else { continue };
        let union = &set.format.unions[union];
        let mut arms = String::new();
        for variant in &union.variants {
            let Some(of) = variant.value_type else { continue };
            writeln!(
                arms,
                "            {facts}::module::{}::{}(..) => TypeId::{},",
                rust::variant(&union.name),
                rust::variant(&variant.name),
                rust::constant(&set.types[of].name)
            )?;
        }
        if union.variants.iter().all(|variant| variant.value_type.is_some()) {
            writeln!(
                declared,
                "        {} => module.{}.get(number as usize).map(|entry| match entry {{\n{arms}        }}),",
                rust::literal(&field.name),
                rust::name(&field.name)
            )?;
        }
    }
    let declared = if declared.is_empty() {
        "    let _ = (module, list, number);\n    None\n".to_owned()
    } else {
        format!("    let _ = (module, number);\n    match list {{\n{declared}        _ => None,\n    }}\n")
    };
    write!(
        text,
        "\n/// The declared type of an entry of a list.\npub fn declared(module: &{module}, list: &str, number: u32) -> Option<TypeId> \
         {{\n{declared}}}\n"
    )?;

    let mut makes = String::new();
    let mut lists = String::new();
    for entry in set.types.iter().filter(|entry| !entry.parameters.is_empty()) {
        let variant = rust::variant(&entry.name);
        let mut fields = Vec::new();
        let mut position = 0;
        for parameter in &entry.parameters {
            let name = rust::name(&parameter.name);
            match parameter.kind {
                ParameterKind::Type => {
                    fields.push(if position == 0 {
                        format!("{name}: *types.first()?")
                    } else {
                        format!("{name}: *types.get({position})?")
                    });
                    position += 1;
                }
                ParameterKind::Class => {
                    let id = class.map_or_else(|| "u32".to_owned(), |class| class.id.to_string());
                    fields.push(format!("{name}: {id}(class?)"));
                }
                ParameterKind::OptionalType | ParameterKind::Types => {}
            }
        }
        if fields.len() == entry.parameters.len() {
            writeln!(
                makes,
                "        Kind::{variant} => TypeDefinition::{variant} {{ {} }},",
                fields.join(", ")
            )?;
        }
        let kinds: Vec<&str> = entry
            .parameters
            .iter()
            .map(|parameter| match parameter.kind {
                ParameterKind::Type => "Parameter::Type",
                ParameterKind::OptionalType => "Parameter::OptionalType",
                ParameterKind::Types => "Parameter::Types",
                ParameterKind::Class => "Parameter::Class",
            })
            .collect();
        writeln!(lists, "    ({}, &[{}]),", rust::literal(&entry.name), kinds.join(", "))?;
    }
    let makes = if makes.is_empty() {
        "    let _ = (kind, types, class);\n    None\n".to_owned()
    } else {
        format!("    let _ = (types, class);\n    Some(match kind {{\n{makes}        _ => return None,\n    }})\n")
    };
    write!(
        text,
        "\n/// A type of a constructor whose parameters are single types or a class.\npub fn make(kind: Kind, types: &[TypeId], class: \
         Option<u32>) -> Option<TypeDefinition> {{\n{makes}}}\n"
    )?;
    write!(
        text,
        "\n/// What a parameter of a constructor ranges over.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Parameter {{\n    /// One \
         type.\n    Type,\n    /// One or none.\n    OptionalType,\n    /// A list.\n    Types,\n    /// A class of the module.\n    Class,\n}}\n\n/// \
         Constructors of types, with their parameters.\npub const CONSTRUCTORS: &[(&str, &[Parameter])] = &[\n{lists}];\n"
    )?;
    text.push_str(&closure(set)?);
    builder.file("src/access.rs", text, &sources::of(set, sources::ALL));
    Ok(())
}

/// The function that makes the type of closures.
fn closure(set: &InstructionSet) -> anyhow::Result<String> {
    let has = |entry: &crate::model::instruction_set::Type, name: &str, kind: ParameterKind| {
        entry
            .parameters
            .iter()
            .any(|parameter| parameter.name == name && parameter.kind == kind)
    };
    let entry = set
        .types
        .iter()
        .find(|entry| has(entry, "params", ParameterKind::Types) && has(entry, "result", ParameterKind::Type));
    let head = "\n/// The type of closures of a function.\npub fn closure(of: &Callable) -> Option<TypeDefinition> {\n";
    let callee = "\n/// What a closure of a type takes and gives.\npub fn callee(of: &TypeDefinition) -> Option<Callable> {\n";
    Ok(match entry {
        Some(entry) => {
            let variant = rust::variant(&entry.name);
            let has_rest = has(entry, "rest", ParameterKind::OptionalType);
            let rest = if has_rest { ", rest: of.rest" } else { "" };
            let (rest_pattern, rest_value) = if has_rest { (", rest", "*rest") } else { ("", "None") };
            format!(
                "{head}    Some(TypeDefinition::{variant} {{ params: of.params.clone(){rest}, result: of.result? }})\n}}\n{callee}    match of \
                 {{\n        TypeDefinition::{variant} {{ params{rest_pattern}, result }} => {{\n            Some(Callable {{ params: \
                 params.clone(), rest: {rest_value}, result: Some(*result), captures: false }})\n        }}\n        _ => None,\n    }}\n}}\n"
            )
        }
        None => format!("{head}    let _ = of;\n    None\n}}\n{callee}    let _ = of;\n    None\n}}\n"),
    })
}
