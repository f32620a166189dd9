//! Emits `verify/transfer/`: one function for each op, by group, that says what the op does to the types on the stack.

mod inputs;
mod operands;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::reading::{Reading, expressions, variant};
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::{Control, Group, Op, TypeArgument, TypeExpression};

/// The files: name within `transfer/`, items, and the specs that they come from.
pub fn files(reading: &Reading<'_>) -> anyhow::Result<Vec<(String, TokenStream, Vec<String>)>> {
    let set = reading.set;
    let mut files = Vec::new();
    let mut modules = Vec::new();
    let mut arms = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&Op> = set.ops.iter().filter(|op| op.group == id).collect();
        if ops.is_empty() {
            continue;
        }
        let name = rust::module(&group.name);
        let module = rust::ident(&name);
        let mut functions = Vec::new();
        for op in &ops {
            let transfer = Transfer::of(reading, op)?;
            arms.push(transfer.arm(&module));
            functions.push(transfer.function());
        }
        let sources = sources::of_ops(set, &ops, &[sources::MACHINE, sources::FORMAT]);
        files.push((name, group_file(group, &functions), sources));
        modules.push(module);
    }
    modules.sort();
    let doc = rust::module_doc(
        "What each instruction does to the types on the stack.\n\nA function for each op, by group. Each takes the inputs off the stack, \
         judges them, and pushes the outputs.",
    );
    let root = quote! {
        #doc

        #( mod #modules; )*

        use super::error::VerifyErrorKind;
        use super::step::Step;
        use crate::instruction::Instruction;

        /// Does to the stack of `step` what the instruction does.
        ///
        /// # Errors
        ///
        /// When the stack doesn't hold what it needs.
        pub fn transfer(instruction: &Instruction, step: &mut Step<'_, '_>) -> Result<(), VerifyErrorKind> {
            match instruction {
                #(#arms)*
            }
        }
    };
    files.push(("mod".to_owned(), root, sources::of(set, &[sources::MACHINE, sources::OPS])));
    Ok(files)
}

fn group_file(group: &Group, functions: &[TokenStream]) -> TokenStream {
    let doc = rust::module_doc(&format!("Transfers of the group `{}`: {}.", group.name, group.title));
    let text = quote! { #(#functions)* }.to_string();
    let uses = |name: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let mut imports = TokenStream::new();
    let ids: BTreeSet<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 2 && word.ends_with("Id") && *word != "TypeId")
        .map(str::to_owned)
        .collect();
    if !ids.is_empty() {
        let ids = ids.iter().map(|id| rust::ident(id));
        imports.extend(quote! { use crate::ids::{#(#ids),*}; });
    }
    let steps: Vec<Ident> = ["Pattern", "Step", "Variables", "exactly"]
        .into_iter()
        .filter(|name| uses(name))
        .map(rust::ident)
        .collect();
    let types: Vec<Ident> = ["Kind", "TypeDefinition", "TypeId"]
        .into_iter()
        .filter(|name| uses(name))
        .map(rust::ident)
        .collect();
    if !types.is_empty() {
        imports.extend(quote! { use crate::types::{#(#types),*}; });
    }
    quote! {
        #doc

        #imports
        use crate::verify::error::VerifyErrorKind;
        use crate::verify::step::{#(#steps),*};

        #(#functions)*
    }
}

/// The transfer function of one op in the making.
struct Transfer<'a> {
    reading: &'a Reading<'a>,
    op: &'a Op,
    statements: Vec<TokenStream>,
    /// Names of bindings, so that none is taken twice.
    names: BTreeSet<String>,
    /// What is bound already, by its code: what several types need is looked up once.
    bound: BTreeMap<String, Ident>,
    /// Positions of operands that the function reads.
    operands: BTreeSet<usize>,
    /// Type variables in order of their appearance.
    variables: Vec<char>,
}

impl<'a> Transfer<'a> {
    fn of(reading: &'a Reading<'a>, op: &'a Op) -> anyhow::Result<Transfer<'a>> {
        let mut variables = Vec::new();
        for expression in expressions(op) {
            collect_variables(expression, &mut variables);
        }
        anyhow::ensure!(variables.len() <= 4, "`{}` has more than 4 type variables", op.name);
        let mut transfer = Transfer {
            reading,
            op,
            statements: Vec::new(),
            names: op
                .operands
                .iter()
                .map(|operand| operand.name.clone())
                .chain(["step".to_owned(), "variables".to_owned()])
                .collect(),
            bound: BTreeMap::new(),
            operands: BTreeSet::new(),
            variables,
        };
        transfer.body()?;
        Ok(transfer)
    }

    /// The arm of the match over instructions.
    fn arm(&self, module: &Ident) -> TokenStream {
        let variant = variant(&self.op.name);
        let function = rust::ident(&self.op.name.to_snake_case());
        let names: Vec<Ident> = self
            .operands
            .iter()
            .map(|index| rust::ident(&self.op.operands[*index].name))
            .collect();
        if self.op.operands.is_empty() {
            quote! { Instruction::#variant => #module::#function(step), }
        } else if names.len() == self.op.operands.len() {
            quote! { Instruction::#variant { #(#names),* } => #module::#function(step, #(*#names),*), }
        } else {
            quote! { Instruction::#variant { #(#names,)* .. } => #module::#function(step, #(*#names),*), }
        }
    }

    fn function(&self) -> TokenStream {
        use crate::model::instruction_set::signature::operand_type;
        let inputs: Vec<String> = self
            .op
            .inputs
            .iter()
            .map(|input| format!("{}: {}", input.name, input.text))
            .collect();
        let outputs: Vec<&str> = self.op.outputs.iter().map(|output| output.text.as_str()).collect();
        let or_nothing = |text: String| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                format!("`{text}`")
            }
        };
        let doc = rust::doc(&format!(
            "{} → {}.\n\n{}",
            or_nothing(inputs.join(", ")),
            or_nothing(outputs.join(", ")),
            crate::emit::instruction_set::provenance::op(self.op)
        ));
        let function = rust::ident(&self.op.name.to_snake_case());
        let parameters = self.operands.iter().map(|index| {
            let operand = &self.op.operands[*index];
            let name = rust::ident(&operand.name);
            let of: syn::Type = syn::parse_str(&operand_type(self.reading.kind(operand))).expect("the name of a type");
            quote! { #name: #of }
        });
        let statements = &self.statements;
        let step = if statements.is_empty() {
            quote! { _step }
        } else {
            quote! { step }
        };
        quote! {
            #doc
            pub(super) fn #function(#step: &mut Step<'_, '_>, #(#parameters),*) -> Result<(), VerifyErrorKind> {
                #(#statements)*
                Ok(())
            }
        }
    }

    fn body(&mut self) -> anyhow::Result<()> {
        let op = self.op;
        if !self.variables.is_empty() {
            let names = self.variables.iter().map(char::to_string);
            self.statements
                .push(quote! { let mut variables = Variables::new(&[#(#names),*]); });
        }
        let positions = self.take()?;
        // Types that are exactly known first, so that a variable which stands alone is compared with them.
        let alone = |expression: &TypeExpression| match expression {
            TypeExpression::Variable(_) => true,
            TypeExpression::Repeat { element, .. } => matches!(**element, TypeExpression::Variable(_)),
            _ => false,
        };
        for last in [false, true] {
            for (input, position) in op.inputs.iter().zip(&positions) {
                if alone(&input.expression) == last {
                    self.judge(&input.name, &input.expression, position, &positions)?;
                }
            }
        }
        for index in 0..self.variables.len() {
            let letter = self.variables[index];
            let in_outputs = op.outputs.iter().any(|output| mentions(&output.expression, letter));
            let stands_alone = op
                .inputs
                .iter()
                .any(|input| input.expression == TypeExpression::Variable(letter));
            if !in_outputs && !stands_alone {
                let index = proc_macro2::Literal::usize_unsuffixed(index);
                self.statements.push(quote! { variables.get(#index)?; });
            }
        }
        self.results(&positions)?;
        if op.control == Control::Return
            && op.inputs.is_empty()
            && self.reading.function_record.fields.iter().any(|field| field.name == "result")
        {
            let bottom = self.reading.bottom.ok_or_else(|| {
                anyhow::anyhow!(
                    "`{}` returns nothing, but no type of the set is the bottom of others",
                    op.name
                )
            })?;
            let made = self.reading.type_constant(bottom);
            self.statements.push(quote! { step.returns(#made)?; });
        }
        Ok(())
    }

    fn variable(&self, letter: char) -> proc_macro2::Literal {
        let index = self.variables.iter().position(|known| *known == letter).unwrap_or(0);
        proc_macro2::Literal::usize_unsuffixed(index)
    }

    /// Binds a value that is the same wherever it stands in the function, once.
    fn bind_once(&mut self, wanted: &str, value: TokenStream) -> Ident {
        let code = value.to_string();
        if let Some(bound) = self.bound.get(&code) {
            return bound.clone();
        }
        let name = self.fresh(wanted);
        self.statements.push(quote! { let #name = #value; });
        self.bound.insert(code, name.clone());
        name
    }

    /// A name that no binding of the function has yet.
    fn fresh(&mut self, wanted: &str) -> Ident {
        let mut name = wanted.to_snake_case();
        let mut number = 1;
        while !self.names.insert(name.clone()) {
            number += 1;
            name = format!("{}_{number}", wanted.to_snake_case());
        }
        rust::ident(&name)
    }
}

fn collect_variables(expression: &TypeExpression, variables: &mut Vec<char>) {
    match expression {
        TypeExpression::Variable(letter) => {
            if !variables.contains(letter) {
                variables.push(*letter);
            }
        }
        TypeExpression::Named { arguments, .. } => {
            for argument in arguments {
                if let TypeArgument::Type(inner) = argument {
                    collect_variables(inner, variables);
                }
            }
        }
        TypeExpression::Repeat { element, .. } => collect_variables(element, variables),
        TypeExpression::Optional(inner) => collect_variables(inner, variables),
        TypeExpression::Function { .. } => {}
    }
}

fn mentions(expression: &TypeExpression, letter: char) -> bool {
    let mut variables = Vec::new();
    collect_variables(expression, &mut variables);
    variables.contains(&letter)
}
