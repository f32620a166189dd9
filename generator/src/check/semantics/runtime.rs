//! Collects the functions of a runtime: their signatures, marks and traps, with their places.

use quote::ToTokens;
use rayon::prelude::*;
use syn::ext::IdentExt;
use syn::visit::Visit;

use super::parse;
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// A function of the runtime that is marked, or that could be named by a `sem`.
#[derive(Clone)]
pub struct Function {
    /// `iadd`.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// The ops of its `#[op(…)]` marks, with their places. Empty for a function without a mark.
    pub marks: Vec<(String, Span)>,
    /// Its parameters' types, spaced as in [`normal`], with their places.
    pub parameters: Vec<(String, Span)>,
    /// Its result type, spaced likewise; `()` for none.
    pub result: String,
    /// Where the result type stands; the name for none.
    pub result_span: Span,
    /// The variants of `TrapKind` that its body names, with their places.
    pub traps: Vec<(String, Span)>,
}

/// A file that doesn't parse.
#[derive(Clone)]
pub struct Broken {
    /// Where.
    pub span: Span,
    /// Why.
    pub message: String,
}

/// The free functions of a set's runtime outside of tests, and the files that don't parse.
#[derive(Clone, Default)]
pub struct Runtime {
    /// In order of files and positions.
    pub functions: Vec<Function>,
    /// In order of files.
    pub broken: Vec<Broken>,
    /// Whether there is any Rust file at all.
    pub exists: bool,
}

/// Parses the Rust files under the runtime folder of a set, `runtime/raya`, side by side.
pub fn collect(folder: &str, sources: &SourceMap) -> Runtime {
    let folder = format!("{folder}/src/");
    let is_of_runtime = |file: &SourceFile| file.path.starts_with(&folder) && file.path.ends_with(".rs");
    let files: Vec<(FileId, &SourceFile)> = sources.iter().filter(|(_, file)| is_of_runtime(file)).collect();
    // In a run that follows another one, most files are those of before.
    let unknown: Vec<&(FileId, &SourceFile)> = files
        .iter()
        .filter(|(id, _)| sources.kept::<Runtime>(*id).is_none())
        .collect();
    let share = unknown.len().div_ceil(rayon::current_num_threads()).max(1);
    unknown.par_chunks(share).for_each(|files| {
        let parsed = parse::with_room(|| {
            files
                .iter()
                .map(|(id, file)| (*id, collect_here(*id, file)))
                .collect::<Vec<_>>()
        });
        for (id, part) in parsed.unwrap_or_default() {
            sources.keep(id, || part.clone());
        }
    });
    let mut runtime = Runtime {
        exists: !files.is_empty(),
        ..Runtime::default()
    };
    for (id, _) in &files {
        if let Some(part) = sources.kept::<Runtime>(*id) {
            runtime.functions.extend(part.functions.iter().cloned());
            runtime.broken.extend(part.broken.iter().cloned());
        }
    }
    runtime
}

fn collect_here(id: FileId, file: &SourceFile) -> Runtime {
    let mut runtime = Runtime::default();
    // A byte order mark would shift every position by its own length.
    let shift = file.text.len() - file.text.trim_start_matches('\u{feff}').len();
    match parse::file(&file.text[shift..]) {
        Ok(parsed) => {
            let mut collector = Collector {
                file: id,
                shift: shift as u32,
                functions: &mut runtime.functions,
            };
            collector.visit_file(&parsed);
        }
        Err((span, message)) => runtime.broken.push(Broken {
            span: span_of(id, shift as u32, span),
            message,
        }),
    }
    runtime
}

pub(in crate::check) fn span_of(file: FileId, shift: u32, span: proc_macro2::Span) -> Span {
    let range = span.byte_range();
    Span {
        file,
        start: range.start as u32 + shift,
        end: range.end as u32 + shift,
    }
}

/// A type without the spaces and paths that make no difference: `&mut Context`, `Result<Ref, Trap>`.
pub fn normal(text: &str) -> String {
    match syn::parse_str::<syn::Type>(text) {
        Ok(parsed) => normal_type(&parsed),
        Err(_) => text.to_owned(),
    }
}

pub(in crate::check) fn normal_type(parsed: &syn::Type) -> String {
    match parsed {
        syn::Type::Reference(reference) => {
            let mutable = if reference.mutability.is_some() { "mut " } else { "" };
            format!("&{mutable}{}", normal_type(&reference.elem))
        }
        syn::Type::Path(path) => match path.path.segments.last() {
            // `crate::value::Ref` and `Ref` are the same to a reader; the compiler tells apart what isn't.
            Some(last) => {
                let arguments = match &last.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => {
                        let arguments: Vec<String> = arguments
                            .args
                            .iter()
                            .filter_map(|argument| match argument {
                                syn::GenericArgument::Type(inner) => Some(normal_type(inner)),
                                syn::GenericArgument::Lifetime(_) => None,
                                other => Some(other.to_token_stream().to_string()),
                            })
                            .collect();
                        if arguments.is_empty() {
                            String::new()
                        } else {
                            format!("<{}>", arguments.join(", "))
                        }
                    }
                    _ => String::new(),
                };
                format!("{}{arguments}", last.ident)
            }
            None => String::new(),
        },
        syn::Type::Tuple(tuple) => {
            let elements: Vec<String> = tuple.elems.iter().map(normal_type).collect();
            format!("({})", elements.join(", "))
        }
        syn::Type::Paren(inner) => normal_type(&inner.elem),
        syn::Type::Group(inner) => normal_type(&inner.elem),
        other => other.to_token_stream().to_string(),
    }
}

struct Collector<'a> {
    file: FileId,
    shift: u32,
    functions: &'a mut Vec<Function>,
}

impl Collector<'_> {
    fn span(&self, span: proc_macro2::Span) -> Span {
        span_of(self.file, self.shift, span)
    }

    /// The ops that a mark names: `#[op(iadd)]`, `#[raya_macros::op(iadd, isub)]`, `#[op("iadd")]`.
    fn marks(&self, attributes: &[syn::Attribute]) -> Vec<(String, Span)> {
        let mut marks = Vec::new();
        for attribute in attributes {
            let Some(last) = attribute.path().segments.last() else {
                continue;
            };
            if last.ident != "op" {
                continue;
            }
            let before = marks.len();
            if let syn::Meta::List(list) = &attribute.meta {
                for token in list.tokens.clone() {
                    match token {
                        proc_macro2::TokenTree::Ident(ident) => {
                            marks.push((ident.unraw().to_string(), self.span(ident.span())));
                        }
                        proc_macro2::TokenTree::Literal(literal) => {
                            if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                                marks.push((text.value(), self.span(literal.span())));
                            }
                        }
                        _ => {}
                    }
                }
            }
            if marks.len() == before {
                // A mark without a name matches no op, and is reported as such.
                marks.push((String::new(), self.span(syn::spanned::Spanned::span(attribute))));
            }
        }
        marks
    }
}

/// Whether an item exists only in tests.
pub(in crate::check) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg") && attribute.meta.to_token_stream().to_string().contains("test"))
    })
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if is_test(&function.attrs) {
            return;
        }
        let name_span = self.span(function.sig.ident.span());
        let parameters = function
            .sig
            .inputs
            .iter()
            .map(|parameter| match parameter {
                syn::FnArg::Typed(typed) => (normal_type(&typed.ty), self.span(syn::spanned::Spanned::span(&typed.ty))),
                syn::FnArg::Receiver(receiver) => ("self".to_owned(), self.span(syn::spanned::Spanned::span(receiver))),
            })
            .collect();
        let (result, result_span) = match &function.sig.output {
            syn::ReturnType::Default => ("()".to_owned(), name_span),
            syn::ReturnType::Type(_, result) => (normal_type(result), self.span(syn::spanned::Spanned::span(result))),
        };
        let mut traps = Traps(Vec::new());
        traps.visit_block(&function.block);
        self.functions.push(Function {
            name: function.sig.ident.unraw().to_string(),
            span: name_span,
            marks: self.marks(&function.attrs),
            parameters,
            result,
            result_span,
            traps: traps.0.into_iter().map(|(name, span)| (name, self.span(span))).collect(),
        });
    }
}

/// Finds `TrapKind::Name` in a body, inside macros too.
struct Traps(Vec<(String, proc_macro2::Span)>);

impl<'ast> Visit<'ast> for Traps {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<&syn::PathSegment> = path.segments.iter().collect();
        if let [.., kind, variant] = segments.as_slice()
            && kind.ident == "TrapKind"
            && variant.ident.to_string().starts_with(char::is_uppercase)
        {
            self.0.push((variant.ident.to_string(), variant.ident.span()));
        }
        syn::visit::visit_path(self, path);
    }

    // In a pattern it is looked at, not raised.
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("matches") {
            return;
        }
        self.visit_tokens(call.tokens.clone());
    }
}

impl Traps {
    fn visit_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        use proc_macro2::TokenTree;
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => self.visit_tokens(group.stream()),
                TokenTree::Ident(kind) if kind == "TrapKind" => {
                    if let Some(TokenTree::Ident(variant)) = trees.get(at + 3)
                        && variant.to_string().starts_with(char::is_uppercase)
                    {
                        self.0.push((variant.to_string(), variant.span()));
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn types_are_compared_without_paths_and_spaces() {
        assert_eq!(normal("& mut crate::context::Context"), "&mut Context");
        assert_eq!(normal("Result < ( i32 , Ref ) , Trap >"), "Result<(i32, Ref), Trap>");
        assert_eq!(normal("&'a Frame<'a>"), "&Frame");
        assert_eq!(normal("(i32)"), "i32");
        assert_eq!(normal("()"), "()");
    }
}
