//! The function that executes one op: pops its inputs, evaluates its meaning, pushes its outputs, and says where execution goes.

use anyhow::{Context, bail};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

use crate::emit::rust;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::{operand_type, takes, value_type};
use crate::model::instruction_set::{
    Control, Indexes, Input, InstructionSet, Meaning, Op, OperandMeaning, Reference, TypeExpression, TypeFunction,
};

/// The effect by whose name an op that throws keeps the trace of an earlier throw.
const KEEPS_TRACE: &str = "trace.keep";
/// The trap with which an op fails whose behaviour waits for something.
const WAITS: &str = "not_implemented";

/// An op's function and how the dispatch calls it.
pub struct Arm {
    /// The variant of `Instruction`, with the operands that are used bound to their names.
    pub pattern: TokenStream,
    /// The name of the function.
    pub name: Ident,
    /// What it is called with.
    pub arguments: Vec<TokenStream>,
    /// The whole function, without docs.
    pub function: TokenStream,
}

/// Writes the function of an op.
///
/// # Errors
///
/// When the op can't be executed by the conventions of the oracle; the message says which one it breaks.
pub fn arm(set: &InstructionSet, op: &Op) -> anyhow::Result<Arm> {
    write(set, op).with_context(|| format!("op `{}`", op.name))
}

fn write(set: &InstructionSet, op: &Op) -> anyhow::Result<Arm> {
    let body = body(set, op)?;
    let used = identifiers(&body);
    let mut parameters = Vec::new();
    let mut arguments = Vec::new();
    // The context is passed as strongly as the meaning needs it; counting values from the module needs only to read it.
    if used.contains("context") {
        let mutable = takes(set, op).context == Access::Mutable;
        parameters.push(if mutable {
            quote! { context: &mut Context }
        } else {
            quote! { context: &Context }
        });
        arguments.push(quote! { context });
    }
    if used.contains("frame") {
        parameters.push(quote! { frame: &mut Frame });
        arguments.push(quote! { frame });
    }
    let mut bound = Vec::new();
    for operand in &op.operands {
        let name = local(&operand.name);
        if used.contains(&name.to_string()) {
            let rust_type = parse_type(&operand_type(&set.operand_kinds[operand.kind]))?;
            parameters.push(quote! { #name: #rust_type });
            arguments.push(quote! { #name });
            let field = rust::ident(&operand.name);
            bound.push(if field == name {
                quote! { #name }
            } else {
                quote! { #field: #name }
            });
        }
    }
    let variant = format_ident!("{}", rust::variant(&op.name));
    let pattern = match (op.operands.len(), bound.len()) {
        (0, _) => quote! { Instruction::#variant },
        (_, 0) => quote! { Instruction::#variant { .. } },
        (all, some) if all == some => quote! { Instruction::#variant { #(#bound),* } },
        _ => quote! { Instruction::#variant { #(#bound),*, .. } },
    };
    let name = rust::ident(&op.name);
    let function = quote! {
        pub(super) fn #name(#(#parameters),*) -> Result<Flow, Stop> {
            #body
        }
    };
    Ok(Arm {
        pattern,
        name,
        arguments,
        function,
    })
}

fn body(set: &InstructionSet, op: &Op) -> anyhow::Result<TokenStream> {
    let value = match &op.meaning {
        Meaning::Waits => return Ok(waits(set, op)),
        Meaning::Function { name, .. } => call(set, op, name),
        Meaning::Expression { text, .. } => {
            let expression: syn::Expr = syn::parse_str(text).with_context(|| format!("expression `{text}`"))?;
            rename(quote! { #expression })
        }
    };
    let suspends = op.effects.iter().any(|effect| set.effects[*effect].suspends);
    let can_fail = !op.traps.is_empty() && op.control != Control::Halt && matches!(op.meaning, Meaning::Function { .. });
    let value = if can_fail {
        quote! { #value? }
    } else {
        value
    };
    let used = identifiers(&value);

    // The top of the stack is the last input.
    let mut pops = TokenStream::new();
    let mut keeps = TokenStream::new();
    let mut gives_back = TokenStream::new();
    for input in op.inputs.iter().rev() {
        let name = local(&input.name);
        let is_used = used.contains(&name.to_string()) || suspends;
        let place = if is_used {
            name.clone()
        } else {
            format_ident!("_{}", input.name)
        };
        if input.expression.is_many() {
            let count = count(set, op, &input.expression)?;
            pops.extend(quote! { let #place: Vec<Value> = frame.pop_many(#count)?; });
        } else {
            let rust_type = parse_type(&value_type(set, &input.expression))?;
            pops.extend(quote! { let #place: #rust_type = frame.pop()?; });
        }
    }
    for input in op.inputs.iter().filter(|_| suspends) {
        let name = local(&input.name);
        let kept = format_ident!("{}_again", input.name);
        if input.expression.is_many() {
            keeps.extend(quote! { let #kept = #name.clone(); });
            gives_back.extend(quote! { frame.push_many(#kept); });
        } else {
            gives_back.extend(quote! { frame.push(#name); });
        }
    }
    if !suspends {
        let end = end(set, op, value)?;
        return Ok(quote! { #pops #end });
    }
    if op.control != Control::Next {
        bail!("an op that suspends continues with the next one; its control is another");
    }
    let (place, push) = outputs(set, op)?;
    let place = if op.outputs.is_empty() {
        quote! { () }
    } else {
        place
    };
    Ok(quote! {
        #pops
        #keeps
        match #value {
            Poll::Ready(#place) => {
                #push
                Ok(Flow::Next)
            }
            Poll::Pending => {
                #gives_back
                Ok(Flow::Suspend)
            }
        }
    })
}

/// What stands behind the pops of an op that does not suspend.
fn end(set: &InstructionSet, op: &Op, value: TokenStream) -> anyhow::Result<TokenStream> {
    let nothing = value.to_string() == "()";
    Ok(match op.control {
        Control::Next => {
            let (place, push) = outputs(set, op)?;
            if op.outputs.is_empty() {
                let evaluate = if nothing {
                    TokenStream::new()
                } else {
                    quote! { #value; }
                };
                quote! { #evaluate Ok(Flow::Next) }
            } else if let Some(input) = passed_on(op, &value) {
                quote! { frame.push(#input); Ok(Flow::Next) }
            } else {
                let types = op
                    .outputs
                    .iter()
                    .map(|output| parse_type(&value_type(set, &output.expression)));
                let types = types.collect::<anyhow::Result<Vec<_>>>()?;
                let of = if let [one] = types.as_slice() {
                    quote! { #one }
                } else {
                    quote! { (#(#types),*) }
                };
                quote! { let #place: #of = #value; #push Ok(Flow::Next) }
            }
        }
        Control::Jump => {
            let label = label(set, op)?;
            let evaluate = if nothing {
                TokenStream::new()
            } else {
                quote! { #value; }
            };
            quote! { #evaluate Ok(Flow::Jump(#label)) }
        }
        Control::Branch => {
            let label = label(set, op)?;
            quote! {
                let taken: bool = #value;
                Ok(if taken { Flow::Jump(#label) } else { Flow::Next })
            }
        }
        Control::Call => quote! {
            let call: Call = #value;
            Ok(Flow::Call(call))
        },
        Control::Return if is_name(&value) => quote! { Ok(Flow::Return(#value)) },
        Control::Return => quote! {
            let result: Value = #value;
            Ok(Flow::Return(result))
        },
        Control::Throw => {
            let keep_trace = op.effects.iter().any(|effect| set.effects[*effect].name == KEEPS_TRACE);
            quote! {
                let exception: Any = #value;
                Ok(Flow::Throw { exception, keep_trace: #keep_trace })
            }
        }
        Control::Halt => quote! {
            let trap: Trap = #value;
            Err(Stop::Trap(trap))
        },
    })
}

/// Whether code is a name and nothing else.
fn is_name(code: &TokenStream) -> bool {
    syn::parse2::<Ident>(code.clone()).is_ok()
}

/// The input that is the only output as it stands, of the same type.
fn passed_on<'a>(op: &Op, value: &'a TokenStream) -> Option<&'a TokenStream> {
    let [output] = op.outputs.as_slice() else { return None };
    let fits = |input: &Input| local(&input.name) == value.to_string() && input.expression == output.expression;
    let passes = !output.expression.is_many() && is_name(value) && op.inputs.iter().any(fits);
    passes.then_some(value)
}

/// A call of the semantics function, in the order of parameters that `signature` states.
fn call(set: &InstructionSet, op: &Op, function: &str) -> TokenStream {
    let takes = takes(set, op);
    let mut arguments = Vec::new();
    if takes.context != Access::None {
        arguments.push(quote! { context });
    }
    if takes.frame != Access::None {
        arguments.push(quote! { frame });
    }
    arguments.extend(op.inputs.iter().map(|input| &input.name).map(|name| {
        let name = local(name);
        quote! { #name }
    }));
    arguments.extend(op.operands.iter().map(|operand| {
        let name = local(&operand.name);
        quote! { #name }
    }));
    let module = format_ident!("{}", rust::module(&set.groups[op.group].name));
    let function = rust::ident(function);
    quote! { semantics::#module::#function(#(#arguments),*) }
}

/// A pattern for the outputs and the statements that push them, bottom to top.
fn outputs(_set: &InstructionSet, op: &Op) -> anyhow::Result<(TokenStream, TokenStream)> {
    let push = |name: &Ident, many: bool| {
        if many {
            quote! { frame.push_many(#name); }
        } else {
            quote! { frame.push(#name); }
        }
    };
    Ok(match op.outputs.as_slice() {
        [one] => {
            let name = format_ident!("output");
            (quote! { #name }, push(&name, one.expression.is_many()))
        }
        many => {
            let names: Vec<Ident> = (0..many.len()).map(|index| format_ident!("output_{index}")).collect();
            let pushes = names
                .iter()
                .zip(many)
                .map(|(name, output)| push(name, output.expression.is_many()));
            (quote! { (#(#names),*) }, quote! { #(#pushes)* })
        }
    })
}

/// The label that a jump goes to.
fn label(set: &InstructionSet, op: &Op) -> anyhow::Result<Ident> {
    let label = op
        .operands
        .iter()
        .find(|operand| set.operand_kinds[operand.kind].meaning == OperandMeaning::Label { optional: false });
    match label {
        Some(operand) => Ok(local(&operand.name)),
        None => bail!("it jumps and has no label operand that is always present"),
    }
}

/// How many values an input stands for: what its count operand says or, without one, what the module says.
fn count(set: &InstructionSet, op: &Op, expression: &TypeExpression) -> anyhow::Result<TokenStream> {
    let (references, function) = match expression {
        TypeExpression::Repeat { count, .. } => (vec![*count], None),
        TypeExpression::Function { function, references } => (references.clone(), Some(*function)),
        _ => bail!("an input of one value is counted"),
    };
    let operands = references.iter().filter_map(|reference| match reference {
        Reference::Operand(index) => op.operands.get(*index),
        _ => None,
    });
    for operand in operands.clone() {
        if set.operand_kinds[operand.kind].meaning == OperandMeaning::Number {
            let name = local(&operand.name);
            return Ok(quote! { #name as usize });
        }
    }
    if let Some(Reference::Constant(number)) = references
        .last()
        .filter(|_| matches!(expression, TypeExpression::Repeat { .. }))
    {
        let number = *number as usize;
        return Ok(quote! { #number });
    }
    let list = match function {
        Some(TypeFunction::Params | TypeFunction::Arguments) => format_ident!("params"),
        Some(TypeFunction::Captures) => format_ident!("captures"),
        _ => bail!("an input that stands for several values needs an operand that counts them"),
    };
    for operand in operands {
        if let OperandMeaning::Index(Indexes::Module { field }) = &set.operand_kinds[operand.kind].meaning {
            let (name, field) = (local(&operand.name), rust::ident(field));
            let all = quote! { context.module.#field.get(#name.index()).map_or(0, |item| item.#list.len()) };
            return Ok(match function {
                Some(TypeFunction::Arguments) => quote! { (#all).saturating_sub(1) },
                _ => all,
            });
        }
    }
    bail!("an input that stands for several values needs an operand that counts them")
}

/// The end of an op whose behaviour isn't built: the set's trap for that or, in a set that has none, a trip.
fn waits(set: &InstructionSet, op: &Op) -> TokenStream {
    let reason = op
        .waits
        .as_deref()
        .unwrap_or("its behaviour")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let message = format!("`{}` waits for: {reason}", op.name);
    if set.traps.iter().any(|trap| trap.name == WAITS) {
        let kind = format_ident!("{}", rust::variant(WAITS));
        quote! { Err(Trap::new(TrapKind::#kind, #message).into()) }
    } else {
        quote! { Err(Trip::BadCode { at: frame.at, reason: #message.into() }.into()) }
    }
}

/// The names of the machine's own parts.
const OWN: [&str; 2] = ["context", "frame"];

/// The name of an input or operand in the function. What the machine's own parts are called gets an underscore.
fn local(name: &str) -> Ident {
    if OWN.contains(&name) {
        format_ident!("{name}_")
    } else {
        rust::ident(name)
    }
}

/// Renames in an expression what [`local`] renames.
fn rename(tokens: TokenStream) -> TokenStream {
    rename_all(tokens, &OWN)
}

/// Puts an underscore behind these names in an expression.
pub fn rename_all(tokens: TokenStream, names: &[&str]) -> TokenStream {
    let renamed = |token| match token {
        TokenTree::Ident(ident) if names.iter().any(|name| ident == name) => TokenTree::Ident(format_ident!("{ident}_")),
        TokenTree::Group(group) => {
            let mut renamed = Group::new(group.delimiter(), rename_all(group.stream(), names));
            renamed.set_span(group.span());
            TokenTree::Group(renamed)
        }
        other => other,
    };
    tokens.into_iter().map(renamed).collect()
}

fn parse_type(text: &str) -> anyhow::Result<syn::Type> {
    syn::parse_str(text).with_context(|| format!("Rust type `{text}`"))
}

/// All identifiers in a piece of code.
pub fn identifiers(tokens: &TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<TokenStream> = vec![tokens.clone()];
    while let Some(tokens) = waiting.pop() {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    found.insert(ident.to_string());
                }
                TokenTree::Group(group) => waiting.push(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::instruction_set::InstructionSets;
    use crate::pipeline;

    /// Whatever the repository's own specs say can be executed.
    #[test]
    fn every_op_has_a_function_that_is_called_with_what_it_takes() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let loaded = pipeline::load(&root, &pipeline::Options::default());
        let sets = &loaded.model.part::<InstructionSets>().sets;
        assert!(sets.iter().any(|set| !set.ops.is_empty()));
        for set in sets {
            for op in &set.ops {
                let arm = arm(set, op).unwrap_or_else(|error| panic!("{error:#}"));
                let function: syn::ItemFn = syn::parse2(arm.function).expect("it is a function");
                assert_eq!(function.sig.inputs.len(), arm.arguments.len(), "{}", op.name);
                assert_eq!(function.sig.ident, arm.name);
            }
        }
    }

    #[test]
    fn what_the_machine_is_called_gets_an_underscore() {
        let renamed = rename(quote! { frame.wrapping_add(other(context)) });
        assert_eq!(
            renamed.to_string(),
            quote! { frame_.wrapping_add(other(context_)) }.to_string()
        );
        assert_eq!(local("try").to_string(), "r#try");
    }

    #[test]
    fn identifiers_are_found_in_groups() {
        let found = identifiers(&quote! { a + f(b, [c]) });
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "b", "c", "f"]);
    }
}
