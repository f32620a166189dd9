//! Emits the measures of a package, `generated/<package>/bench`: for each entry the work through the façade, by direct calls of the
//! backend, and by those of the bare library.
//!
//! They are a package of their own, without a library: criterion is built only by those who measure.

use std::fmt::Write;

use super::{each_package, manifest, rust_types, sorted_imports, sources};
use crate::emit::{Emitter, Tree, provenance, rust};
use crate::model::module::Module;
use crate::model::package::Package;
use crate::model::{Model, item};

/// The measures.
pub const EMITTER: Emitter = Emitter {
    name: "module benches",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    each_package(model, tree, |package, modules, tree| {
        let measured: Vec<&Module> = modules.iter().copied().filter(|module| !module.benches.is_empty()).collect();
        if measured.is_empty() {
            return Ok(());
        }
        let folder = rust_types::folder(package, "bench");
        let manifest = manifest::bench(package, modules);
        tree.add(format!("{folder}/Cargo.toml"), &manifest, &sources(package, modules))?;
        for module in measured {
            let own = sources(package, &[module]);
            let path = format!("{folder}/benches/{}.rs", rust_types::module_name(module));
            tree.add(path, &benches(package, module)?, &own)?;
        }
        tree.add(
            format!("{folder}/benches/turns/mod.rs"),
            include_str!("text/bench_turns.rs"),
            &[],
        )?;
        Ok(())
    })
}

fn benches(package: &Package, module: &Module) -> Result<String, std::fmt::Error> {
    let own = rust_types::module_name(module);
    let facts = rust_types::facts_crate(package);
    let facade = rust_types::facade_crate(package);
    let laws = rust_types::crate_name(&format!("{}-laws", package.name));
    let handle = module.handle();
    let backend = rust_types::backend_type(module);
    let mut out = rust::module_doc_lines(&format!(
        "What the façade of `{}` costs: the same work through the façade and by direct calls of the backend behind it, in turns.\n\nWhere \
         the backend adapts a library, the bare library is measured too, which shows what the adapter adds. `cargo lathe bench modules` runs \
         them and compares the medians.",
        module.name
    ));
    write!(
        out,
        "\nmod turns;\n\nuse std::sync::Arc;\n\n{imports}use {laws}::{own}::workload::{{self, config}};\nuse criterion::{{Criterion, \
         criterion_group, criterion_main}};\n\n/// The façade on a backend, with the configuration of the workloads.\nfn open(backend: \
         {backend}) -> {handle} {{\n    let opening = \
         Opening::new().on(backend).accept_approximate().clock(Arc::new(SystemClock::new()));\n    match {handle}::open_with(config(), \
         opening) {{\n        Ok(opened) => opened,\n        Err(error) => panic!(\"`{{}}` can't be opened: {{error}}\", \
         backend.name()),\n    }}\n}}\n\n/// The backend itself, with the same configuration and clock.\nfn open_direct<B: Backend>() -> B \
         {{\n    match B::open(&config(), Arc::new(SystemClock::new())) {{\n        Ok(opened) => opened,\n        Err(error) => panic!(\"the \
         backend can't be opened: {{error}}\"),\n    }}\n}}\n",
        imports = sorted_imports(&format!(
            "use {facade}::{own}::{handle};\nuse {facade}::clock::SystemClock;\nuse {facts}::{own}::{{Backend, {backend}}};\nuse \
             {facts}::opening::Opening;\n",
        )),
    )?;
    let mut groups = Vec::new();
    for bench in &module.benches {
        let name = rust::name(&bench.name);
        let origin = provenance::line(&item::key("bench", &bench.name), &module.file);
        let doc = format!(
            "{} Workload: {}.\n\n{origin}",
            bench.doc.trim(),
            bench.workload.trim().trim_end_matches('.')
        );
        let of = &module.backends[bench.backend];
        write!(
            out,
            "\n{}fn {name}(criterion: &mut Criterion) {{\n    let mut group = criterion.benchmark_group(\"{}\");\n    for round in \
             0..turns::ROUNDS {{\n        let (through, behind) = (open({backend}::{}), open_direct::<{}>());\n        turns::take(&mut \
             group, round, workload::{name}(&through), workload::{name}(&behind));\n    }}\n",
            rust::doc_lines(0, &doc),
            group(module, &bench.name),
            of.type_name(),
            rust_types::adapter_type(package, of),
        )?;
        if of.library.is_some() {
            let library = rust::name(&format!("{}_library", bench.name));
            writeln!(out, "    turns::library(&mut group, workload::{library}());")?;
        }
        out.push_str("    group.finish();\n}\n");
        groups.push(name);
    }
    write!(
        out,
        "\ncriterion_group!(benches, {});\ncriterion_main!(benches);\n",
        groups.join(", ")
    )?;
    Ok(out)
}

/// The name of the group of a bench, which is also that of the folder of its results: `cache-get_hit`.
pub fn group(module: &Module, bench: &str) -> String {
    format!("{}-{bench}", module.name)
}

/// How often the façade and the backend are measured, in turns. It stands in `text/bench_turns.rs` too.
pub const ROUNDS: usize = 15;

#[cfg(test)]
mod tests {
    #[test]
    fn the_emitted_benches_take_as_many_rounds() {
        let text = include_str!("text/bench_turns.rs");
        assert!(text.contains(&format!("const ROUNDS: usize = {};", super::ROUNDS)));
    }
}
