//! Rules of type functions (`ret(f)`, `field(o, f)`): what they refer to, and which parts of the module they read.

use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{
    Indexes, InstructionSet, InstructionSets, Op, OperandMeaning, ParameterKind, Record, Reference, Shape, Type, TypeExpression,
    TypeFunction,
};
use crate::source::SourceMap;
use crate::suggest;

use super::expressions::{self, Use};
use super::{lattice, records};

/// References are of the right kinds.
pub const REFERENCES: Rule = Rule {
    code: "L0325",
    summary: "a type function refers to what has the fields or the type that it reads",
    page: include_str!("../pages/L0325.md"),
    check: Some(references),
};

/// What a type function reads exists in module files.
pub const RECORDS: Rule = Rule {
    code: "L0326",
    summary: "the module format has the records and fields that a type function reads",
    page: include_str!("../pages/L0326.md"),
    check: Some(module_parts),
};

/// What a type function reads from what its first argument names. That the argument is an operand or an input of some kind has been
/// found out by resolving; here it is held against the module format and the types of the set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// A position in `module.…` whose entries have a field `result`.
    Callable,
    /// The same, or an input of a function type.
    CallableOrInput,
    /// A position in `module.…` whose entries have a field `type`.
    Variable,
    /// A position in `module.…` whose entries are a union.
    Constant,
    /// A position in the list of the record `class`.
    Class,
    /// An input of a type with a class.
    Object,
    /// An input of a type with a list of types.
    Tuple,
}

impl Expected {
    /// What a function reads, if it reads something.
    fn of(function: TypeFunction) -> Option<Expected> {
        Some(match function {
            TypeFunction::Params | TypeFunction::Ret | TypeFunction::Callee => Expected::CallableOrInput,
            TypeFunction::Receiver
            | TypeFunction::Arguments
            | TypeFunction::Captures
            | TypeFunction::CaptureOf
            | TypeFunction::Closure => Expected::Callable,
            TypeFunction::Global | TypeFunction::Static => Expected::Variable,
            TypeFunction::Constant => Expected::Constant,
            TypeFunction::Literal => Expected::Class,
            TypeFunction::MethodParams | TypeFunction::MethodRet | TypeFunction::Field | TypeFunction::Fields => Expected::Object,
            TypeFunction::Elements | TypeFunction::Element => Expected::Tuple,
            TypeFunction::Local
            | TypeFunction::Result
            | TypeFunction::Rest
            | TypeFunction::Capture
            | TypeFunction::Type
            | TypeFunction::TupleType => return None,
        })
    }

    fn describe(self) -> &'static str {
        match self {
            Expected::Callable => "an operand that names a function: an entry of the module with a field `result`",
            Expected::CallableOrInput => "an operand that names a function of the module, or an input of a function type",
            Expected::Variable => "an operand that names an entry of the module with a field `type`",
            Expected::Constant => "an operand that names an entry of a pool of constants: a list of a union",
            Expected::Class => "an operand that names an entry of the list of `class` records",
            Expected::Object => "an input of a type of objects: one with a parameter of the kind `class`",
            Expected::Tuple => "an input of a type of tuples: one whose only parameter is of the kind `types`",
        }
    }

    /// Whether values of an input's type can be read so. A variable stands for any type, so that only the verifier can tell.
    fn fits_type(self, set: &InstructionSet, expression: &TypeExpression) -> bool {
        let TypeExpression::Named { constructor, .. } = expression else {
            return true;
        };
        let fits = |entry: &Type| {
            let kinds: Vec<ParameterKind> = entry.parameters.iter().map(|parameter| parameter.kind).collect();
            match self {
                Expected::CallableOrInput => lattice::is_function_like(entry),
                Expected::Object => kinds.contains(&ParameterKind::Class),
                Expected::Tuple => kinds == [ParameterKind::Types],
                _ => false,
            }
        };
        // An abstract type stands for those below it; the verifier knows which one it is.
        set.types
            .iter_with_ids()
            .any(|(id, entry)| fits(entry) && lattice::is_or_is_below(set, id, *constructor))
    }

    /// Whether entries of a list of the module can be read so.
    fn fits_entry(self, set: &InstructionSet, element: &Shape) -> bool {
        let record = records::record_of(set, Some(element));
        let has_field = |name: &str| record.is_some_and(|record| records::has(record, name));
        match self {
            Expected::Callable | Expected::CallableOrInput => has_field("result"),
            Expected::Variable => has_field("type"),
            Expected::Constant => matches!(element, Shape::Union(_)),
            Expected::Class => record.is_some_and(|record| record.name == "class"),
            Expected::Object | Expected::Tuple => false,
        }
    }

    /// Whether a reference can be read so. `None` where another fault keeps that from being judged.
    fn fits(self, set: &InstructionSet, op: &Op, reference: Reference) -> Option<bool> {
        match reference {
            Reference::Input(at) => Some(self.fits_type(set, &op.inputs.get(at)?.expression)),
            Reference::Operand(at) => match &set.operand_kinds[op.operands.get(at)?.kind].meaning {
                OperandMeaning::Index(Indexes::Module { field }) => Some(self.fits_entry(set, records::element(set, field)?)),
                _ => None,
            },
            Reference::Constant(_) => None,
        }
    }
}

fn references(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for used in expressions::uses(op) {
                let (Some(expected), Some(reference)) = (Expected::of(used.function), used.references.first()) else {
                    continue;
                };
                if expected.fits(set, op, *reference) != Some(false) {
                    continue;
                }
                let name = expressions::name(op, *reference);
                let function = used.function.name();
                let mut diagnostic = Diagnostic::error(
                    REFERENCES.code,
                    format!("`{name}` in `{function}` of op `{}` isn't {}", op.name, expected.describe()),
                )
                .at(used.span, "");
                let declared = match reference {
                    Reference::Operand(at) => op.operands.get(*at).map(|operand| operand.span),
                    Reference::Input(at) => op.inputs.get(*at).map(|input| input.span),
                    Reference::Constant(_) => None,
                };
                if let Some(place) = declared.filter(|place| *place != used.span) {
                    diagnostic = diagnostic.at(place, format!("`{name}` is this"));
                }
                diagnostics.push(diagnostic.help(format!("name what `{function}` reads: {}", expected.describe())));
            }
        }
    }
}

/// The parts of the module format that a type function reads: a record and the fields that it must have.
fn parts(function: TypeFunction) -> &'static [(&'static str, &'static [&'static str])] {
    match function {
        TypeFunction::Local => &[("function", &["params", "locals"])],
        TypeFunction::Result => &[("function", &["result"])],
        TypeFunction::Rest => &[("function", &["rest"])],
        TypeFunction::Capture => &[("function", &["captures"])],
        TypeFunction::MethodParams => &[("class", &["methods", "parent"]), ("function", &["params"])],
        TypeFunction::MethodRet => &[("class", &["methods", "parent"]), ("function", &["result"])],
        TypeFunction::Field | TypeFunction::Fields | TypeFunction::Literal => &[("class", &["fields", "parent"])],
        _ => &[],
    }
}

/// The fields that the record of the callable at the first reference must have.
fn callable_fields(function: TypeFunction) -> &'static [&'static str] {
    match function {
        TypeFunction::Params | TypeFunction::Receiver | TypeFunction::Arguments => &["params"],
        TypeFunction::Captures | TypeFunction::CaptureOf => &["captures"],
        TypeFunction::Closure => &["params", "result"],
        _ => &[],
    }
}

fn module_parts(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for used in expressions::uses(op) {
                for (name, fields) in parts(used.function) {
                    let record = set.format.records.iter().find(|record| record.name == *name);
                    missing(set, op, &used, name, record, fields, diagnostics);
                }
                let callable = used.references.first().and_then(|reference| {
                    let Reference::Operand(at) = reference else { return None };
                    let OperandMeaning::Index(Indexes::Module { field }) = &set.operand_kinds[op.operands.get(*at)?.kind].meaning
                    else {
                        return None;
                    };
                    records::record_of(set, records::element(set, field))
                });
                if let Some(record) = callable {
                    let fields = callable_fields(used.function);
                    missing(set, op, &used, &record.name, Some(record), fields, diagnostics);
                }
                if used.function == TypeFunction::Closure && !set.types.iter().any(lattice::is_function_like) {
                    diagnostics.push(
                        Diagnostic::error(
                            RECORDS.code,
                            format!("op `{}` makes a closure, but the set has no type of functions", op.name),
                        )
                        .at(used.span, "")
                        .help("declare one with `parameters = [\"params: types\", \"rest: type?\", \"result: type\"]`"),
                    );
                }
            }
        }
    }
}

fn missing(
    set: &InstructionSet,
    op: &Op,
    used: &Use<'_>,
    name: &str,
    record: Option<&Record>,
    fields: &[&str],
    diagnostics: &mut Diagnostics,
) {
    let Some(record) = record else {
        diagnostics.push(
            Diagnostic::error(
                RECORDS.code,
                format!(
                    "`{}` in op `{}` reads the record `{name}`, which the module format doesn't have",
                    used.function.name(),
                    op.name
                ),
            )
            .at(used.span, "")
            .at(set.format.span, "the format of the module")
            .help(format!(
                "add `[record.{name}]` with the fields {}",
                suggest::list(fields.iter().copied())
            )),
        );
        return;
    };
    let missing: Vec<&str> = fields.iter().copied().filter(|field| !records::has(record, field)).collect();
    if !missing.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                RECORDS.code,
                format!(
                    "`{}` in op `{}` reads {} of record `{}`, which it doesn't have",
                    used.function.name(),
                    op.name,
                    suggest::list(missing.iter().copied()),
                    record.name
                ),
            )
            .at(used.span, "")
            .at(record.span, "")
            .help("add the field to the record"),
        );
    }
}
