//! What the hand-written code of a package has: its laws, its workloads, and the types that implement `Backend`.

use std::collections::BTreeSet;
use std::sync::Arc;

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;

use super::super::semantics::parse;
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// A public function.
#[derive(Debug, Clone)]
pub struct Function {
    /// `capacity`.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Whether it has the shape of a law: generic over a `Backend`, and told first which `Law` it is.
    pub is_law: bool,
}

/// What is in a file, or in several.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The public functions outside of tests.
    pub functions: Vec<Function>,
    /// The types that implement `Backend`, those of aliases included.
    pub backends: BTreeSet<String>,
    /// Whether a macro implements it; then a backend is whatever is named.
    pub has_macro: bool,
    /// Every name.
    pub names: BTreeSet<String>,
    /// The first place that can't be parsed, and why.
    pub fault: Option<(Span, String)>,
    /// Whether there is any file.
    pub exists: bool,
}

impl Code {
    /// Whether a type implements `Backend`, as far as can be seen.
    pub fn implements(&self, name: &str) -> bool {
        self.backends.contains(name) || (self.has_macro && self.names.contains(name))
    }

    /// A public function.
    pub fn has(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name == name)
    }
}

/// The code of the files whose paths are as demanded.
pub fn read(sources: &SourceMap, is_wanted: impl Fn(&str) -> bool) -> Code {
    let files = sources
        .iter()
        .filter(|(_, file)| file.path.ends_with(".rs") && is_wanted(&file.path));
    let files: Vec<(FileId, &SourceFile)> = files.collect();
    // In a run that follows another one, most files are those of before.
    let unknown: Vec<&(FileId, &SourceFile)> = files.iter().filter(|(id, _)| sources.kept::<Code>(*id).is_none()).collect();
    let parsed = parse::with_room(|| {
        unknown
            .iter()
            .map(|(id, file)| (*id, one(*id, &file.text)))
            .collect::<Vec<_>>()
    });
    for (id, code) in parsed.unwrap_or_default() {
        sources.keep(id, || code.clone());
    }
    let mut all = Code::default();
    for (id, _) in files {
        let Some(code): Option<Arc<Code>> = sources.kept(id) else {
            continue;
        };
        all.exists = true;
        all.functions.extend(code.functions.iter().cloned());
        all.backends.extend(code.backends.iter().cloned());
        all.names.extend(code.names.iter().cloned());
        all.has_macro |= code.has_macro;
        all.fault = all.fault.or_else(|| code.fault.clone());
    }
    all
}

/// The laws of a module: `runtime/abi/laws/src/cache/**` or `runtime/abi/laws/src/cache.rs`.
pub fn laws(sources: &SourceMap, package: &str, module: &str) -> Code {
    let folder = format!("runtime/{package}/laws/src/{module}");
    read(sources, |path| {
        path.strip_prefix(&folder)
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

fn one(file: FileId, text: &str) -> Code {
    let mut code = Code {
        exists: true,
        ..Code::default()
    };
    // A byte order mark would shift every position by its own length.
    let bare = text.trim_start_matches('\u{feff}');
    let shift = text.len() - bare.len();
    let span = |span: proc_macro2::Span| {
        let range = span.byte_range();
        crate::syntax::tree::span(file, range.start + shift..range.end + shift)
    };
    if let Ok(tokens) = bare.parse::<TokenStream>() {
        scan(tokens, &mut code);
    }
    match parse::file(bare) {
        Ok(parsed) => functions(&parsed.items, &span, &mut code.functions),
        Err((at, message)) => code.fault = Some((span(at), message)),
    }
    code
}

/// Finds `Backend for Type` and all names, in macros too.
fn scan(tokens: TokenStream, code: &mut Code) {
    let mut open = vec![tokens];
    while let Some(stream) = open.pop() {
        // What was read of `Backend for …`: 1 behind the trait, 2 behind `for`.
        let mut progress = 0;
        let mut is_alias = false;
        for token in stream {
            match &token {
                TokenTree::Group(group) => {
                    progress = 0;
                    open.push(group.stream());
                }
                TokenTree::Ident(ident) => {
                    let name = ident.unraw().to_string();
                    if progress == 2 || is_alias {
                        code.backends.insert(name.clone());
                    }
                    is_alias = name == "type";
                    progress = match (progress, name.as_str()) {
                        (_, "Backend") => 1,
                        (1, "for") => 2,
                        (2, "where") => 0,
                        (2, _) => 2,
                        _ => 0,
                    };
                    code.names.insert(name);
                }
                TokenTree::Punct(punct) => {
                    code.has_macro |= progress == 2 && punct.as_char() == '$';
                    if progress == 1 || punct.as_char() == ';' {
                        progress = 0;
                    }
                    is_alias = false;
                }
                TokenTree::Literal(_) => progress = 0,
            }
        }
    }
}

/// The public functions, those in modules included.
fn functions(items: &[syn::Item], span: &dyn Fn(proc_macro2::Span) -> Span, found: &mut Vec<Function>) {
    for item in items {
        match item {
            syn::Item::Mod(module) if !is_test(&module.attrs) => {
                if let Some((_, items)) = &module.content {
                    functions(items, span, found);
                }
            }
            syn::Item::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) && !is_test(&function.attrs) => {
                found.push(Function {
                    name: function.sig.ident.unraw().to_string(),
                    span: span(function.sig.ident.span()),
                    is_law: is_law(&function.sig),
                });
            }
            _ => {}
        }
    }
}

/// Whether an item exists only in tests.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("test") || attribute.path().is_ident("cfg"))
}

fn is_law(signature: &syn::Signature) -> bool {
    let names_backend = |bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>| {
        bounds.iter().any(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Backend"),
            _ => false,
        })
    };
    let by_parameter = signature
        .generics
        .type_params()
        .any(|parameter| names_backend(&parameter.bounds));
    let predicates = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let by_clause = predicates.into_iter().any(|predicate| match predicate {
        syn::WherePredicate::Type(of) => names_backend(&of.bounds),
        _ => false,
    });
    let first = match signature.inputs.first() {
        Some(syn::FnArg::Typed(typed)) => &*typed.ty,
        _ => return false,
    };
    let is_told = match first {
        syn::Type::Reference(reference) => match &*reference.elem {
            syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Law"),
            _ => false,
        },
        _ => false,
    };
    is_told && (by_parameter || by_clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        one(FileId(0), text)
    }

    #[test]
    fn backends_are_found_in_any_way_of_writing() {
        assert!(code("impl Backend for Moka {}").implements("Moka"));
        assert!(code("impl facts::cache::Backend for crate::inner::Moka where u8: Copy {}").implements("Moka"));
        assert!(code("pub type Moka = Inner<u8>; impl<T> Backend for Inner<T> {}").implements("Moka"));
        assert!(code("macro_rules! m { ($n:ident) => { impl Backend for $n {} } } m!(Local);").implements("Local"));
        assert!(!code("pub struct Moka; impl Other for Moka {} fn f<B: Backend>() { for Moka in [] {} }").implements("Moka"));
    }

    #[test]
    fn laws_are_told_by_their_shape() {
        let found = code(
            "pub fn a<B: Backend>(law: &Law, fixture: &Fixture) -> R { x }\npub fn b<B>(_: &crate::Law) where B: Backend {}\n\
             fn c<B: Backend>(law: &Law) {}\npub fn d<B: Backend>(backend: &B) {}\npub mod m { pub fn e(law: &Law) {} }\n\
             #[cfg(test)] mod tests { pub fn f<B: Backend>(law: &Law) {} }",
        );
        let laws = found.functions.iter().filter(|function| function.is_law);
        assert_eq!(laws.map(|law| law.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(found.has("e") && !found.has("c") && !found.has("f"));
        assert!(code("pub fn (").fault.is_some());
    }
}
