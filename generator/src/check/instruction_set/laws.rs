//! Rules of laws: equations that emitted tests check on many values, so they must compile.

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use crate::check::semantics::text_span::TextSpan;
use crate::check::{Rule, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::op::Law;
use crate::model::instruction_set::{Control, InstructionSet, InstructionSets, Op, TypeExpression};
use crate::source::SourceMap;
use crate::suggest;

/// Laws compile.
pub const LAWS: Rule = Rule {
    code: "L0341",
    summary: "a law speaks of the op's inputs, and calls ops that only compute by their names",
    page: include_str!("../pages/L0341.md"),
    check: Some(laws),
};

fn laws(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for law in &op.laws {
                check_law(model, set, op, law, sources, diagnostics);
            }
        }
    }
}

fn check_law(model: &Model, set: &InstructionSet, op: &Op, law: &Law, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let place = TextSpan::new(sources, law.span, &law.text);
    // Resolving has reported what doesn't parse.
    let Ok(expression) = syn::parse_str::<syn::Expr>(&law.text) else {
        return;
    };
    if let Some(input) = op
        .inputs
        .iter()
        .find(|input| !matches!(input.expression, TypeExpression::Named { .. }))
    {
        diagnostics.push(
            Diagnostic::error(
                LAWS.code,
                format!("op `{}` has a law, but inputs without a type of their own", op.name),
            )
            .at(law.span, "")
            .at(input.span, "a test could not choose values for it")
            .help("leave out the law, and show the op by examples"),
        );
        return;
    }
    if let Some((problem, at)) = fault_of_form(set, &law.text, &expression) {
        let message = format!("a law of op `{}` {problem}", op.name);
        diagnostics.push(
            Diagnostic::error(LAWS.code, message)
                .at(at.map_or(law.span, |at| place.of(at)), "")
                .note("a test asserts it on many values, so it is true or false and does nothing else")
                .help("compare two values made of inputs, numbers and ops: `iadd(a, b) == iadd(b, a)`"),
        );
        return;
    }
    let mut names = Names {
        model,
        set,
        op,
        place: &place,
        found: Vec::new(),
    };
    names.visit_expr(&expression);
    for diagnostic in names.found {
        diagnostics.push(diagnostic);
    }
}

/// Looks up the names in a law.
struct Names<'a> {
    model: &'a Model,
    set: &'a InstructionSet,
    op: &'a Op,
    place: &'a TextSpan,
    found: Vec<Diagnostic>,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let name = match &*call.func {
            syn::Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        let Some(ident) = name else {
            syn::visit::visit_expr_call(self, call);
            return;
        };
        call.args.iter().for_each(|argument| self.visit_expr(argument));
        let called = ident.to_string();
        let called = called.strip_prefix("r#").unwrap_or(&called);
        let at = self.place.of(ident.span());
        let Some(op) = self.set.ops.iter().find(|op| op.name == called) else {
            if self.model.is_unread(&self.set.name, "op", called) {
                return;
            }
            let message = format!("a law of op `{}` calls `{called}`, which is no op", self.op.name);
            let mut diagnostic = Diagnostic::error(LAWS.code, message).at(at, "");
            let names = self.set.ops.iter().map(|op| op.name.as_str());
            if let Some(meant) = suggest::similar(called, names) {
                diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
            }
            self.found.push(diagnostic);
            return;
        };
        let parameters = op.inputs.len() + op.operands.len();
        if call.args.len() != parameters {
            self.found.push(
                Diagnostic::error(
                    LAWS.code,
                    format!(
                        "a law of op `{}` calls `{called}` with {}, but it takes {parameters}",
                        self.op.name,
                        text::count(call.args.len(), "argument")
                    ),
                )
                .at(at, "")
                .at(op.span, "")
                .help("pass its inputs bottom to top, then its operands"),
            );
        } else if op.control != Control::Next || op.waits.is_some() || op.outputs.len() != 1 || !op.effects.is_empty() {
            self.found.push(
                Diagnostic::error(
                    LAWS.code,
                    format!(
                        "a law of op `{}` calls `{called}`, which isn't a function of its inputs",
                        self.op.name
                    ),
                )
                .at(at, "")
                .at(op.span, "has effects, leaves its place, waits, or doesn't give one value")
                .help("state laws over ops that only compute; show the others by examples"),
            );
        }
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let Some(ident) = path.path.get_ident() else { return };
        let name = ident.to_string();
        if self.op.inputs.iter().any(|input| input.name == name) {
            return;
        }
        let mut diagnostic = Diagnostic::error(
            LAWS.code,
            format!("a law of op `{}` names `{name}`, which is no input", self.op.name),
        )
        .at(self.place.of(ident.span()), "");
        let inputs: Vec<&str> = self.op.inputs.iter().map(|input| input.name.as_str()).collect();
        diagnostic = match suggest::similar(&name, inputs.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic.help(format!("the inputs are {}", suggest::list(inputs.iter().copied()))),
        };
        self.found.push(diagnostic);
    }
}

/// Why a law's form isn't that of a law, and where, if that is known better than by the law as a whole.
fn fault_of_form(set: &InstructionSet, text: &str, law: &syn::Expr) -> Option<(String, Option<proc_macro2::Span>)> {
    if text.contains("//") || text.contains("/*") {
        return Some(("has a comment".to_owned(), None));
    }
    let mut form = Form { strange: None };
    form.visit_expr(law);
    if let Some((what, at)) = form.strange {
        return Some((format!("has {what}"), Some(at)));
    }
    (!is_true_or_false(set, law)).then(|| ("is neither true nor false".to_owned(), None))
}

fn is_true_or_false(set: &InstructionSet, law: &syn::Expr) -> bool {
    match law {
        syn::Expr::Paren(inner) => is_true_or_false(set, &inner.expr),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Not(_)) && is_true_or_false(set, &unary.expr),
        syn::Expr::Binary(binary) => match binary.op {
            syn::BinOp::Eq(_)
            | syn::BinOp::Ne(_)
            | syn::BinOp::Lt(_)
            | syn::BinOp::Le(_)
            | syn::BinOp::Gt(_)
            | syn::BinOp::Ge(_) => true,
            syn::BinOp::And(_) | syn::BinOp::Or(_) | syn::BinOp::BitAnd(_) | syn::BinOp::BitOr(_) | syn::BinOp::BitXor(_) => {
                is_true_or_false(set, &binary.left) && is_true_or_false(set, &binary.right)
            }
            _ => false,
        },
        syn::Expr::Call(call) => {
            let syn::Expr::Path(path) = &*call.func else { return true };
            let Some(name) = path.path.get_ident().map(ToString::to_string) else {
                return true;
            };
            let op = set.ops.iter().find(|op| op.name == name.strip_prefix("r#").unwrap_or(&name));
            match op.and_then(|op| op.outputs.first()).map(|output| &output.expression) {
                Some(TypeExpression::Named { constructor, .. }) => set.slots[set.types[*constructor].slot].rust == "bool",
                // What isn't known well enough is left to the compiler.
                _ => true,
            }
        }
        // Methods and inputs may be of any type.
        syn::Expr::MethodCall(_) | syn::Expr::Path(_) => true,
        syn::Expr::Lit(literal) => matches!(literal.lit, syn::Lit::Bool(_)),
        _ => false,
    }
}

/// Finds what has no place in a law.
struct Form {
    strange: Option<(&'static str, proc_macro2::Span)>,
}

impl<'ast> Visit<'ast> for Form {
    fn visit_expr(&mut self, part: &'ast syn::Expr) {
        let strange = match part {
            syn::Expr::Binary(_)
            | syn::Expr::Call(_)
            | syn::Expr::Cast(_)
            | syn::Expr::Lit(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Path(_)
            | syn::Expr::Unary(_) => None,
            syn::Expr::Macro(_) => Some("a macro"),
            syn::Expr::Closure(_) => Some("a closure"),
            syn::Expr::Return(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => Some("an expression that leaves the test"),
            syn::Expr::Loop(_) | syn::Expr::While(_) | syn::Expr::ForLoop(_) => Some("a loop"),
            _ => Some("a kind of expression that laws don't have"),
        };
        match strange {
            Some(what) => self.strange = self.strange.or(Some((what, part.span()))),
            None => syn::visit::visit_expr(self, part),
        }
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let assigns = matches!(
            binary.op,
            syn::BinOp::AddAssign(_)
                | syn::BinOp::SubAssign(_)
                | syn::BinOp::MulAssign(_)
                | syn::BinOp::DivAssign(_)
                | syn::BinOp::RemAssign(_)
                | syn::BinOp::BitXorAssign(_)
                | syn::BinOp::BitAndAssign(_)
                | syn::BinOp::BitOrAssign(_)
                | syn::BinOp::ShlAssign(_)
                | syn::BinOp::ShrAssign(_)
        );
        if assigns {
            self.strange = self.strange.or(Some(("an assignment", binary.span())));
        }
        syn::visit::visit_expr_binary(self, binary);
    }
}
