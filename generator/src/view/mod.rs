//! Shows how specs, emitters, outputs and crates hang together: lists entries, tells the story of one, and follows what depends on what.
//!
//! Nothing here judges or writes. [`find`] finds the entry that a name means; [`listing`], [`story`], [`influence`], [`origin`] and
//! [`graph`] are what the verbs of the same purpose show; [`crates`] knows the crates and what they depend on.

pub mod features;
pub mod find;
pub mod listing;
pub mod mentions;
pub mod story;

pub mod crates;
pub mod graph;
pub mod influence;
pub mod origin;
pub mod paths;

/// Rows as text with aligned columns; the last column is as long as it is.
pub fn columns<const N: usize>(rows: &[[&str; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            if *width > 0 {
                line.push_str(&format!("{cell:<width$}  "));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
