//! Emits the facts crate of a kernel: numbers, rights, errors, calls, limits and register conventions.

mod amounts;
mod convention;
mod numbered;
mod rights;
mod syscall;
mod tests;

pub(in crate::emit::kernel) use rights::set as rights_of;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Tree, rust};
use crate::model::kernel::Kernel;
use crate::model::target::Target;

/// Adds the crate. `targets` are those with a convention.
pub fn emit(kernel: &Kernel, targets: &[&Target], tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        kernel.folder("facts"),
        kernel.package("facts"),
        format!(
            "Facts of the kernel {}: calls, kinds, rights, errors, limits and register conventions",
            kernel.name
        ),
    );
    builder.because_of(&kernel.files);
    builder.file("src/lib.rs", root(kernel), &[]);
    builder.file("src/handle.rs", include_str!("text/handle.rs").to_owned(), &[]);
    builder.file("src/parameter.rs", include_str!("text/parameter.rs").to_owned(), &[]);
    builder.file("src/decode.rs", include_str!("text/decode.rs").to_owned(), &[]);
    numbered::files(kernel, &mut builder)?;
    rights::files(kernel, &mut builder)?;
    syscall::files(kernel, &mut builder)?;
    amounts::files(kernel, &mut builder)?;
    convention::files(targets, &mut builder)?;
    tests::files(kernel, &mut builder)?;
    builder.finish(tree)
}

fn root(kernel: &Kernel) -> String {
    let doc = format!(
        "Facts of the kernel {}.\n\n{}\n\n\
         - [`Syscall`] is what a program can ask for, [`Error`] why it may be refused, [`decode`] how a tracer prints both.\n\
         - [`Handle`] names a capability, [`Kind`] says to what it gives access, [`Rights`] what it allows.\n\
         - [`formats`] are the numbers that words and bytes are made of.\n\
         - [`gas`], [`limits`], [`initial`] and [`budgets`] are the amounts.\n\
         - [`convention`] says which registers a call uses on each target.\n\
         - [`Trap`], [`Stage`] and [`Outcome`] are how programs, booting and runs end.",
        kernel.name,
        kernel.doc.trim()
    );
    format!(
        "{}#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\n\
         pub mod budgets;\nmod calls;\npub mod convention;\npub mod decode;\nmod error;\npub mod formats;\npub mod gas;\nmod handle;\npub mod initial;\n\
         mod kind;\npub mod limits;\nmod parameter;\nmod rights;\nmod stage;\nmod syscall;\nmod trap;\n\n\
         pub use error::{{Error, result, status}};\npub use handle::Handle;\npub use kind::Kind;\n\
         pub use parameter::{{Parameter, ParameterKind, Returns}};\npub use rights::Rights;\npub use stage::{{Outcome, Stage}};\n\
         pub use syscall::Syscall;\npub use trap::Trap;\n",
        rust::module_doc_lines(&doc)
    )
}
