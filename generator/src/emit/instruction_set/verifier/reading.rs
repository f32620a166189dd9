//! What the verifier reads out of a set: which record holds code, what can be called, which type exceptions have.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::arena::Id;
use crate::emit::rust;
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{
    Control, Indexes, InstructionSet, Op, Operand, OperandKind, OperandMeaning, ParameterKind, Record, Reference, Shape, Type,
    TypeExpression, TypeFunction,
};

/// A set and what was found in it.
pub struct Reading<'a> {
    /// The set.
    pub set: &'a InstructionSet,
    /// The record with a field of shape `code`.
    pub function_record: &'a Record,
    /// The field of `module` that lists those records: `functions`.
    pub functions: String,
    /// The field with the code.
    pub code: String,
    /// The operand kind that indexes that list, if there is one.
    pub function_kind: Option<&'a OperandKind>,
    /// Classes, if a type has one as a parameter.
    pub class: Option<Class>,
    /// The type of exceptions and of what may be anything: `any`.
    pub boxed: Option<Id<Type>>,
    /// The bottom of a part of the lattice: `null`.
    pub bottom: Option<Id<Type>>,
    /// The field of `module` that lists type definitions.
    pub types_field: String,
}

/// Where classes are declared.
pub struct Class {
    /// `ClassId`.
    pub id: Ident,
    /// The field of `module`: `classes`.
    pub field: String,
}

/// A list of types in a record: as such, or as records with a field `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeList {
    /// `list<type>`.
    Types,
    /// `list<local>`.
    Records,
}

impl<'a> Reading<'a> {
    /// Reads a set.
    pub fn of(set: &'a InstructionSet) -> anyhow::Result<Reading<'a>> {
        let root = &set.format.records[set.format.root];
        let (functions, function_record, code) = root
            .fields
            .iter()
            .find_map(|field| {
                let record = listed_record(set, &field.shape)?;
                let code = record.fields.iter().find(|field| matches!(field.shape, Shape::Code { .. }))?;
                Some((field.name.clone(), record, code.name.clone()))
            })
            .ok_or_else(|| {
                anyhow::anyhow!(
                    "no list of the record `module` of `{}` has records with a field of shape `code`",
                    set.name
                )
            })?;
        let types_field = root
            .fields
            .iter()
            .find(|field| matches!(&field.shape, Shape::List { element, .. } if **element == Shape::TypeDefinition))
            .map_or_else(String::new, |field| field.name.clone());
        let class_parameter = set
            .types
            .iter()
            .flat_map(|entry| &entry.parameters)
            .any(|parameter| parameter.kind == ParameterKind::Class);
        let class = match set.operand_kinds.iter().find(|kind| kind.name == "class") {
            Some(OperandKind {
                name,
                meaning: OperandMeaning::Index(Indexes::Module { field }),
                ..
            }) if class_parameter => Some(Class {
                id: format_ident!("{}", id_type(name)),
                field: field.clone(),
            }),
            _ => None,
        };
        anyhow::ensure!(
            class.is_some() || !class_parameter,
            "a type of `{}` has a class as its parameter, but no operand kind `class` says where classes are listed",
            set.name
        );
        Ok(Reading {
            function_kind: set
                .operand_kinds
                .iter()
                .find(|kind| matches!(&kind.meaning, OperandMeaning::Index(Indexes::Module { field }) if *field == functions)),
            set,
            function_record,
            functions,
            code,
            class,
            boxed: boxed(set),
            bottom: set
                .types
                .iter_with_ids()
                .find(|(_, entry)| entry.bottom_of.is_some())
                .map(|(id, _)| id),
            types_field,
        })
    }

    /// The newtype of the number of a function.
    pub fn function_id(&self) -> String {
        self.function_kind
            .map_or_else(|| "FunctionId".to_owned(), |kind| id_type(&kind.name))
    }

    /// The variant of the constructor of object types in `TypeDefinition`, and the name of its class.
    pub fn object(&self) -> Option<(String, String)> {
        self.set.types.iter().find_map(|entry| match entry.parameters.as_slice() {
            [parameter] if parameter.kind == ParameterKind::Class => {
                Some((variant(&entry.name).to_string(), rust::ident(&parameter.name).to_string()))
            }
            _ => None,
        })
    }

    /// The kind of an operand.
    pub fn kind(&self, operand: &Operand) -> &'a OperandKind {
        &self.set.operand_kinds[operand.kind]
    }

    /// The constant of a plain type: `TypeId::I32`.
    pub fn type_constant(&self, of: Id<Type>) -> TokenStream {
        let name = constant(&self.set.types[of].name);
        quote! { TypeId::#name }
    }

    /// Whether any op uses a type function.
    pub fn uses(&self, function: TypeFunction) -> bool {
        self.set.ops.iter().any(|op| {
            expressions(op).any(|expression| {
                let mut found = false;
                each_function(expression, &mut |used, _| found |= used == function);
                found
            })
        })
    }

    /// The lists of the module whose entries can be called, with the records of those: functions, and what ops call besides.
    pub fn callables(&self) -> Vec<(String, &'a Record)> {
        let mut lists = vec![(self.functions.clone(), self.function_record)];
        for op in &self.set.ops {
            for expression in expressions(op) {
                each_function(expression, &mut |function, references| {
                    let called = matches!(
                        function,
                        TypeFunction::Params
                            | TypeFunction::Ret
                            | TypeFunction::Receiver
                            | TypeFunction::Arguments
                            | TypeFunction::Closure
                    );
                    if let (true, Some(Reference::Operand(operand))) = (called, references.first())
                        && let OperandMeaning::Index(Indexes::Module { field }) = &self.kind(&op.operands[*operand]).meaning
                        && !lists.iter().any(|(list, _)| list == field)
                        && let Some(record) = self.record_of(field)
                    {
                        lists.push((field.clone(), record));
                    }
                });
            }
        }
        lists
    }

    /// The record of the entries of a list of the module.
    pub fn record_of(&self, field: &str) -> Option<&'a Record> {
        let root = &self.set.format.records[self.set.format.root];
        let field = root.fields.iter().find(|candidate| candidate.name == field)?;
        listed_record(self.set, &field.shape)
    }

    /// How a record lists types in a field, if it does.
    pub fn type_list(&self, record: &Record, field: &str) -> Option<TypeList> {
        let field = record.fields.iter().find(|candidate| candidate.name == field)?;
        let Shape::List { element, .. } = &field.shape else {
            return None;
        };
        match &**element {
            Shape::TypeId => Some(TypeList::Types),
            Shape::Record(record) => {
                let has_type = self.set.format.records[*record]
                    .fields
                    .iter()
                    .any(|field| field.name == "type" && field.shape == Shape::TypeId);
                has_type.then_some(TypeList::Records)
            }
            _ => None,
        }
    }
}

/// The type of what ops throw; a type named `any` where none does.
fn boxed(set: &InstructionSet) -> Option<Id<Type>> {
    set.ops
        .iter()
        .filter(|op| op.control == Control::Throw)
        .find_map(|op| match op.inputs.first().map(|input| &input.expression) {
            Some(TypeExpression::Named { constructor, .. }) => Some(*constructor),
            _ => None,
        })
        .or_else(|| set.types.find(|entry| entry.name == "any"))
}

fn listed_record<'a>(set: &'a InstructionSet, shape: &Shape) -> Option<&'a Record> {
    match shape {
        Shape::List { element, .. } => match &**element {
            Shape::Record(record) => Some(&set.format.records[*record]),
            _ => None,
        },
        _ => None,
    }
}

/// The types of an op's inputs and outputs.
pub fn expressions(op: &Op) -> impl Iterator<Item = &TypeExpression> {
    let outputs = op.outputs.iter().map(|output| &output.expression);
    op.inputs.iter().map(|input| &input.expression).chain(outputs)
}

/// Calls a function for every type function in an expression.
pub fn each_function(expression: &TypeExpression, each: &mut dyn FnMut(TypeFunction, &[Reference])) {
    use crate::model::instruction_set::TypeArgument;
    match expression {
        TypeExpression::Named { arguments, .. } => {
            for argument in arguments {
                if let TypeArgument::Type(inner) = argument {
                    each_function(inner, each);
                }
            }
        }
        TypeExpression::Variable(_) => {}
        TypeExpression::Function { function, references } => each(*function, references),
        TypeExpression::Repeat { element, .. } => each_function(element, each),
        TypeExpression::Optional(inner) => each_function(inner, each),
    }
}

/// The variant of a type in `Kind` and `TypeDefinition`, of an op in `Instruction`, of a record as a struct.
pub fn variant(name: &str) -> Ident {
    rust::variant_ident(name)
}

/// The constant of a plain type in `TypeId`.
pub fn constant(name: &str) -> Ident {
    use heck::ToShoutySnakeCase;
    rust::ident(&name.to_shouty_snake_case())
}
