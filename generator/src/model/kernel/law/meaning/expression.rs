//! The names in expressions, and what is expected.

use proc_macro2::Span as RustSpan;
use syn::visit::Visit;

use super::Reader;
use super::words::{BUFFER, IT, PLACE};
use crate::arena::Id;
use crate::model::kernel::Right;
use crate::model::kernel::law::Text;
use crate::model::kernel::law::steps::{self, Ident};

impl Reader<'_> {
    /// The rights of an expression that does nothing but join some.
    pub(super) fn literal_rights(&self, expression: &syn::Expr) -> Option<Vec<Id<Right>>> {
        match expression {
            syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::BitOr(_)) => {
                let mut all = self.literal_rights(&binary.left)?;
                all.extend(self.literal_rights(&binary.right)?);
                Some(all)
            }
            syn::Expr::Path(path) => {
                let [head, tail] = two(&path.path)?;
                let right = self.kernel.rights.find(|right| constant(&right.name) == tail)?;
                (head == "Rights").then(|| vec![right])
            }
            _ => None,
        }
    }

    pub(super) fn expectation(&mut self, expectation: &Text, results: &[String]) {
        // What doesn't parse was reported when it was read.
        let Ok(expression) = syn::parse_str::<syn::Expr>(&expectation.text) else {
            return;
        };
        let mentioned = self.names_of(&expression);
        if mentioned.is_some_and(|mentioned| !mentioned.iter().any(|name| results.contains(name))) {
            self.problem(
                "is about no result of a step",
                None,
                "say what the results have to be; otherwise the kernel has no part in it",
            );
        }
    }

    /// Looks up the names in an expression; those of the law that it mentions, or none if one is unknown.
    pub(super) fn names_of(&mut self, expression: &syn::Expr) -> Option<Vec<String>> {
        let mut seen = Seen::default();
        seen.visit_expr(expression);
        let before = self.problems.len();
        let mut mentioned = Vec::new();
        for name in seen.names {
            let known = self.bound(&name.name).is_some()
                || self.broken.contains(&name.name)
                || [PLACE, BUFFER, IT].contains(&name.name.as_str());
            if known {
                mentioned.push(name.name);
            } else if !seen.local.contains(&name.name) {
                self.unknown(&name);
            }
        }
        for ([head, tail], span) in seen.paths {
            let found = match head.as_str() {
                "Rights" => {
                    tail.chars().any(char::is_lowercase)
                        || ["NONE", "ALL", "MAPPING"].contains(&tail.as_str())
                        || self.kernel.rights.iter().any(|right| constant(&right.name) == tail)
                }
                "Error" => self.kernel.errors.iter().any(|error| variant(&error.name) == tail),
                "Syscall" => self.kernel.calls.iter().any(|call| variant(&call.name) == tail),
                _ => true,
            };
            if !found && !self.kernel.has_broken {
                self.problem(
                    format!("names `{head}::{tail}`, which the kernel doesn't have"),
                    span,
                    "name one that the spec states",
                );
            }
        }
        (self.problems.len() == before).then_some(mentioned)
    }
}

/// The names in an expression.
#[derive(Default)]
struct Seen {
    names: Vec<Ident>,
    local: Vec<String>,
    paths: Vec<([String; 2], RustSpan)>,
}

/// What the emitted code has of its own.
const OF_RUST: &[&str] = &["Ok", "Err", "Some", "None", "u8", "u16", "u32", "u64", "i64", "usize", "bool"];

impl<'ast> Visit<'ast> for Seen {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Ok(name) = steps::ident(&syn::Expr::Path(path.clone())) {
            if !OF_RUST.contains(&name.name.as_str()) {
                self.names.push(name);
            }
        } else if let Some(two) = two(&path.path) {
            self.paths.push((two, syn::spanned::Spanned::span(path)));
        }
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.local.push(pattern.ident.to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

fn two(path: &syn::Path) -> Option<[String; 2]> {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.try_into().ok()
}

fn constant(name: &str) -> String {
    use heck::ToShoutySnakeCase;
    name.to_shouty_snake_case()
}

fn variant(name: &str) -> String {
    use heck::ToUpperCamelCase;
    name.to_upper_camel_case()
}
