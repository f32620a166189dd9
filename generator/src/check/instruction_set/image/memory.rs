//! Rules of memory: what stands in it from the beginning.

use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::instruction_set::image::Data;
use crate::source::SourceMap;

/// Data is in memory, and apart.
pub const DATA: Rule = Rule {
    code: "L1129",
    summary: "data lies in memory, below the program, and apart from other data",
    page: include_str!("../../pages/L1129.md"),
    check: Some(data),
};

fn data(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        let end = |data: &Data| u64::from(data.address) + data.bytes.len() as u64;
        let all: Vec<&Data> = set.data.iter().collect();
        for (index, data) in all.iter().enumerate() {
            let range = format!("{:#x} to {:#x}", data.address, end(data).saturating_sub(1));
            if end(data) > u64::from(set.image.memory) {
                diagnostics.push(
                    Diagnostic::error(DATA.code, format!("the data `{}` doesn't fit into memory", data.name))
                        .at(data.span, range.clone())
                        .at(set.image.span, format!("memory ends at {:#x}", set.image.memory))
                        .help("give it a lower address"),
                );
            } else if end(data) > u64::from(set.image.origin) {
                diagnostics.push(
                    Diagnostic::error(
                        DATA.code,
                        format!("the data `{}` stands where programs are loaded", data.name),
                    )
                    .at(data.span, range.clone())
                    .at(set.image.span, format!("programs begin at {:#x}", set.image.origin))
                    .note("a program would overwrite it")
                    .help("give it an address below the origin"),
                );
            }
            for first in &all[..index] {
                if u64::from(first.address) < end(data) && u64::from(data.address) < end(first) {
                    diagnostics.push(
                        Diagnostic::error(DATA.code, format!("the data `{}` and `{}` overlap", first.name, data.name))
                            .at(data.span, range.clone())
                            .at(
                                first.span,
                                format!("{:#x} to {:#x}", first.address, end(first).saturating_sub(1)),
                            )
                            .help("move one of them"),
                    );
                }
            }
        }
    }
}
