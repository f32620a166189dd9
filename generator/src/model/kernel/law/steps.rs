//! Parses a step of a law: `page = page_allocate(4)?`, `seen[children] = other.cap_inspect(it)`.
//!
//! It is an expression of Rust: a call, perhaps assigned to a name, perhaps with a question mark behind it.

use proc_macro2::Span as RustSpan;
use syn::ext::IdentExt;
use syn::spanned::Spanned as _;

/// A step.
#[derive(Debug)]
pub struct Step {
    /// The name that its result gets.
    pub name: Option<Ident>,
    /// The number that says how often it is done, or the list for whose members it is.
    pub each: Option<Ident>,
    /// Whether the second process does it.
    pub by_other: bool,
    /// The call, or what is observed.
    pub called: Ident,
    /// The arguments.
    pub arguments: Vec<syn::Expr>,
    /// Whether it has to succeed.
    pub must: bool,
}

/// A name in a step.
#[derive(Debug, Clone)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands in the text.
    pub span: RustSpan,
}

/// What is wrong with the form of a step.
#[derive(Debug)]
pub struct Fault {
    /// In a few words.
    pub problem: String,
    /// Where; none for the whole text.
    pub span: Option<RustSpan>,
}

/// The name before the calls of the second process, and the handle of that process.
pub const OTHER: &str = "other";

/// Parses a step.
pub fn parse(text: &str) -> Result<Step, Fault> {
    let expression: syn::Expr = syn::parse_str(text).map_err(|error| Fault {
        problem: format!("it isn't Rust: {error}"),
        span: Some(error.span()),
    })?;
    let (place, done) = match expression {
        syn::Expr::Assign(assign) => (Some(*assign.left), *assign.right),
        other => (None, other),
    };
    let (name, each) = match place {
        None => (None, None),
        Some(syn::Expr::Index(index)) => (Some(ident(&index.expr)?), Some(ident(&index.index)?)),
        Some(place) => (Some(ident(&place)?), None),
    };
    let (must, done) = match done {
        syn::Expr::Try(asked) => (true, *asked.expr),
        done => (false, done),
    };
    match done {
        syn::Expr::Call(call) => Ok(Step {
            name,
            each,
            by_other: false,
            called: ident(&call.func)?,
            arguments: call.args.into_iter().collect(),
            must,
        }),
        syn::Expr::MethodCall(call) => {
            let by = ident(&call.receiver)?;
            if by.name != OTHER || call.turbofish.is_some() {
                return Err(Fault {
                    problem: format!("`{}` makes no calls", by.name),
                    span: Some(by.span),
                });
            }
            Ok(Step {
                name,
                each,
                by_other: true,
                called: of_ident(&call.method),
                arguments: call.args.into_iter().collect(),
                must,
            })
        }
        done => Err(Fault {
            problem: "it makes no call".to_owned(),
            span: Some(done.span()),
        }),
    }
}

/// The name that an expression is.
pub fn ident(expression: &syn::Expr) -> Result<Ident, Fault> {
    let name = match expression {
        syn::Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    };
    name.map(of_ident).ok_or_else(|| Fault {
        problem: "a name is expected here".to_owned(),
        span: Some(expression.span()),
    })
}

fn of_ident(ident: &syn::Ident) -> Ident {
    Ident {
        name: ident.unraw().to_string(),
        span: ident.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(step) => format!(
                "{:?} {:?} {} {} {} {}",
                step.name.map(|name| name.name),
                step.each.map(|each| each.name),
                step.by_other,
                step.called.name,
                step.arguments.len(),
                step.must
            ),
            Err(fault) => fault.problem,
        }
    }

    #[test]
    fn reads_steps() {
        assert_eq!(
            shown("page = page_allocate(4)?"),
            "Some(\"page\") None false page_allocate 1 true"
        );
        assert_eq!(
            shown("seen[children] = other.cap_inspect(it)"),
            "Some(\"seen\") Some(\"children\") true cap_inspect 1 false"
        );
        assert_eq!(shown("cap_drop(page)?"), "None None false cap_drop 1 true");
    }

    #[test]
    fn says_what_is_none() {
        assert_eq!(shown("page"), "it makes no call");
        assert_eq!(shown("root.clock()"), "`root` makes no calls");
        assert_eq!(shown("a.b = clock()"), "a name is expected here");
        assert!(shown("page = ").starts_with("it isn't Rust"));
    }
}
