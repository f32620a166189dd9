//! Compares types as they are written: two are the same if they differ only in paths to a name, lifetimes and white space.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Whether `found`, in a function, is what the spec means by `expected`: `crate::value::Ref` is `Ref`, `&'a mut Context` is
/// `&mut Context`.
pub fn same(expected: &Type, found: &Type) -> bool {
    match (strip(expected), strip(found)) {
        (Type::Path(expected), Type::Path(found)) if found.qself.is_none() => {
            match (expected.path.segments.last(), found.path.segments.last()) {
                (Some(expected), Some(found)) => expected.ident == found.ident && same_arguments(expected, found),
                _ => false,
            }
        }
        (Type::Reference(expected), Type::Reference(found)) => {
            expected.mutability.is_some() == found.mutability.is_some() && same(&expected.elem, &found.elem)
        }
        (Type::Tuple(expected), Type::Tuple(found)) => {
            expected.elems.len() == found.elems.len()
                && expected
                    .elems
                    .iter()
                    .zip(&found.elems)
                    .all(|(expected, found)| same(expected, found))
        }
        (Type::Slice(expected), Type::Slice(found)) => same(&expected.elem, &found.elem),
        (expected, found) => text(expected) == text(found),
    }
}

/// A type without the groups and parentheses that macros and people put around it.
fn strip(of: &Type) -> &Type {
    match of {
        Type::Group(group) => strip(&group.elem),
        Type::Paren(paren) => strip(&paren.elem),
        other => other,
    }
}

fn same_arguments(expected: &PathSegment, found: &PathSegment) -> bool {
    let types = |segment: &PathSegment| -> Option<Vec<GenericArgument>> {
        match &segment.arguments {
            PathArguments::None => Some(Vec::new()),
            PathArguments::AngleBracketed(arguments) => {
                let arguments = arguments.args.iter().cloned();
                Some(
                    arguments
                        .filter(|argument| !matches!(argument, GenericArgument::Lifetime(_)))
                        .collect(),
                )
            }
            PathArguments::Parenthesized(_) => None,
        }
    };
    let (Some(expected), Some(found)) = (types(expected), types(found)) else {
        return false;
    };
    expected.len() == found.len()
        && expected.iter().zip(&found).all(|pair| match pair {
            (GenericArgument::Type(expected), GenericArgument::Type(found)) => same(expected, found),
            (expected, found) => text(expected) == text(found),
        })
}

/// Tokens as a person would write them: no blank where none is needed.
pub fn text(tokens: &impl ToTokens) -> String {
    let mut out = String::new();
    for part in tokens.to_token_stream().to_string().split_whitespace() {
        let open = out.ends_with(['<', '(', '[', '&', '\'']) || out.ends_with("::") || out.is_empty();
        let close = part.starts_with([',', '>', ')', ']', '<', ':']);
        if !open && !close {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Type {
        syn::parse_str(source).expect("a type")
    }

    #[test]
    fn paths_and_lifetimes_make_no_difference() {
        for (expected, found) in [
            ("Ref", "crate::value::Ref"),
            ("&mut Context", "&'a mut crate::Context"),
            ("&Frame", "&Frame<'_>"),
            ("Result<Ref, Trap>", "core::result::Result<value::Ref, crate::Trap>"),
            ("(i32, bool)", "(i32, (bool))"),
            ("()", "()"),
            ("Option<Label>", "Option<Label>"),
        ] {
            assert!(same(&parse(expected), &parse(found)), "{expected} and {found}");
        }
    }

    #[test]
    fn other_types_are_told_apart() {
        for (expected, found) in [
            ("i32", "i64"),
            ("&mut Context", "&Context"),
            ("&Context", "Context"),
            ("Result<Ref, Trap>", "Ref"),
            ("Result<Ref, Trap>", "Result<Ref, Stop>"),
            ("(i32, i32)", "(i32,)"),
            ("()", "i32"),
            ("Vec<Value>", "Vec"),
        ] {
            assert!(!same(&parse(expected), &parse(found)), "{expected} and {found}");
        }
    }

    #[test]
    fn types_read_well() {
        for source in [
            "Result<Ref, Trap>",
            "&mut Context",
            "(i32, bool)",
            "Vec<Value>",
            "()",
            "crate::value::Ref",
        ] {
            assert_eq!(text(&parse(source)), source);
        }
    }
}
