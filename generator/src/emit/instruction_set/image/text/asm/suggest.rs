//! Finds the name that was probably meant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A name longer than this is compared with none.
const LONGEST_NAME: usize = 64;

/// No more names than this are compared, so that a text with very many names and very many mistakes is still read quickly.
const MOST_NAMES: usize = 4096;

/// `did you mean `iadd`?`, if one of the names resembles `found`.
pub(super) fn did_you_mean<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    if found.len() > LONGEST_NAME {
        return None;
    }
    let limit = (found.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in names.into_iter().take(MOST_NAMES) {
        // Names whose lengths differ by more can't be close, whatever is in them. A character is at most four bytes.
        if name.len() > LONGEST_NAME || name.len() + limit < found.chars().count() || name.len() > 4 * (found.len() + limit) {
            continue;
        }
        let far = distance(found, name);
        if far <= limit && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, name));
        }
    }
    best.map(|(_, name)| format!("did you mean `{name}`?"))
}

/// The number of characters to insert, delete, replace or exchange with their neighbours to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut current = Vec::with_capacity(b.len() + 1);
        current.push(row + 1);
        for (column, y) in b.iter().enumerate() {
            let replaced = above[column] + usize::from(x != y);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && a[row - 1] == *y && b[column - 1] == *x {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = core::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(0)
}
