//! Emits the parity test of a module: it holds the surface to the specification, in every build, on the stable compiler.

use super::Part;
use super::surface::Line;
use crate::emit::module::rust_types;
use crate::emit::rust;

pub fn file(part: &Part<'_>, lines: &[Line]) -> String {
    let (package, module) = (part.package, part.module);
    let facade = rust_types::facade_crate(package);
    let name = rust_types::module_name(module);
    let mut imports: Vec<String> = module.types.iter().map(|of| of.name.clone()).collect();
    imports.extend(module.constants.iter().map(|constant| constant.name.clone()));
    imports.extend(module.state_machines.iter().map(rust_types::state_type));
    imports.extend([
        module.handle(),
        rust_types::backend_type(module),
        rust_types::capability_type(module),
        rust_types::error_type(module),
    ]);
    let mut uses = rust::use_names(&format!("{facade}::{name}"), &imports);
    uses.push_str(&format!("use {facade}::opening::Opening;\nuse {facade}::support::Support;\n"));
    let code: String = lines.iter().map(|line| line.input.as_str()).collect();
    for library in &package.libraries {
        let used: Vec<String> = library
            .types
            .iter()
            .filter(|of| code.contains(of.as_str()))
            .cloned()
            .collect();
        let path = format!("{facade}::{}", rust_types::crate_name(&library.name));
        uses.push_str(&rust::use_names(&path, &used));
    }
    let rows: String = lines
        .iter()
        .map(|line| format!("        {} {{ {} }}\n", line.assertion, line.input))
        .collect();
    include_str!("../text/parity_tests.rs")
        .replace("use IMPORTS;\n", &uses)
        .replace("        ROWS\n", &rows)
        .replace("MODULE", &module.name)
        .replace("VERSION", &module.version)
}
