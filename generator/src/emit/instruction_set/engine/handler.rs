//! Writes the handler of an instruction: it reads its inputs, does what the op does, writes its outputs, and says where execution goes.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{family, sequence};
use crate::arena::Id;
use crate::emit::instruction_set::oracle::arm::{identifiers, rename_all};
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::engine::layout::{What, width};
use crate::model::instruction_set::engine::plan::{is_cold, letters, slot};
use crate::model::instruction_set::signature::{id_type, takes};
use crate::model::instruction_set::{
    Control, Handler, InstructionSet, Location, Meaning, Op, OperandMeaning, Scalar, Slot, TypeExpression,
};

/// The effect by whose name an op may collect memory before it runs.
const ALLOCATES: &str = "heap.alloc";
/// The trap with which an op fails whose behaviour waits for something.
const WAITS: &str = "not_implemented";
/// The names of what every handler has.
pub(super) const OWN: &[&str] = &["pc", "fp", "state", "output"];

/// The documented function of a handler.
///
/// # Errors
///
/// When the op can't be run by the conventions of the engine; the message says which one it breaks.
pub fn function(set: &InstructionSet, handler: &Handler<'_>) -> anyhow::Result<(String, TokenStream)> {
    if let Some((family, role)) = handler.family {
        return family::function(set, handler, family, role).with_context(|| format!("handler `{}`", handler.name));
    }
    let body = body(set, handler).with_context(|| format!("handler `{}`", handler.name))?;
    let name = rust::ident(&handler.name);
    let used = identifiers(&body);
    let state = format_ident!("{}", if used.contains("state") { "state" } else { "_state" });
    // What calls a shared function is kept apart: inlined, it would take registers from those that don't.
    let inline = if is_cold(&handler.op) {
        quote! { #[inline(never)] }
    } else {
        quote! { #[inline(always)] }
    };
    let code = quote! {
        #inline
        pub unsafe fn #name(pc: Fetched, fp: Fp, #state: &mut State) -> (Pc, Fp) {
            #body
        }
    };
    Ok((docs(set, handler), code))
}

/// The first sentence of a text, on one line.
pub(super) fn first_sentence(doc: &str) -> String {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    doc.split_inclusive(". ").next().unwrap_or(&doc).trim().to_owned()
}

fn docs(set: &InstructionSet, handler: &Handler<'_>) -> String {
    let op = &handler.op;
    let mut text = first_sentence(&op.doc);
    if let Some(when) = handler.branch {
        text.push_str(&format!(" Jumps if the result is `{when}`."));
    }
    let constants: Vec<String> = op
        .inputs
        .iter()
        .zip(&handler.places)
        .filter(|(_, place)| **place == Location::Const)
        .map(|(input, _)| format!("`{}`", input.name))
        .collect();
    match constants.as_slice() {
        [] => {}
        [one] => text.push_str(&format!(" {one} is a constant.")),
        many => text.push_str(&format!(" {} are constants.", many.join(" and "))),
    }
    for (letter, slot) in &handler.kinds {
        text.push_str(&format!(" `{letter}` is `{}`.", set.slots[*slot].name));
    }
    let origin = match &handler.sequence {
        Some(chain) => provenance::entry(set, "superinstruction", &chain.superinstruction.name),
        None => provenance::op(op),
    };
    format!("{text}\n\n{origin}")
}

pub(super) fn body(set: &InstructionSet, handler: &Handler<'_>) -> anyhow::Result<TokenStream> {
    let op = &*handler.op;
    if let Meaning::Waits = op.meaning {
        return waits(set, op);
    }
    let value = value(set, handler)?;
    let used = identifiers(&value);
    let mut reads = collects(set, op);
    for index in 0..op.inputs.len() {
        let name = local(&op.inputs[index].name);
        if used.contains(&name.to_string()) {
            reads.extend(read_input(set, handler, index)?);
        }
    }
    for (index, operand) in op.operands.iter().enumerate() {
        let name = local(&operand.name);
        if used.contains(&name.to_string()) {
            let read = read_operand(set, handler, index)?;
            reads.extend(quote! { let #name = #read; });
        }
    }
    let end = end(set, handler, value)?;
    Ok(quote! { #reads #end })
}

/// Before an op that may allocate, the collector runs if it is due.
pub(super) fn collects(set: &InstructionSet, op: &Op) -> TokenStream {
    if !op.effects.iter().any(|effect| set.effects[*effect].name == ALLOCATES) {
        return TokenStream::new();
    }
    quote! {
        if state.wants_collection() {
            return state.collect_first(pc, fp);
        }
    }
}

/// The name of an input or operand in the function. What every handler has is called otherwise.
pub(super) fn local(name: &str) -> Ident {
    if OWN.contains(&name) {
        format_ident!("{name}_")
    } else {
        rust::ident(name)
    }
}

pub(super) fn at(handler: &Handler<'_>, what: What) -> anyhow::Result<Literal> {
    let at = handler
        .layout
        .at(what)
        .with_context(|| format!("the instruction has no field for {what:?}"))?;
    Ok(Literal::u8_unsuffixed(at))
}

pub fn parse_type(text: &str) -> anyhow::Result<syn::Type> {
    syn::parse_str(text).with_context(|| format!("Rust type `{text}`"))
}

/// The Rust type of a value in a handler; `None` for one whose representation is known only at lowering.
fn rust_type(set: &InstructionSet, handler: &Handler<'_>, expression: &TypeExpression) -> anyhow::Result<Option<syn::Type>> {
    slot(set, &handler.kinds, expression)
        .map(|slot| parse_type(&set.slots[slot].rust))
        .transpose()
}

pub(super) fn read_input(set: &InstructionSet, handler: &Handler<'_>, index: usize) -> anyhow::Result<TokenStream> {
    let input = &handler.op.inputs[index];
    let name = local(&input.name);
    if input.expression.is_many() {
        let at = at(handler, What::List(index))?;
        return Ok(quote! { let #name = state.values(fp, pc.u64(#at)); });
    }
    let of = rust_type(set, handler, &input.expression)?;
    if handler.places[index] == Location::Const {
        let of = of.context("a constant whose representation isn't known")?;
        return Ok(match at(handler, What::Const32(index)) {
            Ok(at) => quote! { let #name = #of::from_word(u64::from(pc.u32(#at))); },
            Err(_) => {
                let at = at(handler, What::Const(index))?;
                quote! { let #name = #of::from_word(pc.u64(#at)); }
            }
        });
    }
    let slot = at(handler, What::Input(index))?;
    let typed = matches!(input.expression, TypeExpression::Named { .. });
    Ok(match of {
        Some(of) if typed || !is_cold(&handler.op) => quote! { let #name: #of = fp.get(pc.u16(#slot)); },
        _ if is_cold(&handler.op) => {
            let kind = at(handler, What::Kind(index))?;
            quote! { let #name = state.value(fp, pc.u16(#slot), State::kind(pc.u16(#kind))); }
        }
        _ => quote! { let #name = fp.word(pc.u16(#slot)); },
    })
}

pub(super) fn read_operand(set: &InstructionSet, handler: &Handler<'_>, index: usize) -> anyhow::Result<TokenStream> {
    let operand = &handler.op.operands[index];
    let kind = &set.operand_kinds[operand.kind];
    let number = read_scalar(kind.encoding, &at(handler, What::Operand(index, width(kind.encoding)))?);
    Ok(match &kind.meaning {
        OperandMeaning::Number => number,
        OperandMeaning::Index(_) => {
            let id = format_ident!("{}", id_type(&kind.name));
            match kind.encoding {
                Scalar::U32 => quote! { #id(#number) },
                _ => {
                    let at = at(handler, What::Operand(index, 2))?;
                    quote! { #id(u32::from(pc.u16(#at))) }
                }
            }
        }
        OperandMeaning::Label { .. } => bail!("a label is no value"),
    })
}

/// The value at a byte of an instruction.
pub(super) fn read_scalar(scalar: Scalar, at: &Literal) -> TokenStream {
    match scalar {
        Scalar::Bool => quote! { pc.u16(#at) != 0 },
        Scalar::U16 => quote! { pc.u16(#at) },
        Scalar::U8 => quote! { pc.u16(#at) as u8 },
        Scalar::I8 => quote! { pc.u16(#at) as i8 },
        Scalar::I16 => quote! { pc.u16(#at) as i16 },
        Scalar::U32 => quote! { pc.u32(#at) },
        Scalar::I32 => quote! { pc.i32(#at) },
        Scalar::F32 => quote! { f32::from_bits(pc.u32(#at)) },
        Scalar::U64 => quote! { pc.u64(#at) },
        Scalar::I64 => quote! { pc.u64(#at) as i64 },
        Scalar::F64 => quote! { pc.f64(#at) },
    }
}

/// What the handler does, as an expression over its inputs and operands.
fn value(set: &InstructionSet, handler: &Handler<'_>) -> anyhow::Result<TokenStream> {
    match &handler.sequence {
        Some(chain) => sequence::value(set, handler, chain),
        None => value_of(set, &handler.op, &handler.kinds),
    }
}

/// What an op does, as an expression over its inputs and operands.
pub fn value_of(set: &InstructionSet, op: &Op, kinds: &BTreeMap<char, Id<Slot>>) -> anyhow::Result<TokenStream> {
    let inputs = op.inputs.iter().map(|input| local(&input.name));
    let is_label = |kind| matches!(set.operand_kinds[kind].meaning, OperandMeaning::Label { .. });
    let operands = op.operands.iter().filter(|operand| !is_label(operand.kind));
    let values: Vec<Ident> = inputs.chain(operands.map(|operand| local(&operand.name))).collect();
    if let Some((fast, _)) = &op.fast {
        let function = rust::ident(fast);
        let frame = (takes(set, op).frame != Access::None).then(|| quote! { fp, });
        let types = letters(op)
            .iter()
            .map(|letter| parse_type(&set.slots[kinds[letter]].rust))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let types = (!types.is_empty()).then(|| quote! { ::<#(#types),*> });
        return Ok(quote! { fast::#function #types(state, #frame #(#values),*) });
    }
    match &op.meaning {
        Meaning::Expression { text, .. } => {
            let expression: syn::Expr = syn::parse_str(text).with_context(|| format!("expression `{text}`"))?;
            Ok(rename_all(quote! { #expression }, OWN))
        }
        Meaning::Function { name, .. } => {
            let module = format_ident!("{}", rust::module(&set.groups[op.group].name));
            let function = rust::ident(name);
            // Where a jump leads is the dispatch's business, and nothing that semantics functions look at.
            let given = op
                .operands
                .iter()
                .map(|operand| match set.operand_kinds[operand.kind].meaning {
                    OperandMeaning::Label { optional: false } => quote! { Label::default() },
                    OperandMeaning::Label { optional: true } => quote! { None },
                    _ => local(&operand.name).into_token_stream(),
                });
            let inputs = op.inputs.iter().map(|input| local(&input.name).into_token_stream());
            let values = inputs.chain(given);
            let context = match takes(set, op).context {
                Access::None => None,
                Access::Shared | Access::Mutable => Some(quote! { state.context(), }),
            };
            Ok(quote! { semantics::#module::#function(#context #(#values),*) })
        }
        Meaning::Waits => bail!("its behaviour isn't built"),
    }
}

/// What stands behind the reads.
fn end(set: &InstructionSet, handler: &Handler<'_>, value: TokenStream) -> anyhow::Result<TokenStream> {
    let op = &*handler.op;
    match op.control {
        Control::Jump => {
            let (target, taken) = (at(handler, What::Target)?, at(handler, What::CostTaken)?);
            let words = proc_macro2::Literal::u8_unsuffixed(handler.layout.words);
            return Ok(quote! { #value; state.enter(pc.next(#words), pc.target(#target), fp, pc.u16(#taken)) });
        }
        Control::Return => return Ok(quote! { let output = #value; state.return_word(output) }),
        _ => {}
    }
    let can_fail = !op.traps.is_empty();
    let suspends = op.effects.iter().any(|effect| set.effects[*effect].suspends);
    let jump = match (handler.branch, op.control) {
        (Some(when), _) => Some(when),
        (None, Control::Branch) => Some(true),
        _ => None,
    };
    let (place, then) = match jump {
        Some(when) => (quote! { taken }, branch(handler, when)?),
        None => {
            let put = write_outputs(set, handler)?;
            (put.place, put.then)
        }
    };
    Ok(match (can_fail, suspends) {
        (false, false) => match (jump.is_some(), op.outputs.is_empty()) {
            (true, _) => quote! { let #place: bool = #value; #then },
            (false, true) => quote! { #value; #then },
            (false, false) => quote! { let #place = #value; #then },
        },
        (true, false) => quote! {
            match #value {
                Ok(#place) => { #then }
                Err(fault) => state.raise(pc, fp, fault),
            }
        },
        (false, true) => quote! {
            match #value {
                Poll::Ready(#place) => { #then }
                Poll::Pending => state.wait(pc, fp),
            }
        },
        (true, true) => quote! {
            match #value {
                Ok(Poll::Ready(#place)) => { #then }
                Ok(Poll::Pending) => state.wait(pc, fp),
                Err(fault) => state.raise(pc, fp, fault),
            }
        },
    })
}

fn branch(handler: &Handler<'_>, when: bool) -> anyhow::Result<TokenStream> {
    let (target, taken, next) = (
        at(handler, What::Target)?,
        at(handler, What::CostTaken)?,
        at(handler, What::CostNext)?,
    );
    let words = Literal::u8_unsuffixed(handler.layout.words);
    let condition = if when {
        quote! { taken }
    } else {
        quote! { !taken }
    };
    Ok(quote! {
        if #condition {
            state.enter(pc.next(#words), pc.target(#target), fp, pc.u16(#taken))
        } else {
            state.enter(pc.next(#words), pc.next(#words), fp, pc.u16(#next))
        }
    })
}

/// What becomes of a result.
pub(super) struct Put {
    /// A pattern for the outputs.
    pub place: TokenStream,
    /// The statements that put them into their slots and go on.
    pub then: TokenStream,
}

/// Puts the outputs into their slots.
pub(super) fn write_outputs(set: &InstructionSet, handler: &Handler<'_>) -> anyhow::Result<Put> {
    let words = Literal::u8_unsuffixed(handler.layout.words);
    let next = quote! { (pc.next(#words), fp) };
    let outputs = &handler.op.outputs;
    let names: Vec<Ident> = match outputs.len() {
        1 => vec![format_ident!("output")],
        many => (0..many).map(|index| format_ident!("output_{index}")).collect(),
    };
    let mut writes = TokenStream::new();
    for (index, (name, output)) in names.iter().zip(outputs).enumerate() {
        if output.expression.is_many() {
            bail!("an output of several values has no slot");
        }
        let slot = at(handler, What::Output(index))?;
        let cold = is_cold(&handler.op);
        writes.extend(match rust_type(set, handler, &output.expression)? {
            Some(of) => quote! { fp.set::<#of>(pc.u16(#slot), #name); },
            None if cold => {
                let kind = at(handler, What::OutputKind(index))?;
                quote! { state.set_value(fp, pc.u16(#slot), State::kind(pc.u16(#kind)), #name); }
            }
            None => quote! { fp.set_word(pc.u16(#slot), #name); },
        });
    }
    let place = match names.as_slice() {
        [one] => quote! { #one },
        many => quote! { (#(#many),*) },
    };
    Ok(Put {
        place,
        then: quote! { #writes #next },
    })
}

/// The end of an op whose behaviour isn't built.
fn waits(set: &InstructionSet, op: &Op) -> anyhow::Result<TokenStream> {
    if !set.traps.iter().any(|trap| trap.name == WAITS) {
        bail!("its behaviour isn't built, and there is no trap `{WAITS}`");
    }
    let reason = op.waits.as_deref().unwrap_or("its behaviour");
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = format!("`{}` waits for: {reason}", op.name);
    let kind = format_ident!("{}", rust::variant(WAITS));
    Ok(quote! { state.raise(pc, fp, Trap::new(TrapKind::#kind, #message)) })
}
