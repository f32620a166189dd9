//! Emits `verify/flow.rs`: where control goes, which instructions install handlers, and which can raise an exception.

use proc_macro2::TokenStream;
use quote::quote;

use super::reading::{Reading, variant};
use crate::emit::rust;
use crate::model::instruction_set::{Control, Op, OperandMeaning};

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let ops = || reading.set.ops.iter();
    let most = ops().map(|op| labels(reading, op).len()).max().unwrap_or(0);
    let label_arms: Vec<TokenStream> = ops()
        .filter(|op| !labels(reading, op).is_empty())
        .map(|op| {
            let (names, values) = label_values(reading, op, most);
            let name = variant(&op.name);
            quote! { Instruction::#name { #(#names,)* .. } => [#(#values),*], }
        })
        .collect();
    let flow_arms: Vec<TokenStream> = ops()
        .filter(|op| op.control != Control::Next && op.control != Control::Call)
        .map(|op| {
            let name = any_operands(op);
            let falls_through = op.control.falls_through();
            if matches!(op.control, Control::Jump | Control::Branch) {
                quote! { #name => Flow { targets: labels(instruction), falls_through: #falls_through }, }
            } else {
                quote! { #name => Flow { targets: [None; LABELS], falls_through: #falls_through }, }
            }
        })
        .collect();
    let handler_arms = ops()
        .filter(|op| has_effect(reading, op, "handlers"))
        .map(|op| handler_arm(reading, op))
        .collect::<anyhow::Result<Vec<TokenStream>>>()?;
    let throwing: Vec<_> = ops()
        .filter(|op| can_throw(reading, op))
        .map(|op| variant(&op.name))
        .collect();
    let can_throw = if throwing.is_empty() {
        quote! { let _ = opcode; false }
    } else {
        quote! { matches!(opcode, #(Opcode::#throwing)|*) }
    };
    let turning: Vec<_> = ops()
        .filter(|op| !is_plain(reading, op))
        .map(|op| variant(&op.name))
        .collect();
    let is_plain = if turning.is_empty() {
        quote! { let _ = opcode; true }
    } else {
        quote! { !matches!(opcode, #(Opcode::#turning)|*) }
    };
    let labels_body = match_or(&label_arms, quote! { [None; LABELS] }, &quote! { instruction });
    let flow_body = match_or(
        &flow_arms,
        quote! { Flow { targets: [None; LABELS], falls_through: true } },
        &quote! { instruction },
    );
    let handlers_body = match_or(&handler_arms, quote! { HandlerChange::None }, &quote! { instruction });
    let doc = rust::module_doc(
        "Where control goes after an instruction, what it does to handlers, and whether it can raise an exception.",
    );
    Ok(quote! {
        #doc

        use crate::ids::Label;
        use crate::instruction::Instruction;
        use crate::opcode::Opcode;

        /// The most labels that an instruction has.
        pub const LABELS: usize = #most;

        /// Where control goes after an instruction that raises no exception.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Flow {
            /// Where it may jump.
            pub targets: [Option<Label>; LABELS],
            /// Whether it may go to the next instruction.
            pub falls_through: bool,
        }

        /// What an instruction does to the handlers of its function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum HandlerChange {
            /// Nothing.
            None,
            /// Installs one, inside of those that are installed.
            Install {
                /// Where an exception continues first.
                catch: Option<Label>,
                /// Where it continues without `catch`, or after it.
                finally: Option<Label>,
            },
            /// Removes the innermost.
            Remove,
        }

        /// The labels among the operands of an instruction, jumps or not.
        pub fn labels(instruction: &Instruction) -> [Option<Label>; LABELS] {
            #labels_body
        }

        /// Where control goes after an instruction that raises no exception.
        pub fn flow(instruction: &Instruction) -> Flow {
            #flow_body
        }

        /// What an instruction does to the handlers of its function.
        pub fn handlers(instruction: &Instruction) -> HandlerChange {
            #handlers_body
        }

        /// Whether an op only leads to the next instruction, but for exceptions: it has no labels, and doesn't change the handlers.
        #[inline]
        pub fn is_plain(opcode: Opcode) -> bool {
            #is_plain
        }

        /// Whether an op can raise an exception: it has a trap that can be caught, runs other code, throws, or may be suspended.
        #[inline]
        pub fn can_throw(opcode: Opcode) -> bool {
            #can_throw
        }
    })
}

fn match_or(arms: &[TokenStream], otherwise: TokenStream, on: &TokenStream) -> TokenStream {
    if arms.is_empty() {
        quote! { let _ = #on; #otherwise }
    } else {
        quote! { match #on { #(#arms)* _ => #otherwise } }
    }
}

/// The positions of the label operands, and whether each may be absent.
fn labels(reading: &Reading<'_>, op: &Op) -> Vec<(usize, bool)> {
    op.operands
        .iter()
        .enumerate()
        .filter_map(|(index, operand)| match reading.kind(operand).meaning {
            OperandMeaning::Label { optional } => Some((index, optional)),
            _ => None,
        })
        .collect()
}

fn label_values(reading: &Reading<'_>, op: &Op, most: usize) -> (Vec<proc_macro2::Ident>, Vec<TokenStream>) {
    let labels = labels(reading, op);
    let names: Vec<_> = labels
        .iter()
        .map(|(index, _)| rust::ident(&op.operands[*index].name))
        .collect();
    let mut values: Vec<TokenStream> = labels
        .iter()
        .zip(&names)
        .map(|((_, optional), name)| {
            if *optional {
                quote! { *#name }
            } else {
                quote! { Some(*#name) }
            }
        })
        .collect();
    values.resize_with(most, || quote! { None });
    (names, values)
}

fn is_plain(reading: &Reading<'_>, op: &Op) -> bool {
    matches!(op.control, Control::Next | Control::Call) && labels(reading, op).is_empty() && !has_effect(reading, op, "handlers")
}

fn has_effect(reading: &Reading<'_>, op: &Op, name: &str) -> bool {
    op.effects.iter().any(|effect| reading.set.effects[*effect].name == name)
}

/// Whether an op can raise an exception. A suspended task can be cancelled, which raises one at the place where it waits.
pub fn can_throw(reading: &Reading<'_>, op: &Op) -> bool {
    op.control == Control::Throw
        || op.traps.iter().any(|trap| reading.set.traps[*trap].catchable)
        || op.effects.iter().any(|effect| reading.set.effects[*effect].suspends)
        || has_effect(reading, op, "call")
        || has_effect(reading, op, "throw")
}

/// A pattern for instructions of an op, whatever their operands.
fn any_operands(op: &Op) -> TokenStream {
    let name = variant(&op.name);
    if op.operands.is_empty() {
        quote! { Instruction::#name }
    } else {
        quote! { Instruction::#name { .. } }
    }
}

fn handler_arm(reading: &Reading<'_>, op: &Op) -> anyhow::Result<TokenStream> {
    let labels = labels(reading, op);
    if labels.is_empty() {
        let name = any_operands(op);
        return Ok(quote! { #name => HandlerChange::Remove, });
    }
    let name = variant(&op.name);
    let mut fields = Vec::new();
    for wanted in ["catch", "finally"] {
        let field = rust::ident(wanted);
        match labels.iter().find(|(index, _)| op.operands[*index].name == wanted) {
            Some((_, true)) => fields.push(quote! { #field: *#field }),
            Some((_, false)) => fields.push(quote! { #field: Some(*#field) }),
            None => fields.push(quote! { #field: None }),
        }
    }
    let names: Vec<_> = labels
        .iter()
        .map(|(index, _)| rust::ident(&op.operands[*index].name))
        .collect();
    for (index, _) in &labels {
        let label = &op.operands[*index].name;
        anyhow::ensure!(
            label == "catch" || label == "finally",
            "`{}` has the effect `handlers`, but its label `{label}` is neither `catch` nor `finally`",
            op.name
        );
    }
    Ok(quote! { Instruction::#name { #(#names,)* .. } => HandlerChange::Install { #(#fields),* }, })
}
