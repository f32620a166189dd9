//! `src/layout.rs`: where fields and methods of classes lie. Only for a set whose types know classes.

use super::{names, types};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{InstructionSet, ParameterKind, Shape};

/// Adds the file if the set has a type with a class as parameter, and classes with a parent, fields and methods.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let Some(data) = data(set) else { return Ok(()) };
    let text = template::render("layout.rs", include_str!("text/layout.rs.hbs"), &data)?;
    builder.file("src/layout.rs", text, &sources::of(set, &[sources::MACHINE, sources::FORMAT]));
    Ok(())
}

/// What the templates of layouts and of their test need to know; none where the set has no classes.
pub fn data(set: &InstructionSet) -> Option<serde_json::Value> {
    if !types::uses(set, ParameterKind::Class) {
        return None;
    }
    let kind = names::class_kind(set)?;
    let (list, class) = names::indexed_record(set, kind)?;
    let record = &set.format.records[class];
    let item = |name: &str| match names::field(record, name)? {
        Shape::List { element, .. } => match element.as_ref() {
            Shape::Record(record) => Some(&set.format.records[*record]),
            _ => None,
        },
        _ => None,
    };
    let (fields, methods) = (item("fields")?, item("methods")?);
    match names::field(record, "parent")? {
        Shape::Optional(inner) if matches!(inner.as_ref(), Shape::Reference(of) if set.operand_kinds[*of].name == "class") => {}
        _ => return None,
    }
    let Shape::TypeId = names::field(fields, "type")? else {
        return None;
    };
    let Shape::Reference(function) = names::field(methods, "function")? else {
        return None;
    };
    for record in [record, fields, methods] {
        let Shape::String { .. } = names::field(record, "name")? else {
            return None;
        };
    }
    let mut ids = [
        id_type(&kind.name),
        id_type(&set.operand_kinds[*function].name),
        "TypeId".to_owned(),
    ];
    ids.sort();
    Some(serde_json::json!({
        "crate": set.library("facts"),
        "class_rest": record.fields.len() > 4,
        "field_rest": fields.fields.len() > 2,
        "method_rest": methods.fields.len() > 2,
        "list_shorthand": rust::name(list) == "classes",
        "module_rest": set.format.records[set.format.root].fields.len() > 1,
        "field": names::structure(&fields.name),
        "method": names::structure(&methods.name),
        "module": rust::variant(&set.format.records[set.format.root].name),
        "classes": rust::name(list),
        "list": list,
        "class": names::structure(&record.name),
        "class_id": id_type(&kind.name),
        "function_id": id_type(&set.operand_kinds[*function].name),
        "ids": ids.join(", "),
    }))
}
