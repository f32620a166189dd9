//! Emits the measures of a package, `generated/<package>/bench`: for each entry the work through the façade and by direct calls.
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
        Ok(())
    })
}

fn benches(package: &Package, module: &Module) -> Result<String, std::fmt::Error> {
    let own = rust_types::module_name(module);
    let facts = rust_types::facts_crate(package);
    let laws = rust_types::crate_name(&format!("{}-laws", package.name));
    let handle = module.handle();
    let backend = rust_types::backend_type(module);
    let mut out = rust::module_doc_lines(&format!(
        "What the façade of `{}` costs: each entry is measured through the façade and by direct calls of the library behind it.\n\n`cargo lathe \
         bench modules` runs them and compares the medians.",
        module.name
    ));
    write!(
        out,
        "\n{imports}use {laws}::{own}::workload::{{self, config}};\nuse criterion::{{Criterion, \
         criterion_group, criterion_main}};\n\n/// The façade on a backend, with the configuration of the workloads.\nfn \
         open(backend: {backend}) -> {handle} {{\n    let opening = Opening::new().on(backend).accept_approximate();\n    match \
         {handle}::open_with(config(), opening) {{\n        Ok(opened) => opened,\n        Err(error) => panic!(\"`{{}}` can't be opened: \
         {{error}}\", backend.name()),\n    }}\n}}\n",
        imports = sorted_imports(&format!(
            "use {}::{own}::{handle};\nuse {facts}::{own}::{backend};\nuse {facts}::opening::Opening;\n",
            rust_types::facade_crate(package)
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
        write!(
            out,
            "\n{}fn {name}(criterion: &mut Criterion) {{\n    let mut group = criterion.benchmark_group(\"{}\");\n    let subject = \
             open({backend}::{});\n    // Criterion calls the closures below once for each sample: a workload is set up once.\n    let mut facade \
             = workload::{name}(&subject);\n    group.bench_function(\"facade\", |bencher| bencher.iter(&mut facade));\n    let mut direct = \
             workload::{direct}();\n    group.bench_function(\"direct\", |bencher| bencher.iter(&mut direct));\n    group.finish();\n}}\n",
            rust::doc_lines(0, &doc),
            group(module, &bench.name),
            module.backends[bench.backend].type_name(),
            direct = rust::name(&format!("{}_direct", bench.name)),
        )?;
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
