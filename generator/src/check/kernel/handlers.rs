//! Handlers: the methods of the kernel that `sem` names.

use super::kernels;
use super::methods::{self, Method, Methods};
use crate::check::{Rule, locate};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::kernel::{Call, Kernel, ParameterType, Returns, Scalar};
use crate::source::{SourceMap, Span};
use crate::suggest;

pub(super) const MISSING: Rule = Rule {
    code: "L1329",
    summary: "the handler of a call exists and can be read",
    page: include_str!("../pages/L1329.md"),
    check: Some(check),
};

pub(super) const SIGNATURE: Rule = Rule {
    code: "L1330",
    summary: "the handler of a call takes and gives what the spec says",
    page: include_str!("../pages/L1330.md"),
    check: None,
};

fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        let methods = methods::collect(&kernel.runtime, sources);
        for broken in &methods.broken {
            diagnostics.push(
                Diagnostic::error(
                    MISSING.code,
                    format!("a Rust file of the kernel doesn't parse: {}", broken.message),
                )
                .at(broken.span, "")
                .note("its methods can't be held against the calls that name them")
                .help("mend the file; `cargo check` says more"),
            );
        }
        for call in &kernel.calls {
            let place = locate::value(
                sources,
                call.span,
                &["syscall".into(), call.name.as_str().into(), "sem".into()],
            );
            let named = methods
                .methods
                .iter()
                .find(|method| method.is_public && method.name == call.sem);
            match named {
                Some(method) => signature(call, method, place, diagnostics),
                // In a file that doesn't parse, it may well be there.
                None if methods.broken.is_empty() => diagnostics.push(missing(kernel, call, place, &methods)),
                None => {}
            }
        }
    }
}

fn missing(kernel: &Kernel, call: &Call, place: Span, methods: &Methods) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        MISSING.code,
        format!(
            "call `{}` names the handler `{}`, which the kernel doesn't have",
            call.name, call.sem
        ),
    )
    .at(place, "");
    let head = head(call);
    if !methods.exists {
        return diagnostic
            .note(format!("there are no Rust files under `{}/src`", kernel.runtime))
            .help(format!("write there, in an `impl` of `Kernel`: `{head}`"));
    }
    let public = || {
        methods
            .methods
            .iter()
            .filter(|method| method.is_public)
            .map(|method| method.name.as_str())
    };
    match suggest::similar(&call.sem, public()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).suggestion(
            vec![Edit::new(place, format!("{meant:?}"))],
            format!("name `{meant}`"),
            Applicability::of(suggest::is_certain(&call.sem, meant, public())),
        ),
        None => diagnostic.help(format!(
            "write in an `impl` of `Kernel` in `{}/src`: `{head}`",
            kernel.runtime
        )),
    }
}

fn signature(call: &Call, method: &Method, place: Span, diagnostics: &mut Diagnostics) {
    let expected: Vec<&str> = call.parameters.iter().map(|parameter| type_of(parameter.of)).collect();
    let results = results(call);
    if method.parameters == expected && results.contains(&method.result.as_str()) {
        return;
    }
    let found = format!("fn({}) -> {}", method.parameters.join(", "), method.result);
    diagnostics.push(
        Diagnostic::error(
            SIGNATURE.code,
            format!("handler `{}` has another signature than call `{}` says", method.name, call.name),
        )
        .at(place, format!("expected `fn({}) -> {}`", expected.join(", "), results[0]))
        .at(method.span, format!("found `{found}`"))
        .note("a capability comes as `Granted`, one that may be null as `Option<Granted>`, rights as `Rights`, any other argument as `u64`")
        .note("any handler may return `Reply` instead of a result, and one that switches processes has to")
        .help(format!("change the handler to `{}`, or the entry", head(call))),
    );
}

/// The type with which the gate hands over an argument.
fn type_of(of: ParameterType) -> &'static str {
    match of {
        ParameterType::Capability { optional: false, .. } => "Granted",
        ParameterType::Capability { optional: true, .. } => "Option<Granted>",
        ParameterType::Scalar(Scalar::Rights) => "Rights",
        ParameterType::Scalar(_) => "u64",
    }
}

/// What the handler may return, the best first.
fn results(call: &Call) -> Vec<&'static str> {
    let plain = match call.returns {
        _ if call.switches => None,
        Returns::Unit => Some("Result<(), Error>"),
        Returns::Capability(_) => Some("Result<Handle, Error>"),
        Returns::Scalar(_) => Some("Result<u64, Error>"),
        Returns::Never | Returns::Message => None,
    };
    plain.into_iter().chain(["Reply", "Result<Reply, Error>"]).collect()
}

/// The head of a handler with the signature that is expected.
fn head(call: &Call) -> String {
    let parameters = call.parameters.iter();
    let parameters: String = parameters
        .map(|parameter| format!(", {}: {}", parameter.name, type_of(parameter.of)))
        .collect();
    format!("pub fn {}(&mut self{parameters}) -> {}", call.sem, results(call)[0])
}
