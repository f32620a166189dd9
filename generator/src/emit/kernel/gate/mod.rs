//! Emits the gate: a function for each call that checks and charges before the handler runs.
//!
//! There is no other way from a number and six arguments to a handler, so that none can be reached unchecked.

mod calls;

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::{Tree, rust};
use crate::model::kernel::Kernel;

/// Adds the crate.
pub fn emit(kernel: &Kernel, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        kernel.folder("gate"),
        kernel.package("gate"),
        format!(
            "The gate of the kernel {}: checks and charges each system call before its handler runs",
            kernel.name
        ),
    );
    builder.because_of(&kernel.files);
    builder.depend(&kernel.package("facts"), &kernel.folder("facts"));
    builder.depend(&kernel.package("kernel"), &kernel.runtime);
    builder.file("src/lib.rs", root(kernel)?, &[]);
    builder.file("src/dispatch.rs", dispatch(kernel)?, &[]);
    calls::files(kernel, &mut builder)?;
    let rename = |text: &str| {
        let text = text.replace("exo_facts", &format!("{}_facts", kernel.name));
        text.replace("exo_gate", &format!("{}_gate", kernel.name))
    };
    builder.file("tests/table.rs", rename(include_str!("text/tests.rs")), &[]);
    builder.finish(tree)
}

fn root(kernel: &Kernel) -> anyhow::Result<String> {
    let doc = format!(
        "The gate of the kernel {}.\n\nEach call has a function here that takes the six argument registers as they are. It reads the sets \
         of rights, checks each capability, takes the gas, and calls the handler, in this order; whatever fails ends it with an error \
         before anything has happened. [`dispatch`] finds the function by the number of the call; a platform that has a table of its \
         own fills it with [`calls!`].",
        kernel.name
    );
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (id, group) in kernel.groups.iter_with_ids() {
        let names: Vec<String> = kernel.calls_of(id).map(|call| rust::name(&call.name)).collect();
        if !names.is_empty() {
            groups.push((rust::module(&group.name), names));
        }
    }
    groups.sort();
    let mut modules: Vec<String> = groups.iter().map(|(module, _)| module.clone()).collect();
    modules.push("dispatch".to_owned());
    let mut text = rust::module_doc_lines(&doc);
    text.push_str(
        "#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\
         #![allow(clippy::useless_conversion, reason = \"some handlers return a reply, others a result\")]\n\n",
    );
    text.push_str(&rust::mod_lines(&modules));
    text.push('\n');
    for (module, names) in &groups {
        text.push_str(&rust::use_names(&format!("pub {module}"), names).replace("use pub ", "pub use "));
    }
    text.push_str("pub use dispatch::dispatch;\n");
    write!(
        text,
        "\n/// Hands all calls to a macro, each as its number, the name of its function here, and whether it may switch processes:\n\
         /// `11 page_map false;`.\n#[macro_export]\nmacro_rules! calls {{\n    ($table:ident) => {{\n        $table! {{\n"
    )?;
    for call in &kernel.calls {
        writeln!(
            text,
            "            {} {} {};",
            call.code,
            rust::name(&call.name),
            call.switches
        )?;
    }
    text.push_str("        }\n    };\n}\n");
    Ok(text)
}

fn dispatch(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("Finds the function of a call by its number.");
    writeln!(
        text,
        "\nuse {0}_facts::{{Error, Syscall}};\nuse {0}_kernel::{{Kernel, Machine, Reply}};\n",
        kernel.name
    )?;
    text.push_str(&rust::doc_lines(
        0,
        "Makes a call for the process that runs.\n\nReturns [`Error::NoSuchCall`] for a number that no call has; that costs nothing and \
         changes nothing.",
    ));
    text.push_str("pub fn dispatch<M: Machine>(kernel: &mut Kernel<M>, number: u64, arguments: &[u64; 6]) -> Reply {\n");
    text.push_str(
        "    let Some(call) = Syscall::from_number(number) else {\n        return Reply::error(Error::NoSuchCall);\n    };\n",
    );
    text.push_str("    match call {\n");
    for call in &kernel.calls {
        writeln!(
            text,
            "        Syscall::{} => crate::{}(kernel, *arguments),",
            rust::variant(&call.name),
            rust::name(&call.name)
        )?;
    }
    text.push_str("    }\n}\n");
    Ok(text)
}

/// The line that says which entry a call came from.
fn origin(kernel: &Kernel, name: &str) -> String {
    entry(kernel, "syscall", name)
}
