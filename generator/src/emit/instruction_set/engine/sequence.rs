//! Writes what the handler of a superinstruction does: one op after another, each with what the one before it gave.

use anyhow::Context;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::handler::{at, local, parse_type, value_of};
use crate::model::instruction_set::engine::layout::What;
use crate::model::instruction_set::engine::plan::slot;
use crate::model::instruction_set::engine::sequence::Part;
use crate::model::instruction_set::{Chain, Control, Handler, InstructionSet, OperandMeaning};

/// What the ops before the last one give is called so.
const NAMES: &[&str] = &["first", "second", "third"];

/// What all ops do, as an expression over the inputs and operands of the handler. One that fails ends the handler: its word of the
/// instruction says which it was.
///
/// # Errors
///
/// When there are more ops than names, or one of them can't be run.
pub fn value(set: &InstructionSet, handler: &Handler<'_>, chain: &Chain<'_>) -> anyhow::Result<TokenStream> {
    let mut code = TokenStream::new();
    let mut before: Option<(Ident, &Part<'_>)> = None;
    for (position, part) in chain.parts.iter().enumerate() {
        match part.op.control {
            // What the op before gave is stored, and nothing is taken.
            Control::Jump => break,
            Control::Return => {
                let (name, _) = before.context("a return that takes nothing")?;
                code.extend(quote! { #name.into_word() });
                break;
            }
            _ => {}
        }
        let lets = lets(set, handler, part, before.as_ref())?;
        let mut value = value_of(set, part.op, &part.kinds)?;
        if !part.op.traps.is_empty() {
            let position = Literal::usize_unsuffixed(position);
            value = quote! {
                match #value {
                    Ok(value) => value,
                    Err(fault) => return state.raise_in(pc, fp, #position, fault),
                }
            };
        }
        // A word whose representation only the instruction knows is returned as it is.
        let returned =
            matches!(&chain.parts[position + 1..], [next] if next.op.control == Control::Return) && part.output(set).is_none();
        if returned || position + 1 == chain.parts.len() {
            code.extend(quote! { #lets #value });
            break;
        }
        let name = NAMES.get(position).context("a superinstruction of too many ops")?;
        let name = format_ident!("{name}");
        code.extend(quote! { let #name = { #lets #value }; });
        if chain.superinstruction.stores && position == 0 {
            let slot = at(handler, What::Stored)?;
            let of = part.output(set).context("what is stored has no known representation")?;
            let of = parse_type(&set.slots[of].rust)?;
            code.extend(quote! { fp.set::<#of>(pc.u16(#slot), #name); });
        }
        before = Some((name, part));
    }
    Ok(quote! { { #code } })
}

/// Gives the inputs and operands of an op the names that it knows them by.
fn lets(
    set: &InstructionSet,
    handler: &Handler<'_>,
    part: &Part<'_>,
    before: Option<&(Ident, &Part<'_>)>,
) -> anyhow::Result<TokenStream> {
    let mut lets = TokenStream::new();
    for (index, input) in part.op.inputs.iter().enumerate() {
        let name = local(&input.name);
        let value = match (part.input(index), before) {
            (Some(own), _) => {
                let own = handler.op.inputs.get(own).context("an input of the sequence is missing")?;
                local(&own.name).into_token_stream()
            }
            (None, Some((before, given))) => {
                let taken = slot(set, &part.kinds, &input.expression);
                match (given.output(set), taken) {
                    (None, Some(taken)) => {
                        let of = parse_type(&set.slots[taken].rust)?;
                        quote! { #of::from_word(#before) }
                    }
                    (Some(_), None) => quote! { #before.into_word() },
                    _ => before.into_token_stream(),
                }
            }
            (None, None) => anyhow::bail!("the first op of a sequence takes what none gives"),
        };
        lets.extend(quote! { let #name = #value; });
    }
    for (index, operand) in part.op.operands.iter().enumerate() {
        if matches!(set.operand_kinds[operand.kind].meaning, OperandMeaning::Label { .. }) {
            continue;
        }
        let own = handler.op.operands.get(part.operands + index);
        let own = local(&own.context("an operand of the sequence is missing")?.name);
        let name = local(&operand.name);
        lets.extend(quote! { let #name = #own; });
    }
    Ok(lets)
}
