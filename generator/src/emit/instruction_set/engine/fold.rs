//! `src/fold.rs`: what pure ops give for inputs that are known at lowering, by the same expressions that the handlers run.

use anyhow::Context;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{facts, machine, runtime};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::oracle::arm::identifiers;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::takes;
use crate::model::instruction_set::{Control, Engine, InstructionSet, Meaning, Op, Slot, TypeExpression};

/// Adds the file.
pub fn file(set: &InstructionSet, engine: &Engine, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut arms = Vec::new();
    for op in &set.ops {
        if is_folded(set, op) {
            arms.push(arm(set, op).with_context(|| format!("op `{}`", op.name))?);
        }
    }
    let known = match arms.is_empty() {
        true => quote! { None },
        false => quote! {
            Some(match (opcode, inputs) {
                #(#arms)*
                _ => return None,
            })
        },
    };
    let used = identifiers(&known);
    let opcode = format_ident!("{}", if used.contains("opcode") { "opcode" } else { "_opcode" });
    let inputs = format_ident!("{}", if used.contains("inputs") { "inputs" } else { "_inputs" });
    let function = quote! {
        pub fn fold(#opcode: Opcode, #inputs: &[Const]) -> Option<Const> { #known }
    };
    let constant = quote! {
        fn constant<T: Word>(value: T) -> Const {
            Const { kind: T::KIND, word: value.into_word() }
        }
    };
    let mut text = rust::module_doc_lines(
        "Constant folding: what pure instructions give for known inputs, by the same expressions and functions that their handlers run.",
    );
    text.push('\n');
    let own = used.iter().filter(|name| set.slots.iter().any(|slot| slot.rust == **name));
    let mut names: Vec<String> = own.filter(|name| name.starts_with(char::is_uppercase)).cloned().collect();
    text.push_str(&format!("use {}::Opcode;\n", facts(set)));
    text.push_str(&format!(
        "use {}::Word;\nuse {}::table::Const;\n",
        machine(engine),
        machine(engine)
    ));
    let shared = ["Value", "semantics"].into_iter().filter(|name| used.contains(*name));
    names.extend(shared.map(str::to_owned));
    text.push_str(&rust::use_names(&runtime(set), &names));
    text.push('\n');
    text.push_str(&rust::doc_lines(
        0,
        "What an instruction gives for these inputs, bottom to top; `None` where that can't be known before it runs.",
    ));
    text.push_str(&rust::format(function)?);
    text.push('\n');
    text.push_str(&rust::format(constant)?);
    builder.file("src/fold.rs", text, &sources::of(set, &[sources::MACHINE, sources::OPS]));
    Ok(())
}

fn slot<'a>(set: &'a InstructionSet, expression: &TypeExpression) -> Option<&'a Slot> {
    match expression {
        TypeExpression::Named { constructor, .. } => Some(&set.slots[set.types[*constructor].slot]),
        _ => None,
    }
}

/// Whether an op only computes one value of known representation from others.
fn is_folded(set: &InstructionSet, op: &Op) -> bool {
    let takes = takes(set, op);
    let computes = op.pure
        && op.control == Control::Next
        && op.traps.is_empty()
        && op.operands.is_empty()
        && (takes.context, takes.frame) == (Access::None, Access::None)
        && !matches!(op.meaning, Meaning::Waits);
    // A function may look at the representation of what a type variable stands for.
    let by_function = matches!(op.meaning, Meaning::Function { .. });
    let is_known =
        |expression| slot(set, expression).is_some() || (by_function && matches!(expression, TypeExpression::Variable(_)));
    computes
        && !op.inputs.is_empty()
        && op.inputs.iter().all(|input| is_known(&input.expression))
        && matches!(op.outputs.as_slice(), [output] if slot(set, &output.expression).is_some())
}

fn arm(set: &InstructionSet, op: &Op) -> anyhow::Result<TokenStream> {
    let variant = format_ident!("{}", rust::variant(&op.name));
    let names: Vec<_> = op.inputs.iter().map(|input| rust::ident(&input.name)).collect();
    let parse = |text: &str| syn::parse_str::<syn::Type>(text).with_context(|| format!("Rust type `{text}`"));
    let mut reads = Vec::new();
    for (name, input) in names.iter().zip(&op.inputs) {
        reads.push(match slot(set, &input.expression) {
            Some(of) => {
                let of = parse(&of.rust)?;
                quote! { let #name = #of::from_word(#name.word); }
            }
            None => quote! { let #name = Value::from_word(#name.word, #name.kind); },
        });
    }
    let value = match &op.meaning {
        Meaning::Expression { text, .. } => {
            let expression: syn::Expr = syn::parse_str(text).with_context(|| format!("expression `{text}`"))?;
            quote! { #expression }
        }
        Meaning::Function { name, .. } => {
            let module = format_ident!("{}", rust::module(&set.groups[op.group].name));
            let function = rust::ident(name);
            quote! { semantics::#module::#function(#(#names),*) }
        }
        Meaning::Waits => anyhow::bail!("its behaviour isn't built"),
    };
    let output = op.outputs.first().and_then(|output| slot(set, &output.expression));
    let output = parse(&output.context("no output of known representation")?.rust)?;
    Ok(quote! {
        (Opcode::#variant, [#(#names),*]) => {
            #(#reads)*
            constant::<#output>(#value)
        }
    })
}
