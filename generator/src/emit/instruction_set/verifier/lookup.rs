//! Emits `verify/lookup.rs`: the type functions that the ops of the set use.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::lattice::is_tuple;
use super::reading::{Reading, TypeList, each_function, expressions, variant};
use crate::emit::rust;
use crate::model::instruction_set::{
    Indexes, OperandMeaning, ParameterKind, Reference, Shape, Type, TypeExpression, TypeFunction,
};

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let methods = methods(reading)?;
    let doc =
        rust::module_doc("How instructions read types from the module, from the current function, and from each other's inputs.");
    if methods.is_empty() {
        return Ok(quote! { #doc });
    }
    let text = quote! { #(#methods)* }.to_string();
    let uses = |name: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let import = |path: TokenStream, names: &[&str]| {
        let used: Vec<_> = names.iter().filter(|name| uses(name)).map(|name| rust::ident(name)).collect();
        if used.is_empty() {
            quote! {}
        } else {
            quote! { use #path::{#(#used),*}; }
        }
    };
    let class_id = reading.class.as_ref().map_or_else(String::new, |class| class.id.to_string());
    let vec = import(quote! { alloc::vec }, &["Vec"]);
    let string = if uses("to_string") {
        quote! { use alloc::string::ToString; }
    } else {
        quote! {}
    };
    let format = import(quote! { alloc }, &["format"]);
    let ids = import(quote! { crate::ids }, &[&class_id]);
    let types = import(quote! { crate::types }, &["TypeDefinition", "TypeId"]);
    let environment = import(quote! { super::environment }, &["Callable"]);
    let steps = import(quote! { super::step }, &["argument_types", "entry", "exactly"]);
    Ok(quote! {
        #doc

        #format
        #string
        #vec

        #environment
        use super::error::VerifyErrorKind;
        use super::step::Step;
        #steps
        #ids
        #types

        impl Step<'_, '_> {
            #(#methods)*
        }
    })
}

fn methods(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let mut methods = Vec::new();
    let uses = |function| reading.uses(function);
    if [TypeFunction::Params, TypeFunction::Ret, TypeFunction::Callee]
        .into_iter()
        .any(|function| by_input(reading, function))
    {
        methods.push(signature(reading)?);
    }
    if by_input(reading, TypeFunction::Params) {
        methods.push(quote! {
            /// The types of `given` arguments of the closure in an input.
            ///
            /// # Errors
            ///
            /// When it can't be called with that many.
            pub fn callee_arguments(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let (params, rest, _) = self.signature(input, position)?;
                argument_types(params, rest, what, given)
            }
        });
    }
    if by_input(reading, TypeFunction::Callee) {
        methods.push(quote! {
            /// The type of the closure in an input.
            ///
            /// # Errors
            ///
            /// When it is no closure.
            pub fn callee(&self, input: &'static str, position: usize) -> Result<TypeId, VerifyErrorKind> {
                self.signature(input, position)?;
                self.read(input, position)
            }
        });
    }
    if by_input(reading, TypeFunction::Ret) {
        methods.push(quote! {
            /// The type of what the closure in an input gives.
            ///
            /// # Errors
            ///
            /// When it can't be called.
            pub fn callee_result(&self, input: &'static str, position: usize) -> Result<TypeId, VerifyErrorKind> {
                self.signature(input, position).map(|(_, _, result)| result)
            }
        });
    }
    let with_class = [
        TypeFunction::MethodParams,
        TypeFunction::MethodRet,
        TypeFunction::Field,
        TypeFunction::Fields,
    ];
    if with_class.into_iter().any(uses) {
        methods.push(class_of(reading)?);
    }
    if uses(TypeFunction::MethodParams) || uses(TypeFunction::MethodRet) {
        let functions = rust::ident(&reading.functions);
        methods.push(quote! {
            /// The method in a slot of the vtable of the class of an input.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class that has the slot.
            pub fn method(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                slot: u32,
            ) -> Result<&Callable, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let vtable = layout.map(|layout| layout.methods.as_slice()).unwrap_or_default();
                let method = entry(vtable, operand, slot, "method")?;
                self.env.#functions(operand, method.function.0)
            }
        });
    }
    if uses(TypeFunction::Field) {
        methods.push(quote! {
            /// The type of a field of the class of an input.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class that has the field.
            pub fn field(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                number: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let fields = layout.map(|layout| layout.fields.as_slice()).unwrap_or_default();
                entry(fields, operand, number, "field").map(|field| field.of)
            }
        });
    }
    if uses(TypeFunction::Fields) {
        methods.push(quote! {
            /// The types of all fields of the class of an input, which must be as many as `given`.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class, or of one with another number of fields.
            pub fn fields(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let fields = layout.map(|layout| layout.fields.as_slice()).unwrap_or_default();
                Ok(exactly(fields, what, given)?.iter().map(|field| field.of).collect())
            }
        });
    }
    if uses(TypeFunction::Literal) {
        methods.push(literal(reading)?);
    }
    if [TypeFunction::Elements, TypeFunction::Element, TypeFunction::TupleType]
        .into_iter()
        .any(uses)
    {
        methods.extend(tuples(reading)?);
    }
    if uses(TypeFunction::Captures) || uses(TypeFunction::CaptureOf) {
        methods.extend(captures(reading)?);
    }
    if uses(TypeFunction::Closure) {
        methods.push(closure(reading)?);
    }
    if uses(TypeFunction::Type) {
        methods.push(quote! {
            /// The type that an operand names. That it is one was checked with the operands.
            ///
            /// # Errors
            ///
            /// Never; the result has the form of the other functions here.
            #[allow(clippy::unnecessary_wraps, reason = "all type functions are called in one way")]
            pub fn named(&self, _operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
                Ok(TypeId(number))
            }
        });
    }
    for function in [TypeFunction::Global, TypeFunction::Static] {
        if uses(function) {
            methods.push(declared(reading, function)?);
        }
    }
    if uses(TypeFunction::Constant) {
        methods.push(constant(reading)?);
    }
    if uses_optional(reading) {
        methods.push(optional(reading)?);
    }
    Ok(methods)
}

/// Whether a type function is read from an input anywhere.
fn by_input(reading: &Reading<'_>, wanted: TypeFunction) -> bool {
    reading.set.ops.iter().flat_map(expressions).any(|expression| {
        let mut found = false;
        each_function(expression, &mut |function, references| {
            found |= function == wanted && matches!(references.first(), Some(Reference::Input(_)));
        });
        found
    })
}

fn uses_optional(reading: &Reading<'_>) -> bool {
    fn has(expression: &TypeExpression) -> bool {
        use crate::model::instruction_set::TypeArgument;
        match expression {
            TypeExpression::Optional(_) => true,
            TypeExpression::Repeat { element, .. } => has(element),
            TypeExpression::Named { arguments, .. } => arguments
                .iter()
                .any(|argument| matches!(argument, TypeArgument::Type(inner) if has(inner))),
            _ => false,
        }
    }
    reading.set.ops.iter().flat_map(expressions).any(has)
}

/// The constructor of function types: the one with parameters `params` and `result`.
fn function_type<'a>(reading: &Reading<'a>) -> anyhow::Result<&'a Type> {
    let has = |entry: &Type, name: &str, kind: ParameterKind| {
        entry
            .parameters
            .iter()
            .any(|parameter| parameter.name == name && parameter.kind == kind)
    };
    let found = reading
        .set
        .types
        .iter()
        .find(|entry| has(entry, "params", ParameterKind::Types) && has(entry, "result", ParameterKind::Type));
    found.ok_or_else(|| anyhow::anyhow!("closures are called, but no type has the parameters `params: types` and `result: type`"))
}

fn has_rest(entry: &Type) -> bool {
    entry
        .parameters
        .iter()
        .any(|parameter| parameter.name == "rest" && parameter.kind == ParameterKind::OptionalType)
}

fn signature(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = function_type(reading)?;
    let name = &entry.name;
    let kind = variant(name);
    let (pattern, rest) = if has_rest(entry) {
        (quote! { params, rest, result, .. }, quote! { *rest })
    } else {
        (quote! { params, result, .. }, quote! { None })
    };
    Ok(quote! {
        fn signature(
            &self,
            input: &'static str,
            position: usize,
        ) -> Result<(&[TypeId], Option<TypeId>, TypeId), VerifyErrorKind> {
            let found = self.read(input, position)?;
            match self.types.definition(found) {
                Some(TypeDefinition::#kind { #pattern }) => Ok((params, #rest, *result)),
                _ if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                    Err(VerifyErrorKind::Unknown { what: format!("the signature of `{input}`") })
                }
                _ => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
            }
        }
    })
}

/// The first constructor with a class.
fn class_type<'a>(reading: &Reading<'a>) -> anyhow::Result<&'a Type> {
    let found = reading.set.types.iter().find(|entry| {
        entry
            .parameters
            .iter()
            .any(|parameter| parameter.kind == ParameterKind::Class)
    });
    found.ok_or_else(|| anyhow::anyhow!("fields or methods are used, but no type has a class as its parameter"))
}

fn class_of(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = class_type(reading)?;
    let name = &entry.name;
    let kind = variant(name);
    let class = reading.class.as_ref().map(|class| &class.id);
    Ok(quote! {
        fn class_of(&self, input: &'static str, position: usize) -> Result<#class, VerifyErrorKind> {
            let found = self.read(input, position)?;
            match self.types.definition(found).and_then(TypeDefinition::class) {
                Some(class) => Ok(class),
                None if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                    Err(VerifyErrorKind::Unknown { what: format!("the class of `{input}`") })
                }
                None => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
            }
        }
    })
}

fn literal(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = class_type(reading)?;
    anyhow::ensure!(
        entry.parameters.len() == 1,
        "`literal` needs a constructor with a class and nothing else"
    );
    let kind = variant(&entry.name);
    let field = rust::ident(&entry.parameters[0].name);
    let class = reading.class.as_ref().map(|class| (&class.id, rust::ident(&class.field)));
    let (class, list) = class.ok_or_else(|| anyhow::anyhow!("`literal` needs classes"))?;
    Ok(quote! {
        /// The type of objects of a class, which must have as many fields as `given`.
        ///
        /// # Errors
        ///
        /// When there is no such class, or it has another number of fields.
        pub fn literal(&mut self, operand: &'static str, number: u32, given: u64) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, "class")?;
            let #field = #class(number);
            let layout = self.env.layouts.get(#field);
            exactly(layout.map(|layout| layout.fields.as_slice()).unwrap_or_default(), "fields", given)?;
            self.types.intern(TypeDefinition::#kind { #field })
        }
    })
}

fn tuples(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let entry = reading
        .set
        .types
        .iter()
        .find(|entry| is_tuple(entry))
        .ok_or_else(|| anyhow::anyhow!("elements of tuples are used, but no type has one parameter of kind `types`"))?;
    let name = &entry.name;
    let kind = variant(name);
    let field = rust::ident(&entry.parameters[0].name);
    let mut methods = Vec::new();
    if reading.uses(TypeFunction::Elements) || reading.uses(TypeFunction::Element) {
        methods.push(quote! {
            fn elements_of(&self, input: &'static str, position: usize) -> Result<&[TypeId], VerifyErrorKind> {
                let found = self.read(input, position)?;
                match self.types.definition(found) {
                    Some(TypeDefinition::#kind { #field }) => Ok(#field),
                    _ if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                        Err(VerifyErrorKind::Unknown { what: format!("the elements of `{input}`") })
                    }
                    _ => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
                }
            }
        });
    }
    if reading.uses(TypeFunction::Elements) {
        methods.push(quote! {
            /// The types of all elements of the tuple in an input, which must be as many as `given`.
            ///
            /// # Errors
            ///
            /// When the input is no tuple, or one with another number of elements.
            pub fn elements(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                exactly(self.elements_of(input, position)?, what, given).map(<[TypeId]>::to_vec)
            }
        });
    }
    if reading.uses(TypeFunction::Element) {
        methods.push(quote! {
            /// The type of an element of the tuple in an input.
            ///
            /// # Errors
            ///
            /// When the input is no tuple that has it.
            pub fn element(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                number: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                entry(self.elements_of(input, position)?, operand, number, "element").copied()
            }
        });
    }
    if reading.uses(TypeFunction::TupleType) {
        methods.push(quote! {
            /// The tuple type that an operand names, which must have as many elements as `given`.
            ///
            /// # Errors
            ///
            /// When it is no tuple type, or has another number of elements.
            pub fn tuple_type(&self, operand: &'static str, number: u32, given: u64) -> Result<TypeId, VerifyErrorKind> {
                let named = TypeId(number);
                let Some(TypeDefinition::#kind { #field }) = self.types.definition(named) else {
                    let found = self.types.display(named);
                    return Err(VerifyErrorKind::Mismatch { input: operand, expected: #name.to_string(), found });
                };
                exactly(#field, "elements", given)?;
                Ok(named)
            }
        });
    }
    Ok(methods)
}

fn captures(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let functions = rust::ident(&reading.functions);
    let of = match reading.type_list(reading.function_record, "captures") {
        Some(TypeList::Types) => quote! { |capture| *capture },
        Some(TypeList::Records) => quote! { |capture| capture.r#type },
        None => anyhow::bail!("captures are used, but functions have no list `captures`"),
    };
    let mut methods = Vec::new();
    if reading.uses(TypeFunction::Captures) {
        methods.push(quote! {
            /// The types of the first `given` captures of a function.
            ///
            /// # Errors
            ///
            /// When there is no such function, or it has fewer.
            pub fn captures(
                &self,
                operand: &'static str,
                number: u32,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let captures = &entry(&self.env.module.#functions, operand, number, "function")?.captures;
                let count = usize::try_from(given).unwrap_or(usize::MAX);
                match captures.get(..count) {
                    Some(first) => Ok(first.iter().map(#of).collect()),
                    None => Err(VerifyErrorKind::Count { what, expected: captures.len(), or_more: false, found: given }),
                }
            }
        });
    }
    if reading.uses(TypeFunction::CaptureOf) {
        methods.push(quote! {
            /// The type of a capture of a function.
            ///
            /// # Errors
            ///
            /// When there is no such function, or it has fewer.
            pub fn capture_of(
                &self,
                operand: &'static str,
                number: u32,
                which: &'static str,
                index: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                let function = entry(&self.env.module.#functions, operand, number, "function")?;
                entry(&function.captures, which, index, "capture").map(#of)
            }
        });
    }
    Ok(methods)
}

fn closure(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = function_type(reading)?;
    let kind = variant(&entry.name);
    let functions = rust::ident(&reading.functions);
    let mut fields = vec![
        quote! { params: callable.params.clone() },
        quote! { result: callable.result()? },
    ];
    if has_rest(entry) {
        fields.push(quote! { rest: callable.rest });
    }
    anyhow::ensure!(
        fields.len() == entry.parameters.len(),
        "`closure` can't make a `{}` with all of its parameters",
        entry.name
    );
    Ok(quote! {
        /// The type of closures of a function.
        ///
        /// # Errors
        ///
        /// When there is no such function.
        pub fn closure(&mut self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            if let Some(known) = self.types.closures.get(&number) {
                return Ok(*known);
            }
            let env = self.env;
            let callable = env.#functions(operand, number)?;
            let made = self.types.intern(TypeDefinition::#kind { #(#fields),* })?;
            self.types.closures.insert(number, made);
            Ok(made)
        }
    })
}

fn declared(reading: &Reading<'_>, function: TypeFunction) -> anyhow::Result<TokenStream> {
    let name = function.name();
    let kind = reading
        .set
        .operand_kinds
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| anyhow::anyhow!("`{name}(…)` is used, but there is no operand kind `{name}`"))?;
    let OperandMeaning::Index(Indexes::Module { field }) = &kind.meaning else {
        anyhow::bail!("`{name}(…)` is used, but the operand kind `{name}` indexes no list of the module");
    };
    let has_type = reading.record_of(field).is_some_and(|record| {
        record
            .fields
            .iter()
            .any(|field| field.name == "type" && field.shape == Shape::TypeId)
    });
    anyhow::ensure!(
        has_type,
        "`{name}(…)` is used, but entries of `{field}` have no field `type` of shape `type`"
    );
    let list = rust::ident(field);
    let method = format_ident!("type_of_{name}");
    let doc = rust::doc(&format!(
        "The declared type of an entry of `module.{field}`.\n\n# Errors\n\nWhen there are fewer."
    ));
    Ok(quote! {
        #doc
        pub fn #method(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, #name).map(|declared| declared.r#type)
        }
    })
}

fn constant(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let mut pool = None;
    for expression in reading
        .set
        .ops
        .iter()
        .flat_map(|op| expressions(op).map(move |expression| (op, expression)))
    {
        each_function(expression.1, &mut |function, references| {
            if let (TypeFunction::Constant, Some(Reference::Operand(index))) = (function, references.first())
                && let OperandMeaning::Index(Indexes::Module { field }) = &reading.kind(&expression.0.operands[*index]).meaning
            {
                pool = Some(field.clone());
            }
        });
    }
    let pool = pool.ok_or_else(|| anyhow::anyhow!("`constant(…)` needs an operand that indexes a list of the module"))?;
    let root = &reading.set.format.records[reading.set.format.root];
    let shape = root.fields.iter().find(|field| field.name == pool).map(|field| &field.shape);
    let union = match shape {
        Some(Shape::List { element, .. }) => match &**element {
            Shape::Union(union) => &reading.set.format.unions[*union],
            _ => anyhow::bail!("entries of `{pool}` are no union, so `constant(…)` can't tell their types"),
        },
        _ => anyhow::bail!("`{pool}` is no list"),
    };
    let name = variant(&union.name);
    let mut arms = Vec::new();
    for entry in &union.variants {
        let value_type = entry.value_type.ok_or_else(|| {
            anyhow::anyhow!(
                "variant `{}` of `{}` states no type, which `constant(…)` needs",
                entry.name,
                union.name
            )
        })?;
        let variant = variant(&entry.name);
        let constant = reading.type_constant(value_type);
        arms.push(quote! { crate::module::#name::#variant(..) => #constant, });
    }
    let list = rust::ident(&pool);
    let doc = rust::doc(&format!(
        "The type of an entry of `module.{pool}`.\n\n# Errors\n\nWhen there are fewer."
    ));
    Ok(quote! {
        #doc
        pub fn constant(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, "constant").map(|constant| match constant {
                #(#arms)*
            })
        }
    })
}

fn optional(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let (Some(bottom), Some(boxed)) = (reading.bottom, reading.boxed) else {
        anyhow::bail!("`optional(…)` needs a bottom of references and a type that takes anything");
    };
    let bottom = reading.type_constant(bottom);
    let boxed = reading.type_constant(boxed);
    Ok(quote! {
        /// The type itself where null is among its values, otherwise the type that takes anything, so that there is room for null.
        pub fn optional(&self, of: TypeId) -> TypeId {
            if self.types.is_subtype(#bottom, of) { of } else { #boxed }
        }
    })
}
