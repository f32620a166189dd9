//! The façade as a subject of the laws: opened on one backend, and called as users call it.

use crate::emit::module::{rust_types, sorted_imports};
use crate::emit::rust;
use crate::model::module::{Backend, Module};
use crate::model::package::Package;

/// The type `Subject`, for within a module that stands in a test file.
pub fn subject(package: &Package, module: &Module, on: &Backend) -> String {
    let own = rust_types::module_name(module);
    let facts = rust_types::facts_crate(package);
    let handle = module.handle();
    let config = rust_types::config_type(module).to_owned();
    let error = rust_types::error_type(module);
    let mut mentions = rust_types::Mentions::default();
    mentions.named.extend([config.clone(), error.clone(), "Backend".to_owned()]);
    let mut body = String::new();
    for function in module.functions.iter().filter(|function| !function.is_const) {
        mentions.add_function(module, function);
        let name = rust::name(&function.name);
        let callee = match function.is_method {
            true => format!("self.0.{name}"),
            false => format!("{handle}::{name}"),
        };
        if function.deprecated.is_some() {
            body.push_str("\n        #[allow(deprecated)]");
        }
        body.push_str(&format!(
            "\n        {} {{\n            {callee}({})\n        }}\n",
            rust_types::signature(module, function),
            rust_types::arguments_text(function)
        ));
    }
    let imports = rust_types::imports(package, &mentions, Some(&format!("{facts}::{own}")), false);
    let facade = rust_types::facade_crate(package);
    let fixed = format!("use {facade}::{own}::{handle};\nuse {facts}::clock::Clock;\nuse {facts}::opening::Opening;\n");
    let imports = sorted_imports(&(fixed + &imports));
    let imports: String = imports.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "    use std::sync::Arc;\n\n{imports}\n    \
         /// The façade on this backend, whatever else is compiled in.\n    struct Subject({handle});\n\n    impl Backend for Subject {{\n        \
         fn open(config: &{config}, clock: Arc<dyn Clock>) -> Result<Self, {error}> {{\n            let opening = \
         Opening::new().on({backend}::{variant}).accept_approximate().clock(clock);\n            {handle}::open_with(config.clone(), \
         opening).map(Subject)\n        }}\n\n        fn close(&self) {{\n            self.0.close();\n        }}\n{body}    }}\n",
        backend = rust_types::backend_type(module),
        variant = on.type_name(),
    )
}
