//! The macro `assemble`.

use proc_macro2::{Delimiter, Literal, Span, TokenStream, TokenTree};
use quote::quote;

use crate::Facts;

/// The macro `assemble! { … }`: a program becomes the bytes of its module file, an expression of type `&'static [u8]`.
pub fn assemble<F: Facts>(input: TokenStream) -> TokenStream {
    let mut tokens = Tokens::default();
    tokens.add(input);
    match F::assemble(&tokens.texts) {
        Ok(bytes) => {
            let bytes = Literal::byte_string(&bytes);
            quote! { { const MODULE: &[u8] = #bytes; MODULE } }
        }
        Err(complaints) => {
            let errors = complaints.into_iter().map(|complaint| {
                let span = tokens.spans.get(complaint.token).or(tokens.spans.last());
                let span = span.copied().unwrap_or_else(Span::call_site);
                syn::Error::new(span, complaint.message).to_compile_error()
            });
            // The value lets the code around the macro be checked as if nothing were wrong.
            quote! { { #( #errors )* const MODULE: &[u8] = &[]; MODULE } }
        }
    }
}

/// The tokens of a program as texts, brackets included, and where they stand.
#[derive(Default)]
struct Tokens {
    texts: Vec<String>,
    spans: Vec<Span>,
}

impl Tokens {
    fn push(&mut self, text: impl Into<String>, span: Span) {
        self.texts.push(text.into());
        self.spans.push(span);
    }

    fn add(&mut self, stream: TokenStream) {
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => {
                            self.add(group.stream());
                            continue;
                        }
                    };
                    self.push(open, group.span_open());
                    self.add(group.stream());
                    self.push(close, group.span_close());
                }
                // A `///` in a macro has become an attribute, which is no part of the program.
                TokenTree::Punct(punct) if punct.as_char() == '#' && trees.peek().is_some_and(is_doc) => {
                    trees.next();
                }
                TokenTree::Punct(punct) => self.push(punct.as_char(), punct.span()),
                TokenTree::Ident(ident) => self.push(ident.to_string(), ident.span()),
                TokenTree::Literal(literal) => self.push(literal.to_string(), literal.span()),
            }
        }
    }
}

/// Whether this is the bracket of a doc attribute.
fn is_doc(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    let mut inside = group.stream().into_iter();
    group.delimiter() == Delimiter::Bracket
        && matches!(inside.next(), Some(TokenTree::Ident(ident)) if ident == "doc")
        && matches!(inside.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=')
}
