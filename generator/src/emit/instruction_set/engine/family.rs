//! Writes the handlers of families: the one that fills the cache, the one that relies on it, and the one for misses.

use anyhow::Context;
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::handler::{self, OWN, Put, local};
use super::table::constant;
use crate::emit::instruction_set::oracle::arm::{identifiers, rename_all};
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::engine::family::{self, Code, Family, OnMiss, Role, root_call};
use crate::model::instruction_set::engine::layout::{What, width};
use crate::model::instruction_set::{Control, Handler, InstructionSet, Scalar};

/// The documented function of a member.
///
/// # Errors
///
/// When the family's op can't be run by the conventions of the engine.
pub fn function(
    set: &InstructionSet,
    handler: &Handler<'_>,
    family: &Family,
    role: Role,
) -> anyhow::Result<(String, TokenStream)> {
    let member = Member { set, handler, family };
    let (body, attributes) = match (role, &family.on_miss) {
        (Role::Generic, _) => (member.generic()?, quote! { #[cold] #[inline(never)] }),
        (Role::Specialised, _) => (member.specialised()?, quote! { #[inline(always)] }),
        (Role::OnMiss, OnMiss::Code(code)) => (member.on_miss(code)?, quote! { #[inline(always)] }),
        (Role::OnMiss, OnMiss::Generic(_)) => (handler::body(set, handler)?, quote! { #[inline(never)] }),
    };
    let name = rust::ident(&handler.name);
    let state = format_ident!(
        "{}",
        if identifiers(&body).contains("state") {
            "state"
        } else {
            "_state"
        }
    );
    let code = quote! {
        #attributes
        pub unsafe fn #name(pc: Fetched, fp: Fp, #state: &mut State) -> (Pc, Fp) {
            #body
        }
    };
    Ok((member.docs(role), code))
}

/// A member of a family.
struct Member<'a> {
    set: &'a InstructionSet,
    handler: &'a Handler<'a>,
    family: &'a Family,
}

impl Member<'_> {
    fn docs(&self, role: Role) -> String {
        let what = match role {
            Role::Generic => "Remembers what it meets, and becomes the member that relies on it.",
            Role::Specialised => "Relies on what was remembered; where that doesn't hold, it becomes the member for misses.",
            Role::OnMiss => "Remembers nothing, since it met what differs.",
        };
        format!(
            "{}\n\n{what}\n\n{}\n\n{}",
            handler::first_sentence(&self.handler.op.doc),
            provenance::entry(self.set, "family", &self.family.name),
            provenance::op(&self.handler.op)
        )
    }

    /// The number of another member.
    fn number(&self, role: Role) -> TokenStream {
        let name = format_ident!("{}", constant(&role.handler(&self.handler.op.name)));
        quote! { ops::#name }
    }

    fn generic(&self) -> anyhow::Result<TokenStream> {
        let fill = self.expression(&self.family.fill)?;
        let reads = self.reads(&fill, &TokenStream::new())?;
        let names: Vec<Ident> = self.family.cache.iter().map(|field| local(&field.name)).collect();
        let mut writes = TokenStream::new();
        for (index, (field, name)) in self.family.cache.iter().zip(&names).enumerate() {
            let at = self.place_in_cache(index, field.scalar)?;
            writes.extend(write(field.scalar, at, name));
        }
        let found = match names.as_slice() {
            [one] => quote! { #one },
            many => quote! { (#(#many),*) },
        };
        let (cached, missed) = (
            self.number(Role::Specialised),
            rust::ident(&Role::OnMiss.handler(&self.handler.op.name)),
        );
        Ok(quote! {
            #reads
            match #fill {
                Some(#found) => {
                    #writes
                    pc.become_op(#cached);
                    (pc.place(), fp)
                }
                None => #missed(pc, fp, state),
            }
        })
    }

    fn specialised(&self) -> anyhow::Result<TokenStream> {
        let guard = self.expression(&self.family.guard)?;
        let collects = handler::collects(self.set, &self.handler.op);
        let before = self.reads(&guard, &TokenStream::new())?;
        let body = self.action(&self.family.specialised, &guard)?;
        let missed = self.number(Role::OnMiss);
        Ok(quote! {
            #collects
            #before
            if #guard {
                #body
            } else {
                pc.become_op(#missed);
                (pc.place(), fp)
            }
        })
    }

    fn on_miss(&self, code: &Code) -> anyhow::Result<TokenStream> {
        let collects = handler::collects(self.set, &self.handler.op);
        let body = self.action(code, &TokenStream::new())?;
        Ok(quote! { #collects #body })
    }

    /// What an expression does, and what follows. What `before` names was read for it.
    fn action(&self, code: &Code, before: &TokenStream) -> anyhow::Result<TokenStream> {
        let expression = self.expression(code)?;
        let reads = self.reads(&expression, before)?;
        let op = &*self.handler.op;
        if op.control == Control::Call {
            return Ok(quote! { #reads #expression });
        }
        let parsed: syn::Expr = syn::parse_str(&code.text).with_context(|| format!("expression `{}`", code.text))?;
        let Put { place, then } = handler::write_outputs(self.set, self.handler)?;
        let end = match root_call(&parsed) {
            Some((_, true)) => quote! {
                match #expression {
                    Ok(#place) => { #then }
                    Err(fault) => state.raise(pc, fp, fault),
                }
            },
            _ if op.outputs.is_empty() => quote! { #expression; #then },
            _ => quote! { let #place = #expression; #then },
        };
        Ok(quote! { #reads #end })
    }

    /// The Rust of an expression of the spec: calls are those of functions of the runtime, which are given the state; to a call of a program
    /// belong place and frame too. A `?` says that a call can fail, which is looked at where its result is used.
    fn expression(&self, code: &Code) -> anyhow::Result<TokenStream> {
        let parsed: syn::Expr = syn::parse_str(&code.text).with_context(|| format!("expression `{}`", code.text))?;
        let enters = self.handler.op.control == Control::Call && !self.is_lookup(code);
        let given = match enters {
            true => quote! { pc, fp, state },
            false => quote! { state },
        };
        let inner = match &parsed {
            syn::Expr::Try(inner) => &inner.expr,
            other => other,
        };
        Ok(with_state(rename_all(quote! { #inner }, OWN), &given))
    }

    /// Whether an expression only finds something out.
    fn is_lookup(&self, code: &Code) -> bool {
        [&self.family.fill, &self.family.guard]
            .iter()
            .any(|known| known.span == code.span)
    }

    /// Reads the inputs, the operands and the values of the cache that an expression names, and that weren't read before.
    fn reads(&self, expression: &TokenStream, before: &TokenStream) -> anyhow::Result<TokenStream> {
        let (used, known) = (identifiers(expression), identifiers(before));
        let is_read = |name: &Ident| used.contains(&name.to_string()) && !known.contains(&name.to_string());
        let op = &*self.handler.op;
        let mut reads = TokenStream::new();
        for index in family::inputs(op) {
            if is_read(&local(&op.inputs[index].name)) {
                reads.extend(handler::read_input(self.set, self.handler, index)?);
            }
        }
        for index in family::operands(self.set, op) {
            let name = local(&op.operands[index].name);
            if is_read(&name) {
                let read = handler::read_operand(self.set, self.handler, index)?;
                reads.extend(quote! { let #name = #read; });
            }
        }
        for (index, field) in self.family.cache.iter().enumerate() {
            let name = local(&field.name);
            if is_read(&name) {
                let read = handler::read_scalar(field.scalar, &self.place_in_cache(index, field.scalar)?);
                reads.extend(quote! { let #name = #read; });
            }
        }
        Ok(reads)
    }

    fn place_in_cache(&self, index: usize, scalar: Scalar) -> anyhow::Result<Literal> {
        handler::at(self.handler, What::Cache(index, width(scalar)))
    }
}

/// Writes a value into an instruction, as it is read from there.
fn write(scalar: Scalar, at: Literal, name: &Ident) -> TokenStream {
    match scalar {
        Scalar::Bool | Scalar::U8 => quote! { pc.put_u16(#at, u16::from(#name)); },
        Scalar::I8 | Scalar::I16 => quote! { pc.put_u16(#at, #name as u16); },
        Scalar::U16 => quote! { pc.put_u16(#at, #name); },
        Scalar::U32 => quote! { pc.put_u32(#at, #name); },
        Scalar::I32 => quote! { pc.put_u32(#at, #name as u32); },
        Scalar::F32 => quote! { pc.put_u32(#at, #name.to_bits()); },
        Scalar::U64 => quote! { pc.put_u64(#at, #name); },
        Scalar::I64 => quote! { pc.put_u64(#at, #name as u64); },
        Scalar::F64 => quote! { pc.put_u64(#at, #name.to_bits()); },
    }
}

/// Makes `name(a)` to `cache::name(state, a)`.
fn with_state(tokens: TokenStream, given: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut result = TokenStream::new();
    for (index, tree) in trees.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| trees.get(before));
        let is_free = !matches!(before, Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '.' | ':'));
        let calls = |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        match tree {
            TokenTree::Ident(name) if is_free && calls(trees.get(index + 1)) && *name != "if" => {
                result.extend(quote! { cache::#name });
            }
            TokenTree::Group(group) => {
                let is_call = matches!(before, Some(TokenTree::Ident(name)) if *name != "if" && *name != "else")
                    && calls(Some(tree))
                    && !matches!(
                        index.checked_sub(2).and_then(|at| trees.get(at)),
                        Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '.' | ':')
                    );
                let inner = with_state(group.stream(), given);
                let inner = match (is_call, inner.is_empty()) {
                    (true, true) => given.clone(),
                    (true, false) => quote! { #given, #inner },
                    (false, _) => inner,
                };
                result.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => result.extend([other.clone()]),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let tokens: TokenStream = text.parse().expect("tokens");
        with_state(tokens, &quote! { state }).to_string().replace(' ', "")
    }

    #[test]
    fn only_calls_without_a_path_are_given_the_state() {
        assert_eq!(shown("is(a, b) && c == (d)"), "cache::is(state,a,b)&&c==(d)");
        assert_eq!(shown("u32::from(a) == b.min(c)"), "u32::from(a)==b.min(c)");
        assert_eq!(shown("if (a) { f() } else { b }"), "if(a){cache::f(state)}else{b}");
    }
}
