//! Emits what comes out of a kernel: the facts crate, the stubs for user programs, the gate before the handlers, and the
//! conformance programs.

mod conformance;
mod facts;
mod gate;
pub mod manual;
mod user;

use super::{Emitter, Tree};
use crate::emit::provenance;
use crate::model::kernel::{Kernel, Kernels};
use crate::model::target::{Target, Targets};
use crate::model::{Model, item};

/// The output families of kernels.
pub const EMITTERS: &[Emitter] = &[
    Emitter {
        name: "kernel facts",
        emit: emit_facts,
    },
    Emitter {
        name: "kernel stubs",
        emit: emit_user,
    },
    Emitter {
        name: "kernel gate",
        emit: emit_gate,
    },
    Emitter {
        name: "kernel conformance",
        emit: emit_conformance,
    },
];

fn emit_facts(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let targets = targets(model);
    for kernel in &model.part::<Kernels>().kernels {
        facts::emit(kernel, &targets, tree)?;
    }
    Ok(())
}

fn emit_user(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let targets = targets(model);
    for kernel in &model.part::<Kernels>().kernels {
        user::emit(kernel, &targets, tree)?;
    }
    Ok(())
}

fn emit_gate(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    for kernel in &model.part::<Kernels>().kernels {
        gate::emit(kernel, tree)?;
    }
    Ok(())
}

fn emit_conformance(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    for kernel in &model.part::<Kernels>().kernels {
        conformance::emit(kernel, tree)?;
    }
    Ok(())
}

/// The targets on which calls can be made.
fn targets(model: &Model) -> Vec<&Target> {
    let targets = model.part::<Targets>().targets.iter();
    targets.filter(|target| target.convention.is_some()).collect()
}

/// The line that says which entry of a kernel something came from.
fn entry(kernel: &Kernel, table: &str, name: &str) -> String {
    provenance::line(&item::key(table, name), &kernel.spec_folder())
}
