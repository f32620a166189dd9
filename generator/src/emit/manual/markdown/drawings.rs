//! Stacks and rows of bytes, drawn with the characters that draw boxes.

use crate::emit::manual::page::{LayoutCell, StackCell, StackPicture};

/// The most characters in a row of fields; further fields begin a new row.
const WIDEST: usize = 100;

/// Two stacks side by side, the top of each on top.
pub fn stack(picture: &StackPicture) -> String {
    let before = column(&picture.before);
    let after = column(&picture.after);
    let height = before.len().max(after.len());
    let width = |column: &[String]| column.iter().map(|line| count(line)).max().unwrap_or(0);
    let (left, right) = (width(&before).max(6), width(&after).max(5));
    let mut lines = vec![format!("{:<left$}     {:<right$}", "before", "after")];
    for row in 0..height {
        // Both stand on the same ground.
        let at = |column: &[String]| {
            row.checked_sub(height - column.len())
                .and_then(|row| column.get(row).cloned())
                .unwrap_or_default()
        };
        let arrow = if row == height - 2 { "  →  " } else { "     " };
        lines.push(format!("{}{arrow}{}", padded(&at(&before), left), padded(&at(&after), right)));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The lines of one stack: a box for each value, and the rest below them.
fn column(cells: &[StackCell]) -> Vec<String> {
    let label = |cell: &StackCell| match (cell.name.as_str(), cell.many) {
        ("", false) => cell.of.clone(),
        ("", true) => format!("{}…", cell.of),
        (name, false) => format!("{name}: {}", cell.of),
        (name, true) => format!("{name}…: {}", cell.of),
    };
    let labels: Vec<String> = cells.iter().rev().map(label).chain(["…".to_owned()]).collect();
    let width = labels.iter().map(|label| count(label)).max().unwrap_or(0).max(3);
    let mut lines = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let (left, right) = if index == 0 { ('┌', '┐') } else { ('├', '┤') };
        lines.push(format!("{left}{}{right}", "─".repeat(width + 2)));
        lines.push(format!("│ {} │", padded(label, width)));
    }
    lines
}

/// Fields in rows, the place of each above it. A field of varying length has a dotted edge.
pub fn layout(cells: &[LayoutCell]) -> String {
    let mut text = String::new();
    let mut row: Vec<&LayoutCell> = Vec::new();
    let mut width = 0;
    for cell in cells {
        let wide = cell_width(cell) + 3;
        if width + wide > WIDEST && !row.is_empty() {
            text.push_str(&layout_row(&row));
            text.push('\n');
            row.clear();
            width = 0;
        }
        row.push(cell);
        width += wide;
    }
    text.push_str(&layout_row(&row));
    text
}

fn cell_width(cell: &LayoutCell) -> usize {
    let texts = [&cell.place, &cell.name, &cell.of, &cell.value];
    let longest = texts.into_iter().map(|text| count(text)).max().unwrap_or(0);
    // Wide fields look wide.
    longest.max(cell.bits.map_or(8, |bits| bits.min(64) as usize / 8 * 2))
}

fn layout_row(cells: &[&LayoutCell]) -> String {
    let edge = |left: &str, between: &str, right: &str| {
        let parts: Vec<String> = cells
            .iter()
            .map(|cell| if cell.bits.is_some() { "─" } else { "╌" }.repeat(cell_width(cell) + 2))
            .collect();
        format!("{left}{}{right}\n", parts.join(between))
    };
    let mut text = String::new();
    for cell in cells {
        text.push_str(&padded(&cell.place, cell_width(cell) + 3));
    }
    text = format!("{}\n", text.trim_end());
    text.push_str(&edge("┌", "┬", "┐"));
    let parts: [fn(&LayoutCell) -> &str; 3] = [|cell| &cell.name, |cell| &cell.of, |cell| &cell.value];
    for part in parts {
        if cells.iter().all(|cell| part(cell).is_empty()) {
            continue;
        }
        let texts: Vec<String> = cells
            .iter()
            .map(|cell| format!(" {} ", padded(part(cell), cell_width(cell))))
            .collect();
        text.push_str(&format!("│{}│\n", texts.join("│")));
    }
    text.push_str(&edge("└", "┴", "┘"));
    text
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(count(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_stand_on_the_same_ground() {
        let cell = |name: &str, of: &str, many| StackCell {
            name: name.to_owned(),
            of: of.to_owned(),
            to: None,
            many,
        };
        let picture = StackPicture {
            before: vec![cell("f", "func", false), cell("arguments", "params(f)", true)],
            after: vec![cell("", "i32", false)],
            caption: String::new(),
        };
        let expected = "\
before                        after
┌───────────────────────┐
│ arguments…: params(f) │
├───────────────────────┤     ┌─────┐
│ f: func               │     │ i32 │
├───────────────────────┤  →  ├─────┤
│ …                     │     │ …   │
";
        assert_eq!(stack(&picture), expected);
    }

    #[test]
    fn fields_have_their_places() {
        let field = |place: &str, name: &str, value: &str, bits| LayoutCell {
            place: place.to_owned(),
            name: name.to_owned(),
            of: String::new(),
            value: value.to_owned(),
            bits,
        };
        let cells = [field("0", "opcode", "A0", Some(8)), field("1", "text", "", None)];
        let expected = "\
0        1
┌────────┬╌╌╌╌╌╌╌╌╌╌┐
│ opcode │ text     │
│ A0     │          │
└────────┴╌╌╌╌╌╌╌╌╌╌┘
";
        assert_eq!(layout(&cells), expected);
    }
}
