//! Emits `seam.rs` of a module: the trait that each of its backends implements.

use super::Part;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::surface::AutoTraits;

/// The auto traits that are promised, and those that are denied.
pub fn auto_traits(traits: &AutoTraits) -> [(&'static str, bool); 5] {
    [
        ("Send", traits.send),
        ("Sync", traits.sync),
        ("Unpin", traits.unpin),
        ("core::panic::UnwindSafe", traits.unwind_safe),
        ("core::panic::RefUnwindSafe", traits.ref_unwind_safe),
    ]
}

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let mut mentions = rust_types::Mentions::default();
    let functions = module.functions.iter().filter(|function| !function.is_const);
    let mut body = String::new();
    for function in functions {
        mentions.add_function(module, function);
        body.push_str(&rust::doc_lines(4, &docs::function(package, module, function)));
        if let Some(reason) = &function.deprecated {
            body.push_str(&format!("#[deprecated(note = {})]\n", rust::literal(reason)));
        }
        // A `Result` is so by itself.
        if function.must_use && !function.is_fallible {
            body.push_str("#[must_use]\n");
        }
        body.push_str(&format!("{};\n", rust_types::signature(module, function)));
    }
    let config = rust_types::config_type(module);
    let error = rust_types::error_type(module);
    mentions.named.insert(config.to_owned());
    mentions.named.insert(error.clone());
    let bounds: Vec<&str> = auto_traits(&module.auto_traits)
        .into_iter()
        .filter(|(_, promised)| *promised)
        .map(|(name, _)| name)
        .collect();
    let mut doc = format!(
        "What a backend of `{}` does. The façade's methods of the same names say this to users; they check ranges, capabilities and \
         whether it is open before.",
        module.handle()
    );
    let constants: Vec<String> = module
        .functions
        .iter()
        .filter(|function| function.is_const)
        .map(|function| format!("`{}`", function.name))
        .collect();
    if !constants.is_empty() {
        doc.push_str(&format!(
            "\n\nTraits have no constant functions: a backend has {} as associated functions of its own.",
            constants.join(", ")
        ));
    }
    let mut text = rust::module_doc_lines("What the façade and its backends agree on.");
    text.push_str("use alloc::sync::Arc;\nuse crate::clock::Clock;\n");
    text.push_str(&rust_types::imports(package, &mentions, Some("super"), true));
    text.push_str(&rust::doc_lines(0, &doc));
    text.push_str(&format!(
        "pub trait Backend: {}Sized + 'static {{\n/// Opens it. The configuration has passed [`{config}::validate`], and asks for nothing \
         that the backend can't do.\n///\n/// # Errors\n///\n/// What the backend reports.\nfn open(config: &{config}, clock: Arc<dyn \
         Clock>) -> Result<Self, {error}>;\n/// Wakes callers that wait, and may let go of what it holds. The façade refuses fallible calls from then on.\nfn \
         close(&self) {{}}\n{body}}}\n",
        bounds.iter().map(|bound| format!("{bound} + ")).collect::<String>()
    ));
    rust::file(&text)
}
