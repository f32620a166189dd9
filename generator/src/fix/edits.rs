//! Puts edits into texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Edit, Suggestion};
use crate::source::{FileId, SourceMap, Span};

/// Suggestions that don't get into each other's way, by their positions among all that were offered.
pub struct Batch<'a> {
    chosen: BTreeMap<usize, &'a Suggestion>,
}

impl<'a> Batch<'a> {
    /// Chooses, in order, suggestions none of whose edits touches one of those chosen before.
    pub fn without_overlaps(offers: impl Iterator<Item = &'a Suggestion>) -> Batch<'a> {
        let mut chosen = BTreeMap::new();
        let mut taken: BTreeSet<Span> = BTreeSet::new();
        for (at, suggestion) in offers.enumerate() {
            let own: BTreeSet<Span> = suggestion.edits.iter().map(|edit| edit.span).collect();
            let apart = own.len() == suggestion.edits.len() && own.iter().all(|span| is_free(&taken, *span));
            // The edits of one suggestion mustn't overlap either.
            let distinct = own.iter().zip(own.iter().skip(1)).all(|(one, other)| !touch(*one, *other));
            if apart && distinct {
                taken.extend(own);
                chosen.insert(at, suggestion);
            }
        }
        Batch { chosen }
    }

    /// All that were chosen.
    pub fn positions(&self) -> Vec<usize> {
        self.chosen.keys().copied().collect()
    }

    /// The texts of the files that some of them change.
    pub fn texts(&self, sources: &SourceMap, positions: &[usize]) -> BTreeMap<FileId, String> {
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for suggestion in positions.iter().filter_map(|position| self.chosen.get(position)) {
            for edit in &suggestion.edits {
                edits.entry(edit.span.file).or_default().push(edit);
            }
        }
        edits
            .into_iter()
            .filter_map(|(file, edits)| Some((file, apply(&sources.files.get(file.0 as usize)?.text, edits))))
            .collect()
    }
}

/// Whether two places of one file overlap, or are one place at which two texts would be inserted.
fn touch(one: Span, other: Span) -> bool {
    one.file == other.file && ((one.start < other.end && other.start < one.end) || one.start == other.start)
}

/// Whether nothing that is taken overlaps a place. What is taken doesn't overlap itself, so that only neighbours are to be looked at.
fn is_free(taken: &BTreeSet<Span>, span: Span) -> bool {
    let before = taken.range(..span).next_back();
    let after = taken.range(span..).next();
    before.into_iter().chain(after).all(|other| !touch(*other, span))
}

/// A text with edits, none of which overlap. An edit that fits nowhere is left out: the check afterwards sees that it is missing.
fn apply(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let (Some(between), Some(_)) = (text.get(at..start), text.get(start..end)) else {
            continue;
        };
        result.push_str(between);
        result.push_str(&edit.replacement);
        at = end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Applicability;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit::new(
            Span {
                file: FileId(0),
                start,
                end,
            },
            replacement,
        )
    }

    fn suggestion(edits: Vec<Edit>) -> Suggestion {
        Suggestion {
            edits,
            text: String::new(),
            applicability: Applicability::Safe,
        }
    }

    #[test]
    fn edits_are_put_in() {
        let edits = [edit(2, 3, "C"), edit(0, 0, ">"), edit(4, 9, "beyond"), edit(3, 4, "")];
        assert_eq!(apply("abcd", edits.iter().collect()), ">abC");
    }

    #[test]
    fn overlaps_are_left_out() {
        let offers = [
            suggestion(vec![edit(0, 4, "a"), edit(6, 8, "b")]),
            suggestion(vec![edit(3, 5, "c")]),
            suggestion(vec![edit(4, 6, "d")]),
            suggestion(vec![edit(6, 6, "e")]),
            suggestion(vec![edit(9, 9, "f"), edit(9, 9, "g")]),
            suggestion(vec![edit(9, 12, "h"), edit(10, 11, "i")]),
            suggestion(vec![edit(9, 9, "j")]),
            suggestion(vec![edit(9, 9, "k")]),
        ];
        let batch = Batch::without_overlaps(offers.iter());
        assert_eq!(batch.positions(), [0, 2, 6]);
    }
}
