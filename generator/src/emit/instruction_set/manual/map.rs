//! The map of opcodes.

use super::{Book, MACHINE_AND_OPS, code};
use crate::emit::manual::page::{Block, Grid, GridCell, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::Op;

/// The page: a grid for the first page of opcodes, and one for the page behind the prefix.
pub fn page(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("opcodes", "Opcodes", MACHINE_AND_OPS);
    page.kind = format!("map of {}", set.name);
    page.paragraph(
        "The row is the first digit of the opcode, the column the second. Ops of one group have one colour; a place with stripes is free.",
    );
    page.add(Block::Grid(grid(book, 0, "The opcodes of one byte.")));
    if let Some(prefix) = set.encoding.extension_prefix {
        page.heading(2, "Extended page");
        page.paragraph(
            Line::from("The byte ")
                .code(format!("0x{prefix:02X}"))
                .text(" announces a second opcode byte, which selects from a page of 256 more."),
        );
        if set.ops.iter().any(|op| op.code > 0xFF) {
            page.add(Block::Grid(grid(book, 0x100, "The opcodes behind the prefix.")));
        } else {
            page.paragraph("No op stands on it yet.");
        }
    }
    page
}

fn grid(book: &Book<'_>, first: u16, caption: &str) -> Grid {
    let set = book.set;
    let mut cells: Vec<GridCell> = (0..256u16)
        .map(|place| match set.encoding.extension_prefix {
            Some(prefix) if first == 0 && u16::from(prefix) == place => GridCell {
                text: "prefix".to_owned(),
                title: "announces the extended page".to_owned(),
                ..GridCell::default()
            },
            _ => GridCell::default(),
        })
        .collect();
    let on_page = |op: &&Op| op.code & 0xFF00 == first;
    for op in set.ops.iter().filter(on_page) {
        cells[usize::from(op.code & 0xFF)] = GridCell {
            text: op.name.clone(),
            title: format!(
                "{} {} ({}): {}",
                code(set, op),
                op.name,
                set.groups[op.group].title,
                prose::first_sentence(&op.doc)
            ),
            to: Some(book.to_op(op)),
            colour: Some(op.group.index()),
        };
    }
    let legend = set.groups.iter_with_ids().map(|(id, group)| {
        let link = Line::new().link(book.to_group(group), &*group.title);
        (link, id.index())
    });
    Grid {
        caption: caption.to_owned(),
        columns: (0..16).map(|low| format!("_{low:X}")).collect(),
        rows: cells
            .chunks(16)
            .enumerate()
            .map(|(high, row)| (format!("{high:X}_"), row.to_vec()))
            .collect(),
        legend: if first == 0 { legend.collect() } else { Vec::new() },
    }
}
