//! Makes a text in which every record, union and type of a set occurs, for the emitted tests.

use std::cell::Cell;

use super::plan::{Declared, Plan, Target, name_field};
use super::sample::sample;
use crate::arena::Id;
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{Field, OperandKind, ParameterKind, Record, Scalar, Shape, Type};

/// Records inside of records are filled to this depth.
const DEEPEST: usize = 4;

/// The text.
pub fn text(plan: &Plan<'_>) -> String {
    let writer = Writer {
        plan,
        types: Cell::new(0),
    };
    let mut out = String::new();
    for field in &plan.fields {
        let value = match &field.shape {
            // The table fills by use, and a definition is written like the type.
            Shape::List { element, .. } if **element == Shape::TypeDefinition => continue,
            shape => writer.value(shape, 0),
        };
        out.push_str(&format!("{} {value}\n", field.name));
    }
    for declared in &plan.declared {
        let keyword = &plan.set.format.records[declared.record].name;
        for (name, among) in [
            (format!("{keyword}_a"), false),
            ("\"another \\\"name\\\"\\n\"".to_owned(), true),
        ] {
            out.push_str(&format!("{keyword} {name}{}\n", writer.declaration(declared, among)));
        }
    }
    out
}

struct Writer<'p, 's> {
    plan: &'p Plan<'s>,
    /// How many types were written: each time another constructor is taken.
    types: Cell<usize>,
}

impl Writer<'_, '_> {
    /// With `among`, the lines of its code stand among the instructions.
    fn declaration(&self, declared: &Declared<'_>, among: bool) -> String {
        let code = self.plan.code_of(declared);
        let lines = code.and_then(|_| self.plan.lines_of(declared.record)).filter(|_| among);
        self.body(declared.record, 0, |field| {
            if lines.is_some_and(|(lines, ..)| lines.name == field.name) {
                return Some("[]".to_owned());
            }
            code.filter(|code| code.name == field.name)?;
            let samples = self.plan.set.ops.iter().map(|op| sample(self.plan, op));
            let samples = samples.zip(7..).map(|(sample, line)| match lines {
                Some(_) => format!(".line {line} {sample}"),
                None => sample,
            });
            let last = lines.map_or("", |_| ".line 4294967295");
            Some(format!("{{ here: {} {last} }}", samples.collect::<Vec<_>>().join(" ")))
        })
    }

    fn body(&self, record: Id<Record>, depth: usize, instead: impl Fn(&Field) -> Option<String>) -> String {
        let record = &self.plan.set.format.records[record];
        let name = name_field(record).map(|(field, _)| &field.name);
        let others = record.fields.iter().filter(|field| Some(&field.name) != name);
        let values: Vec<(&str, String)> = others
            .map(|field| {
                let value = instead(field).unwrap_or_else(|| self.value(&field.shape, depth + 1));
                (field.name.as_str(), value)
            })
            .collect();
        match (values.as_slice(), name) {
            ([], Some(_)) => String::new(),
            ([(_, only)], Some(_)) => format!(": {only}"),
            (several, _) => {
                let fields = several.iter().map(|(name, value)| format!("{name} {value}"));
                format!(" {{ {} }}", fields.collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn value(&self, shape: &Shape, depth: usize) -> String {
        match shape {
            Shape::Scalar(Scalar::Bool) => "true".to_owned(),
            Shape::Scalar(Scalar::F32 | Scalar::F64) => "-0.0".to_owned(),
            Shape::Scalar(Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64) => "-128".to_owned(),
            Shape::Scalar(_) => "255".to_owned(),
            Shape::Wide(wide) => {
                let (least, greatest) = wide.limits();
                wide.literal(if wide.signed { &least } else { &greatest })
            }
            Shape::String { max } if *max < 32 => "\"\"".to_owned(),
            Shape::String { .. } => "\"Grüße,\\t\\\"\\u{1F600}\\\"\"".to_owned(),
            Shape::Code { .. } => "bytes(\"00 ff\")".to_owned(),
            Shape::TypeId | Shape::TypeDefinition => self.next_type(),
            Shape::Reference(kind) => self.entry(&self.plan.set.operand_kinds[*kind]),
            Shape::Optional(inner) => self.value(inner, depth),
            Shape::List { max, .. } if depth > DEEPEST || *max < 2 => "[]".to_owned(),
            Shape::List { element, max } => match &**element {
                Shape::Union(union) => {
                    let variants = &self.plan.set.format.unions[*union].variants;
                    let items = variants.iter().take(*max as usize).map(|variant| {
                        let value = self.value(&variant.shape, depth + 1);
                        format!("{}({value})", variant.name)
                    });
                    format!("[{}]", items.collect::<Vec<_>>().join(", "))
                }
                element => format!("[{}, {}]", self.value(element, depth + 1), self.value(element, depth + 1)),
            },
            Shape::Record(record) => {
                let body = self.body(*record, depth + 1, |_| None);
                match name_field(&self.plan.set.format.records[*record]) {
                    Some(_) => format!("item{body}"),
                    None => body,
                }
            }
            Shape::Union(union) => {
                let variants = &self.plan.set.format.unions[*union].variants;
                variants.first().map_or_else(String::new, |variant| {
                    format!("{}({})", variant.name, self.value(&variant.shape, depth + 1))
                })
            }
        }
    }

    fn entry(&self, kind: &OperandKind) -> String {
        match &kind.meaning {
            OperandMeaning::Index(Indexes::Types) => self.next_type(),
            OperandMeaning::Index(Indexes::Module { field }) => match self.plan.target(field) {
                Target::Declared(list) => {
                    let record = self.plan.declared[list].record;
                    format!("{}_a", self.plan.set.format.records[record].name)
                }
                Target::Pool(_) | Target::Number => "#0".to_owned(),
            },
            _ => "0".to_owned(),
        }
    }

    /// A type with parameters, each time of another constructor; a plain one where there is no type table.
    fn next_type(&self) -> String {
        let types = &self.plan.set.types;
        let constructed: Vec<&Type> = types.iter().filter(|one| !one.parameters.is_empty()).collect();
        let count = self.types.get();
        self.types.set(count + 1);
        let plain: Vec<&Type> = types.iter().filter(|one| one.parameters.is_empty()).collect();
        let plain = match plain.get(count % plain.len().max(1)) {
            Some(plain) => plain.name.clone(),
            None => return "#0".to_owned(),
        };
        if constructed.is_empty() || self.plan.type_pool().is_none() {
            return plain;
        }
        let one = constructed[count % constructed.len()];
        let arguments = one.parameters.iter().map(|parameter| match parameter.kind {
            ParameterKind::Type => plain.clone(),
            ParameterKind::OptionalType if count.is_multiple_of(2) => "_".to_owned(),
            ParameterKind::OptionalType => plain.clone(),
            ParameterKind::Types => format!("[{plain}, {plain}]"),
            ParameterKind::Class => self.plan.classes().map_or_else(
                || "0".to_owned(),
                |list| format!("{}_a", self.plan.set.format.records[self.plan.declared[list].record].name),
            ),
        });
        format!("{}({})", one.name, arguments.collect::<Vec<_>>().join(", "))
    }
}
