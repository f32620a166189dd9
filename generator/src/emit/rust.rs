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
    Ok(separate_items(&prettyplease::unparse(&file)))
}

/// Formats the text of a file that holds no comments beside documentation.
///
/// # Errors
///
/// When the text isn't a Rust file: a fault of an emitter, shown with the text.
pub fn file(text: &str) -> anyhow::Result<String> {
    let tokens: TokenStream = text
        .parse()
        .map_err(|error| anyhow::anyhow!("an emitter made a text that is no Rust, {error}: {text}"))?;
    format(tokens)
}

/// Puts an empty line between items and between methods, which prettyplease leaves close together.
fn separate_items(text: &str) -> String {
    const BEGINNINGS: &[&str] = &[
        "///", "#[", "pub ", "pub(", "const ", "static ", "fn ", "impl ", "impl<", "mod ", "enum ", "struct ", "trait ",
    ];
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut previous = "";
    for line in text.lines() {
        let code = line.trim_start();
        let before = previous.trim_start();
        let same_depth = line.len() - code.len() == previous.len() - before.len();
        let head_ends = before.starts_with("//!") && !code.starts_with("//!");
        let imports_end = before.ends_with(';') && before.starts_with("use ") && !code.starts_with("use ");
        let item_begins = BEGINNINGS.iter().any(|beginning| code.starts_with(beginning));
        let item_ends = before == "}" || before == "};" || (before.ends_with(';') && code.starts_with("///"));
        if same_depth && (head_ends || imports_end || (item_begins && item_ends)) && !code.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        previous = line;
    }
    out
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
    let span = proc_macro2::Span::call_site();
    match name {
        // The four words that can't be raw identifiers.
        "self" | "Self" | "super" | "crate" => proc_macro2::Ident::new(&format!("{name}_"), span),
        // A keyword since the edition 2024, which the parser doesn't know of.
        "gen" => proc_macro2::Ident::new_raw(name, span),
        // No other keyword has an underscore, a digit or a capital letter, and asking the parser takes long.
        _ if name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().any(|byte| !byte.is_ascii_lowercase()) =>
        {
            proc_macro2::Ident::new(name, span)
        }
        _ => syn::parse_str::<syn::Ident>(name).unwrap_or_else(|_| proc_macro2::Ident::new_raw(name, span)),
    }
}

/// The name of a function, field or variable as text; a Rust keyword becomes a raw identifier: `r#try`.
pub fn name(name: &str) -> String {
    use heck::ToSnakeCase;
    ident(&name.to_snake_case()).to_string()
}

/// The name of a type or variant: `ConstI32` for `const_i32`.
pub fn variant(name: &str) -> String {
    variant_ident(name).to_string()
}

/// [`variant`] as an identifier.
pub fn variant_ident(name: &str) -> proc_macro2::Ident {
    use heck::ToUpperCamelCase;
    ident(&name.to_upper_camel_case())
}

/// The name of a constant: `HEAP_READ` for `heap.read`.
pub fn constant(name: &str) -> String {
    use heck::ToShoutySnakeCase;
    name.to_shouty_snake_case()
}

/// The name of a module and of its file: a word that Rust keeps for itself, `mod`, or a crate or module that the modules around it name,
/// gets an underscore behind it.
pub fn module(name: &str) -> String {
    use heck::ToSnakeCase;
    let name = name.to_snake_case();
    let taken =
        matches!(name.as_str(), "mod" | "gen" | "alloc" | "core" | "fmt" | "std") || syn::parse_str::<syn::Ident>(&name).is_err();
    if taken { format!("{name}_") } else { name }
}

/// A string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// A whole number with `_` between groups of three digits: `65_535`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Doc comment lines for an item that stands `indent` columns to the right. Long lines are wrapped.
pub fn doc_lines(indent: usize, text: &str) -> String {
    comment_lines(indent, "///", text)
}

/// Lines of a module's docs, `//!`.
pub fn module_doc_lines(text: &str) -> String {
    comment_lines(0, "//!", text)
}

fn comment_lines(indent: usize, mark: &str, text: &str) -> String {
    let mut out = String::new();
    for line in reflow(126usize.saturating_sub(indent), text) {
        out.push_str(&" ".repeat(indent));
        out.push_str(mark);
        if !line.is_empty() {
            out.push(' ');
            out.push_str(&line);
        }
        out.push('\n');
    }
    out
}

/// Breaks paragraphs and list items into lines of at most `width` columns. Code blocks and headings stay as they are.
fn reflow(width: usize, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut fenced = false;
    // Whether the next line of text continues the last one that was written, and how far it is indented then.
    let mut open: Option<usize> = None;
    for line in text.trim().lines() {
        let line = line.trim_end().replace('\r', " ");
        let content = line.trim_start();
        let fence = content.starts_with("```");
        if fenced || fence || content.is_empty() || content.starts_with(['#', '|', '>']) {
            fenced ^= fence;
            open = None;
            lines.push(line);
            continue;
        }
        let indent = line.len() - content.len();
        let item = content.starts_with("- ") || content.starts_with("* ");
        let hang = match open {
            Some(hang) if !item => hang,
            _ => {
                lines.push(" ".repeat(indent));
                if item { indent + 2 } else { indent }
            }
        };
        for word in content.split_whitespace() {
            let current = lines.last().map_or(0, |line| line.chars().count());
            let empty = lines.last().is_none_or(|line| line.trim().is_empty());
            // At the start of a line these would begin a list.
            let stays = matches!(word, "-" | "*" | "+");
            if !empty && !stays && current + 1 + word.chars().count() > width {
                lines.push(" ".repeat(hang));
            }
            if let Some(line) = lines.last_mut() {
                if !line.trim().is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        open = Some(hang);
    }
    lines
}

/// `mod` lines, sorted.
pub fn mod_lines(names: &[String]) -> String {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort();
    names.into_iter().map(|name| format!("mod {name};\n")).collect()
}

/// A `use` line for names of one module, sorted, or nothing: `use crate::ids::{ClassId, FunctionId};`.
pub fn use_names(path: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("use {path}::{one};\n"),
        many => {
            let line = format!("use {path}::{{{}}};\n", many.join(", "));
            if line.len() <= 131 {
                line
            } else {
                format!("use {path}::{{\n{}}};\n", wrapped(4, names))
            }
        }
    }
}

/// The columns that rustfmt lets the arguments of a call take up in one line: three fifths of a line.
pub const ARGUMENTS: usize = 78;

/// A call as rustfmt lays it out at the end of a line: `head(a, b)`, or each argument in a line of its own where these are long. The
/// line stands `indent` columns to the right, begins with `lead`, and ends with `end`.
pub fn call(indent: usize, lead: &str, head: &str, arguments: &[String], end: &str) -> String {
    let margin = " ".repeat(indent);
    let together = arguments.join(", ");
    let width = together.chars().count();
    let line = format!("{margin}{lead}{head}({together}){end}\n");
    // A single argument may fill the line.
    let fits = width <= ARGUMENTS || arguments.len() == 1;
    if !together.contains('\n') && fits && line.chars().count() <= 131 {
        return line;
    }
    let rows: String = arguments
        .iter()
        .map(|argument| format!("{margin}    {argument},\n"))
        .collect();
    format!("{margin}{lead}{head}(\n{rows}{margin}){end}\n")
}

/// The columns that rustfmt lets the fields of a value take up in one line.
const FIELDS: usize = 23;

/// A value with fields as rustfmt lays it out: `Name { a: 1, b }`, or each field in a line of its own. The line that it begins in
/// stands `indent` columns to the right.
pub fn fields(indent: usize, name: &str, fields: &[String]) -> String {
    let together = fields.join(", ");
    if !together.contains('\n') && together.chars().count() <= FIELDS {
        return format!("{name} {{ {together} }}");
    }
    let margin = " ".repeat(indent);
    let rows: String = fields.iter().map(|field| format!("{margin}    {field},\n")).collect();
    format!("{name} {{\n{rows}{margin}}}")
}

/// A text as a string literal that can be read: raw where it holds quotes, and over several lines where it has these.
pub fn readable_literal(text: &str) -> String {
    let text = text.trim();
    let text = if text.contains('\n') {
        format!("\n{text}\n")
    } else {
        text.to_owned()
    };
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    let mut marks = String::new();
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}

/// Items separated by commas, broken into lines of at most 130 columns that stand `indent` columns to the right.
pub fn wrapped(indent: usize, items: impl IntoIterator<Item = String>) -> String {
    let mut out = String::new();
    let mut line = " ".repeat(indent);
    let blank = line.clone();
    for item in items {
        if line.len() + item.len() + 2 > 130 && line != blank {
            out.push_str(line.trim_end());
            out.push('\n');
            line = blank.clone();
        }
        line.push_str(&item);
        line.push_str(", ");
    }
    if line != blank {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rust_keeps_are_escaped() {
        assert_eq!(name("try"), "r#try");
        assert_eq!(name("self"), "self_");
        assert_eq!(variant("self"), "Self_");
        assert_eq!(variant("const_i32"), "ConstI32");
        assert_eq!(module("type"), "type_");
        assert_eq!(module("mod"), "mod_");
        assert_eq!(module("integer"), "integer");
        assert_eq!(constant("heap.read"), "HEAP_READ");
    }

    #[test]
    fn calls_are_broken_where_rustfmt_does() {
        let short = ["a".to_owned(), "b".to_owned()];
        assert_eq!(call(4, "x: ", "f", &short, ","), "    x: f(a, b),\n");
        let long = ["a".repeat(40), "b".repeat(40)];
        let rows = format!("f(\n    {},\n    {},\n);\n", long[0], long[1]);
        assert_eq!(call(0, "", "f", &long, ";"), rows);
    }

    #[test]
    fn literals_are_raw_only_where_that_helps() {
        assert_eq!(readable_literal("a"), "\"a\"");
        assert_eq!(readable_literal("a\nb\n"), "\"\na\nb\n\"");
        assert_eq!(readable_literal("\"a\""), "r#\"\"a\"\"#");
        assert_eq!(readable_literal("a\\b"), "r\"a\\b\"");
    }

    #[test]
    fn long_docs_are_wrapped_and_code_is_not() {
        let long = "word ".repeat(60);
        assert!(
            doc_lines(4, &long)
                .lines()
                .all(|line| line.len() <= 130 && line.starts_with("    /// "))
        );
        let products = "word * ".repeat(60);
        assert!(doc_lines(4, &products).lines().all(|line| line.starts_with("    /// word")));
        let code = format!("```\n{long}\n```");
        assert_eq!(doc_lines(0, &code).lines().count(), 3);
        assert_eq!(
            doc_lines(0, "one\ntwo\n\nthree\n- four\n- five"),
            "/// one two\n///\n/// three\n/// - four\n/// - five\n"
        );
        assert_eq!(number(65535), "65_535");
        assert_eq!(number(100), "100");
    }
}
