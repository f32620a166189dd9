//! Formats Rust: tokens to text, with prettyplease.

use anyhow::Context;
use proc_macro2::TokenStream;

/// Formats the items of a file. `//!` docs are given as `#![doc = "…"]` tokens (`quote! { //! text }` does that).
///
/// # Errors
///
/// When the tokens aren't a Rust file: a fault of an emitter, shown with the tokens around it.
pub fn format(tokens: TokenStream) -> anyhow::Result<String> {
    let file: syn::File = syn::parse2(tokens.clone()).with_context(|| {
        let text = tokens.to_string();
        format!(
            "an emitter made tokens that are no Rust file: {}",
            text.chars().take(4000).collect::<String>()
        )
    })?;
    Ok(prettyplease::unparse(&file))
}

/// A `#[doc = "…"]` attribute for every line of a text; prettyplease prints them as `///`.
pub fn doc(text: &str) -> TokenStream {
    let lines = text
        .trim_end()
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote::quote! { #( #[doc = #lines] )* }
}

/// A `#![doc = "…"]` attribute for every line of a text; prettyplease prints them as `//!`.
pub fn module_doc(text: &str) -> TokenStream {
    let lines = text
        .trim_end()
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote::quote! { #( #![doc = #lines] )* }
}

/// An identifier; a Rust keyword becomes a raw identifier.
pub fn ident(name: &str) -> proc_macro2::Ident {
    syn::parse_str::<syn::Ident>(name).unwrap_or_else(|_| proc_macro2::Ident::new_raw(name, proc_macro2::Span::call_site()))
}
