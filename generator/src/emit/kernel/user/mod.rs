//! Emits the crate of user programs: a typed stub for each call, the entry into the kernel for each target, and a header for C.

mod arch;
mod clearing;
mod header;
mod stubs;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Tree, rust};
use crate::model::kernel::{Call, Kernel, Returns};
use crate::model::target::Target;

/// Adds the crate. `targets` are those with a convention.
pub fn emit(kernel: &Kernel, targets: &[&Target], tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        kernel.folder("user"),
        kernel.package("user"),
        format!(
            "Stubs of the system calls of the kernel {}, for programs in Rust and C",
            kernel.name
        ),
    );
    builder.because_of(&kernel.files);
    builder.depend(&kernel.package("facts"), &kernel.folder("facts"));
    builder.feature("native", &[], &[]);
    builder.file("src/lib.rs", root(kernel), &[]);
    stubs::files(kernel, &mut builder)?;
    arch::files(kernel, targets, &mut builder)?;
    header::files(kernel, targets, &mut builder)?;
    let facts = format!("{}_facts", kernel.name);
    let tests = include_str!("text/tests.rs")
        .replace("exo_facts", &facts)
        .replace("EXO_", &prefix(kernel));
    let tests = tests.replace("exo.h", &format!("{}.h", kernel.name));
    builder.file("tests/stubs.rs", tests, &[]);
    builder.finish(tree)
}

/// `EXO_`: what names in C begin with.
fn prefix(kernel: &Kernel) -> String {
    format!("{}_", rust::constant(&kernel.name))
}

/// How a call enters the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// It keeps what the convention says.
    Plain,
    /// It keeps the stack pointer alone.
    Switching,
    /// Likewise, and a message comes back.
    Message,
}

impl Way {
    fn of(call: &Call) -> Way {
        match (call.returns, call.switches) {
            (Returns::Message, _) => Way::Message,
            (_, true) => Way::Switching,
            (_, false) => Way::Plain,
        }
    }

    /// The function that takes it, without the number of its arguments.
    fn name(self) -> &'static str {
        match self {
            Way::Plain => "plain",
            Way::Switching => "switching",
            Way::Message => "message",
        }
    }
}

/// The ways that calls take, each with a number of arguments.
fn ways(kernel: &Kernel) -> Vec<(Way, usize)> {
    let mut ways: Vec<(Way, usize)> = kernel
        .calls
        .iter()
        .map(|call| (Way::of(call), call.parameters.len()))
        .collect();
    ways.sort_unstable();
    ways.dedup();
    ways
}

fn root(kernel: &Kernel) -> String {
    let doc = format!(
        "Stubs of the system calls of the kernel {name}: a function for each call, with its arguments in the registers that the \
         convention of the target says.\n\nA capability is passed as its [`Handle`]; where none is meant, as [`Handle::NULL`]. What a \
         call does to the memory of the program, such as taking a page away, is the business of the program: the functions are safe to \
         call as far as the compiler can tell, and no safer.\n\nThe calls enter the kernel on targets without an operating system, and \
         with the feature `native`, for programs that are built with the standard target of the host. Elsewhere every call returns \
         [`Error::NoSuchCall`]: another system would take it for one of its own.\n\nPrograms in C include `include/{name}.h`.",
        name = kernel.name
    );
    let mut groups: Vec<(String, Vec<String>)> = kernel
        .groups
        .iter_with_ids()
        .map(|(id, group)| {
            let names = kernel.calls_of(id).map(|call| rust::name(&call.name)).collect();
            (rust::module(&group.name), names)
        })
        .filter(|(_, names): &(String, Vec<String>)| !names.is_empty())
        .collect();
    groups.sort();
    let mut modules: Vec<String> = groups.iter().map(|(module, _)| format!("mod {module};\n")).collect();
    modules.extend(["arch", "message"].map(|module| format!("mod {module};\n")));
    modules.sort();
    let mut uses: Vec<String> = groups
        .iter()
        .map(|(module, names)| rust::use_names(&format!("pub {module}"), names))
        .collect();
    uses.push(format!("use pub {}_facts::{{Error, Handle, Rights}};\n", kernel.name));
    uses.push("use pub message::Message;\n".to_owned());
    uses.sort();
    format!(
        "{}#![no_std]\n#![warn(missing_docs)]\n\n{}\n{}",
        rust::module_doc_lines(&doc),
        modules.concat(),
        uses.concat().replace("use pub ", "pub use ")
    )
}
