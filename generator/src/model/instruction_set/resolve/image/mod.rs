//! Resolves the tables of a set whose programs are memory images.

mod machine;
mod op;

use std::collections::BTreeSet;

use super::{Files, main_span, set_doc};
use crate::arena::Arena;
use crate::diagnostic::Diagnostics;
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::state::Machine;
use crate::model::names::Use;
use crate::syntax::Document;

/// Keys at the top of a file of such a set.
pub(super) const TOP: &[&str] = &[
    "kind", "name", "doc", "encoding", "image", "register", "data", "native", "operand", "effect", "trap", "group", "op",
];

/// Whether a set is one: it says what the image is.
pub(super) fn is_image(documents: &[&Document]) -> bool {
    documents.iter().any(|document| document.single("image").is_some())
}

/// Resolves a set; none where what everything else rests on is missing, which was reported.
pub(super) fn load_set(
    name: &str,
    documents: &[&Document],
    uses: &mut Vec<Use>,
    diagnostics: &mut Diagnostics,
) -> Option<ImageSet> {
    let span = main_span(documents);
    let files = Files { name, documents, span };
    let doc = set_doc(&files, diagnostics);
    let encoding = machine::encoding(&files, diagnostics);
    let registers = machine::registers(&files, diagnostics);
    let effects = super::machine::effects(&files, diagnostics);
    let traps = super::machine::traps(&files, diagnostics);
    let groups = super::machine::groups(&files, diagnostics);
    let image = machine::image(&files, &registers, &traps, diagnostics);
    let data = machine::data(&files, diagnostics);
    let natives = machine::natives(&files, diagnostics);
    let kinds = machine::operand_kinds(&files, &registers, diagnostics);
    let ops = match &encoding {
        Some(encoding) => {
            let scope = op::Scope {
                encoding,
                machine: Machine {
                    registers: &registers.arena,
                    natives: &natives,
                    memory: image.as_ref().map_or(u32::MAX, |image| image.memory),
                },
                // Where one of them has errors, naming it in an example is no further one.
                is_complete: image.is_some() && natives_are_complete(&files, &natives),
                registers: &registers,
                kinds: &kinds,
                effects: &effects,
                traps: &traps,
                groups: &groups,
            };
            op::ops(&files, &scope, diagnostics)
        }
        None => Arena::default(),
    };
    let owner = Some(name);
    uses.extend(registers.names.uses(owner));
    uses.extend(kinds.names.uses(owner));
    uses.extend(effects.names.uses(owner));
    uses.extend(traps.names.uses(owner));
    uses.extend(groups.names.uses(owner));
    let paths: BTreeSet<String> = documents.iter().map(|document| document.path.clone()).collect();
    Some(ImageSet {
        name: name.to_owned(),
        doc,
        span,
        files: paths.into_iter().collect(),
        encoding: encoding?,
        image: image?,
        registers: registers.arena,
        data,
        natives,
        operand_kinds: kinds.arena,
        effects: effects.arena,
        traps: traps.arena,
        groups: groups.arena,
        ops,
    })
}

fn natives_are_complete(files: &Files<'_>, natives: &Arena<crate::model::instruction_set::image::Native>) -> bool {
    let stated = files
        .documents
        .iter()
        .map(|document| document.entries("native", &mut Diagnostics::default()).len());
    stated.sum::<usize>() == natives.len()
}
