//! Emits `verify/transfer/`: one function for each op, by group, that says what the op does to the types on the stack.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::reading::{Reading, expressions, variant};
use crate::emit::rust;
use crate::model::instruction_set::{
    Control, Group, Op, OperandMeaning, ParameterKind, Reference, Scalar, TypeArgument, TypeExpression, TypeFunction,
};

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
        let name = group.name.to_snake_case();
        let module = rust::ident(&name);
        let mut functions = Vec::new();
        for op in &ops {
            let transfer = Transfer::of(reading, op)?;
            arms.push(transfer.arm(&module));
            functions.push(transfer.function());
        }
        let mut sources: Vec<String> = ops.iter().map(|op| op.file.clone()).collect();
        sources.extend(set.files.iter().filter(|file| file.ends_with("machine.toml")).cloned());
        files.push((name, group_file(group, &functions), sources));
        modules.push(module);
    }
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
    files.push(("mod".to_owned(), root, set.files.clone()));
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
    imports.extend(quote! { use crate::verify::step::{#(#steps),*}; });
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

        use crate::verify::error::VerifyErrorKind;
        #imports

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
            Reading::provenance(self.op)
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

    /// Takes all inputs off the stack; gives the position of each, and for one of several values the first.
    fn take(&mut self) -> anyhow::Result<Vec<TokenStream>> {
        let op = self.op;
        let mut positions = Vec::new();
        let mut single = 0usize;
        let mut many: Vec<TokenStream> = Vec::new();
        for input in &op.inputs {
            let fixed = proc_macro2::Literal::usize_unsuffixed(single);
            positions.push(if many.is_empty() {
                quote! { #fixed }
            } else if single == 0 {
                quote! { #(#many as usize)+* }
            } else {
                quote! { #fixed + #(#many as usize)+* }
            });
            if input.expression.is_many() {
                many.push(self.count(&input.expression, &input.name)?);
            } else {
                single += 1;
            }
        }
        if single > 0 || !many.is_empty() {
            let fixed = proc_macro2::Literal::u64_unsuffixed(single as u64);
            let total = if many.is_empty() {
                quote! { #fixed }
            } else if single == 0 {
                quote! { #(#many)+* }
            } else {
                quote! { #fixed + #(#many)+* }
            };
            self.statements.push(quote! { step.take(#total)?; });
        }
        Ok(positions)
    }

    /// Binds the number of values of an input that stands for several, as a `u64`.
    fn count(&mut self, expression: &TypeExpression, input: &str) -> anyhow::Result<TokenStream> {
        let reference = match expression {
            TypeExpression::Repeat { count, .. } => Some(*count),
            TypeExpression::Function { function, references } => match function {
                TypeFunction::MethodParams => references.get(2).copied(),
                _ => references.get(1).copied(),
            },
            _ => None,
        };
        let name = self.fresh(&format!("{input}_count"));
        let value = match (reference, expression) {
            (Some(reference), _) => self.amount(reference)?,
            (
                None,
                TypeExpression::Function {
                    function: TypeFunction::Params,
                    references,
                },
            ) => {
                let callable = self.callable(references)?;
                quote! { #callable.params.len() as u64 }
            }
            (
                None,
                TypeExpression::Function {
                    function: TypeFunction::Arguments,
                    references,
                },
            ) => {
                let callable = self.callable(references)?;
                quote! { (#callable.params.len() as u64).saturating_sub(1) }
            }
            _ => anyhow::bail!("no operand of `{}` says how many values `{input}` stands for", self.op.name),
        };
        self.statements.push(quote! { let #name = #value; });
        Ok(quote! { #name })
    }

    /// The value of a number operand as `u64`.
    fn amount(&mut self, reference: Reference) -> anyhow::Result<TokenStream> {
        match reference {
            Reference::Constant(number) => {
                let number = proc_macro2::Literal::u64_unsuffixed(u64::from(number));
                Ok(quote! { #number })
            }
            Reference::Operand(index) => {
                self.operands.insert(index);
                let operand = &self.op.operands[index];
                let name = rust::ident(&operand.name);
                let kind = self.reading.kind(operand);
                anyhow::ensure!(
                    kind.meaning == OperandMeaning::Number,
                    "operand `{}` of `{}` is no plain number, so it can't be a count",
                    operand.name,
                    self.op.name
                );
                Ok(match kind.encoding {
                    Scalar::U8 | Scalar::U16 | Scalar::U32 => quote! { u64::from(#name) },
                    Scalar::U64 => quote! { #name },
                    _ => quote! { u64::try_from(#name).unwrap_or(u64::MAX) },
                })
            }
            Reference::Input(_) => anyhow::bail!(
                "a count of `{}` stands in an input, where the verifier can't see it",
                self.op.name
            ),
        }
    }

    /// The operand's name as a string, and its number as `u32`.
    fn number(&mut self, reference: Option<&Reference>) -> anyhow::Result<(String, TokenStream)> {
        match reference {
            Some(Reference::Constant(number)) => {
                let literal = proc_macro2::Literal::u32_unsuffixed(*number);
                Ok((self.op.name.clone(), quote! { #literal }))
            }
            Some(Reference::Operand(index)) => {
                self.operands.insert(*index);
                let operand = &self.op.operands[*index];
                let name = rust::ident(&operand.name);
                let kind = self.reading.kind(operand);
                let value = match (&kind.meaning, kind.encoding) {
                    (OperandMeaning::Index(_), _) => quote! { #name.0 },
                    (_, Scalar::U8 | Scalar::U16) => quote! { u32::from(#name) },
                    (_, Scalar::U32) => quote! { #name },
                    _ => quote! { u32::try_from(#name).unwrap_or(u32::MAX) },
                };
                Ok((operand.name.clone(), value))
            }
            other => anyhow::bail!("`{}` refers to {other:?} where an operand is needed", self.op.name),
        }
    }

    /// The name of an input as a string, and its position.
    fn input(&self, reference: Option<&Reference>, positions: &[TokenStream]) -> anyhow::Result<(String, TokenStream)> {
        match reference {
            Some(Reference::Input(index)) => Ok((self.op.inputs[*index].name.clone(), positions[*index].clone())),
            other => anyhow::bail!("`{}` refers to {other:?} where an input is needed", self.op.name),
        }
    }

    /// Binds what a function operand names.
    fn callable(&mut self, references: &[Reference]) -> anyhow::Result<Ident> {
        let Some(Reference::Operand(index)) = references.first() else {
            anyhow::bail!("`{}` needs an operand that names what it calls", self.op.name);
        };
        let operand = &self.op.operands[*index];
        let list = match &self.reading.kind(operand).meaning {
            crate::model::instruction_set::OperandMeaning::Index(crate::model::instruction_set::Indexes::Module { field }) => {
                rust::ident(field)
            }
            _ => anyhow::bail!(
                "operand `{}` of `{}` names nothing that can be called",
                operand.name,
                self.op.name
            ),
        };
        let wanted = format!("{}_callable", operand.name);
        let name = rust::ident(&wanted);
        if self.names.insert(wanted) {
            let (operand, number) = self.number(references.first())?;
            self.statements
                .push(quote! { let #name = step.env.#list(#operand, #number)?; });
        }
        Ok(name)
    }

    /// Judges an input.
    fn judge(
        &mut self,
        input: &str,
        expression: &TypeExpression,
        position: &TokenStream,
        positions: &[TokenStream],
    ) -> anyhow::Result<()> {
        match expression {
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                self.statements
                    .push(quote! { step.bind(#input, #position, #variable, &mut variables)?; });
            }
            TypeExpression::Repeat { element, count } => {
                let count = self.amount(*count)?;
                let first = self.fresh("first");
                self.statements.push(quote! { let #first = #position; });
                if let TypeExpression::Variable(letter) = &**element {
                    let variable = self.variable(*letter);
                    self.statements.push(quote! {
                        for position in #first..#first + #count as usize {
                            step.bind(#input, position, #variable, &mut variables)?;
                        }
                    });
                } else {
                    let expected = self.evaluate(element, positions, "expected")?;
                    self.statements.push(quote! {
                        for position in #first..#first + #count as usize {
                            step.expect(#input, position, #expected)?;
                        }
                    });
                }
            }
            TypeExpression::Function { function, .. } if function.is_many() => {
                let list = self.list(expression, positions, input)?;
                self.statements.push(quote! { step.expect_list(#input, #position, &#list)?; });
            }
            TypeExpression::Named { constructor, arguments } if arguments.is_empty() => {
                let entry = &self.reading.set.types[*constructor];
                if entry.parameters.is_empty() {
                    let expected = self.reading.type_constant(*constructor);
                    self.statements.push(quote! { step.expect(#input, #position, #expected)?; });
                } else {
                    let kind = variant(&entry.name);
                    self.statements.push(quote! { step.kind(#input, #position, Kind::#kind)?; });
                }
            }
            TypeExpression::Named { .. } if self.variables.iter().any(|letter| mentions(expression, *letter)) => {
                let pattern = self.pattern(expression)?;
                self.statements
                    .push(quote! { step.shape(#input, #position, &#pattern, &mut variables)?; });
            }
            _ => {
                let expected = self.evaluate(expression, positions, &format!("{input}_type"))?;
                self.statements.push(quote! { step.expect(#input, #position, #expected)?; });
            }
        }
        Ok(())
    }

    /// A `Pattern` for an expression with variables.
    fn pattern(&mut self, expression: &TypeExpression) -> anyhow::Result<TokenStream> {
        match expression {
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                Ok(quote! { Pattern::Variable(#variable) })
            }
            TypeExpression::Named { constructor, arguments } => {
                let entry = &self.reading.set.types[*constructor];
                if arguments.is_empty() && entry.parameters.is_empty() {
                    let exact = self.reading.type_constant(*constructor);
                    return Ok(quote! { Pattern::Exact(#exact) });
                }
                anyhow::ensure!(
                    entry.parameters.iter().all(|parameter| parameter.kind == ParameterKind::Type),
                    "`{}` has a type variable within `{}`, whose parameters aren't all single types",
                    self.op.name,
                    entry.name
                );
                let mut patterns = Vec::new();
                for argument in arguments {
                    match argument {
                        TypeArgument::Type(inner) => patterns.push(self.pattern(inner)?),
                        TypeArgument::Operand(_) => anyhow::bail!("`{}` mixes a type variable with a class", self.op.name),
                    }
                }
                let kind = variant(&entry.name);
                Ok(quote! { Pattern::Made(Kind::#kind, &[#(#patterns),*]) })
            }
            _ => anyhow::bail!(
                "`{}` mixes a type variable with a type that is read from the module",
                self.op.name
            ),
        }
    }

    /// Pushes the outputs.
    fn results(&mut self, positions: &[TokenStream]) -> anyhow::Result<()> {
        let op = self.op;
        for output in &op.outputs {
            if let TypeExpression::Repeat { element, count } = &output.expression {
                let count = self.amount(*count)?;
                let made = self.evaluate(element, positions, "output")?;
                self.statements.push(quote! {
                    for _ in 0..#count {
                        step.push(#made)?;
                    }
                });
            } else if output.expression.is_many() {
                let list = self.list(&output.expression, positions, "outputs")?;
                self.statements.push(quote! { step.push_list(&#list)?; });
            } else {
                let made = self.evaluate(&output.expression, positions, "output")?;
                self.statements.push(quote! { step.push(#made)?; });
            }
        }
        Ok(())
    }

    /// Binds a list of types.
    fn list(&mut self, expression: &TypeExpression, positions: &[TokenStream], input: &str) -> anyhow::Result<TokenStream> {
        let TypeExpression::Function { function, references } = expression else {
            anyhow::bail!("`{}` has a list of types that is no function", self.op.name);
        };
        let value = match (function, references.first()) {
            (TypeFunction::Params, Some(Reference::Input(_))) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.callee_arguments(#name, #position, #input, #given)? }
            }
            (TypeFunction::Params, _) => {
                let callable = self.callable(references)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { #callable.arguments(#input, 0, #given)? }
            }
            (TypeFunction::Arguments, _) => {
                let callable = self.callable(references)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { #callable.arguments(#input, 1, #given)? }
            }
            (TypeFunction::MethodParams, _) => {
                let (name, position) = self.input(references.first(), positions)?;
                let (operand, number) = self.number(references.get(1))?;
                let given = self.count_of(references.get(2), input)?;
                quote! { step.method(#name, #position, #operand, #number)?.arguments(#input, 1, #given)? }
            }
            (TypeFunction::Captures, _) => {
                let (operand, number) = self.number(references.first())?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.captures(#operand, #number, #input, #given)? }
            }
            (TypeFunction::Fields, _) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.fields(#name, #position, #input, #given)? }
            }
            (TypeFunction::Elements, _) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.elements(#name, #position, #input, #given)? }
            }
            _ => anyhow::bail!(
                "`{}` has a list of types by `{}`, which gives one",
                self.op.name,
                function.name()
            ),
        };
        let name = self.fresh(&format!("{input}_types"));
        self.statements.push(quote! { let #name = #value; });
        Ok(quote! { #name })
    }

    fn count_of(&mut self, reference: Option<&Reference>, input: &str) -> anyhow::Result<TokenStream> {
        match reference {
            Some(reference) => self.amount(*reference),
            None => {
                let name = rust::ident(&format!("{input}_count"));
                Ok(quote! { #name })
            }
        }
    }

    /// Binds the type that an expression without patterns stands for.
    fn evaluate(&mut self, expression: &TypeExpression, positions: &[TokenStream], name: &str) -> anyhow::Result<TokenStream> {
        let value = match expression {
            TypeExpression::Named { constructor, arguments } => {
                let entry = &self.reading.set.types[*constructor];
                if entry.parameters.is_empty() {
                    return Ok(self.reading.type_constant(*constructor));
                }
                anyhow::ensure!(
                    arguments.len() == entry.parameters.len(),
                    "`{}` makes a `{}` without all of its arguments",
                    self.op.name,
                    entry.name
                );
                let kind = variant(&entry.name);
                let mut fields = Vec::new();
                for (parameter, argument) in entry.parameters.iter().zip(arguments) {
                    let field = rust::ident(&parameter.name);
                    let value = match (parameter.kind, argument) {
                        (ParameterKind::Type, TypeArgument::Type(inner)) => self.evaluate(inner, positions, &parameter.name)?,
                        (ParameterKind::OptionalType, TypeArgument::Type(inner)) => {
                            let inner = self.evaluate(inner, positions, &parameter.name)?;
                            quote! { Some(#inner) }
                        }
                        (ParameterKind::Class, TypeArgument::Operand(Reference::Operand(index))) => {
                            self.operands.insert(*index);
                            let operand = rust::ident(&self.op.operands[*index].name);
                            quote! { #operand }
                        }
                        _ => anyhow::bail!("`{}` gives `{}` an argument of the wrong kind", self.op.name, entry.name),
                    };
                    fields.push(if field == value.to_string() {
                        quote! { #field }
                    } else {
                        quote! { #field: #value }
                    });
                }
                quote! { step.types.intern(TypeDefinition::#kind { #(#fields),* })? }
            }
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                quote! { variables.get(#variable)? }
            }
            TypeExpression::Optional(inner) => {
                let inner = self.evaluate(inner, positions, name)?;
                quote! { step.optional(#inner) }
            }
            TypeExpression::Function { function, references } => self.function_value(*function, references, positions)?,
            TypeExpression::Repeat { .. } => anyhow::bail!("`{}` has a list of types where one is needed", self.op.name),
        };
        let bound = self.fresh(name);
        self.statements.push(quote! { let #bound = #value; });
        Ok(quote! { #bound })
    }

    fn function_value(
        &mut self,
        function: TypeFunction,
        references: &[Reference],
        positions: &[TokenStream],
    ) -> anyhow::Result<TokenStream> {
        let first = references.first();
        let second = references.get(1);
        Ok(match function {
            TypeFunction::Local | TypeFunction::Capture | TypeFunction::Type => {
                let (operand, number) = self.number(first)?;
                match function {
                    TypeFunction::Local => quote! { step.local(#operand, #number)? },
                    TypeFunction::Capture => quote! { step.capture(#operand, #number)? },
                    _ => quote! { step.named(#operand, #number)? },
                }
            }
            TypeFunction::Ret if matches!(first, Some(Reference::Input(_))) => {
                let (name, position) = self.input(first, positions)?;
                quote! { step.callee_result(#name, #position)? }
            }
            TypeFunction::Callee => {
                let (name, position) = self.input(first, positions)?;
                quote! { step.callee(#name, #position)? }
            }
            TypeFunction::Ret => {
                let callable = self.callable(references)?;
                quote! { #callable.result()? }
            }
            TypeFunction::Receiver => {
                let callable = self.callable(references)?;
                quote! { #callable.receiver()? }
            }
            TypeFunction::MethodRet => {
                let (name, position) = self.input(first, positions)?;
                let (operand, number) = self.number(second)?;
                quote! { step.method(#name, #position, #operand, #number)?.result()? }
            }
            TypeFunction::Result => quote! { step.result()? },
            TypeFunction::Rest => quote! { step.rest()? },
            TypeFunction::CaptureOf => {
                let (operand, number) = self.number(first)?;
                let (which, index) = self.number(second)?;
                quote! { step.capture_of(#operand, #number, #which, #index)? }
            }
            TypeFunction::Closure => {
                let (operand, number) = self.number(first)?;
                quote! { step.closure(#operand, #number)? }
            }
            TypeFunction::Field => {
                let (name, position) = self.input(first, positions)?;
                let (operand, number) = self.number(second)?;
                quote! { step.field(#name, #position, #operand, #number)? }
            }
            TypeFunction::Element => {
                let (name, position) = self.input(first, positions)?;
                let (operand, number) = self.number(second)?;
                quote! { step.element(#name, #position, #operand, #number)? }
            }
            TypeFunction::Global | TypeFunction::Static => {
                let method = format_ident!("type_of_{}", function.name());
                let (operand, number) = self.number(first)?;
                quote! { step.#method(#operand, #number)? }
            }
            TypeFunction::Constant => {
                let (operand, number) = self.number(first)?;
                quote! { step.constant(#operand, #number)? }
            }
            TypeFunction::TupleType => {
                let (operand, number) = self.number(first)?;
                let given = self.count_of(second, "elements")?;
                quote! { step.tuple_type(#operand, #number, #given)? }
            }
            TypeFunction::Literal => {
                let (operand, number) = self.number(first)?;
                let given = self.count_of(second, "fields")?;
                quote! { step.literal(#operand, #number, #given)? }
            }
            TypeFunction::Params
            | TypeFunction::Arguments
            | TypeFunction::MethodParams
            | TypeFunction::Captures
            | TypeFunction::Fields
            | TypeFunction::Elements => anyhow::bail!("`{}` has a list of types where one is needed", self.op.name),
        })
    }

    fn variable(&self, letter: char) -> proc_macro2::Literal {
        let index = self.variables.iter().position(|known| *known == letter).unwrap_or(0);
        proc_macro2::Literal::usize_unsuffixed(index)
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
