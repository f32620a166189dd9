//! Collects the methods of a kernel: those of `impl` blocks of a type `Kernel`, with their signatures and places.

use syn::ext::IdentExt;
use syn::visit::Visit;

use crate::check::semantics::parse;
use crate::check::semantics::runtime::{Broken, is_test, normal_type, span_of};
use crate::source::{FileId, SourceMap, Span};

/// A method.
pub(super) struct Method {
    /// `page_map`.
    pub(super) name: String,
    /// Where its name stands.
    pub(super) span: Span,
    /// Whether it can be called from other crates.
    pub(super) is_public: bool,
    /// The types of its parameters but `self`, as [`normal_type`] spaces them.
    pub(super) parameters: Vec<String>,
    /// Its result type, spaced likewise; `()` for none.
    pub(super) result: String,
}

/// The methods of a kernel, and the files that don't parse.
#[derive(Default)]
pub(super) struct Methods {
    /// In order of files and positions.
    pub(super) methods: Vec<Method>,
    /// In order of files.
    pub(super) broken: Vec<Broken>,
    /// Whether there is any Rust file at all.
    pub(super) exists: bool,
}

/// Parses the Rust files under the folder of a runtime.
pub(super) fn collect(folder: &str, sources: &SourceMap) -> Methods {
    let folder = format!("{folder}/src/");
    let mut methods = Methods::default();
    for (id, file) in sources.iter() {
        if !file.path.starts_with(&folder) || !file.path.ends_with(".rs") {
            continue;
        }
        methods.exists = true;
        let shift = file.text.len() - file.text.trim_start_matches('\u{feff}').len();
        let shift = u32::try_from(shift).unwrap_or(0);
        let text = &file.text[shift as usize..];
        // Most files hold no method of the kernel, and parsing takes long.
        if !text.contains("Kernel") {
            continue;
        }
        let found = parse::with_room(|| collect_here(id, shift, text));
        match found {
            Some(Ok(found)) => methods.methods.extend(found),
            Some(Err(broken)) => methods.broken.push(broken),
            None => {}
        }
    }
    methods
}

fn collect_here(file: FileId, shift: u32, text: &str) -> Result<Vec<Method>, Broken> {
    let parsed = parse::file(text).map_err(|(span, message)| Broken {
        span: span_of(file, shift, span),
        message,
    })?;
    let mut collector = Collector {
        file,
        shift,
        methods: Vec::new(),
    };
    collector.visit_file(&parsed);
    Ok(collector.methods)
}

struct Collector {
    file: FileId,
    shift: u32,
    methods: Vec<Method>,
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        let is_kernel = match &*block.self_ty {
            syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Kernel"),
            _ => false,
        };
        if !is_kernel || block.trait_.is_some() || is_test(&block.attrs) {
            return;
        }
        for item in &block.items {
            let syn::ImplItem::Fn(method) = item else { continue };
            let inputs = method.sig.inputs.iter().filter_map(|parameter| match parameter {
                syn::FnArg::Typed(typed) => Some(normal_type(&typed.ty)),
                syn::FnArg::Receiver(_) => None,
            });
            self.methods.push(Method {
                name: method.sig.ident.unraw().to_string(),
                span: span_of(self.file, self.shift, method.sig.ident.span()),
                is_public: matches!(method.vis, syn::Visibility::Public(_)) && method.sig.receiver().is_some(),
                parameters: inputs.collect(),
                result: match &method.sig.output {
                    syn::ReturnType::Default => "()".to_owned(),
                    syn::ReturnType::Type(_, result) => normal_type(result),
                },
            });
        }
    }
}
