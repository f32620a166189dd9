//! `src/module/`: the module file as Rust types.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{module_read, module_write, names, wide};
use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::{rust, template};
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{Field, InstructionSet, ModuleFormat, Record, Scalar, Shape, Union};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/crc32.rs", include_str!("text/crc32.rs").to_owned(), &[]);
    builder.file(
        "src/module/mod.rs",
        structures(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/format.rs",
        format_constants(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/read.rs",
        module_read::text(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/write.rs",
        module_write::text(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    let reached = Reached::from_root(set);
    let wides = wide::reached(set, &reached);
    let wide_rows = wides
        .iter()
        .map(|wide| serde_json::json!({ "name": wide.name(), "type": wide.rust_type() }));
    let scalar_row = |(name, _): &(&str, Scalar)| serde_json::json!({ "name": name, "type": name });
    let data = serde_json::json!({
        "bool": reached.any(set, &|shape| *shape == Shape::Scalar(Scalar::Bool)),
        "string": reached.any(set, &|shape| matches!(shape, Shape::String { .. })),
        "code": reached.any(set, &|shape| matches!(shape, Shape::Code { .. })),
        "optional": reached.any(set, &|shape| matches!(shape, Shape::Optional(_))) || reached.optional_argument(set),
        "list": reached.any(set, &|shape| matches!(shape, Shape::List { .. })) || reached.list_argument(set),
        "flags": !set.format.flags.is_empty(),
        "flagged": reached.fields(set).iter().any(|field| field.flag.is_some()),
        "choice": !reached.unions.is_empty() || reached.definitions,
        "scalars": Scalar::ALL
            .iter()
            .filter(|(_, scalar)| *scalar != Scalar::Bool && reached.needs(set, *scalar))
            .map(scalar_row)
            .chain(wide_rows.clone())
            .collect::<Vec<_>>(),
        "written": Scalar::ALL
            .iter()
            .filter(|(_, scalar)| {
                *scalar == Scalar::U32
                    || *scalar != Scalar::Bool && reached.any(set, &|shape| *shape == Shape::Scalar(*scalar))
            })
            .map(scalar_row)
            .chain(wide_rows)
            .collect::<Vec<_>>(),
        "imports": wide::imports(&wides),
    });
    builder.file(
        "src/module/reader.rs",
        template::render("reader.rs", include_str!("text/reader.rs.hbs"), &data)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/writer.rs",
        template::render("writer.rs", include_str!("text/writer.rs.hbs"), &data)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    Ok(())
}

/// Records and unions that a file can hold, in order of the spec.
pub struct Reached {
    /// Records.
    pub records: BTreeSet<Id<Record>>,
    /// Unions.
    pub unions: BTreeSet<Id<Union>>,
    /// Whether it can hold entries of the type table.
    pub definitions: bool,
}

impl Reached {
    /// What the record `module` leads to.
    pub fn from_root(set: &InstructionSet) -> Reached {
        let mut reached = Reached {
            records: BTreeSet::new(),
            unions: BTreeSet::new(),
            definitions: false,
        };
        let mut waiting = vec![&set.format.records[set.format.root]];
        reached.records.insert(set.format.root);
        while let Some(record) = waiting.pop() {
            for field in &record.fields {
                reached.shape(set, &field.shape, &mut waiting);
            }
        }
        reached
    }

    fn shape<'a>(&mut self, set: &'a InstructionSet, shape: &Shape, waiting: &mut Vec<&'a Record>) {
        match shape {
            Shape::List { element, .. } => self.shape(set, element, waiting),
            Shape::Optional(inner) => self.shape(set, inner, waiting),
            Shape::TypeDefinition => self.definitions = true,
            Shape::Record(record) if self.records.insert(*record) => {
                waiting.push(&set.format.records[*record]);
            }
            Shape::Union(union) if self.unions.insert(*union) => {
                for variant in &set.format.unions[*union].variants {
                    self.shape(set, &variant.shape, waiting);
                }
            }
            _ => {}
        }
    }

    /// All fields of the records.
    pub fn fields<'a>(&self, set: &'a InstructionSet) -> Vec<&'a Field> {
        self.records
            .iter()
            .flat_map(|record| &set.format.records[*record].fields)
            .collect()
    }

    /// Whether a shape, or a part of one, satisfies a condition.
    pub fn any(&self, set: &InstructionSet, holds: &dyn Fn(&Shape) -> bool) -> bool {
        let variants = self
            .unions
            .iter()
            .flat_map(|union| &set.format.unions[*union].variants)
            .map(|variant| &variant.shape);
        self.fields(set)
            .into_iter()
            .map(|field| &field.shape)
            .chain(variants)
            .any(|shape| part(shape, holds))
    }

    /// Whether the type table has optional arguments.
    fn optional_argument(&self, set: &InstructionSet) -> bool {
        self.definitions && super::types::uses(set, crate::model::instruction_set::ParameterKind::OptionalType)
    }

    /// Whether the type table has lists of arguments.
    fn list_argument(&self, set: &InstructionSet) -> bool {
        self.definitions && super::types::uses(set, crate::model::instruction_set::ParameterKind::Types)
    }

    /// Whether numbers of this width are read. Headers, counts, ids and tags need `u32` and `u8`.
    fn needs(&self, set: &InstructionSet, scalar: Scalar) -> bool {
        scalar == Scalar::U32
            || scalar == Scalar::U8 && (!self.unions.is_empty() || self.definitions)
            || self.any(set, &|shape| *shape == Shape::Scalar(scalar))
    }
}

fn part(shape: &Shape, holds: &dyn Fn(&Shape) -> bool) -> bool {
    holds(shape)
        || match shape {
            Shape::List { element, .. } => part(element, holds),
            Shape::Optional(inner) => part(inner, holds),
            _ => false,
        }
}

/// The Rust type of a shape.
pub fn shape_type(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.name().to_owned(),
        // By its path: a record may have the same name.
        Shape::Wide(wide) if wide.is_emitted() => format!("wide::{}", wide.rust_type()),
        Shape::Wide(wide) => wide.rust_type(),
        Shape::String { .. } => "String".to_owned(),
        Shape::Code { .. } => "Vec<u8>".to_owned(),
        Shape::TypeId => "TypeId".to_owned(),
        Shape::TypeDefinition => "TypeDefinition".to_owned(),
        Shape::Reference(kind) => id_type(&set.operand_kinds[*kind].name),
        Shape::Optional(inner) => format!("Option<{}>", shape_type(set, inner)),
        Shape::List { element, .. } => format!("Vec<{}>", shape_type(set, element)),
        Shape::Record(record) => names::structure(&set.format.records[*record].name),
        Shape::Union(union) => names::structure(&set.format.unions[*union].name),
    }
}

/// Ids that the given text uses, for a `use` line.
pub fn used_ids(set: &InstructionSet, text: &str) -> Vec<String> {
    let mut ids: Vec<String> = names::id_kinds(set)
        .into_iter()
        .map(|kind| id_type(&kind.name))
        .chain(["TypeId".to_owned()])
        .filter(|id| mentions(text, id))
        .collect();
    ids.sort();
    ids
}

/// Whether a word stands in a text.
pub fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|found| found == word)
}

/// A `use` line for ids, or nothing.
pub fn use_ids(ids: &[String]) -> String {
    rust::use_names("crate::ids", ids)
}

/// What limits a shape, in words.
fn limit(shape: &Shape) -> String {
    match shape {
        Shape::String { max } | Shape::Code { max } => format!(" At most {} bytes.", rust::number(u64::from(*max))),
        Shape::List { max, element } => format!(
            " At most {} entries.{}",
            rust::number(u64::from(*max)),
            limit(element).replace(" At", " Each at")
        ),
        _ => String::new(),
    }
}

fn structures(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let mut body = String::new();
    let root = &format.records[format.root];
    let others = format
        .records
        .iter_with_ids()
        .filter(|(id, _)| *id != format.root)
        .map(|(_, record)| record);
    for record in std::iter::once(root).chain(others) {
        structure(set, record, &mut body)?;
    }
    for union in &format.unions {
        choice(set, union, &mut body)?;
    }
    let mut text = rust::module_doc_lines(&format!(
        "The module file: what carries code between compiler and machine.\n\nA file begins with a header of 16 bytes, all numbers \
         little-endian: magic, version, flags, and the CRC-32 of everything behind the header. The fields of [`{}`] follow in order. \
         Strings are a length in bytes and UTF-8; lists are a count and the items; `none` is 0xFFFF_FFFF. The reader checks the form; \
         that numbers refer to something is for the verifier.",
        names::structure(&root.name)
    ));
    text.push_str("\nmod format;\nmod read;\nmod reader;\nmod write;\nmod writer;\n\n");
    text.push_str(
        "pub use format::*;\npub use reader::{ReadError, ReadErrorKind};\npub use writer::{WriteError, WriteErrorKind};\n\n",
    );
    if mentions(&body, "String") {
        text.push_str("use alloc::string::String;\n");
    }
    if mentions(&body, "Vec") {
        text.push_str("use alloc::vec::Vec;\n");
    }
    text.push('\n');
    text.push_str(&use_ids(&used_ids(set, &body)));
    if mentions(&body, "TypeDefinition") {
        text.push_str("use crate::types::TypeDefinition;\n");
    }
    if mentions(&body, "wide") {
        text.push_str("use crate::wide;\n");
    }
    Ok(text + &body)
}

/// Whether equality must be stated by hand, because floats are equal bit by bit.
fn has_float(shape: &Shape) -> bool {
    part(shape, &|shape| matches!(shape, Shape::Scalar(Scalar::F32 | Scalar::F64)))
}

/// An expression that says whether two values of a shape are equal bit by bit.
fn equal(shape: &Shape, left: &str, right: &str) -> String {
    match shape {
        Shape::Scalar(Scalar::F32 | Scalar::F64) => format!("{left}.to_bits() == {right}.to_bits()"),
        Shape::List { .. } if has_float(shape) => {
            format!("{left}.iter().map(|item| item.to_bits()).eq({right}.iter().map(|item| item.to_bits()))")
        }
        _ => format!("{left} == {right}"),
    }
}

fn structure(set: &InstructionSet, record: &Record, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&record.name);
    let by_hand = record.fields.iter().any(|field| has_float(&field.shape));
    out.push('\n');
    out.push_str(&rust::doc_lines(
        0,
        &format!("{}\n\n{}", record.doc.trim(), provenance::entry(set, "record", &record.name)),
    ));
    let derives = if by_hand {
        "Debug, Clone, Default"
    } else {
        "Debug, Clone, PartialEq, Default"
    };
    writeln!(out, "#[derive({derives})]\npub struct {name} {{")?;
    for field in &record.fields {
        let flag = match field.flag {
            Some(flag) => format!(" Only with the flag `{}`; empty otherwise.", set.format.flags[flag].name),
            None => String::new(),
        };
        out.push_str(&rust::doc_lines(
            4,
            &format!("{}{}{flag}", field.doc.trim(), limit(&field.shape)),
        ));
        writeln!(out, "    pub {}: {},", rust::name(&field.name), shape_type(set, &field.shape))?;
    }
    out.push_str("}\n");
    if by_hand {
        let tests: Vec<String> = record
            .fields
            .iter()
            .map(|field| {
                let field_name = rust::name(&field.name);
                equal(&field.shape, &format!("self.{field_name}"), &format!("other.{field_name}"))
            })
            .collect();
        writeln!(
            out,
            "\n/// Floats are compared bit by bit, so that a NaN equals itself.\nimpl PartialEq for {name} {{\n    fn eq(&self, other: &{name}) -> bool {{\n        {}\n    }}\n}}",
            tests.join("\n            && ")
        )?;
    }
    Ok(())
}

fn choice(set: &InstructionSet, union: &Union, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&union.name);
    let by_hand = union.variants.iter().any(|variant| has_float(&variant.shape));
    out.push('\n');
    out.push_str(&rust::doc_lines(
        0,
        &format!("{}\n\n{}", union.doc.trim(), provenance::entry(set, "union", &union.name)),
    ));
    let derives = if by_hand { "Debug, Clone" } else { "Debug, Clone, PartialEq" };
    writeln!(out, "#[derive({derives})]\npub enum {name} {{")?;
    for variant in &union.variants {
        out.push_str(&rust::doc_lines(
            4,
            &format!("{}{}", variant.doc.trim(), limit(&variant.shape)),
        ));
        writeln!(
            out,
            "    {}({}),",
            rust::variant(&variant.name),
            shape_type(set, &variant.shape)
        )?;
    }
    out.push_str("}\n");
    if let Some(first) = union.variants.first() {
        writeln!(
            out,
            "\nimpl Default for {name} {{\n    fn default() -> {name} {{\n        {name}::{}(Default::default())\n    }}\n}}",
            rust::variant(&first.name)
        )?;
    }
    if by_hand {
        writeln!(
            out,
            "\n/// Floats are compared bit by bit, so that a NaN equals itself.\nimpl PartialEq for {name} {{\n    fn eq(&self, other: &{name}) -> bool {{\n        match (self, other) {{"
        )?;
        for variant in &union.variants {
            let tag = rust::variant(&variant.name);
            writeln!(
                out,
                "            ({name}::{tag}(left), {name}::{tag}(right)) => {},",
                equal(&variant.shape, "left", "right")
            )?;
        }
        if union.variants.len() > 1 {
            out.push_str("            _ => false,\n");
        }
        out.push_str("        }\n    }\n}\n");
    }
    Ok(())
}

/// The name of the constant of a flag.
pub fn flag_constant(format: &ModuleFormat, flag: Id<crate::model::instruction_set::Flag>) -> String {
    format!("FLAG_{}", rust::constant(&format.flags[flag].name))
}

fn format_constants(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let mut text = rust::module_doc_lines(&format!(
        "What stands in the header of a module file.\n\n{}",
        provenance::entry(set, "module", "")
    ));
    let magic: String = format
        .magic
        .iter()
        .map(|byte| std::ascii::escape_default(*byte).to_string())
        .collect();
    writeln!(
        text,
        "\n/// The first four bytes.\npub const MAGIC: [u8; 4] = *b\"{magic}\";\n"
    )?;
    writeln!(
        text,
        "/// The version that is written, and the only one that is read.\npub const VERSION: u32 = {};\n",
        format.version
    )?;
    writeln!(
        text,
        "/// The extension of file names, without a dot.\npub const EXTENSION: &str = {};\n",
        rust::literal(&format.extension)
    )?;
    text.push_str(
        "/// The length of the header in bytes: magic, version, flags and checksum.\npub const HEADER_LENGTH: usize = 16;\n",
    );
    let mut known = Vec::new();
    for flag in &format.flags {
        let name = format!("FLAG_{}", rust::constant(&flag.name));
        text.push('\n');
        text.push_str(&rust::doc_lines(
            0,
            &format!("The bit `{}` of the flags: {}", flag.name, flag.doc.trim()),
        ));
        writeln!(text, "pub const {name}: u32 = 1 << {};", flag.bit)?;
        known.push(name);
    }
    let known = if known.is_empty() { "0".to_owned() } else { known.join(" | ") };
    writeln!(
        text,
        "\n/// Every bit of the flags that has a meaning; the others must be 0.\npub const KNOWN_FLAGS: u32 = {known};"
    )?;
    Ok(text)
}

/// The smallest number of bytes that a value of a shape takes in a file. A cycle of records counts as nothing.
pub fn least_bytes(set: &InstructionSet, shape: &Shape) -> u32 {
    least(set, shape, &mut Vec::new())
}

fn least(set: &InstructionSet, shape: &Shape, open: &mut Vec<Id<Record>>) -> u32 {
    match shape {
        Shape::Scalar(scalar) => scalar.bytes(),
        Shape::Wide(wide) => wide.bytes(),
        Shape::String { .. }
        | Shape::Code { .. }
        | Shape::TypeId
        | Shape::Reference(_)
        | Shape::Optional(_)
        | Shape::List { .. } => 4,
        Shape::TypeDefinition => {
            let arguments = |of: &&crate::model::instruction_set::Type| of.parameters.len() as u32 * 4;
            1 + super::types::constructors(set).iter().map(arguments).min().unwrap_or(0)
        }
        Shape::Record(record) => {
            if open.contains(record) {
                return 0;
            }
            open.push(*record);
            let fields = set.format.records[*record].fields.iter().filter(|field| field.flag.is_none());
            let sum = fields
                .map(|field| least(set, &field.shape, open))
                .fold(0, u32::saturating_add);
            open.pop();
            sum
        }
        Shape::Union(union) => {
            let variants = &set.format.unions[*union].variants;
            1 + variants
                .iter()
                .map(|variant| least(set, &variant.shape, open))
                .min()
                .unwrap_or(0)
        }
    }
}
