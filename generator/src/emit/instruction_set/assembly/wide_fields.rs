//! Emits `tests/wide_fields.rs` of the facts crate: fields of more than 64 bits, with bytes and limits that are worked out here.

use super::plan::{Plan, name_field};
use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::facts::reached::Reached;
use crate::emit::instruction_set::facts::wide;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::wide::{Number, Wide};
use crate::model::instruction_set::{Record, Shape};

/// Adds the tests: for each kind of such integers the first field that holds one.
pub fn files(plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let set = plan.set;
    let fields: Vec<serde_json::Value> = wide::reached(set, &Reached::from_root(set))
        .into_iter()
        .filter_map(|wide| Some(row(wide, &field(plan, wide)?)))
        .collect();
    if fields.is_empty() {
        return Ok(());
    }
    let data = serde_json::json!({
        "crate": set.library("facts"),
        "module": rust::variant(&plan.root.name),
        "fields": fields,
    });
    let text = template::render(
        "tests/wide_fields.rs",
        include_str!("../templates/asm_wide_tests.rs.hbs"),
        &data,
    )?;
    builder.file("tests/wide_fields.rs", text, &sources::of(set, sources::ALL));
    Ok(())
}

/// The text of a module around a value.
struct Around {
    before: String,
    after: String,
}

impl Around {
    fn within(self, before: &str, after: &str) -> Around {
        Around {
            before: before.to_owned() + &self.before,
            after: self.after + after,
        }
    }
}

/// The first place in a module where a text can state an integer of a kind.
fn field(plan: &Plan<'_>, wide: Wide) -> Option<Around> {
    let of_root = plan
        .fields
        .iter()
        .find_map(|field| Some(around(plan, &field.shape, wide)?.within(&format!("{} ", field.name), "")));
    let of_declared = || {
        plan.declared.iter().find_map(|declared| {
            let keyword = &plan.set.format.records[declared.record].name;
            Some(body(plan, declared.record, wide)?.within(&format!("{keyword} x"), ""))
        })
    };
    of_root.or_else(of_declared)
}

fn around(plan: &Plan<'_>, shape: &Shape, wide: Wide) -> Option<Around> {
    match shape {
        Shape::Wide(found) if *found == wide => Some(Around {
            before: String::new(),
            after: String::new(),
        }),
        Shape::List { element, .. } => Some(around(plan, element, wide)?.within("[", "]")),
        Shape::Record(record) => {
            let name = name_field(&plan.set.format.records[*record]).map_or("", |_| "x");
            Some(body(plan, *record, wide)?.within(name, ""))
        }
        Shape::Union(union) => plan.set.format.unions[*union].variants.iter().find_map(|variant| {
            let value = around(plan, &variant.shape, wide)?;
            Some(value.within(&format!("{}(", variant.name), ")"))
        }),
        _ => None,
    }
}

/// What follows the name of a record, or the whole of one without a name.
fn body(plan: &Plan<'_>, record: Id<Record>, wide: Wide) -> Option<Around> {
    let record = &plan.set.format.records[record];
    let named = name_field(record).is_some();
    let is_only = named && record.fields.len() == 2;
    record.fields.iter().find_map(|field| {
        let value = around(plan, &field.shape, wide)?;
        Some(if is_only {
            value.within(": ", "")
        } else {
            value.within(&format!(" {{ {} ", field.name), " }")
        })
    })
}

fn row(wide: Wide, around: &Around) -> serde_json::Value {
    let (least, greatest) = wide.limits();
    let decimal = |bytes: &[u8]| Number::parse(&wide.literal(bytes)).map(Number::decimal).unwrap_or_default();
    let counted: Vec<u8> = (1..=wide.bytes() as u8).collect();
    let mut values = vec![
        ("0".to_owned(), vec![0; counted.len()]),
        (wide.literal(&counted), counted.clone()),
        (decimal(&counted), counted.clone()),
        (binary(&counted), counted),
        (decimal(&greatest), greatest.clone()),
        (wide.literal(&greatest), greatest.clone()),
    ];
    if wide.signed {
        let all = vec![0xFF; greatest.len()];
        values.extend([
            ("-1".to_owned(), all),
            (decimal(&least), least.clone()),
            (wide.literal(&least), least.clone()),
        ]);
    }
    // One more than the greatest, and one less than the least: as a magnitude, that one has the highest bit and the lowest.
    let power = wide.bits - u32::from(wide.signed);
    let above = format!("0x{:x}{}", 1 << (power % 4), "0".repeat(power as usize / 4));
    let below = if wide.signed {
        let mut magnitude = least.clone();
        magnitude[0] = 1;
        format!("-{}", Wide { signed: false, ..wide }.literal(&magnitude))
    } else {
        "-1".to_owned()
    };
    let values: Vec<serde_json::Value> = values
        .into_iter()
        .map(|(text, bytes)| {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
            serde_json::json!({ "text": rust::literal(&text), "bytes": bytes.join(", ") })
        })
        .collect();
    serde_json::json!({
        "of": wide.name(),
        "before": rust::literal(&around.before),
        "after": rust::literal(&around.after),
        "least": decimal(&least),
        "greatest": decimal(&greatest),
        "values": values,
        "above": rust::literal(&above),
        "below": rust::literal(&below),
    })
}

/// Binary digits, eight of them between two `_`.
fn binary(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().rev().map(|byte| format!("{byte:08b}")).collect();
    format!("0b{}", digits.join("_"))
}
