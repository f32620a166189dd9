//! Judges expressions of specs: one total Rust expression over inputs and operands, within `core`.

use std::collections::BTreeSet;

use proc_macro2::Span as RustSpan;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, UnOp};

use super::text_span::TextSpan;
use super::total::{self, Kind};
use super::{EXPRESSION_CORE, EXPRESSION_NAME, EXPRESSION_RESULT, EXPRESSION_TOTAL, EXPRESSION_UNUSED};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::InstructionSet;
use crate::source::{SourceMap, Span};
use crate::suggest;

/// What must be known of the place where an expression stands.
pub struct Subject<'a> {
    /// What it is, for messages: ``the `expr` of op `iadd` ``.
    pub what: String,
    /// What calls of functions of the runtime give, where such calls may stand. Whether the functions exist is looked at elsewhere.
    pub calls: Option<Kind>,
    /// `runtime/raya`.
    pub runtime: String,
    /// Whose slots have Rust types beside the primitive ones; none where there are no others.
    pub set: Option<&'a InstructionSet>,
    /// What the expression can name: name, Rust type, declaration.
    pub names: Vec<(String, String, Span)>,
    /// The types of what it must give; `None` where that isn't known.
    pub expected: Option<Vec<String>>,
    /// Names that it needn't use; `None` if it needn't use any.
    pub needless: Option<Vec<&'a str>>,
}

impl Subject<'_> {
    /// The name by which rules know a Rust type of values.
    fn behaves<'t>(&'t self, rust: &'t str) -> &'t str {
        self.set.map_or(rust, |set| set.behaves(rust))
    }
}

/// A call of a function of the runtime.
pub struct Called {
    /// Its name.
    pub function: String,
    /// The names that it is given.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is made of.
#[derive(Default)]
pub struct Found {
    /// The names that it uses.
    pub used: BTreeSet<String>,
    /// The functions of the runtime that it calls.
    pub calls: Vec<Called>,
    /// Whether nothing is wrong with it.
    pub is_sound: bool,
}

/// Finds whatever is wrong with an expression.
pub fn judge(subject: &Subject<'_>, source: &str, span: Span, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Found {
    // Resolving has reported what doesn't parse.
    let Ok(parsed) = syn::parse_str::<Expr>(source) else {
        return Found::default();
    };
    let mut judge = Judge {
        subject,
        place: TextSpan::new(sources, span, source),
        used: BTreeSet::new(),
        called: Vec::new(),
        found: Vec::new(),
    };
    // Behind a call of the runtime that can fail stands a `?`, which is the emitted code's business.
    let parsed = match parsed {
        Expr::Try(inner) if subject.calls.is_some() => *inner.expr,
        other => other,
    };
    let kind = judge.kind(&parsed);
    judge.result(&parsed, kind);
    let Judge { used, called, found, .. } = judge;
    let is_sound = found.is_empty();
    for diagnostic in found {
        diagnostics.push(diagnostic);
    }
    let whole = Found {
        used: used.clone(),
        calls: called,
        is_sound,
    };
    let Some(needless) = &subject.needless else { return whole };
    for (name, _, declared) in &subject.names {
        if is_sound && !used.contains(name) && !needless.contains(&name.as_str()) {
            diagnostics.push(
                Diagnostic::warning(EXPRESSION_UNUSED.code, format!("{} doesn't use `{name}`", subject.what))
                    .at(span, "")
                    .at(*declared, "declared here")
                    .help("use it, or check whether the op needs it"),
            );
        }
    }
    whole
}

/// Walks an expression and collects what is wrong.
struct Judge<'a> {
    subject: &'a Subject<'a>,
    place: TextSpan,
    used: BTreeSet<String>,
    called: Vec<Called>,
    found: Vec<Diagnostic>,
}

impl Judge<'_> {
    fn report(&mut self, code: &'static str, message: String, at: RustSpan, help: impl Into<String>) {
        let message = format!("{} {message}", self.subject.what);
        let diagnostic = Diagnostic::error(code, message).at(self.place.of(at), "").help(help);
        self.found.push(diagnostic);
    }

    /// Holds the whole expression against the outputs, as far as its kind is known.
    fn result(&mut self, parsed: &Expr, kind: Kind) {
        let Some(expected) = &self.subject.expected else { return };
        let found = match parsed {
            Expr::Tuple(tuple) => tuple.elems.len(),
            _ => 1,
        };
        let (what, is_wrong) = match expected.as_slice() {
            _ if kind == Kind::Unknown => return,
            [] => ("nothing, written `()`".to_owned(), found != 0),
            [one] => {
                let differs = kind != Kind::Other && kind != Kind::of_type(self.subject.behaves(one));
                (format!("of type `{one}`"), differs || found != 1)
            }
            several => (format!("a tuple of {}", several.len()), found != several.len()),
        };
        if is_wrong {
            let message = format!("gives something else than the op: it should be {what}");
            let help = "mend the expression, or `out`";
            self.report(EXPRESSION_RESULT.code, message, parsed.span(), help);
        }
    }

    /// Refuses what is never total or never an expression of values.
    fn refuse(&mut self, what: &str, at: RustSpan) -> Kind {
        let runtime = &self.subject.runtime;
        let help = match self.subject.calls {
            Some(_) => format!("write a function in `{runtime}/src` and call that"),
            None => format!("write the meaning as a function in `{runtime}/src` and name it with `sem`"),
        };
        self.report(EXPRESSION_TOTAL.code, format!("has {what}"), at, help);
        Kind::Unknown
    }

    /// The kind of an expression; what is wrong in it is reported on the way.
    fn kind(&mut self, expression: &Expr) -> Kind {
        let at = expression.span();
        match expression {
            Expr::Paren(inner) => self.kind(&inner.expr),
            Expr::Group(inner) => self.kind(&inner.expr),
            Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Int(number) => match number.suffix() {
                    "f32" | "f64" => Kind::Float,
                    _ => Kind::Integer,
                },
                syn::Lit::Float(_) => Kind::Float,
                syn::Lit::Bool(_) => Kind::Boolean,
                _ => Kind::Other,
            },
            Expr::Path(path) => self.path(&path.path),
            Expr::Tuple(tuple) => {
                for element in &tuple.elems {
                    self.kind(element);
                }
                Kind::Other
            }
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Cast(cast) => self.cast(cast),
            Expr::If(choice) => self.choice(choice),
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => self.block(&block.block),
            Expr::MethodCall(call) => self.method(call),
            Expr::Call(call) => self.call(call),
            Expr::Index(_) => self.refuse("an index, which can be out of bounds", at),
            Expr::Macro(_) => self.refuse("a macro", at),
            Expr::Try(_) => self.refuse("a `?`, which leaves the expression", at),
            Expr::Closure(_) => self.refuse("a closure", at),
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => self.refuse("a loop, which may not end", at),
            Expr::Unsafe(_) => self.refuse("`unsafe`", at),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => self.refuse("a jump out of the expression", at),
            Expr::Assign(_) => self.refuse("an assignment", at),
            Expr::Match(_) | Expr::Let(_) => self.refuse("a pattern", at),
            _ => self.refuse(
                "something other than values, operators, `if` and calls of total functions",
                at,
            ),
        }
    }

    fn block(&mut self, block: &syn::Block) -> Kind {
        match block.stmts.as_slice() {
            [syn::Stmt::Expr(inner, None)] => self.kind(inner),
            _ => self.refuse("a block with statements", block.span()),
        }
    }

    fn choice(&mut self, choice: &syn::ExprIf) -> Kind {
        self.kind(&choice.cond);
        let kind = self.block(&choice.then_branch);
        match &choice.else_branch {
            Some((_, other)) => drop(self.kind(other)),
            None => drop(self.refuse("an `if` without `else`", choice.span())),
        }
        kind
    }

    fn path(&mut self, path: &syn::Path) -> Kind {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let [name] = segments.as_slice() {
            let found = self.subject.names.iter().find(|(known, _, _)| known == name);
            let Some((_, rust, _)) = found else {
                self.unknown(name, path.span());
                return Kind::Unknown;
            };
            self.used.insert(name.clone());
            return Kind::of_type(self.subject.behaves(rust));
        }
        if !self.qualified(&segments, path.span()) {
            return Kind::Unknown;
        }
        // `i32::MAX` is of its type, `core::f64::consts::PI` of the type in its midst; `u32::BITS` is an integer anyway.
        let of = segments.iter().rev().skip(1).map(|segment| Kind::of_type(segment));
        of.clone().find(|kind| *kind != Kind::Other).unwrap_or(Kind::Other)
    }

    /// Whether a path of several segments begins where an expression may look; if not, that is reported.
    fn qualified(&mut self, segments: &[String], at: RustSpan) -> bool {
        let first = segments.first().map_or("", String::as_str);
        let is_value_type = first == "Value"
            || self
                .subject
                .set
                .is_some_and(|set| set.slots.iter().any(|slot| slot.rust == first));
        if first == "core" || total::is_primitive(first) || is_value_type {
            return true;
        }
        let help =
            "use primitive types, `core`, or the Rust types of slots; for anything else write a function and name it with `sem`";
        self.report(
            EXPRESSION_CORE.code,
            format!("leaves `core`: `{}`", segments.join("::")),
            at,
            help,
        );
        false
    }

    fn unknown(&mut self, name: &str, at: RustSpan) {
        let known: Vec<&str> = self.subject.names.iter().map(|(known, _, _)| known.as_str()).collect();
        let help = match suggest::similar(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "the op has neither inputs nor operands".to_owned(),
            None if self.subject.calls.is_some() => format!("it may name {}", suggest::list(known.iter().copied())),
            None => format!("the inputs and operands are {}", suggest::list(known.iter().copied())),
        };
        let message = match self.subject.calls {
            Some(_) => format!("names `{name}`, which it isn't given"),
            None => format!("names `{name}`, which is neither an input nor an operand"),
        };
        self.report(EXPRESSION_NAME.code, message, at, help);
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Kind {
        let is_literal = matches!(&*unary.expr, Expr::Lit(_));
        let kind = self.kind(&unary.expr);
        match unary.op {
            UnOp::Not(_) => kind,
            UnOp::Neg(_) if kind == Kind::Unknown => kind,
            UnOp::Neg(_) if kind == Kind::Float || (is_literal && kind == Kind::Integer) => kind,
            UnOp::Neg(_) => {
                let help = "write `a.wrapping_neg()`";
                self.report(
                    EXPRESSION_TOTAL.code,
                    "negates an integer, which overflows for the least one".to_owned(),
                    unary.span(),
                    help,
                );
                kind
            }
            _ => self.refuse("a dereference", unary.span()),
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Kind {
        let left = self.kind(&binary.left);
        let right = self.kind(&binary.right);
        match binary.op {
            BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => Kind::Boolean,
            BinOp::And(_) | BinOp::Or(_) => Kind::Boolean,
            BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::BitXor(_) => left,
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_)
                if left == Kind::Float && right == Kind::Float =>
            {
                Kind::Float
            }
            _ if is_assignment(&binary.op) => self.refuse("an assignment", binary.span()),
            _ if left == Kind::Unknown || right == Kind::Unknown => Kind::Unknown,
            _ => {
                let operator = quote::ToTokens::to_token_stream(&binary.op).to_string();
                let (why, help) = match total::instead_of(&binary.op) {
                    Some(method) if method.contains("sh") => (
                        "panics when the distance is as large as the type",
                        format!("write `a.{method}(b)`"),
                    ),
                    Some(method) => ("can overflow", format!("write `a.{method}(b)`")),
                    None => (
                        "panics when the divisor is 0",
                        "write a function that gives `Result<_, Trap>`, and name it with `sem`".to_owned(),
                    ),
                };
                let message = format!("uses `{operator}`, which {why}, on values that aren't known to be floats");
                self.report(EXPRESSION_TOTAL.code, message, binary.op.span(), help);
                left
            }
        }
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> Kind {
        self.kind(&cast.expr);
        let name = match &*cast.ty {
            syn::Type::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        match name {
            Some(name) if total::is_primitive(&name) => Kind::of_type(&name),
            _ => {
                let help = "cast to a primitive type: `a as u32`";
                self.report(
                    EXPRESSION_CORE.code,
                    "casts to a type that isn't primitive".to_owned(),
                    cast.ty.span(),
                    help,
                );
                Kind::Unknown
            }
        }
    }

    fn method(&mut self, call: &syn::ExprMethodCall) -> Kind {
        let receiver = self.kind(&call.receiver);
        for argument in &call.args {
            self.kind(argument);
        }
        let name = call.method.to_string();
        if matches!(name.as_str(), "unwrap" | "expect" | "unwrap_unchecked") {
            return self.refuse(&format!("`{name}`, which panics"), call.method.span());
        }
        if let Some(kind) = total::method(receiver, &name) {
            return kind;
        }
        let what = match receiver {
            Kind::Integer => "an integer",
            Kind::Float => "a float",
            Kind::Boolean => "a boolean",
            Kind::Optional => "an optional integer",
            Kind::Other | Kind::Unknown => "this value",
        };
        self.report(
            EXPRESSION_CORE.code,
            format!("calls `{name}` on {what}, which isn't known to be total and within `core`"),
            call.method.span(),
            "use a `wrapping_…` method, or write a function and name it with `sem`",
        );
        Kind::Unknown
    }

    fn call(&mut self, call: &syn::ExprCall) -> Kind {
        let kinds: Vec<Kind> = call.args.iter().map(|argument| self.kind(argument)).collect();
        let first = kinds.first().copied().unwrap_or(Kind::Other);
        let Expr::Path(path) = &*call.func else {
            return self.refuse("a call of something without a name", call.span());
        };
        let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let ([name], Some(gives)) = (segments.as_slice(), self.subject.calls) {
            return self.runtime_call(call, name, gives);
        }
        if let [name] = segments.as_slice() {
            let help = "call a method of a primitive type, or write a function and name it with `sem`";
            self.report(
                EXPRESSION_CORE.code,
                format!("calls the function `{name}`"),
                path.span(),
                help,
            );
            return Kind::Unknown;
        }
        if !self.qualified(&segments, path.span()) {
            return Kind::Unknown;
        }
        let [owner, function] = segments.as_slice() else {
            return self.free_function(&segments, path.span(), first);
        };
        if !total::is_primitive(owner) {
            // A conversion into a value type of the runtime, `Any::from_i32(a)`: the runtime answers for it.
            return Kind::Other;
        }
        match function.as_str() {
            "from" | "from_bits" | "from_ne_bytes" | "from_le_bytes" | "from_be_bytes" => Kind::of_type(owner),
            method => match total::method(Kind::of_type(owner), method) {
                Some(kind) => kind,
                None => self.free_function(&segments, path.span(), first),
            },
        }
    }

    /// A call of a function of the runtime, which is given values by their names alone: so its signature is known.
    fn runtime_call(&mut self, call: &syn::ExprCall, name: &str, gives: Kind) -> Kind {
        let mut arguments = Vec::new();
        for argument in &call.args {
            let given = match argument {
                Expr::Path(path) => path.path.get_ident(),
                _ => None,
            };
            match given {
                Some(given) => arguments.push(given.to_string()),
                None => {
                    let message = format!("gives `{name}` something else than a name");
                    let help = "give the function the values, and let it do the rest";
                    self.report(EXPRESSION_CORE.code, message, argument.span(), help);
                    return Kind::Unknown;
                }
            }
        }
        self.called.push(Called {
            function: name.to_owned(),
            arguments,
            span: self.place.of(call.func.span()),
        });
        gives
    }

    fn free_function(&mut self, segments: &[String], at: RustSpan, first: Kind) -> Kind {
        let last = segments.last().map_or("", String::as_str);
        if segments.starts_with(&["core".to_owned(), "cmp".to_owned()]) && matches!(last, "min" | "max") {
            return first;
        }
        let help = "use a `wrapping_…` method, or write a function and name it with `sem`";
        let message = format!("calls `{}`, which isn't known to be total", segments.join("::"));
        self.report(EXPRESSION_CORE.code, message, at, help);
        Kind::Unknown
    }
}

/// Whether an operator changes its left side: `+=`.
fn is_assignment(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}
