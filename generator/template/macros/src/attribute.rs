//! The attribute `op`.

use proc_macro2::{Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, ItemFn, LitStr, ReturnType, Type};

use crate::compare::{same, text};
use crate::suggest::closest;
use crate::{Facts, Signature};

/// The attribute `#[op(idiv)]`, or `#[op(call, call_static)]` for a function that several ops share.
///
/// The function comes out as it went in, followed by an error for everything in which its signature differs from what the spec says.
pub fn op<F: Facts>(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = match check(arguments, item.clone(), &F::signatures()) {
        Ok(errors) => errors,
        Err(error) => vec![error],
    };
    let errors = errors.iter().map(syn::Error::to_compile_error);
    quote! { #item #( #errors )* }
}

fn check(arguments: TokenStream, item: TokenStream, signatures: &[Signature]) -> syn::Result<Vec<syn::Error>> {
    let names = names(arguments)?;
    let span = item.span();
    let function: ItemFn =
        syn::parse2(item).map_err(|error| syn::Error::new(span, format!("`op` belongs before a function: {error}")))?;
    let mut errors = Vec::new();
    for (op, span) in names {
        match signatures.iter().find(|signature| signature.op == op) {
            Some(signature) => compare(signature, &function, &mut errors),
            None => errors.push(syn::Error::new(span, unknown(&op, signatures))),
        }
    }
    Ok(errors)
}

/// The names in the parentheses of the attribute.
fn names(arguments: TokenStream) -> syn::Result<Vec<(String, Span)>> {
    let mut names = Vec::new();
    let mut comma = true;
    for tree in arguments {
        match tree {
            TokenTree::Ident(name) if comma => {
                names.push((name.unraw().to_string(), name.span()));
                comma = false;
            }
            TokenTree::Literal(literal) if comma && literal.to_string().starts_with('"') => {
                let name: LitStr = syn::parse2(TokenTree::Literal(literal).into())?;
                names.push((name.value(), name.span()));
                comma = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' && !comma => comma = true,
            other => {
                return Err(syn::Error::new(
                    other.span(),
                    format!("expected the name of an op, as in `#[op(iadd)]`, found `{other}`"),
                ));
            }
        }
    }
    if names.is_empty() {
        return Err(syn::Error::new(
            Span::call_site(),
            "the name of an op is missing: write `#[op(iadd)]`",
        ));
    }
    Ok(names)
}

fn unknown(op: &str, signatures: &[Signature]) -> String {
    let mut message = format!("the spec has no op `{op}` whose meaning is a function");
    if let Some(signature) = signatures.iter().find(|signature| signature.function == op) {
        message.push_str(&format!("; the function `{op}` belongs to `op.{}`", signature.op));
    } else if let Some(meant) = closest(op, signatures.iter().map(|signature| signature.op)) {
        message.push_str(&format!("; did you mean `{meant}`?"));
    }
    message
}

/// Compares a function with what the spec says about it.
fn compare(signature: &Signature, function: &ItemFn, errors: &mut Vec<syn::Error>) {
    let Signature { op, file, line, .. } = signature;
    // Tokens and not a span: on stable Rust only a pair of tokens makes an error reach over more than one.
    let mut report = |tokens: &dyn ToTokens, message: String| {
        let message = format!("{message}\nstated by `op.{op}` in {file}:{line}");
        errors.push(syn::Error::new_spanned(tokens.to_token_stream(), message));
    };
    let found = &function.sig;
    // What is missing is missing before the closing parenthesis, or behind it.
    let mut end = Punct::new(',', Spacing::Alone);
    end.set_span(found.paren_token.span.close());
    if found.ident != signature.function {
        report(
            &found.ident,
            format!(
                "the meaning of `op.{op}` is the function `{}`, found `{}`",
                signature.function, found.ident
            ),
        );
    }
    if let Some(token) = &found.asyncness {
        report(
            token,
            "the function of an op isn't `async`: one that may wait returns `Poll`".to_owned(),
        );
    }
    for parameter in &found.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            report(parameter, "the function of an op has no type parameters".to_owned());
        }
    }
    for (index, expected) in signature.parameters.iter().enumerate() {
        let number = index + 1;
        match found.inputs.get(index) {
            Some(FnArg::Typed(parameter)) => {
                if !is(expected, &parameter.ty) {
                    report(
                        &parameter.ty,
                        format!("parameter {number} must be `{expected}`, found `{}`", text(&parameter.ty)),
                    );
                }
            }
            Some(FnArg::Receiver(receiver)) => {
                report(receiver, format!("parameter {number} must be `{expected}`, found `self`"));
            }
            None => {
                report(&end, format!("parameter {number} is missing: it must be `{expected}`"));
            }
        }
    }
    for extra in found.inputs.iter().skip(signature.parameters.len()) {
        let count = signature.parameters.len();
        let message = match count {
            0 => format!("the function has no parameters, found `{}`", text(extra)),
            1 => format!("the function has 1 parameter, found one more: `{}`", text(extra)),
            _ => format!("the function has {count} parameters, found one more: `{}`", text(extra)),
        };
        report(extra, message);
    }
    match &found.output {
        ReturnType::Default if signature.result == "()" => {}
        ReturnType::Default => {
            report(&end, format!("the result is missing: it must be `{}`", signature.result));
        }
        ReturnType::Type(_, result) => {
            if !is(signature.result, result) {
                report(
                    result,
                    format!(
                        "the result must be `{}`, found `{}`",
                        signature.result,
                        text(&result.to_token_stream())
                    ),
                );
            }
        }
    }
}

/// Whether a type is what the spec means by a text.
fn is(expected: &str, found: &Type) -> bool {
    match syn::parse_str::<Type>(expected) {
        Ok(expected) => same(&expected, found),
        Err(_) => text(found) == expected,
    }
}
